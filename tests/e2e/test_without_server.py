"""What stays in sight when the server is gone."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e import days

AN_LAC = "07645"  # Xã An Lạc, Huyện Sơn Động


@pytest.mark.long
def test_a_lost_server_leaves_the_last_map_and_one_started_anew_goes_on(
    new_visit, changing_server, start_server
):
    visit = new_visit(on=changing_server)
    visit.open("/?indicator=OP01")
    fills = visit.fills()
    changing_server.stop()
    visit.page.locator("[data-testid=stApp]:not([data-test-connection-state=CONNECTED])").wait_for()
    assert visit.fills() == fills
    box = visit.page.get_by_role("dialog")
    expect(box).to_contain_text("Mất kết nối với máy chủ")
    expect(box).to_contain_text("báo người quản lý máy chủ")
    expect(box.get_by_text("streamlit run")).to_be_hidden()
    visit.page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    visit.page.mouse.move(*visit.point_in(AN_LAC))
    assert "Xã An Lạc" in visit.map.locator(".geo-tip").inner_text()
    port = urlsplit(changing_server.url).port
    anew = start_server(port, home=changing_server.home)
    visit.page.wait_for_function("performance.getEntriesByType('navigation')[0].type === 'reload'")
    visit.wait_drawn()
    days.press_chip(visit, "ĐBKK")
    assert visit.query() == {"indicator": ["OP01"], "region": ["III"]}
    assert visit.figures()["most_difficult"].splitlines()[1] == "28"
    visit.page.close()
    anew.stop()  # it would go on preparing what nobody asks for
    visit.errors.clear()  # the browser rightly said that it could not connect
