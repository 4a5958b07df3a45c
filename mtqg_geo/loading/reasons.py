"""Why rows are refused or deserve a look: one reason is said once, with all its rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mtqg_geo.loading.sheets.rows import is_note_letter
from mtqg_geo.loading.sheets.table import RowError
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import number, t

MOST_RANGES = 12  # of rows that are named one by one; a list beyond that is read by nobody
MOST_VALUES = 3
# What is to be done is the same whichever unit or row they name: one of many stands for all.
SAME_REMEDY = frozenset(
    {"load_commune_doubtful", "code_dissolved", "code_other_vintage", "code_former_vintage",
     "load_twice", "load_twice_elsewhere", "load_overlaps"}
)  # fmt: skip
MOST_ALIKE = 3


@dataclass(frozen=True)
class Reason:
    """What is said of some cells of a column of a sheet, in one language.

    Attributes
    ----------
    errors
        The errors that it stands for, in the order of the file.
    text
        The reason and what to do.
    """

    errors: tuple[RowError, ...]
    text: str

    @property
    def first(self) -> RowError:
        """The first of them: sheet and column are those of all."""
        return self.errors[0]

    @property
    def rows(self) -> tuple[int, ...]:
        """The rows it is about, in order."""
        return tuple(sorted({row for each in self.errors for row in each.rows or (each.row,)}))

    @property
    def written(self) -> str:
        """What is written there: the first few of several."""
        return few(each.value for each in self.errors)

    def rows_text(self, lang: Lang) -> str:
        """Say which rows, and of several how many: `1.881 dòng (41593–43473)`."""
        ranges = row_ranges(self.rows)
        if len(self.rows) == 1:
            return ranges
        return t("loading_rows", lang, count=number(len(self.rows), lang), rows=ranges)

    @property
    def cells(self) -> str:
        """The addresses of the cells: `E41593–E43473`; of a note above the table that of the note.

        Empty where a whole row is meant.
        """
        letter = self.first.letter
        return letter if not letter or is_note_letter(letter) else row_ranges(self.rows, letter)


def reasons(errors: Iterable[RowError], lang: Lang) -> tuple[Reason, ...]:
    """Return errors by reason, each where it comes first.

    >>> place = {"sheet": "Trang 1", "column": "Mã xã", "letter": "B", "value": ""}
    >>> wrong = [RowError(row=row, code="load_commune_missing", **place) for row in (4, 2)]
    >>> [(each.rows, each.cells) for each in reasons(wrong, "vi")]
    [((2, 4), 'B2, B4')]
    """
    found: dict[tuple[str, str, str, str], list[RowError]] = {}
    for error in errors:
        key = (error.sheet, error.letter, error.column, error.text(lang))
        found.setdefault(key, []).append(error)
    each = [Reason(tuple(group), key[-1]) for key, group in found.items()]
    return tuple(_one_for_many(each, lang))


def _one_for_many(each: Sequence[Reason], lang: Lang) -> Iterator[Reason]:
    """Yield reasons; of many with the same remedy in one column the first, with all their rows."""
    alike: dict[tuple[str, str, str], list[Reason]] = {}
    for reason in each:
        first = reason.first
        if first.code in SAME_REMEDY:
            alike.setdefault((first.sheet, first.letter, first.code), []).append(reason)
    many = {key: group for key, group in alike.items() if len(group) > MOST_ALIKE}
    for reason in each:
        first = reason.first
        group = many.get((first.sheet, first.letter, first.code))
        if group is None:
            yield reason
        elif reason is group[0]:
            words = t("loading_alike", lang, count=number(len(group) - 1, lang))
            errors = tuple(error for other in group for error in other.errors)
            yield Reason(errors, f"{reason.text} {words}")


def few(texts: Iterable[str]) -> str:
    """Return the first few of some texts, each once.

    >>> few(["-1", "-2", "-1", "-3", "-4"])
    '-1; -2; -3; …'
    """
    distinct = list(dict.fromkeys(texts))
    return "; ".join([*distinct[:MOST_VALUES], *(["…"] if len(distinct) > MOST_VALUES else [])])


def row_ranges(rows: Sequence[int], letter: str = "") -> str:
    """Write rows, neighbours together; far more than anybody reads are cut off with a mark.

    >>> row_ranges([2, 5, 6, 7, 9]), row_ranges([5, 6], "E")
    ('2, 5–7, 9', 'E5–E6')
    """
    ranges = list(_ranges(rows))
    said = [f"{letter}{a}" if a == b else f"{letter}{a}–{letter}{b}" for a, b in ranges]
    return ", ".join(said[:MOST_RANGES]) + (", …" if len(said) > MOST_RANGES else "")


def _ranges(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last of each run of neighbouring numbers, given in order."""
    breaks = [at for at, (one, other) in enumerate(pairwise(rows), 1) if other != one + 1]
    for start, end in pairwise([0, *breaks, len(rows)]):
        yield rows[start], rows[end - 1]
