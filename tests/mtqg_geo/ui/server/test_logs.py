"""The log as JSON: an object a line, whoever writes it, and nothing in it that is personal."""

import io
import json
import logging
import threading
import warnings
from urllib.parse import urlencode

import pytest
import streamlit.logger
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from mtqg_geo.programme.errors import PeopleError, SelectionError
from mtqg_geo.programme.words import coded
from mtqg_geo.store.engine import open_store
from mtqg_geo.ui.server import downloads, gate, logs, sign_in
from mtqg_geo.ui.server.gate import Gate
from mtqg_geo.ui.server.limits import Limits
from mtqg_geo.ui.server.own_pages import HANDLERS
from mtqg_geo.ui.server.visitor import cookie_name
from tests.asgi import ask
from tests.mtqg_geo.ui.office import PASSPHRASE

FORM = "from-this-browser"
WRONG, NOBODY, FROM = "mật khẩu gõ nhầm", "tran.thi.hoa@bacgiang.gov.vn", "203.0.113.77"


@pytest.fixture
def written(monkeypatch):
    """Have all loggers write JSON into a text, and give each back what it had."""
    known = [logging.root, *map(logging.getLogger, [*logging.root.manager.loggerDict])]
    before = [(each, [*each.handlers], each.level, each.propagate) for each in known]
    monkeypatch.setenv("MTQG_LOG", "json")
    monkeypatch.setattr(streamlit.logger, "setup_formatter", streamlit.logger.setup_formatter)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    for name in logs.UVICORN:  # another test's server may have said that it wants no words
        logging.getLogger(name).setLevel(logging.INFO)
    stream = io.StringIO()
    logs.begin(stream)
    yield stream
    logging.captureWarnings(capture=False)
    for name in logs.UVICORN:
        logging.getLogger(name).removeFilter(logs._is_brief)
    for each, handlers, level, propagate in before:
        each.handlers[:], each.propagate = handlers, propagate
        each.setLevel(level)


def lines(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def app(squares):
    """The ways in, the gate, files, an upload, and two routes that fail."""
    small = squares()

    def crash(request):
        raise KeyError(request.query_params["of"])

    def query(_):
        with open_store().engine.connect() as connection:
            connection.execute(text("SELECT * FROM nowhere WHERE email = :who"), {"who": NOBODY})

    async def upload(request):
        return PlainTextResponse(str(len(await request.body())))

    inside = Starlette(
        routes=[
            *sign_in.routes(Limits()),
            *downloads.routes(lambda: small, origins=()),
            Route("/crash", crash),
            Route("/query", query),
            Route("/_stcore/upload_file/{page}/{file}", upload, methods=["PUT"]),
        ],
        middleware=[Middleware(Gate, limits=Limits())],
        exception_handlers=HANDLERS,
    )
    return logs.Requests(inside)


def test_no_line_of_a_day_names_anybody(office, app, written, monkeypatch):
    monkeypatch.setattr(gate, "_is_own", lambda *_: True)

    def sent(email, passphrase):
        fields = {"email": email, "passphrase": passphrase, "form": FORM, "next": "/data?q=Hoa"}
        headers = {"cookie": f"mtqg_form={FORM}"}
        headers["content-type"] = "application/x-www-form-urlencoded"
        body = urlencode(fields).encode()
        return ask(app, "/sign-in", method="POST", headers=headers, body=body, client=FROM)

    assert sent(NOBODY, WRONG).status == 403
    [given] = [each for each in sent(office.lan.email, PASSPHRASE).cookies if "mtqg=" in each]
    cookie = given.partition("=")[2].partition(";")[0]
    mine = {"cookie": f"{cookie_name()}={cookie}", "user-agent": "Firefox/140.0 của chị Hoa"}
    token = office.token(office.lan)

    def asked(path, **options):
        options["headers"] = mine | options.get("headers", {})
        return ask(app, path, client=FROM, **options).status

    assert asked("/_stcore/upload_file/p1/Nguyễn Thị Hoa.xlsx", method="PUT", body=b"1") == 200
    assert asked("/api/communes.csv", query="lang=en") == 200
    bearer = {"authorization": f"Bearer {token}x"}
    assert asked("/api/communes.csv", headers=bearer) == 401
    for path, query in (("/crash", urlencode({"of": NOBODY})), ("/query", "")):
        with pytest.raises(Exception, match=r"bacgiang|nowhere"):
            asked(path, query=query)
    logging.getLogger("mtqg_geo").warning("%s", coded(PeopleError, "no_person", email=NOBODY))

    said = lines(written)
    ended = [each for each in said if each["message"] == "request"]
    assert [(each["method"], each["route"], each["status"]) for each in ended] == [
        ("POST", "/sign-in", 403), ("POST", "/sign-in", 303),
        ("PUT", "/_stcore/upload_file/{}/{}", 200), ("GET", "/api/{}", 200),
        ("GET", "/api/{}", 401), ("GET", "/{}", 500), ("GET", "/{}", 500),
    ]  # fmt: skip
    assert {each["mode"] for each in said} == {"signed-in"}
    assert all(each["ms"] >= 0 for each in ended)
    [refused] = [each for each in said if "do not belong together" in each["message"]]
    assert refused["request"] == ended[0]["request"] != ended[1]["request"]
    failures = [each["failures"][0] for each in said if "failures" in each]
    assert [each["kind"] for each in failures] == ["KeyError", "OperationalError"]
    assert failures[0]["where"][-1].endswith(" crash")
    assert said[-1]["message"] == "no_person"

    log = written.getvalue()
    for personal in (
        NOBODY, office.lan.email, "lan@", "Lan", "Hoa", "bacgiang", WRONG, PASSPHRASE, cookie, token,
        FROM, "203.0.113", "q=", "Firefox", FORM,
    ):  # fmt: skip
        assert personal not in log, personal


def test_whoever_logs_comes_out_in_one_form(written):
    streamlit.logger.get_logger("streamlit.asked_for_late").warning("Late %s", "word")
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 7)
    logging.getLogger("uvicorn.access").info('%s - "%s %s"', "10.0.0.5", "GET", "/")
    logging.getLogger("other.library").info("chatter")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("an old\nway", stacklevel=1)

    def fail():
        raise ValueError("Hoa")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    said = lines(written)
    assert [each["logger"] for each in said] == [
        "streamlit.asked_for_late", "uvicorn.error", "py.warnings", "mtqg_geo.ui.server.logs",
    ]  # fmt: skip
    assert said[0].keys() == {"time", "level", "logger", "message", "mode"}
    assert said[3]["failures"][0]["kind"] == "ValueError"
    assert "Hoa" not in written.getvalue()


def test_as_text_a_line_of_a_request_has_neither_address_nor_parameters(monkeypatch):
    monkeypatch.delenv("MTQG_LOG", raising=False)
    for words, given, brief in (
        ('%s - "%s %s HTTP/%s" %d', (FROM, "GET", "/x?q=Hoa", "1.1", 403), '- - "GET /x HTTP/1.1" 403'),
        ('%s - "WebSocket %s" 403', (f"{FROM}:5", "/x?q=Hoa"), '- - "WebSocket /x" 403'),
        ("%s files of %s", (1, 2), "1 files of 2"),
    ):  # fmt: skip
        record = logging.makeLogRecord({"msg": words, "args": given})
        assert logs._is_brief(record)
        assert record.getMessage() == brief


def test_an_unknown_form_stops_the_start(monkeypatch):
    monkeypatch.setenv("MTQG_LOG", "yaml")
    with pytest.raises(SelectionError, match="MTQG_LOG"):
        logs.begin()
