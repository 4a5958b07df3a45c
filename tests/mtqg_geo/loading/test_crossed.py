"""In which communes a road is: all it crosses, and the whole province where nobody can say."""

from dataclasses import replace

import pytest
import shapely

from mtqg_geo.loading.crossed import communes_crossed


def then(places):
    """Return places as they are said: communes as they were when the first borders were drawn."""
    return {each if each == "*" else f"{each}@2023-04-28" for each in places}


def line(*eastings):
    """A line along the middle of the communes 00001 (106-107° E), 00002 (-108°), 00003 (-109°)."""
    return shapely.to_wkb(shapely.LineString([(east, 21.5) for east in eastings]))


@pytest.mark.parametrize(
    ("lines", "communes"),
    [
        ([line(106.2, 106.8)], {"00001"}),
        ([line(106.2, 107.0)], {"00001"}),  # ends on the border
        ([line(106.2, 107.001)], {"00001", "00002"}),
        ([line(106.5, 108.5)], {"00001", "00002", "00003"}),
        ([line(106.2, 106.8), line(108.2, 108.3)], {"00001", "00003"}),
        ([line(105.0, 106.5)], {"00001"}),  # leaves the province: nobody's ground beside it
        ([line(100.0, 101.0)], {"*"}),
        ([line(106.2, 106.8), line(100.0, 101.0)], {"00001", "*"}),
        ([], set()),
    ],
)
def test_a_road_is_of_every_commune_it_crosses(squares, lines, communes):
    assert communes_crossed(squares())(lines) == then(communes)


def test_where_a_border_is_unknown_a_road_that_leaves_the_others_is_of_all(squares):
    known = squares()
    shapes = known.communes.geometry.where(known.communes["code"] != "00003")
    data = replace(known, communes=known.communes.set_geometry(shapes))
    assert communes_crossed(data)([line(107.2, 108.5)]) == then({"00002", "*"})
    assert communes_crossed(data)([line(106.2, 106.8)]) == then({"00001"})
