"""What the page of a boundary check shows besides its report: open features, pictures, areas."""

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from geo.repair import Repair, changed_areas
from mtqg_geo.boundaries.check import CheckedLayer
from mtqg_geo.programme import columns as c

MOST_LISTED, MOST_DRAWN = 40, 400
COARSE_DEG = 0.0005  # about 50 m, less than a dot of the small picture


@dataclass(frozen=True, eq=False)
class CheckView:
    """What a person looks at before deciding.

    Attributes
    ----------
    lists
        The features and communes behind the counts, by the code of their issue; only what there is.
    asked
        The features nobody could place for sure, with `reason` and candidates.
    units, unplaced, moved
        To draw: the units, the features that are open, and where the repair moved borders; None
        where there is nothing to install.
    area_changes
        Areas before and after the repair, the largest change first, with the name in the file.
    """

    lists: dict[str, pd.DataFrame]
    asked: pd.DataFrame
    units: gpd.GeoDataFrame | None
    unplaced: gpd.GeoDataFrame
    moved: gpd.GeoDataFrame
    area_changes: pd.DataFrame | None


def check_view(checked: CheckedLayer) -> CheckView:
    """Compute what the page shows of a check."""
    found, repair, asked = checked.recognition, checked.repair, asked_of(checked)
    lists = {
        "later_month": found.lost if checked.later_month else found.lost.iloc[:0],
        "unmatched_features": unplaced_of(checked),
        "duplicate_features": found.duplicates,
        "set_aside_features": found.set_aside,
        "missing_communes": checked.missing,
    }
    named = (c.CODE, c.NAME, c.DISTRICT)
    units = None
    if checked.units is not None and repair is not None:
        coarse = checked.units.geometry.simplify_coverage(COARSE_DEG)
        units = checked.units.set_geometry(coarse)
    geometry = checked.features.geometry.name
    return CheckView(
        lists={
            issue: table[[name for name in named if name in table.columns]]
            for issue, table in lists.items()
            if not table.empty
        },
        asked=asked,
        units=units,
        unplaced=checked.features.loc[asked["feature"], [geometry]],
        moved=_moved(checked, repair) if repair is not None else checked.features.iloc[:0],
        area_changes=_area_changes(checked, repair) if repair is not None else None,
    )


def asked_of(checked: CheckedLayer) -> pd.DataFrame:
    """Return the features a person is asked about: doubtful ones, then those not recognised.

    Units of a later month are no question of a feature: the month is to be corrected.
    """
    return pd.concat([checked.recognition.doubtful, unplaced_of(checked)])


def unplaced_of(checked: CheckedLayer) -> pd.DataFrame:
    """Return the features that were not recognised, and are not known to be of a later month."""
    found = checked.recognition
    return found.unmatched.drop(found.lost.index) if checked.later_month else found.unmatched


def _moved(checked: CheckedLayer, repair: Repair) -> gpd.GeoDataFrame:
    before = checked.features.loc[repair.layer.index].assign(feature=repair.layer["feature"])
    return changed_areas(before, repair, key="feature").head(MOST_DRAWN)


def _area_changes(checked: CheckedLayer, repair: Repair) -> pd.DataFrame:
    changes, named_in = repair.changes, checked.recognition.columns.name
    largest = changes["change_pct"].abs().sort_values(ascending=False).index[:MOST_LISTED]
    table = changes.loc[largest]
    return table.assign(feature=checked.features.loc[largest, named_in]) if named_in else table
