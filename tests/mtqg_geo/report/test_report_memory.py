"""What a report keeps in memory: only what it needs, and not more with every page."""

import subprocess
import sys

import pytest

MEASURED = """
import resource, sys
from mtqg_geo.cli.main import main

assert main(sys.argv[1:]) == 0
peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak_kb // 1024, *sorted({name.split(".")[0] for name in sys.modules}))
"""


def measured(*arguments):
    """Return the peak in MiB and the libraries of a report made in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, "report", *arguments],
        check=True,
        capture_output=True,
        text=True,
    )
    peak, *libraries = done.stdout.split()
    return int(peak), set(libraries)


@pytest.fixture(scope="module")
def few_and_many(tmp_path_factory):
    """Return what an atlas of one page took, and one of 33 pages."""
    folder = tmp_path_factory.mktemp("atlas")
    one = measured("atlas", "--commune", "07243", "-o", str(folder / "one.pdf"))
    many = measured("atlas", "--district", "219", "-o", str(folder / "many.pdf"))
    assert (folder / "many.pdf").stat().st_size > 5 * (folder / "one.pdf").stat().st_size
    return one, many


def test_printing_does_not_hold_what_loading_and_pages_need(few_and_many):
    libraries = few_and_many[1][1]
    assert "matplotlib" in libraries
    assert not libraries & {"streamlit", "openpyxl", "folium", "docx", "rapidfuzz", "starlette"}


def test_pages_do_not_pile_up_in_memory(few_and_many):
    (one_mb, _), (many_mb, _) = few_and_many
    assert many_mb - one_mb < 40, "a page is forgotten when it is written"
