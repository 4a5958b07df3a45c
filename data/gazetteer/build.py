"""Make `units.parquet`: every commune-level unit of Vietnam since October 2019, with its history.

Run from the root of the project, with the packages of `requirements-dev.txt` installed::

    python -m data.gazetteer.build --reference ../shared/reference

The README beside this file says where each column comes from and how sure it is.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from mtqg_geo.communes.names import full_name, normalised, plain_name

OUT = Path(__file__).with_name("units.parquet")
REVIEWED = Path(__file__).with_name("reviewed_names.csv")
REFORM = "2025-07-01"  # districts abolished, 3,321 units
COLUMNS = [
    *("code", "name", "type", "district_code", "district", "province_code", "province"),
    *("valid_from", "valid_to", "predecessors", "successors", "former_names", "reviewed_names"),
    *("lon", "lat", "point_source", "source"),
]
TYPES = ("Thị trấn", "Phường", "Đặc khu", "Xã")


def build(reference: Path) -> pd.DataFrame:
    """Return the whole table, sorted by code and date."""
    listed = listed_units(reference / "units_history.csv")
    legacy, latest = _admin_units("admin_units_legacy"), _admin_units("admin_units")
    listed["successors"] = _successors(listed, legacy, reform_links(legacy, latest))
    units = pd.concat([listed, reformed_units(latest)], ignore_index=True)
    units["reviewed_names"] = _reviewed_names(units)
    units["former_names"] = _former_names(units, legacy)
    units = _with_points(units, legacy, latest, reference / "commune_points_2023.csv")
    units["predecessors"] = _predecessors(units)
    units["type"] = units["name"].map(_type)
    return units.sort_values(["code", "valid_from"], ignore_index=True)[COLUMNS]


def listed_units(path: Path) -> pd.DataFrame:
    """Return the statistics office's units; a span ends at the first list without it."""
    units = pd.read_csv(path, dtype=str, keep_default_na=False)
    dates = [*sorted(set(units["first_listed"])), REFORM]
    following = dict(zip(dates, dates[1:], strict=False))
    units["name"] = units["name"].map(lambda name: " ".join(name.split()))
    units["valid_from"] = units["first_listed"]
    units["valid_to"] = units["last_listed"].map(following)
    units["source"] = "statistics office list"
    return units.sort_values(["code", "valid_from"], ignore_index=True)


def reformed_units(latest: pd.DataFrame) -> pd.DataFrame:
    """Return the units in force since 1 July 2025; they have no district."""
    named = latest[["wardCode", "ward", "provinceCode", "province"]]
    units = named.set_axis(["code", "name", "province_code", "province"], axis=1)
    return units.assign(
        district_code="",
        district="",
        valid_from=REFORM,
        valid_to="",
        successors="",
        source="vietnamadminunits",
    )


def reform_links(legacy: pd.DataFrame, latest: pd.DataFrame) -> dict[str, str]:
    """Return old code → new code(s) of 1 July 2025, from the package's converter."""
    converter = json.loads(_data_file("converter_2025.json").read_text("utf-8"))
    new_code = _alone(latest["provinceKey"] + "_" + latest["wardKey"], latest["wardCode"])
    keys = legacy["provinceKey"] + "_" + legacy["districtKey"] + "_" + legacy["wardKey"]
    old_code = _alone(keys, legacy["wardCode"])
    links: dict[str, set[str]] = {}
    for province, wards in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, olds in wards.items():
            for old in olds:
                _link(links, old_code.get(old), new_code.get(f"{province}_{ward}"))
    for province, wards in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, parts in wards.items():
            for part in parts:
                new = new_code.get(f"{province}_{part['newWardKey']}")
                _link(links, old_code.get(old), new)
    return {old: ";".join(sorted(new)) for old, new in links.items()}


def _alone(keys: pd.Series, codes: pd.Series) -> dict[str, str]:
    """Return key → code, without the unaccented keys that two units share."""
    once = ~keys.duplicated(keep=False)
    return dict(zip(keys[once], codes[once], strict=True))


def _link(links: dict[str, set[str]], old: str | None, new: str | None) -> None:
    if old and new:
        links.setdefault(old, set()).add(new)


def _admin_units(table: str) -> pd.DataFrame:
    path = _data_file("dataset.db")
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        return pd.read_sql(f"select * from {table}", database)


def _data_file(name: str) -> Path:
    """Return a data file of the package without importing it: only its facts are wanted."""
    spec = find_spec("vietnamadminunits")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("vietnamadminunits is missing: pip install -r requirements-dev.txt")
    return Path(spec.submodule_search_locations[0]) / "data" / name


def _successors(listed: pd.DataFrame, legacy: pd.DataFrame, links: dict[str, str]) -> list[str]:
    """Return for each span the code(s) that follow it, empty where nothing tells."""
    spans = dict(iter(listed.groupby("code")))
    namesakes = dict(iter(listed.groupby(_place_and_name(listed))))
    heirs = _alias_index(legacy)
    found = []
    for row, key in zip(listed.itertuples(), _place_and_name(listed), strict=True):
        if row.valid_to == REFORM:
            found.append(links.get(row.code, ""))
        elif _goes_on(row, spans[row.code]):
            found.append(row.code)
        else:
            found.append(
                _namesake_heir(row, namesakes[key]) or _alias_heir(row, heirs, spans) or ""
            )
    return found


def _place_and_name(listed: pd.DataFrame) -> pd.Series:
    return listed["district_code"] + "|" + listed["name"].map(normalised)


def _goes_on(row, spans: pd.DataFrame) -> bool:
    """Say whether the same code is listed again at once, or after a gap of less than a year.

    Some communes were missing from one list while they became towns.
    """
    later = spans.loc[spans["valid_from"] >= row.valid_to, "valid_from"]
    return not later.empty and _days(row.valid_to, later.iloc[0]) < 365


def _days(start: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days


def _namesake_heir(row, namesakes: pd.DataFrame) -> str | None:
    """Return the unit of the same district that took over the vanished unit's name.

    A commune that joins a town is first listed beside it under the town's name, then dropped.
    """
    heirs = namesakes[
        (namesakes["valid_from"] > row.valid_from)
        & (namesakes["valid_from"] <= row.valid_to)
        & (namesakes["valid_to"] > row.valid_to)
        & (namesakes["code"] != row.code)
    ]
    codes = set(heirs["code"])
    return codes.pop() if len(codes) == 1 else None


def _alias_index(legacy: pd.DataFrame) -> dict[tuple[str, str], list[str]]:
    """Return (province code, former name) → codes of the units that bear it as a former name."""
    index: dict[tuple[str, str], list[str]] = {}
    for row in legacy[legacy["wardAlias"].notna() & legacy["wardCode"].notna()].itertuples():
        for alias in json.loads(row.wardAlias):
            index.setdefault((row.provinceCode, alias), []).append(row.wardCode)
    return index


def _alias_heir(row, heirs: dict, spans: dict[str, pd.DataFrame]) -> str | None:
    """Return the one unit of the same district that the package says took the former unit in."""
    key = plain_name(row.name, keep_type=True).replace(" ", "")
    named = heirs.get((row.province_code, key), [])
    near = [code for code in named if _district_on(spans.get(code), row) == row.district_code]
    heirs_found = set(near) - {row.code}
    return heirs_found.pop() if len(heirs_found) == 1 else None


def _district_on(spans: pd.DataFrame | None, row) -> str | None:
    """Return the district that held the heir when the vanished unit was last listed."""
    if spans is None:
        return None
    then = spans[(spans["valid_from"] <= row.last_listed) & (row.last_listed < spans["valid_to"])]
    return None if then.empty else then["district_code"].iloc[0]


def _former_names(units: pd.DataFrame, legacy: pd.DataFrame) -> list[str]:
    """Return the names a unit bore or took in, without accents, for the spans before the reform."""
    aliases = {
        row.wardCode: ";".join(sorted(json.loads(row.wardAlias)))
        for row in legacy[legacy["wardAlias"].notna() & legacy["wardCode"].notna()].itertuples()
    }
    return [
        "" if start == REFORM else aliases.get(code, "")
        for code, start in zip(units["code"], units["valid_from"], strict=True)
    ]


def _reviewed_names(units: pd.DataFrame) -> list[str]:
    """Return for each span before the reform the old names that a person gave to its code."""
    reviewed = pd.read_csv(REVIEWED, dtype=str, keep_default_na=False)
    places = reviewed[["name", "district", "province"]].agg("|".join, axis=1)
    names = places.groupby(reviewed["code"]).agg(";".join).to_dict()
    return [
        "" if start == REFORM else names.get(code, "")
        for code, start in zip(units["code"], units["valid_from"], strict=True)
    ]


def _with_points(
    units: pd.DataFrame, legacy: pd.DataFrame, latest: pd.DataFrame, points_path: Path
) -> pd.DataFrame:
    """Add a point per unit; a point that several units share is a district's and is left out."""
    old = _points(legacy["wardCode"], legacy["wardLon"], legacy["wardLat"])
    new = _points(latest["wardCode"], latest["wardLon"], latest["wardLat"])
    measured = pd.read_csv(points_path, dtype={"code": str}).set_index("code")
    rows = []
    for code, start in zip(units["code"], units["valid_from"], strict=True):
        table = new if start == REFORM else old
        if code in table.index:
            rows.append((*table.loc[code, ["lon", "lat"]], "vietnamadminunits"))
        elif start != REFORM and code in measured.index:
            rows.append((*measured.loc[code, ["lon", "lat"]], "commune_points_2023"))
        else:
            rows.append((None, None, ""))
    points = pd.DataFrame(rows, columns=["lon", "lat", "point_source"], index=units.index)
    return units.assign(
        lon=points["lon"].astype(float).round(4),
        lat=points["lat"].astype(float).round(4),
        point_source=points["point_source"],
    )


def _points(codes: pd.Series, lon: pd.Series, lat: pd.Series) -> pd.DataFrame:
    table = pd.DataFrame({"code": codes, "lon": lon, "lat": lat}).dropna()
    alone = ~table.duplicated(["lon", "lat"], keep=False)
    return table[alone].drop_duplicates("code").set_index("code")


def _predecessors(units: pd.DataFrame) -> list[str]:
    """Return for each span the codes whose span before it names it as successor."""
    before: dict[tuple[str, str], set[str]] = {}
    starts = units.groupby("code")["valid_from"].apply(sorted).to_dict()
    for code, end, successors in zip(
        units["code"], units["valid_to"], units["successors"], strict=True
    ):
        for successor in filter(None, successors.split(";")):
            begun = [start for start in starts.get(successor, []) if start <= end]
            if begun:
                before.setdefault((successor, begun[-1]), set()).add(code)
    return [
        ";".join(sorted(before.get((code, start), ())))
        for code, start in zip(units["code"], units["valid_from"], strict=True)
    ]


def _type(name: str) -> str:
    return next((kind for kind in TYPES if full_name(name).startswith(kind.lower() + " ")), "")


def main() -> None:
    """Build the table and say how much of it is known."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reference", type=Path, required=True)
    units = build(parser.parse_args().reference)
    units.to_parquet(OUT, compression="zstd", compression_level=19, index=False)
    ended = units[(units["valid_to"] != "") & ~units["successors"].ne("")]
    print(f"{len(units)} spans, {units['code'].nunique()} codes, {OUT.stat().st_size} bytes")
    print(f"no successor known: {len(ended)}; no point: {units['lon'].isna().sum()}")


if __name__ == "__main__":
    main()
