"""What files that readers send leave in the server: its memory before, with them, and after.

Run `python -m benchmarks.uploads [FILE …] [--sessions 4] [--files-each 5]`. Each FILE is
sent to the page Nạp dữ liệu by a session of its own, as a browser would, and checked there; then
sessions send several large files each, which nobody checks. All leave; the last figure is of a
server that has been left alone for three minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

from benchmarks.many_people import resident_mb
from benchmarks.serving import serving

LEFT_ALONE_S = 180
MOST_S = 400


class Reader:
    """A session on the page that loads files, and what it has been told."""

    def __init__(self, url: str, socket: Any) -> None:
        self.url, self.socket = url, socket
        self.session = self.picker = ""
        self.texts: list[str] = []

    async def open(self, *, file: tuple[str, str, int] | None = None) -> float:
        """Draw the page, with a file chosen or without; return how many seconds it took."""
        message = BackMsg()
        message.rerun_script.page_name = "load"
        if file:
            state = message.rerun_script.widget_states.widgets.add(id=self.picker)
            said = state.file_uploader_state_value.uploaded_file_info.add()
            said.file_id, said.name, said.size = file
        self.texts.clear()
        start = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg.FromString(await asyncio.wait_for(self.socket.recv(), MOST_S))
            element = answer.delta.new_element
            self.picker = element.file_uploader.id or self.picker
            self.session = answer.new_session.initialize.session_id or self.session
            self.texts += [text for text in (element.alert.body, element.markdown.body) if text]
            if answer.WhichOneof("type") == "script_finished":
                return time.perf_counter() - start

    async def send(self, name: str, content: bytes) -> tuple[int, str]:
        """Send a file; return the status of the answer, and the id of the file."""
        file = str(uuid.uuid4())
        return await asyncio.to_thread(self._put, file, name, content), file

    def _put(self, file: str, name: str, content: bytes) -> int:
        with urllib.request.urlopen(f"{self.url}/_stcore/health") as answer:
            cookies = answer.headers.get_all("Set-Cookie") or []
        token = next((each.split(";")[0] for each in cookies if "xsrf" in each), "")
        head = f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'
        request = urllib.request.Request(
            f"{self.url}/_stcore/upload_file/{self.session}/{file}",
            head.encode() + content + b"\r\n--x--\r\n",
            {
                "Content-Type": "multipart/form-data; boundary=x",
                "Cookie": token,
                "X-Xsrftoken": token.partition("=")[2],
            },
            method="PUT",
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code


async def come(url: str) -> Reader:
    """Open a session on the page."""
    address = f"{url.replace('http', 'ws')}/_stcore/stream"
    socket = await connect(
        address,
        subprotocols=["streamlit"],
        origin=url,
        max_size=None,
        open_timeout=60,
        ping_timeout=None,
    )
    reader = Reader(url, socket)
    await reader.open()
    return reader


async def measure(
    url: str, pid: int, files: Sequence[Path], *, sessions: int, each: int, megabytes: int
) -> None:
    """Send everything, print the memory of the server after each step."""

    def tell(what: str) -> None:
        print(f"{resident_mb(pid):8.0f} MB  {what}", flush=True)

    readers = [await come(url)]
    await asyncio.sleep(20)  # what a server prepares after its start
    tell("a page was opened")
    for path in files:
        reader = await come(url)
        readers.append(reader)
        content = path.read_bytes()
        status, file = await reader.send(path.name, content)
        if status != 204:
            msg = f"{path.name} was not taken: {status}"
            raise RuntimeError(msg)
        took_s = await reader.open(file=(file, path.name, len(content)))
        said = max(reader.texts, key=lambda text: (path.name in text, len(text)), default="")
        tell(f"{path.name} checked in {took_s:.1f} s: {said[:120]}")
    large = bytes(megabytes * 1_000_000)
    for number in range(sessions):
        reader = await come(url)
        readers.append(reader)
        taken = [(await reader.send("a.csv", large))[0] for _ in range(each)]
        tell(f"session {number + 1} sent {each} files of {megabytes} MB, taken {taken.count(204)}")
    for reader in readers:
        await reader.socket.close()
    tell("all have left")
    for _ in range(3):
        await asyncio.sleep(LEFT_ALONE_S / 3)
        tell("left alone")


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the application and print what files leave in it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--sessions", type=int, default=4)
    parser.add_argument("--files-each", type=int, default=5)
    parser.add_argument("--megabytes", type=int, default=49)
    given = parser.parse_args(arguments)
    sizes = {"sessions": given.sessions, "each": given.files_each, "megabytes": given.megabytes}
    with serving("app.py") as (url, pid):
        asyncio.run(measure(url, pid, given.files, **sizes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
