"""Files of tables from strangers, read as plain cells in a limited child process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from openpyxl.utils import get_column_letter

from geo.errors import ReadError
from geo.sandbox import MOST_CHARACTERS, Limits, run_isolated
from geo.scratch import scratch_folder
from mtqg_geo.loading.reading.formats import format_of, grids_of
from mtqg_geo.loading.reading.grid import Grid
from mtqg_geo.loading.sheets.table import (
    BYTES,
    OPEN,
    STORED_NUMBER,
    STORED_PERCENT,
    TEXT,
    WIDTHS,
    Merge,
    Sheet,
)
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.words import coded

if TYPE_CHECKING:  # to import it is most of what the child takes that reads a small file
    import pandas as pd

LIMITS = Limits(memory_bytes=2_500_000_000, cpu_s=60, wall_s=90.0)
MOST_BYTES = 200_000_000
MOST_TEXT_BYTES = 600_000_000  # of all sheets: one text of a file may stand in a million cells
NOT_NEEDED = ("pandas",)  # Arrow would import it to ask whether it was given something of it
LONG = 50_000  # rows of a sheet from which on memory is worth saving
# What the child process may say in words about layers, and what it is called of workbooks.
OF_LIMITS = {
    "too_slow": "load_too_slow",
    "too_much_memory": "load_too_much_memory",
    "too_large_once_read": "load_too_much_memory",
    "unreadable": "load_unreadable",
}


def read_sheets(path: Path, file_name: str) -> tuple[Sheet, ...]:
    """Return the sheets of a workbook that hold something, or a text or web page as one sheet.

    A hidden sheet comes without its cells, so that it can be named.

    Raises
    ------
    LoadError
        For whatever is wrong with the file as a whole, in one sentence.
    """
    _require_size(path, file_name)
    with scratch_folder() as folder:
        answer = _isolated(path, file_name, Path(folder))
        if "code" in answer:
            raise coded(LoadError, answer["code"], **answer["values"])
        sheets = tuple(_sheet(Path(folder), each, answer["format"]) for each in answer["sheets"])
    if not sheets:
        raise coded(LoadError, "load_all_empty", file=file_name)
    if all(sheet.cells.empty for sheet in sheets):
        names = "; ".join(sheet.name for sheet in sheets)
        raise coded(LoadError, "load_all_hidden", file=file_name, sheets=names)
    return sheets


def read_into(folder: Path, *, path: str, file_name: str) -> dict[str, Any]:
    """Read a file and leave its sheets in a folder as Parquet; say which they are.

    This is what the child of `read_sheets` does; what is wrong with the file is its answer.
    """
    try:
        kind = format_of(Path(path), file_name)
        sheets, room = [], MOST_TEXT_BYTES
        for number, grid in enumerate(grids_of(Path(path), file_name, kind, folder)):
            _refuse_long(grid)
            room -= grid.table.nbytes
            if room < 0:
                raise coded(LoadError, "load_too_much_memory", file=file_name)
            target = f"{number}.parquet"
            pq.write_table(grid.table, folder / target)
            said = {"name": grid.name, "first_row": grid.first_row, "file": target}
            beside = {"merged": list(grid.merged), "hidden": list(grid.hidden)}
            beside |= {"hidden_columns": [*grid.hidden_columns], "scaled": [*grid.scaled]}
            sheets.append(said | beside | {"repeated": _repeated(grid.table)})
    except (LoadError, ReadError) as error:
        return {"code": error.code, "values": dict(error.values)}
    return {"format": kind, "sheets": sheets}


def _refuse_long(grid: Grid) -> None:
    """Refuse a cell longer than any spreadsheet writes; it would be held many times."""
    for place, name in enumerate(each for each in grid.table.column_names if each.startswith(TEXT)):
        lengths = pc.utf8_length(grid.table[name])
        longest = pc.max(lengths).as_py() or 0
        if longest > MOST_CHARACTERS:
            row = grid.first_row + pc.index(lengths, longest).as_py()
            raise coded(
                LoadError,
                "load_long_cell",
                sheet=grid.name,
                cell=f"{get_column_letter(place + 1)}{row}",
                count=longest,
                most=MOST_CHARACTERS,
            )


def _require_size(path: Path, file_name: str) -> None:
    size = path.stat().st_size
    if size == 0:
        raise coded(LoadError, "load_empty_file", file=file_name)
    if size > MOST_BYTES:
        most = MOST_BYTES // 1_000_000
        raise coded(
            LoadError, "load_too_large", file=file_name, megabytes=size // 1_000_000, most=most
        )


def _isolated(path: Path, file_name: str, folder: Path) -> Mapping[str, Any]:
    try:
        answer: Mapping[str, Any] = run_isolated(
            "mtqg_geo.loading.reading.cells:read_into",
            {"path": str(path.resolve()), "file_name": file_name},
            folder=folder,
            subject=file_name,
            limits=LIMITS,
            with_gdal=False,
            without=NOT_NEEDED,
        )
    except ReadError as error:
        code = OF_LIMITS.get(error.code, error.code)  # as it is: of an archive, of waiting
        raise coded(LoadError, code, **{**error.values, "file": file_name}) from error
    return answer


def _repeated(table: pa.Table) -> list[str]:
    """Return the columns of a long table that repeat few texts, so that each is held once."""
    if table.num_rows < LONG:
        return []
    texts = [name for name in table.column_names if name.startswith(TEXT)]
    return [name for name in texts if pc.count_distinct(table[name]).as_py() < LONG]


def _sheet(folder: Path, said: Mapping[str, Any], kind: str = "") -> Sheet:
    path = folder / said["file"]
    table = pq.read_table(path, read_dictionary=said["repeated"], use_threads=False)
    is_typed = f"{STORED_NUMBER}0" in table.column_names
    noted = table.schema.metadata or {}
    return Sheet(
        name=said["name"],
        format=kind,
        first_row=said["first_row"],
        cells=_part(table, TEXT),
        numeric=_part(table, STORED_NUMBER) if is_typed else None,
        percent=_part(table, STORED_PERCENT)
        if f"{STORED_PERCENT}0" in table.column_names
        else None,
        merged=tuple(Merge(*each) for each in said["merged"]),
        hidden=frozenset(said["hidden"]),
        hidden_columns=frozenset(said["hidden_columns"]),
        scaled=frozenset(said["scaled"]),
        is_bytes=BYTES in noted,
        widths=table[WIDTHS].to_numpy() if WIDTHS in table.column_names else None,
        open_row=said["first_row"] + table.num_rows - 1 if OPEN in noted else 0,
    )


def _part(table: pa.Table, start: str) -> pd.DataFrame:
    """Return the columns of a hand-over that begin alike, labelled from 0."""
    names = [name for name in table.column_names if name.startswith(start)]
    part = table.select(names).to_pandas()
    return part.set_axis(range(len(names)), axis=1)
