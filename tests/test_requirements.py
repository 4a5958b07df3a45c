"""What is installed is what `requirements*.in` name, and what the package index promised."""

import hashlib
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

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
        "argon2-cffi": "argon2",
        "httpx": None,  # Authlib imports it
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


@pytest.mark.long
def test_pip_installs_nothing_whose_hash_is_another_or_missing(tmp_path):
    """One hash in a file is enough: pip then asks for that of every package."""
    for name in "xy":
        with zipfile.ZipFile(tmp_path / f"{name}-1-py3-none-any.whl", "w") as wheel:
            told = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n"
            wheel.writestr(f"{name}-1.dist-info/METADATA", told)
            wheel.writestr(f"{name}-1.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
            wheel.writestr(f"{name}-1.dist-info/RECORD", "")
    digest = hashlib.sha256((tmp_path / "x-1-py3-none-any.whl").read_bytes()).hexdigest()
    right = f"x==1 --hash=sha256:{digest}\n"
    other = f"x==1 --hash=sha256:{'0' * 64}\n"
    files = {"right": right, "other": other, "missing": right + "y==1\n"}

    said = {}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        said[name] = subprocess.run(
            [sys.executable, "-m", "pip", "install", "--no-index", "--find-links", tmp_path,
             "--target", tmp_path / f"{name}.d", "-r", tmp_path / name],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert said["right"].returncode == 0, said["right"].stderr
    assert "DO NOT MATCH THE HASHES" in said["other"].stderr
    assert "Hashes are required in --require-hashes mode" in said["missing"].stderr
