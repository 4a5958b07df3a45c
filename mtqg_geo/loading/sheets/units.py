"""Units as people write them: money in any size, things counted with a size in front.

A unit may stand in a column of its own, in the brackets of a heading, in a line above the table
(`Đơn vị: triệu đồng`) or inside its title (`Biểu 03: Vốn (ĐVT: 1.000 đồng)`).
"""

import re

from mtqg_geo.communes.names import without_accents
from mtqg_geo.loading.sheets.words import clean, plain

UNIT = "unit"
SIZES = {
    **dict.fromkeys(
        ("ty", "ti", "billion", "bn", "1 000 000 000", "1000000000", "10 9", "10⁹"), 1e9
    ),
    **dict.fromkeys(("trieu", "tr", "million", "1 000 000", "1000000", "10 6", "10⁶"), 1e6),
    **dict.fromkeys(("nghin", "ngan", "ng", "thousand", "1 000", "1000", "10 3", "10³"), 1e3),
}
_SIZE = "|".join(sorted(SIZES, key=len, reverse=True))
_NAMES = r"dong(?! bao)|vnd|vn d"
SIZED = re.compile(rf"(?<![\w.])({_SIZE}) ?(?:{_NAMES}|d)\b")
# A size in words that no number stands before: "15.000 triệu đồng" is an amount.
_UNCOUNTED = re.compile(
    rf"(?<!\d )(?<!cong )(?<!\w)(?:ty|ti|trieu|tr|nghin|ngan) ?(?:{_NAMES}|d)\b"
)
# Without a size only by itself: without accents Sơn Động and "đồng bào" read as money as well.
ALONE = re.compile(rf"(?:{_NAMES}|d)")
PIECES = re.compile(r"[():;,]|\s[-–—]\s")
COUNTED = re.compile(rf"(?:({_SIZE}) )?(.+)")
BRACKETS = re.compile(r"\(([^()]*)\)")
# What introduces a unit above a table, in letters without accents.
_INTRODUCED = re.compile(r"\b(don vi(?: tinh)?|dvt|dv tinh|unit)\b\s*[.:\-–]?\s*([^();]+)")
_BY_ITSELF = "don vi"  # also an office: what it introduces must then be a unit


def money_factor(text: str) -> float | None:
    """Return how many đồng the unit of money in a text has; None if it names none.

    >>> [money_factor(text) for text in ("FI01 (triệu đồng)", "ĐVT: 1.000 đ", "tr.đ", "hộ")]
    [1000000.0, 1000.0, 1000000.0, None]
    >>> [money_factor(text) for text in ("FI01 (đồng)", "Vốn hỗ trợ đồng bào Sơn Động", "cost_vnd")]
    [1.0, None, 1.0]
    """
    words = plain(text)
    if sized := SIZED.search(words):
        return SIZES[sized[1]]
    is_plain = "vnd" in words.split() or any(
        ALONE.fullmatch(plain(piece)) for piece in PIECES.split(text)
    )
    return 1.0 if is_plain else None


def unit_factor(text: str, units: tuple[str, ...], *, is_money: bool) -> float | None:
    """Return by what figures in a unit are multiplied to be in đồng, or in one of some units.

    None if the text names another kind of unit. Text that names no money says nothing of money.

    >>> unit_factor("nghìn hộ", ("hộ", "households"), is_money=False)
    1000.0
    >>> unit_factor("triệu", ("VND",), is_money=True)  # of money a size says it all
    1000000.0
    """
    words = plain(text)
    if is_money:
        return SIZES.get(words) or money_factor(text)
    known = {plain(each) for each in units}
    size, of_what = COUNTED.fullmatch(words).groups() if words else (None, "")  # type: ignore[union-attr]
    if words in known:
        return 1.0
    return SIZES[size] if size and of_what in known else None


def noted_unit(text: str) -> str:
    """Return the unit that a cell above a table tells, as it is written; "" if it tells none.

    >>> noted_unit("Biểu 03: Vốn thực hiện (ĐVT: triệu đồng)"), noted_unit("Đơn vị: Tr.đ")
    ('triệu đồng', 'Tr.đ')
    >>> noted_unit("(triệu đồng)"), noted_unit("Đơn vị: UBND huyện Sơn Động")
    ('triệu đồng', '')
    >>> noted_unit("Tính bằng nghìn đồng"), noted_unit("Tổng vốn giao: 15.000 triệu đồng")
    ('nghin dong', '')
    """
    if said := introduced_unit(text):
        return said
    written = clean(text)
    if _INTRODUCED.search(without_accents(written).lower()):
        return ""
    alone = [*BRACKETS.findall(written), written]
    if said := next((each.strip() for each in alone if is_unit(each, (), is_money=True)), ""):
        return said
    return found[0] if (found := _UNCOUNTED.search(plain(written))) else ""


def introduced_unit(text: str) -> str:
    """Return the unit that a text tells as such, wherever it stands: `Ghi chú: ĐVT: triệu đồng`."""
    written = clean(text)
    bare = without_accents(written).lower()
    found = _INTRODUCED.search(bare)
    if found is None or len(bare) != len(written):
        return ""
    said = written[found.start(2) : found.end(2)].strip(" .")
    is_known = unit_factor(said, (), is_money=True) is not None
    return said if is_known or found[1] != _BY_ITSELF else ""


def without_unit(text: str) -> str:
    """Return a text without the unit it tells: "ĐVT: %" speaks of no share."""
    return text.replace(noted_unit(text) or "\n", "")


def is_unit(text: str, units: tuple[str, ...], *, is_money: bool) -> bool:
    """Say whether a text is a unit and nothing else.

    >>> [is_unit(text, (), is_money=True) for text in ("triệu đồng", "lũy kế (triệu đồng)")]
    [True, False]
    """
    words = plain(text)
    if is_money:
        return bool(SIZED.fullmatch(words) or ALONE.fullmatch(words))
    return unit_factor(text, units, is_money=False) is not None
