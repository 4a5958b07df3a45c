"""Parts: what of each former unit went into which unit, with the figures it brought along.

A part is a whole former unit, or one side of a unit that was split. On the parts everything is
known that was known before (region, scope, who did not report), so that an indicator is worked out
there first and only then put together.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from geo.apportion import Numbers
from geo.crosswalk import FROM, SHARE, TO, Crosswalk
from geo.restating import UNKNOWN, divide, link_rows
from mtqg_geo.communes.epochs import Epochs
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.observations import ObservationCounts, Observations
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.model import Kind

PART = "{}>{}"  # code of one side of a split unit


@dataclass(frozen=True, eq=False, kw_only=True)
class Parts(Dataset):
    """A data set whose communes are the parts of one epoch, made by `parts_of`.

    Attributes
    ----------
    epoch
        In whose codes the figures were given.
    unit
        For each part (row of `communes`) the row of the unit it went into.
    former_code
        For each part the code of the unit it was.
    region_by_year
        See `regions_in`.
    """

    epoch: int
    unit: Numbers
    former_code: pd.Series
    region_of: Any = field(repr=False)

    @cached_property
    def commune_list(self) -> pd.DataFrame:
        """The parts, row by row."""
        return pd.DataFrame(self.communes)

    def regions_in(self, year: int, *, hardest: bool = False) -> pd.Series:
        """Return the region of each part that lies in the programme, indexed by code."""
        regions = self.former_code.map(self.region_of(self.epoch, year, hardest=hardest))
        return regions.set_axis(self.communes[c.CODE]).dropna()


@dataclass(frozen=True, eq=False)
class PartObservations:
    """The observations of one epoch, given to the parts."""

    origin: Observations
    epochs: Epochs
    epoch: int
    atoms: Crosswalk
    catalog: Catalog
    _kept: dict[tuple[str, int], pd.DataFrame] = field(default_factory=dict, repr=False)

    @property
    def counts(self) -> ObservationCounts:
        """Return how many rows there are before they are divided."""
        return self.origin.counts

    def table(self) -> pd.DataFrame:
        """Return all rows."""
        years, indicators = self.counts.years, self.catalog.indicators
        slices = [self.of(indicator, year) for indicator in indicators for year in years]
        return pd.concat(slices, ignore_index=True)

    def of(self, indicator: str, year: int) -> pd.DataFrame:
        """Return the rows of one indicator in one year that were given in this epoch.

        A figure of a split unit is shared out if it is counted, and repeated if it is a rate;
        ``unknown_parts`` marks one that cannot be, for want of a share.
        """
        key = (indicator, year)
        if key not in self._kept:
            self._kept[key] = self._divided(self.origin.of(indicator, year), indicator)
        return self._kept[key]

    def _divided(self, rows: pd.DataFrame, indicator: str) -> pd.DataFrame:
        meant = self.epochs.of(rows[c.COMMUNE_CODE], rows[c.PERIOD])
        rows = rows[meant == self.epoch]
        known = self.catalog.indicators[indicator]
        if known.kind is Kind.EXTENSIVE:
            places = {"code": c.COMMUNE_CODE, "value": c.VALUE}
            return divide(rows, self.atoms, **places, decimals=known.decimals)
        parts = link_rows(rows, self.atoms, code=c.COMMUNE_CODE)
        unknown = parts[SHARE].isna() & parts[c.VALUE].notna()
        return parts.assign(**{c.VALUE: parts[c.VALUE].mask(unknown), UNKNOWN: unknown})


def parts_of(
    former: Dataset, epochs: Epochs, epoch: int, walk: Crosswalk, units: pd.Index, region_of: Any
) -> Parts:
    """Return the parts of one epoch's units.

    Parameters
    ----------
    former
        The data as loaded.
    epochs, epoch
        In whose codes the figures taken were given.
    walk
        Leads from the units of that epoch to those shown.
    units
        Codes of the units shown, in their order.
    region_of
        Epoch and year → region by code.
    """
    links = walk.links
    is_split = links[FROM].isin(walk.split)
    codes = pd.Series(
        [
            PART.format(start, end) if several else start
            for start, end, several in zip(links[FROM], links[TO], is_split, strict=True)
        ],
        dtype=object,
    )
    atoms = Crosswalk(links.assign(**{TO: codes}))
    given = {each.name: getattr(former, each.name) for each in fields(Dataset)}
    return Parts(
        **{
            **given,
            "communes": pd.DataFrame({c.CODE: codes, c.NAME: links[FROM]}),
            "observations": PartObservations(
                former.observations, epochs, epoch, atoms, former.catalog
            ),
        },
        epoch=epoch,
        unit=np.asarray(units.get_indexer(links[TO]), dtype=np.intp),
        former_code=links[FROM].reset_index(drop=True),
        region_of=region_of,
    )
