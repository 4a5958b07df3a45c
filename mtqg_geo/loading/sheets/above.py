"""What stands right above the headings of a column: a row of headings more, where it is no title.

The lowest row of headings may name every column completely, with “Ước” or “Tỷ lệ (%)” over some of
them one row higher. What is merged over a column stands above it too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from mtqg_geo.loading.sheets.row_words import is_below
from mtqg_geo.loading.sheets.rows import cell_texts
from mtqg_geo.loading.sheets.table import Merge, Sheet
from mtqg_geo.loading.sheets.words import plain

TITLE = re.compile(r"(?:bao cao|bieu|phu luc)\b")
LONG_TITLE = 40  # characters; a row of headings that says something of one column only says less


def texts_above(
    sheet: Sheet, start: int, places: Sequence[int], *, apart: frozenset[int]
) -> dict[int, tuple[str, ...]]:
    """Return the texts above the headings of some columns, from the top down to the headings.

    Parameters
    ----------
    start
        The position of the first row of headings; above it they end at an empty row.
    places
        The columns of figures.
    apart
        Columns of something else: what reaches over them as well is the title of the table.
    """
    above = range(start - 1, -1, -1)
    rows = [*takewhile(any, (cell_texts(sheet, at) for at in above))]
    end = sheet.first_row + start
    merged = [each for each in sheet.merged if end - len(rows) <= each.bottom and each.top < end]
    found: dict[int, tuple[str, ...]] = dict.fromkeys(places, ())
    for number, texts in zip(range(end - 1, 0, -1), rows, strict=False):
        for place in places:
            text, covered = _over(sheet, number, texts, place, merged)
            is_alone = sum(map(bool, texts)) == 1 and (len(covered) == 1 or sheet.numeric is None)
            is_title = not apart.isdisjoint(covered) or (is_alone and len(text) > LONG_TITLE)
            is_title |= TITLE.match(plain(text)) is not None
            if text and not is_title and not is_below((text,)):
                found[place] = (text, *found[place])
    return found


def _over(
    sheet: Sheet, number: int, texts: Sequence[str], place: int, merged: Sequence[Merge]
) -> tuple[str, range]:
    """Return the text over a column in a row, and the places over which it stands."""
    for each in merged:
        if each.top <= number <= each.bottom and each.left <= place <= each.right:
            row = each.top - sheet.first_row
            text = cell_texts(sheet, row)[each.left] if row >= 0 else ""
            return text, range(each.left, each.right + 1)
    if texts[place] or sheet.numeric is not None:
        return texts[place], range(place, place + 1)
    # A CSV file keeps the text of merged cells in the first of them, and not that they were merged.
    left = next((at for at in range(place, -1, -1) if texts[at]), place)
    return texts[left], range(left, place + 1)
