"""The words of rows that are no data: sums, districts, numbering of columns, signatures, groups.

What becomes of a row in which they stand is decided in `row_kinds`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from mtqg_geo.communes.names import (
    PLAIN_PREFIX,
    TYPE_PREFIX,
    full_name,
    normalised,
    plain_whole,
    without_accents,
)
from mtqg_geo.loading.sheets.words import is_not_reported, plain, read_trouble

# With its accents, "Cộng" is no "Công trình"; without them it must stand alone, or before a place.
TOTALS = re.compile(
    r"(?:tổng cộng|tổng số|tổng|cộng|(?:toàn|cả) (?:tỉnh|huyện)|trung bình|bình quân|tỉnh)\b.*"
)
PLAIN_TOTALS = re.compile(
    r"(?:tong|tong (?:cong|so)|cong)(?: (?:toan )?(?:tinh|huyen|thanh pho|thi xa|so)\b.*| \d.*)?"
    r"|(?:(?:toan|ca) (?:tinh|huyen)|trung binh|binh quan|total|grand total|sum|average)\b.*"
)
# A cell of the line of column numbers: A, (B), 1, 2a; or how a column is computed: (4)=(5)+(6).
COLUMN_NUMBER = re.compile(
    r"(?:[Cc]ột\s*|[Cc]ol\.?\s*)?[(\[]?(?:[A-Za-z]|[IVX]{1,4}|-?\d{1,3}[a-z]?)[)\]]?"
    r"(\s*=[\s\w()\[\].,:;/*×+%–-]+)?"
)
IN_BRACKETS = re.compile(r"[(\[]\d{1,3}[)\]].*")
NUMBERED_AS_FIRST = frozenset({"A", "(A)", "[A]"})
# Types of a district, as letters alone: “T.phố”, “T.X”, “H.” too.
DISTRICT_TYPES = frozenset(
    {"huyen", "quan", "thixa", "thanhpho", "tp", "tx", "txa", "tpho", "h", "q"}
)
ENUMERATOR = re.compile(r"(?:[IVX]{1,5}|[A-Z]|\d{1,2}(?:\.\d{1,2})*)\s*[.\-–)/:]+\s*(?=\S)")
TYPE_AND_COLON = re.compile(r"\b(huyện|thị xã|thành phố|tp|tx)\s*:\s*(?=\S)", re.IGNORECASE)
BRACKET_OR_COLON = re.compile(r"\s*[(:;–].*")
# Labels of several communes together.
SEVERAL = re.compile(
    r"(?:cac|nhom|cum|vung|khu vuc|xa khu vuc|xa vung|trong do|chia ra|gom|bao gom)\b.*"
)
# How a line of signatures or of notes begins.
BELOW = re.compile(
    r"(?:nguoi|can bo|bo phan)(?: \w+)? (?:lap|tong hop|bao cao|kiem tra|ky|thuc hien)\b.*"
    r"|lap (?:bieu|bang)\b.*|ke toan\b.*|thu truong\b.*"
    r"|(?:pho )?(?:giam doc|chu tich|truong phong|truong ban|chanh van phong)\b.*"
    r"|(?:tm|kt|tl|tuq|t m|k t|t l) .*|noi nhan\b.*|luu (?:vt|y)\b.*"
    r"|ghi chu\b.*|chu (?:thich|giai)\b.*"
    r"|nguon(?: so lieu)?\b.*|(?:ky|ki)\b.*\bho(?: va)? ten\b.*|dong dau|xac nhan\b.*"
    r"|(?:.* )?ngay(?: \d{1,2})? thang(?: \d{1,2})? nam(?: \d{2,4})?"
    r"|(?:.* )?ngay \d{1,2} \d{1,2} \d{4}"
    r"|(?:prepared|signed|approved) by\b.*|signatures?\b.*|notes?\b.*|date\b.*"
)
FOOTNOTE = re.compile(r"\(?\*+\)?.*")
A_CODE = re.compile(r"\d{4,5}")  # of a commune; a spreadsheet may have taken its zero
A_NUMBER = re.compile(r"[(+-]?\d[\d.,\s%)]*|I{1,3}")  # region III too
PHONE = re.compile(r"0\d[\d. ]{7,12}")  # below a signature; no figure begins so
WORD = re.compile(r"[^\W\d_]{2}")
# How rows are numbered. What stands higher heads what stands lower; a letter heads roman numbers.
ARABIC = re.compile(r"\d+(?:\.\d+)*")
ROMAN = re.compile(r"[IVX]+")
LETTER = re.compile(r"[A-HJ-UWYZĐ]")
DASHES = frozenset("-–—+•*")
LETTERED, ROMAN_NUMBERED, UNNUMBERED = 2, 1, 0


class PlaceNames(NamedTuple):
    """The places there are: districts by code, and whether a text names a commune of any time."""

    districts: Mapping[str, str] = MappingProxyType({})
    is_commune: Callable[[str], bool] = lambda _: False

    def is_district(self, text: str) -> bool:
        """Say whether a text is the name of a district, with or without its type."""
        return normalised(text) in {normalised(each) for each in self.districts.values()}


NOWHERE = PlaceNames()


def is_total(text: str) -> bool:
    """Say whether a text names a sum of other rows.

    >>> [is_total(text) for text in ("TỔNG CỘNG: 2 xã", "Cong", "Tỉnh Bắc Giang", "Công trình mới")]
    [True, True, True, False]
    """
    typed = PLAIN_TOTALS.fullmatch(plain(text)) if text.isascii() else None
    return bool(typed or TOTALS.fullmatch(full_name(text)))


def names_district(text: str, names: PlaceNames = NOWHERE) -> str:
    """Return the district that a text names by its type, without a number in front; or "".

    >>> [names_district(each) for each in ("I. Huyện Sơn Động (14 xã)", "TP.Bắc Giang", "Sơn Động")]
    ['Huyện Sơn Động', 'TP.Bắc Giang', '']
    >>> known = PlaceNames({"220": "Huyện Sơn Động"})
    >>> [names_district(each, known) for each in ("Xã Huyền Sơn", "Huyen Son", "Huyen Son Dong")]
    ['', '', 'Huyen Son Dong']
    """
    text = TYPE_AND_COLON.sub(r"\1 ", text)
    for each in (text, ENUMERATOR.sub("", text, count=1)):
        label = BRACKET_OR_COLON.sub("", each)
        if _is_of_district(TYPE_PREFIX.match(full_name(label))):
            return label
        # Without accents it may be a name: "Huyen Son" is Xã Huyền Sơn. The district must be known.
        typed = PLAIN_PREFIX.match(label.lower()) if label.isascii() else None
        if typed is not None and _is_of_district(typed):
            bare = plain_whole(label[typed.end() :])
            if any(plain_whole(name) == bare for name in names.districts.values()):
                return label
    return ""


def _is_of_district(prefix: re.Match[str] | None) -> bool:
    """Say whether the type in front of a name is that of a district."""
    letters = re.sub(r"[^a-z]", "", without_accents(prefix[0])) if prefix is not None else ""
    return letters in DISTRICT_TYPES


def is_numbering(texts: Sequence[str]) -> bool:
    """Say whether a row only numbers the columns.

    >>> is_numbering(("A", "B", "(1)", "(2)", "(3)")), is_numbering(("A", "B", "C", "1", "2=1*2"))
    (True, True)
    >>> is_numbering(("I", "II", "III", "1", "2"))
    True
    >>> is_numbering(("3", "Xã Đồng Kỳ", "1", "2"))
    False
    """
    said = [text for text in texts if text]
    cells = [COLUMN_NUMBER.fullmatch(text) for text in said]
    is_sure = said[:1] and (
        said[0] in NUMBERED_AS_FIRST or all(IN_BRACKETS.fullmatch(text) for text in said)
    )
    if not all(cells) or len(said) < (2 if is_sure else 3):
        return False
    found = (re.match(r"\D*?-?(\d+)", text) for text in said)  # "(1)" may have become -1
    numbers = [int(each[1]) for each in found if each]
    is_computed = any(cell[1] for cell in cells if cell)
    return numbers == sorted(set(numbers)) and (is_computed or numbers[:1] == [1])


def is_below(texts: Sequence[str]) -> bool:
    """Say whether a row begins the signatures or notes below a table.

    >>> is_below(("", "NGƯỜI LẬP BIỂU", "")), is_below(("Bắc Giang, ngày … tháng … năm 2023",))
    (True, True)
    """
    return any(text and (BELOW.fullmatch(plain(text)) or FOOTNOTE.match(text)) for text in texts)


def is_wordy(text: str) -> bool:
    """Say whether words stand where a number may: no formula, nor that nothing is reported."""
    is_silent = is_not_reported(text) or read_trouble(text) is not None
    return WORD.search(text) is not None and not is_silent


def holds_number(texts: Iterable[str]) -> bool:
    """Say whether a number stands alone in any of some cells."""
    return any(A_NUMBER.fullmatch(text) for text in texts)


def rank_of(text: str) -> int:
    """Return how high a number in front of a text stands.

    >>> rank_of("A. HUYỆN SƠN ĐỘNG"), rank_of("II - Khởi công mới"), rank_of("Khởi công mới")
    (2, 1, 0)
    """
    found = ENUMERATOR.match(text)
    number = re.split(r"[^\w]", found[0])[0] if found else ""
    return (
        LETTERED if LETTER.fullmatch(number) else ROMAN_NUMBERED if ROMAN.fullmatch(number) else 0
    )
