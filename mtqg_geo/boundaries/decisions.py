"""Decisions of a person about names, kept as a CSV and used again for the next file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from mtqg_geo.programme.errors import MtqgError
from mtqg_geo.programme.words import coded

MAPPING_COLUMNS = ("name", "district", "province", "code", "decided_by")


class MappingError(MtqgError):
    """A mapping file lacks a column, holds a broken code or contradicts itself."""


def read_mapping(path: Path | str) -> pd.DataFrame:
    """Read a mapping file; all columns are text, `code` keeps its zeros.

    Raises
    ------
    MappingError
        If it cannot be read, a column is missing, a code is not five digits, or one place has two
        codes.
    """
    file = Path(path).name
    columns = ", ".join(MAPPING_COLUMNS)
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise coded(MappingError, "mapping_unreadable", file=file, columns=columns) from error
    missing = [column for column in MAPPING_COLUMNS if column not in table.columns]
    if missing:
        raise coded(
            MappingError,
            "mapping_columns",
            file=file,
            count=len(missing),
            total=len(MAPPING_COLUMNS),
            example=missing[0],
            columns=columns,
        )
    broken = table[~table["code"].str.fullmatch(r"\d{5}")]
    if len(broken):
        example = str(broken["code"].iloc[0])
        counts = {"count": len(broken), "total": len(table)}
        raise coded(MappingError, "mapping_codes", file=file, example=example, **counts)
    return _without_contradictions(table[list(MAPPING_COLUMNS)], file)


def _without_contradictions(table: pd.DataFrame, file_name: str) -> pd.DataFrame:
    place = ["name", "district", "province"]
    distinct = table.drop_duplicates([*place, "code"])
    twice = distinct[distinct.duplicated(place, keep=False)]
    if len(twice):
        example = str(twice["name"].iloc[0])
        count = len(twice)
        raise coded(MappingError, "mapping_twice", file=file_name, count=count, example=example)
    return distinct.reset_index(drop=True)


def decided_rows(
    asked: pd.DataFrame, accepted: Mapping[object, str], *, decided_by: str = "person"
) -> pd.DataFrame:
    """Return the decisions about features as rows of a mapping file.

    Parameters
    ----------
    asked
        Columns `feature`, `name`, `district`, `province` of the features that were open.
    accepted
        Feature → code.
    decided_by
        Who, or which rule, decided.
    """
    chosen = asked[asked["feature"].isin(list(accepted))]
    decided = chosen.assign(code=chosen["feature"].map(accepted), decided_by=decided_by)
    return decided[list(MAPPING_COLUMNS)]


def write_mapping_rows(path: Path | str, rows: pd.DataFrame) -> None:
    """Write decisions in a fixed order, so that the same decisions give the same file."""
    ordered = rows[list(MAPPING_COLUMNS)].sort_values(list(MAPPING_COLUMNS), ignore_index=True)
    ordered.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
