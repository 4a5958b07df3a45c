"""What is installed is what `requirements*.in` name, and what the package index promised."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[a-z]+\])?==([^\s;\\]+)", re.MULTILINE)


def pins(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    return {
        (re.sub(r"[._-]+", "-", package).lower(), version) for package, version in PIN.findall(text)
    }


def test_compiled_files_hold_what_was_asked_for():
    for kind in ("", "-dev", "-bench"):
        assert pins(f"requirements{kind}.in") <= pins(f"requirements{kind}.txt")
    assert (
        pins("requirements.txt") <= pins("requirements-dev.txt") <= pins("requirements-bench.txt")
    )


def test_every_package_has_the_hashes_of_its_files():
    for kind in ("", "-dev", "-bench"):
        text = (ROOT / f"requirements{kind}.txt").read_text(encoding="utf-8")
        entries = re.split(r"\n(?=[A-Za-z0-9])", text)[1:]
        assert entries
        assert [each.split()[0] for each in entries if "--hash=sha256:" not in each] == []


def test_every_direct_dependency_of_the_product_is_imported_somewhere():
    sources = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("geo", "mtqg_geo")
        for path in (ROOT / folder).rglob("*.py")
    )
    named = {
        "defusedxml": None,  # openpyxl imports it
        "fontpkg-ibm-plex-sans-condensed": "fontpkg_ibm_plex",
        "pillow": "PIL",
        "psycopg": "postgresql+psycopg",
        "python-calamine": "python_calamine",
        "python-docx": "docx",
        "streamlit-folium": "streamlit_folium",
        "tomli-w": "tomli_w",
        "xstatic-leaflet": "xstatic",
        "xstatic-leaflet-markercluster": "xstatic",
        "fonttools": "fontTools",
    }
    missing = [
        package
        for package, _ in pins("requirements.in")
        if (word := named.get(package, package)) and word.lower() not in sources.lower()
    ]
    assert missing == []
