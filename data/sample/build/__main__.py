"""Write all files of the sample: ``python -m data.sample.build [--out FOLDER]``."""

import argparse
from pathlib import Path

import pandas as pd

from data.sample.build.area import SAMPLE, programme_area, region_rows
from data.sample.build.capital import capital_rows
from data.sample.build.households import household_rows, welfare_rows
from data.sample.build.roads import build_roads, road_rows, write_geojson
from data.sample.build.sites import COLUMNS as SITE_COLUMNS
from data.sample.build.sites import build_sites, site_rows

OBSERVATION_COLUMNS = ["commune_code", "indicator", "project", "period", "basis", "value", "source"]


def main(folder: Path) -> None:
    """Build everything and write it below `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    area = programme_area()
    sites, roads = build_sites(area), build_roads(area)
    observations = pd.DataFrame(
        [
            *household_rows(area),
            *welfare_rows(area),
            *site_rows(area, sites),
            *road_rows(area, roads),
            *capital_rows(area),
        ],
        columns=OBSERVATION_COLUMNS,
    ).sort_values(OBSERVATION_COLUMNS[:5], ignore_index=True)
    write_csv(region_rows(area), folder / "regions.csv")
    write_csv(observations, folder / "observations.csv")
    write_csv(sites[SITE_COLUMNS], folder / "sites.csv")
    write_geojson(roads, folder / "roads.geojson")


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table with the same line ends on every system."""
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=SAMPLE, help="folder to write into")
    main(parser.parse_args().out)
