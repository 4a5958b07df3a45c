"""What the words of a cell mean: basis, status, region, period, date; each text is read once.

A reader is a function from a text to a `Reading`; `sheets.distinct` applies it to a whole column.
What is not clear is an error with a remedy, never a guess. Numbers are in `loading.sheets.numbers`.
The child process that reads cells needs `clean`: nothing that takes long to import belongs here.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple

from rapidfuzz import fuzz, process

from mtqg_geo.communes.names import INVISIBLE, STROKED, WIDE, kept_if_short, without_accents
from mtqg_geo.loading.sheets.table import OURS
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.model import LANGUAGES, REGIONS, Basis, Status, Text
from mtqg_geo.programme.period import quarter_numeral
from mtqg_geo.programme.words import t

NOT_REPORTED_WORDS = frozenset(
    {"chua bao cao", "chua co bao cao", "chua co so lieu", "not reported", "not_reported"}
)
ERROR_VALUES = frozenset(
    {"#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}
)
QUOTED = 120  # characters of a text that a message shows
TIDIED = {**INVISIBLE, **STROKED, **WIDE}  # in every text, also in names that are stored
TIDY = r"[!-~]*"  # one word in plain Latin letters: nothing to clean
FORMULA = "="  # how a cell begins whose formula was never calculated
# Written for numbers of whole quarters or years only; a part of a year cannot be added up safely.
PART_OF_YEAR = re.compile(r"\b(?:thang|month|tuan|week)s?\b|\b(?:6t|9t)\b")
QUARTERS = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "1": "1", "2": "2", "3": "3", "4": "4"}
_QUARTER = r"(?:quy|quarter|qui|q)\s*(iv|iii|ii|i|[1-4])(?:st|nd|rd|th)?"
PERIODS = (
    re.compile(rf"{_QUARTER}\s*(?:nam|year)?\s*(\d{{4}})"),
    re.compile(rf"(?:nam\s*)?(\d{{4}})\s*{_QUARTER}"),
    re.compile(r"(iv|iii|ii|i)\s+(?:nam\s+)?(\d{4})"),  # "1/2023" may be a month
)
YEAR = re.compile(r"(?:ca\s+nam|nam|year)?\s*(\d{4})")
_MONTH, _YEAR = r"(0?[1-9]|1[0-2])", r"((?:19|20)\d\d)"
MONTH = re.compile(rf"(?:thang|month|t)?\s*{_MONTH}\s+(?:nam|year)?\s*{_YEAR}")
MONTH_OR_QUARTER = re.compile(rf"([1-4])\s+{_YEAR}")  # "1/2023"; "01/2023" is a month
ROUGH_YEAR = re.compile(rf"(?:nam|year)?\s*{_YEAR}")
YEAR_MONTH = re.compile(rf"{_YEAR}\s+{_MONTH}")  # "2025-07"
# How a sum of the year until then is told, in letters without accents.
CUMULATIVE = re.compile(
    r"\b(?:luy ke|cong don|lk|cumulative|year to date|ytd)\b(?: tu dau nam)?|\btu dau nam\b"
    r"|\bden (?:(?:het|cuoi|ngay|thoi diem) )*(?=\d|quy|thang)"
)
UNTIL = re.compile(
    r"\b(?:(?:tinh|cho|keo) )?(?:den|until|to)(?: het| cuoi| nay| ngay| thoi diem)*\b"
)
_ENDING = r"\s*(?:[/.-]|nam)?\s*((?:19|20)\d\d)\b"
MONTHS_UNTIL = re.compile(rf"\b(0?3|0?6|0?9|12) thang(?: dau)?(?: nam)?{_ENDING}")
DAY_UNTIL = re.compile(rf"\b(?:31[/.-](?=0?3|12)|30[/.-](?=0?6|0?9))(0?3|0?6|0?9|12){_ENDING}")
MONTH_UNTIL = re.compile(rf"\b(?:thang|t)\s?(0?3|0?6|0?9|12){_ENDING}")
DATES = (
    (re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"), (1, 2, 3)),
    (re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})"), (3, 2, 1)),
    (re.compile(r"ngay (\d{1,2}) thang (\d{1,2}) nam (\d{4})"), (3, 2, 1)),
)
# How a date or an hour is handed over that a spreadsheet made out of a number.
STAMP = re.compile(r"(?:(\d{4})-(\d\d)-(\d\d)(?:T|$))?(?:(\d\d):(\d\d):(\d\d(?:\.\d+)?))?")
# Days are counted from here; Excel counts a 29 February 1900 that never was.
DAY_ZERO, LEAP_TRAP = dt.date(1899, 12, 30), dt.date(1900, 3, 1)
OLDEST_YEAR = 1900  # in which a facility that still stands may have been built
OLDEST_DATE = 1950  # no table of the programme speaks of an earlier year: that was a number
# Beside the words of the interface: what people write in tables.
BASIS_WORDS = {
    Basis.PLAN: (
        "ke hoach", "kh", "ke hoach giao", "kh giao", "ke hoach duoc giao", "kh duoc giao",
        "chi tieu giao", "plan", "planned", "target",
    ),
    Basis.ALLOCATED: (
        "giao von", "von giao", "phan bo", "von phan bo", "da phan bo", "duoc giao", "allocated",
    ),
    Basis.DISBURSED: ("giai ngan", "da giai ngan", "von giai ngan", "disbursed"),
    Basis.ACTUAL: (
        "thuc hien", "th", "ket qua", "ket qua thuc hien", "da thuc hien", "actual", "result",
    ),
}  # fmt: skip
STATUS_WORDS = {
    Status.COMPLETED: ("hoan thanh", "da hoan thanh", "xong", "da xong", "completed", "done"),
    Status.UNDER_CONSTRUCTION: (
        "dang thi cong", "dang xay dung", "dang thuc hien", "thi cong", "under construction",
        "under_construction", "ongoing",
    ),
    Status.PLANNED: (
        "chua khoi cong", "ke hoach", "chua thuc hien", "chua thi cong", "chuan bi dau tu",
        "planned", "not started",
    ),
}  # fmt: skip


class Reading(NamedTuple):
    """What a text was read as; or the code of a sentence that says why not, and what fills it."""

    value: Any
    code: str = ""
    said: Mapping[str, object] = {}


Reader = Callable[[str], Reading]


def refuse(code: str, /, **said: object) -> Reading:
    """Return the reading of a text that is not accepted; what is quoted of it stays short."""
    shown = {name: value if name in OURS else _short(value) for name, value in said.items()}
    return Reading(None, code, shown)


def _short(value: object) -> object:
    return f"{value[:QUOTED]}…" if isinstance(value, str) and len(value) > QUOTED else value


@kept_if_short
def clean(text: str) -> str:
    """Return a text in composed Unicode, with single plain spaces and none at its ends."""
    return " ".join(unicodedata.normalize("NFC", text.translate(TIDIED)).split())


@kept_if_short
def plain(text: str) -> str:
    """Return the words of a text for comparing: no accents, capitals, marks; `_` is a space."""
    return " ".join(re.sub(r"(?:[^\w%]|_)+", " ", without_accents(clean(text)).lower()).split())


def is_not_reported(text: str) -> bool:
    """Say whether a text says in words that there is no report."""
    return plain(text) in NOT_REPORTED_WORDS


def read_trouble(text: str) -> Reading | None:
    """Return why a cell of any kind cannot be read: an error value or a formula without result."""
    if text.upper() in ERROR_VALUES:
        return refuse("load_error_value", text=text)
    if text.startswith(FORMULA):
        return refuse("load_formula", text=text)
    return None


def date_trouble(text: str) -> Reading | None:
    """Return why a cell that should hold a number holds a date; None if it holds none.

    A spreadsheet that took `1.12` for a date of its own counting still has the number; one that
    took it for the first of December has lost it.

    >>> date_trouble("1900-01-01T02:52:48").said["number"].vi, date_trouble("2026-12-01").code
    ('1,12', 'load_date_for_number')
    """
    found = STAMP.fullmatch(text) if text else None
    if found is None:
        return refuse("load_date_for_number", text=text) if read_day(text) is not None else None
    year, month, day = (int(part or 0) for part in found.groups()[:3])
    hours, minutes, seconds = (float(part or 0) for part in found.groups()[3:])
    if year >= OLDEST_DATE:
        return refuse("load_date_for_number", text=text)
    days = 0
    if year:
        with suppress(ValueError):
            when = dt.date(year, month, day)
            days = (when - DAY_ZERO).days - (when < LEAP_TRAP)
    written = f"{days + (hours * 60 + minutes) / 1440 + seconds / 86400:.8g}"
    return refuse("load_number_as_date", text=text, number=Text(written.replace(".", ","), written))


def read_basis(text: str) -> Reading:
    """Read plan, allocated, disbursed or actual (`Basis` values)."""
    if not text:
        return refuse("load_basis_missing")
    known = _words("basis").get(plain(text))
    return Reading(known) if known else read_trouble(text) or refuse("load_basis", text=text)


def read_status(text: str) -> Reading:
    """Read a status; "" stands for not reported, as in the store."""
    if not text or is_not_reported(text):
        return Reading("")
    known = _words("status").get(plain(text))
    return Reading(known) if known else read_trouble(text) or refuse("load_status", text=text)


def read_region(text: str) -> Reading:
    """Read region I, II or III, also written `3` or `Khu vực III`."""
    if (trouble := read_trouble(text)) is not None:
        return trouble
    word = re.sub(r"^(?:xa\s+)?(?:khu vuc|kv|vung|region)\s*|\s*dbkk$", "", plain(text))
    number = QUARTERS.get(word, "")
    if number in {"1", "2", "3"}:
        return Reading(REGIONS[int(number) - 1])
    return refuse("load_region", text=text)


def read_period(text: str) -> Reading:
    """Read a year (`2023`) or a quarter (`2023-Q1`); any other part of a year is questioned.

    >>> [read_period(text).value for text in ("Quý I/2023", "năm 2023", "2023 Q4")]
    ['2023-Q1', '2023', '2023-Q4']
    >>> read_period("6 tháng 2023").code
    'load_period_part'
    """
    if (trouble := read_trouble(text)) is not None:
        return trouble
    words = plain(text).replace("_", " ")
    if year := YEAR.fullmatch(words):
        return Reading(year[1])
    first, second, third = (pattern.fullmatch(words) for pattern in PERIODS)
    if first:
        return Reading(f"{first[2]}-Q{QUARTERS[first[1]]}")
    if second:
        return Reading(f"{second[1]}-Q{QUARTERS[second[2]]}")
    if third:
        return Reading(f"{third[2]}-Q{QUARTERS[third[1]]}")
    if unclear := MONTH_OR_QUARTER.fullmatch(words):
        quarter = _quarter_named(int(unclear[2]), int(unclear[1]))
        return refuse("load_period_unclear", text=text, month=unclear[1], quarter=quarter)
    if (month := _month(text, words)) is not None:
        start = month.month - (month.month - 1) % 3
        months = {"first": str(start), "second": str(start + 1), "third": str(start + 2)}
        quarter = _quarter_named(month.year, start // 3 + 1)
        said = {"text": text, "quarter": quarter, "year": str(month.year)}
        return refuse("load_period_month", **said, **months)
    if (trouble := date_trouble(text)) is not None:
        return trouble
    if PART_OF_YEAR.search(words):
        return refuse("load_period_part", text=text)
    return refuse("load_period", text=text)


def _quarter_named(year: int, quarter: int) -> Text:
    return Text(f"Quý {quarter_numeral(quarter, 'vi')}/{year}", f"{year}-Q{quarter}")


def _month(text: str, words: str) -> dt.date | None:
    """Return the first day of the month, or the day, that a text names; None if it names none."""
    if found := MONTH.fullmatch(words):
        return dt.date(int(found[2]), int(found[1]), 1)
    if found := YEAR_MONTH.fullmatch(words):
        return dt.date(int(found[1]), int(found[2]), 1)
    day = read_day(text.partition("T")[0])  # a spreadsheet makes a day of `7/2025`
    return day if day is not None and day.year >= OLDEST_DATE else None


def without_cumulative(text: str) -> tuple[str, bool]:
    """Return a text without the words for a sum of the year until then, and whether it had any.

    The day or month until which it runs is written as the quarter that ends with it.

    >>> without_cumulative("FI01 – Lũy kế giải ngân đến 30/6/2023")
    ('fi01 – giai ngan quy 2/2023', True)
    >>> without_cumulative("OP01 – Thực hiện 9 tháng đầu năm 2023")
    ('op01 – thuc hien quy 3/2023', True)
    >>> without_cumulative("OP01 – Thực hiện quý II/2023")
    ('OP01 – Thực hiện quý II/2023', False)
    """
    bare = MONTHS_UNTIL.sub(_quarter_until, without_accents(clean(text)).lower())
    if bare == without_accents(clean(text)).lower() and not CUMULATIVE.search(bare):
        return text, False
    for end in (DAY_UNTIL, MONTH_UNTIL):
        bare = end.sub(_quarter_until, bare)
    return " ".join(UNTIL.sub(" ", CUMULATIVE.sub(" ", bare)).split()), True


def _quarter_until(found: re.Match[str]) -> str:
    return f"quy {int(found[1]) // 3}/{found[2]}"


def read_quarter(text: str) -> Reading:
    """Read a quarter without its year as `Q1` … `Q4`, "" for the whole year."""
    words = plain(text)
    if words in {"", "ca nam", "nam", "year", "whole year"}:
        return Reading("")
    number = QUARTERS.get(re.sub(r"^(?:quy|qui|quarter|q)\s*", "", words))
    return Reading(f"Q{number}") if number else refuse("load_period", text=text)


def read_year(text: str) -> Reading:
    """Read a year as a whole number."""
    if (trouble := read_trouble(text)) is not None:
        return trouble
    if year := YEAR.fullmatch(plain(text)):
        return Reading(int(year[1]))
    return date_trouble(text) or refuse("load_year", text=text)


def read_date(text: str) -> Reading:
    """Read a date as `2023-06-30`; day before month, as written in Vietnam. "" stays ""."""
    if not text:
        return Reading("")
    if (trouble := read_trouble(text)) is not None:
        return trouble
    day = read_day(text)
    return Reading(day.isoformat()) if day is not None else refuse("load_date", text=text)


def read_rough_date(text: str) -> Reading:
    """Read a date as exactly as it is written: a day, a month or a year; "" stays "".

    >>> [read_rough_date(text).value for text in ("30/6/2023", "tháng 6/2023", "2023-06", "2023")]
    ['2023-06-30', '2023-06', '2023-06', '2023']
    """
    if not text or is_not_reported(text):
        return Reading("")
    words = plain(text)
    day, year = read_day(text.partition("T")[0]), ROUGH_YEAR.fullmatch(words)
    if day is not None and day.year >= OLDEST_YEAR:
        return Reading(day.isoformat())
    if year:
        return Reading(year[1])
    if month := MONTH.fullmatch(words):
        return Reading(f"{month[2]}-{int(month[1]):02}")
    if month := YEAR_MONTH.fullmatch(words):
        return Reading(f"{month[1]}-{int(month[2]):02}")
    return read_trouble(text) or refuse("works_date", text=text)


def read_day(text: str) -> dt.date | None:
    """Return the day that a text names, None if it names none that there is."""
    words = without_accents(text).lower()
    for pattern, order in DATES:
        if found := pattern.fullmatch(words):
            year, month, day = (int(found[part]) for part in order)
            with suppress(ValueError):
                return dt.date(year, month, day)
    return None


@cache
def _words(topic: Literal["basis", "status"]) -> Mapping[str, str]:
    """Return what each word of a topic stands for, those of the interface among them."""
    spoken: Mapping[Any, tuple[str, ...]] = BASIS_WORDS if topic == "basis" else STATUS_WORDS
    return {
        word: each.value
        for each, words in spoken.items()
        for word in (*words, *(plain(t(f"{topic}_{each.value}", lang)) for lang in LANGUAGES))
    }


PROJECT = re.compile(r"(?:da|du an)\s*(\d+)(?:\s*tda\s*(\d+)|\s*tieu du an(?: so)?\s*(\d+))?\b")
SUB_FIRST = re.compile(
    r"(?:tda|tieu du an)(?: so)?\s*(\d+)\s*(?:cua|thuoc)?\s*(?:da|du an)(?: so)?\s*(\d+)\b"
)
NO_PROJECT = frozenset({"", "khong", "none", "khong thuoc du an nao"})


def indicator_reader(catalog: Catalog) -> Reader:
    """Return the reader of indicators: id (`OP01`), id with words behind it, or name."""
    words = indicator_words(catalog)
    names = {plain(each.name.vi): each.id for each in catalog.indicators.values()}

    def read(text: str) -> Reading:
        if (trouble := read_trouble(text)) is not None:
            return trouble
        if found := find_indicator(text, words):
            return Reading(found)
        if not text:
            return refuse("load_indicator_missing")
        nearest = _nearest(plain(text), [*names, *(word for word in words if " " not in word)])
        known = catalog.indicators.get(names.get(nearest) or words.get(nearest, ""))
        if known is None:
            return refuse("load_indicator_stranger", text=text)
        return refuse("load_indicator", text=text, nearest=f"{known.id} ({known.short.vi})")

    return read


def project_reader(catalog: Catalog) -> Reader:
    """Return the reader of projects: code (`DA4.TDA1`), with words behind it, or name.

    An empty text is the empty code: no project.
    """
    words = _project_words(catalog)

    def read(text: str) -> Reading:
        if (trouble := read_trouble(text)) is not None:
            return trouble
        spelled = plain(text)
        if spelled in NO_PROJECT:
            return Reading("")
        found = words.get(spelled) or _code(spelled)
        if found in catalog.projects:
            return Reading(found)
        nearest = _nearest(found or spelled, [*catalog.projects, *words])
        known = catalog.projects.get(words.get(nearest, nearest))
        if known is None:
            return refuse("load_project_stranger", text=text)
        return refuse("load_project", text=text, nearest=f"{known.code} ({known.short.vi})")

    return read


def _project_words(catalog: Catalog) -> Mapping[str, str]:
    found: dict[str, set[str]] = {}
    for project in catalog.projects.values():
        for text in (project.code, *project.name, *project.short):
            found.setdefault(plain(text), set()).add(project.code)
    return {word: next(iter(codes)) for word, codes in found.items() if len(codes) == 1}


def _code(words: str) -> str:
    """Return the code at the beginning of a text; "" if there is none or another one follows."""
    if found := SUB_FIRST.match(words):
        return f"DA{int(found[2])}.TDA{int(found[1])}"
    found = PROJECT.match(words)
    if not found or PROJECT.search(words, found.end()):
        return ""
    part = found[2] or found[3]
    return f"DA{int(found[1])}" + (f".TDA{int(part)}" if part else "")


def _nearest(text: str, known: Sequence[str]) -> str:
    best = process.extractOne(text, known, scorer=fuzz.ratio, score_cutoff=60.0)
    return str(best[0]) if best else ""


@lru_cache(maxsize=8)
def indicator_words(catalog: Catalog) -> Mapping[str, str]:
    """Return the indicator of each id and name; a name of two indicators stands for neither."""
    found: dict[str, set[str]] = {}
    for indicator in catalog.indicators.values():
        other = filter(None, (*indicator.every_name, *indicator.every_short))
        for text in (indicator.id, *indicator.name, *indicator.short, *other):
            for word in (plain(text), plain(without_brackets(text))):
                found.setdefault(word, set()).add(indicator.id)
    return {word: next(iter(ids)) for word, ids in found.items() if len(ids) == 1}


def find_indicator(text: str, words: Mapping[str, str]) -> str:
    """Return the indicator that a text names by id (also with more behind it) or name; or ""."""
    for spelled in (plain(text), plain(without_brackets(text))):
        if spelled in words:
            return words[spelled]
    first = plain(text).partition(" ")[0]
    found = words.get(first, "")
    return found if plain(found) == first else ""


@kept_if_short
def without_brackets(text: str) -> str:
    """Return a text without what it says in brackets."""
    return re.sub(r"\([^)]*\)", " ", text)


def read_text(text: str) -> Reading:
    """Read a text as it stands; an error value of Excel is none."""
    return read_trouble(text) or Reading(text)


def required(reader: Reader, code: str) -> Reader:
    """Return a reader that refuses an empty text with a sentence of its own."""

    def read(text: str) -> Reading:
        reading = reader(text)
        return refuse(code) if not text or (not reading.code and reading.value == "") else reading

    return read
