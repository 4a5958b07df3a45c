"""What depends on borders alone is worked out once, whatever is loaded on them."""

from dataclasses import replace

import geopandas as gpd
import pytest
import shapely

from mtqg_geo.dataset.capital import of_capital
from mtqg_geo.dataset.dataset import assemble, shipped_dataset
from mtqg_geo.dataset.layers import faces_of, listed_units
from mtqg_geo.dataset.outlines import outlines
from mtqg_geo.dataset.tables import ProgrammeTables
from mtqg_geo.dataset.vintages import restated
from mtqg_geo.figures.roads import built_twice
from mtqg_geo.maps.layers import display_layers


def assembled(data, fingerprint):
    """The same figures on the same borders, assembled as after a load."""
    tables = ProgrammeTables(
        data.regions, data.observations, data.site_list, data.roads, fingerprint=fingerprint
    )
    return assemble(data.catalog, tables, data.boundary_set, data.boundary_set)


@pytest.fixture(scope="module")
def both():
    """Two loads one after the other: of those kept for long, other sets may have taken the place."""
    return [assembled(shipped_dataset(), fingerprint) for fingerprint in ("one", "another")]


@pytest.fixture(scope="module")
def data(both):
    return both[0]


@pytest.fixture(scope="module")
def loaded_anew(both):
    return both[1]


@pytest.mark.long
@pytest.mark.parametrize("vintage", ["2023-04", "2025-07"])
def test_a_load_leaves_units_outlines_and_their_layers_as_they_were(data, loaded_anew, vintage):
    before, after = (restated(each, vintage) for each in (data, loaded_anew))
    assert before is not after
    assert before.communes is after.communes
    assert outlines(before) is outlines(after)
    layers = [display_layers(each, "vi") for each in (before, after)]
    for name in ("communes", "districts"):
        assert layers[0][name] is layers[1][name]


def test_other_borders_have_other_outlines(data):
    moved = replace(data, communes=data.communes.set_geometry(data.communes.translate(0.01)))
    assert outlines(moved) is not outlines(data)
    assert outlines(moved).communes.bounds.minx[0] == pytest.approx(
        outlines(data).communes.bounds.minx[0] + 0.01
    )


def test_the_units_of_a_set_are_read_once(data):
    of_set = [listed_units(data.boundary_set, data.boundary_set, "commune") for _ in range(2)]
    assert of_set[0] is of_set[1] is data.communes


def test_data_of_a_district_or_of_some_money_share_the_works_of_all(data):
    whole = restated(data, "2025-07")
    parts = [whole.within(["220"]), of_capital(whole, {"capital_source": ["central"]})]
    for part in parts:
        assert part is not whole
        assert part.site_list is whole.site_list
        assert part.road_list is whole.road_list
        assert built_twice(part) is built_twice(whole)
        assert part.commune_bounds is whole.commune_bounds


def test_faces_are_what_units_and_districts_share_and_what_lies_in_one_of_them_alone():
    # Units reach from 0 to 4, districts from 1 to 5, both cut at 2 or 3: five stretches of ground.
    units = layer(U=(0, 2), V=(2, 4)).drop(columns="name")
    faces = faces_of(units, layer(D=(1, 3), E=(3, 5)))
    found = faces.set_geometry(faces.geometry).fillna({"code": "–", "district_code": "–"})
    stretches = zip(
        found["code"], found["district_code"], found.bounds.minx, found.bounds.maxx, strict=True
    )
    assert sorted(stretches) == [
        ("U", "D", 1, 2), ("U", "–", 0, 1), ("V", "D", 2, 3), ("V", "E", 3, 4), ("–", "E", 4, 5),
    ]  # fmt: skip
    assert faces["face"].tolist() == [f"{number:06d}" for number in range(5)]


def layer(**stretches):
    """Return strips of ground by code, from one longitude to another."""
    shapes = [shapely.box(west, 0, east, 1) for west, east in stretches.values()]
    return gpd.GeoDataFrame(
        {"code": list(stretches), "name": list(stretches)}, geometry=shapes, crs="EPSG:4326"
    )
