"""Whatever is chosen, in whatever order: the link made of it opens the same page."""

import random
import re

import pytest

from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.dataset.vintages import shown_dataset
from mtqg_geo.figures.filters import FILTERS
from mtqg_geo.figures.periods import measures_of
from mtqg_geo.maps.works_shown import WorksShown
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.tables import SPLIT
from tests.long import LONG
from tests.mtqg_geo.ui.said import open_app, query

STEPS = 20 if LONG else 10
TOGETHER = re.compile(r"together[^,}]*")  # two maps of a page share a name no other page has


def drawn(app):
    """Return all that a page says in HTML, and what its own components were given."""
    said = [each.proto.body for each in app.get("html")]
    given = [each.proto.json_args for each in app.get("component_instance")]
    return said, [TOGETHER.sub("", each) for each in given]


def choices(app, data):
    """Return what can be chosen next: a widget's key and the values it may hold."""
    memory = app.session_state
    capital = {name: memory[name] for name in SPLIT}
    data = shown_dataset(data, memory["vintage"], districts=memory["district"], capital=capital)
    indicators = data.catalog.indicators
    shown = indicators[memory["indicator"]]
    of_year = {"year": data.years, "vintage": ["2023-04", "2025-07"]}
    many = {each.name: list(each.options(data)) for each in FILTERS if not each.is_single}
    return {
        **of_year,
        **many,
        "indicator": list(indicators),
        "basis": [*(b.value for b in shown.bases), *(m.value for m in measures_of(shown))],
        "with": ["", *indicators],
        "compare": ["", "2022", "2023-Q2"],
        "as_of": [0, 1, 2],
        "scheme": ["quantiles", "fixed"],
        "breaks": ["1; 5; 10"],
        "k": [3, 5],
        "scope": [True, False],
        "pooled": [True, False],
        "works": ["", *(each.value for each in WorksShown)],
        "profile": [None, *data.commune_list[c.CODE][:3]],
        "lang": ["vi", "en"],
    }, set(many)


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 12))]
)
def test_after_each_of_many_choices_the_link_opens_the_same_page(seed):
    chance, app = random.Random(seed), open_app()
    data = shipped_dataset()
    for _ in range(STEPS):
        options, many = choices(app, data)
        key = chance.choice(sorted(options))
        value = chance.choice(options[key])
        if key in many:
            kept = [each for each in app.session_state[key] if chance.random() < 0.5]
            value = list(dict.fromkeys([*kept, str(value)]))
        app.session_state[key] = value
        app.run()
        assert not app.exception, (key, value)
        again = open_app(**query(app))
        assert drawn(again) == drawn(app), (key, value, query(app))
        assert query(again) == query(app)
