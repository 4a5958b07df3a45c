"""From any commune layer to a boundary set: read, decode, place, recognise, repair, report."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
from pyproj.exceptions import CRSError as UnknownSystem

from geo.boundaries import dissolve
from geo.errors import GeometryError
from geo.io import Origin, Shape, origin_of
from geo.repair import Repair, repair_coverage
from geo.sandbox import read_untrusted, telling
from geo.validate import Issue
from mtqg_geo.boundaries.encodings import EncodingChoice, best_encoding, decode, lost_letters
from mtqg_geo.boundaries.file_contents import as_text
from mtqg_geo.boundaries.placing import Placement, is_on_earth, moved, placed, stated_system
from mtqg_geo.boundaries.recognise import MAPPING_COLUMNS, Recognition, recognise
from mtqg_geo.communes.gazetteer import Gazetteer, shipped_gazetteer
from mtqg_geo.dataset.boundary_sets import (
    has_programme_communes,
    known_units,
    programme_communes,
)
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.errors import GazetteerError, MappingError, SelectionError
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.unforeseen import in_words
from mtqg_geo.programme.words import coded, error_text, t

TOLERANCE_M = 30.0  # gaps up to this width are digitising errors at the scale of commune layers
LEAST_SHARE = 0.05  # of a layer's communes, before it is asked for the rest of their province
NOT_ACCEPTABLE = frozenset({"no_commune_of_programme", "nothing_recognised"})
FEATURE = re.compile(r"\b(\d{5})#\w+")  # how the repair knows a feature: code and row
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
DESCRIPTION = (c.NAME, c.TYPE, c.DISTRICT_CODE, c.DISTRICT, c.PROVINCE_CODE, c.PROVINCE)
COMMUNE_SHAPES: tuple[Shape, ...] = ("area",)
STEPS = ("read", "decode", "recognise", "place", "repair", "report")
Progress = Callable[[str, float], None]


@dataclass(frozen=True, eq=False)
class CheckedLayer:
    """A layer after the check: what it holds, and the units it would become.

    `origin` is what of the file was read; `features` are the rows of the file, decoded and in WGS
    84 (as read when they could not be placed); `units` one row per commune of `day`, repaired, or
    None when there is nothing to install; `missing` the communes that the layer does not cover, of
    the programme's province where the map could use the layer, of the layer's own provinces
    otherwise; `names` the units of `day` by code; `decisions` the rows of the mapping file that
    were used.
    """

    file: str
    origin: Origin
    day: str
    features: gpd.GeoDataFrame
    encoding: EncodingChoice
    placing: Placement
    recognition: Recognition
    repair: Repair | None
    units: gpd.GeoDataFrame | None
    missing: pd.DataFrame
    names: pd.Series
    decisions: pd.DataFrame
    issues: tuple[Issue, ...]
    accepted: frozenset[str]

    @property
    def blocking(self) -> tuple[Issue, ...]:
        """The errors nobody has accepted; without any, the set is ready to install."""
        return tuple(
            issue
            for issue in self.issues
            if issue.severity == "error" and not self.is_accepted(issue.code)
        )

    @property
    def acceptable(self) -> tuple[str, ...]:
        """The codes of the errors a person may accept; with the others there is no usable set."""
        errors = [issue.code for issue in self.issues if issue.severity == "error"]
        return tuple(code for code in errors if code not in NOT_ACCEPTABLE)

    @property
    def later_month(self) -> str:
        """The month since which there are units that only a later list has; "" if there are none.

        A layer of July 2025 that is checked as one of 2023 has none but such units.
        """
        found = self.recognition
        is_later = found.file_day > found.day and not found.lost.empty
        return found.file_day[:7] if is_later else ""

    def is_accepted(self, code: str) -> bool:
        """Say whether an issue was accepted, and may be."""
        return code in self.accepted and code not in NOT_ACCEPTABLE

    @property
    def is_ready(self) -> bool:
        """Whether the set can be installed."""
        return self.units is not None and not self.blocking


@in_words(file=lambda path, **_: str(path.name))
def check_file(
    path: Path,
    *,
    vintage: str,
    layer: str | None = None,
    key: str | None = None,
    crs: str | None = None,
    mapping: pd.DataFrame | None = None,
    accepted: Collection[str] = (),
    gazetteer: Gazetteer | None = None,
    progress: Progress = lambda step, share: None,
    lang: Lang = "vi",
) -> CheckedLayer:
    """Check a commune layer that somebody sent.

    Parameters
    ----------
    path
        A file of a kind that `geo.formats` lists; read in a child process.
    vintage
        Month from which the boundaries are in force, such as `2023-04`; its units are recognised.
    layer
        Which of its layers; the only one with areas if left out.
    key
        Name of the code column, found by its content if left out.
    crs
        Reference system, such as `EPSG:9214`, in place of what the file states or lacks.
    mapping
        Decisions of a person from an earlier file.
    accepted
        Codes of error issues that shall not stop the installation, where that is possible.
    gazetteer
        Units and their history; the shipped one if left out.
    progress
        Called with the name of a step (one of `STEPS`, or "wait") and the share done; again and
        again while a child waits for its turn and reads. What it raises ends the check.
    lang
        Language of the sentence when the request itself is wrong.

    Raises
    ------
    SelectionError
        If the vintage, the code column or the reference system does not exist.
    MappingError
        If the mapping names codes that are no units of the vintage.
    ReadError
        If the file cannot be read at all: one sentence says why.
    LoadError
        If something happens that nobody foresaw.
    """
    gazetteer = gazetteer or shipped_gazetteer()
    day = day_of(vintage, gazetteer, lang=lang)
    listed = gazetteer.at(day)
    _require_units(mapping, listed, vintage)
    progress("read", 0.05)
    # Every byte of a text a letter: nothing is lost yet.
    with telling(lambda waits: progress("wait" if waits else "read", 0.05)):
        raw = read_untrusted(path, encoding="latin-1", layer=layer, shapes=COMMUNE_SHAPES)
    origin = origin_of(raw)
    progress("decode", 0.3)
    features, encoding = _decoded(raw, gazetteer)
    features = _in_system(features, crs, lang=lang) if crs else stated_system(features)
    _require_column(features, key, lang=lang)
    progress("recognise", 0.4)
    labels = _labels(features)
    # Points are compared only where the stated system may be true; names alone come first.
    on_earth = is_on_earth(features)
    plain = features[~labels]
    plain = plain if on_earth else pd.DataFrame(plain.drop(columns=features.geometry.name))
    recognition = recognise(plain, gazetteer, key=key, mapping=mapping, day=day)
    progress("place", 0.6)
    known = known_units(vintage)
    placing = placed(features, recognition, gazetteer, given=crs is not None, known=known)
    if placing.clear:
        as_stated = on_earth and placing.axis_order == "xy" and placing.source != "identified"
        features = moved(features, placing)
        if not as_stated:  # now that it is in place, the weaker name rules can be confirmed
            recognition = recognise(features[~labels], gazetteer, key=key, mapping=mapping, day=day)
    recognition = _with_labels(recognition, features[labels])
    codes = _codes(recognition, gazetteer, with_duplicates="duplicate_features" in accepted)
    described = listed.drop_duplicates(c.CODE).set_index(c.CODE)
    units = repair = None
    if placing.clear:
        progress("repair", 0.7)
        units, repair = _units(features, codes, described)
    progress("report", 0.95)
    missing = _missing(codes, listed, vintage)
    names = described[c.NAME]
    return CheckedLayer(
        file=path.name,
        origin=origin,
        day=day,
        features=features,
        encoding=encoding,
        placing=placing,
        recognition=recognition,
        repair=repair,
        units=units,
        missing=missing,
        names=names,
        decisions=_decisions(mapping, recognition),
        issues=(
            *_lost_letters(features),
            *_programme_issues(units, codes, names, vintage=vintage),
            *_recognition_issues(recognition, missing),
            *placing.issues,
            *_repair_issues(repair, codes, names, is_placed=placing.clear),
        ),
        accepted=frozenset(accepted),
    )


def day_of(vintage: str, gazetteer: Gazetteer, *, lang: Lang) -> str:
    """Return the day whose list of units a vintage means: late in its month.

    Raises
    ------
    SelectionError
        If the text is no month, or one before the oldest list.
    """
    if not MONTH.fullmatch(vintage):
        raise SelectionError((t("bad_vintage", lang, example=vintage),))
    day = f"{vintage}-28"
    try:
        gazetteer.at(day)
    except GazetteerError as error:
        raise SelectionError((error_text(error, lang),)) from error
    return day


def _require_units(mapping: pd.DataFrame | None, listed: pd.DataFrame, vintage: str) -> None:
    if mapping is None:
        return
    unknown = sorted(set(mapping[c.CODE]) - set(listed[c.CODE]))
    if unknown:
        example, count = unknown[0], len(unknown)
        raise coded(MappingError, "mapping_unknown", count=count, vintage=vintage, example=example)


def _require_column(features: gpd.GeoDataFrame, key: str | None, *, lang: Lang) -> None:
    columns = [str(name) for name in features.columns.drop(features.geometry.name)]
    if key is not None and key not in columns:
        raise SelectionError((t("bad_key", lang, column=key, columns=", ".join(columns)),))


def _in_system(features: gpd.GeoDataFrame, crs: str, *, lang: Lang) -> gpd.GeoDataFrame:
    try:
        return features.set_crs(crs, allow_override=True)
    except UnknownSystem as error:
        raise SelectionError((t("bad_crs", lang, example=crs),)) from error


def _decoded(
    raw: gpd.GeoDataFrame, gazetteer: Gazetteer
) -> tuple[gpd.GeoDataFrame, EncodingChoice]:
    """Decode every text with the one encoding that makes most names known, also column names."""
    texts = [
        name
        for name in raw.columns.drop(raw.geometry.name)
        if pd.api.types.infer_dtype(raw[name], skipna=True) == "string"
    ]
    names = {*gazetteer.units[c.NAME], *gazetteer.units[c.DISTRICT]}
    choice = best_encoding([raw[name].dropna() for name in texts], names)
    decoded = {
        name: raw[name].map(lambda text: decode(text, choice.name), na_action="ignore")
        for name in texts
    }
    return raw.assign(**decoded).rename(columns=lambda name: _heading(name, choice)), choice


def _lost_letters(features: gpd.GeoDataFrame) -> tuple[Issue, ...]:
    """Return a word about names whose letters became question marks: codes may still tell."""
    columns = (features[name] for name in features.columns.drop(features.geometry.name))
    texts = (text for column in columns for text in column.dropna().unique())
    lost = lost_letters(text for text in texts if isinstance(text, str))
    return (Issue("letters_lost", "warning", len(lost), lost[0]),) if lost else ()


def _heading(name: object, choice: EncodingChoice) -> str:
    """Return a column name decoded like the texts; texts that are all codes tell nothing."""
    for encoding in ("utf-8", choice.name):
        try:
            return decode(str(name), encoding)
        except UnicodeError:
            continue
    return str(name)


def _labels(features: gpd.GeoDataFrame) -> pd.Series:
    """Say which features are points or lines beside areas: labels and borders, no communes."""
    kinds = features.geom_type.fillna("")
    return kinds.str.contains("Point|Line") & bool(kinds.str.contains("Polygon").any())


def _with_labels(recognition: Recognition, labels: gpd.GeoDataFrame) -> Recognition:
    """Return the recognition with points and lines that stand beside areas set aside."""
    columns = recognition.columns
    roles = {c.NAME: columns.name, c.DISTRICT: columns.district, c.PROVINCE: columns.province}
    texts = {role: as_text(labels[name]) if name else "" for role, name in roles.items()}
    aside = pd.DataFrame({"feature": labels.index, **texts, "reason": "no area"}, labels.index)
    every = pd.concat([recognition.set_aside, aside], ignore_index=True)
    return replace(recognition, set_aside=every) if len(labels) else recognition


def _codes(recognition: Recognition, gazetteer: Gazetteer, *, with_duplicates: bool) -> pd.Series:
    """Return the code of each feature that becomes part of a unit; duplicates only if accepted."""
    codes = recognition.matches.set_index("feature")[c.CODE]
    if not with_duplicates:
        return codes
    doubles = recognition.duplicates.set_index("feature")[c.CODE].map(
        lambda code: gazetteer.current_code(code, recognition.day, since=recognition.file_day)
    )
    return pd.concat([codes, doubles.dropna()])


def _units(
    features: gpd.GeoDataFrame, codes: pd.Series, described: pd.DataFrame
) -> tuple[gpd.GeoDataFrame | None, Repair | None]:
    """Repair the recognised features and make one unit of those that became one commune."""
    recognised = gpd.GeoDataFrame(
        {c.CODE: codes, "feature": codes + "#" + codes.index.astype(str)},
        geometry=features.geometry.loc[codes.index],
    )
    try:
        repair = repair_coverage(recognised, key="feature", tolerance_m=TOLERANCE_M)
    except GeometryError:  # nothing recognised, or nothing recognised has an area
        return None, None
    shaped = repair.layer.dropna(subset=["geometry"])
    if shaped.empty:
        return None, repair
    units = dissolve(shaped, by=c.CODE, columns=[])
    texts = {name: units[c.CODE].map(described[name]) for name in DESCRIPTION}
    return units.assign(**texts)[[c.CODE, *DESCRIPTION, "geometry"]], repair


def _missing(codes: pd.Series, listed: pd.DataFrame, vintage: str) -> pd.DataFrame:
    """Return the communes that no feature stands for, of the programme or of the layer's areas."""
    is_found = listed[c.CODE].isin(codes)
    if not is_found.any():
        return listed.iloc[:0]
    if has_programme_communes(vintage):
        return listed[listed[c.CODE].isin(programme_communes()) & ~is_found]
    # A layer of one province often has a commune or two of the next one along its edge.
    counts = listed[is_found][c.PROVINCE_CODE].value_counts()
    concerned = counts.index[counts >= LEAST_SHARE * counts.sum()]
    return listed[listed[c.PROVINCE_CODE].isin(concerned) & ~is_found]


def _decisions(mapping: pd.DataFrame | None, recognition: Recognition) -> pd.DataFrame:
    """Return the rows of the mapping that decided about a feature of this file."""
    if mapping is None:
        return pd.DataFrame(columns=list(MAPPING_COLUMNS))
    matches = recognition.matches
    used = mapping[c.CODE].isin(matches.loc[matches["rule"] == "mapping", c.CODE])
    return mapping.loc[used, list(MAPPING_COLUMNS)]


def _programme_issues(
    units: gpd.GeoDataFrame | None, codes: pd.Series, names: pd.Series, *, vintage: str
) -> tuple[Issue, ...]:
    """Return the error of a layer of another province: the map would have nothing to draw.

    Parameters
    ----------
    units
        What the layer would become; None if it has no place yet, or no shapes.
    codes
        Codes of the features that were recognised.
    names
        Names of all units by code.
    vintage
        Month for which the layer is meant; one whose communes the figures do not speak of is
        only stored, and may be of any province.
    """
    found = codes if units is None else units[c.CODE]
    if found.empty or not has_programme_communes(vintage) or found.isin(programme_communes()).any():
        return ()
    example = _named(found.iloc[0], names)
    return (Issue("no_commune_of_programme", "error", found.nunique(), example),)


def _recognition_issues(recognition: Recognition, missing: pd.DataFrame) -> tuple[Issue, ...]:
    """Return which features are no commune, or none for certain, and which communes are missing."""
    is_later = recognition.file_day > recognition.day
    lost = recognition.lost if is_later else recognition.unmatched.iloc[:0]
    tables = (
        ("later_month", "error", lost),
        ("unmatched_features", "error", recognition.unmatched.drop(lost.index)),
        ("doubtful_features", "error", recognition.doubtful),
        ("duplicate_features", "error", recognition.duplicates),
        ("set_aside_features", "info", recognition.set_aside),
        ("missing_communes", "warning", missing),
    )
    issues = [
        Issue(code, severity, len(table), str(table[c.NAME].iloc[0]))  # type: ignore[arg-type]
        for code, severity, table in tables
        if len(table)
    ]
    if recognition.matches.empty and lost.empty:
        issues.append(Issue("nothing_recognised", "error", 1, ""))
    return tuple(issues)


def _repair_issues(
    repair: Repair | None, codes: pd.Series, names: pd.Series, *, is_placed: bool
) -> tuple[Issue, ...]:
    """Return what the repair found; what it could not mend keeps the set from being installed."""
    if repair is None:
        if not is_placed or codes.empty:
            return ()
        return (Issue("not_polygon", "error", len(codes), _named(codes.iloc[0], names)),)
    unmended = tuple(replace(issue, severity="error") for issue in repair.after)
    found = (*(_less_severe(issue, repair) for issue in repair.issues), *unmended)
    return tuple(
        replace(issue, example=FEATURE.sub(lambda row: _named(row[1], names), issue.example))
        for issue in found
    )


def _named(code: str, names: pd.Series) -> str:
    """Return a commune as a person knows it, with its code: `Xã An Lạc (07645)`."""
    return f"{names[code]} ({code})" if code in names.index else code


def _less_severe(issue: Issue, repair: Repair) -> Issue:
    """Take the error out of a repeated shape if both features belong to one commune anyway."""
    has_shape = repair.layer.geometry.notna()
    needed = set(repair.layer.loc[~has_shape, c.CODE])
    if issue.code == "duplicate_geometry" and needed <= set(repair.layer.loc[has_shape, c.CODE]):
        return replace(issue, severity="info")
    return issue
