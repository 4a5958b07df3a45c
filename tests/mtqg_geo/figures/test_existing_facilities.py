"""Facilities that the programme did not build: near, on the map, and in none of its counts."""

import json
import math
from dataclasses import replace

import pytest
import shapely

from mtqg_geo.exports.files import csv_text
from mtqg_geo.figures.distances import distance_km
from mtqg_geo.figures.selection import default_selection
from mtqg_geo.figures.works import works_of
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.layers import constants, kept_layers
from mtqg_geo.maps.legend import screen_works
from mtqg_geo.maps.view import map_view
from mtqg_geo.maps.works_shown import WorksShown


@pytest.fixture
def markets(squares):
    """One market of the programme in square 1; one that was there before, in square 3."""
    built = squares(sites=[("M1", "completed", "00001"), ("M2", "completed", "00003")])
    points = [shapely.Point(106.5, 21.5), shapely.Point(108.5, 21.5)]
    sites = built.sites.assign(project=["DA4.TDA1", ""], year=[2023, 2001])
    return replace(built, sites=sites.set_geometry(points, crs="EPSG:4326"))


def test_distances_are_measured_to_it(markets):
    """The middle of each square is 0 and 103.6 km from the nearest market, not 207 km."""
    km = distance_km(markets, "market", year=2023)["km"].tolist()
    assert km == pytest.approx([0, 103.6, 0], abs=0.5)


def test_it_is_none_of_the_works_of_the_programme_in_any_year(markets):
    for year in (2001, 2023):
        of_year = replace(default_selection(markets), year=year)
        tally = works_of(markets, of_year).sites
        assert tally.shown.tolist() == [year == 2023, False]
    count = works_of(markets, default_selection(markets)).sites.count
    assert (count.planned, count.completed) == (1, 1)
    assert "M2" not in csv_text(markets, default_selection(markets), "sites")


def test_a_year_with_nothing_but_existing_facilities_has_no_list_of_works(markets):
    alone = replace(markets, sites=markets.sites.assign(project="", year=2023))
    assert math.isnan(works_of(alone, default_selection(alone)).sites.count.planned)


def test_the_map_shows_it_as_a_square_with_its_key(markets):
    view = map_view(
        markets, default_selection(markets), Classing(), works=WorksShown.SINGLE, lang="vi"
    )
    assert [char != "." for char in view.site_chars] == [True, False]
    assert [char != "." for char in view.existing_chars] == [False, True]
    sites = kept_layers(markets, view, lang="vi")[-1].spec
    assert sites["classes"] == view.site_chars[0] + view.existing_chars[1]
    styles = json.loads(constants(markets, "vi").config)["looks"]["sites"]["styles"]
    [square] = [chars for name, value, chars in styles if value == "square"]
    assert view.existing_chars[1] in square
    assert view.site_chars[0] not in square
    labels = [key.label for section in screen_works(markets, view, "vi") for key in section.keys]
    assert "Cơ sở có sẵn, ngoài Chương trình" in labels


def test_it_is_of_no_project_and_follows_the_places_chosen(markets):
    def shown(**chosen):
        selection = replace(default_selection(markets), **chosen)
        return map_view(markets, selection, Classing(), lang="vi").existing_chars != ".."

    assert shown()
    assert shown(districts=("2",))
    assert not shown(districts=("1",))
    assert not shown(projects=("DA4.TDA1",))
    assert not shown(year=2000)
