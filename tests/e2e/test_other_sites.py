"""What others than the reader would like: links in texts, scripts in pages, another site's pages."""

import http.client
import socket
from urllib.parse import quote, urlsplit

import pytest
from openpyxl import Workbook
from playwright.sync_api import expect

LURE = "Đăng nhập lại tại http://evil.example/x www.evil.example a@evil.example"
PARAMETERS = (
    "district", "project", "commune", "region", "status", "standing", "year", "as_of", "indicator",
    "basis", "with", "compare", "compare_as", "vintage", "lang", "scheme", "k", "breaks", "works",
    "profile", "work", "follow", "rank", "order", "at", "capital_source", "capital_kind", LURE,
)  # fmt: skip
LINKS = "a[href*='evil'], a[href*='mailto'], area[href*='evil'], form[action*='evil']"


@pytest.mark.few(1)
@pytest.mark.parametrize("path", ["/", "/progress"])
def test_no_text_of_an_address_becomes_a_link(shared_visit, path):
    query = "&".join(f"{quote(name)}={quote(LURE)}" for name in PARAMETERS)
    shared_visit.open(f"{path}?{query}")
    page = shared_visit.page
    page.locator(".notice.problem summary").click()
    assert page.locator(".notice.problem").inner_text().count("http://evil.ex") > 5, "each is said"
    assert page.locator(LINKS).count() == 0


def test_no_name_of_a_file_a_sheet_or_a_commune_becomes_a_link(shared_visit, tmp_path):
    book = Workbook()
    sheet = book.active
    sheet.title = "www.evil.example"
    sheet.append(["Mã xã", "Tên xã", "Kỳ", "Loại", "OP01", "www.evil.example"])
    sheet.append(["07243", "http://evil.example", "Năm 2023", "Kế hoạch", 1, ""])
    sheet.append(["", LURE, "Năm 2023", "Kế hoạch", 1, ""])
    path = tmp_path / "www.evil.example a@evil.example :smile: a--b.xlsx"
    book.save(path)
    shared_visit.open("/load")
    page = shared_visit.page
    page.locator("input[type=file]").first.set_input_files(path)
    heading = page.locator("[data-testid=stHeading]", has_text="Kết quả kiểm tra").first
    expect(heading).to_be_visible()
    shared_visit.wait_drawn()
    assert path.name in heading.inner_text().replace("\u2060", "")
    assert page.get_by_text("evil.example").count() > 2
    assert page.locator(LINKS).count() == 0


# Markup as it would stand where a text was not escaped by mistake. Were it let in, it would say so.
MARKUP = "<img src='data:,' onerror='top.pwned = 1'><a href='javascript:top.pwned = 1'>x</a>"
PUT_IN = """markup => {
  document.addEventListener("securitypolicyviolation", (e) => (window.refused ??= []).push(e.effectiveDirective));
  document.body.insertAdjacentHTML("beforeend", markup);
  const script = document.createElement("script");
  script.textContent = "top.pwned = 2";
  document.body.append(script);
  document.body.lastElementChild.previousElementSibling.click();
}"""


def test_a_script_that_got_into_a_page_or_its_map_is_not_run(shared_visit):
    shared_visit.open("/")
    for where in (shared_visit.page, shared_visit.map):
        where.evaluate(PUT_IN, MARKUP)
        where.wait_for_function("(window.refused ?? []).length >= 3")
        assert shared_visit.page.evaluate("window.pwned") is None
    assert all("Content Security Policy" in error for error in shared_visit.errors)
    shared_visit.errors.clear()


def ask(server, path, *, method="GET", **headers):
    parts = urlsplit(server.url)
    line = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    line.request(
        method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    answer = line.getresponse()
    body = answer.read().decode("utf-8", "replace")
    line.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


NO_PAGE = ("application/javascript", "application/json", "text/css", "text/javascript")


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/", "GET", 200), ("/works", "GET", 200), ("/nopage", "GET", 404),
        ("/static/js/none.js", "GET", 200), ("/favicon.png", "GET", 200),
        ("/component/streamlit_folium.st_folium/index.html", "GET", 200),
        ("/component/streamlit_folium.st_folium/bootstrap.min.css", "GET", 200),
        ("/component/none/index.html", "GET", 404), ("/media/none.html", "GET", 404),
        ("/_stcore/health", "GET", 200), ("/_stcore/host-config", "GET", 200),
        ("/_stcore/upload_file/a/b", "PUT", 403), ("/_stcore/upload_file/a/b", "POST", 405),
        ("/api/communes.csv", "GET", 200), ("/api/communes.csv?x=1", "GET", 400),
        ("/geo/none.json", "GET", 404), ("/assets/none.js", "GET", 404), ("//evil.example", "GET", 400),
    ],
)  # fmt: skip
def test_every_answer_says_what_may_be_done_with_it(server, path, method, status):
    found, headers, _ = ask(server, path, method=method, accept="text/html")
    assert found == status
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    policy = headers["content-security-policy"]
    if headers.get("content-type", "").startswith(NO_PAGE):
        assert policy == "default-src 'none'; frame-ancestors 'none'"
    else:
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'self'" in policy


def test_what_is_still_the_same_says_so_too(server):
    etag = ask(server, "/api/roads.csv")[1]["etag"]
    found, headers, _ = ask(server, "/api/roads.csv", if_none_match=etag)
    assert (found, headers["x-content-type-options"]) == (304, "nosniff")


def test_another_name_and_the_page_of_another_site_are_refused_in_a_sentence(server):
    status, _, words = ask(server, "/", host="evil.example")
    assert (status, "không có tên “evil.example”" in words) == (421, True)
    upgrade = {
        "connection": "Upgrade", "upgrade": "websocket", "sec_websocket_version": "13",
        "sec_websocket_key": "dGhlIHNhbXBsZSBub25jZQ==",
    }  # fmt: skip
    for origin in ({}, {"origin": "http://evil.example"}, {"origin": "null"}):
        status, _, words = ask(server, "/_stcore/stream", **upgrade, **origin)
        assert (status, "Chỉ trang của máy chủ này" in words) == (403, True)
    status, _, words = ask(
        server, "/_stcore/stream", **upgrade, host="evil.example", origin="http://evil.example"
    )
    assert status == 421


def test_a_reader_is_served_beside_half_requests(server):
    parts = urlsplit(server.url)
    half = []
    for _ in range(400):
        half.append(socket.create_connection((parts.hostname, parts.port), timeout=60))
        half[-1].sendall(b"GET / HTTP/1.1\r\nHost: local")
    assert ask(server, "/_stcore/health")[0] == 200
    for each in half:
        each.close()
