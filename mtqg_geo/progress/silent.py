"""Who has not reported: the communes whose figures are missing from the sums of a report."""

from __future__ import annotations

import pandas as pd

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.quarters import as_counted, results_at
from mtqg_geo.figures.selection import Selection
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import State
from mtqg_geo.progress.rules import Standing
from mtqg_geo.progress.targets import Progress

_SILENT = (State.NOT_REPORTED, State.PARTLY_REPORTED)


def silent_communes(data: Dataset, selection: Selection, made: Progress) -> pd.DataFrame:
    """Return name, district and `missing` of the communes that owe a report, the worst first.

    `missing` counts the targets a commune has not fully reported; a target that is measured at
    the end of the year is not owed before.
    """
    data, selection = as_counted(data, selection)
    projects = data.catalog.with_children(selection.projects)
    missing = pd.Series(0, index=data.commune_list.index)
    for line in made.lines:
        if line.standing is not Standing.NOT_DUE:
            results = results_at(data, line.indicator, made.clock, projects=projects)
            missing += results[c.STATE].isin(_SILENT).to_numpy()
    table = data.commune_list[[c.NAME, c.DISTRICT]].assign(missing=missing)
    owing = table[selection.commune_mask(data) & (missing > 0).to_numpy()]
    return owing.sort_values(["missing", c.DISTRICT, c.NAME], ascending=[False, True, True])
