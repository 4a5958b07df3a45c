"""Ask two versions of the product the same questions and compare every byte of the answers.

    python tests/same_product/compare.py BEFORE AFTER [--layers FOLDER] [--only WORDS] [--lines N]

BEFORE and AFTER are checkouts. Each gets an empty store of its own and a running server; the lines
of `cases.txt` are asked one by one, of both at the same time. An answer is the exit code, what was
said on either stream and every file written, or the status, headers and body of an address.
Exit code: 0 where nothing differs but what `EXPLAINED` names, 1 otherwise.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

from difference import FOLDER, UNSTEADY, Answer, content_of, difference
from given import write_files
from page import page_words

CASES = Path(__file__).with_name("cases.txt")
# Reports carry the day they are made; both versions are told the same one, 10 June 2024.
SAME_DAY = {"SOURCE_DATE_EPOCH": "1718000000", "PYTHONUTF8": "1"}
HEADERS = {"Accept": "text/html,*/*", "Accept-Encoding": "gzip"}
PATIENCE_S, MOST_LETTERS = 120, 150

# Lines of `cases.txt` that shall differ, and why. A line is named as it stands there.
FILTER = "the sidebar has the filter by region"
FLAG = "the filter by region is a flag and a parameter"
ELLIPSOID = "distances kept with a boundary set are those on the ellipsoid, not on a sphere"
ORDER = "problems are named in the order of the filters, year and boundaries last"
COMMENT = "a comment in a script names the module that feeds it now"
EXPLAINED: Mapping[str, str] = {
    "0 report html -o bàn-giao.html": COMMENT,
    "0 report html --vintage 2025-07 --indicator OP05 --lang en -o hand-over.html": COMMENT,
    "2 export": FLAG,
    "0 export --help": FLAG,
    "0 report --help": FLAG,
    "2 export communes --district 999 --year 1999": ORDER,
    "2 report word": FLAG,
    "400 GET /api/communes.csv?distrct=220": FLAG,
    "400 GET /api/communes.csv?district=999&year=1999&lang=en": ORDER,
    "200 PAGE /": FILTER,
    "200 PAGE /?vintage=2025-07&indicator=OP05&measure=completion&lang=en": FILTER,
    "200 PAGE /?district=220&project=DA4&commune=07621&year=2022": FILTER,
    "200 PAGE /progress?as_of=2023-Q2": FILTER,
    "200 PAGE /progress?vintage=2025-07&lang=en": FILTER,
    "200 PAGE /works?district=220&status=completed": FILTER,
    "200 PAGE /works?vintage=2025-07&lang=en": FILTER,
    "200 PAGE /load": FILTER,
    "200 PAGE /data?lang=en": FILTER,
    "200 PAGE /?commune=07621&indicator=OP05": FILTER,
    "200 PAGE /load?lang=en": FILTER,
    "200 PAGE /data": FILTER,
    "200 PAGE /?vintage=2025-07": FILTER,
    "0 backup sao-lưu.sqlite": ELLIPSOID,
}


class Side:
    """One version at work: its checkout, a folder with the files given, a store and a server."""

    def __init__(self, checkout: Path, folder: Path, given: Path) -> None:
        self.checkout, self.folder = checkout.resolve(), folder.resolve()
        self.log = self.folder.with_suffix(".log")
        shutil.copytree(given, self.folder)
        self.environment = os.environ | SAME_DAY | {
            "PYTHONPATH": str(self.checkout), "MTQG_DATA": str(self.folder / "kho"),
            "XDG_STATE_HOME": str(self.folder.with_suffix(".state")),
        }  # fmt: skip
        self.environment.pop("MTQG_DATABASE", None)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])

    def __enter__(self) -> Side:
        """Start the server; Streamlit reads its settings from the folder it is started in."""
        command = [sys.executable, "-m", "uvicorn", "app:app", "--port", str(self.port)]
        with self.log.open("wb") as log:
            self.server = subprocess.Popen(
                command, cwd=self.checkout, env=self.environment, stdout=log, stderr=log
            )
        return self

    def __exit__(self, *_: object) -> None:
        self.server.terminate()
        self.server.wait(PATIENCE_S)

    def wait(self) -> None:
        """Wait until the server answers."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end and self.server.poll() is None:
            try:
                return socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.1)
        raise SystemExit(f"The server of {self.checkout} did not start.\n{self.log.read_text()}")

    def ask(self, words: str) -> Answer:
        """Return every part of an answer by name; `code` is the exit code or the status."""
        kind, _, address = words.partition(" ")
        if kind == "GET":
            return self._get(address)
        return self._page(address) if kind == "PAGE" else self._run(shlex.split(words))

    def _run(self, words: list[str]) -> Answer:
        before = self._files()
        done = subprocess.run(
            [sys.executable, "-m", "mtqg_geo", *words],
            cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=PATIENCE_S * 5, check=False,
        )  # fmt: skip
        written = [path for path, state in self._files().items() if before.get(path) != state]
        files = {f"file {path.name}": content_of(path) for path in written}
        answer = {"output": done.stdout, "words": done.stderr, **files}
        return {"code": str(done.returncode).encode(), **answer}

    def _files(self) -> dict[Path, tuple[int, int]]:
        files = (path for path in sorted(self.folder.iterdir()) if path.is_file())
        return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in files}

    def _get(self, address: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        connection.request("GET", quote(address, safe="/?&=%,:;"), headers=HEADERS)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.getheader("Content-Encoding") == "gzip":
            body = gzip.decompress(body)  # its length as sent is among the headers
        lines = sorted(f"{name.lower()}: {value}\n" for name, value in answer.getheaders())
        headers = "".join(lines).encode()
        return {"code": str(answer.status).encode(), "headers": headers, "body": body}

    def _page(self, address: str) -> Answer:
        """Return what a page says and the files its map asks for."""
        code = self._get(address)["code"]
        words, addresses = page_words(self.port, address)
        files = {
            f"{part} of {each}": content
            for each in addresses
            for part, content in self._get(each).items()
        }
        return {"code": code, "page": words, **files}


def main() -> int:
    """Compare two versions and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    for name in ("before", "after"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--layers", type=Path, help="folder with the real layers, see cases.txt")
    parser.add_argument("--only", default="", help="ask only the lines with these words")
    parser.add_argument("--lines", type=int, default=8, help="lines shown of each difference")
    options = parser.parse_args()
    print(*(f"Not compared: {each.reason}." for each in UNSTEADY), sep="\n")
    with tempfile.TemporaryDirectory(prefix=Path(FOLDER).name) as folder:
        given = Path(folder, "given")
        write_files(given, options.layers)
        sides = [
            Side(getattr(options, name), Path(folder, name), given) for name in ("before", "after")
        ]
        with sides[0], sides[1]:
            for side in sides:
                side.wait()
            return _compare_all(sides, options)


def _compare_all(sides: list[Side], options: argparse.Namespace) -> int:
    counts = dict.fromkeys(("same", "explained", "DIFFERENT", "UNEXPECTED", "skipped"), 0)
    began = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        for line in _lines(options.only):
            code, _, words = line.partition(" ")
            verdict, lines = "skipped", ["needs a real layer, see --layers"]
            if options.layers or "lớp/" not in words:
                before, after = pool.map(lambda side, words=words: side.ask(words), sides)
                verdict, lines = _verdict(line, code, before, after)
            counts[verdict] += 1
            shown = (f"{verdict:<10} {line}", *_shortened(lines, options.lines))
            print(*shown, sep="\n", flush=True)
    minutes = (time.monotonic() - began) / 60
    print(", ".join(f"{count} {name}" for name, count in counts.items()), f"in {minutes:.1f} min")
    return int(counts["DIFFERENT"] + counts["UNEXPECTED"] > 0)


def _lines(only: str) -> Iterator[str]:
    for line in CASES.read_text(encoding="utf-8").splitlines():
        if line[:1].isdigit() and only in line:
            yield line


def _verdict(line: str, code: str, before: Answer, after: Answer) -> tuple[str, list[str]]:
    """Say how two answers compare, and where they differ."""
    found = [each for part in {**before, **after} for each in difference(part, before, after)]
    if found:
        reason = EXPLAINED.get(line)
        return ("explained", [reason, *found]) if reason else ("DIFFERENT", found)
    if before["code"].decode() != code:  # the same, but nothing was shown by it
        said = before.get("words", before.get("body", b"")).decode(errors="replace").splitlines()
        return "UNEXPECTED", [f"code {before['code'].decode()}", *reversed(said)]
    return "same", []


def _shortened(lines: list[str], most: int) -> list[str]:
    more = [f"… {len(lines) - most} more lines"] if len(lines) > most else []
    return [f"    {line[:MOST_LETTERS]}" for line in (*lines[:most], *more)]


if __name__ == "__main__":
    sys.exit(main())
