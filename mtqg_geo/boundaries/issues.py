"""What a boundary check found, as issues that name communes rather than rows."""

from __future__ import annotations

import re
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from geo.repair import Repair
from geo.validate import Issue
from mtqg_geo.boundaries.recognise import Recognition
from mtqg_geo.dataset.boundary_sets import has_programme_communes, programme_communes
from mtqg_geo.programme import columns as c

FEATURE = re.compile(r"\b(\d{5})#\w+")  # how the repair knows a feature: code and row


def programme_issues(
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
    example = named(found.iloc[0], names)
    return (Issue("no_commune_of_programme", "error", found.nunique(), example),)


def recognition_issues(recognition: Recognition, missing: pd.DataFrame) -> tuple[Issue, ...]:
    """Return which features are no commune, or none for certain, and which communes are missing."""
    tables = (
        ("unmatched_features", "error", recognition.unmatched),
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
    if recognition.matches.empty:
        issues.append(Issue("nothing_recognised", "error", 1, ""))
    return tuple(issues)


def repair_issues(
    repair: Repair | None, codes: pd.Series, names: pd.Series, *, is_placed: bool
) -> tuple[Issue, ...]:
    """Return what the repair found; what it could not mend keeps the set from being installed."""
    if repair is None:
        if not is_placed or codes.empty:
            return ()
        return (Issue("not_polygon", "error", len(codes), named(codes.iloc[0], names)),)
    unmended = tuple(replace(issue, severity="error") for issue in repair.after)
    found = (*(_less_severe(issue, repair) for issue in repair.issues), *unmended)
    return tuple(
        replace(issue, example=FEATURE.sub(lambda row: named(row[1], names), issue.example))
        for issue in found
    )


def named(code: str, names: pd.Series) -> str:
    """Return a commune as a person knows it, with its code: `Xã An Lạc (07645)`."""
    return f"{names[code]} ({code})" if code in names.index else code


def _less_severe(issue: Issue, repair: Repair) -> Issue:
    """Take the error out of a repeated shape if both features belong to one commune anyway."""
    has_shape = repair.layer.geometry.notna()
    needed = set(repair.layer.loc[~has_shape, c.CODE])
    if issue.code == "duplicate_geometry" and needed <= set(repair.layer.loc[has_shape, c.CODE]):
        return replace(issue, severity="info")
    return issue
