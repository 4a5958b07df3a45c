"""A store that is gone has a face: 503 with its sentence, a page that says so, never the sample."""

import json
import logging
from pathlib import Path
from threading import Event

import pytest
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

import mtqg_geo
from mtqg_geo.dataset.dataset import current_dataset
from mtqg_geo.store.engine import close_stores
from mtqg_geo.ui import warm
from mtqg_geo.ui.server import downloads, health
from mtqg_geo.ui.server.middleware import KnownPages
from mtqg_geo.ui.server.own_pages import HANDLERS, failure_words
from tests.asgi import ask

MAIN = Path(mtqg_geo.__file__).parent / "ui" / "main.py"
SAID = "Không thấy kho dữ liệu tại"


@pytest.fixture
def app():
    every = [*downloads.routes(current_dataset), *health.routes()]
    return Starlette(routes=every, exception_handlers=HANDLERS)


@pytest.fixture
def gone(own_store, own_folder):
    """A running store whose folder is taken away; returns what brings it back."""
    away = own_folder.rename(own_folder.with_name("away"))
    return lambda: away.rename(own_folder)


def readiness(app):
    answer = ask(app, "/readyz")
    assert answer.headers["cache-control"] == "no-store"
    return answer.status, json.loads(answer.body)


def test_files_are_refused_until_the_store_is_back(app, gone):
    answer = ask(app, "/api/communes.csv")
    assert answer.status == 503
    assert (answer.headers["retry-after"], answer.headers["cache-control"]) == ("30", "no-store")
    assert SAID in answer.body.decode()
    assert "The store is not at" in ask(app, "/api/communes.csv", query="lang=en").body.decode()
    gone()
    assert ask(app, "/api/communes.csv").status == 200


def test_readiness_follows_the_store_and_life_does_not(app, gone):
    status, said = readiness(app)
    assert status == 503
    assert said["status"] == "not ready"
    assert said["checks"] == {"store": "store_missing", "boundaries": "store_missing", "disk": "ok"}
    assert ask(app, "/healthz").body == b'{"status":"alive"}'
    gone()
    checks = {"store": "ok", "boundaries": "ok", "disk": "ok"}
    assert readiness(app) == (200, {"status": "ready", "checks": checks})


def test_a_first_start_is_ready(app, own_folder):
    assert readiness(app)[1]["checks"]["store"] == "sample"


def test_a_full_disk_and_boundaries_that_cannot_be_read_are_not_ready(app, own_folder, monkeypatch):
    monkeypatch.setattr(health, "MIN_FREE_BYTES", 1 << 60)
    monkeypatch.setattr(health, "set_in_use", lambda: Path("/nowhere").read_bytes())
    status, said = readiness(app)
    assert status == 503
    assert said["checks"] == {
        "store": "sample", "boundaries": "FileNotFoundError", "disk": "full",
    }  # fmt: skip


def test_who_asks_is_told_in_time_and_one_thread_waits(app, monkeypatch):
    begun, go = [], Event()
    monkeypatch.setattr(health, "PATIENCE_S", 0.05)
    monkeypatch.setitem(health.CHECKS, "store", lambda: begun.append(1) or go.wait(10) and "ok")
    assert [readiness(app) for _ in range(3)] == [
        (
            503,
            {
                "status": "not ready",
                "checks": {"disk": "ok", "store": "slow", "boundaries": "slow"},
            },
        )
    ] * 3
    go.set()
    assert begun == [1]


def test_a_browser_that_looks_is_answered_too(app):
    assert ask(KnownPages(app), "/healthz", headers={"accept": "text/html"}).status == 200


@pytest.mark.usefixtures("gone")
def test_the_page_draws_nothing_of_the_sample():
    drawn = AppTest.from_file(str(MAIN), default_timeout=60).run()
    assert len(drawn.exception) == 1
    assert not [*drawn.button, *drawn.selectbox, *drawn.multiselect, *drawn.metric]


@pytest.mark.usefixtures("gone")
def test_a_server_starts_without_its_store_and_says_so_in_its_log(caplog):
    close_stores()
    warm.up()
    assert "The store is not at" in caplog.text


def test_what_nobody_foresaw_is_named_by_its_number_in_the_log(caplog):
    with caplog.at_level(logging.ERROR):
        words = failure_words(RuntimeError("mật khẩu"), "vi")
    number = caplog.records[0].args[0]
    assert number in words
    assert "mật khẩu" not in words
    assert "mật khẩu" in caplog.text
