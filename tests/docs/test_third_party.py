"""What runs with the product is listed with its licence, and nothing of it is under the GPL."""

import ast
import re
import runpy
import sys
import sysconfig
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LISTED = runpy.run_path(str(ROOT / "docs" / "third_party.py"))
INSTALLED = Path(sysconfig.get_path("platlib"))


def test_the_list_is_written_anew_with_the_requirements():
    assert (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8") == LISTED["third_party"]()


def test_nothing_that_runs_is_under_the_gpl_and_what_asks_for_more_is_allowed_by_name():
    closure = LISTED["closure"]()
    licences = {name: LISTED["licence_of"](name) for name in closure & LISTED["pinned"]().keys()}

    assert len(licences) > 50
    assert closure <= LISTED["pinned"]().keys()
    assert [name for name, licence in licences.items() if licence in ("", "?", "UNKNOWN")] == []
    assert {name: text for name, text in licences.items() if LISTED["ASKS_MORE"].search(text)} == (
        LISTED["ALLOWED"]
    )
    told = [
        *licences.values(),
        *(each.licence for held in LISTED["BUNDLED"].values() for each in held),
    ]
    assert [text for text in told if LISTED["COPYLEFT"].search(text)] == []


@pytest.mark.parametrize(
    ("licence", "is_copyleft"),
    [
        ("GPL-3.0-or-later", True),
        ("AGPL-3.0", True),
        ("GNU General Public License v2 (GPLv2)", True),
        ("MIT AND GPL-2.0-only", True),
        ("LGPL-3.0-only", False),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", False),  # what is compiled with it is free
    ],
)
def test_which_licences_are_refused(licence, is_copyleft):
    assert bool(LISTED["COPYLEFT"].search(licence)) is is_copyleft
    assert LISTED["ASKS_MORE"].search(licence)


def test_every_library_that_a_wheel_carries_beside_it_is_listed():
    folders = {canonicalize_name(each.stem): each for each in INSTALLED.glob("*.libs")}
    mine = folders.keys() & LISTED["closure"]()
    if not mine:
        pytest.skip("wheels of this system carry no folder of libraries")
    for name in mine:
        noted = {file for each in LISTED["BUNDLED"][name] for file in each.files}
        found = {
            re.match(r"lib(.+?)(?:-[\da-f]+)*\.so", each.name) for each in folders[name].iterdir()
        }
        assert {each[1] for each in found if each} == noted, name


@pytest.mark.long
def test_what_the_product_imports_is_among_its_requirements():
    sources = [ROOT / "app.py", *(ROOT / "geo").rglob("*.py"), *(ROOT / "mtqg_geo").rglob("*.py")]
    tops = set()
    for path in sources:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                tops |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                tops.add(node.module.partition(".")[0])
    outside = tops - sys.stdlib_module_names - {"geo", "mtqg_geo", "app"}
    owned = set().union(*map(_written_by, LISTED["closure"]()))
    # A cluster that is there if whoever runs it installs it.
    assert outside - owned <= {"dask", "distributed"}
    assert "pytest" not in owned


def _written_by(name):
    """Return the first part of the path of every file of a package, without its suffix.

    Python's own list of which package gives which module reads those of all that is installed.
    """
    try:
        record = distribution(name).read_text("RECORD") or ""
    except PackageNotFoundError:  # of another system
        return set()
    return {re.split(r"[/.,]", line, maxsplit=1)[0] for line in record.splitlines()}
