"""The command `crosswalk`: shares between two boundary sets, from their layers alone."""

import argparse
import json
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo.boundaries import read_level
from geo.errors import BoundaryError
from mtqg_geo.boundaries.check import MONTH, check_file
from mtqg_geo.boundaries.comparison import (
    DERIVED,
    ComparedSet,
    CrosswalkReport,
    compare_sets,
    lineage_rows,
    report,
    report_text,
)
from mtqg_geo.cli.common import add_language, leave
from mtqg_geo.cli.exit_codes import FINE, PROBLEMS
from mtqg_geo.communes.codes import written_day
from mtqg_geo.communes.epochs import epochs_of
from mtqg_geo.communes.lineage import shipped_lineage
from mtqg_geo.dataset.boundary_sets import available_sets, find_set, set_in_use
from mtqg_geo.dataset.dataset import current_dataset
from mtqg_geo.dataset.vintages import current_lineage
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.programme.model import Lang, Role
from mtqg_geo.programme.tables import CONFIDENCE, DAY, FROM_CODE
from mtqg_geo.programme.words import error_text, number, t
from mtqg_geo.store.engine import has_store, open_store

VINTAGES = {"old": "2023-04", "new": "2025-07"}


def add_crosswalk(command: argparse.ArgumentParser) -> None:
    """Give `crosswalk` its flags."""
    for side, vintage in VINTAGES.items():
        command.add_argument(
            side,
            metavar=side.upper(),
            help="tháng, mã hoặc tên bộ ranh giới, hoặc tệp (month, id or name of a set, or file)",
        )
        command.add_argument(
            f"--{side}-vintage",
            default=vintage,
            metavar="YYYY-MM",
            help=f"thời điểm của tệp, mặc định {vintage} (month of the file)",
        )
    command.add_argument("--weights", choices=("area", "households"), default="area")
    command.add_argument("--json", action="store_true")
    command.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="ghi bảng quan hệ ra CSV (lineage as CSV)"
    )
    add_language(command)
    command.set_defaults(run=_crosswalk)


def _crosswalk(options: argparse.Namespace) -> int:
    lang = options.lang
    old, new = (
        _side(getattr(options, side), getattr(options, f"{side}_vintage"), lang)
        for side in VINTAGES
    )
    if options.output and old.vintage >= new.vintage:
        raise SelectionError((t("reform_rows_order", lang, old=old.vintage, new=new.vintage),))
    weights = _households() if options.weights == "households" else None
    found = compare_sets(old, new, epochs_of(shipped_lineage()), households=weights)
    if weights is not None and found.weighted_by != "households":
        print(t("reform_no_households", lang), file=sys.stderr)
    if options.output and (failed := _write(found, weights, options.output, lang)):
        return failed
    if options.json:
        print(json.dumps(report(found), ensure_ascii=False, indent=1, allow_nan=False))
    else:
        print(report_text(found, lang))
    return FINE if found.agrees else PROBLEMS


def _write(found: CrosswalkReport, households: pd.Series | None, target: Path, lang: Lang) -> int:
    """Write the lineage as CSV and say what it holds; return the exit code."""
    lineage = current_lineage(open_store() if has_store() else None)
    rows = lineage_rows(found, lineage, households=households)
    derived = rows.loc[rows[CONFIDENCE] == DERIVED, FROM_CODE].nunique()
    words = {
        "file": str(target),
        "day": written_day(str(rows[DAY].iloc[0]), lang) if len(rows) else found.new.vintage,
        "count": number(len(rows), lang),
        "kept": number(rows[FROM_CODE].nunique() - derived, lang),
        "derived": number(derived, lang),
    }
    content = rows.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")
    return leave(content, target, lang=lang, done=t("reform_written", lang, **words))


def _side(reference: str, vintage: str, lang: Lang) -> ComparedSet:
    """Return the set of a month, id or name, or what a file holds."""
    path = Path(reference)
    if path.is_file():
        return _from_file(path, vintage, lang)
    if MONTH.fullmatch(reference) and reference in {each.vintage for each in available_sets()}:
        boundary_set = set_in_use(reference)
        if boundary_set.vintage != reference:
            boundary_set = next(each for each in available_sets() if each.vintage == reference)
    else:
        try:
            boundary_set = find_set(reference)
        except BoundaryError as error:
            raise SelectionError((error_text(error, lang),)) from error
    units = read_level(boundary_set, "commune")
    return ComparedSet(boundary_set.name, boundary_set.vintage, units)


def _from_file(path: Path, vintage: str, lang: Lang) -> ComparedSet:
    checked = check_file(path, vintage=vintage, lang=lang)
    if checked.units is None:
        raise SelectionError((t("reform_nothing_recognised", lang, file=path.name),))
    recognition = checked.recognition
    rest = pd.concat([recognition.unmatched, recognition.doubtful, recognition.set_aside])
    rest = rest.drop_duplicates("feature")  # one feature may stand on two lists
    shapes = checked.features.geometry.loc[rest["feature"]]
    unplaced = gpd.GeoDataFrame(
        {c.NAME: rest[c.NAME].to_numpy()}, geometry=shapes.to_numpy(), crs=shapes.crs
    )
    return ComparedSet(path.name, vintage, checked.units, unplaced)


def _households() -> pd.Series:
    """Return the latest households of each commune that reported any."""
    data = current_dataset()
    indicator = data.catalog.with_role(Role.HOUSEHOLDS)
    years = [data.observed(indicator.id if indicator else "", year) for year in data.years]
    rows = pd.concat(years).dropna(subset=[c.VALUE]).sort_values(c.PERIOD, kind="stable")
    return rows.drop_duplicates(c.COMMUNE_CODE, keep="last").set_index(c.COMMUNE_CODE)[c.VALUE]
