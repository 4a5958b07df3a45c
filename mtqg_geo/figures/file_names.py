"""What a file is called: the layers there are, and a stem that says what was selected."""

import re

from mtqg_geo.communes.lineage import vintages
from mtqg_geo.communes.names import without_accents
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.filters import FILTERS, MOST_NAMES
from mtqg_geo.figures.periods import Measure
from mtqg_geo.figures.selection import Selection
from mtqg_geo.programme.period import Period


def file_stem(data: Dataset, selection: Selection, name: str) -> str:
    """Say layer, selection and date of data, in characters every file system accepts.

    Example: `communes_OP01-actual_2023_district-220_data-2024-Q2`.
    """
    parts = ["mtqg" if name == ALL else name]
    period = Period(selection.year)  # sites and roads have no quarters
    if name in ("communes", DISTRICTS, ALL):
        parts.append(shown_stem(selection))
        period = selection.shown_period(data)
    elif name not in LAYERS:
        period = selection.period
    parts.append(period.text)
    if selection.vintage != vintages()[0]:
        parts.append(f"vintage-{selection.vintage}")
    for each in FILTERS:
        if not each.is_single and (chosen := each.texts(selection)):
            shown = "-".join(chosen) if len(chosen) <= MOST_NAMES else f"{len(chosen)}-chosen"
            parts.append(f"{each.name}-{shown}")
    parts.append(f"data-{data.latest_period or 'none'}")
    return re.sub(r"[^A-Za-z0-9._-]+", "-", without_accents("_".join(parts)))


def report_name(
    data: Dataset, selection: Selection, kind: str, suffix: str, *, is_listed: bool = False
) -> str:
    """Return the name of a report's file: kind, selection and date of the data."""
    layer = "communes" if kind in ("map", "communes", "html") else kind
    name = f"{kind}-list" if is_listed else kind
    return f"{name}{file_stem(data, selection, layer).removeprefix(layer)}.{suffix}"


def shown_stem(selection: Selection) -> str:
    """Return how a file's name tells what is shown: `OP01-actual`, `CX02-actual-with-OP05`."""
    is_figure = selection.measure is Measure.VALUE
    figure = selection.basis.value if is_figure else selection.measure.value
    return f"{selection.indicator}-{figure}" + (
        f"-with-{selection.second}" if selection.second else ""
    )


LAYERS = ("communes", "sites", "roads")
ALL = "all"  # the three of them in one file
DISTRICTS = "districts"  # put together of communes, and given for itself
ONE_BY_ONE = ("communes", DISTRICTS, "sites", "roads")
