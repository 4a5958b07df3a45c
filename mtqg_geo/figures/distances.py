"""How far communes are from the nearest health station, market or commune road.

Kilometres are straight lines over the ellipsoid from a point inside the commune (its
representative point), not ways to travel. Only sites and roads that are loaded can be near.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from geo.kept import kept
from geo.measure import KM, PLACE, nearest_km
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.model import ROAD, Indicator, Mask, Status

HEALTH, MARKET = "health", "market"
NO_DISTANCE_KM = 0.001
PLACES = (HEALTH, MARKET, ROAD)  # two facility types of the catalogue, and roads


def distance_indicators(catalog: Catalog) -> dict[str, Indicator]:
    """Return the indicators that show a distance on the map, by the place they measure to."""
    return {each.nearest: each for each in catalog.indicators.values() if each.nearest}


@dataclass(frozen=True)
class RemoteCommune:
    """One commune with its distance to the nearest place of each kind, in kilometres.

    `km` is missing where there is no such place or the commune has no shape; `nearest` names it.
    """

    code: str
    name: str
    district: str
    km: Mapping[str, float]
    nearest: Mapping[str, str]

    @property
    def farthest_km(self) -> float:
        """The longest of its distances; missing when none is known."""
        known = [km for km in self.km.values() if math.isfinite(km)]
        return max(known, default=math.nan)

    @property
    def farthest(self) -> str:
        """The place that is farthest, or is nowhere."""
        return max(self.km, key=lambda place: (math.isnan(self.km[place]), self.km[place]))


@kept(maxsize=32)
def distance_km(
    data: Dataset, place: str, *, year: int, completed_only: bool = True
) -> pd.DataFrame:
    """Return how far the nearest place of a kind is, row by row as in `data.communes`.

    Parameters
    ----------
    data
        Communes, sites and roads.
    place
        A facility type of the catalogue, or `road`.
    year
        Sites and roads of this plan year and of those before it.
    completed_only
        Only completed ones, or those of any status: what will be near once all is built.

    Returns
    -------
    Columns `code`, `km` and `name` of the nearest; the last two are missing where there is none.
    The table is shared between callers: do not change it.
    """
    works = counted_works(data, place, year=year, completed_only=completed_only)
    found = nearest_km(_inside(data), works.geometry)
    names = found[PLACE].map(works[c.NAME])
    # A place "somewhere in the commune" lies on the very point that is measured from: what its
    # stored coordinates are rounded by is no distance.
    km = found[KM].mask(found[KM] < NO_DISTANCE_KM, 0.0)
    return pd.DataFrame(
        {c.CODE: data.commune_list[c.CODE], KM: km, c.NAME: names.where(names.notna(), None)}
    )


def counted_works(
    data: Dataset, place: str, *, year: int, completed_only: bool = True
) -> gpd.GeoDataFrame:
    """Return the sites or roads that distances are measured to; see `distance_km`."""
    works = data.roads if place == ROAD else data.sites[data.sites[c.FACILITY] == place]
    works = works[works[c.YEAR] <= year]
    return works[works[c.STATUS] == Status.COMPLETED] if completed_only else works


@kept(maxsize=4)
def _inside(data: Dataset) -> gpd.GeoSeries:
    """Return a point inside each commune."""
    return data.communes.geometry.representative_point()


def remote_communes(
    data: Dataset, among: Mask, *, year: int, completed_only: bool = True
) -> tuple[RemoteCommune, ...]:
    """Return some communes with their distances, the most remote first.

    Parameters
    ----------
    data
        Communes, sites and roads.
    among
        Which rows of `data.communes` to list.
    year, completed_only
        As in `distance_km`.
    """
    found = [
        distance_km(data, place, year=year, completed_only=completed_only)[among]
        for place in PLACES
    ]
    communes = data.commune_list.loc[among, [c.CODE, c.NAME, c.DISTRICT]].to_numpy()
    km = zip(*(table[KM].tolist() for table in found), strict=True)
    nearest = zip(*(table[c.NAME].astype(object).fillna("") for table in found), strict=True)
    listed = [
        RemoteCommune(
            code,
            name,
            district,
            km=dict(zip(PLACES, far, strict=True)),
            nearest=dict(zip(PLACES, near, strict=True)),
        )
        for (code, name, district), far, near in zip(communes, km, nearest, strict=True)
    ]
    return tuple(sorted(listed, key=_most_remote_first))


def _most_remote_first(commune: RemoteCommune) -> tuple[float, str]:
    km = commune.farthest_km
    return (math.inf if math.isnan(km) else -km, commune.code)
