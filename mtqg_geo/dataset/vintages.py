"""The data set to show: what is loaded, on the units of a vintage, in the chosen districts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import pandas as pd

from geo.crosswalk import FROM, TO
from mtqg_geo.communes.epochs import geography_of
from mtqg_geo.communes.lineage import (
    Lineage,
    between,
    delivered_sets,
    lineage_of,
    shipped_lineage,
    vintages,
)
from mtqg_geo.dataset.boundary_sets import set_in_use
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.restated import RestatedDataset, restated
from mtqg_geo.dataset.restated_layers import BETWEEN
from mtqg_geo.programme import columns as c
from mtqg_geo.store.engine import Store
from mtqg_geo.store.live import state_version, visible


def shown_dataset(data: Dataset, vintage: str = "", *, districts: Iterable[str] = ()) -> Dataset:
    """Return the data to show.

    Parameters
    ----------
    data
        What is loaded (`datasets.current_dataset`).
    vintage
        One of `lineage.vintages`; the first one for anything else.
    districts
        Codes of former districts that are filtered by.
    """
    vintage = vintage if vintage in vintages() else vintages()[0]
    if vintage == vintages()[0]:
        return restated(data, vintage, districts=districts, lineage=current_lineage(data.store))
    chosen = set_in_use(vintage)
    return restated(
        data,
        vintage,
        districts=districts,
        boundary_set=None if chosen in delivered_sets().values() else chosen,
        lineage=current_lineage(data.store),
    )


def shown_for(data: Dataset, query: Mapping[str, Sequence[str]]) -> Dataset:
    """Return the data that a query asks for by `vintage` and `district`.

    What does not exist is passed over here: `parse_selection`, given the answer, complains of it.
    """

    def texts(name: str) -> list[str]:
        return [part.strip() for text in query.get(name, ()) for part in text.split(",")]

    known = set(data.districts[c.CODE])
    asked = [each for each in texts("vintage") if each in vintages()]
    districts = [code for code in texts("district") if code in known]
    return shown_dataset(data, asked[-1] if asked else "", districts=districts)


def as_loaded(data: Dataset) -> Dataset:
    """Return the data on the communes of the first vintage, where communes are counted."""
    return data.former if isinstance(data, RestatedDataset) else data


def in_district(data: Dataset, district: str) -> Dataset:
    """Return the data with those parts alone of units put together that lay in a district."""
    return data.within((district,)) if isinstance(data, RestatedDataset) else data


def as_drawn(data: Dataset) -> Dataset:
    """Return the data whose geometry the map draws: the same for any choice of districts."""
    return data.whole or data if isinstance(data, RestatedDataset) else data


def all_shown(data: Dataset) -> Iterator[Dataset]:
    """Give the data on every vintage, each when it is asked for: whose geometry a map may need."""
    return (as_drawn(shown_dataset(data, vintage)) for vintage in vintages())


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
    if isinstance(data, RestatedDataset):
        shown = geography_of(data.boundary_set.vintage, current_lineage(data.store)) or shown
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
    links = between(current_lineage(data.store), older, newer).links
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
    links = between(current_lineage(data.store), old, new).links
    return sorted(set(links.loc[links[FROM].isin(list(codes)), TO]))


def current_lineage(store: Store | None) -> Lineage:
    """Return the delivered lineage with what a planner corrected."""
    return shipped_lineage() if store is None else _corrected(store, state_version(store))


@lru_cache(maxsize=2)
def _corrected(store: Store, _version: str) -> Lineage:
    """Read the corrections of a state of the store; `_version` only tells states apart."""
    rows = visible(store, "lineage")
    return lineage_of(shipped_lineage().links, corrections=rows) if len(rows) else shipped_lineage()
