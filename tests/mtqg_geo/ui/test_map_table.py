"""The table beside the map says what paper says of the same communes."""

from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.view import map_view
from mtqg_geo.ui.map.table import _formatted


def test_works_of_which_some_are_silent_are_at_least_so_many(data, select):
    view = map_view(data, select(district=["220"]), Classing(), lang="vi")
    lines = _formatted(view, {}, "vi").to_string(delimiter="|").splitlines()
    cells = {line.split("|")[1]: line.split("|") for line in lines}
    assert cells["07645"][6:8] == ["ít nhất 4", "9"], "of two of the nine nobody knows"
    assert cells["07627"][6:8] == ["5", "5"], "all of them are known"
