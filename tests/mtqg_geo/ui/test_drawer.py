"""What the drawer shows of a link, and what its buttons do."""

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest

from mtqg_geo.figures.work import find_work
from mtqg_geo.ui.map import drawer, work_card
from tests.mtqg_geo.ui.test_hostile_names import bodies
from tests.mtqg_geo.ui.test_pages import AN_LAC, open_app, query

# 2 km of the sample's road in two communes; a site known by its commune alone.
ROAD, SITE = "road:D-2022-02", "site:CT-2023-052"


def shown(app):
    """Return the text of what is open."""
    opened = re.search(r"<section class='\w+' data-.*?</section>", bodies(app), re.DOTALL)
    return re.sub(r"<[^>]*>", "|", opened[0]) if opened else ""


def test_the_card_of_a_road_has_its_facts_and_its_kilometres_by_commune_add_up():
    app = open_app(work=[ROAD], profile=[AN_LAC])
    card = shown(app)
    for fact in ("Đường liên xã Tuấn Đạo - An Bá", "DA4.TDA1 · ", "Nhựa", "Hoàn thành", "2022"):
        assert fact in card
    assert "1,56 km (đo trên bản đồ); hồ sơ ghi 1,60 km" in card
    assert "số liệu minh họa" in card
    assert "‹ Hồ sơ Xã An Lạc" in card
    written = re.findall(r"\|(\d+,\d\d)\|", card.partition("Km theo xã")[2])
    *parts, total = (float(km.replace(",", ".")) for km in written)
    assert len(parts) == 2
    assert sum(parts) == pytest.approx(total) == 1.56
    assert query(app) == {"work": [ROAD], "profile": [AN_LAC]}


def test_the_card_of_a_site_says_how_exact_its_place_is_and_in_english_too():
    assert "vị trí gần đúng (chỉ biết xã)" in shown(open_app(work=[SITE]))
    card = shown(open_app(work=[SITE], lang=["en"]))
    assert "approximate place (only the commune is known)" in card
    assert "Infrastructure for daily life" in card


def test_coordinates_are_told_only_where_they_are_the_site_s_own(squares):
    data = squares(sites=[(each, "planned", "00001") for each in "ab"])
    data = replace(data, sites=data.sites.assign(location=["exact", "district"]))
    said = [work_card._place(find_work(data, f"site:{each}"), "vi") for each in "ab"]
    assert said == [
        "theo tọa độ đã nạp: 21,50000; 106,50000",
        "vị trí gần đúng (chỉ biết huyện)",
    ]


def test_a_profile_folds_what_has_neither_plan_nor_result_and_reads_the_sources_only_when_asked():
    profile = shown(open_app(profile=[AN_LAC]))
    above, _, folded = profile.partition("6 chỉ tiêu không có kế hoạch và kết quả")
    assert "Hỗ trợ nhà ở" in above
    assert "Trạm y tế xã" in folded
    assert "133 %" in above
    assert "Đang đọc nguồn" not in profile  # there is no store to read


def test_the_only_commune_filtered_is_open_until_it_is_closed():
    app = open_app(commune=[AN_LAC])
    assert "Xã An Lạc" in shown(app)
    app.session_state["_shut"] = AN_LAC
    assert shown(app.run()) == ""


@pytest.mark.parametrize(
    ("asked", "profile", "work"),
    [
        ("profile=07627", "07627", ""),
        ("work=site:A=1", AN_LAC, "site:A=1"),
        ("close=", None, ""),
        ("nonsense", AN_LAC, ROAD),
    ],
)
def test_a_button_opens_or_closes(monkeypatch, asked, profile, work):
    memory = {
        "profile": AN_LAC,
        "work": ROAD,
        "commune": [],
        drawer.ASKED: SimpleNamespace(asked=asked),
    }
    monkeypatch.setattr(drawer.st, "session_state", memory)
    drawer._take()
    assert (memory["profile"], memory["work"]) == (profile, work)
    assert memory.get("_shut") == (AN_LAC if profile is None else None)
