"""Signing in with a passphrase and with the office's identity provider; what ends with signing out."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from mtqg_geo.people import accounts, grants, sessions
from mtqg_geo.store.engine import close_stores, create_store
from mtqg_geo.store.rights import Who
from tests.e2e.conftest import PATIENCE_MS, SCREEN, Server, _answers, _bytes, free_port

PASSPHRASE = "một câu dài dễ nhớ"
LINK = "/?district=220&project=DA4"
MACHINE = Who("machine", via="machine")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two people in it: Lan has a passphrase, Binh an identity at the provider."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "var").mkdir()
    store = create_store(_address(folder))
    for name in ("lan", "binh"):
        person = accounts.add(store, f"{name}@bacgiang.gov.vn", name.title(), who=MACHINE)
        accounts.set_passphrase(store, person.id, PASSPHRASE, who=MACHINE)
        grants.grant(store, person.id, "read", who=MACHINE)
    close_stores()
    return folder


def _address(folder: Path) -> str:
    return f"sqlite:///{folder / 'var' / 'mtqg.sqlite'}"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The address of an identity provider where Binh is known; a process of its own."""
    port = free_port()
    binh = {"sub": "binh", "email": "Binh@bacgiang.gov.vn", "email_verified": True}
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "-p", str(port)]
    process = subprocess.Popen(
        [*command, "--user-claims", json.dumps(binh)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    metadata = f"http://localhost:{port}/.well-known/openid-configuration"
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not _answers(metadata):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail("The identity provider did not start.")
        time.sleep(0.1)
    yield metadata
    process.terminate()
    process.wait(timeout=60)


@pytest.fixture(scope="module")
def office_server(start_server: Callable[..., Server], home: Path, provider: str) -> Server:
    port = free_port()
    return start_server(
        port,
        home=home,
        MTQG_ACCESS="signed-in",
        MTQG_BASE_URL=f"http://localhost:{port}",
        MTQG_OIDC_CLIENT_ID="map",
        MTQG_OIDC_CLIENT_SECRET="secret of the map",
        MTQG_OIDC_METADATA_URL=provider,
    )


@pytest.fixture(scope="module")
def browser_of_all(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport=SCREEN, reduced_motion="reduce", locale="vi-VN")
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def browser_of_one(browser_of_all: BrowserContext) -> Iterator[BrowserContext]:
    """A browser that nobody is signed in with; scripts it has fetched before."""
    yield browser_of_all
    browser_of_all.clear_cookies()
    for page in browser_of_all.pages:
        page.close()


def wait_shown(page: Page, name: str, link: str = LINK) -> None:
    """Wait for the map of somebody, as the link has it."""
    expect(page.locator(".person span")).to_have_text(name)
    expect(page.locator(".legend").first).to_be_visible()
    wanted, found = urlsplit(link), urlsplit(page.url)
    assert (found.path, parse_qs(found.query)) == (wanted.path, parse_qs(wanted.query))


def sign_in(page: Page) -> None:
    page.fill("#email", "lan@bacgiang.gov.vn")
    page.fill("#passphrase", PASSPHRASE)
    page.locator("form button").click()


def click_something(page: Page) -> None:
    page.locator(".st-key-lang button", has_text="EN").click()


def test_signing_in_keeps_the_link_and_signing_out_ends_every_tab(
    office_server: Server, browser_of_one: BrowserContext
) -> None:
    page = browser_of_one.new_page()
    page.goto(office_server.url + LINK)
    assert urlsplit(page.url).path == "/sign-in"
    page.fill("#email", "lan@bacgiang.gov.vn")
    page.fill("#passphrase", "sai")
    page.locator("form button").click()
    expect(page.get_by_role("alert")).to_have_text("Thư điện tử hoặc mật khẩu không đúng.")
    sign_in(page)
    wait_shown(page, "Lan")

    second = browser_of_one.new_page()
    second.goto(office_server.url + LINK)
    wait_shown(second, "Lan")
    kept = browser_of_one.cookies()
    page.bring_to_front()
    page.locator(".person button").click()
    page.wait_for_url("**/sign-in")

    second.bring_to_front()
    click_something(second)
    second.wait_for_url("**/sign-in?next=**")
    browser_of_one.add_cookies(kept)  # whoever kept the cookie is refused
    second.goto(office_server.url + LINK)
    assert urlsplit(second.url).path == "/sign-in"
    sign_in(second)
    wait_shown(second, "Lan")


def number_of_page(server: Server, cookie: str, known: str = "") -> str:
    """Open a page as a browser does, or come back to the one whose number it knows; return its number."""
    place = urlsplit(server.url).netloc
    offered = ["streamlit", "none", *filter(None, [known])]
    line = connect(
        f"ws://{place}/_stcore/stream",
        additional_headers={"Cookie": f"mtqg={cookie}"},
        origin=Origin(server.url),
        subprotocols=[Subprotocol(each) for each in offered],
        max_size=None,
    )
    with line:
        line.send(BackMsg(rerun_script=ClientState()).SerializeToString())
        while True:
            said = ForwardMsg.FromString(_bytes(line.recv(timeout=PATIENCE_MS / 1000)))
            if said.WhichOneof("type") == "new_session":
                return str(said.new_session.initialize.session_id)


def test_a_page_is_given_back_to_the_cookie_that_opened_it_alone(
    office_server: Server, home: Path
) -> None:
    store = create_store(_address(home))
    lan = accounts.find(store, "lan@bacgiang.gov.vn").id
    mine, other = sessions.begin(store, lan), sessions.begin(store, lan)
    number = number_of_page(office_server, mine)
    assert number_of_page(office_server, mine, number) == number
    assert number_of_page(office_server, other, number) != number


def test_the_offices_account_opens_the_link_and_a_revoked_right_shuts_it_at_the_next_click(
    office_server: Server, browser_of_one: BrowserContext, home: Path
) -> None:
    page = browser_of_one.new_page()
    page.goto(office_server.url + LINK)
    page.get_by_role("link", name="Đăng nhập bằng tài khoản của cơ quan").click()
    page.get_by_role("button", name="binh").click()
    wait_shown(page, "Binh")
    names = {each["name"] for each in browser_of_one.cookies()}
    assert "mtqg" in names
    assert not {each for each in names if each.startswith("_streamlit_user")}

    store = create_store(_address(home))
    binh = accounts.find(store, "binh@bacgiang.gov.vn")
    for each in grants.grants_of(store, binh.id):
        grants.revoke(store, each.id, who=MACHINE)
    click_something(page)
    expect(page.get_by_role("heading", name="Chưa có quyền")).to_be_visible()
    page.get_by_role("button", name="Đăng xuất").click()
    page.wait_for_url("**/sign-in")
