"""The data on the units of a vintage: what is loaded, restated where that is another geography.

======================  ===========================================================================
`shown_dataset`         the data of a page: a vintage, some former districts, the borders in use
`shown_for`             the same for the parameters of a query
`restated`              the same with everything given: lineage, borders, households
`codes_by_vintage` …    which units of one vintage are those of another
======================  ===========================================================================
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from inspect import unwrap
from types import MappingProxyType

import pandas as pd

from geo.boundaries import BoundarySet
from geo.crosswalk import FROM, TO
from geo.kept import kept
from mtqg_geo.communes.epochs import Epochs, epochs_of, geography_of
from mtqg_geo.communes.lineage import (
    Lineage,
    between,
    delivered_sets,
    lineage_of,
    shipped_lineage,
    vintages,
)
from mtqg_geo.dataset.boundary_sets import set_in_use
from mtqg_geo.dataset.capital import of_capital
from mtqg_geo.dataset.dataset import Dataset, Restatement
from mtqg_geo.dataset.layers import (
    BETWEEN,
    crossed_units,
    faces_of,
    relocated_sites,
    roads_on_faces,
    units_of_vintage,
)
from mtqg_geo.dataset.regions import RegionHistory
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import NOT_SPLIT
from mtqg_geo.programme.period import last_day
from mtqg_geo.store.live import state_version, visible
from mtqg_geo.store.transactions import Store


def shown_dataset(
    data: Dataset,
    vintage: str = "",
    *,
    districts: Iterable[str] = (),
    capital: Mapping[str, Iterable[str]] = MappingProxyType({}),
) -> Dataset:
    """Return the data to show.

    Parameters
    ----------
    data
        What is loaded (`dataset.current_dataset`).
    vintage
        One of `lineage.vintages`; the first one for anything else.
    districts
        Codes of former districts that are filtered by.
    capital
        Sources and kinds of money that are filtered by; see `of_capital`.
    """
    vintage = vintage if vintage in vintages() else vintages()[0]
    # What is loaded has the borders in use of the first vintage already.
    chosen = set_in_use(vintage) if vintage != vintages()[0] else None
    is_installed = chosen is not None and chosen not in delivered_sets().values()
    shown = restated(
        data,
        vintage,
        districts=districts,
        boundary_set=chosen if is_installed else None,
        lineage=_lineage_behind(data.as_loaded),
    )
    return of_capital(shown, capital)


def shown_for(data: Dataset, query: Mapping[str, Sequence[str]]) -> Dataset:
    """Return the data that a query asks for by vintage, district, source and kind of money.

    What does not exist is passed over here: `parse_selection`, given the answer, complains of it.
    """

    def texts(name: str) -> list[str]:
        return [part.strip() for text in query.get(name, ()) for part in text.split(",")]

    known = set(data.districts[c.CODE])
    asked = [each for each in texts("vintage") if each in vintages()]
    districts = [code for code in texts("district") if code in known]
    parts = data.catalog.capital.items()
    capital = {name: {*texts(name)} & {NOT_SPLIT, *codes} for name, codes in parts}
    return shown_dataset(data, asked[-1] if asked else "", districts=districts, capital=capital)


def restated(
    data: Dataset,
    vintage: str,
    *,
    districts: Iterable[str] = (),
    boundary_set: BoundarySet | None = None,
    lineage: Lineage | None = None,
    households: pd.Series | None = None,
) -> Dataset:
    """Return a data set on the units of a vintage.

    Parameters
    ----------
    data
        The data as loaded, on the communes of the first vintage.
    vintage
        The units to show; see `lineage.vintages`.
    districts
        Codes of former districts: only the parts that lay there count. A unit belongs to a former
        district if any of its parts did, and shows that part alone.
    boundary_set
        Installed boundaries of the vintage. Without them the shapes of `data` are united.
    lineage
        Who became whom; the delivered lineage unless given.
    households
        Households of the former communes, by which a figure given for a later unit is shared out
        when the former communes are shown; without it such a figure is not restatable.

    Returns
    -------
    `data` itself where nothing has to be restated: its own vintage, nothing loaded for later units.
    """
    lineage = lineage or shipped_lineage()
    # A series cannot be the key of a cache: with households the data are restated anew.
    restate = _restated if households is None else unwrap(_restated)
    return restate(data, vintage, boundary_set, lineage, households).within(districts)


@kept(maxsize=4)
def _restated(
    data: Dataset,
    vintage: str,
    boundary_set: BoundarySet | None,
    lineage: Lineage,
    households: pd.Series | None,
) -> Dataset:
    epochs = epochs_of(lineage)
    epoch = epochs.of_vintage(vintage)
    if epoch == 0 and not _speaks_of_later_units(data, epochs):
        return data
    communes, faces = data.communes, None
    if epoch:
        walk = epochs.crosswalk(0, epoch)
        communes = units_of_vintage(vintage, data.communes, walk, boundary_set)
        # United shapes lie within former districts or along their borders; others cross them.
        faces = faces_of(communes, data.districts) if boundary_set else None
    units = pd.Index(communes[c.CODE].astype(object))
    regions = RegionHistory(data.regions, epochs)
    restatement = Restatement(data, epochs, epoch, units, regions, households, faces)
    shown = replace(
        data,
        communes=communes,
        sites=relocated_sites(data.sites, communes, epochs, epoch),
        restatement=restatement,
        region_lookup=partial(regions, epoch),
    )
    if not epoch:
        return shown
    roads = data.roads if faces is None else roads_on_faces(data.roads, data.communes, walk, faces)
    pieces = restatement.put_together(data.pieces) if faces is None else shown.cut(roads)
    return replace(
        shown,
        boundary_set=_described(data, vintage, boundary_set),
        pieces=pieces,
        roads=roads.assign(**{c.COMMUNE_CODES: crossed_units(roads, pieces)}),
    )


def _speaks_of_later_units(data: Dataset, epochs: Epochs) -> bool:
    """Say whether anything was given in the units of a later epoch."""
    first = epochs.lineage.days_of_change[0] if epochs.lineage.days_of_change else "9999"
    years = [*data.observations.counts.years, *data.sites[c.YEAR].tolist()]
    days = [last_day(str(year)) for year in years] + data.regions[c.VALID_FROM].tolist()
    return any(day >= first for day in days)


def _described(data: Dataset, vintage: str, boundary_set: BoundarySet | None) -> BoundarySet:
    """Return the set that describes the borders shown."""
    delivered = delivered_sets()
    if boundary_set is not None or data.boundary_set == next(iter(delivered.values())):
        return boundary_set or delivered[vintage]
    return replace(data.boundary_set, vintage=vintage)


def all_shown(data: Dataset) -> Iterator[Dataset]:
    """Give the data on every vintage, each when it is asked for: whose geometry a map may need."""
    return (shown_dataset(data, vintage).as_drawn for vintage in vintages())


def codes_column(vintage: str) -> str:
    """Return the column of an export that holds the codes of a vintage."""
    return f"codes_{vintage.replace('-', '_')}"


def codes_by_vintage(data: Dataset, codes: pd.Series) -> dict[str, pd.Series]:
    """Return the units of every vintage that units shown are, were or became, for an export.

    Parameters
    ----------
    data
        What is shown.
    codes
        Codes of units shown; "" and missing ones stay "".

    Returns
    -------
    By column name (`codes_2023_04`, `codes_2025_07`) the codes, several joined by "; ".
    """
    shown = vintages()[0]
    if data.restatement:
        shown = geography_of(data.boundary_set.vintage, _lineage_behind(data.as_loaded)) or shown
    return {
        codes_column(vintage): codes.fillna("")
        if vintage == shown
        else codes.map(kin_of(data, shown, vintage)).fillna("")
        for vintage in vintages()
    }


def kin_of(data: Dataset, old: str, new: str) -> pd.Series:
    """Return, by code of one vintage, the units of another that it became or came from.

    Parameters
    ----------
    data
        What is loaded: its store may hold corrections of the lineage.
    old, new
        Two of `lineage.vintages`, in either order.

    Returns
    -------
    Codes, several joined by "; ".
    """
    older, newer = sorted((old, new))
    links = between(_lineage_behind(data.as_loaded), older, newer).links
    own, other = (FROM, TO) if old == older else (TO, FROM)
    return links.groupby(own)[other].agg(BETWEEN.join)


def units_on(data: Dataset, codes: Iterable[str], old: str, new: str) -> list[str]:
    """Return the units of one vintage that some units of another became, or came from.

    Parameters
    ----------
    data
        What is loaded: its store may hold corrections of the lineage.
    codes
        Codes of units of `old`.
    old, new
        Two of `lineage.vintages`.
    """
    links = between(_lineage_behind(data.as_loaded), old, new).links
    return sorted(set(links.loc[links[FROM].isin(list(codes)), TO]))


@kept(maxsize=4)
def _lineage_behind(loaded: Dataset) -> Lineage:
    """Return the lineage of the state of the store that was loaded, read once for it."""
    return current_lineage(loaded.store)


def current_lineage(store: Store | None) -> Lineage:
    """Return the delivered lineage with what a planner corrected."""
    return shipped_lineage() if store is None else _corrected(store, state_version(store))


@lru_cache(maxsize=2)
def _corrected(store: Store, _version: str) -> Lineage:
    """Read the corrections of a state of the store; `_version` only tells states apart."""
    rows = visible(store, "lineage")
    return lineage_of(shipped_lineage().links, corrections=rows) if len(rows) else shipped_lineage()
