"""Give every feature of a commune layer its code, and say by which rule, or say why not.

The file's own date is found first: names are compared with the units of *that* date, then carried
to the date asked for through known successions. Weak rules are checked against the unit's point.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.formulas import rearmed
from mtqg_geo.boundaries.file_contents import (
    FileColumns,
    as_text,
    file_date,
    find_columns,
    locate,
    spelled,
)
from mtqg_geo.boundaries.pairing import Pairing
from mtqg_geo.communes.codes import tidy_code
from mtqg_geo.communes.gazetteer import Gazetteer
from mtqg_geo.communes.names import full_name, plain_name, without_accents
from mtqg_geo.programme.errors import MappingError
from mtqg_geo.programme.words import coded

PLACE = ["name", "district", "province"]  # how a file names a commune
MAPPING_COLUMNS = (*PLACE, "code", "decided_by")
MOST_MAPPING_MB = 5  # a country has 12,000 communes: 1 MB
MILITARY = re.compile(
    r"^(?:khu vuc\s+)?(?:truong ban|thao truong|trung tam huan luyen|khu quan su|doanh trai|"
    r"vuon quoc gia|khu bao ton|dat chua|khu tranh chap|mat nuoc)\b"
)
# Short words only with their accents and no type before them: `Sông Đốc` is a town, `Vinh` a name.
WATER = re.compile(r"^(?:hồ|sông|đầm|biển|vịnh|rừng|lâm trường|mặt nước)\b", re.IGNORECASE)
LIKELY_SCORE = 85.0
LOST = "no unit of {day} is known to follow it"
MATCHES = ["feature", "code", "rule", "score", "source_code", "change", "distance_m"]
DOUBTFUL = ["feature", *PLACE, "candidates", "reason"]
OTHERS = ["feature", *PLACE, "reason"]
DUPLICATES = ["feature", "name", "code", "rule"]


@dataclass(frozen=True, eq=False)
class Recognition:
    """What became of every feature; each is in exactly one of the five tables.

    Parameters
    ----------
    matches
        Columns `feature` (index label), `code` (of `day`), `rule`, `score` (0 to 1),
        `source_code` (at the file's date), `change` ("", "renamed" or "merged") and `distance_m`
        between the polygon and the unit's point (NaN: unknown).
    doubtful
        Columns `feature`, `name`, `district`, `province`, `candidates` (tuples of code, name and
        score in percent, best first) and `reason`.
    unmatched, set_aside
        Columns `feature`, `name`, `district`, `province`, `reason`.
    duplicates
        Columns `feature`, `name`, `code`, `rule`: features that claim one unit together.
    columns
        The columns of the file that were used.
    file_day
        Date of the list that agrees with the file best.
    day
        Date for which the codes are.
    """

    matches: pd.DataFrame
    doubtful: pd.DataFrame
    unmatched: pd.DataFrame
    set_aside: pd.DataFrame
    duplicates: pd.DataFrame
    columns: FileColumns
    file_day: str
    day: str

    @property
    def key(self) -> str | None:
        """Return the column whose codes were used, if any was."""
        return self.columns.code

    @property
    def lost(self) -> pd.DataFrame:
        """The rows of `unmatched` that are units of the file's date, and of none at `day`."""
        return self.unmatched[self.unmatched["reason"] == LOST.format(day=self.day)]

    @property
    def by_rule(self) -> dict[str, int]:
        """Return how many features each rule recognised, most first."""
        return {str(rule): int(n) for rule, n in self.matches["rule"].value_counts().items()}


def recognise(
    features: pd.DataFrame,
    gazetteer: Gazetteer,
    *,
    key: str | None = None,
    mapping: pd.DataFrame | None = None,
    day: str = "2023-04-10",
) -> Recognition:
    """Recognise the communes of a layer.

    Parameters
    ----------
    features
        The layer as it was read. With geometry and a CRS, weak name rules are checked against
        the units' points; without, they only give candidates.
    gazetteer
        Units and their history.
    key
        Name of the code column; found by its content if left out.
    mapping
        Decisions of a person (`read_mapping`); they come before every rule.
    day
        Date of the list whose codes are wanted.

    Examples
    --------
    Two communes of before 2020 are one unit of the list of 2023.

    >>> from mtqg_geo.communes.gazetteer import shipped_gazetteer
    >>> names = {"xa": ["Xã Nham Sơn", "Xã Thắng Cương"], "huyen": "Huyện Yên Dũng"}
    >>> found = recognise(pd.DataFrame(names), shipped_gazetteer().in_province("24"))
    >>> found.matches[["code", "change"]].to_numpy().tolist()
    [['07681', 'merged'], ['07681', 'merged']]
    """
    columns = find_columns(features, gazetteer, key=key)
    rows = _rows(features, columns)
    file_day = file_date(rows, gazetteer, near=day)
    units = gazetteer.at(file_day)
    rows = rows.join(locate(rows, units, gazetteer.units))
    pairing = Pairing(rows, units, gazetteer.units)
    pairing.by_mapping(mapping)
    pairing.by_code()
    pairing.by_name()
    return _resolved(pairing, gazetteer, columns, file_day, day)


def _rows(features: pd.DataFrame, columns: FileColumns) -> pd.DataFrame:
    """Return the texts of the file by role, and a point inside each polygon."""
    roles = {
        "code_text": columns.code,
        "name": columns.name,
        "district": columns.district,
        "province": columns.province,
    }
    blank = pd.Series("", index=features.index, dtype=object)
    texts = {role: as_text(features[name]) if name else blank for role, name in roles.items()}
    texts["code_text"] = spelled(texts["code_text"], tidy_code)
    rows = pd.DataFrame({"feature": features.index, **texts}).reset_index(drop=True)
    return rows.join(_inner_points(features))


def _inner_points(features: pd.DataFrame) -> pd.DataFrame:
    """Return longitude and latitude of a point in each polygon, NaN where there is none."""
    if not isinstance(features, gpd.GeoDataFrame) or features.crs is None:
        return pd.DataFrame({"x": np.nan, "y": np.nan}, index=range(len(features)))
    points = features.geometry.representative_point().to_crs("EPSG:4326")
    return pd.DataFrame({"x": points.x.to_numpy(), "y": points.y.to_numpy()})


def _resolved(
    pairing: Pairing, gazetteer: Gazetteer, columns: FileColumns, file_day: str, day: str
) -> Recognition:
    """Carry the codes to the date asked for, and sort what is left."""
    rows, found = pairing.rows, pairing.settled
    # A code that came into use after the file's date is followed from there, not from before it.
    since = found["since"].where(found["since"] > file_day, file_day)
    codes = [
        code if rule == "mapping" else gazetteer.current_code(code, day, since=start)
        for code, start, rule in zip(found["code"], since, found["rule"], strict=True)
    ]
    matches = found.rename(columns={"code": "source_code"}).assign(
        feature=rows["feature"].reindex(found.index),
        code=pd.Series(codes, index=found.index, dtype=object),
    )
    matches = matches.astype({"score": float, "distance_m": float}).sort_index()
    gone = matches[matches["code"].isna()]
    matches = matches.drop(gone.index)
    matches["change"] = _changes(matches, rows, gazetteer.at(day))
    doubtful, set_aside, unmatched = _left_over(pairing, pairing.open)
    lost = rows.loc[gone.index].assign(reason=LOST.format(day=day))
    repeats = pairing.repeats.join(rows[["feature", "name"]])
    return Recognition(
        matches=matches[MATCHES].reset_index(drop=True),
        doubtful=doubtful,
        unmatched=pd.concat([unmatched, lost])[OTHERS].reset_index(drop=True),
        set_aside=set_aside,
        duplicates=repeats[DUPLICATES].reset_index(drop=True),
        columns=columns,
        file_day=file_day,
        day=day,
    )


def _changes(matches: pd.DataFrame, rows: pd.DataFrame, units: pd.DataFrame) -> pd.Series:
    """Say what happened to each unit between the file's date and the date asked for."""
    merged = (matches["code"] != matches["source_code"]) | matches["code"].duplicated(keep=False)
    names = units.drop_duplicates("code").set_index("code")["name"]
    now = matches["code"].map(names).fillna("")
    then = rows["name"].loc[matches.index]
    renamed = spelled(now, plain_name).to_numpy() != spelled(then, plain_name).to_numpy()
    change = np.where(merged, "merged", np.where(renamed & (then != "").to_numpy(), "renamed", ""))
    return pd.Series(change, index=matches.index, dtype=object)


def _left_over(
    pairing: Pairing, rows: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Sort open rows into doubtful, no commune, and unmatched."""
    # A training ground or a lake spelled nearly like a free commune may still be that commune.
    free = pairing.free
    offered = [pairing.candidates(row, free) for _, row in rows.iterrows()]
    # Where no feature has a name, its lack says nothing of one.
    are_named = bool(pairing.rows["name"].any())
    reasons = [
        _why_no_commune(*each) if are_named else ""
        for each in zip(rows["name"], offered, strict=True)
    ]
    rows = rows.assign(candidates=pd.Series(offered, index=rows.index, dtype=object))
    rows["reason"] = pd.Series(reasons, index=rows.index, dtype=object)
    aside, rest = rows[rows["reason"] != ""], rows[rows["reason"] == ""]
    likely = rest[rest["candidates"].map(len) > 0]
    doubtful = likely.assign(
        reason=[pairing.doubts.get(index, ("", "spelled alike"))[1] for index in likely.index]
    )
    unmatched = rest.drop(likely.index).assign(reason="no unit of that name in its area")
    return (
        doubtful[DOUBTFUL].reset_index(drop=True),
        aside[OTHERS].reset_index(drop=True),
        unmatched[OTHERS],
    )


def _why_no_commune(name: str, offered: tuple[tuple[str, str, float], ...]) -> str:
    """Return why a feature is set aside, empty if it may be a commune."""
    if not name:
        return "no name"
    if MILITARY.match(without_accents(full_name(name))):
        return "named as something else than a commune"
    likely = bool(offered) and offered[0][2] >= LIKELY_SCORE
    return "named as water or forest" if WATER.match(full_name(name)) and not likely else ""


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
        megabytes = Path(path).stat().st_size // 1_000_000
        if megabytes > MOST_MAPPING_MB:  # it is read in this process
            said = {"megabytes": megabytes, "most": MOST_MAPPING_MB}
            raise coded(MappingError, "load_too_large", file=file, **said)
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise coded(MappingError, "mapping_unreadable", file=file, columns=columns) from error
    missing = [column for column in MAPPING_COLUMNS if column not in table.columns]
    if missing:
        counts = {"count": len(missing), "total": len(MAPPING_COLUMNS), "example": missing[0]}
        raise coded(MappingError, "mapping_columns", file=file, columns=columns, **counts)
    broken = table[~table["code"].str.fullmatch(r"\d{5}")]
    if len(broken):
        example = str(broken["code"].iloc[0])
        counts = {"count": len(broken), "total": len(table)}
        raise coded(MappingError, "mapping_codes", file=file, example=example, **counts)
    return _without_contradictions(table[list(MAPPING_COLUMNS)].map(rearmed), file)


def _without_contradictions(table: pd.DataFrame, file_name: str) -> pd.DataFrame:
    distinct = table.drop_duplicates([*PLACE, "code"])
    twice = distinct[distinct.duplicated(PLACE, keep=False)]
    if len(twice):
        example = str(twice["name"].iloc[0])
        count = len(twice)
        raise coded(MappingError, "mapping_twice", file=file_name, count=count, example=example)
    return distinct.reset_index(drop=True)


def decided_rows(
    asked: pd.DataFrame,
    accepted: Mapping[object, str],
    *,
    decided_by: str = "person",
    known: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the decisions about features as rows of a mapping file, below those `known` before.

    Parameters
    ----------
    asked
        Columns `feature`, `name`, `district`, `province` of the features that were open.
    accepted
        Feature → code.
    decided_by
        Who, or which rule, decided.
    known
        Rows of a mapping that was given before.
    """
    chosen = asked[asked["feature"].isin(list(accepted))]
    decided = chosen.assign(code=chosen["feature"].map(accepted), decided_by=decided_by)
    return pd.concat([known, decided[list(MAPPING_COLUMNS)]], ignore_index=True)
