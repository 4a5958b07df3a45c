import runpy
from pathlib import Path

from mtqg_geo.dataset.dataset import load_catalog
from mtqg_geo.programme.catalog import DATA

DOCS = DATA.parent / "docs"


def test_the_dictionary_is_the_catalogue_as_it_stands():
    write = runpy.run_path(str(DOCS / "data_dictionary.py"))["dictionary"]
    catalog = load_catalog(DATA / "programme")
    written = Path(DOCS / "data_dictionary.md").read_text(encoding="utf-8")
    assert written == write(catalog)
    assert all(f"| `{indicator}` |" in written for indicator in catalog.indicators)
