"""The workbook to read: headings in words, rounded values that add up, what is missing in words."""

import io
import math

import numpy as np
import openpyxl
import pytest

from mtqg_geo.exports import files as exports
from mtqg_geo.exports.columns import value_columns
from mtqg_geo.exports.formats import FileOptions
from mtqg_geo.exports.workbook import workbook
from mtqg_geo.figures.file_names import LAYERS
from mtqg_geo.programme.amounts import scale, shown_decimals
from mtqg_geo.programme.words import rounded

HEAD_ROW = 4


def opened(data, selection, *, lang="vi"):
    content = exports.file_bytes(data, selection, "all", "xlsx", FileOptions(lang=lang))
    return openpyxl.load_workbook(io.BytesIO(content))


def rows_of(sheet):
    """Return a dict per row, by heading."""
    head, *rows = sheet.iter_rows(min_row=HEAD_ROW, values_only=True)
    assert len(set(head)) == len(head), "two columns of one heading"
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_it_says_in_words_what_is_in_it_and_keeps_its_headings_in_sight(data, select):
    book = opened(data, select(district=["220"], project=["DA4"], indicator=["OP05"]))
    assert book.sheetnames == ["Xã", "Công trình", "Đường", "Ghi chú"]
    communes = book["Xã"]
    assert communes["A1"].value == "Xã: Số km đường đến trung tâm xã, liên xã hoàn thành, năm 2023"
    assert communes["A2"].value.startswith(
        "Huyện Sơn Động, tỉnh Bắc Giang · Thực hiện · Dự án: DA4"
    )
    assert communes["A3"].value.startswith("CÓ SỐ LIỆU MINH HỌA")
    assert communes.freeze_panes == "C5"
    assert communes.auto_filter.ref.startswith("A4:")
    assert {"Mã", "Tên", "Kế hoạch (km)", "Thực hiện (km)"} <= set(rows_of(communes)[0])
    assert communes["A5"].value == "07615", "a code is a text and keeps its zeros"
    assert {row["Trạng thái"] for row in rows_of(book["Công trình"])} <= {
        "Hoàn thành", "Đang thi công", "Chưa khởi công", "Chưa báo cáo"
    }  # fmt: skip
    notes = {row[0].value: row[1].value for row in book["Ghi chú"].iter_rows(min_row=2)}
    assert notes["Phạm vi"] == "Huyện Sơn Động, tỉnh Bắc Giang"
    assert "khác với 0" in notes["Ô trống"]
    assert "gần đúng" in notes["Ranh giới"]


@pytest.mark.long
def test_what_is_not_known_is_an_empty_cell_and_the_one_beside_it_says_why(data, select):
    selection = select(indicator=["OP05"])
    rows = rows_of(opened(data, selection)["Xã"])
    features = exports.layer(data, selection, "communes")
    value, state = "Thực hiện (km)", "Tình trạng số liệu: Thực hiện"
    said = {row[state]: set() for row in rows}
    for row in rows:
        said[row[state]].add(row[value] is None)
    assert said["Chưa báo cáo"] == said["Không thuộc diện"] == {True}
    assert said["Đã báo cáo"] == said["Không có kế hoạch"] == {False}
    assert [row[value] is None for row in rows] == [*features["actual_km"].isna()]
    assert {row[value] for row in rows if row[state] == "Không có kế hoạch"} == {0}


@pytest.mark.parametrize(
    "query",
    [
        {"indicator": ["OP05"]},
        {"indicator": ["FI01"], "region": ["III"]},  # money, read in millions
        {"indicator": ["OP02"], "with": ["FI01"], "compare": ["2022"]},
        {"indicator": ["OP05"], "measure": ["remaining"], "district": ["220", "219"]},
    ],
    ids=str,
)
def test_rounded_values_add_up_to_the_rounded_total(data, select, query):
    selection = select(**query)
    rows = rows_of(opened(data, selection)["Xã"])
    features = exports.layer(data, selection, "communes")
    assert len(rows) == len(features)
    headings = [name for name in rows[0] if name.startswith("Tình trạng số liệu: ")]
    figures = value_columns(data, selection)
    assert len(headings) == len(figures)
    for figure, heading in zip(figures, headings, strict=True):
        words = heading.removeprefix("Tình trạng số liệu: ")
        [name] = [each for each in rows[0] if each.startswith(f"{words} (")]
        cells = np.array([math.nan if row[name] is None else row[name] for row in rows])
        raw = features[figure.name].to_numpy(float) / scale(figure.indicator)
        decimals = shown_decimals(figure.indicator)
        assert (np.isnan(cells) == np.isnan(raw)).all()
        if figure.indicator.adds_up:
            assert np.nansum(cells) == pytest.approx(rounded(float(np.nansum(raw)), decimals))
        assert np.nanmax(np.abs(cells - raw), initial=0) <= 10**-decimals


def test_kilometres_of_roads_add_up_to_those_of_the_page(data, select):
    selection = select(district=["220"], project=["DA4"])
    rows = rows_of(opened(data, selection)["Đường"])
    whole = exports.layer(data, selection, "roads")["in_selection_km"].sum()
    km = [row["Phần nằm trong vùng lọc (km)"] for row in rows]
    assert sum(km) == pytest.approx(rounded(float(whole), 2))
    assert all(round(each, 2) == each for each in km)


def test_a_text_that_would_act_as_a_formula_stays_a_text(data, select):
    selection = select(commune=["07645"], indicator=["OP05"])
    tables = {
        name: exports.layer(data, selection, name).drop(columns="geometry") for name in LAYERS
    }
    tables["communes"] = tables["communes"].assign(name="=HYPERLINK(1)")
    content = workbook(data, selection, tables, "", lang="vi")
    cell = openpyxl.load_workbook(io.BytesIO(content))["Xã"]["B5"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=HYPERLINK(1)", "s", True)


@pytest.mark.long
@pytest.mark.parametrize("query", [{}, {"year": ["2022"], "status": ["completed"]}], ids=str)
def test_it_is_the_same_bytes_each_time_also_of_a_category_and_of_no_rows(data, select, query):
    selection = select(**query)
    first, second = (exports.file_bytes(data, selection, "all", "xlsx") for _ in range(2))
    assert first == second
    book = opened(data, selection, lang="en")
    assert book.sheetnames == ["Communes", "Sites", "Roads", "Notes"]
    assert "Data state" in [cell.value for cell in book["Communes"][HEAD_ROW]]
