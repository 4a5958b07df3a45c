"""The units in which a year is counted: those that plans were made and results reported for.

A plan is kept or missed by the communes it was given to, so plan and result of 2023 are judged on
the communes of 2023 whichever geography the maps show, and those of 2026 on the present units.
How many communes have not reported depends on it, and, where nobody knows how a figure divides, so
does the total.
"""

from __future__ import annotations

from dataclasses import replace

from mtqg_geo.communes.codes import codes_for
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.vintages import as_loaded, shown_dataset, units_on
from mtqg_geo.selection import Selection


def as_counted(data: Dataset, selection: Selection) -> tuple[Dataset, Selection]:
    """Return the data on the units that the selected year is counted in, and the same selection.

    Parameters
    ----------
    data, selection
        What is shown, on the units of any vintage. Communes chosen there are followed to what they
        became or came from.
    """
    vintage = codes_for(str(selection.year))
    if vintage == selection.vintage:
        return data, selection
    loaded = as_loaded(data)
    communes = units_on(loaded, selection.communes, selection.vintage, vintage)
    counted = shown_dataset(loaded, vintage, districts=selection.districts)
    return counted, replace(selection, vintage=vintage, communes=tuple(communes))
