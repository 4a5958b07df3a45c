import pytest

from mtqg_geo.figures.selection import default_selection
from mtqg_geo.figures.values import commune_values, total
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.view import map_view
from mtqg_geo.programme.model import Basis
from mtqg_geo.programme.words import number
from mtqg_geo.progress.targets import progress
from mtqg_geo.progress.words import actual_text, plan_text
from mtqg_geo.report.outputs import report_bytes
from mtqg_geo.report.paper.sheet import line_mm
from mtqg_geo.report.tables.communes import commune_sheets, commune_table
from mtqg_geo.report.tables.progress import progress_sheets
from mtqg_geo.report.tables.table import SIZE_PT, Column, Row, Table, lay, squeezed
from tests.mtqg_geo.report.reading import assert_nothing_is_cut_off, text_of, written


@pytest.fixture(scope="module")
def pages(data, select, setup):
    return list(commune_sheets(data, select(indicator=["OP01"]), setup(everywhere=True)))


def texts(sheet):
    return [line.text for line in written(sheet)]


def test_every_commune_is_in_the_table_once(data, pages):
    codes = data.commune_list["code"]
    listed = [text for page in pages for text in texts(page) if text in set(codes)]
    assert sorted(listed) == sorted(codes)


def test_headings_and_numbers_of_pages_are_on_every_page(pages):
    assert len(pages) > 5
    for position, page in enumerate(pages):
        assert "Mã xã" in texts(page)
        assert f"Trang {position + 1}/{len(pages)}" in texts(page)
        assert_nothing_is_cut_off(page)


def test_districts_and_the_whole_sum_up_what_was_reported(data, select):
    rows = commune_table(data, select(indicator=["OP01"]), "vi").rows
    indicator = data.catalog.indicators["OP01"]
    done = total(commune_values(data, indicator, year=2023, basis=Basis.ACTUAL), indicator)
    whole = rows[-1]
    assert whole.strong
    assert whole.cells[2] == "Tổng cộng (209 xã)"
    assert whole.cells[4:6] == ("182", f"ít nhất {number(done.value, 'vi')}")
    assert whole.cells[6] == "6 xã chưa báo cáo đủ"
    districts = [row for row in rows[:-1] if row.strong]
    assert len(districts) == 10
    assert sum(int(row.cells[4] or 0) for row in districts) == 182


def test_three_blanks_and_zero_are_four_things(data, select):
    rows = commune_table(data, select(indicator=["OP01"], district=["220"]), "vi").rows
    by_code = {row.cells[1]: row.cells for row in rows}
    assert by_code["07624"][4:7] == ("4", "–", "Chưa báo cáo")
    assert by_code["07616"][4:7] == ("–", "–", "Không có kế hoạch")
    roads = commune_table(data, select(indicator=["OP05"], district=["219"]), "vi").rows
    [built_none] = (row.cells for row in roads if row.cells[1] == "07603")
    assert built_none[4:7] == ("1,27", "0,00", "Đã báo cáo")
    outside = commune_table(data, select(indicator=["OP01"], district=["213"]), "vi").rows
    assert outside[1].cells[4:7] == ("", "", "Không thuộc diện")


def by_code(table):
    return {row.cells[1]: row.cells for row in table.rows if row.cells[1]}


def test_a_completion_has_its_column_and_nothing_planned_is_told_from_not_concerned(data, select):
    selection = select(indicator=["OP01"], measure=["completion"], district=["219"])
    table = commune_table(data, selection, "vi")
    assert [column.heading for column in table.columns][4:8] == [
        "Kế hoạch (hộ)", "Thực hiện (hộ)", "Tỷ lệ hoàn thành (%)", "Tình trạng số liệu: Hỗ trợ nhà ở",
    ]  # fmt: skip
    shown = by_code(table)
    assert shown["07552"][4:8] == ("1", "1", "100", "Đã báo cáo")
    assert shown["07528"][4:8] == ("8", "–", "–", "Chưa báo cáo")
    assert shown["07555"][4:8] == ("–", "–", "–", "Không có kế hoạch")
    assert shown["07525"][4:8] == ("", "", "", "Không thuộc diện")


def test_works_of_which_some_are_silent_are_at_least_so_many(data, select):
    table = commune_table(data, select(), "vi")
    listed = map_view(data, select(), Classing(), lang="vi").table.set_index("code")
    assert "“ít nhất”: còn công trình, đường chưa báo cáo tiến độ" in table.keys[0]
    seen = set()
    for code, cells in by_code(table).items():
        for silent, done in (
            ("sites_not_reported", cells[-4]),
            ("road_not_reported_km", cells[-2]),
        ):
            is_bound = done not in ("", "–") and listed.loc[code, silent] > 0
            assert done.startswith("ít nhất") == is_bound
            seen.add(is_bound)
    assert table.rows[-1].cells[-5:-3] == ("167", "ít nhất 110")
    assert table.rows[-1].cells[-2].startswith("ít nhất ")


@pytest.mark.long
def test_the_completion_of_a_district_is_its_sums_against_each_other(data, select):
    selection = select(indicator=["OP01"], measure=["completion"])
    table = commune_table(data, selection, "vi")
    whole = table.rows[-1].cells
    assert whole[4:6] == ("182", "ít nhất 160"), "a plan is no bound"
    assert whole[6] == "ít nhất 88", "100 × 160 / 182 = 87,9"
    left = commune_table(data, select(indicator=["OP01"], measure=["remaining"]), "vi")
    assert left.rows[-1].cells[6].isdigit(), "what remains is that of who reported"
    assert "tổng thực hiện trên tổng kế hoạch" in table.keys[0]


def test_what_remains_has_its_column(data, select):
    selection = select(indicator=["OP01"], measure=["remaining"], as_of=["2023-Q2"])
    table = commune_table(data, selection, "vi")
    heading = "Còn phải làm, lũy kế đến hết quý II/2023 (hộ)"
    assert table.columns[6].heading == heading
    for cells in by_code(table).values():
        if cells[4] and "–" not in cells[4:7]:
            assert int(cells[6]) == max(int(cells[4]) - int(cells[5]), 0)
    assert "Công trình và km đường: cả năm 2023." in table.keys[0]


def test_a_second_indicator_has_its_figure_and_state(data, select):
    selection = select(indicator=["OP01"], district=["220"], **{"with": ["OP05"]})
    table = commune_table(data, selection, "vi")
    name = data.catalog.indicators["OP05"].short.vi
    assert [column.heading for column in table.columns][6:9] == [
        "Tình trạng số liệu: Hỗ trợ nhà ở", f"{name}: Thực hiện (km)", f"Tình trạng số liệu: {name}",
    ]  # fmt: skip
    values = commune_values(data, data.catalog.indicators["OP05"], year=2023, basis=Basis.ACTUAL)
    planned = commune_values(data, data.catalog.indicators["OP05"], year=2023, basis=Basis.PLAN)
    km = values["value"].mask((planned["value"] == 0) & (values["value"] == 0))
    km.index = data.commune_list["code"]
    shown = by_code(table)
    assert len(shown) == 17
    for code, cells in shown.items():
        assert cells[7] == number(km[code], "vi", decimals=2)
        assert cells[8].startswith(("Chưa báo cáo", "Không có kế hoạch")) == (cells[7] == "–")


def test_a_table_of_two_indicators_is_named_after_both_and_fits(data, select, setup):
    selection = select(indicator=["OP01"], measure=["completion"], **{"with": ["OP05"]})
    for page in commune_sheets(data, selection, setup(orientation="portrait")):
        assert_nothing_is_cut_off(page)
        assert any("Hỗ trợ nhà ở và Đường trung tâm xã" in text for text in texts(page))


def test_short_words_of_headings_are_explained_on_the_first_page(pages):
    said = "KH: kế hoạch; HT: hoàn thành; CT: công trình."
    assert said in " ".join(texts(pages[0]))
    assert said not in " ".join(texts(pages[-1]))


def test_a_table_of_nothing_says_why(data, select, setup):
    empty = select(district=["213"], commune=["07645"])
    [page] = commune_sheets(data, empty, setup())
    assert any("có xã nào thuộc tất cả các bộ lọc" in text for text in texts(page))


def test_a_row_too_long_for_the_page_goes_to_the_next_and_none_is_lost(pages):
    numbers = [text for page in pages for text in texts(page) if text.isdigit() and len(text) < 4]
    assert {str(n) for n in range(1, 210)} <= set(numbers)


def test_columns_with_numbers_keep_them_on_one_line():
    table = Table(
        (Column("Tên", share=1), Column("Số", "right")),
        (Row(("một tên rất dài " * 8, "1.234.567.890,12")),),
    )
    [row] = lay(table, 80).rows
    assert row.cells[1] == ("1.234.567.890,12",)
    assert len(row.cells[0]) > 1


def test_every_target_stands_with_plan_and_result(data, setup):
    made = progress(data, default_selection(data))
    first, *capital = progress_sheets(data, default_selection(data), setup())
    shown = texts(first)
    assert len(made.lines) == 18
    for line in made.lines:
        assert plan_text(line, "vi") in shown
        assert actual_text(line, "vi") in shown
    for plan in ("182", "1.234", "2.206", "30,00", "49", "62"):
        assert plan in shown
    assert any(text == "635,0" for page in capital for text in texts(page))
    for page in (first, *capital):
        assert_nothing_is_cut_off(page)


def test_a_year_without_a_published_plan_says_so(data, select, setup):
    first, *_ = progress_sheets(data, select(year=["2024"]), setup(orientation="portrait"))
    assert any("chưa có kế hoạch công bố" in text for text in texts(first))
    assert_nothing_is_cut_off(first)


def test_progress_of_nothing_is_a_page_that_says_why(data, select, setup):
    selection = select(district=["213"], commune=["07645"])
    text = text_of(report_bytes(data, selection, setup(), "progress", "pdf"))
    assert "có xã nào thuộc tất cả các bộ lọc" in text
    assert "Chưa có số liệu vốn năm 2023" in text


def test_rows_stand_closer_only_as_far_as_they_have_to_and_never_touch():
    table = Table((Column("Chỉ tiêu", share=1),), tuple(Row((f"dòng {n}",)) for n in range(9)))
    laid = lay(table, 50)
    heights = [laid.heading.height, *(row.height for row in laid.rows)]
    plain = sum(heights)
    assert squeezed(laid, plain) == laid
    closer = squeezed(laid, plain - 5)
    assert closer.heading.height + sum(row.height for row in closer.rows) == pytest.approx(
        plain - 5
    )
    least = squeezed(laid, 10).rows[0].height
    assert least == pytest.approx(heights[1] - 0.84)  # 0.62 mm above and below become 0.2 mm
    assert least > line_mm(SIZE_PT)


@pytest.mark.parametrize("indicator", ["OP05", "FI01"])
def test_the_rows_printed_add_up_to_the_rows_of_districts_and_these_to_the_whole(
    data, select, indicator
):
    table = commune_table(data, select(indicator=[indicator]), "en")
    headings = [column.heading for column in table.columns]
    adding = [at for at, name in enumerate(headings) if "(km)" in name or "VND" in name]
    adding += [headings.index("Km planned"), headings.index("Km done")]
    assert len(adding) >= 4
    *rows, last = table.rows
    for at in adding:
        districts = [[_read(row.cells[at])] for row in rows if row.strong]
        place = -1
        for row in rows:
            place += row.strong
            if not row.strong:
                districts[place].append(_read(row.cells[at]))
        for printed, *communes in districts:
            assert sum(communes) == pytest.approx(printed, abs=1e-6)
        whole = sum(printed for printed, *_ in districts)
        assert whole == pytest.approx(_read(last.cells[at]), abs=1e-6)


def _read(text):
    return 0.0 if text in {"", "–"} else float(text.removeprefix("at least ").replace(",", ""))
