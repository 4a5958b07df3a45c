"""What planners do in a day: few clicks, nothing typed, one sheet of paper."""

from pypdf import PdfReader

from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.figures.query import parse_selection
from mtqg_geo.programme import columns as c
from tests.e2e import days

ASKED = {
    "indicator": ["OP05"],
    "district": ["219", "220"],
    "region": ["III"],
    "standing": ["late"],
}


def test_late_roads_of_two_districts_take_eight_clicks_and_one_sheet(visit, tmp_path):
    sheet, features, hands = days.late_roads(visit, tmp_path)
    assert hands == {"clicks": 8, "characters": 0}
    data = shipped_dataset()
    selection, problems = parse_selection(ASKED, data, lang="vi")
    assert not problems
    names = data.commune_list[c.NAME][selection.commune_mask(data)]
    assert {each["properties"]["name"] for each in features} == set(names)
    assert len(names) > 0
    [page] = PdfReader(sheet).pages
    words = page.extract_text()
    assert all(name.removeprefix("Xã ") in words for name in names)
    asked = {name: sorted(values) for name, values in visit.query().items()}
    assert asked == ASKED, "a copied link shows the same"
