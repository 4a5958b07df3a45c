"""What stays in sight when the server is gone; its file is run after those that need one."""

from playwright.sync_api import expect

AN_LAC = "07645"  # Xã An Lạc, Huyện Sơn Động


def test_a_lost_server_leaves_the_last_map(new_visit, changing_server):
    visit = new_visit(on=changing_server)
    visit.open("/?indicator=OP01")
    fills = visit.fills()
    changing_server.stop()
    visit.page.locator("[data-testid=stApp]:not([data-test-connection-state=CONNECTED])").wait_for()
    assert visit.fills() == fills
    visit.page.mouse.move(*visit.point_in(AN_LAC))
    assert "Xã An Lạc" in visit.map.locator(".geo-tip").inner_text()
    box = visit.page.get_by_role("dialog")
    expect(box).to_contain_text("Mất kết nối với máy chủ")
    expect(box).to_contain_text("báo người quản lý máy chủ")
    expect(box.get_by_text("streamlit run")).to_be_hidden()
    visit.page.close()
    visit.errors.clear()  # the browser rightly said that it could not connect
