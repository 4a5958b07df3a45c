"""In which communes roads are, for the store, which keeps their lines and knows no borders."""

from collections.abc import Collection
from functools import partial

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import WGS84
from geo.overlay import length_by_unit
from mtqg_geo.communes.lineage import day_of, vintages
from mtqg_geo.dataset.dataset import Dataset, current_dataset
from mtqg_geo.programme import columns as c
from mtqg_geo.store.rights import EVERYWHERE, on_day
from mtqg_geo.store.touched import Crossed


def communes_crossed(data: Dataset | None = None) -> Crossed:
    """Return how the communes are found that lines cross, on the borders figures are loaded on.

    Those of `data`, else of what is loaded at that moment, which is read when it is asked for.

    A road is of every commune it crosses, however little, as it is counted. `EVERYWHERE` stands
    for a line that is in none, or that leaves those whose shape is known where not all are.
    """
    return partial(_crossed, data)


def _crossed(data: Dataset | None, lines: Collection[bytes]) -> set[str]:
    communes = (data or current_dataset()).as_loaded.communes
    shapes = shapely.from_wkb(np.array([*lines], dtype=object))
    roads = gpd.GeoDataFrame({c.ID: range(len(shapes))}, geometry=shapes, crs=WGS84)
    shaped = communes[communes.geometry.notna()]
    pieces = length_by_unit(roads, shaped, line_id=c.ID, unit_id=c.CODE)
    inside = pieces.dropna(subset=[c.CODE])
    unknown = len(shaped) < len(communes) and len(inside) < len(pieces)
    day = day_of(vintages()[0])
    found = {on_day(str(code), day) for code in inside[c.CODE]}
    return found | {EVERYWHERE} if unknown or inside[c.ID].nunique() < len(roads) else found
