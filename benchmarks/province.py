"""A real province after some years: real layers, figures of four years, thousands of works.

Run `python -m benchmarks.province FOLDER` to make a store there (about a minute); start the page on
it with `MTQG_DATA=FOLDER`. Everything comes in as an office sends it: layers through the check of
boundaries, figures and works as CSV through the check of loading. The same seed gives the same
rows. A test calls `fill` with a smaller `Size`, and may leave out the real layers.

The figures are those of the delivered sample, carried to other years and split by source and kind
of capital; in each year some communes send nothing at all. Sites and roads lie in the programme's
communes, on whatever borders are in use; some roads are built twice.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from benchmarks.machine import FOLDER, absent
from benchmarks.serving import ROOT
from mtqg_geo.boundaries.check import check_file
from mtqg_geo.boundaries.install import install
from mtqg_geo.dataset.dataset import current_dataset
from mtqg_geo.dataset.tables import SAMPLE, SURFACES
from mtqg_geo.loading.sheets.layout import GEOMETRY, ROAD_CLASSES, heading
from mtqg_geo.loading.sheets.table import TableKind
from mtqg_geo.loading.upload import check_upload, commit_upload
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.catalog import DATA
from mtqg_geo.programme.model import MOST_DIFFICULT, Indicator, Kind
from mtqg_geo.store.engine import create_store
from mtqg_geo.store.rights import Who

LAYERS = {"2023-04": "bac_giang_communes_2008.zip", "2025-07": "bac_ninh_communes_2025.zip"}
SEED = 1719
SOURCE = "Số liệu tạo để đo tốc độ"
# Which year of the sample a year is carried from; the silences of that year come along.
CARRIED = {2021: 2022, 2022: 2022, 2023: 2023, 2024: 2023}
SPLITS = (
    ("central", "investment", 0.55),
    ("central", "regular", 0.3),
    ("local", "investment", 0.15),
    ("local", "regular", 0.1),
    ("integrated", "investment", 0.1),
    ("integrated", "regular", 0.05),
    ("other", "investment", 0.05),
    ("other", "regular", 0.02),
)
SILENT = 3  # communes that send nothing in a year, beside those of the sample
STATUSES = ("completed", "under_construction", "planned", "")
# Of four works of 2021 three are done; of one year's works 2023 has the most, as in the plan.
STATUS_SHARES = {
    2021: (0.85, 0.08, 0.02, 0.05),
    2022: (0.75, 0.14, 0.05, 0.06),
    2023: (0.55, 0.27, 0.1, 0.08),
    2024: (0.15, 0.4, 0.35, 0.1),
}
YEAR_SHARES = (0.17, 0.25, 0.33, 0.25)
PLACED = (0.6, 0.25)  # exact coordinates, somewhere in the commune; the others give none
BUILT_TWICE = 40  # of so many roads one is built again on the one before it
STEP_DEG, STEPS = 0.0012, (6, 24)  # a road bends every 120 m or so


@dataclass(frozen=True)
class Size:
    """How much there is of everything; as it stands, a province after four years.

    `capital_parts` is into how many sources and kinds capital is split: most figures are capital.
    """

    sites: int = 5000
    roads: int = 800
    years: tuple[int, ...] = (2021, 2022, 2023, 2024)
    capital_parts: int = 3


# Figures grow by years, then by sources of capital: 31,000, 124,000 and 290,000 of them.
SIZES = {
    1: Size(1250, 200, (2023,)),
    4: Size(),
    16: Size(20_000, 3200, capital_parts=len(SPLITS)),
}


def fill(
    size: Size = SIZES[4], *, layers: bool = True, say: Callable[[str], None] | None = None
) -> dict[str, int]:
    """Fill the store that `MTQG_DATA` names and return how many rows of each kind it has.

    Parameters
    ----------
    layers
        Whether the real layers are installed; else the delivered boundaries stay in use.
    say
        Told what was done, and in how many seconds.

    Raises
    ------
    FileNotFoundError
        If a real layer is not there.
    """
    say = say or (lambda words: None)
    if layers and (why := absent(*LAYERS.values())):
        raise FileNotFoundError(why)
    for vintage, name in LAYERS.items() if layers else ():
        began = perf_counter()
        checked = check_file(FOLDER / name, vintage=vintage)
        install(checked, vintage=vintage, name=Path(name).stem, who=Who("benchmark"), source=SOURCE)
        say(f"{name} installed in {perf_counter() - began:.1f} s")
    rows: dict[str, int] = {}
    for kind, table in tables(size):
        began = perf_counter()
        rows[kind] = load(kind, table)
        say(f"{rows[kind]:,} rows of {kind} loaded in {perf_counter() - began:.1f} s")
    return rows


def load(kind: TableKind, table: pd.DataFrame) -> int:
    """Check a table as a CSV file, store it and return its rows; all of them must be good."""
    store = create_store()
    content = table.rename(columns=lambda field: _heading(kind, field)).to_csv(index=False)
    upload = check_upload(
        content.encode(), f"{kind}.csv", current_dataset(), kind=kind, store=store
    )
    if upload.has_errors:
        error = upload.errors[0]
        msg = f"{sum(upload.rejected.values())} rows of {kind} are wrong, first: {error}"
        raise ValueError(msg)
    commit_upload(upload, store, who=Who("benchmark"))
    return len(upload.good[kind])


def _heading(kind: TableKind, field: str) -> str:
    own = {c.INDICATOR: "Chỉ tiêu", c.VALUE: "Giá trị"}
    return own.get(field) or heading(kind, field, "vi")


def tables(size: Size) -> Iterator[tuple[TableKind, pd.DataFrame]]:
    """Yield the tables in the order in which they are loaded: each knows those before."""
    regions = _sample("regions.csv").assign(**{c.SOURCE: SOURCE})
    yield "region", regions
    yield "observations", figures(size)
    area = programme_area(regions)
    yield "sites", sites(area, size)
    yield "roads", roads(area, size)


def _sample(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / SAMPLE / name, dtype=str, keep_default_na=False)


def programme_area(regions: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the communes of the programme on the borders in use, with `region`."""
    communes = current_dataset().as_loaded.communes
    known = communes[c.CODE].map(regions.set_index(c.COMMUNE_CODE)[c.REGION])
    area = communes.assign(**{c.REGION: known})
    return area[known.notna() & area.geometry.notna()].reset_index(drop=True)


def figures(size: Size) -> pd.DataFrame:
    """Return the figures of all years: the sample's, each thing grown by a factor of its own."""
    catalog = current_dataset().catalog
    sample = _sample("observations.csv")
    sample[c.VALUE] = pd.to_numeric(sample[c.VALUE])
    blocks: list[pd.DataFrame] = []
    for year in size.years:
        draw = np.random.default_rng([SEED, year])
        from_year = str(CARRIED[year])
        rows = sample[sample[c.PERIOD].str.startswith(from_year)]
        silent = draw.choice(rows[c.COMMUNE_CODE].unique(), SILENT, replace=False)
        rows = rows[~rows[c.COMMUNE_CODE].isin(silent)]
        rows = rows.assign(**{c.PERIOD: rows[c.PERIOD].str.replace(from_year, str(year))})
        # Plan and result of one thing grow alike, so that shares of plans stay plausible.
        thing = rows.groupby([c.COMMUNE_CODE, c.INDICATOR, c.PROJECT]).ngroup().to_numpy()
        factor = draw.lognormal(0, 0.25, thing.max() + 1)[thing]
        for indicator, at in rows.groupby(c.INDICATOR).indices.items():
            part = rows.iloc[at]
            blocks += _grown(catalog.indicators[str(indicator)], part, factor[at], size)
    return pd.concat(blocks, ignore_index=True).assign(**{c.SOURCE: SOURCE})


def _grown(
    indicator: Indicator, rows: pd.DataFrame, factor: NDArray[np.float64], size: Size
) -> Iterator[pd.DataFrame]:
    values = rows[c.VALUE].to_numpy()
    if indicator.is_money:
        for source, kind, share in SPLITS[: size.capital_parts]:
            part_vnd = np.round(values * factor * share, -6)
            yield rows.assign(**{c.VALUE: part_vnd, c.CAPITAL_SOURCE: source, c.CAPITAL_KIND: kind})
    elif indicator.kind is Kind.EXTENSIVE and not indicator.counts_communes:
        yield rows.assign(**{c.VALUE: np.round(values * factor, indicator.decimals)})
    else:
        yield rows


def _drawn_years(size: Size, number: int, draw: np.random.Generator) -> NDArray[np.int64]:
    """Return a year for each work: of all years by their shares, of one year that one."""
    shares = np.array(YEAR_SHARES[: len(size.years)])
    return np.sort(draw.choice(size.years, number, p=shares / shares.sum()))


def _progress(years: NDArray[np.int64], draw: np.random.Generator) -> dict[str, list[str]]:
    """Return status, cost and dates of works; two of five say nothing of cost and dates."""
    statuses = [str(draw.choice(STATUSES, p=STATUS_SHARES[year])) for year in years.tolist()]
    told = draw.random(len(years)) < 0.6
    cost = draw.lognormal(7, 0.8, len(years)).clip(50, 90_000).round()
    months = draw.integers(1, 7, len(years))
    begun = [each in ("completed", "under_construction") for each in statuses]
    every = list(zip(told.tolist(), begun, statuses, years.tolist(), months.tolist(), strict=True))
    return {
        c.STATUS: statuses,
        c.COST_VND: [f"{each:.0f}" if says else "" for each, says in zip(cost, told, strict=True)],
        c.STARTED_ON: [f"15/{m:02}/{y}" if says and is_ else "" for says, is_, _, y, m in every],
        c.COMPLETED_ON: [
            f"20/{m + 5:02}/{y}" if says and status == "completed" else ""
            for says, _, status, y, m in every
        ],
    }


def sites(area: gpd.GeoDataFrame, size: Size) -> pd.DataFrame:
    """Return sites of the kinds and projects of the sample, most in the poorest communes."""
    draw = np.random.default_rng([SEED, 1])
    sample = _sample("sites.csv")
    years = _drawn_years(size, size.sites, draw)
    kinds = sample.iloc[draw.integers(0, len(sample), size.sites)]
    at = draw.choice(len(area), size.sites, p=_weights(area))
    lon, lat = _points(area, at, draw)
    place = draw.choice(3, size.sites, p=[*PLACED, 1 - sum(PLACED)])
    serial = np.arange(1, size.sites + 1)
    stems = kinds[c.NAME].str.replace(r"(,| tại)? (xã|thị trấn|phường) .*$", "", regex=True)
    return pd.DataFrame(
        {
            c.COMMUNE_CODE: area[c.CODE].to_numpy()[at],
            c.ID: [f"CT-{year}-{number:05}" for year, number in zip(years, serial, strict=True)],
            c.NAME: [f"{stem} số {number}" for stem, number in zip(stems, serial, strict=True)],
            c.FACILITY: kinds[c.FACILITY].to_numpy(),
            c.PROJECT: kinds[c.PROJECT].to_numpy(),
            c.YEAR: years,
            **_progress(years, draw),
            c.LON: np.where(place < 2, lon, np.nan),
            c.LAT: np.where(place < 2, lat, np.nan),
            c.LOCATION: np.array(["exact", "commune", ""])[place],
            c.SOURCE: SOURCE,
        }
    )


def _weights(area: gpd.GeoDataFrame) -> NDArray[np.float64]:
    need = np.where(area[c.REGION] == MOST_DIFFICULT, 3.0, 1.0)
    return np.asarray(need / need.sum())


def _points(
    area: gpd.GeoDataFrame, at: NDArray[np.int64], draw: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a random place inside the commune of each row, to a metre."""
    shapes, bounds = area.geometry.to_numpy()[at], area.bounds.to_numpy()[at]
    xy = np.full((len(at), 2), np.nan)
    left = np.arange(len(at))
    while len(left):
        xy[left] = np.round(draw.uniform(bounds[left, :2], bounds[left, 2:]), 5)
        left = left[~shapely.contains_xy(shapes[left], *xy[left].T)]
    return xy[:, 0], xy[:, 1]


def roads(area: gpd.GeoDataFrame, size: Size) -> pd.DataFrame:
    """Return roads that wind from a place in a commune on, up to its border."""
    draw = np.random.default_rng([SEED, 2])
    years = _drawn_years(size, size.roads, draw)
    at = draw.choice(len(area), size.roads, p=_weights(area))
    starts = np.column_stack(_points(area, at, draw))
    shapes = area.geometry.to_numpy()[at]
    lines = [_line(start, shape, draw) for start, shape in zip(starts, shapes, strict=True)]
    for again in range(BUILT_TWICE, size.roads, BUILT_TWICE):
        at[again], lines[again] = at[again - 1], lines[again - 1]
    serial = range(1, size.roads + 1)
    return pd.DataFrame(
        {
            c.COMMUNE_CODE: area[c.CODE].to_numpy()[at],
            c.ID: [f"D-{year}-{number:04}" for year, number in zip(years, serial, strict=True)],
            c.NAME: [f"Đường liên thôn số {number}" for number in serial],
            c.PROJECT: "DA4.TDA1",
            c.YEAR: years,
            **_progress(years, draw),
            c.SURFACE: draw.choice(SURFACES, size.roads),
            c.ROAD_CLASS: draw.choice(ROAD_CLASSES, size.roads),
            GEOMETRY: shapely.to_wkt(lines, rounding_precision=6),
            c.SOURCE: SOURCE,
        }
    )


def _line(
    start: NDArray[np.float64], shape: shapely.Geometry, draw: np.random.Generator
) -> shapely.Geometry:
    """Return a winding line from a place, as far as it stays in the commune."""
    headings = draw.uniform(0, 2 * np.pi) + draw.normal(0, 0.35, draw.integers(*STEPS)).cumsum()
    steps = STEP_DEG * np.column_stack([np.cos(headings), np.sin(headings)])
    line = shapely.LineString([start, *(start + steps.cumsum(axis=0))])
    parts = shapely.get_parts(shapely.intersection(line, shape))
    return max(parts, key=shapely.length)


def made(folder: str) -> str:
    """Make the store of the province in a process of its own and return its folder."""
    store = str(Path(folder, "store"))
    subprocess.run([sys.executable, "-m", "benchmarks.province", store], cwd=ROOT, check=True)
    return store


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the store and say what it has; exit 1 where the layers are missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--times", type=int, choices=tuple(SIZES), default=4, help="4: real size")
    parser.add_argument("--without-layers", action="store_true", help="on delivered boundaries")
    options = parser.parse_args(arguments)
    if options.folder.exists() and any(options.folder.iterdir()):
        print(f"{options.folder} is not empty: name a new folder.", file=sys.stderr)
        return 2
    os.environ |= {"MTQG_DATA": str(options.folder), "MTQG_DATABASE": ""}
    create_store(anew=True)  # the folder of an earlier run may have been deleted
    try:
        fill(
            SIZES[options.times],
            layers=not options.without_layers,
            say=lambda words: print(words, file=sys.stderr),
        )
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
