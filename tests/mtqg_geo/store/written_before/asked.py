"""What is asked of the store in this folder: of the version that wrote it, and of every later one.

By public interfaces alone: command lines, and addresses of the application.
"""

import contextlib
import csv
import io
import json
import math
from functools import cache
from urllib.parse import parse_qsl, urlsplit

from mtqg_geo.__main__ import main
from tests.asgi import ask

# Links as somebody kept them. A page is asked for the rows it draws: the map for its communes, the
# works for sites and roads, the progress page for its targets.
LINKS = (
    "/",
    "/?lang=en",
    "/?vintage=2025-07",
    "/?vintage=2023-04&year=2022",
    "/?district=220",
    "/?district=220&district=219&lang=en",
    "/?district=220,215&vintage=2025-07",
    "/?indicator=OP05",
    "/?indicator=OP05&basis=plan&year=2022",
    "/?indicator=OP05&measure=completion&as_of=2023-Q2",
    "/?indicator=OP05&measure=remaining&vintage=2025-07&lang=en",
    "/?indicator=OP13&with=OP05&vintage=2025-07",
    "/?indicator=OC16&year=2023&compare=2022",
    "/?indicator=OC16&vintage=2025-07&lang=en",
    "/?indicator=OC03&district=220&project=DA4",
    "/?indicator=CX02&commune=07621,07624",
    "/?indicator=CX03&vintage=2025-07",
    "/?indicator=CX05&district=220",
    "/?indicator=FI01&basis=disbursed&project=DA4&year=2023",
    "/?indicator=FI01&basis=allocated&project=DA4.TDA1&vintage=2025-07&year=2023",
    "/?indicator=OP01&year=2024&as_of=2024-Q1",
    "/works",
    "/works?status=completed&year=2022",
    "/works?district=220&project=DA4&status=completed&status=planned&lang=en",
    "/works?vintage=2025-07&commune=07621",
    "/works?project=DA5&vintage=2025-07&lang=en",
    "/progress",
    "/progress?as_of=2023-Q2&district=220",
    "/progress?vintage=2025-07&lang=en",
    "/progress?year=2022&project=DA4&vintage=2025-07",
    "/progress?commune=07621&year=2023",
    "/api/communes.geojson?district=220&indicator=OP05",
    "/api/communes.csv?vintage=2025-07&indicator=OC03&commune=07615&lang=en",
    "/api/sites.geojson?project=DA4&vintage=2025-07",
    "/api/sites.csv?district=999",
    "/api/roads.geojson?district=220&status=completed",
    "/api/roads.csv?commune=07621&vintage=2025-07",
)
TARGET = (
    "indicator", "project", "unit", "plan", "actual", "completion_pct", "communes_missing", "status",
)  # fmt: skip
PAGES = {"/": ("communes",), "/works": ("sites", "roads")}


def figures():
    """Return what the commands say of the store that `MTQG_DATA` or `MTQG_DATABASE` names."""
    boundaries = json.loads(said("boundaries", "list", "--json"))
    return {
        "batches": json.loads(said("batches", "list", "--json")),
        "boundaries": [each for each in boundaries if each["accuracy"] == "installed"],
        "progress": targets(),
        "progress on the units of 2025": targets("--vintage", "2025-07"),
    }


def links(asked=LINKS):
    """Return what every link gives: rows, features, targets, or only the status of a refusal."""
    return {link: answers(link) for link in asked}


def answers(link):
    """Return each answer that a link stands for."""
    parts = urlsplit(link)
    if parts.path == "/progress":
        return [targets(*flags(parts.query))]
    layers = PAGES.get(parts.path)
    paths = [f"/api/{layer}.csv" for layer in layers] if layers else [parts.path]
    return [got(path, parts.query) for path in paths]


def targets(*arguments):
    """Return plan and result of every target, and the capital: what programs rely on."""
    found = json.loads(said("progress", "--json", *arguments))
    rows = [{name: each[name] for name in TARGET} for each in found["targets"]]
    return {"year": found["year"], "targets": rows, "capital": found["capital"]}


def got(path, query):
    answer = ask(application(), path, query=query)
    if answer.status != 200:
        return answer.status
    text = answer.body.decode("utf-8-sig")
    return [*csv.DictReader(io.StringIO(text))] if path.endswith(".csv") else json.loads(text)


@cache
def application():
    """Return what `uvicorn app:app` serves."""
    import app

    return app.app


def said(*arguments):
    """Return what a command writes to standard output."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(out):
        code = main(arguments)
    assert code == 0, f"{arguments} ended with {code}"
    out.flush()
    return out.buffer.getvalue().decode()


def flags(query):
    """Return a query as the flags of a command."""
    return [f"--{name.replace('_', '-')}={value}" for name, value in parse_qsl(query)]


def differences(before, now, place=""):
    """Yield where answers differ; what is new beside the old, such as a column, is no difference.

    Numbers may differ where another version of a library rounds otherwise.
    """
    if isinstance(before, dict) and isinstance(now, dict):
        for name, value in before.items():
            yield from differences(value, now.get(name), f"{place} › {name}")
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for position, pair in enumerate(zip(before, now, strict=True)):
            yield from differences(*pair, f"{place} › {position}")
    elif before != now and not _are_close(before, now):
        yield f"{place}: {str(before)[:200]} → {str(now)[:200]}"


def _are_close(before, now):
    """Compare what has a decimal point; anything else, such as a code, is what it is."""
    texts = (str(before), str(now))
    try:
        return all("." in text for text in texts) and math.isclose(*map(float, texts))
    except ValueError:
        return False
