"""Write docs/data_dictionary.md from the catalogue: run it after changing an indicator."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from mtqg_geo.catalog import Catalog, load_catalog  # noqa: E402

TARGET = ROOT / "docs" / "data_dictionary.md"


def dictionary(catalog: Catalog) -> str:
    """Return the data dictionary as Markdown, one row per indicator and project."""
    indicators = [
        f"| `{i.id}` | {i.name.vi} | {i.name.en} | {i.unit.vi} / {i.unit.en} | {i.kind.value} "
        f"| {i.base or '–'} | {', '.join(basis.value for basis in i.bases)} | {i.project or '–'} |"
        for i in catalog.indicators.values()
    ]
    projects = [f"| `{p.code}` | {p.name.vi} | {p.name.en} |" for p in catalog.projects.values()]
    return "\n".join(
        [
            "# Data dictionary",
            "",
            "Written by `docs/data_dictionary.py` from `data/programme/`; do not edit by hand.",
            "",
            "| id | chỉ tiêu | indicator | unit | kind | base | bases | project |",
            "|---|---|---|---|---|---|---|---|",
            *indicators,
            "",
            "| project | tên | name |",
            "|---|---|---|",
            *projects,
            "",
        ]
    )


if __name__ == "__main__":
    TARGET.write_text(dictionary(load_catalog(ROOT / "data" / "programme")), encoding="utf-8")
