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
def one_page(tmp_path_factory):
    """Return what an atlas of one page took, and how large its file is."""
    path = tmp_path_factory.mktemp("atlas") / "one.pdf"
    return *measured("atlas", "--commune", "07243", "-o", str(path)), path.stat().st_size


@pytest.mark.long
def test_printing_does_not_hold_what_loading_and_pages_need(one_page):
    _, libraries, _ = one_page
    assert "matplotlib" in libraries
    assert not libraries & {"streamlit", "openpyxl", "folium", "docx", "rapidfuzz", "starlette"}


@pytest.mark.long
def test_pages_do_not_pile_up_in_memory(one_page, tmp_path):
    many_mb, _ = measured("atlas", "--district", "219", "-o", str(tmp_path / "many.pdf"))
    one_mb, _, one_size = one_page
    assert (tmp_path / "many.pdf").stat().st_size > 5 * one_size  # 33 pages
    assert many_mb - one_mb < 40, "a page is forgotten when it is written"
