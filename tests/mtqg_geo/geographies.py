"""The delivered data on the units of a vintage, with a selection on them."""

from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.dataset.vintages import shown_for
from mtqg_geo.figures.query import parse_selection


def on(vintage, data=None, **query):
    asked = {**query, "vintage": [vintage]}
    data = shown_for(data or shipped_dataset(), asked)
    selection, problems = parse_selection(asked, data)
    assert not problems
    return data, selection
