"""Imports point one way: app → ui, web → views → … → datasets → catalogue → model → geo."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path
    for folder in ("geo", "mtqg_geo")
    for path in sorted((ROOT / folder).rglob("*.py"))
}
MAX_LINES = 350

# Each module may import what stands in its own row or a lower one (the last row is the lowest).
FLOORS = (
    {"mtqg_geo.ui", "mtqg_geo.ui.server", "mtqg_geo.cli.main"},
    {"mtqg_geo.cli.boundaries", "mtqg_geo.cli.export", "mtqg_geo.cli.loading",
     "mtqg_geo.cli.progress", "mtqg_geo.cli.report",
     "mtqg_geo.cli.crosswalk"},
    {"mtqg_geo.boundaries.derived_lineage", "mtqg_geo.boundaries.comparison_words"},
    {"mtqg_geo.boundaries.comparison"},
    {"mtqg_geo.report"},
    {"mtqg_geo.progress.document"},
    {"mtqg_geo.boundaries.install", "mtqg_geo.loading"},
    {"mtqg_geo.boundaries.report"},
    {"mtqg_geo.boundaries.check"},
    {"mtqg_geo.boundaries.placing", "mtqg_geo.boundaries.issues"},
    {"mtqg_geo.boundaries.recognise"},
    {"mtqg_geo.boundaries.pairing"},
    {"mtqg_geo.boundaries.rules"},
    {"mtqg_geo.boundaries.districts", "mtqg_geo.boundaries.file_columns"},
    {"mtqg_geo.exports.files", "mtqg_geo.maps.layers"},
    {"mtqg_geo.exports.formats", "mtqg_geo.exports.notes", "mtqg_geo.exports.gis_files",
     "mtqg_geo.exports.qgis_styles"},
    {"mtqg_geo.exports.unit_columns"},
    {"mtqg_geo.exports.unit_columns"},
    {"mtqg_geo.progress.words"},
    {"mtqg_geo.progress.rankings", "mtqg_geo.progress.trend", "mtqg_geo.progress.difficult", "mtqg_geo.progress.capital"},
    {"mtqg_geo.progress.targets"},
    {"mtqg_geo.progress.plan_and_result"},
    {"mtqg_geo.maps.view", "mtqg_geo.figures.profile", "mtqg_geo.exports.value_columns"},
    {"mtqg_geo.maps.painting", "mtqg_geo.maps.view", "mtqg_geo.figures.key_figures"},
    {"mtqg_geo.maps.bivariate", "mtqg_geo.maps.words"},
    {"mtqg_geo.maps.choropleth"},
    {"mtqg_geo.figures.roads"},
    {"mtqg_geo.figures.measures"},
    {"mtqg_geo.figures.quarters"},
    {"mtqg_geo.figures.works", "mtqg_geo.figures.values", "mtqg_geo.figures.distances"},
    {"mtqg_geo.figures.quarters", "mtqg_geo.dataset.region_words"},
    {"mtqg_geo.figures.query"},
    {"mtqg_geo.figures.selection"},
    {"mtqg_geo.dataset.vintages", "mtqg_geo.figures.restated_values"},
    {"mtqg_geo.dataset.restated"},
    {"mtqg_geo.dataset.parts"},
    {"mtqg_geo.dataset.restated_layers"},
    {"mtqg_geo.figures.periods"},
    {"mtqg_geo.dataset.dataset", "mtqg_geo.dataset.boundary_sets"},
    {"mtqg_geo.dataset.boundary_sets"},
    {"mtqg_geo.communes.lineage", "mtqg_geo.communes.epochs", "mtqg_geo.communes.codes", "mtqg_geo.communes.history",
     "mtqg_geo.dataset.regions"},
    {"mtqg_geo.boundaries.encodings"},
    {"mtqg_geo.communes.gazetteer", "mtqg_geo.boundaries.decisions", "mtqg_geo.programme.reference_systems"},
    {"mtqg_geo.dataset.stored"},
    {"mtqg_geo.dataset.restated_rows"},
    {"mtqg_geo.dataset.delivered"},
    {"mtqg_geo.figures.values", "mtqg_geo.dataset.observations", "mtqg_geo.dataset.regions"},
    {"mtqg_geo.store"},
    {"mtqg_geo.dataset.findings", "mtqg_geo.programme.catalog", "mtqg_geo.programme.words", "mtqg_geo.communes.names", "mtqg_geo.maps.symbols"},
    {"mtqg_geo.programme.model", "mtqg_geo.programme.columns", "mtqg_geo.programme.errors", "mtqg_geo.progress.rules"},
)  # fmt: skip
FLOOR_OF = {name: -number for number, names in enumerate(FLOORS) for name in names}


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


IMPORTS = {name: imported(path) for name, path in MODULES.items()}
CASES = pytest.mark.parametrize("module", list(MODULES))


def package(name):
    return name.split(".")[0]


def floor(name):
    """Return how high a module stands; a package's modules stand where the package does."""
    known = [f for prefix, f in FLOOR_OF.items() if name == prefix or name.startswith(f"{prefix}.")]
    return known[0] if known else None


@CASES
def test_geo_knows_neither_the_programme_nor_a_page(module):
    if package(module) == "geo":
        assert not {package(name) for name in IMPORTS[module]} & {"mtqg_geo", "streamlit"}


@CASES
def test_only_pages_import_streamlit(module):
    if not module.startswith("mtqg_geo.ui"):
        assert "streamlit" not in {package(name) for name in IMPORTS[module]}


@CASES
def test_only_web_imports_a_web_framework(module):
    if not module.startswith(("mtqg_geo.ui.server", "mtqg_geo.ui")):
        assert not {package(name) for name in IMPORTS[module]} & {"starlette", "uvicorn"}


@CASES
def test_imports_point_down(module):
    height = floor(module)
    for name in IMPORTS[module]:
        if height is not None and floor(name) is not None:
            assert floor(name) <= height, f"{module} imports {name}"


def test_the_model_stands_on_nothing_of_ours_but_itself():
    ground = FLOORS[-1]
    for module in ground:
        ours = {n for n in IMPORTS[module] if package(n) in {"geo", "mtqg_geo"}}
        assert ours <= {*ground, "mtqg_geo"}, module


def test_pages_do_not_compute_from_raw_data():
    for module, names in IMPORTS.items():
        if module.startswith("mtqg_geo.ui"):
            assert not names & {
                "mtqg_geo.figures.values",
                "mtqg_geo.figures.roads",
                "mtqg_geo.figures.works",
            }


def test_no_modules_import_each_other():
    graph = {m: {n for n in names if n in MODULES} for m, names in IMPORTS.items()}
    assert list(TopologicalSorter(graph).static_order())  # raises CycleError, naming the circle


@CASES
def test_no_module_is_longer_than_a_reader_s_patience(module):
    lines = len(MODULES[module].read_text(encoding="utf-8").splitlines())
    assert lines <= MAX_LINES, f"{module} has {lines} lines; split it where its second idea begins"


def test_tests_are_no_packages_that_would_hide_the_real_ones():
    assert not list((ROOT / "tests").rglob("__init__.py"))
