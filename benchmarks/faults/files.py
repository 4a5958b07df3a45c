"""A hundred thousand damaged files, read in batches in one child each.

::

    python -m benchmarks.faults.files [--count 100000] [--first 0] [--only KIND]… [--log FILE]
    python -m benchmarks.faults.files --again LOG… --log FILE
    python -m benchmarks.faults.files --sum LOG… [--json]
    python -m benchmarks.faults.files --show KIND NUMBER -o FILE

Files are numbered through all formats in turn, so that any part of the numbers has each of them,
and what was begun goes on with `--first`: all that is in the log counts together, and of what was
read several times the last line, in the order of the logs. A child that dies is a crash that the
parent survives; the file is named, and the next child goes on behind it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.faults.originals import FORMATS, originals
from benchmarks.faults.reading import FAULTS, REFUSED, content_of
from benchmarks.machine import load_average, machine
from geo.errors import ReadError
from geo.sandbox import Limits, run_isolated

COUNT, BATCH = 100_000, 2_500
LIMITS = Limits(memory_bytes=3_000_000_000, cpu_s=36_000, wall_s=36_000.0)
DIED = "child_died"
MOST_KEPT = 200
Line = list[Any]
Job = tuple[str, int]


def numbered(count: int, *, first: int = 0, only: Sequence[str] = ()) -> list[Job]:
    """Return formats and numbers of so many files, through all formats in turn."""
    kinds = [kind for kind in FORMATS if not only or kind in only]
    every = range(first, first + count)
    return [(kinds[number % len(kinds)], number // len(kinds)) for number in every]


def run(jobs: list[Job], log: Path) -> None:
    """Read damaged files and write a line on each."""
    with tempfile.TemporaryDirectory() as folder, log.open("a", encoding="utf-8") as out:
        for kind, content in originals().items():
            Path(folder, kind).write_bytes(content)
        for line in _lines(jobs, Path(folder)):
            print(json.dumps(line, ensure_ascii=False), file=out, flush=True)


def read_logs(logs: Iterable[Path]) -> list[Line]:
    """Return the last line on each file that was read."""
    texts = (log.read_text(encoding="utf-8").splitlines() for log in logs)
    lines = (json.loads(line) for text in texts for line in text)
    return list(
        {
            (kind, number): [came, kind, number, *rest] for came, kind, number, *rest in lines
        }.values()
    )


def summary(lines: Iterable[Line]) -> dict[str, Any]:
    """Count what came of the files."""
    came: Counter[str] = Counter()
    formats: dict[str, Counter[str]] = {}
    general: Counter[str] = Counter()
    ways: Counter[str] = Counter()
    faults: list[Line] = []
    for line in lines:
        outcome, kind, _, how, note = line
        came[outcome] += 1
        formats.setdefault(kind, Counter())[outcome] += 1
        ways[how.removeprefix("inside_")] += 1
        if outcome == REFUSED and "(" in note:
            general[note[:90]] += 1
        if outcome in (*FAULTS, DIED):
            faults.append(line)
    return {
        "files": came.total(),
        "outcomes": dict(came.most_common()),
        "in_general_words": dict(general.most_common(30)),
        "formats": {kind: dict(found.most_common()) for kind, found in formats.items()},
        "ways": dict(ways.most_common()),
        "n_faults": len(faults),
        "faults": faults[:MOST_KEPT],
    }


def _lines(jobs: list[Job], place: Path) -> Iterator[Line]:
    """Yield what came of each file, batch by batch."""
    while jobs:
        found, jobs = _batch(jobs[:BATCH], place), jobs[BATCH:]
        yield from found
        done = len(found)
        print(f"{done} read, {len(jobs)} to go", file=sys.stderr)


def _batch(jobs: list[Job], place: Path) -> list[Line]:
    """Read files in a child, and in another one what is behind a file at which it died."""
    found: list[Line] = []
    while jobs:
        path = place / "lines"
        path.write_text("")
        with tempfile.TemporaryDirectory() as folder:
            try:
                run_isolated(
                    "benchmarks.faults.reading:read_batch",
                    {"jobs": jobs, "originals": str(place), "lines": str(path)},
                    folder=Path(folder),
                    subject="batch",
                    limits=LIMITS,
                )
                died = ""
            except ReadError as error:
                died = error.code
        every = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        done = [line for line in every if line[0] != "begun"]
        found += done
        if not died:
            return found
        if len(every) % 2 == 0:
            msg = f"The child broke before it read anything: {died}."
            raise RuntimeError(msg)
        _, kind, number = every[-1]
        found.append([DIED, kind, number, "", died])
        jobs = jobs[len(done) + 1 :]
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the campaign, or write one of its files; exit 1 if there was a fault."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--only", action="append", default=[], choices=list(FORMATS))
    parser.add_argument(
        "--log", type=Path, default=Path("faults.jsonl"), help="a line on each file"
    )
    parser.add_argument(
        "--again", type=Path, nargs="+", metavar="LOG", help="only what was a fault in them"
    )
    parser.add_argument("--sum", type=Path, nargs="+", metavar="LOG", help="read nothing, count")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--show", nargs=2, metavar=("KIND", "NUMBER"))
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args(arguments)
    if options.show:
        kind, number = options.show
        content, how = content_of(kind, int(number), originals())
        (options.output or Path(f"{kind}_{number}{FORMATS[kind]}")).write_bytes(content)
        print(how)
        return 0
    jobs = numbered(options.count, first=options.first, only=options.only)
    if options.again:
        faults = [line for line in read_logs(options.again) if line[0] in (*FAULTS, DIED)]
        jobs = [(kind, number) for _, kind, number, *_ in faults]
    if not options.sum:
        run(jobs, options.log)
    found = summary(read_logs(options.sum or [options.log]))
    if options.json:
        about = {"machine": machine("geopandas", "pyogrio"), "load_average": load_average()}
        print(json.dumps({**about, **found}, indent=1, ensure_ascii=False))
    else:
        for name, value in found.items():
            print(name, value)
    return int(bool(found["faults"]))


if __name__ == "__main__":
    sys.exit(main())
