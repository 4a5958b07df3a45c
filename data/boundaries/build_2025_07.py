"""Build the layer of the 58 units of July 2025: the communes of April 2023 put together.

Which commune became part of which unit is said by `data/lineage`. A commune that was divided stays
whole and goes where most of its people went, since nobody knows where the new border runs. Run
after `build_2023_04`, from the root of the project::

    python -m data.boundaries.build_2025_07
"""

import argparse
import hashlib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from data.boundaries.build_2023_04 import VINTAGE as OLD
from data.boundaries.catalogue import write_entry, write_layer
from geo.boundaries import dissolve
from geo.crosswalk import FROM, SHARE, TO, Crosswalk
from geo.io import read_layer
from mtqg_geo.communes.gazetteer import shipped_gazetteer
from mtqg_geo.communes.lineage import day_of, shipped_lineage

HERE = Path(__file__).parent
VINTAGE = "2025-07"
IN_FORCE = "2025-07-01"
COLUMNS = ["code", "name", "type", "dist_code", "district", "prov_code", "province", "geometry"]

ENTRY = """\
[[set]]
vintage = "{vintage}"
valid_from = "{in_force}"
name = "Ranh giới 58 xã, phường tháng 7/2025 trên địa bàn tỉnh Bắc Giang cũ (gần đúng)"
province = "Bắc Ninh"
accuracy = "approximate"
source = "Communes of the set {old} united along data/lineage (resolution 1658/NQ-UBTVQH15); \
codes and names: vietnamadminunits 1.0.4"
licence = "MIT (commune points, unit names), public domain (Natural Earth outline)"

[set.note]
vi = "Ranh giới gần đúng: ghép từ các xã năm 2023, vốn dựng từ điểm của từng xã. Xã Thanh Hải cũ \
được ghép trọn vào phường Chũ vì chưa có đường ranh giới phần chuyển về xã Biên Sơn. Cấp huyện là \
huyện cũ. Không dùng để đo diện tích hoặc xác định địa giới."
en = "Approximate boundaries: united from the communes of 2023, which were drawn around one point \
each. The former commune Thanh Hải is wholly in the ward Chũ, since the border of the part that \
went to Biên Sơn is not known. Districts are the former ones. Do not use them to measure areas or \
to settle where a border runs."

[set.levels]
commune = "{vintage}/communes.shp"
district = "{old}/districts.shp"

[set.sha256]
commune = "{commune}"
district = "{district}"
"""


def main_successors(walk: Crosswalk) -> pd.Series:
    """Return for each old code the unit that most of it became."""
    largest = walk.links.sort_values([FROM, SHARE], ascending=[True, False], kind="stable")
    return largest.drop_duplicates(FROM).set_index(FROM)[TO]


def build_units(communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the units as a valid coverage, each with the former districts it lies in."""
    days = {"since": day_of(OLD), "until": day_of(VINTAGE)}
    walk = shipped_lineage().crosswalk(communes["code"], **days)
    became = main_successors(walk)
    named = shipped_gazetteer().at(day_of(VINTAGE)).set_index("code")
    units = dissolve(communes.assign(unit=communes["code"].map(became)), by="unit", columns=[])
    parts = walk.links.merge(communes.drop(columns="geometry"), left_on=FROM, right_on="code")
    former = parts.sort_values("dist_code").groupby(TO)[["dist_code", "district"]]
    former = former.agg(lambda texts: "; ".join(dict.fromkeys(texts)))
    codes = units["unit"]
    return units.assign(
        code=codes,
        name=codes.map(named["name"]),
        type=codes.map(named["type"]),
        dist_code=codes.map(former["dist_code"]),
        district=codes.map(former["district"]),
        prov_code=codes.map(named["province_code"]),
        province=codes.map(named["province"]),
        geometry=units.normalize(),
    )[COLUMNS].sort_values("code", ignore_index=True)


def check(units: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> None:
    """Stop if the layer written is not what the catalogue promises."""
    if not shapely.coverage_is_valid(units.geometry.to_numpy()):
        raise SystemExit("The units are not a valid coverage: neighbours do not share edges.")
    if units.drop(columns="geometry").isna().any(axis=None):
        raise SystemExit("A unit has no name; is it in the gazetteer?")
    if not shapely.equals(units.union_all(), communes.union_all()):
        raise SystemExit("The units do not cover what the communes cover.")


def main(folder: Path) -> None:
    """Write the layer and its entry in the catalogue below `folder`."""
    communes = read_layer(folder / OLD / "communes.shp").sort_values("code", ignore_index=True)
    target = folder / VINTAGE
    target.mkdir(parents=True, exist_ok=True)
    checksum = write_layer(build_units(communes), target / "communes.shp")
    check(read_layer(target / "communes.shp"), communes)
    districts = (folder / OLD / "districts.shp").read_bytes()
    write_entry(
        folder,
        ENTRY.format(
            vintage=VINTAGE,
            in_force=IN_FORCE,
            old=OLD,
            commune=checksum,
            district=hashlib.sha256(districts).hexdigest(),
        ),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write into")
    main(parser.parse_args().out)
