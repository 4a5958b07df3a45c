"""What a visit without a link opens on: an indicator and a year that have values."""

from collections.abc import Mapping

from geo.kept import kept
from mtqg_geo.communes.codes import codes_for
from mtqg_geo.communes.lineage import vintages
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.selection import default_selection
from mtqg_geo.figures.values import has_regions
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Basis, Indicator

ANYWAY = frozenset(("lang", "embed", "embed_options"))  # say nothing of what is shown


def opens_by_itself(query: Mapping[str, object]) -> bool:
    """Whether an address leaves it to us what is shown.

    >>> opens_by_itself({"lang": ["en"]}), opens_by_itself({"year": ["2023"]})
    (True, False)
    """
    return not query.keys() - ANYWAY


@kept(maxsize=2)  # for each state of what is loaded
def opening_query(data: Dataset) -> Mapping[str, list[str]]:
    """Return what a link would have to say so that the map is not blank; {} where nothing.

    The usual indicator stays where it has values in the usual year. Else it is the first of the
    catalogue that has any in the latest year with figures, on the units that reported them. A link
    that says anything means what it always did.

    Parameters
    ----------
    data
        As loaded.
    """
    plain = default_selection(data)
    if has_regions(data, plain.year):
        return {}
    for year in sorted(data.observations.counts.years, reverse=True):
        for indicator in data.catalog.indicators.values():
            for basis in _bases_with_values(data, indicator, year):
                said = {"indicator": indicator.id, "year": str(year), "basis": basis.value}
                return {name: [text] for name, text in (said | _units_of(year)).items()}
    return {}


def _bases_with_values(data: Dataset, indicator: Indicator, year: int) -> list[Basis]:
    """Return the bases on which anything is known of an indicator, its usual one first."""
    rows = data.observations.of(indicator.id, year)
    known = set(rows.loc[rows[c.VALUE].notna(), c.BASIS])
    usual = indicator.default_basis
    return [each for each in (usual, *indicator.bases) if each.value in known]


def _units_of(year: int) -> dict[str, str]:
    """Return which units reported a year, where they are not the usual ones."""
    vintage = codes_for(str(year))
    return {} if vintage == vintages()[0] else {"vintage": vintage}
