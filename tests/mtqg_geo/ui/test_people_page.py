"""The page of people: what an administrator does there, and what everybody sees of their own."""

from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from mtqg_geo.people import accounts, grants, sessions, tokens
from mtqg_geo.store.engine import open_store
from mtqg_geo.store.insert_only import log_entries
from mtqg_geo.store.rights import VERBS, Who
from mtqg_geo.ui import person
from mtqg_geo.ui.server import visitor
from tests.tables import rows_of


def the_page():
    from types import SimpleNamespace

    from mtqg_geo.ui import person
    from mtqg_geo.ui.people import page

    if person.is_let_in("vi"):
        page.draw(SimpleNamespace(lang="vi"))


@pytest.fixture
def opened_by(office, monkeypatch):
    """Open the page as somebody, by a session of theirs."""

    def opened(somebody):
        cookie = office.cookie(somebody)
        found = {visitor.cookie_name(): cookie}
        monkeypatch.setattr(person, "by_cookies", lambda _: visitor.by_cookies(found))
        app = AppTest.from_function(the_page, default_timeout=300).run()
        assert not app.exception
        return app, cookie

    return opened


def press(app, label):
    [button] = [each for each in app.button if each.label == label]
    button.click().run()
    assert not app.exception
    return app


def shown_once(app):
    return [each.value for each in app.code]


def test_an_account_comes_with_a_passphrase_that_is_shown_once(office, opened_by):
    app, _ = opened_by(office.lan)
    app.text_input(key="person_name").set_value("Phạm Thị Mai")
    app.text_input(key="person_email").set_value("Mai@bacgiang.gov.vn")
    press(app, "Thêm")
    [passphrase] = shown_once(app)
    store = open_store()
    assert (
        accounts.check_passphrase(store, "mai@bacgiang.gov.vn", passphrase).name == "Phạm Thị Mai"
    )
    assert "Phạm Thị Mai" in rows_of(app, "people")["Họ và tên"].tolist()
    assert shown_once(app.run()) == []
    last = log_entries(store)[0]
    assert (last.who, last.detail["email"], last.detail["via"]) == (
        "Lan",
        "lan@bacgiang.gov.vn",
        "page",
    )


def test_a_right_is_granted_in_a_district_until_a_day_and_taken_back(office, opened_by):
    app, _ = opened_by(office.lan)
    app.selectbox(key="person_chosen").set_value(office.hoa.id).run()
    app.selectbox(key="grant_verb").set_value("load")
    app.multiselect(key="grant_places").set_value(["district:215"])
    app.date_input(key="grant_to").set_value(date(2030, 12, 31))
    press(app, "Cấp quyền")
    [granted] = grants.grants_of(open_store(), office.hoa.id)
    assert (granted.verb, granted.words, granted.is_valid) == ("load", "Huyện Yên Thế", True)
    assert granted.valid_to == "2030-12-31T17:00:00+00:00"  # midnight in Vietnam
    assert "07246" in granted.communes
    assert rows_of(app, "grants")["Đến hết ngày"].tolist() == ["31/12/2030"]
    press(app, "Thu hồi")
    assert not grants.grants_of(open_store(), office.hoa.id)[0].is_valid
    assert rows_of(app, "grants")["Tình trạng"].tolist() == ["Lan đã thu hồi"]


def test_what_cannot_be_granted_is_said_and_nothing_changes(office, opened_by):
    app, _ = opened_by(office.lan)
    app.selectbox(key="person_chosen").set_value(office.binh.id).run()
    before = grants.grants_of(open_store(), office.binh.id)
    app.selectbox(key="grant_verb").set_value("administer")
    app.multiselect(key="grant_places").set_value(["district:215"])
    press(app, "Cấp quyền")
    assert len(app.error) == 1
    assert grants.grants_of(open_store(), office.binh.id) == before


def test_somebody_is_signed_out_everywhere(office, opened_by):
    there = office.cookie(office.binh)
    app, _ = opened_by(office.lan)
    app.selectbox(key="person_chosen").set_value(office.binh.id).run()
    press(app, "Đăng xuất khỏi mọi nơi")
    assert sessions.person_of(open_store(), there) is None


def test_an_account_is_untied_from_the_offices(office, opened_by):
    store = open_store()
    accounts.of_identity(store, "https://id.bacgiang.gov.vn", "7", office.binh.email)
    app, _ = opened_by(office.lan)
    app.selectbox(key="person_chosen").set_value(office.hoa.id).run()
    assert "Gỡ khỏi tài khoản cơ quan" not in {each.label for each in app.button}
    app.selectbox(key="person_chosen").set_value(office.binh.id).run()
    press(app, "Gỡ khỏi tài khoản cơ quan")
    assert accounts.identities(store) == ()


def test_ones_own_sessions_are_listed_and_ended(office, opened_by):
    others = [office.cookie(office.binh) for _ in range(3)]
    app, here = opened_by(office.binh)
    shown = [each.proto.body for each in app.get("html")]
    assert sum("phiên này" in each for each in shown) == 1
    assert sum("dùng lần cuối" in each for each in shown) == 4
    next(each for each in app.button if each.label == "Đăng xuất khỏi phiên này").click().run()
    assert sum(sessions.person_of(open_store(), each) is None for each in others) == 1
    press(app, "Đăng xuất khỏi mọi phiên khác")
    assert all(sessions.person_of(open_store(), each) is None for each in others)
    assert sessions.person_of(open_store(), here)


def test_whoever_does_not_administer_sees_their_own_tokens_and_passphrase_alone(office, opened_by):
    app, _ = opened_by(office.binh)
    assert {each.label for each in app.button} == {"Tạo mã truy cập", "Đổi mật khẩu"}
    assert not app.selectbox(key="token_days").disabled
    assert "Nhật ký" not in {each.value for each in app.header}
    app.text_input(key="token_words").set_value("QGIS")
    press(app, "Tạo mã truy cập")
    [text] = shown_once(app)
    assert tokens.who_of(open_store(), text).person == office.binh.id
    assert rows_of(app, "tokens")["Quyền"].tolist() == ["xem"]
    assert shown_once(app.run()) == []
    press(app, "Thu hồi mã")
    assert tokens.who_of(open_store(), text) is None


def test_a_passphrase_is_changed_by_who_knows_it_and_all_sessions_end(office, opened_by):
    store = open_store()
    made = accounts.add(store, "ha@bacgiang.gov.vn", "Hà", who=Who("m", via="machine"))
    grants.grant(store, made.id, "read", who=Who("m", via="machine"))
    accounts.set_passphrase(store, made.id, "câu cũ của Hà ở đây", who=Who("m", via="machine"))
    app, cookie = opened_by(made)
    for now, then in (("câu khác", False), ("câu cũ của Hà ở đây", True)):
        app.text_input(key="passphrase_now").set_value(now)
        app.text_input(key="passphrase_new").set_value("câu mới của Hà ở đây")
        press(app, "Đổi mật khẩu")
        assert (sessions.person_of(store, cookie) is None) is then
    assert accounts.check_passphrase(store, made.email, "câu mới của Hà ở đây") == made


def test_a_page_whose_session_has_ended_shows_where_to_sign_in(office, opened_by):
    app, cookie = opened_by(office.lan)
    sessions.end(open_store(), cookie)
    app.run()
    assert not app.button
    [said] = [each.proto.body for each in app.get("html")]
    assert 'href="/sign-in?next=%2F"' in said


def test_the_log_is_shown_to_no_one_who_administers_no_more(office, opened_by):
    store, machine = open_store(), Who("m", via="machine")
    grants.grant(store, office.binh.id, "administer", who=machine)
    opened_by(office.lan)
    assert person.sees_record()
    [right] = [each for each in grants.grants_of(store, office.lan.id) if each.verb == "administer"]
    grants.revoke(store, right.id, who=machine)
    assert not person.sees_record()  # a filter draws the log alone, without the page


@pytest.mark.parametrize(("access", "read_only", "may"), [
    ("open", "", {"read", "load", "undo", "install", "administer"}), ("open", "1", {"read"}),
    ("public", "", {"read"}), ("signed-in", "", {"read", "load"}), ("signed-in", "1", {"read"}),
])  # fmt: skip
def test_buttons_are_drawn_for_who_may_use_them(monkeypatch, access, read_only, may):
    monkeypatch.setenv("MTQG_ACCESS", access)
    monkeypatch.setenv("MTQG_READ_ONLY", read_only)
    loader = visitor.Visitor(Who("Lan", 1), frozenset(("read", "load")))
    monkeypatch.setattr(person, "visitor", lambda: loader)
    assert {verb for verb in VERBS if person.may(verb)} == may
    assert person.sees_record() is (access == "open")
