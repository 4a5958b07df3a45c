"""The delivered data on the units of a vintage, with a selection on them."""

from mtqg_geo.datasets import shipped_dataset
from mtqg_geo.selection_query import parse_selection
from mtqg_geo.shown import shown_for


def on(vintage, data=None, **query):
    asked = {**query, "vintage": [vintage]}
    data = shown_for(data or shipped_dataset(), asked)
    selection, problems = parse_selection(asked, data)
    assert not problems
    return data, selection
