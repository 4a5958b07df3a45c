from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.palette import QUIET_TRIAD, luminance, ramp
from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.figures.measures import as_measured
from mtqg_geo.figures.periods import Measure
from mtqg_geo.figures.selection import Selection
from mtqg_geo.maps.choropleth import paint
from mtqg_geo.maps.classing import SCHEMES, Classing, parse_breaks, parse_classing
from mtqg_geo.maps.symbols import choropleth_styles, ink_on
from mtqg_geo.maps.view import map_view
from mtqg_geo.programme.amounts import as_read

DATA = shipped_dataset()
REPORTED, SILENT, OUTSIDE, NO_PLAN = "reported", "not_reported", "not_applicable", "no_plan"


def painted(values, states, *, indicator="OP01", regions=None, selected=None, **classing):
    n = len(values)
    table = pd.DataFrame({"value": values, "state": states}, dtype=object)
    return paint(
        table,
        np.ones(n, dtype=bool) if selected is None else np.array(selected),
        pd.Series(regions or ["I"] * n, dtype=object),
        DATA.catalog.indicators[indicator],
        Classing(**classing),
        lang="en",
    )


def lines(map_):
    return [(entry.label, entry.count) for entry in map_.legend]


def test_each_commune_has_a_character_and_each_class_its_count():
    map_ = painted(
        [0, 5, 10, 7, np.nan, np.nan, np.nan, 99],
        [REPORTED] * 4 + [SILENT, OUTSIDE, NO_PLAN, REPORTED],
        scheme="fixed",
        breaks=(0.0, 5.0, 10.0),
        selected=[True] * 7 + [False],
    )
    assert map_.classes == "0011nxp."
    assert lines(map_) == [
        ("0–5", 2), ("6–10", 2),
        ("Not reported", 1), ("No plan", 1), ("Not applicable", 1),
    ]  # fmt: skip


def test_a_value_is_in_the_class_of_the_number_that_is_read():
    # Houses are read without decimals: 5.4 as 5, and 5.5 as 6.
    map_ = painted([5.4, 5.5], [REPORTED] * 2, scheme="fixed", breaks=(0.0, 5.0, 10.0))
    assert map_.classes == "01"


def test_a_completion_below_100_has_no_class_of_100():
    of_plan = as_measured(DATA.catalog.indicators["OP01"], Measure.COMPLETION)
    assert as_read(np.array([87.9, 99.69, 100]), of_plan).tolist() == [88, 99.7, 100]
    table = pd.DataFrame({"value": [99.69, 100.0], "state": [REPORTED] * 2}, dtype=object)
    two = paint(table, np.ones(2, bool), pd.Series(["I"] * 2), of_plan, Classing(), lang="vi")
    assert lines(two)[:4] == [
        ("Dưới 50", 0), ("50 đến dưới 80", 0), ("80 đến dưới 100", 1), ("Từ 100 trở lên", 1),
    ]  # fmt: skip
    assert two.colours == (*reversed(ramp("behind", 3)), *ramp("done", 1))


def test_values_beyond_fixed_breaks_have_open_classes_whose_labels_tell_where_bounds_belong():
    map_ = painted([-3, 0, 5, 12], [REPORTED] * 4, scheme="fixed", breaks=(0.0, 5.0))
    assert map_.classes == "0112"
    assert lines(map_)[:3] == [("Below 0", 1), ("0–5", 2), ("Above 5", 1)]


def test_an_especially_difficult_commune_has_a_capital_even_without_a_value():
    map_ = painted(
        [1, 2, np.nan, np.nan],
        [REPORTED, REPORTED, SILENT, OUTSIDE],
        regions=["III", "I", "III", "III"],
        scheme="equal",
        k=3,
    )
    assert map_.classes == "A1NX"
    styles = choropleth_styles(map_.colours)
    assert all(styles[char]["weight"] > styles["1"]["weight"] for char in "ANX")


def test_regions_are_a_class_each_and_the_most_difficult_comes_first():
    map_ = painted(
        ["III", "I", None], [REPORTED, REPORTED, OUTSIDE], indicator="region",
        regions=["III", "I", None],
    )  # fmt: skip
    assert map_.classes == "C0x"
    assert [count for _, count in lines(map_)] == [1, 0, 1, 0, 1]
    assert map_.legend[0].label == "Region III (especially difficult)"


def test_nothing_reported_is_no_class_at_all():
    map_ = painted([np.nan, np.nan], [SILENT, SILENT])
    assert (map_.classes, map_.colours, map_.edges) == ("nn", (), ())


def test_nothing_selected_paints_nothing():
    for indicator in ("OP01", "region"):
        map_ = painted([None], [SILENT], indicator=indicator, selected=[False])
        assert map_.classes == "."
        assert sum(entry.count for entry in map_.legend) == 0


def test_one_value_is_one_class():
    map_ = painted([3, 3, 3], [REPORTED] * 3)
    assert lines(map_)[0] == ("3", 3)


def test_a_change_is_shaded_from_the_middle_which_is_zero():
    def colours(values):
        return painted(
            values, [REPORTED] * len(values), indicator="OC16", scheme="fixed",
            breaks=(-2.0, -1.0, 0.0, 1.0, 2.0),
        ).colours  # fmt: skip

    assert colours([-1.5, 1.5]) == ramp("change", 4)
    # Found breaks leave zero alone: it is the pale middle.
    around = painted([-2, -1, 0, 1, 2], [REPORTED] * 5, indicator="OC16", scheme="equal", k=5)
    assert lines(around)[2] == ("0", 1)
    assert around.colours == ramp("change", 5)
    up = painted([1, 2, 3], [REPORTED] * 3, indicator="OC16", scheme="equal", k=3)
    assert up.colours == ramp("change", 6)[3:]
    down = painted([-1, -2, -3], [REPORTED] * 3, indicator="OC16", scheme="equal", k=3)
    assert down.colours == ramp("change", 6)[:3]


def test_need_is_warm_and_delivery_is_cool():
    need = painted([1, 2, 3], [REPORTED] * 3, indicator="CX02", scheme="equal", k=3)
    delivery = painted([1, 2, 3], [REPORTED] * 3, indicator="OP01", scheme="equal", k=3)
    assert need.colours == ramp("need", 3)
    assert delivery.colours == ramp("delivery", 3)


@given(
    indicator=st.sampled_from(list(DATA.catalog.indicators.values())),
    year=st.sampled_from(DATA.years),
    districts=st.lists(st.sampled_from(list(DATA.districts["code"])), unique=True, max_size=3),
    scheme=st.sampled_from(SCHEMES),
    k=st.integers(3, 7),
)
def test_the_counts_of_the_legend_add_up_to_the_selected_communes(
    indicator, year, districts, scheme, k
):
    selection = Selection(
        year=year, vintage="2023-04", indicator=indicator.id, basis=indicator.bases[-1],
        districts=tuple(districts),
    )  # fmt: skip
    breaks = (0.0, 1.0, 10.0) if scheme == "fixed" else ()
    view = map_view(DATA, selection, Classing(scheme, k, breaks), lang="vi")
    selected = selection.commune_mask(DATA).sum()
    assert sum(entry.count for entry in view.choropleth.legend) == selected == len(view.table)
    assert len(view.choropleth.classes) == len(DATA.communes)
    assert sum(char != "." for char in view.choropleth.classes) == selected


@pytest.mark.parametrize(
    ("text", "breaks"),
    [
        ("0; 5; 10", (0, 5, 10)),
        ("0, 5, 10", (0, 5, 10)),
        ("10 5 5 0", (0, 5, 10)),
        ("2.000; 5.000", (2000, 5000)),  # as the legend writes thousands
        ("2.5; 1.234.567,5", (2.5, 1234567.5)),
        ("2,5; 7,25", (2.5, 7.25)),
        ("", ()),
        ("5", None),  # one number bounds no class
        ("5; 5", None),
        ("0; nan", None),
        ("0; inf", None),
        ("a; b", None),
        ("; ".join(map(str, range(9))), tuple(range(9))),
        ("; ".join(map(str, range(10))), None),  # twelve classes would not be told apart
    ],
)
def test_breaks_are_read_as_a_planner_writes_them(text, breaks):
    assert parse_breaks(text) == breaks


def test_as_many_fixed_breaks_as_allowed_can_be_painted():
    breaks = parse_breaks("; ".join(map(str, range(9))))
    map_ = painted([-1, 4, 99], [REPORTED] * 3, scheme="fixed", breaks=breaks)
    assert map_.classes == "049"
    assert len(map_.colours) == 10


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"scheme": ["jenks"]}, "“jenks”"),
        ({"k": ["99"]}, "“99”"),
        ({"k": ["٣"]}, "“٣”"),
        ({"k": ["9" * 4301]}, "“9999"),
        ({"breaks": ["five"]}, "“five”"),
    ],
)
def test_an_unusable_classification_gets_one_sentence_and_the_usual_one(query, words):
    classing, [problem] = parse_classing(query)
    assert classing == Classing()
    assert words in problem


def test_breaks_found_in_a_pool_are_the_same_for_maps_that_share_it():
    pool = np.array([0, 5, 10, 20, 30, np.nan])
    table = pd.DataFrame({"value": [0, 5, 10], "state": [REPORTED] * 3}, dtype=object)
    map_ = paint(
        table, np.ones(3, dtype=bool), pd.Series(["I"] * 3, dtype=object),
        DATA.catalog.indicators["OP01"], Classing("equal", 3), lang="en", pool=pool,
    )  # fmt: skip
    assert map_.edges == (0, 0, 15, 30)
    assert map_.classes == "011"
    assert [count for _, count in lines(map_)] == [1, 2, 0, 0, 0, 0]


def test_pooled_is_one_or_nothing():
    assert parse_classing({"pooled": ["1"]})[0].is_pooled
    classing, [problem] = parse_classing({"pooled": ["yes"]})
    assert not classing.is_pooled
    assert "“yes”" in problem


def test_breaks_are_found_in_the_province_unless_the_filter_is_asked_for():
    assert parse_classing({"scope": ["filtered"]})[0].is_filtered
    assert parse_classing({"scope": ["province"]}) == (Classing(), ())
    classing, [problem] = parse_classing({"scope": ["district"]})
    assert not classing.is_filtered
    assert "“district”" in problem


def test_a_swatch_is_the_colour_that_is_painted():
    for indicator in ("OP01", "CX02", "OC16", "region"):
        values = ["III", "I"] if indicator == "region" else [0, 3]
        map_ = painted(values, [REPORTED] * 2, indicator=indicator, regions=["III", "I"])
        styles = choropleth_styles(map_.colours)
        for entry in map_.legend:
            for char in entry.chars:
                assert styles[char]["fillOpacity"] == 1
                is_plain = entry.fill == "solid"
                assert not is_plain or styles[char]["fillColor"] == entry.colour


def test_figures_are_read_on_every_colour():
    ramps = ("need", "delivery", "remaining", "change", "behind", "done")
    for colour in {*QUIET_TRIAD, *(each for name in ramps for each in ramp(name, 7))}:
        light, dark = sorted((luminance(colour), luminance(ink_on(colour))), reverse=True)
        assert (light + 0.05) / (dark + 0.05) > 3.8, colour


def test_the_line_inside_a_most_difficult_commune_is_seen_on_every_class():
    for name, k in product(("need", "delivery", "remaining", "change", "behind", "done"), (1, 5)):
        styles = choropleth_styles(ramp(name, k))
        for char in "ABCDE"[:k]:
            line, fill = (luminance(styles[char][key]) for key in ("color", "fillColor"))
            assert (max(line, fill) + 0.05) / (min(line, fill) + 0.05) > 3, (name, k, char)


def test_without_a_list_of_regions_one_sentence_says_so_and_none_has_empty_brackets(squares):
    data = squares(regions=(None, None, None))
    view = map_view(data, Selection(year=2023, vintage="2023-04"), Classing(), lang="vi")
    assert len(view.notices) == 1
    assert "Chưa nạp danh sách" in view.notices[0]
    assert "()" not in view.notices[0]
