"""Which communes a period speaks of, and what a code means in it.

A figure is stated in the communes in force on the last day of its period: a quarter that ended
before 1 July 2025 in the communes of 2023 (some merged on 1 January 2025), a later one, and the
year 2025 as a whole, in the 58 units.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import pandas as pd

from geo.boundaries import read_level
from mtqg_geo.communes.epochs import (
    Epochs,
    Span,
    epochs_of,
    named_spans,
    same_ground,
    spans_of,
    successors,
)
from mtqg_geo.communes.gazetteer import shipped_gazetteer
from mtqg_geo.communes.lineage import (
    Lineage,
    day_of,
    delivered_sets,
    shipped_lineage,
    unit_names,
    units_of,
    vintages,
)
from mtqg_geo.communes.names import LOOKALIKES, kept_if_short, normalised
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Lang, Text
from mtqg_geo.programme.period import last_day
from mtqg_geo.programme.words import sentence_of

CODE_DIGITS, LONG_CODE_DIGITS = 5, 10
Verdict = Literal["fits", "dissolved", "other_vintage", "unknown"]
MOST_OF_A_LIST = 0.8  # of the units of a vintage: as many distinct codes make a file a list of it


@dataclass(frozen=True)
class CodeNote:
    """What a code written for a period turns out to be.

    Attributes
    ----------
    verdict
        ``fits``: the unit was in force; ``dissolved``: it had been merged by then, its figure is
        understood as that of the former unit; ``other_vintage``: the name written beside the code
        is that of the unit that bears the code at another time (or bore it before the one that was
        merged), so the figure belongs elsewhere and has to be asked about; ``unknown``: there never
        was such a unit here.
    vintage
        The vintage in which the code (with its name, if given) is to be looked up.
    code, period, name
        As asked.
    unit, since, until, successors
        Name of the unit meant, the days from which and until which it bears the code ("" while in
        force), and the units it became (``07315 Xã Quang Trung``).
    """

    verdict: Verdict
    vintage: str
    code: str
    period: str
    name: str = ""
    unit: str = ""
    since: str = ""
    until: str = ""
    successors: tuple[str, ...] = ()

    def text(self, lang: Lang) -> str:
        """Return the sentence for the planner; "" where there is nothing to say."""
        if self.verdict == "fits":
            return ""
        values = {name: text.of(lang) for name, text in self.said.items()}
        return sentence_of(self.sentence, lang, **values)

    @property
    def is_former(self) -> bool:
        """Whether the unit meant is one of before the period rather than of after it."""
        return self.since <= moment(self.period)

    @property
    def sentence(self) -> str:
        """The code of the sentence that `text` gives."""
        if self.verdict == "other_vintage" and self.is_former:
            return "code_former_vintage"
        return f"code_{self.verdict}"

    @property
    def said(self) -> dict[str, Text]:
        """What fills the sentence, as each language writes it."""
        return {
            "code": _as_it_is(self.code),
            "period": period_text(self.period),
            "name": _as_it_is(self.name),
            "unit": _as_it_is(self.unit),
            "since": _day_text(self.since),
            "until": _day_text(self.until),
            "successors": _as_it_is(", ".join(self.successors)),
        }


def tidy_code(text: str) -> str:
    """Return a code without what other programs write around it; any other text as it is.

    The statistics office also writes province, district and commune as one number: its last five
    digits are the commune, if that lay there.

    >>> [tidy_code(text) for text in ("'07615", '="07615"', "7615.0", "7.615", "2422007615")]
    ['07615', '07615', '7615', '7615', '07615']
    >>> tidy_code("0912307615")  # a telephone
    '0912307615'
    """
    is_plain = len(text) <= CODE_DIGITS and text.isascii() and text.isdecimal()
    return text if is_plain or not text else _tidy_code(text)


@kept_if_short
def _tidy_code(text: str) -> str:
    bare = text.translate(LOOKALIKES).strip().removeprefix("=").strip("'\"\u2019\u2018` ")
    bare = re.sub(r"^(\d{1,2})[., ](\d{3})$", r"\1\2", bare)  # 7.615 is written with thousands
    bare = re.sub(r"[.,]0+$", "", bare)
    if bare.isdecimal() and len(bare) <= CODE_DIGITS:
        return bare
    digits = re.sub(r"^vn|[\s.\-_/]", "", bare.lower())
    return _long_codes().get(digits.zfill(LONG_CODE_DIGITS), _long_codes().get(digits, text))


@cache
def _long_codes() -> Mapping[str, str]:
    """Return the commune of each code with its province, its district or both in front."""
    areas = ["province_code", "district_code", c.CODE]
    units = shipped_gazetteer().units[areas].drop_duplicates().itertuples(index=False, name=None)
    return {
        longer: code
        for province, district, code in units
        for longer in (f"{province}{district or '000'}{code}", province + code, district + code)
        if len(longer) > len(code)
    }


def full_code(text: str) -> str:
    """Return a code with the zeros that a spreadsheet dropped when it took it for a number."""
    return text.zfill(CODE_DIGITS) if text.isdecimal() else text


def moment(period: str) -> str:
    """Return the day whose communes a period (or a day) speaks of.

    What lies before the first vintage is told by the communes of that vintage.
    """
    is_day = len(period) == len("2025-07-01")
    return max(period if is_day else last_day(period), day_of(vintages()[0]))


def period_text(period: str) -> Text:
    """Return a period, or a day, as a sentence writes it."""
    return _day_text(period) if len(period) == len("2025-07-01") else _as_it_is(period)


def _as_it_is(text: str) -> Text:
    return Text(text, text)


def _day_text(day: str) -> Text:
    return Text(written_day(day, "vi"), written_day(day, "en"))


def codes_for(period: str) -> str:
    """Return the vintage in whose units the figures of a period (or day) are stated."""
    return _vintage_at(moment(period))


@cache
def unit_list(vintage: str) -> pd.DataFrame:
    """Return code, name and (former) district of the programme's units of a vintage, by code."""
    units = pd.DataFrame(read_level(delivered_sets()[vintage], "commune"))
    named = units[[c.CODE, c.NAME, c.DISTRICT_CODE, c.DISTRICT]].astype(object)
    return named.sort_values(c.CODE, ignore_index=True)


def explain_code(
    code: str, period: str, *, name: str = "", lineage: Lineage | None = None
) -> CodeNote:
    """Say which unit a code means in a period.

    Parameters
    ----------
    code
        Five digits.
    period
        `2023`, `2023-Q1`, or a day.
    name
        What is written beside the code, if anything: it may tell that the code is meant as that
        of another time.
    lineage
        Who became whom; the delivered lineage unless given.

    Examples
    --------
    A code that was given to a larger unit, written beside the name it had before:

    >>> note = explain_code("07333", "2025-Q3", name="Lam Cốt")
    >>> note.verdict, note.vintage, note.unit
    ('other_vintage', '2023-04', 'Xã Lam Cốt')
    """
    epochs = epochs_of(lineage or shipped_lineage())
    day = moment(period)
    spans = spans_of(epochs, code)
    # A code has a span for each meaning it ever had; the later of two is what it means on the day.
    now = [span for span in spans if span.start <= day < (span.end or "9999")]
    gone = [span for span in spans if span.end and span.end <= day]
    note = CodeNote("fits", codes_for(period), code, period, name)
    if (other := _other_unit(epochs, code, now or gone, named_spans(spans, name), day)) is not None:
        there = replace(note, verdict="other_vintage", vintage=_vintage_at(other.start))
        return replace(there, unit=other.name, since=other.start, until=other.end)
    if now:
        return replace(note, unit=now[-1].name, since=now[-1].start, until=now[-1].end)
    if not gone:
        return replace(note, verdict="unknown")
    return _dissolved(note, gone[-1], epochs.lineage)


def _other_unit(
    epochs: Epochs, code: str, meant: Sequence[Span], named: Sequence[Span], day: str
) -> Span | None:
    """Return the unit that a name means, where that is not the one its code means on a day.

    `meant` are the spans of the code up to the day, the last one counting; empty before the first.
    """
    if not named:
        return None
    if meant and any(same_ground(epochs, code, span.epoch, meant[-1].epoch) for span in named):
        return None
    return next((span for span in named if span.start > day), named[-1])


def _dissolved(note: CodeNote, span: Span, lineage: Lineage) -> CodeNote:
    """Say what a unit that was merged before the period ended had become by then."""
    epochs, day = epochs_of(lineage), moment(note.period)
    names = unit_names(day)
    became = successors(epochs, span.epoch, epochs.on(day)).get(note.code, ())
    return replace(
        note,
        verdict="dissolved",
        vintage=_vintage_at(span.start),
        unit=span.name,
        since=span.start,
        until=span.end,
        successors=tuple(f"{code} {names.get(code, '')}".strip() for code in became),
    )


def likely_vintage(codes: Collection[str], names: Sequence[str] = ()) -> str | None:
    """Return the vintage a list of units was written for; None if it could be more than one.

    Parameters
    ----------
    codes
        Codes of a file.
    names
        The name beside each code, in the same order; without names only a list of nearly all
        units of a vintage, and of no other, can tell.
    """
    if names:
        pairs = {(code, normalised(name)) for code, name in zip(codes, names, strict=True) if name}
        found = {each: len(pairs & _pairs(each)) for each in vintages()}
        best = max(found.values(), default=0)
        winners = [each for each, count in found.items() if count == best]
        return winners[0] if best and len(winners) == 1 else None
    distinct = set(codes)
    fitting = [each for each in vintages() if distinct <= set(units_of(each))]
    full = [each for each in fitting if len(distinct) >= MOST_OF_A_LIST * len(units_of(each))]
    if len(fitting) == 1:
        return fitting[0]
    return full[-1] if full else None


def list_trouble(
    codes: Sequence[str], periods: Sequence[str], names: Sequence[str] = ()
) -> dict[str, object] | None:
    """Say what is wrong with a file written for one vintage that reports periods of another.

    Parameters
    ----------
    codes, periods, names
        Of every row of the file; the names may be left out.

    Returns
    -------
    The values of the sentence `list_other_vintage`; None if nothing is wrong. Only a file of
    later units with earlier periods is: figures of former communes can be added up, those of a
    new unit cannot be divided.
    """
    written_for = likely_vintage(codes, names)
    if written_for is None:
        return None
    wrong = [
        (code, period)
        for code, period in zip(codes, periods, strict=True)
        if codes_for(period) < written_for
    ]
    if not wrong:
        return None
    code, period = wrong[0]
    return {
        "vintage": f"{int(written_for[5:])}/{written_for[:4]}",
        "units": len(units_of(written_for)),
        "count": len(wrong),
        "example": f"{code}, {period}",
        "expected": len(units_of(codes_for(period))),
    }


def written_day(day: str, lang: Lang) -> str:
    """Write a day as a reader does.

    >>> written_day("2025-07-01", "vi"), written_day("2025-07-01", "en")
    ('1/7/2025', '1 July 2025')
    """
    if not day:
        return ""
    stamp = pd.Timestamp(day)
    if lang == "vi":
        return f"{stamp.day}/{stamp.month}/{stamp.year}"
    return f"{stamp.day} {stamp.month_name()} {stamp.year}"


def _vintage_at(day: str) -> str:
    return max((each for each in vintages() if f"{each}-01" <= day), default=vintages()[0])


@cache
def _pairs(vintage: str) -> frozenset[tuple[str, str]]:
    units = unit_list(vintage)
    return frozenset(zip(units[c.CODE], units[c.NAME].map(normalised), strict=True))
