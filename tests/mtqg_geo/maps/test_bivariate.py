"""Need against delivery on nine communes on paper, whose classes can be told by eye."""

from dataclasses import replace
from itertools import chain

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from geo.palette import bivariate
from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.figures.measures import MappedIndicator
from mtqg_geo.maps.choropleth import IndicatorPair, known_pairs, paint_pair, pair_of, pair_texts
from mtqg_geo.maps.symbols import CLASS_CHARS, choropleth_styles

NAN = np.nan
INDICATORS = shipped_dataset().catalog.indicators
NEED, DELIVERY = INDICATORS["CX02"], INDICATORS["OP05"]
SILENT, OUTSIDE = "not_reported", "not_applicable"


def shown(indicator, values, states=None):
    states = states or [SILENT if np.isnan(value) else "reported" for value in values]
    table = pd.DataFrame({"code": "x", "value": values, "state": states}, dtype=object)
    return MappedIndicator(indicator, "Thực hiện", table)


def painted(pair, *, selected=None, regions=None, pool=()):
    n = len(pair.rows.table)
    chosen = np.ones(n, dtype=bool) if selected is None else np.array(selected)
    return paint_pair(
        pair, chosen, pd.Series(regions or ["I"] * n, dtype=object), lang="vi", pool=pool
    )


def counted(map_, square):
    """Return how many communes the square and the lines below it count."""
    return sum(chain(*square.counts)) + sum(entry.count for entry in map_.legend)


def test_nine_communes_fill_the_nine_squares():
    poverty = [1, 2, 3, 11, 12, 13, 21, 22, 23]
    road_km = [0.1, 5, 9, 0.2, 6, 10, 0.3, 7, 11]
    map_, square = painted(IndicatorPair(shown(NEED, poverty), shown(DELIVERY, road_km)))
    assert map_.classes == "012345678"
    assert square.counts == ((1, 1, 1), (1, 1, 1), (1, 1, 1))
    assert square.rows.labels == ("1,0–10,0", "10,1–20,0", "20,1–23,0")
    assert square.columns.labels == ("0,10–2,00", "2,01–8,00", "8,01–11,00")
    assert map_.colours[:9] == tuple(c for row in bivariate(3, 3) for c in row)
    assert square.rows.name == "Tỷ lệ hộ nghèo (%)"


def test_what_is_missing_has_classes_of_its_own_and_every_commune_is_counted_once():
    map_, square = painted(
        IndicatorPair(
            shown(NEED, [1, 2, NAN, 4, NAN, NAN], ["reported"] * 2 + [SILENT, "reported", SILENT, OUTSIDE]),
            shown(DELIVERY, [1, 2, 3, NAN, NAN, 5]),
        )
    )  # fmt: skip
    assert map_.classes == "0345nx"  # two by two classes, need missing, delivery missing, both
    assert [(entry.fill, entry.count) for entry in map_.legend] == [
        ("nodata_first", 1), ("nodata_second", 1), ("nodata", 1), ("na", 1),
    ]  # fmt: skip
    assert counted(map_, square) == 6
    styles = choropleth_styles(map_.colours)
    assert styles["4"]["fillColor"] == "hatch:first"
    assert styles["5"]["fillColor"] == "hatch:second"


def test_an_axis_says_the_quarter_as_everywhere():
    need = replace(shown(NEED, [1, 2, 3]), words="Thực hiện đến hết quý II/2023")
    _, square = painted(IndicatorPair(need, shown(DELIVERY, [1, 2, 3])))
    assert square.rows.title.endswith(" – thực hiện đến hết quý II/2023")


def test_a_value_that_most_communes_share_makes_fewer_classes():
    map_, square = painted(
        IndicatorPair(shown(NEED, [1, 2, 3, 4, 5, 6]), shown(DELIVERY, [0, 0, 0, 0, 0, 8]))
    )
    assert square.columns.labels == ("0", "0,01–8,00")
    assert square.counts == ((2, 0), (2, 0), (1, 1))
    assert map_.classes == "002245"
    assert map_.colours[:2] == (bivariate(3, 3)[0][0], bivariate(3, 3)[0][2])


def test_a_commune_on_a_break_is_in_the_lower_class():
    _, square = painted(IndicatorPair(shown(NEED, [1, 2, 2, 3]), shown(DELIVERY, [1, 2, 3, 4])))
    assert square.rows.labels == ("1,0–2,0", "2,1–3,0")
    assert [sum(row) for row in square.counts] == [3, 1]


def test_an_especially_difficult_commune_keeps_its_outline():
    map_, _ = painted(
        IndicatorPair(shown(NEED, [1, 2, 3]), shown(DELIVERY, [1, 2, NAN])),
        regions=["III", "I", "III"],
    )
    assert map_.classes == "A3F"


def test_nothing_in_common_is_no_square_but_still_counted():
    map_, square = painted(IndicatorPair(shown(NEED, [1, NAN]), shown(DELIVERY, [NAN, 2])))
    assert (square.colours, square.counts) == ((), ())
    assert map_.classes == "10"
    assert [entry.count for entry in map_.legend] == [1, 1, 0, 0]
    assert choropleth_styles(map_.colours)["0"]["fillColor"] == "hatch:first"


def test_communes_outside_the_selection_make_no_class():
    map_, square = painted(
        IndicatorPair(shown(NEED, [1, 2, 3, 99]), shown(DELIVERY, [1, 2, 3, 99])),
        selected=[True, True, True, False],
    )
    assert map_.classes == "048."
    assert square.rows.classes.edges[-1] == 3


def test_two_periods_have_the_same_breaks():
    early = IndicatorPair(shown(NEED, [1, 2, 3]), shown(DELIVERY, [0, 0, 1]))
    late = IndicatorPair(shown(NEED, [4, 5, 6]), shown(DELIVERY, [2, 3, 4]))
    everyone = np.ones(3, dtype=bool)
    pool = [known_pairs(each, everyone) for each in (early, late)]
    first, second = painted(early, pool=pool), painted(late, pool=pool)
    assert first[1].rows.classes.edges == second[1].rows.classes.edges == (1, 2, 4, 6)
    assert (first[0].classes, second[0].classes) == ("004", "488")


def test_the_need_stands_in_the_rows_whichever_was_chosen_first():
    need, delivery = shown(NEED, [1]), shown(DELIVERY, [1])
    assert pair_of(need, delivery) == pair_of(delivery, need) == (need, delivery)
    other = shown(INDICATORS["OP01"], [1])
    assert pair_of(other, delivery) == (other, delivery)


def test_the_tooltip_has_both_values_or_why_one_is_missing():
    pair = IndicatorPair(shown(NEED, [12.34, 5, NAN]), shown(DELIVERY, [2.5, NAN, NAN]))
    assert pair_texts(pair, "vi") == (("12,3 %", "2,50 km"), ("5,0 %", "chưa báo cáo"), "")


VALUES = st.integers(0, 12).map(float) | st.just(NAN)


@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=30))
def test_every_commune_has_a_class_and_the_counts_add_up(values):
    rows, columns = zip(*values, strict=True)
    map_, square = painted(IndicatorPair(shown(NEED, rows), shown(DELIVERY, columns)))
    assert len(map_.classes) == counted(map_, square) == len(values)
    assert len(map_.colours) == square.rows.k * square.columns.k + 2 <= len(CLASS_CHARS)
    both = sum(not np.isnan(row) and not np.isnan(column) for row, column in values)
    assert sum(map(sum, square.counts)) == both
    counts = [*chain(*square.counts), *(entry.count for entry in map_.legend[:2])]
    for char, count in zip(CLASS_CHARS, counts, strict=False):
        assert map_.classes.count(char) == count


def test_thirds_hold_as_many_communes_each_when_no_value_is_shared():
    _, square = painted(IndicatorPair(shown(NEED, range(1, 31)), shown(DELIVERY, range(1, 31))))
    assert [sum(row) for row in square.counts] == [10, 10, 10]
