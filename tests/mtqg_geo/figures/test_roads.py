import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.figures.query import parse_selection
from mtqg_geo.figures.roads import built_twice, counted_once, km_by, selected_pieces, selected_roads
from mtqg_geo.figures.selection import default_selection
from mtqg_geo.figures.works import works_of

DATA = shipped_dataset()
# Along the parallel 21.5° N a tenth of a degree is about 10.4 km; 106–107 is the commune 00001.
SHORT, LONG, ACROSS = [(106.1, 21.5), (106.2, 21.5)], [(106.1, 21.5), (106.4, 21.5)], [
    (106.9, 21.5),
    (107.1, 21.5),
]  # fmt: skip


def km(data, **query):
    selection, problems = parse_selection(query, data)
    assert problems == ()
    return works_of(data, selection).roads.count


def test_the_roads_of_the_2023_plan_are_30_km_long(data, select):
    assert works_of(data, select()).roads.count.planned == pytest.approx(30.0, abs=0.05)


def test_a_road_financed_twice_is_counted_once_and_as_done(squares):
    data = squares(roads=[("a", "planned", LONG), ("b", "completed", SHORT)])
    assert [rows.tolist() for rows in built_twice(data)] == [[1], [0]]
    length = data.roads.set_index("id")["length_km"]
    count = km(data)
    assert count.planned == pytest.approx(length["a"], abs=1e-3)
    assert count.completed == pytest.approx(length["b"], abs=1e-3)


def test_the_same_road_twice_is_one_road_but_both_are_listed(squares):
    data = squares(roads=[("a", "completed", LONG), ("b", "completed", LONG)])
    roads = selected_roads(data, default_selection(data)).set_index("id")
    assert km(data).planned == pytest.approx(roads["length_km"]["a"])
    assert roads["in_selection_km"].tolist() == pytest.approx([roads["length_km"]["a"], 0])


def test_five_metres_built_twice_are_counted_once(squares):
    onward = [(106.19995, 21.5), (106.3, 21.5)]  # 0.00005° before the end of the first
    data = squares(roads=[("a", "completed", SHORT), ("b", "completed", onward)])
    twice_km = data.roads["length_km"].sum() - km(data).planned
    assert twice_km == pytest.approx(0.0052, abs=0.0001)


@pytest.mark.parametrize("query", [{}, {"commune": ["00002"]}, {"status": ["completed"]}], ids=str)
def test_only_roads_built_twice_are_cut_anew_and_the_pieces_are_those_of_all_cut_anew(
    squares, query
):
    alone = [(106.2, 21.2), (107.3, 21.2)]
    roads = [("a", "planned", LONG), ("b", "completed", SHORT), ("c", "completed", alone)]
    data = squares(roads=[*roads, ("d", "completed", ACROSS), ("e", "completed", ACROSS)])
    selection, _ = parse_selection(query, data)
    chosen = selection.mask(data, data.road_list, "roads")
    every = data.cut(counted_once(data.roads[chosen]))
    expected = every[selection.mask(data, every, "pieces")].reset_index(drop=True)
    found = selected_pieces(data, selection)
    pd.testing.assert_frame_equal(found.reset_index(drop=True), expected, check_exact=True)
    assert selected_pieces(data, selection) is found


def test_roads_that_only_cross_keep_all_their_kilometres(squares):
    crossing = [(106.15, 21.4), (106.15, 21.6)]
    data = squares(roads=[("a", "completed", LONG), ("b", "planned", crossing)])
    assert not any(len(rows) for rows in built_twice(data))
    assert counted_once(data.roads) is data.roads
    assert km(data).planned == pytest.approx(data.roads["length_km"].sum())


def test_a_road_is_cut_at_the_border_and_each_commune_has_its_part(squares):
    data = squares(roads=[("a", "completed", ACROSS)])
    parts = selected_pieces(data, default_selection(data)).set_index("code")["length_km"]
    assert parts["00001"] == pytest.approx(parts["00002"], rel=1e-6)
    assert parts.sum() == pytest.approx(data.roads["length_km"].iloc[0], rel=1e-9)
    [one] = selected_roads(data, parse_selection({"commune": ["00001"]}, data)[0]).to_dict(
        "records"
    )
    assert one["in_selection_km"] == pytest.approx(one["length_km"] / 2, rel=1e-6)


def test_kilometres_outside_every_commune_have_a_row_of_their_own(squares):
    data = squares(roads=[("a", "completed", [(105.9, 21.5), (106.1, 21.5)])])
    found = km_by(selected_pieces(data, default_selection(data)), "district")
    assert found.index.tolist() == ["Huyện 1", "–"]
    assert found.to_numpy().sum() == pytest.approx(data.roads["length_km"].sum(), rel=1e-9)


@pytest.mark.parametrize(("unsaid", "row"), [("", ""), (None, "–")])
def test_kilometres_of_roads_whose_surface_nobody_told_have_a_row_of_their_own(
    squares, unsaid, row
):
    data = squares(roads=[("a", "completed", LONG), ("b", "completed", ACROSS)])
    pieces = selected_pieces(data, default_selection(data)).assign(
        surface=lambda found: found["surface"].where(found["id"] == "a", unsaid)
    )
    found = km_by(pieces, "surface")
    assert sorted(found.index) == sorted(["concrete", row])
    assert found.to_numpy().sum() == pytest.approx(pieces["length_km"].sum(), rel=1e-9)


def test_when_no_road_has_reported_the_kilometres_done_are_unknown(squares):
    count = km(squares(roads=[("a", "not_reported", LONG)]))
    assert np.isnan(count.completed)
    assert (count.planned > 0, count.communes_missing) == (True, 1)


def test_no_roads_among_those_of_the_year_are_a_true_zero(squares):
    count = km(squares(roads=[("a", "completed", LONG)]), district=["2"])
    assert (count.completed, count.planned, count.communes_missing) == (0, 0, 0)


def test_kilometres_are_those_of_the_projects_chosen(squares):
    data = squares(roads=[("a", "completed", LONG)])  # of DA4.TDA1
    assert km(data, project=["DA4"]).planned == pytest.approx(data.roads["length_km"].iloc[0])
    assert km(data, project=["DA1"]).planned == 0


@given(
    year=st.sampled_from(DATA.years),
    project=st.sampled_from([[], ["DA4"], ["DA4.TDA1"], ["DA1"]]),
    chosen=st.sets(st.sampled_from(list(DATA.districts["code"])), min_size=1, max_size=9),
)
def test_any_districts_and_the_others_share_the_kilometres_of_the_province(year, project, chosen):
    query = {"year": [str(year)], "project": project}
    others = sorted(set(DATA.districts["code"]) - chosen)
    inside = km(DATA, **query, district=sorted(chosen))
    outside = km(DATA, **query, district=others)
    assert inside.planned + outside.planned == pytest.approx(km(DATA, **query).planned, rel=1e-9)


def test_kilometres_by_district_surface_and_status_have_the_same_sum(data, select):
    pieces = selected_pieces(data, select())
    sums = [km_by(pieces, column).to_numpy().sum() for column in ("district", "surface")]
    assert sums == pytest.approx([pieces["length_km"].sum()] * 2, rel=1e-9)
