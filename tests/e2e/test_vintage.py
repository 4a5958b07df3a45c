"""The switch between the communes of 2023 and the units of 2025 in a real browser."""

import csv
import io
from urllib.parse import urlsplit

import pytest

DISTRICT = "Huyện Sơn Động"
TAY_YEN_TU, THANH_LUAN = "07616", "07678"  # one unit since July 2025


def switch(visit, text):
    visit.choose("vintage", text)
    visit.wait_drawn()


def wait_rows(visit, count):
    visit.page.wait_for_function(
        "count => document.querySelector('.st-key-below_map h2').innerText.endsWith(`· ${count} xã`)",
        arg=count,
    )
    visit.wait_drawn()


def values(figures):
    """Return what each tile says: its words do not depend on where the reader stands."""
    return {key: " ".join(words.split()) for key, words in figures.items()}


@pytest.mark.long
def test_the_strip_stays_the_same_when_the_geography_changes(visit, tmp_path):
    visit.open("/?indicator=OP05")
    visit.choose("district", DISTRICT)
    visit.wait_query(indicator=["OP05"], district=["220"])
    wait_rows(visit, 17)
    before, serial = values(visit.figures()), visit.serial()

    switch(visit, "58 xã, phường")
    visit.wait_query(indicator=["OP05"], district=["220"], vintage=["2025-07"])
    wait_rows(visit, 8)
    visit.wait_repainted(serial)
    after = visit.state()
    assert values(after["figures"]) == before
    assert sum(after["fills"].values()) == 8
    assert "Huyện, thành phố cũ" in visit.page.locator("[data-testid=stSidebar]").inner_text()

    visit.page.reload()
    visit.wait_drawn()
    assert visit.state() == after, "the link shows the same page"

    visit.open_menu()
    path = visit.saved("download_communes_csv", tmp_path)
    visit.page.keyboard.press("Escape")
    assert "vintage-2025-07" in path.name
    rows = {row["code"]: row for row in csv.DictReader(io.StringIO(path.read_text("utf-8-sig")))}
    assert len(rows) == 8
    assert rows[TAY_YEN_TU]["codes_2023_04"] == f"{TAY_YEN_TU}; {THANH_LUAN}"
    assert rows[TAY_YEN_TU]["codes_2025_07"] == TAY_YEN_TU

    switch(visit, "209 xã")
    visit.wait_query(indicator=["OP05"], district=["220"], vintage=None)
    wait_rows(visit, 17)
    assert values(visit.figures()) == before


@pytest.mark.long
def test_going_back_and_forth_fetches_each_geography_once(visit):
    visit.open("/")
    switch(visit, "58 xã, phường")
    wait_rows(visit, 58)
    fetched = visit.geometry_requests()
    switch(visit, "209 xã")
    wait_rows(visit, 209)
    switch(visit, "58 xã, phường")
    wait_rows(visit, 58)
    new = {urlsplit(url).path for url in visit.geometry_requests()[len(fetched) :]}
    assert new <= {urlsplit(url).path for url in fetched}
    assert sum(visit.fills().values()) == 58


def test_a_profile_shows_what_a_commune_became_and_leads_there_and_back(visit):
    visit.open(f"/?profile={THANH_LUAN}")
    profile = visit.page.locator("section.profile")
    assert "Từ 1/7/2025 thuộc Xã Tây Yên Tử" in profile.inner_text()
    profile.locator("summary").first.click()
    assert "Xã Tây Yên Tử" in profile.locator(".kin").inner_text()
    profile.locator(".ways a").click()
    visit.wait_query(vintage=["2025-07"], profile=[TAY_YEN_TU])
    visit.wait_drawn()
    text = profile.inner_text()
    assert "Hỗn hợp khu vực I–III" in text
    assert "Thị trấn Tây Yên Tử" in text
    profile.locator("summary").first.click()
    profile.locator(".ways a").click()
    visit.wait_query(vintage=None, commune=[TAY_YEN_TU, THANH_LUAN], profile=None)
    wait_rows(visit, 2)
    switch(visit, "58 xã, phường")  # chosen communes are followed to the unit they became
    visit.wait_query(vintage=["2025-07"], commune=[TAY_YEN_TU])
    wait_rows(visit, 1)


@pytest.mark.long
def test_progress_keeps_counting_by_the_communes_that_reported(visit):
    visit.open("/progress?district=220")
    before = visit.page.locator("table.progress").first.inner_text()
    switch(visit, "58 xã, phường")
    visit.wait_query(district=["220"], vintage=["2025-07"])
    visit.page.get_by_text("do 209 đơn vị khi đó báo cáo").wait_for()
    assert visit.page.locator("table.progress").first.inner_text() == before
