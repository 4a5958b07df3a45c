"""However many works there are, the map on the screen shows how the communes are painted."""

from dataclasses import replace

import pytest

from mtqg_geo.figures.selection import default_selection
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.view import map_view
from mtqg_geo.maps.works_shown import WorksShown
from tests.map_names import NAME_FAULTS, open_map
from tests.mtqg_geo.report.crowd import crowded

# Of the points of a grid that lie in a commune with a value: on how many lies a work.
COVERED = """() => {
  const frame = map.getContainer().getBoundingClientRect(), { items, spec } = map.keptLayers.entries.get("communes");
  const painted = new Set(items.filter((_, index) => !".xX".includes(spec.classes[index])).map((item) => item.getElement()));
  let all = 0, covered = 0;
  for (let x = frame.left + 3; x < frame.right; x += 8) {
    for (let y = frame.top + 3; y < frame.bottom; y += 8) {
      const [top, ...below] = document.elementsFromPoint(x, y);
      if (![top, ...below].some((each) => painted.has(each))) continue;
      all += 1;
      covered += painted.has(top) ? 0 : 1;
    }
  }
  return covered / all;
}"""


@pytest.fixture(scope="module")
def province(data):
    """The works of a province after five years, all of them in one."""
    return crowded(data, 5_000, roads=800)


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("works", "most_covered", "most_marks"),
    [(None, 0.01, 0), (WorksShown.SINGLE, 0.35, 80), (WorksShown.BY_COMMUNE, 0.12, 73)],
)
def test_5000_sites_and_800_roads_leave_the_communes_in_sight(
    province, chromium, works, most_covered, most_marks
):
    selection = replace(default_selection(province), indicator="CX02")
    view = map_view(province, selection, Classing(), lang="vi", works=works)
    page = chromium.new_page(viewport={"width": 720, "height": 540})
    open_map(page, province, view)
    assert page.evaluate(COVERED) <= most_covered
    assert page.locator(".geo-site, .geo-cluster, .geo-bar").count() <= most_marks
    assert page.evaluate(NAME_FAULTS) == []
    page.close()
