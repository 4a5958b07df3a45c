"""Real clients read the live layers under `/ogc`, page by page, and two judges look at them.

    python -m benchmarks.ogc_clients CLIENTS [--qgis /usr/bin/python3] [--url URL] [--token TOKEN]

CLIENTS is the Python of an environment with pyogrio, geopandas, OWSLib, ogctests and schemathesis;
`--qgis` one that imports PyQGIS. Each client reads every layer in pages of seven, as it is and with
filters; counts, columns and the ground of every feature must be those of the file under `/api`.
Without `--url` a server is started on the delivered sample. Exit code 1 if anything differs.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import nullcontext
from itertools import chain
from tempfile import gettempdir

import shapely

from benchmarks.machine import machine
from benchmarks.serving import serving

LAYERS = ("communes", "districts", "sites", "roads")
QUERIES = ("", "?district=220,219&indicator=OP01", "?vintage=2025-07&indicator=CX02&lang=en")
PAGE = 7
# By code: how many points a feature has, and its west, south, east and north, as each client says.
Ground = dict[str, list[float]]

GDAL = """
import json, sys, pyogrio, shapely
base, query, layer, page, token, crs = sys.argv[1:]
options = {"USERPWD": f"any:{token}"} if token else {}
if crs: options["CRS"] = crs
table = pyogrio.read_dataframe(f"OAPIF:{base}{query}", layer=layer, PAGE_SIZE=page, **options)
if crs: table = table.to_crs(4326)
shapes = table.geometry.array
points, corners = shapely.get_num_coordinates(shapes), shapely.bounds(shapes).tolist()
ground = {code: [int(n), *of] for code, n, of in zip(table["code"], points, corners)}
columns = [name for name in table if name not in ("id", "geometry")]
print(json.dumps({"columns": columns, "ground": ground}))
"""

OWSLIB = """
import json, sys, requests, shapely
from owslib.ogcapi.features import Features
from owslib.util import Authentication
base, query, layer, page, token, _ = sys.argv[1:]
auth = Authentication(username="any", password=token) if token else None
asked = dict(part.split("=") for part in query.lstrip("?").split("&") if part)
said = Features(base, auth=auth).collection_items(layer, limit=int(page), **asked)
features, kind = said["features"], ("next", "application/geo+json")
while True:
    further = [each["href"] for each in said["links"] if (each["rel"], each["type"]) == kind]
    if not further:
        break
    said = requests.get(further[0], auth=("any", token) if token else None).json()
    features += said["features"]
shapes = [shapely.from_geojson(json.dumps(each["geometry"])) for each in features]
ground = {
    each["properties"]["code"]: [int(shapely.get_num_coordinates(shape)), *shape.bounds]
    for each, shape in zip(features, shapes)
}
print(json.dumps({"columns": list(features[0]["properties"]), "ground": ground}))
"""

QGIS = """
import json, os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from qgis.core import QgsApplication, QgsVectorLayer
base, query, layer, page, token, _ = sys.argv[1:]
app = QgsApplication([], False); app.initQgis()
who = f" username='any' password='{token}'" if token else ""
uri = f"typename='{layer}' url='{base}{query}' pagingEnabled='enabled' pageSize='{page}'{who}"
read = QgsVectorLayer(uri, layer, "OAPIF")
ground = {}
for feature in read.getFeatures():
    shape, box = feature.geometry(), feature.geometry().boundingBox()
    corners = [box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum()]
    ground[feature["code"]] = [shape.constGet().nCoordinates(), *corners]
columns = [field.name() for field in read.fields() if field.name() != "id"]
print(json.dumps({"columns": columns, "ground": ground}))
"""


def main() -> None:
    """Have every client read every layer; print a line each."""
    options = _options()
    print(machine())
    given = nullcontext((options.url, 0)) if options.url else serving("app.py")
    with given as (url, _):
        faults = []
        for fault in chain(_read_by_all(options, url), _judged(options, url)):
            print(f"DIFFERS: {fault}", flush=True)
            faults.append(fault)
    sys.exit(bool(faults))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clients", help="Python with pyogrio, OWSLib, ogctests, schemathesis")
    parser.add_argument("--qgis", default="", help="Python with PyQGIS")
    parser.add_argument("--url", default="", help="a server that runs")
    parser.add_argument("--token", default="", help="where people sign in")
    return parser.parse_args()


def _read_by_all(options: argparse.Namespace, url: str) -> Iterator[str]:
    clients = [
        ("GDAL", options.clients, GDAL, ""),
        ("GDAL EPSG:9214", options.clients, GDAL, "EPSG:9214"),
        ("OWSLib", options.clients, OWSLIB, ""),
    ]
    if options.qgis:
        clients.append(("QGIS", options.qgis, QGIS, ""))
    for query in QUERIES:
        for layer in LAYERS:
            columns, ground = _file(url, layer, query, options.token)
            for name, python, script, crs in clients:
                began = time.monotonic()
                asked = [f"{url}/ogc", query, layer, str(PAGE), options.token, crs]
                read = _run(python, script, asked)
                seconds = time.monotonic() - began
                count = len(read["ground"])
                print(
                    f"{name:15} {layer:9}{query:40} {count:4} features  {seconds:5.1f} s",
                    flush=True,
                )
                if sorted(read["columns"]) != sorted(columns):
                    yield f"{name} {layer}{query}: columns {set(read['columns']) ^ set(columns)}"
                if odd := _differing(read["ground"], ground):
                    yield f"{name} {layer}{query}: {len(odd)} features (first: {odd[0]})"


def _file(url: str, layer: str, query: str, token: str) -> tuple[list[str], Ground]:
    request = urllib.request.Request(f"{url}/api/{layer}.geojson{query}")
    if token:
        named = base64.b64encode(f"any:{token}".encode()).decode()
        request.add_header("Authorization", f"Basic {named}")
    with urllib.request.urlopen(request) as answer:
        features = json.load(answer)["features"]
    shapes = [shapely.from_geojson(json.dumps(each["geometry"])) for each in features]
    ground = {
        each["properties"]["code"]: [int(shapely.get_num_coordinates(shape)), *shape.bounds]
        for each, shape in zip(features, shapes, strict=True)
    }
    return list(features[0]["properties"]) if features else [], ground


def _differing(read: Ground, file: Ground) -> list[str]:
    """Return the codes of features that one has and the other not, or elsewhere (a metre apart)."""
    return sorted(
        code
        for code in read.keys() | file.keys()
        if code not in read
        or code not in file
        or read[code][0] != file[code][0]
        or any(abs(a - b) > 1e-5 for a, b in zip(read[code][1:], file[code][1:], strict=True))
    )


def _run(python: str, script: str, asked: list[str]) -> dict[str, object]:
    variables = {name: of for name, of in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [python, "-c", script, *asked], capture_output=True, text=True, env=variables
    )
    if done.returncode:
        print(done.stderr[-500:], flush=True)
        return {"columns": [], "ground": {}}
    return json.loads(done.stdout.splitlines()[-1])


def _judged(options: argparse.Namespace, url: str) -> Iterator[str]:
    """Run ogctests (which knows no token) and schemathesis; give what they find."""
    bearer = ["-H", f"Authorization: Bearer {options.token}"] if options.token else []
    fuzzed = ["--phases", "examples,coverage,fuzzing", "--max-time", "300", "-n", "10"]
    schema = ["-m", "schemathesis.cli", "run", f"{url}/ogc/api", "-c", CHECKS, "--no-color"]
    judges = {"schemathesis": [*schema, *fuzzed, "--generation-deterministic", *bearer]}
    if not options.token:
        judges["ogctests"] = ["-m", "ogctests", "features/core", "-i", f"{url}/ogc", "-v", "True"]
    for name, arguments in judges.items():
        done = subprocess.run(
            [options.clients, *arguments],
            capture_output=True,
            text=True,
            cwd=gettempdir(),
            check=False,
        )
        lines = [line for line in done.stdout.splitlines() if SUMMARY.search(line)]
        print(f"{name}: {lines[-1].strip('= ') if lines else done.stderr[-500:]}", flush=True)
        if not lines or "fail" in lines[-1] or "error" in lines[-1]:
            yield f"{name}: {done.stdout[-2000:]}"


# Not `positive_data_acceptance`: parameters that exist may contradict each other (an indicator that
# has no plan, with its plan), which is 400 with a sentence. Not `negative_data_rejection`: an empty
# parameter is one that is not there, and a larger `limit` than the largest is the largest (Part 1).
CHECKS = ",".join(
    ("not_a_server_error", "status_code_conformance", "content_type_conformance",
     "response_headers_conformance", "response_schema_conformance", "unsupported_method")
)  # fmt: skip
SUMMARY = re.compile(r"passed|failed|No issues found|failures? in|generated")


if __name__ == "__main__":
    main()
