"""Tables of data as rows of the database, and back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from numpy.typing import NDArray

from mtqg_geo.programme import columns as c
from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.model import Mask
from mtqg_geo.programme.tables import BYTES, NUMBERS, ROW, SHEET, WHOLE_NUMBERS, DataTable
from mtqg_geo.programme.words import coded

CHUNK = 20_000  # rows converted at a time: a million of them never stand in memory as objects
Row = tuple[Any, ...]


def sorted_order(table: pd.DataFrame, kind: DataTable) -> NDArray[np.int64]:
    """Return the positions of the rows in the order of their key.

    Raises
    ------
    StoreError
        `store_twice` if a key is there more than once.
    """
    # Numbers in the order of their texts: they are sorted faster, and equal keys stand together.
    codes = [pd.factorize(_texts(table[name]), sort=True)[0].astype(np.int32) for name in kind.key]
    order = np.lexsort(codes[::-1])
    same = _same_as_next([each[order] for each in codes])
    if same.any():
        first = table.iloc[order[int(np.argmax(same))]]
        example = " · ".join(str(first[name]) for name in kind.key if first[name] != "")
        raise coded(StoreError, "store_twice", count=int(same.sum()), example=example)
    return order


def rows_of(table: pd.DataFrame, kind: DataTable, order: NDArray[np.int64]) -> Iterator[list[Row]]:
    """Yield the rows in an order, in chunks: key, values, sheet and row."""
    for start in range(0, len(order), CHUNK):
        part = table.iloc[order[start : start + CHUNK]]
        yield list(zip(*(_plain(part, name) for name in (*kind.columns, SHEET, ROW)), strict=True))


def fetched(result: sa.CursorResult[Any]) -> list[Row]:
    """Return all rows of a result as the driver gives them, in half the time of SQLAlchemy's."""
    assert result.cursor is not None
    return list(result.cursor.fetchall())


def arrays_of(names: Sequence[str], rows: Sequence[Row]) -> dict[str, NDArray[Any]]:
    """Return rows of the database by column; texts and shapes stay Python objects."""
    by_column = list(zip(*rows, strict=True)) or [()] * len(names)
    return {name: _array(name, values) for name, values in zip(names, by_column, strict=True)}


def newest_of(arrays: Mapping[str, NDArray[Any]], key: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Return the last row of each key, from rows sorted by key and batch.

    >>> rows = {"code": np.array(["A", "A", "B"]), "value": np.array([1.0, 2, 3])}
    >>> newest_of(rows, ["code"])["value"].tolist()
    [2.0, 3.0]
    """
    same = _same_as_next([arrays[name] for name in key])
    if not same.any():
        return dict(arrays)
    last = np.append(~same, True)
    return {name: values[last] for name, values in arrays.items()}


def _same_as_next(columns: list[NDArray[Any]]) -> Mask:
    """Say for each row but the last whether the next one holds the same in every column."""
    same: Mask = np.all([each[1:] == each[:-1] for each in columns], axis=0)
    return same


def frame_of(names: Sequence[str], rows: Sequence[Row]) -> pd.DataFrame:
    """Return rows of the database as a table."""
    types: dict[str, Any] = {c.YEAR: "Int64", **dict.fromkeys(BYTES, object)}
    return pd.DataFrame(
        {
            name: pd.Series(array, dtype=types.get(name, "str" if array.dtype == "O" else None))
            for name, array in arrays_of(names, rows).items()
        }
    )


def chunks(rows: Iterable[Row], size: int = CHUNK) -> Iterator[list[Row]]:
    """Yield the rows in lists."""
    rest = iter(rows)
    while part := list(islice(rest, size)):
        yield part


def _texts(column: pd.Series) -> pd.Series:
    return column.astype(object).where(column.notna(), "") if column.hasnans else column


def _plain(table: pd.DataFrame, name: str) -> list[object]:
    """Return a column as Python objects; equal texts are one object."""
    if name not in table and name in (SHEET, ROW):  # a layer has neither
        return [0 if name == ROW else ""] * len(table)
    column = table[name]
    if name in NUMBERS:
        numbers = column.astype(float).tolist()
        return [None if value != value else value for value in numbers]
    if name in WHOLE_NUMBERS:
        whole = pd.to_numeric(column).astype("Int64")
        return [None if value is pd.NA else int(value) for value in whole]
    if name in BYTES:
        return [None if value is None else bytes(value) for value in column]
    codes, known = pd.factorize(column)
    texts = np.asarray([*map(_storable, known), ""], dtype=object)  # a missing one has code -1
    return list(texts[codes])


def _storable(text: object) -> str:
    """Return what both databases can hold of a text: no NUL, no half of a surrogate pair."""
    return str(text).replace("\0", "").encode("utf-8", "replace").decode()


def _array(name: str, values: tuple[Any, ...]) -> NDArray[Any]:
    if name in NUMBERS:
        return np.array(values, dtype=np.float64)
    if name in WHOLE_NUMBERS and name != c.YEAR:
        return np.array(values, dtype=np.int64)
    objects = np.empty(len(values), dtype=object)
    objects[:] = values
    return objects
