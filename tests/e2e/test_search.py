"""Search everywhere, as a reader types: without accents, by code, by a name of before or after."""

import pytest
from playwright.sync_api import expect

ZOOM = "() => map.getZoom()"


def look_for(visit, text):
    """Type into the search; the list has come when it shows an entry."""
    field = visit.page.locator(".st-key-find input")
    field.fill(text)
    visit.page.locator("[role=option]").first.wait_for()
    return field


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("path", "text", "entry", "code"),
    [
        ("/", "dai son", "Xã Đại Sơn", "07627"),
        ("/?vintage=2025-07", "le vien", "trước 07/2025: Xã An Lạc, Xã Lệ Viễn", "07654"),
    ],
)
def test_a_commune_opens_its_profile_and_the_map_goes_there(shared_visit, path, text, entry, code):
    shared_visit.open(path)
    wide, before = shared_visit.map.evaluate(ZOOM), shared_visit.serial()
    field = look_for(shared_visit, text)
    expect(shared_visit.page.locator("[role=option]").first).to_contain_text(entry)
    field.press("Enter")
    shared_visit.wait_repainted(before)
    assert shared_visit.query()["profile"] == [code]
    assert shared_visit.map.evaluate(ZOOM) > wide + 1
    assert field.input_value() == ""


@pytest.mark.long
def test_from_another_page_a_code_opens_the_map_and_a_district_filters_the_page_one_is_on(visit):
    visit.open("/works")
    look_for(visit, "07627").press("Enter")
    visit.page.wait_for_url("**/?profile=07627")
    visit.wait_drawn()
    visit.page.go_back()
    visit.page.wait_for_url("**/works")  # one step leads back
    visit.wait_drawn()
    for text, district in (("huyen son dong", "220"), ("luc ngan", "219")):
        look_for(visit, text)
        visit.page.locator("[role=option]").filter(has_text="lọc theo huyện").first.click()
        visit.wait_query(district=[district])
    assert visit.page.url.split("?")[0].endswith("/works")
    assert sum("/lists/" in url for url in visit.requests) <= 1  # none: kept from a page before
