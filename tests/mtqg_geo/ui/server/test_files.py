"""Files that take a while, by their addresses: the place in the queue, how far it is, the file."""

import json
from dataclasses import replace
from itertools import product
from queue import Queue as Told

import pytest
from starlette.applications import Starlette

from geo.jobs import JobStopped, Queue
from mtqg_geo.exports import files as exports
from mtqg_geo.exports.formats import FileOptions
from mtqg_geo.loading.workbooks import everything
from mtqg_geo.programme.errors import StoreError
from mtqg_geo.report.setup import Setup
from mtqg_geo.ui.server import downloads, files, heavy
from mtqg_geo.ui.server.gate import Gate
from mtqg_geo.ui.server.limits import Limits
from mtqg_geo.ui.server.visitor import cookie_name
from tests.asgi import ask, run

WAIT_S = 10


class Hand:
    """A worker that makes what the test says, when the test says so."""

    def __init__(self):
        self.began, self.ends = Told(), Told()

    def ready(self):
        pass

    def run(self, call, told):
        told(0.4)
        self.began.put(call.arguments[0])
        content = self.ends.get(timeout=WAIT_S)
        if isinstance(content, Exception):
            raise content
        return content

    def kill(self):
        self.ends.put(JobStopped())

    def end(self):
        pass


@pytest.fixture
def hand():
    return Hand()


@pytest.fixture
def desk(hand, monkeypatch):
    monkeypatch.setattr(files, "HELD_S", 0.05)
    opened = heavy.Desk()
    opened.queue = Queue(lambda: hand, at_once=1, most_waiting=1)
    return opened


@pytest.fixture
def app(desk, data):
    return Starlette(routes=[*files.routes(desk), *downloads.routes(lambda: data, desk=desk)])


@pytest.fixture
def offered(desk, data, select):
    """Offer a report of a district; return its address."""

    def offer(kind="atlas", **query):
        wish = heavy.wish_for(data, select(district=["220"], **query), kind, "pdf", Setup())
        return f"/files/{desk.offer(heavy.Offer(wish, f'{kind}.pdf', 'application/pdf'))}"

    return offer


def said(app, address, asker="An", method="POST", client="127.0.0.1"):
    answer = ask(app, address, query=f"asker={asker}", method=method, client=client)
    return answer.status, json.loads(answer.body) if answer.body else None


def test_who_asks_is_told_the_place_then_the_share_and_then_has_the_file(app, offered, hand):
    first, second = offered("map"), offered("atlas")
    assert said(app, first)[1] == {
        "state": "running", "share": 0.4, "words": "Đang lập tệp: 40 %"
    }  # fmt: skip
    assert said(app, second)[1] == {
        "state": "waiting", "share": 0.0, "words": "Đang chờ: còn 1 việc trước"
    }  # fmt: skip
    hand.ends.put(b"map")
    hand.ends.put(b"atlas")
    while said(app, second)[1]["state"] != "done":
        pass
    answer = ask(app, second)
    assert (answer.status, answer.body) == (200, b"atlas")
    assert answer.headers["content-disposition"] == 'attachment; filename="atlas.pdf"'
    assert answer.headers["content-type"] == "application/pdf"
    assert [hand.began.get().name, hand.began.get().name] == ["map", "atlas"]


@pytest.mark.parametrize(
    ("clients", "before"),
    [
        (("10.0.0.5", "10.0.0.6"), [0, 1, 3, 2]),  # the other comes before his third
        (("127.0.0.1", "::1"), [0, 1, 2, 3]),  # a proxy that does not say who asks
    ],
)
def test_behind_one_who_wants_many_files_the_next_waits_for_one_of_them(
    app, desk, hand, offered, clients, before
):
    desk.queue = Queue(lambda: hand, at_once=1)
    wanted = [(offered(kind), clients[0]) for kind in ("map", "progress", "communes")]
    wanted.append((offered("html"), clients[1]))
    for address, client in wanted:
        said(app, address, client=client)
    words = [said(app, address, client=client)[1]["words"] for address, client in wanted]
    assert words[1:] == [f"Đang chờ: còn {n} việc trước" for n in before[1:]]
    for _ in wanted:
        hand.ends.put(b"")


@pytest.mark.long
def test_turns_go_round_the_people_wherever_they_sit_and_however_they_ask(
    office, app, desk, hand, offered
):
    """Lan's program wants ten files and her page another one; Binh, at the same address, wants one."""
    desk.queue, let_in = Queue(lambda: hand, at_once=1), Gate(app, limits=Limits())

    def wants(kind, headers, **query):
        answer = ask(let_in, offered(kind, **query), method="POST", headers=headers)
        return json.loads(answer.body)["words"]

    token = {"authorization": f"Bearer {office.token(office.lan)}"}
    lan, binh = (
        {"cookie": f"{cookie_name()}={office.cookie(each)}"} for each in (office.lan, office.binh)
    )
    for indicator, year in product(("CX01", "CX02", "OP01", "OP05", "FI01"), ("2023", "2024")):
        wants("map", token, indicator=[indicator], year=[year])
    assert wants("progress", lan) == "Đang chờ: còn 10 việc trước"
    assert wants("communes", binh) == "Đang chờ: còn 2 việc trước"
    for _ in range(12):
        hand.ends.put(b"")


def test_giving_up_frees_the_place(app, offered, hand):
    first, second, third = (offered(kind) for kind in ("map", "atlas", "communes"))
    said(app, first)
    assert said(app, second)[1]["state"] == "waiting"
    status, full = said(app, third)
    assert (status, full["state"]) == (503, "failed")
    assert full["words"].startswith("Máy chủ đang có quá nhiều việc")
    assert said(app, second, method="DELETE") == (204, None)
    assert said(app, third)[1]["state"] == "waiting"
    assert said(app, first, "Binh", method="DELETE") == (204, None)  # who never asked
    assert said(app, first)[1]["state"] == "running"
    for content in (b"", b""):
        hand.ends.put(content)


def test_an_address_of_before_the_server_was_started_anew_says_so(app):
    status, answer = said(app, "/files/abc")
    assert (status, answer["state"]) == (404, "failed")
    assert "tải lại trang" in answer["words"]


def test_the_same_file_has_one_address_and_another_language_another(desk, data, select):
    wish = heavy.wish_for(data, select(), "map", "pdf", Setup())
    english = replace(wish, options=Setup(lang="en"))
    tokens = [desk.offer(heavy.Offer(each, "", "")) for each in (wish, wish, english)]
    assert tokens[0] == tokens[1] != tokens[2]


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [(JobStopped(), 503, "dừng giữa chừng"), (RuntimeError("secret"), 500, "quản lý")],
)
def test_a_failure_is_a_sentence(app, offered, hand, error, status, words):
    hand.ends.put(error)
    answer = ask(app, offered())
    assert answer.status == status
    assert words in answer.body.decode()
    assert "secret" not in answer.body.decode()


@pytest.mark.long
def test_a_hundred_programs_that_want_the_same_have_it_made_once(app, hand, data, select):
    made = exports.file_bytes(data, select(), "all", "gpkg", FileOptions())
    hand.ends.put(made)
    answers = [ask(app, "/api/all.gpkg") for _ in range(100)]
    assert {answer.body for answer in answers} == {made}
    assert (hand.began.get().kind, hand.began.empty()) == ("gpkg", True)
    again = ask(app, "/api/all.gpkg", headers={"if-none-match": answers[0].headers["etag"]})
    assert again.status == 304


def test_a_program_is_told_when_to_come_again_and_small_files_do_not_wait(app, offered, hand):
    for kind in ("map", "atlas"):
        said(app, offered(kind))
    answer = ask(app, "/api/all.xlsx", query="lang=en")
    assert (answer.status, answer.headers["retry-after"]) == (503, "30")
    assert answer.body.startswith(b"The server has too much to do")
    assert ask(app, "/api/sites.geojson").status == 200
    assert ask(app, "/api/all.xlsx", query="year=1999").status == 400
    for content in (b"", b""):
        hand.ends.put(content)


def test_of_small_files_too_only_so_many_wait(app, monkeypatch):
    monkeypatch.setattr(downloads, "MOST_WAITING", 0)
    answer = ask(app, "/api/sites.geojson", query="lang=en")
    assert (answer.status, answer.headers["retry-after"]) == (503, "30")


def test_a_program_that_leaves_gives_up_its_place(desk, data, hand, offered, app):
    said(app, offered("map"))
    scope = {
        "type": "http", "method": "GET", "path": "/api/all.gpkg", "query_string": b"",
        "headers": [], "http_version": "1.1", "root_path": "",
    }  # fmt: skip

    async def gone():
        return {"type": "http.disconnect"}

    async def send(message):
        pass

    run(app(scope, gone, send))
    assert said(app, offered("atlas"))[1]["words"] == "Đang chờ: còn 1 việc trước"
    for content in (b"", b""):
        hand.ends.put(content)


def test_a_child_makes_what_the_page_would_and_nothing_of_other_figures(data, select):
    selection = select(district=["220"], indicator=["OP01"])
    wish = heavy.wish_for(data, selection, "all", "xlsx", FileOptions())
    assert heavy.make(wish, progress=[].append) == heavy.content(wish, data)
    with pytest.raises(StoreError, match="changed while"):
        heavy.make(replace(wish, state="before"), progress=[].append)


def test_all_that_is_loaded_is_made_in_a_child_too(data, monkeypatch):
    offer = heavy.everything(data, "vi")
    assert (offer.file_name, offer.wish.call.is_long) == ("mtqg.xlsx", True)
    monkeypatch.setattr(everything, "workbook", lambda loaded: repr(loaded is data).encode())
    assert heavy.make(offer.wish, progress=[].append) == b"True"


@pytest.mark.long
def test_a_desk_that_is_not_open_makes_files_at_once(data, select):
    desk, wish = heavy.Desk(), heavy.wish_for(data, select(), "all", "package", FileOptions())
    assert desk.offer(heavy.Offer(wish, "", "")) == ""
    assert desk.content(wish, data) == heavy.content(wish, data)
