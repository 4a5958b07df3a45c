"""What the map draws, and where approximate works lie, on every set that may be in use."""

import math

import numpy as np
import pytest
import shapely

from geo.overlay import locate, segments_of
from mtqg_geo.dataset.dataset import load_dataset
from mtqg_geo.dataset.outlines import outlines
from mtqg_geo.dataset.vintages import restated
from mtqg_geo.figures.selection import default_selection
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.layers import display_layers
from mtqg_geo.maps.view import map_view
from mtqg_geo.maps.works_shown import WorksShown
from mtqg_geo.report.map.plane import plane
from tests.display_reader import read_file
from tests.map_names import NAME_FAULTS, open_map
from tests.mtqg_geo.dataset.real_layers import real_set

LEVELS = ("communes", "districts")
OFTEN = ["2023-04", "both"]
SHOWN = [
    *OFTEN,
    *(
        pytest.param(name, marks=pytest.mark.long)
        for name in ("2025-07", "real 2023-04", "2025-07 of real 2023-04", "real 2025-07")
    ),
]


@pytest.fixture(scope="module")
def shown_on(data, tmp_path_factory):
    """Return the sample on a geography: delivered borders, or a real layer in use for either."""
    known = {"2023-04": data}

    def shown(name):
        if name not in known:
            known[name] = made(name)
        return known[name]

    def real(vintage):
        if ("set", vintage) not in known:
            known["set", vintage] = real_set(vintage, tmp_path_factory.mktemp("sets"))
        return known["set", vintage]

    def made(name):
        match name:
            case "2025-07":
                return restated(data, "2025-07")
            case "real 2023-04":
                return load_dataset(boundary_set=real("2023-04"))
            case "2025-07 of real 2023-04":
                return restated(shown("real 2023-04"), "2025-07")
            case "real 2025-07":
                return restated(data, "2025-07", boundary_set=real("2025-07"))
            case "both":
                older = shown("real 2023-04")
                return restated(older, "2025-07", boundary_set=real("2025-07"))
            case _:
                raise KeyError(name)

    return shown


def splinters(shapes):
    """Count rings smaller than 1 % of their shape, and holes in which no other shape lies."""
    shapes = np.array([shape for shape in shapes if shape is not None], dtype=object)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    areas = shapely.polygons(rings)
    small = shapely.area(areas) < 0.01 * shapely.area(shapes)[owner[part]]
    holes = areas[np.diff(part, prepend=-1) == 0]
    inside = shapely.STRtree(shapely.point_on_surface(shapes))
    empty = [not len(inside.query(hole, predicate="contains")) for hole in holes]
    return int(small.sum()) + sum(empty)


@pytest.mark.parametrize("name", SHOWN)
def test_nothing_drawn_is_a_splinter(shown_on, name):
    shown = shown_on(name)
    layers = display_layers(shown, "vi")
    drawn = {level: read_file(layers[level].files[-1].body_gzip)["shapes"] for level in LEVELS}
    paper = {level: getattr(plane(shown), level) for level in LEVELS}
    for shapes in (*drawn.values(), *paper.values()):
        assert all(shape is not None for shape in shapes)
        assert splinters(shapes) == 0


@pytest.mark.long
def test_the_real_layer_has_the_splinters_that_are_not_drawn(shown_on):
    assert splinters(shown_on("real 2023-04").districts.geometry) > 300


@pytest.mark.parametrize("name", SHOWN)
def test_district_lines_are_borders_that_units_share(shown_on, name):
    shown = shown_on(name)
    drawn = outlines(shown)
    sides, borders = sides_of(drawn.communes), sides_of(drawn.districts)
    # Of the units of 2025 three lay in two districts each: their borders run through these.
    cut = 0.05 if shown.is_put_together else 0.0
    beside = sum(math.dist(*side) for side in borders - sides)
    assert beside <= cut * sum(math.dist(*side) for side in borders)
    assert outlines(shown.within(["213"])) is drawn  # not as the units of one district alone
    areas = [shapely.area(each.array).sum() for each in (drawn.communes, drawn.districts)]
    assert areas[0] == pytest.approx(areas[1], rel=1e-9)


def sides_of(shapes):
    """Return the sides of shapes, each as its two ends in order."""
    start, end, _ = segments_of(shapely.get_parts(shapely.boundary(shapes.array)))
    return {
        tuple(sorted(side))
        for side in zip(map(tuple, start.tolist()), map(tuple, end.tolist()), strict=True)
    }


def test_delivered_borders_are_drawn_as_they_are(data):
    drawn = outlines(data)
    assert shapely.equals_exact(drawn.communes.array, data.communes.geometry.array).all()
    assert shapely.equals_exact(drawn.districts.array, data.districts.geometry.array).all()


@pytest.mark.parametrize("name", SHOWN)
def test_every_approximate_site_lies_in_its_commune(data, shown_on, name):
    shown = shown_on(name)
    assert (data.sites["location"] != "exact").all()
    held = locate(shown.sites.geometry, shown.communes, unit_id="code")
    assert held.tolist() == shown.sites["commune_code"].tolist()
    assert not shown.sites.geometry.duplicated().any()


@pytest.mark.parametrize("name", SHOWN)
def test_the_roads_of_the_sample_keep_commune_and_kilometres(data, shown_on, name):
    shown = shown_on(name)
    delivered = shown_on("2025-07") if shown.is_put_together else data
    for column in ("code", "district_code", "id"):
        now, before = (
            each.pieces.groupby(column, dropna=False)["length_km"].sum()
            for each in (shown, delivered)
        )
        assert now.to_dict() == pytest.approx(before.to_dict(), abs=1e-8)
    assert shown.roads["commune_codes"].tolist() == delivered.roads["commune_codes"].tolist()
    assert shown.roads["length_km"].tolist() == pytest.approx(data.roads["length_km"].tolist())
    assert "road_outside_communes" not in {issue.code for issue in shown.issues}


@pytest.mark.parametrize("name", SHOWN)
def test_names_on_the_map_stand_whole_in_their_units_and_clear_of_each_other(
    shown_on, name, chromium
):
    data = shown_on(name)
    view = map_view(data, default_selection(data), Classing(), lang="vi", works=WorksShown.SINGLE)
    page = chromium.new_page(viewport={"width": 720, "height": 540})
    open_map(page, data, view)
    assert page.evaluate(NAME_FAULTS) == []
    assert page.locator(".geo-label-always").count() == len(data.districts)
    page.evaluate("map.setView([21.35, 106.75], 11, { animate: false }); geoLabels.place(map)")
    assert page.evaluate(NAME_FAULTS) == []
    assert page.locator(".geo-label-inside").count() > 10
    page.close()
