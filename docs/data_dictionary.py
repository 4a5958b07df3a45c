"""Write docs/data_dictionary.md: run it after changing an indicator or a column of the exports."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from mtqg_geo.programme.catalog import Catalog, load_catalog  # noqa: E402
from mtqg_geo.programme.model import State  # noqa: E402
from mtqg_geo.programme.words import wordings  # noqa: E402

TARGET = ROOT / "docs" / "data_dictionary.md"
COLUMN = "exports_column_"
OF_A_FIGURE = (
    "| `plan_km`, `actual_km`, … | Số liệu: loại, rồi đơn vị tính; trống thì xem cột tình trạng "
    "| A figure: its basis, then its unit; where it is blank its state says why |",
    "| `plan_state`, `actual_state`, … | Tình trạng của từng số liệu | State of each figure |",
    "| `plan_missing_codes`, … | Mã các xã chưa báo cáo đủ số liệu đó (khi xem theo đơn vị từ "
    "1/7/2025) | Communes that did not report all of it (shown on the units since July 2025) |",
    "| `plan_communes_concerned`, `plan_communes_missing`, … | Của huyện: số xã thuộc diện, số xã "
    "chưa báo cáo đủ | Of a district: how many communes it concerns, how many did not report all |",
)


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
            "| split of money | code | tên | name | source |",
            "|---|---|---|---|---|",
            *(
                f"| `{column}` | `{part.code}` | {part.name.vi} | {part.name.en} | {part.source} |"
                for column, parts in catalog.capital.items()
                for part in parts.values()
            ),
            "",
            *_exported_columns(),
            "",
        ]
    )


def _exported_columns() -> list[str]:
    """Return the rows that explain the columns and states of exported files."""
    words = wordings()
    columns = {key.removeprefix(COLUMN): text for key, text in words.items() if COLUMN in key}
    states = {state.value: words[state.value] for state in State}
    return [
        "| column of an exported file | cột của tệp xuất | meaning |",
        "|---|---|---|",
        *OF_A_FIGURE,
        *(f"| `{name}` | {text.vi} | {text.en} |" for name, text in columns.items()),
        "",
        "| state | tình trạng | meaning |",
        "|---|---|---|",
        *(f"| `{name}` | {text.vi} | {text.en} |" for name, text in states.items()),
    ]


if __name__ == "__main__":
    TARGET.write_text(dictionary(load_catalog(ROOT / "data" / "programme")), encoding="utf-8")
