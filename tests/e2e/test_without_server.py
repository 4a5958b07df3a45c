"""What stays in sight when the server is gone; its file is run after those that need one."""

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
    visit.page.close()
    visit.errors.clear()  # the browser rightly said that it could not connect
