"""What a request asks for besides the selection: which page, where, when, in which form."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shapely import Polygon

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.exports.features import CRS84, parse_box, systems_of
from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.period import MONTHS, PATTERN, QUARTERS, Period, last_day
from mtqg_geo.programme.words import t

Query = Mapping[str, Sequence[str]]

FORMS = ("json", "html")
USUAL_LIMIT, MOST = 1_000, 10_000
# Parameters of every address, those of one feature, and those of a layer's features.
ANYWHERE = ("f",)
OF_FEATURE = (*ANYWHERE, "crs", "datetime")
OF_FEATURES = (*OF_FEATURE, "limit", "bbox", "bbox-crs", "page")

_NUMBER = re.compile(r"\d{1,9}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([Tt][\d:.]{5,18}([Zz]|[+-]\d\d:?\d\d)?)?")
_PAGE = re.compile(r"([0-9a-f]{16})-([A-Za-z0-9_~-]+)")
_WEIGHT = re.compile(r";\s*q\s*=\s*([01](?:\.\d*)?)")


@dataclass(frozen=True)
class Asked:
    """The part of a layer that is asked for.

    Attributes
    ----------
    limit
        How many features a page has at most.
    state, after
        Of a page that is not the first: the state of the store that the first one was of, and the
        id behind which it begins.
    area
        In degrees; None for everywhere.
    crs
        The address of the reference system of the answer.
    """

    limit: int = USUAL_LIMIT
    state: str = ""
    after: str = ""
    area: Polygon | None = None
    crs: str = CRS84


def page_text(state: str, after: str) -> str:
    """Write where the next page begins, as `Asked` reads it.

    >>> page_text("0123456789abcdef", "CT-2023-004")
    '0123456789abcdef-CT-2023-004'
    """
    return f"{state}-{after}"


def parse_asked(query: Query, data: Dataset, *, lang: Lang) -> Asked:
    """Read what is asked for of a layer.

    Raises
    ------
    SelectionError
        One sentence for the first thing that cannot be understood.
    """
    systems = systems_of(data)
    crs, box_crs = (_system(query, name, systems, lang) for name in ("crs", "bbox-crs"))
    box, page = _last(query, "bbox"), _last(query, "page")
    place = _PAGE.fullmatch(page) if page is not None else None
    if page is not None and not place:
        raise SelectionError((t("ogc_no_page", lang, example=page[:40]),))
    return Asked(
        limit=_limit(query, lang),
        state=place[1] if place else "",
        after=place[2] if place else "",
        area=parse_box(box, systems[box_crs], lang=lang) if box is not None else None,
        crs=crs,
    )


def _last(query: Query, name: str) -> str | None:
    """Return a parameter that is given once: of several the last, None if there is none."""
    return query[name][-1].strip() if query.get(name) else None


def _system(query: Query, name: str, systems: Mapping[str, str], lang: Lang) -> str:
    text = _last(query, name)
    if text is None:
        return CRS84
    if text not in systems:
        known = ", ".join(systems)
        raise SelectionError((t("ogc_no_crs", lang, name=name, example=text[:80], known=known),))
    return text


def _limit(query: Query, lang: Lang) -> int:
    """Return how many features are wanted; more than may be is as many as may be (Part 1)."""
    text = _last(query, "limit")
    if text is None:
        return USUAL_LIMIT
    if not _NUMBER.fullmatch(text) or not int(text):
        raise SelectionError((t("ogc_no_limit", lang, example=text[:40], most=MOST),))
    return min(int(text), MOST)


def with_period(query: Query, *, lang: Lang) -> dict[str, Sequence[str]]:
    """Return a query with `datetime` said as the page says it: by `year` and `as_of`.

    A day stands for the quarter it lies in, whose results are those up to its end; so does an
    interval from the first day of a year to the last of a quarter.

    >>> with_period({"datetime": ["2023-05-15"]}, lang="vi")
    {'year': ['2023'], 'as_of': ['2023-Q2']}
    >>> with_period({"datetime": ["2023-01-01T00:00:00Z/2023-12-31T23:59:59Z"]}, lang="vi")
    {'year': ['2023']}

    Raises
    ------
    SelectionError
        If it means neither a year nor a quarter: figures are reported by these. Or if both ways are
        used at once.
    """
    text = _last(query, "datetime")
    rest = {name: texts for name, texts in query.items() if name != "datetime"}
    if text is None:
        return rest
    if "year" in rest or "as_of" in rest:
        raise SelectionError((t("ogc_datetime_twice", lang),))
    period = _period(text)
    if period is None:
        raise SelectionError((t("ogc_no_datetime", lang, example=text[:60]),))
    as_of = {"as_of": [period.text]} if period.quarter else {}
    return {**rest, "year": [str(period.year)], **as_of}


def _period(text: str) -> Period | None:
    if PATTERN.fullmatch(text):
        return Period.of(text)
    parts = text.split("/")
    days = [day for day in map(_day, parts) if day]
    if len(days) < len(parts) or len(days) > 2:
        return None
    first, last = days[0], days[-1]
    quarter = (last.month - 1) // (MONTHS // QUARTERS) + 1
    if len(days) == 1:
        return Period(first.year, quarter)
    period = Period(last.year, quarter if quarter < QUARTERS else None)
    is_whole = (first.month, first.day) == (1, 1) and last_day(period.text) == last.isoformat()
    return period if is_whole and first.year == last.year else None


def _day(text: str) -> date | None:
    """Return the day as it is written: an hour more or less makes no other quarter."""
    try:
        return date.fromisoformat(text[:10]) if _MOMENT.fullmatch(text) else None
    except ValueError:
        return None


def form_of(query: Query, accept: str, *, lang: Lang) -> str:
    """Return the form of the answer: as `f` says, or else a page for who prefers one.

    >>> form_of({}, "text/html,application/xml;q=0.9,*/*;q=0.8", lang="vi")
    'html'
    >>> form_of({}, "*/*", lang="vi"), form_of({"f": ["json"]}, "text/html", lang="vi")
    ('json', 'json')

    Raises
    ------
    SelectionError
        If `f` is none.
    """
    wanted = _last(query, "f")
    if wanted is None:
        return "html" if _weight("html", accept) > _weight("json", accept) else "json"
    if wanted not in FORMS:
        known = ", ".join(FORMS)
        raise SelectionError((t("ogc_no_form", lang, example=wanted[:40], known=known),))
    return wanted


def _weight(kind: str, accept: str) -> float:
    """Return how much a reader wants some kind of text that its header names; 0 if not at all."""
    found = 0.0
    for offer in accept.lower().split(","):
        name = offer.partition(";")[0].strip()
        if name.endswith(kind):
            weight = _WEIGHT.search(offer)
            found = max(found, float(weight[1]) if weight else 1.0)
    return found
