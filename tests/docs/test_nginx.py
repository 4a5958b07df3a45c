"""The recipe for nginx in the guide, run: names, links of pages, who stays with which process, half requests."""

import re
import shutil
import socket
import ssl
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from websockets.sync.client import connect

RECIPE = Path(__file__).parents[2] / "docs" / "deploy" / "nginx.conf"
NAME = "bando.bacgiang.gov.vn"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def application(number):
    """Return one that says who it is, what it is called and from where."""

    def say(request):
        return PlainTextResponse(f"{number} {request.headers['host']} {request.url.scheme}")

    async def echo(page):
        await page.accept()
        await page.send_text(f"{number} {page.headers['host']} {page.headers['origin']}")

    return Starlette(
        routes=[Route("/", say), Route("/sign-in", say), WebSocketRoute("/_stcore/stream", echo)]
    )


def served(stack, number):
    server = uvicorn.Server(
        uvicorn.Config(application(number), port=0, log_level="critical", ws="websockets-sansio")
    )
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    stack.callback(thread.join, 30)
    stack.callback(setattr, server, "should_exit", True)
    while not server.started:
        time.sleep(0.01)
    return server.servers[0].sockets[0].getsockname()[1]


def is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def nginx(tmp_path_factory):
    """The recipe with a certificate made here, on other ports; the port of TLS."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if not program or not shutil.which("openssl"):
        pytest.skip("nginx and openssl are not installed (apt install nginx openssl)")
    folder = tmp_path_factory.mktemp("nginx")
    request = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    names = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}", "-nodes"]
    files = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run([*request, *names, *files, "-days", "2"], check=True, capture_output=True)
    with ExitStack() as stack:
        first, second = (served(stack, n) for n in (1, 2))
        ports = {"850[12]": f"(?:{first}|{second})", "8501": str(first), "8502": str(second)}
        plain, secure = free_port(), free_port()
        changes = ports | {
            "listen 80": f"listen 127.0.0.1:{plain}",
            "listen 443": f"listen 127.0.0.1:{secure}",
            "/etc/ssl/mtqg": str(folder),
            "client_header_timeout 10s": "client_header_timeout 1s",
        }
        recipe = RECIPE.read_text(encoding="utf-8")
        for before, after in changes.items():
            assert before in recipe
            recipe = recipe.replace(before, after)
        # One that is away: whose cookie names it is answered by the other.
        away = free_port()
        recipe = recipe.replace(f"{second} {second};", f"{second} {second};  away away;")
        recipe += (
            f"upstream mtqg_away {{ server 127.0.0.1:{away};  server 127.0.0.1:{first} backup; }}"
        )
        kept = "".join(f"{each}_temp_path {folder}/{each};" for each in TEMPORARY)
        (folder / "nginx.conf").write_text(
            f"pid {folder}/pid; error_log {folder}/log; daemon off; master_process off;"
            f"events {{ worker_connections 1000; }} http {{ access_log off; {kept}\n{recipe}\n}}"
        )
        process = subprocess.Popen([program, "-p", str(folder), "-c", "nginx.conf", "-e", "log"])
        stack.callback(process.wait, 30)
        stack.callback(process.terminate)
        deadline = time.monotonic() + 30
        while not is_open(secure):
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        context = ssl.create_default_context(cafile=str(folder / "fullchain.pem"))
        yield secure, plain, context


TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def ask(nginx, cookie="", name=NAME, path="/"):
    """Return what is answered and the cookie that is set."""
    secure, _, context = nginx
    line = socket.create_connection(("127.0.0.1", secure), timeout=30)
    asked = [f"GET {path} HTTP/1.1\r\nHost: {name}", f"Cookie: {cookie}" if cookie else "X: y"]
    with context.wrap_socket(line, server_hostname=NAME) as safe:
        safe.sendall("\r\n".join([*asked, "Connection: close\r\n\r\n"]).encode())
        parts = []
        while part := safe.recv(65_536):
            parts.append(part)
    head, _, body = b"".join(parts).decode().partition("\r\n\r\n")
    found = re.search(r"mtqg_at=\w+", head)
    return body, found[0] if found else ""


@pytest.mark.long
def test_a_reader_stays_with_one_process_and_its_pages_with_it(nginx):
    secure, _, context = nginx
    met = set()
    for _ in range(20):
        body, cookie = ask(nginx)
        number, host, _ = body.split()
        assert host == NAME
        assert ask(nginx, cookie) == (body, ""), "the same again, and no other cookie"
        address, origin = f"wss://{NAME}/_stcore/stream", f"https://{NAME}"
        line = socket.create_connection(("127.0.0.1", secure), timeout=30)
        headers = {"Cookie": cookie}
        with connect(
            address, sock=line, ssl=context, origin=origin, additional_headers=headers
        ) as page:
            assert page.recv(timeout=30) == f"{number} {NAME} {origin}"
        met.add(number)
    assert met == {"1", "2"}


@pytest.mark.long
def test_all_who_sign_in_come_to_the_process_that_counts_them(nginx):
    for cookie in ("", *(ask(nginx)[1] for _ in range(20))):
        body, given = ask(nginx, cookie, path="/sign-in")
        assert body.startswith("1 ")
        assert given == "", "their page stays where it was"


def is_left(line):
    """Wait until the other end closes without a word."""
    try:
        return line.recv(4_096) == b""
    except ConnectionResetError:
        return True


@pytest.mark.long
def test_where_one_is_away_the_other_answers_and_keeps_the_page_that_is_opened_there(nginx):
    secure, _, context = nginx
    assert ask(nginx, "mtqg_at=away")[0].startswith("1 ")
    line = socket.create_connection(("127.0.0.1", secure), timeout=30)
    address, origin = f"wss://{NAME}/_stcore/stream", f"https://{NAME}"
    headers = {"Cookie": "mtqg_at=away"}
    with connect(
        address, sock=line, ssl=context, origin=origin, additional_headers=headers
    ) as page:
        assert page.recv(timeout=30).startswith("1 ")
        cookie = page.response.headers["Set-Cookie"]
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    name = cookie.partition(";")[0]
    assert ask(nginx, name)[0].startswith("1 ")
    assert ask(nginx, name)[1] == "", "it stays there"


@pytest.mark.long
def test_another_name_is_not_answered_and_half_requests_are_let_go(nginx):
    secure, plain, context = nginx
    assert ask(nginx, name="evil.example") == ("", "")
    with socket.create_connection(("127.0.0.1", plain), timeout=30) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n")
        assert is_left(line)
    with socket.create_connection(("127.0.0.1", plain), timeout=30) as line:
        line.sendall(f"GET /works HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n".encode())
        assert f"Location: https://{NAME}/works" in line.recv(4_096).decode()
    with socket.create_connection(("127.0.0.1", plain), timeout=30) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: " + NAME.encode())
        assert is_left(line)
    assert ask(nginx)[0]
