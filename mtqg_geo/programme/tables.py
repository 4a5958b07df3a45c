"""The five tables of programme data: what identifies a row, and what it says."""

import math
from dataclasses import dataclass

from mtqg_geo.programme import columns as c

FROM_CODE, TO_CODE, DAY = "from_code", "to_code", "day"
CHANGE, SHARE, SHARE_BASIS = "change", "share", "share_basis"
RESOLUTION, CONFIDENCE = "resolution", "confidence"
GEOMETRY = "geometry"  # WKB bytes in WGS 84
# Where money comes from and which kind it is; "" where it is not split, and of what is no money.
SPLIT = (c.CAPITAL_SOURCE, c.CAPITAL_KIND)
BATCH_ID, SHEET, ROW = "batch_id", "sheet", "row"  # where a stored row comes from

NUMBERS = frozenset({c.VALUE, c.LON, c.LAT, c.REPORTED_KM, c.COST_VND, SHARE})  # NaN = not reported
WHOLE_NUMBERS = frozenset({c.YEAR, ROW, BATCH_ID})
BYTES = frozenset({GEOMETRY})  # every other column is text, "" = none
COST_AND_DATES = (c.COST_VND, c.STARTED_ON, c.COMPLETED_ON)
# What a table that has no such column says of it: nothing.
UNSAID = {name: math.nan if name in NUMBERS else "" for name in (*SPLIT, *COST_AND_DATES)}


@dataclass(frozen=True)
class DataTable:
    """A table of programme data.

    `key` identifies a row, in the order in which the database sorts it; `values` is what the row
    says of its key.
    """

    name: str
    key: tuple[str, ...]
    values: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns a file gives."""
        return (*self.key, *self.values)

    @property
    def stored(self) -> tuple[str, ...]:
        """All columns of a stored row, with where it comes from."""
        return (*self.columns, BATCH_ID, SHEET, ROW)

    @property
    def compared(self) -> tuple[str, ...]:
        """The values whose difference is a change: a row with another source says the same."""
        return tuple(name for name in self.values if name != c.SOURCE)


OBSERVATIONS = DataTable(
    "observations",
    key=(c.INDICATOR, c.PERIOD, c.COMMUNE_CODE, c.PROJECT, c.BASIS, *SPLIT),
    values=(c.VALUE, c.SOURCE),
)
SITES = DataTable(
    "sites",
    key=(c.ID,),
    values=(
        c.NAME, c.FACILITY, c.PROJECT, c.COMMUNE_CODE, c.DISTRICT_CODE, c.LON, c.LAT, c.LOCATION,
        c.STATUS, c.YEAR, *COST_AND_DATES, c.SOURCE,
    ),
)  # fmt: skip
ROADS = DataTable(
    "roads",
    key=(c.ID,),
    values=(
        c.NAME, c.PROJECT, c.YEAR, c.STATUS, c.SURFACE, c.ROAD_CLASS, c.REPORTED_KM,
        *COST_AND_DATES, c.SOURCE, GEOMETRY,
    ),
)  # fmt: skip
REGION = DataTable(
    "region",
    key=(c.COMMUNE_CODE, c.VALID_FROM),
    values=(c.REGION, c.VALID_TO, c.DECISION, c.SOURCE),
)
LINEAGE = DataTable(
    "lineage",
    key=(FROM_CODE, TO_CODE, DAY),
    values=(CHANGE, SHARE, SHARE_BASIS, RESOLUTION, CONFIDENCE, c.SOURCE),
)
KINDS = {kind.name: kind for kind in (OBSERVATIONS, SITES, ROADS, REGION, LINEAGE)}


FROM_NAME, TO_NAME = "from_name", "to_name"
