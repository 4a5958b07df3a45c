"""Which column of a file holds the codes, names, districts and provinces: told by its content."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import pandas as pd

from mtqg_geo.communes.gazetteer import Gazetteer
from mtqg_geo.communes.names import full_name, normalised, plain_name, plain_whole

# A way of writing that keeps more of the name weighs more: the accented column wins.
SPELLINGS: tuple[tuple[Callable[[str], str], float], ...] = (
    (full_name, 1.0),
    (normalised, 0.9),
    (plain_whole, 0.7),
    (plain_name, 0.7),
)
PARENT_SHARE = 0.6
NAME_SHARE = 0.2
CODE_SHARE = 0.8


@dataclass(frozen=True)
class FileColumns:
    """Names of the columns that were recognised; None where the file has no such column."""

    code: str | None = None
    name: str | None = None
    district: str | None = None
    province: str | None = None


def find_columns(
    features: pd.DataFrame, gazetteer: Gazetteer, *, key: str | None = None
) -> FileColumns:
    """Find the columns that hold known codes, commune names, districts and provinces.

    Parameters
    ----------
    features
        The attribute table of a layer; a geometry column is passed over.
    gazetteer
        The units to compare with.
    key
        Name of the code column, if the person knows it.
    """
    texts = {
        str(column): distinct_texts(features[column])
        for column in features.columns
        if features[column].dtype != "geometry"
    }
    provinces = _scores(texts, gazetteer.units["province"].unique())
    # A district's column may also hold town names, never the other way round.
    districts = _scores(texts, gazetteer.units["district"].unique())
    parents = {
        column for column in texts if max(provinces[column], districts[column]) >= PARENT_SHARE
    }
    communes = _scores(texts, gazetteer.units["name"].unique())
    return FileColumns(
        code=key or _code_column(texts, gazetteer, len(features)),
        name=_best(communes, NAME_SHARE, leave_out=parents),
        district=_best(districts, PARENT_SHARE, leave_out=_over(provinces)),
        province=_best(provinces, PARENT_SHARE),
    )


def as_text(values: pd.Series) -> pd.Series:
    """Return a column as stripped text: missing as empty, whole numbers without a fraction."""
    text = values.astype(object).where(values.notna(), "").astype(str).str.strip()
    return text.str.replace(r"^(\d+)\.0$", r"\1", regex=True)


def distinct_texts(values: pd.Series) -> list[str]:
    """Return the distinct texts of a column, without the empty one."""
    return [text for text in as_text(values).unique() if text]


def _scores(texts: dict[str, list[str]], names: Collection[str]) -> dict[str, float]:
    """Return for each column the share of its texts that are known names, weighed by spelling."""
    scores = dict.fromkeys(texts, 0.0)
    for spell, weight in SPELLINGS:
        known = {spell(name) for name in names if name}
        for column, values in texts.items():
            worded = [value for value in values if not value.isdecimal()]
            found = sum(spell(value) in known for value in worded)
            scores[column] = max(scores[column], weight * found / max(len(values), 1))
    return scores


def _over(scores: dict[str, float]) -> set[str]:
    return {column for column, score in scores.items() if score >= PARENT_SHARE}


def _best(scores: dict[str, float], least: float, *, leave_out: Collection[str] = ()) -> str | None:
    free = {column: score for column, score in scores.items() if column not in leave_out}
    column = max(free, key=lambda name: free[name], default=None)
    return column if column is not None and free[column] >= least else None


def _code_column(texts: dict[str, list[str]], gazetteer: Gazetteer, n_rows: int) -> str | None:
    """Return the column whose texts are known codes, one for most rows.

    A running number padded to five digits is a known code one time in three, hence the share.
    """
    known = set(gazetteer.units["code"])
    for column, values in texts.items():
        numbers = [value for value in values if value.isdecimal() and 3 <= len(value) <= 5]
        found = sum(value.zfill(5) in known for value in numbers)
        if len(values) >= n_rows / 2 and found >= CODE_SHARE * len(values):
            return column
    return None
