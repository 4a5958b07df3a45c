"""The files that both versions are given to load: the same bytes for each, made here."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from openpyxl import Workbook

FIGURES = ("Mã xã", "Chỉ tiêu", "Dự án", "Kỳ", "Loại số liệu", "Giá trị", "Nguồn số liệu")
SITES = (
    "Mã công trình;Tên công trình;Loại công trình;Dự án;Năm;Trạng thái;Mã xã;Kinh độ;Vĩ độ",
    "CT-1;Chợ trung tâm xã;Chợ;DA4.TDA1;2023;Hoàn thành;07621;106,83;21,35",
    "CT-2;Trạm y tế xã;Trạm y tế;DA4.TDA1;2023;Đang thi công;07615;;",
    "CT-3;=cmd|'/c calc'!A1;Chợ;DA4.TDA1;2022;Kế hoạch;07624;106,9;21,4",
)
REGIONS = (
    "Mã xã;Khu vực;Hiệu lực từ ngày;Hiệu lực đến ngày;Số quyết định",
    "07621;III;01/01/2021;31/12/2022;861/QĐ-TTg",
    "07621;I;01/01/2023;;99/QĐ-UBND",
    "07615;II;01/01/2021;31/12/2025;861/QĐ-TTg",
)
LINEAGE = (
    ("Mã cũ", "Mã mới", "Ngày hiệu lực", "Thay đổi", "Tỷ lệ", "Tỷ lệ theo", "Nghị quyết"),
    ("07549", "07549", "01/01/2025", "Chia tách", 0.6, "Diện tích", "1191"),
    ("07549", "07555", "01/01/2025", "Chia tách", 0.4, "Diện tích", "1191"),
)
COMMUNES = ("07615", "07616", "07621", "07624", "07243", "07246", "07549", "07555")


def write_files(folder: Path, layers: Path | None) -> None:
    """Write every file into a folder; real layers, where there are any, below `lớp`."""
    folder.mkdir()
    _write_book(folder / "số-liệu.xlsx", {"Số liệu": [FIGURES, *_figures()]})
    _write_book(folder / "sai.xlsx", {"Ghi chú": [("Kính gửi Sở",)], "Số liệu": _wrong_figures()})
    _write_book(folder / "quan-hệ.xlsx", {"Quan hệ": LINEAGE})
    _write_lines(folder / "công-trình.csv", SITES)
    _write_lines(folder / "khu-vực.csv", REGIONS)
    _write_lines(folder / "thư.csv", ("Kính gửi;anh", "Trân trọng;x"))
    _write_layer(folder / "đường.geojson", _roads())
    _write_layer(folder / "sai-lớp.geojson", _wrong_layer())
    if layers is not None:
        shutil.copytree(layers, folder / "lớp")


def _figures() -> list[tuple[object, ...]]:
    """Return figures of a year and its quarters, some of them not reported or zero."""
    rows: list[tuple[object, ...]] = []
    for number, code in enumerate(COMMUNES):
        rows.append((code, "OP05", "DA4.TDA1", 2023, "KH", 10 + number, "Báo cáo A"))
        rows.append((code, "OP05", "", "Quý II/2023", "TH", number, "Báo cáo A"))
        rows.append((code, "OP01", "", "2023-Q3", "Thực hiện", "1.234" if number else "", ""))
        rows.append((code, "CX01", "", 2023, "TH", 1000 + 7 * number, "Báo cáo B"))
        rows.append((code, "OC16", "", 2023, "TH", f"{number},5", "Báo cáo B"))
        rows.append((code, "FI01", "DA4.TDA1", "Quý I/2023", "Giải ngân", 1e9 + number, ""))
    return rows


def _wrong_figures() -> list[tuple[object, ...]]:
    return [
        FIGURES,
        ("07621", "OP05", "DA4", 2023, "TH", "năm", ""),
        ("99999", "OP05", "DA4", 2023, "TH", 5, ""),
        ("7621", "OP05", "DA4", 2022, "TH", 5, ""),
        ("07615", "OP77", "DA4", 2023, "TH", 5, ""),
        ("07615", "OP05", "DA99", 2023, "TH", 5, ""),
        ("07615", "OP05", "DA4", "tháng 13", "TH", 5, ""),
        ("07615", "OP05", "DA4", 2023, "mơ", 5, ""),
        ("07624", "OP05", "DA4", 2022, "TH", 5, ""),
        ("07624", "OP05", "DA4", 2022, "TH", 6, ""),
        ("07243", "OC03", "", 2022, "TH", 250, "=HYPERLINK(1)"),
        ("07246", "OP05", "DA4", 2022, "TH", -3, ""),
        ("07243", "OP02", "", "Quý I/2022", "TH", 8, "Báo cáo C"),
    ]


def _roads() -> list[dict[str, object]]:
    line = [[106.80, 21.33], [106.86, 21.36], [106.95, 21.38]]
    properties = {
        "id": "D-1", "name": "Đường liên xã", "project": "DA4.TDA1", "year": 2023,
        "status": "completed", "surface": "concrete", "reported_km": 17.5,
        "source": "Báo cáo A",
    }  # fmt: skip
    return [_feature(properties, {"type": "LineString", "coordinates": line})]


def _wrong_layer() -> list[dict[str, object]]:
    """Return units that overlap, cross themselves, lie elsewhere or have no known name."""
    rings = {
        "Xã Vân Sơn": [(106.8, 21.3), (106.9, 21.3), (106.9, 21.4), (106.8, 21.4)],
        "Xã Hữu Sản": [(106.85, 21.3), (106.95, 21.3), (106.95, 21.4), (106.85, 21.4)],
        "Xã Không Có": [(106.0, 21.0), (106.1, 21.1), (106.1, 21.0), (106.0, 21.1)],
        "Xã Lệ Viễn": [(1.0, 1.0), (1.1, 1.0), (1.1, 1.1), (1.0, 1.1)],
    }
    return [
        _feature(
            {"ten_xa": name, "huyen": "Huyện Sơn Động", "tinh": "Tỉnh Bắc Giang"},
            {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
        )
        for name, ring in rings.items()
    ]


def _feature(properties: dict[str, object], geometry: dict[str, object]) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _write_layer(path: Path, features: list[dict[str, object]]) -> None:
    layer = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(layer, ensure_ascii=False), encoding="utf-8")


def _write_lines(path: Path, lines: tuple[str, ...]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _write_book(path: Path, sheets: dict[str, object]) -> None:
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
