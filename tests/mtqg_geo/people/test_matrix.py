"""Every role and verb, in every way in: each cell of the table is tried on a store of each kind.

What is allowed is done, and the log says who did it; what is not is refused, and nothing changes.
"""

import getpass
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count

import geopandas as gpd
import pytest
import shapely
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from mtqg_geo.cli import loading
from mtqg_geo.cli.main import main
from mtqg_geo.dataset.boundary_sets import shipped_sets, store_set
from mtqg_geo.loading.reading import cells
from mtqg_geo.loading.upload import check_upload
from mtqg_geo.people import accounts, sessions, tokens
from mtqg_geo.programme.errors import StoreError
from mtqg_geo.store import boundaries
from mtqg_geo.store.batches import batches, commit_batch, undo_batch
from mtqg_geo.store.engine import create_store, open_store
from mtqg_geo.store.mode import ACCESS
from mtqg_geo.store.rights import NOBODY, VERBS, Who, require
from mtqg_geo.store.schema import AUDIT_LOG, BATCH, GRANT, SESSION, metadata
from mtqg_geo.store.transactions import reading
from mtqg_geo.ui import person as of_page
from mtqg_geo.ui.data import boundary_upload
from mtqg_geo.ui.load import page as load_page
from mtqg_geo.ui.server import visitor
from tests.mtqg_geo.people.persons import person
from tests.mtqg_geo.people.roles import ROLES, anywhere, cell, made
from tests.mtqg_geo.people.served import Served
from tests.mtqg_geo.store.conftest import _figures

COMMUNE = "07246"
REFUSALS = {"not_allowed", "not_allowed_here", "not_allowed_everywhere", "store_public"}
FILE = f"Mã xã;Chỉ tiêu;Kỳ;Loại số liệu;Giá trị\n{COMMUNE};OP01;2023;KH;1\n".encode()
# What the log says of each verb.
ACTIONS = {
    "load": ["import"], "undo": ["undo"], "install": ["use"], "administer": ["person", "passphrase"],
}  # fmt: skip
# How a verb is tried where only reading is offered.
METHODS = {"load": "POST", "undo": "DELETE", "install": "PUT", "administer": "PATCH"}
AGENTS = [f"/_stcore/agent/{name}" for name in ("interact", "openapi.json", "mcp")]
OPENED = ("/", "/geo/x.json", "/lists/x.json")  # a page, and what it fetches
HTML = {"accept": "text/html"}
COUNTS = sa.text(
    ", ".join(
        f"(SELECT count(*) FROM {table}{where}) AS {name}"
        for name, table, where in (
            *((name, name, "") for name in metadata.tables if name != SESSION.name),
            ("undone", BATCH.name, " WHERE undone_at <> ''"),
            ("revoked", GRANT.name, " WHERE revoked_at <> ''"),
        )
    ).join(("SELECT ", ""))
)
LINES = sa.select(AUDIT_LOG).where(AUDIT_LOG.c.id > sa.bindparam("line")).order_by(AUDIT_LOG.c.id)


@dataclass
class Office:
    """A store with somebody of every role in it, and what of it a cell is judged by."""

    people: dict[str, Who] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    hoa: Who = Who("")
    sets: tuple[str, str] = ("", "")
    numbers: count = field(default_factory=lambda: count(1))

    def cookie(self, role):
        """Sign somebody in; return what their browser sends, "" of who has no account."""
        who = self.people[role]
        if who.person is None:
            return ""
        return f"{visitor.cookie_name()}={sessions.begin(open_store(), who.person)}"

    def shown(self, role):
        """Return the headers by which a role asks: a token where it shows one, else a cookie."""
        if ROLES[role][3] is not None:
            return {"authorization": f"Bearer {self.tokens[role]}"}
        return {"cookie": cookie} if (cookie := self.cookie(role)) else {}

    def load(self, who):
        tables = {"observations": _figures({COMMUNE: next(self.numbers)})}
        return commit_batch(open_store(), tables, file_name="a", content=b"", who=who)

    def other_set(self):
        """Return the set that is not in use."""
        used = boundaries.in_use(open_store()).get("2023-04", self.sets[0])
        return self.sets[used == self.sets[0]]

    def straight(self, verb, who):
        """Do what a verb stands for, past all surfaces; return why the store refuses it."""
        store = open_store()
        standing = [each.id for each in batches(store) if not each.undone_at]
        acts = {
            "read": lambda: require_read(store, who),
            "load": lambda: self.load(who),
            "undo": lambda: undo_batch(store, standing[0], who=who),
            "install": lambda: boundaries.use(store, "2023-04", self.other_set(), who=who),
            "administer": lambda: accounts.add(store, self.email(), "Mai", who=who),
        }
        try:
            acts[verb]()
        except StoreError as error:
            return error.code
        return ""

    def email(self):
        return f"{next(self.numbers)}@example.vn"

    def rows(self):
        """Return how much there is of everything, and how much of it was taken back."""
        with open_store().engine.connect() as connection:
            return connection.execute(COUNTS).one()

    def since(self, line):
        """Return the lines of the log after one, the oldest first."""
        with open_store().engine.connect() as connection:
            return connection.execute(LINES, {"line": line}).all()


def require_read(store, who):
    with reading(store) as connection:
        require(connection, who, "read")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def installed(request, tmp_path_factory):
    """An installation on either database, with everybody in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTQG_DATA", str(tmp_path_factory.mktemp("kho")))
        if request.param == "postgresql":
            server = request.getfixturevalue("postgres_server")
            patch.setenv("MTQG_DATABASE", server.new_database())
        patch.setenv(ACCESS, "open")
        store, office = create_store(), Office()
        office.sets = shipped_sets()[0].id, _second_set()
        patch.setenv(ACCESS, "signed-in")
        for role, (_, granted, _, shown, _) in ROLES.items():
            who, text = made(store, role, communes=[COMMUNE])
            office.people[role] = who or Who("Lan")
            if granted and shown is None:
                text = tokens.make(store, who=who, words="x", verbs=tokens.TOKEN_VERBS)
            office.tokens[role] = text
        office.hoa = person(store, "Hoa", "load")
        for _ in range(12):  # to be taken back
            office.load(office.hoa)
        yield office


def _second_set():
    """Install a set of boundaries, so that there is one to choose."""
    square = gpd.GeoDataFrame(
        {"code": ["07645"]}, geometry=[shapely.box(106, 21, 107, 22)], crs="EPSG:4326"
    )
    return store_set(
        {"commune": square}, vintage="2023-04", name="Sở", province="Bắc Giang",
        accuracy="installed", source="xa.zip", licence="–", note={}, papers={}, who=Who("Lan"),
    ).id  # fmt: skip


@pytest.fixture
def office(installed, monkeypatch, data, checked):
    """The installation, where a file is checked once, and nothing worked out anew after it."""

    def checked_before(*_, **__):
        of_another_year = str(2030 + next(installed.numbers))
        rows = checked.good["observations"].assign(period=of_another_year)
        vars(again := replace(checked))["good"] = {"observations": rows}
        return again

    monkeypatch.setattr(loading, "current_dataset", lambda: data)
    monkeypatch.setattr(load_page, "changed_dataset", lambda: data)
    for module in (load_page, boundary_upload):
        monkeypatch.setattr(module, "catch_up", lambda: None)
    monkeypatch.setattr(loading, "check_upload", checked_before)
    monkeypatch.setattr(load_page.apart, "check", checked_before)
    return installed


@pytest.fixture(scope="module")
def checked(data):
    """A file with one figure, as it was checked: read without a child, which takes longer."""

    def read(path, file_name, folder):
        return cells.read_into(folder, path=str(path), file_name=file_name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cells, "_isolated", read)
        return check_upload(FILE, "a.csv", data)


@pytest.fixture(scope="module")
def served(data):
    served = Served(data)
    yield served
    served.stop()


@pytest.fixture
def try_all(office, monkeypatch):
    """Return what tries all cells of a surface and returns why each was refused, "" if it was not.

    `begin` makes of a role what tries a verb for it.
    """

    def tried(surface, begin, *, changes=False, verbs=VERBS):
        refusals, wrong, before = {}, [], office.rows()
        for role, (mode, *_) in ROLES.items():
            monkeypatch.setenv(ACCESS, mode)
            with begin(role) as attempt:
                for verb in verbs:
                    refusal, now = attempt(verb), office.rows()
                    lines = office.since(before.audit_log) if now != before else ()
                    found = [_told(each) for each in lines]
                    is_done, is_as_was = refusal == "", now == before
                    wanted = _wanted(office, surface, role, verb) if changes and is_done else []
                    if (is_done, found) != (cell(role, surface, verb), wanted) or (
                        is_as_was is not (wanted == [])
                    ):
                        wrong.append((role, verb, refusal, found, wanted))
                    refusals[role, verb], before = refusal, now
        assert wrong == []
        return refusals

    return tried


def _told(line):
    return line.action, *((line.who, line.detail["via"]) if "via" in line.detail else ())


def _wanted(office, surface, role, verb):
    """Return what the log says of a cell: who did it and from where, where people sign in."""
    said = office.people[role].name, surface.replace(" ", "_")
    if (surface, verb) == ("command line", "administer"):
        said = getpass.getuser(), "machine"
    said = said if ROLES[role][0] == "signed-in" else ()
    return [(action, *said) for action in ACTIONS.get(verb, ())]


def _page(data, selection):
    """Draw what changes anything, of the pages that a reader may open."""
    from types import SimpleNamespace

    from mtqg_geo.ui import person
    from mtqg_geo.ui.data import boundary_upload
    from mtqg_geo.ui.load import page as load_page
    from mtqg_geo.ui.people import page as people_page

    state = SimpleNamespace(lang="vi", data=data, selection=selection)
    if person.is_let_in("vi"):
        load_page.draw(state)
        boundary_upload.draw(state)
        if person.has_names():
            people_page.draw(state)


class Page:
    """The pages as somebody sees them, and the buttons on them."""

    def __init__(self, office, who, data, selection):
        self.office = office
        self.app = AppTest.from_function(
            _page, default_timeout=300, kwargs={"data": data, "selection": selection}
        )
        memory = self.app.session_state
        memory["load_who"] = memory["boundary_who"] = who.name
        memory["load_hide_sample"], memory["boundary_set"] = True, office.other_set()
        self.run(self.app)

    def run(self, widget):
        widget.run()
        assert not self.app.exception

    def draws(self, verb):
        """Say whether there is what a verb is done by."""
        app = self.app
        return {
            "read": bool(app.header),
            "load": bool([each for each in app.file_uploader if each.key == "load_file_0"]),
            "undo": bool([each for each in app.button if each.key == "batch_undo"]),
            "install": bool([each for each in app.button if each.key == "boundary_use"]),
            "administer": bool([each for each in app.text_input if each.key == "person_name"]),
        }[verb]

    def press(self, verb):
        """Do it; return what is said of it if it is refused."""
        app = self.app
        if verb == "load":
            self.run(app.file_uploader[0].set_value(("a.csv", FILE, "text/csv")))
            self.run(app.button(key="load_go").click())
        if verb == "undo":
            self.run(app.button(key="batch_undo").click())
        if verb == "install":
            self.run(app.button(key="boundary_use").click())
        if verb == "administer":
            app.text_input(key="person_name").set_value("Mai")
            app.text_input(key="person_email").set_value(self.office.email())
            [add] = [each for each in app.button if each.label == "Thêm"]
            self.run(add.click())
        return " ".join(each.value for each in app.error)


# On PostgreSQL commands try the same verbs, in half of the time.
@pytest.mark.parametrize(
    "installed",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)],
    indirect=True,
    scope="module",
)
def test_pages(office, try_all, served, data, select, monkeypatch):
    for name in ("_checklist", "_templates", "_everything"):  # the same for every reader
        monkeypatch.setattr(load_page, name, lambda *_: None)
    selection = select()

    @contextmanager
    def opened(role):
        shown = office.shown(role)
        who = office.people[role] if ROLES[role][3] is None else NOBODY  # no page takes a token
        cookies = dict([shown["cookie"].split("=", 1)]) if "cookie" in shown else {}
        monkeypatch.setattr(of_page, "by_cookies", lambda _: visitor.by_cookies(cookies))
        page = Page(office, who, data, selection)
        may = anywhere(role) if ROLES[role][3] is None else ()
        has_people = ROLES[role][0] == "signed-in"

        def attempt(verb):
            is_there = verb in may and (verb != "administer" or has_people)
            assert page.draws(verb) is is_there, (role, verb)
            if verb == "read":
                answers = [served.ask(each, headers=HTML | shown).status for each in OPENED]
                return "" if answers == [200, 404, 404] else str(answers[0])
            if is_there:
                return page.press(verb)
            # A button that is not drawn can be pressed all the same, by who writes to the server.
            return "no page" if not has_people and may else office.straight(verb, who)

        yield attempt

    refusals = try_all("page", opened, changes=True)
    nobody, hoa = "anybody without an account", "a person without grants"
    assert [refusals[role, "read"] for role in (nobody, hoa)] == ["303", "403"]
    assert "không gồm 1" in refusals["who loads elsewhere", "load"]


# The first is also asked to change something.
ADDRESSES = {
    "HTTP": {"/api/roads.csv?commune=07246": 200, "/files/x": 404},
    "OGC": {"/ogc/collections/roads/items?commune=07246": 200, "/ogc": 200, "/ogc/x": 404},
}


@pytest.mark.parametrize("surface", [*ADDRESSES])
def test_addresses_where_nothing_is_changed(try_all, office, served, surface):
    there = ADDRESSES[surface]

    @contextmanager
    def asked(role):
        headers, may_read = office.shown(role), "read" in anywhere(role)
        refused = 403 if ROLES[role][1] is not None else 401

        def ask(address, method):
            path, _, query = address.partition("?")
            return served.ask(path, query=query, headers=headers, method=method).status

        def attempt(verb):
            if verb != "read":
                status = ask(next(iter(there)), METHODS[verb])
                assert status == (405 if may_read else refused), (role, verb)
                return str(status)
            answers = {address: ask(address, "GET") for address in there}
            assert answers == (there if may_read else dict.fromkeys(there, refused)), role
            return "" if may_read else str(refused)

        yield attempt

    try_all(surface, asked)


def test_web_sockets(try_all, office, served):
    @contextmanager
    def opened(role):
        headers = office.shown(role)
        page = served.open_page(**headers)

        def attempt(verb):
            if not page.is_open:
                return "shut"
            assert page.say()
            if cookie := headers.get("cookie"):
                sessions.end(open_store(), cookie.partition("=")[2])
                assert not page.say()
            return ""

        yield attempt
        page.close()

    try_all("web socket", opened, verbs=["read"])


def test_files_that_are_sent(try_all, office, served, monkeypatch):
    monkeypatch.setenv(ACCESS, "signed-in")
    of_others = served.open_page(**office.shown("who may all"))
    others = of_others.say()

    @contextmanager
    def opened(role):
        shown = office.shown(role)
        page = served.open_page(**shown)
        mine = page.say() if page.is_open else others
        if ROLES[role][0] == "signed-in":  # also of another session of the same person
            assert served.send_file(others, shown) in (401, 403), role

        def attempt(verb):
            if verb not in ("load", "install"):
                status = served.send_file(mine, shown, "POST")
                assert status in (401, 403, 405), (role, verb)
                return str(status)
            status = served.send_file(mine, shown)
            assert served.n_files(mine) == (status == 204), (role, verb)
            if status == 204:
                assert served.send_file(mine, shown, "DELETE") == 204
                assert served.n_files(mine) == 0
            return "" if status == 204 else str(status)

        yield attempt
        page.close()

    try_all("upload", opened)
    assert served.n_files(others) == 0
    of_others.close()


def test_nothing_else_takes_a_change(served, monkeypatch):
    monkeypatch.setenv(ACCESS, "open")
    reading = {"GET", "HEAD", "OPTIONS"}
    asked = {path: methods - reading for path, methods in served.routes.items()}
    assert {path: methods for path, methods in asked.items() if methods} == {
        "/sign-in": {"POST"}, "/sign-out": {"POST"},
        "/files/{token}": {"POST", "DELETE"},  # has a file made, or gives it up
        "/_stcore/upload_file/{session_id}/{file_id}": {"PUT", "DELETE"},
        # Streamlit's own, which answer that they are switched off.
        **dict.fromkeys(AGENTS, {"POST", "PUT", "PATCH", "DELETE"}),
    }  # fmt: skip
    for path in AGENTS:
        assert served.ask(path, method="POST", body=b"{}").status in (400, 403, 405), path


def test_commands(try_all, office, monkeypatch, tmp_path, capsys):
    file = tmp_path / "a.csv"

    @contextmanager
    def as_role(role):
        monkeypatch.setenv("MTQG_TOKEN", office.tokens[role])

        def attempt(verb):
            file.write_bytes(FILE)
            standing = [each.id for each in batches(open_store()) if not each.undone_at]
            command = {
                "read": ["batches", "list"],
                "load": ["import", file],
                "undo": ["batches", "undo", standing[0]],
                "install": ["boundaries", "use", office.other_set()],
                "administer": ["users", "add", office.email(), "Mai"],
            }[verb]
            code = main([*map(str, command), "--lang", "en"])
            said = capsys.readouterr().err
            assert (code == 0) or said
            return "" if code == 0 else said

        yield attempt

    try_all("command line", as_role, changes=True)
