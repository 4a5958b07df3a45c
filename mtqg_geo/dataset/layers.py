"""The layers of a data set: units, sites, roads and their pieces, on communes or on later units.

What is loaded is joined with the borders of the communes first. For units put together of communes
their shapes are united, or an installed layer gives them; sites and pieces of road get the unit
they lie in now.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.boundaries import BoundarySet, read_level
from geo.crosswalk import FROM, TO, Crosswalk
from geo.kept import Same, kept
from geo.measure import area_km2, length_km
from geo.overlay import length_by_unit, locate
from mtqg_geo.communes.epochs import Epochs
from mtqg_geo.communes.lineage import delivered_sets
from mtqg_geo.dataset.places import EXACT, is_made_up, settled_roads, settled_sites, stored_points
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.frames import texts_as_objects
from mtqg_geo.programme.model import ROAD, Mask, Status

FORMER_CODES, FORMER_NAMES = "former_codes", "former_names"
FORMER_COMMUNE_CODE, FORMER_COMMUNE = "former_commune_code", "former_commune"
BETWEEN = "; "
CRUMB_KM = 1e-6  # a millimetre: what cutting at two layers of borders may leave in between


@kept(maxsize=8)
def listed_units(boundary_set: BoundarySet, listed_in: BoundarySet, level: str) -> gpd.GeoDataFrame:
    """Return the units of the list with the shapes of the set (missing where it has none).

    The same table for the same sets, whatever is loaded meanwhile: what is worked out from it can
    be kept. Shared between callers: do not change it.
    """
    units = read_level(listed_in, level).sort_values(c.CODE, ignore_index=True)
    if boundary_set != listed_in:
        shapes = read_level(boundary_set, level).set_index(c.CODE).geometry
        units = units.set_geometry(
            gpd.GeoSeries(shapes.reindex(units[c.CODE]).to_numpy(), crs=shapes.crs)
        )
    return units.assign(**{c.AREA_KM2: area_km2(units.geometry)})


def placed_sites(table: pd.DataFrame, communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Place the sites, and name the commune and district of each."""
    names = communes.set_index(c.CODE)
    districts = communes.drop_duplicates(c.DISTRICT_CODE).set_index(c.DISTRICT_CODE)[c.DISTRICT]
    commune, code = table[c.COMMUNE_CODE].map(names[c.NAME]), table[c.COMMUNE_CODE]
    district = code.map(names[c.DISTRICT_CODE]).fillna(table[c.DISTRICT_CODE])
    placed = table.assign(
        **{
            c.STATUS: _statuses(table[c.STATUS]),
            c.YEAR: table[c.YEAR].astype(int),
            c.COMMUNE: commune.fillna(""),
            c.DISTRICT_CODE: district,
            c.DISTRICT: district.map(districts),
        }
    )
    ordered = gpd.GeoDataFrame(placed, geometry=stored_points(placed)).sort_values(
        c.ID, ignore_index=True
    )
    return settled_sites(ordered, communes)


def measured_roads(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the roads with their measured length beside the reported one."""
    roads = layer.sort_values(c.ID, ignore_index=True)
    return roads.assign(
        **{
            c.STATUS: _statuses(roads[c.STATUS]),
            c.YEAR: roads[c.YEAR].astype(int),
            c.REPORTED_KM: roads[c.REPORTED_KM].astype(float),
            c.LENGTH_KM: length_km(roads.geometry),
        }
    )


def _statuses(texts: pd.Series) -> pd.Series:
    return texts.fillna("").replace("", Status.NOT_REPORTED.value)


def kinds_beyond_programme(sites: pd.DataFrame, roads: pd.DataFrame) -> frozenset[str]:
    """Return the facility types, and `road`, of which works are loaded that are of no project.

    Only then is the nearest one known not always the programme's; see `Catalog.naming_distances`.
    """
    kinds = frozenset(sites.loc[of_no_project(sites), c.FACILITY])
    return kinds | {ROAD} if of_no_project(roads).any() else kinds


def of_no_project(works: pd.DataFrame) -> Mask:
    """Say which sites or roads the programme did not build: those of none of its projects."""
    return np.asarray(works[c.PROJECT].fillna("") == "", dtype=np.bool_)


def cut_at_borders(roads: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> pd.DataFrame:
    """Cut every road at the commune borders and measure each piece.

    Returns
    -------
    One row per road and commune (`code` missing outside every commune): `length_km` beside the
    attributes of the road and the district of the commune.
    """
    shaped = communes[communes.geometry.notna()]
    pieces = length_by_unit(roads, shaped, line_id=c.ID, unit_id=c.CODE)
    attributes = pd.DataFrame(roads[[c.ID, c.PROJECT, c.YEAR, c.STATUS, c.SURFACE]])
    districts = pd.DataFrame(communes[[c.CODE, c.DISTRICT_CODE, c.DISTRICT]])
    described = pieces.merge(attributes, on=c.ID, how="left", validate="many_to_one").merge(
        districts, on=c.CODE, how="left", validate="many_to_one"
    )
    return texts_as_objects(described)


def crossed_units(roads: gpd.GeoDataFrame, pieces: pd.DataFrame) -> list[list[str]]:
    """List the communes each road crosses, in the order of `roads`."""
    inside = pieces.dropna(subset=[c.CODE])
    by_road = inside.groupby(c.ID)[c.CODE].agg(lambda codes: sorted(set(codes)))
    return [list(by_road.get(road, [])) for road in roads[c.ID]]


@kept(maxsize=4, by=lambda vintage, communes, *others: (vintage, Same(communes), *others))
def units_of_vintage(
    vintage: str, communes: gpd.GeoDataFrame, walk: Crosswalk, boundary_set: BoundarySet | None
) -> gpd.GeoDataFrame:
    """Return the units of a vintage with shapes, former communes and former districts.

    Parameters
    ----------
    vintage
        Of the units.
    communes
        The former units; their shapes are united unless a set is given.
    walk
        From the former units to these.
    boundary_set
        Installed boundaries of the vintage; None to unite the former ones.
    """
    listed = read_level(delivered_sets()[vintage], "commune").sort_values(c.CODE, ignore_index=True)
    if boundary_set is None:
        shapes = _united(communes, walk)
    else:
        shapes = read_level(boundary_set, "commune").set_index(c.CODE).geometry
    geometry = gpd.GeoSeries(shapes.reindex(listed[c.CODE]).to_numpy(), crs=shapes.crs)
    units = listed.set_geometry(geometry)
    kin = _former(communes, walk).reindex(units[c.CODE])
    return units.assign(
        **{column: kin[column].to_numpy() for column in kin.columns},
        **{c.AREA_KM2: area_km2(units.geometry)},
    )


def _united(communes: gpd.GeoDataFrame, walk: Crosswalk) -> gpd.GeoSeries:
    """Unite the shapes of former units; a divided one goes where most of it went."""
    unit = communes[c.CODE].map(walk.main_successors)
    shaped = communes.geometry.notna() & unit.notna()
    shapes, codes = communes.geometry[shaped].to_numpy(), unit[shaped]
    # Where neighbours share every vertex, uniting them is quicker and leaves no slivers.
    is_coverage = bool(shapely.coverage_is_valid(shapes))
    unite = shapely.coverage_union_all if is_coverage else shapely.union_all
    positions = codes.reset_index(drop=True).groupby(codes.to_numpy()).indices
    united = {code: shapely.normalize(unite(shapes[at])) for code, at in positions.items()}
    return gpd.GeoSeries(united, crs=communes.crs)


def _former(communes: pd.DataFrame, walk: Crosswalk) -> pd.DataFrame:
    """Return by unit the codes and names of its former communes, and the districts they lay in."""
    names = [c.CODE, c.NAME, c.DISTRICT_CODE, c.DISTRICT]
    named = texts_as_objects(pd.DataFrame(communes[names])).set_index(c.CODE)
    parts = walk.links[[FROM, TO]].join(named, on=FROM)
    parts = parts.rename(columns={FROM: FORMER_CODES, c.NAME: FORMER_NAMES})
    former = parts.groupby(TO)[[FORMER_CODES, FORMER_NAMES]].agg(_listed)
    ordered = parts.sort_values([c.DISTRICT_CODE, FORMER_CODES])
    return former.join(ordered.groupby(TO)[[c.DISTRICT_CODE, c.DISTRICT]].agg(_listed))


def narrowed(
    units: gpd.GeoDataFrame, communes: pd.DataFrame, walk: Crosswalk, districts: frozenset[str]
) -> gpd.GeoDataFrame:
    """Return units that name only the former communes and districts that were chosen.

    A unit that lies in several of them has the code of the first, so that it is found by a filter
    for any; its `district` names all. One that lies in none of them keeps what it says.
    """
    if FORMER_CODES not in units:  # the former communes themselves are shown
        return units
    inside = communes.loc[communes[c.DISTRICT_CODE].isin(districts), c.CODE]
    chosen = walk.links[walk.links[FROM].isin(inside)]
    kin = _former(communes, Crosswalk(chosen)).reindex(units[c.CODE])
    kin[c.DISTRICT_CODE] = kin[c.DISTRICT_CODE].str.split(BETWEEN).str[0]
    return units.assign(
        **{
            column: np.where(kin[column].notna(), kin[column], units[column])
            for column in kin.columns
        }
    )


def _listed(texts: pd.Series) -> str:
    return BETWEEN.join(dict.fromkeys(texts.dropna()))


def relocated_sites(
    sites: gpd.GeoDataFrame, units: gpd.GeoDataFrame, epochs: Epochs, epoch: int
) -> gpd.GeoDataFrame:
    """Return the sites with the unit each lies in; the former commune stays beside it.

    The lineage decides, since codes are exact where borders are not. A site in a commune that was
    divided, or in no known one, goes by its point; one in a divided commune whose point is not
    exact by the largest share, or nowhere if it would have to go back into one of many communes.
    """
    codes = sites[c.COMMUNE_CODE].astype(object)
    meant = epochs.of(codes, sites[c.YEAR].astype(str))
    found = pd.Series("", index=sites.index, dtype=object)
    by_point = codes == ""
    for number in np.unique(meant).tolist():
        walk = epochs.crosswalk(number, epoch)
        at = (meant == number) & (codes != "").to_numpy()
        several = codes.isin(walk.split | walk.unknown)
        # A point that only stands for its commune cannot say in which part of it a site lies.
        found[at] = codes[at].map(walk.main_successors).fillna("").where(~several[at], "")
        exact = sites[c.LOCATION] == EXACT
        by_point |= at & several & exact
        if number < epoch:  # a unit cannot be put back into one of its communes by share
            found[at & several & ~exact] = codes[at & several & ~exact].map(walk.main_successors)
    shaped = units[units.geometry.notna()]
    if by_point.any():
        located = locate(sites.geometry[by_point], shaped, unit_id=c.CODE)
        found[by_point] = located.astype(object).fillna("")
    names = units.set_index(c.CODE)[c.NAME]
    is_former = meant == 0  # else the code is that of a later, larger unit
    # What its code means on the former communes is another one: so was its place worked out there.
    is_own = is_former | (sites[c.LOCATION] == EXACT).to_numpy()
    places = sites.geometry.where(is_own, stored_points(sites))
    moved = sites.set_geometry(places).assign(
        **{
            FORMER_COMMUNE_CODE: sites[c.COMMUNE_CODE].astype(object).where(is_former, ""),
            FORMER_COMMUNE: sites[c.COMMUNE].astype(object).where(is_former, ""),
            c.COMMUNE_CODE: found,
            c.COMMUNE: found.map(names).fillna(""),
        }
    )
    return settled_sites(moved, units)


def relabelled_pieces(pieces: pd.DataFrame, walk: Crosswalk) -> pd.DataFrame:
    """Return pieces of road cut at former borders as pieces in units united from them."""
    # A piece in a divided commune goes where its shape went, which is where most of it went.
    unit = pieces[c.CODE].map(walk.main_successors)
    keys = [column for column in pieces.columns if column != c.LENGTH_KM]
    by_piece = pieces.assign(**{c.CODE: unit}).groupby(keys, dropna=False, as_index=False)
    return texts_as_objects(by_piece[c.LENGTH_KM].sum()[list(pieces.columns)])


def shape_of_part(
    code: str,
    *,
    districts: frozenset[str],
    faces: gpd.GeoDataFrame | None,
    communes: gpd.GeoDataFrame,
    walk: Crosswalk,
) -> BaseGeometry | None:
    """Return the shape of the part of a unit that lay in some former districts.

    Parameters
    ----------
    code
        The unit.
    districts
        Codes of the former districts.
    faces
        See `faces_of`, where the units have borders of their own.
    communes, walk
        The former communes, of which the part is united otherwise, and the way from them.
    """
    if faces is not None:
        inside = faces[(faces[c.CODE] == code) & faces[c.DISTRICT_CODE].isin(districts)]
    else:
        # A divided commune is drawn where most of it went, as in the unit itself.
        went_here = communes[c.CODE].map(walk.main_successors) == code
        inside = communes[went_here & communes[c.DISTRICT_CODE].isin(districts)]
    shape = shapely.union_all(inside.geometry.dropna().to_numpy())
    return None if shape.is_empty else shapely.normalize(shape)


@kept(maxsize=4, by=lambda *layers: tuple(map(Same, layers)))
def faces_of(units: gpd.GeoDataFrame, districts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Cut units at the borders of former districts, and keep what lies outside either.

    Borders of units that were surveyed anew cross those of former districts by some metres: only on
    the faces of both do the kilometres of a former district stay what they were.
    """
    shaped = units.loc[units.geometry.notna(), [c.CODE, units.geometry.name]]
    named = districts.loc[districts.geometry.notna(), [c.CODE, c.NAME, districts.geometry.name]]
    named = named.rename(columns={c.CODE: c.DISTRICT_CODE, c.NAME: c.DISTRICT})
    inside = gpd.overlay(shaped, named, how="intersection", keep_geom_type=True)
    parts = [inside, _outside(shaped, named), _outside(named, shaped)]
    faces = pd.concat(parts, ignore_index=True)
    return faces.assign(face=[f"{number:06d}" for number in range(len(faces))])


def _outside(layer: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return what of a layer lies outside another one."""
    # The other one is united first: geopandas takes its shapes off one by one, three times as slow.
    whole = gpd.GeoDataFrame(geometry=[other.union_all()], crs=other.crs)
    return gpd.overlay(layer, whole, how="difference", keep_geom_type=True)


def roads_on_faces(
    roads: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, walk: Crosswalk, faces: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return the roads, those that are made up in the units and districts of their communes.

    See `settled_roads`; `communes` are those that the roads lie in, `walk` leads to the units.
    """
    if not is_made_up(roads).any():
        return roads
    keys = [c.CODE, c.DISTRICT_CODE]
    unit = communes[c.CODE].map(walk.main_successors)
    shaped = communes.geometry.notna() & unit.notna()
    homes = communes[shaped].assign(**{c.CODE: unit[shaped]})[[*keys, communes.geometry.name]]
    homes = homes.dissolve(by=keys)
    places = faces[[*keys, faces.geometry.name]].dissolve(by=keys)
    now = places.geometry.reindex(homes.index)
    return settled_roads(roads, homes.geometry.to_numpy(), now.to_numpy())


def pieces_on_faces(roads: gpd.GeoDataFrame, faces: gpd.GeoDataFrame) -> pd.DataFrame:
    """Cut roads at the borders of units and former districts alike."""
    as_units = faces.drop(columns=c.CODE).rename(columns={"face": c.CODE})
    cut = cut_at_borders(roads, as_units)
    code = cut[c.CODE].map(faces.set_index("face")[c.CODE])
    return _without_crumbs(cut.assign(**{c.CODE: code.astype(object)}))


def _without_crumbs(pieces: pd.DataFrame) -> pd.DataFrame:
    """Give what is shorter than a millimetre to the longest piece of the same road."""
    keys = [column for column in pieces.columns if column != c.LENGTH_KM]
    added = pieces.groupby(keys, dropna=False, as_index=False)[c.LENGTH_KM].sum()
    is_crumb = (added[c.LENGTH_KM] < CRUMB_KM) & added[c.ID].duplicated(keep=False)
    crumbs = added[is_crumb].groupby(c.ID)[c.LENGTH_KM].sum()
    kept = added[~is_crumb].sort_values([c.ID, c.LENGTH_KM], kind="stable")
    longest = ~kept[c.ID].duplicated(keep="last")
    extra = kept[c.ID].map(crumbs).where(longest).fillna(0.0)
    whole = kept.assign(**{c.LENGTH_KM: kept[c.LENGTH_KM] + extra}).sort_index()
    return texts_as_objects(whole[list(pieces.columns)].reset_index(drop=True))
