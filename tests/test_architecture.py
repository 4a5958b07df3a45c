"""Rooms, and the arrows between them: imports point down, and nothing goes round in a circle."""

import ast
import re
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for folder in ("geo", "mtqg_geo")
    for path in sorted((ROOT / folder).rglob("*.py"))
}
PATIENCE = 600  # lines of a module, a topic that a reader takes in at one sitting

# A room may import itself and what stands in a lower row (the last row is the lowest).
FLOORS = (
    ("mtqg_geo.__main__",),
    ("mtqg_geo.ui", "mtqg_geo.cli"),
    ("mtqg_geo.exports", "mtqg_geo.report"),
    ("mtqg_geo.progress", "mtqg_geo.maps", "mtqg_geo.loading"),
    ("mtqg_geo.boundaries", "mtqg_geo.figures"),
    ("mtqg_geo.dataset", "mtqg_geo.people"),
    ("mtqg_geo.store", "mtqg_geo.communes"),
    ("mtqg_geo.programme",),
    ("geo",),
)
FLOOR_OF = {room: -number for number, rooms in enumerate(FLOORS) for room in rooms}


def imported(path):
    """Return the modules a file imports anywhere in it, also inside functions."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports in full"
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {name if name in MODULES else node.module for name in inner}
    return names


@cache
def imports():
    """Return what each module imports; read when a test asks, not while tests are collected."""
    return {name: imported(path) for name, path in MODULES.items()}


def room(name):
    """Return the room of a module: `geo`, or the part of `mtqg_geo` it stands in."""
    return "geo" if package(name) == "geo" else ".".join(name.split(".")[:2])


def package(name):
    return name.split(".")[0]


def importers(packages, *, outside):
    """Return the modules outside some places that import one of the packages."""
    return [
        module
        for module, names in imports().items()
        if not module.startswith(outside) and {package(name) for name in names} & packages
    ]


def test_every_module_stands_in_a_room():
    assert {room(name) for name in MODULES} == {*FLOOR_OF, "mtqg_geo"}


def test_imports_point_down():
    upwards = [
        f"{module} imports {name}"
        for module, names in imports().items()
        for name in names & MODULES.keys() - {"mtqg_geo"}
        if room(module) != room(name) and FLOOR_OF[room(name)] >= FLOOR_OF[room(module)]
    ]
    assert upwards == []


def test_no_modules_import_each_other():
    graph = {m: {n for n in names if n in MODULES} for m, names in imports().items()}
    assert list(TopologicalSorter(graph).static_order())  # raises CycleError, naming the circle


def test_geo_knows_neither_the_programme_nor_a_page():
    assert importers({"mtqg_geo", "streamlit"}, outside="mtqg_geo") == []


def test_only_pages_import_streamlit():
    assert importers({"streamlit"}, outside="mtqg_geo.ui") == []


def test_only_the_server_imports_a_web_framework():
    assert importers({"starlette", "uvicorn"}, outside="mtqg_geo.ui") == []


def test_pages_do_not_compute_from_raw_data():
    raw = {"mtqg_geo.figures.values", "mtqg_geo.figures.roads"}
    assert not [m for m, names in imports().items() if m.startswith("mtqg_geo.ui") and names & raw]


# How pandas joins, groups, adds up and orders: a page gets that from a view below it.
COMPUTING = {"agg", "concat", "cumsum", "groupby", "mean", "merge", "pivot", "pivot_table"} | {
    "crosstab", "drop_duplicates", "nlargest", "sjoin", "sort_values", "sum", "value_counts"
}  # fmt: skip


def test_pages_draw_and_compute_nothing():
    computed = [
        f"{name}:{node.lineno} {node.func.attr}"
        for name, path in MODULES.items()
        if name.startswith("mtqg_geo.ui")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in COMPUTING
    ]
    assert computed == []


def test_a_shape_that_threads_share_is_never_prepared():
    """Two threads that asked one prepared shape broke the process: `geo.shapes` prepares copies."""
    preparing = [name for name, path in MODULES.items() if ".prepare(" in path.read_text("utf-8")]
    assert preparing == ["geo.shapes"]


def test_a_package_says_what_it_is_for():
    without = [
        name
        for name, path in MODULES.items()
        if path.name == "__init__.py" and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert without == []


def test_no_module_is_longer_than_a_reader_s_patience():
    lines = {name: path.read_text("utf-8").count("\n") for name, path in MODULES.items()}
    assert {name: count for name, count in lines.items() if count > PATIENCE} == {}


def test_tests_are_no_packages_that_would_hide_the_real_ones():
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_documents_name_files_that_exist():
    """Where a path is written in full, or within `mtqg_geo/`, it is there."""
    for document in ("ARCHITECTURE.md", "CONTRIBUTING.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        named = set(re.findall(r"`((?:mtqg_geo|geo|data|tests|docs)/[\w./-]+)`", text))
        assert len(named) > 10
        assert [name for name in sorted(named) if not (ROOT / name).exists()] == [], document
