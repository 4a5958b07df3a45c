"""Measure loading: a million figures from CSV, and a workbook with a row for every commune.

::

    python -m benchmarks.loading [--rows 1000000] [--json]

The catalogue's years are stretched until there are enough different figures to report. The store
is a new SQLite file. Memory is the peak of the larger of the two processes: the one that checks
and stores, and its child that reads the file.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import openpyxl

from benchmarks.machine import machine
from mtqg_geo.dataset.dataset import Dataset, shipped_dataset
from mtqg_geo.loading.tables.observation_rules import is_reported_by_quarter
from mtqg_geo.loading.upload import check_upload, commit_upload
from mtqg_geo.loading.workbooks.templates import template
from mtqg_geo.programme.model import Basis, Kind
from mtqg_geo.store.engine import create_store
from mtqg_geo.store.rights import Who

FIRST_YEAR, LAST_YEAR = 1990, 2024
ROWS = 1_000_000
QUARTERS = ("-Q1", "-Q2", "-Q3", "-Q4")


def main() -> int:
    """Measure each case in a process of its own and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--case", choices=("csv", "workbook"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        measured = csv_case(options.rows) if options.case == "csv" else workbook_case()
        print(json.dumps(measured))
        return 0
    answer: dict[str, Any] = {"machine": machine("pandas", "pyarrow", "openpyxl", "SQLAlchemy")}
    for case in ("csv", "workbook"):
        answer[case] = apart(case, options.rows)
    if options.json:
        json.dump(answer, sys.stdout, ensure_ascii=False, indent=1)
        return 0
    for case in ("csv", "workbook"):
        print(case, *(f"{name} {value}" for name, value in answer[case].items()), sep="  ")
    return 0


def apart(case: str, rows: int) -> dict[str, Any]:
    """Return the figures of a case that runs in a process and a data folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.loading", "--case", case, "--rows", str(rows)],
            env={**os.environ, "MTQG_DATA": folder, "MTQG_DATABASE": ""},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def csv_case(rows: int) -> dict[str, Any]:
    """Check and store a CSV of so many figures."""
    data = stretched(shipped_dataset())
    store = create_store()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figures.csv"
        with path.open("w", encoding="utf-8") as file:
            file.write("Mã xã;Chỉ tiêu;Dự án;Kỳ báo cáo;Loại số liệu;Giá trị\n")
            file.writelines(f"{line}\n" for line in islice(figures(data), rows))
        before_mb = peak_mb(resource.RUSAGE_SELF)
        start = time.perf_counter()
        upload = check_upload(path, path.name, data, store=store)
        checked = time.perf_counter()
        batch = commit_upload(upload, store, who=Who("benchmark"))
        stored = time.perf_counter()
    assert batch is not None
    assert batch.counts["observations"]["new"] == rows
    return {
        "rows": rows,
        "megabytes": round(len(upload.content) / 1e6, 1),
        "check_s": round(checked - start, 1),
        "commit_s": round(stored - checked, 1),
        "total_s": round(stored - start, 1),
        "peak_mb": peak_mb(resource.RUSAGE_SELF),
        "peak_of_child_mb": peak_mb(resource.RUSAGE_CHILDREN),
        "peak_before_mb": before_mb,
    }


def workbook_case() -> dict[str, Any]:
    """Check and store the template with a figure for every commune."""
    data = shipped_dataset()
    store = create_store()
    content = filled_template(data)
    start = time.perf_counter()
    upload = check_upload(content, "figures.xlsx", data, store=store)
    checked = time.perf_counter()
    batch = commit_upload(upload, store, who=Who("benchmark"))
    stored = time.perf_counter()
    assert batch is not None
    return {
        "rows": upload.tables[0].rows_read,
        "check_s": round(checked - start, 2),
        "commit_s": round(stored - checked, 2),
        "total_s": round(stored - start, 2),
        "peak_mb": peak_mb(resource.RUSAGE_SELF),
        "peak_of_child_mb": peak_mb(resource.RUSAGE_CHILDREN),
    }


def stretched(data: Dataset) -> Dataset:
    """Return the data with a programme of so many years that a million figures differ."""
    years = tuple(range(FIRST_YEAR, LAST_YEAR + 1))
    programme = replace(data.catalog.programme, years=years, term=(years[0], years[-1]))
    return replace(data, catalog=replace(data.catalog, programme=programme))


def figures(data: Dataset) -> Iterator[str]:
    """Yield every figure that can be reported, as a line of CSV."""
    catalog = data.catalog
    parents = {project.parent for project in catalog.projects.values()}
    leaves = [code for code in catalog.projects if code not in parents]
    number = 0
    for year in catalog.programme.years:
        for indicator in catalog.indicators.values():
            if indicator.kind is Kind.CATEGORY or indicator.is_computed:
                continue
            projects = leaves if Basis.DISBURSED in indicator.bases else [indicator.project]
            for basis in indicator.bases:
                quarters = QUARTERS if is_reported_by_quarter(indicator, basis) else ("",)
                for quarter in quarters:
                    for project in projects:
                        for commune in data.commune_list["code"]:
                            number += 1
                            value = number % 2 if indicator.unit.en == "communes" else number % 97
                            period = f"{year}{quarter}"
                            parts = (commune, indicator.id, project, period, basis.value, value)
                            yield ";".join(map(str, parts))


def filled_template(data: Dataset) -> bytes:
    """Return the template of figures with houses done in a quarter in every commune."""
    book = openpyxl.load_workbook(io.BytesIO(template("observations", data)))
    sheet = book.worksheets[0]
    heading_row = next(cell.row for cell in sheet["A"] if cell.value == "Mã xã")
    headings = [(str(cell.value), cell.column) for cell in sheet[heading_row]]
    places = {
        start: next(column for text, column in headings if text.startswith(start))
        for start in ("Kỳ", "Loại số liệu", "OP01")
    }
    last = heading_row + len(data.commune_list)
    for row in range(heading_row + 1, last + 1):
        sheet.cell(row, places["Kỳ"], "Quý I/2023")
        sheet.cell(row, places["Loại số liệu"], "Thực hiện")
        sheet.cell(row, places["OP01"], row % 10)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def peak_mb(who: int) -> int:
    """Return the largest memory a process, or any of its children, ever had."""
    return resource.getrusage(who).ru_maxrss // 1024


if __name__ == "__main__":
    raise SystemExit(main())
