"""Measure recognition on real layers: rules, time, and every match against the coordinates.

::

    python -m benchmarks.recognition [--layers ../shared/data/boundaries] [--json]

The coordinates come from a geocoder. They are an independent check of the exact rules only: the
weak rules and the reviewed names were confirmed by the same points, and the reviewed names were
looked up for the national layer itself. Units without a point are not checked. A polygon more
than 10 km from its unit's point is looked at: among communes of its own district, the point is
taken to be off.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from mtqg_geo.boundaries.pairing import CONFIRMED_M
from mtqg_geo.boundaries.recognise import Recognition, recognise
from mtqg_geo.communes.gazetteer import Gazetteer, shipped_gazetteer

NEIGHBOUR_DEG = 0.01  # about 1 km: polygons of the layer gap
# Communes of islands, which adjoin nothing; their points lie on another island of the commune.
ISLANDS = {"07198": "Cô Tô", "07027": "Vân Đồn", "30781": "Hà Tiên", "31105": "Thổ Châu"}


def main() -> int:
    """Run every case and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--layers", type=Path, default=Path("../shared/data/boundaries"))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    gazetteer = shipped_gazetteer()
    results = [
        measure(name, layer, gazetteer, day, truth)
        for name, layer, day, truth in cases(options.layers)
    ]
    if options.json:
        json.dump(results, sys.stdout, ensure_ascii=False, indent=1)
        return 0
    for result in results:
        print_result(result)
    return 0


def cases(folder: Path) -> list[tuple[str, gpd.GeoDataFrame, str, pd.Series | None]]:
    """Return name, layer, date and true codes (where known) of each case."""
    national = gpd.read_parquet(folder / "vietnam_communes_2008.parquet")
    national = national.drop(columns=["province_id", "district_id", "commune_id"])
    unaccented = national.drop(columns=["province_vn", "district_vn", "commune_vn"])
    bac_giang = gpd.read_file(folder / "bac_giang_communes_2008.zip")
    bac_ninh = gpd.read_file(folder / "bac_ninh_communes_2025.zip")
    truth = bac_ninh["code"]
    return [
        ("Bac Giang 2008, units of 2023", bac_giang, "2023-04-10", None),
        ("Bac Ninh 2025 by code", bac_ninh, "2025-07-01", truth),
        ("Bac Ninh 2025 by name", bac_ninh.drop(columns="code"), "2025-07-01", truth),
        ("Vietnam 2008, units of 2019", national, "2019-10-25", None),
        ("Vietnam 2008, units of 2023", national, "2023-04-10", None),
        ("Vietnam 2008 without accents", unaccented, "2019-10-25", None),
    ]


def measure(
    name: str,
    layer: gpd.GeoDataFrame,
    gazetteer: Gazetteer,
    day: str,
    truth: pd.Series | None,
) -> dict[str, Any]:
    """Return the figures of one case."""
    start = time.perf_counter()
    found = recognise(layer, gazetteer, day=day)
    seconds = time.perf_counter() - start
    known = found.matches["distance_m"].dropna()
    far = looked_at(layer, found, gazetteer)
    recognised = len(found.matches)
    return {
        "case": name,
        "features": len(layer),
        "seconds": round(seconds, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "file_day": found.file_day,
        "day": day,
        "by_rule": found.by_rule,
        "recognised": recognised,
        "set_aside": len(found.set_aside),
        "explained": recognised + len(found.set_aside),
        "explained_pct": round(100 * (recognised + len(found.set_aside)) / len(layer), 3),
        "units": int(found.matches["code"].nunique()),
        "merged": int((found.matches["change"] == "merged").sum()),
        "doubtful": found.doubtful[["name", "district", "province", "reason"]].to_dict("records"),
        "unmatched": found.unmatched[["name", "district", "province", "reason"]].to_dict("records"),
        "duplicates": len(found.duplicates),
        "wrong_codes": None if truth is None else wrong_codes(found, truth),
        "distance_known": len(known),
        "distance_median_m": round(float(known.median()), 1),
        "distance_p99_m": round(float(known.quantile(0.99)), 1),
        "distance_max_m": round(float(known.max()), 1),
        "beyond_10_km": far.to_dict("records"),
        "suspect": int((far["verdict"] == "suspect").sum()) if len(far) else 0,
    }


def wrong_codes(found: Recognition, truth: pd.Series) -> int:
    """Return how many matches differ from the layer's own codes."""
    matches = found.matches.set_index("feature")["code"]
    return int((matches != truth.loc[matches.index]).sum())


def looked_at(layer: gpd.GeoDataFrame, found: Recognition, gazetteer: Gazetteer) -> pd.DataFrame:
    """Return every match beyond 10 km with what lies around it, and a verdict.

    *point off*: the polygon adjoins a confirmed commune of its unit's district (before 2025) or
    province. *island*: it adjoins nothing. *suspect*: neither.
    """
    matches = found.matches.set_index("feature")
    units = gazetteer.at(found.file_day).drop_duplicates("code").set_index("code")
    area = matches["source_code"].map(units["district_code"].where(units["district_code"] != ""))
    far = matches[matches["distance_m"] > CONFIRMED_M].set_index("feature")
    confirmed = matches.index[matches["distance_m"] <= CONFIRMED_M]
    shapes = layer.geometry.loc[confirmed]
    rows = []
    for feature, match in far.iterrows():
        place = shapes.sindex.query(
            layer.geometry.loc[feature], predicate="dwithin", distance=NEIGHBOUR_DEG
        )
        mates = int((area.loc[confirmed[place]] == area.loc[feature]).sum())
        code = str(match["source_code"])
        verdict = "point off" if mates else "island" if code in ISLANDS else "suspect"
        rows.append(
            {
                "code": code,
                "unit": units.loc[code, "name"] if code in units.index else "",
                "district": units.loc[code, "district"] if code in units.index else "",
                "rule": match["rule"],
                "distance_km": round(match["distance_m"] / 1000, 1),
                "neighbours_of_same_district": mates,
                "verdict": verdict,
            }
        )
    return pd.DataFrame(rows, columns=[*rows[0]] if rows else ["verdict"])


def print_result(result: dict[str, Any]) -> None:
    """Print one case for a person."""
    print(f"\n{result['case']}: {result['features']} features, {result['seconds']} s")
    print(
        f"  recognised {result['recognised']} + set aside {result['set_aside']} "
        f"= {result['explained']} ({result['explained_pct']} %), {result['units']} units, "
        f"{result['merged']} merged, file date {result['file_day']}"
    )
    for rule, count in result["by_rule"].items():
        print(f"    {rule:20} {count:6}")
    print(
        f"  distance to the unit's point: {result['distance_known']} known, "
        f"median {result['distance_median_m']:.0f} m, 99 % {result['distance_p99_m']:.0f} m, "
        f"maximum {result['distance_max_m']:.0f} m; beyond 10 km "
        f"{len(result['beyond_10_km'])}, suspect {result['suspect']}"
    )
    if result["wrong_codes"] is not None:
        print(f"  wrong codes: {result['wrong_codes']}")
    print(f"  duplicates {result['duplicates']}, doubtful {len(result['doubtful'])}")
    for kind in ("doubtful", "unmatched"):
        for row in result[kind][:12]:
            print(
                f"    {kind}: {row['name']}, {row['district']}, {row['province']}: {row['reason']}"
            )


if __name__ == "__main__":
    raise SystemExit(main())
