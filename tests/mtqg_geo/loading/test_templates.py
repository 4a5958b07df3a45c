import io
import zipfile
from dataclasses import replace

import pandas as pd
import pytest
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from mtqg_geo.loading.sheets.headings import understand
from mtqg_geo.loading.sheets.layout import GUIDE, LISTS, answer_words, indicator_heading
from mtqg_geo.loading.sheets.units import money_factor
from mtqg_geo.loading.sheets.words import (
    project_reader,
    read_basis,
    read_period,
    read_region,
    read_status,
)
from mtqg_geo.loading.tables.observations import read_observations
from mtqg_geo.loading.tables.sites import read_sites
from mtqg_geo.loading.upload import check_upload
from mtqg_geo.loading.workbooks.templates import KINDS, bases_of, template, template_each
from mtqg_geo.programme.errors import LoadError, SelectionError
from mtqg_geo.programme.words import t
from tests.mtqg_geo.loading.workbooks import as_bytes, opened, read_as, sheets_here

HEADINGS, FIRST = 4, 5


@pytest.fixture(scope="module")
def files(data):
    return {kind: template(kind, data) for kind in KINDS}


@pytest.fixture(scope="module")
def books(files):
    return {kind: opened(content) for kind, content in files.items()}


def table(book):
    return book.worksheets[0]


def heading_columns(sheet):
    return {cell.value: cell.column_letter for cell in sheet[HEADINGS]}


def choices(book, column):
    """Return what the drop-down of a column offers."""
    for rule in table(book).data_validations.dataValidation:
        low, _, high, _ = range_boundaries(str(rule.sqref))
        if rule.type == "list" and low == high == column:
            where = book.defined_names[rule.formula1].attr_text
            name, cells = where.rsplit("!", 1)
            return [row[0].value for row in book[name.strip("'")][cells.replace("$", "")]]
    return None


@pytest.mark.parametrize("kind", KINDS)
def test_every_commune_has_a_row_with_its_code_as_text(books, data, kind):
    sheet = table(books[kind])
    rows = sheet.iter_rows(min_row=FIRST, max_row=FIRST + len(data.communes) - 1, max_col=3)
    found = [tuple(cell.value for cell in row) for row in rows]
    communes = data.commune_list[["code", "name", "district"]]
    assert found == list(communes.itertuples(index=False, name=None))
    assert sheet.cell(FIRST, 1).number_format == "@"


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_is_filled_in_is_locked_and_no_password_is_needed(books, data, kind):
    sheet = table(books[kind])
    assert sheet.protection.sheet
    assert not sheet.protection.password
    locked = {
        (cell.row, cell.column)
        for row in sheet.iter_rows(min_row=FIRST)
        for cell in row
        if cell.protection.locked
    }
    last = FIRST + len(data.communes)
    assert locked == {(row, column) for row in range(FIRST, last) for column in (1, 2, 3)}


@pytest.mark.few(1)
@pytest.mark.parametrize("kind", KINDS)
def test_every_heading_is_understood_when_the_file_comes_back(files, data, tmp_path, kind):
    [sheet] = sheets_here(files[kind], tmp_path)
    understood = understand(sheet, data.catalog)
    assert (understood.kind, understood.heading_row, understood.ignored) == (kind, HEADINGS, ())


@pytest.mark.long
def test_english_headings_are_understood_as_well(data, tmp_path):
    [sheet] = sheets_here(template("observations", data, lang="en"), tmp_path)
    understood = understand(sheet, data.catalog)
    assert (understood.kind, understood.ignored) == ("observations", ())


READERS = {
    "period": read_period,
    "basis": read_basis,
    "status": read_status,
    "region": read_region,
}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_word_that_can_be_chosen_is_read_as_its_code(data, lang):
    for field, texts in answer_words(data.catalog, lang).items():
        reader = {**READERS, "project": project_reader(data.catalog)}.get(field)
        if reader:
            read = {code: reader(text) for code, text in texts.items()}
            wanted = {code: "" if code == "not_reported" else code for code in texts}
            assert {code: reading.value for code, reading in read.items()} == wanted


def test_drop_downs_offer_what_the_catalogue_knows(books, data):
    observations = books["observations"]
    assert choices(observations, 4)[:2] == [
        "DA1 – Đất ở, nhà ở, nước sinh hoạt",
        "DA2 – Sắp xếp, ổn định dân cư",
    ]
    assert choices(observations, 5)[:3] == ["Năm 2021", "Quý I/2021", "Quý II/2021"]
    assert choices(observations, 6) == ["Kế hoạch", "Giao vốn", "Giải ngân", "Thực hiện"]
    assert choices(observations, 1) == data.commune_list["code"].to_list()
    sites = heading_columns(table(books["sites"]))
    assert choices(books["sites"], 6)[0] == "Công trình nước"
    assert {"Loại công trình", "Trạng thái", "Độ chính xác vị trí"} <= set(sites)
    assert choices(books["sites"], 9)[-1] == "Chưa báo cáo"
    assert choices(books["region"], 4) == ["I", "II", "III"]
    assert books["observations"][LISTS.vi].sheet_state == "hidden"


def test_figures_are_asked_for_where_they_are_reported_and_not_derived(books):
    headings = [cell.value for cell in table(books["observations"])[HEADINGS]]
    ids = [heading.split(" – ")[0] for heading in headings if " – " in heading]
    assert "OP01 – Hỗ trợ nhà ở (hộ)" in headings
    assert len(ids) == 22
    assert not {"region", "OC17", "FI02"} & set(ids)


@pytest.mark.parametrize("kind", KINDS)
def test_the_guide_explains_every_column(books, kind):
    book = books[kind]
    explained = {row[0] for row in book[GUIDE.vi].iter_rows(values_only=True, max_col=1)}
    assert {cell.value for cell in table(book)[HEADINGS]} <= explained


def test_a_year_limits_what_can_be_chosen_and_must_be_of_the_programme(data):
    book = opened(template("observations", data, year=2023))
    assert choices(book, 5) == ["Năm 2023", *(f"Quý {n}/2023" for n in ("I", "II", "III", "IV"))]
    with pytest.raises(SelectionError, match="1999"):
        template("observations", data, year=1999)


def test_a_name_that_looks_like_a_formula_stays_a_text(squares):
    named = squares().communes.assign(name=["=cmd|'/c calc'!A1", "+84", "@x"])
    data = replace(squares(), communes=named)
    sheet = table(opened(template("sites", data)))
    for row, name in enumerate(named["name"], start=FIRST):
        cell = sheet.cell(row, 2)
        assert (cell.value, cell.data_type, cell.quotePrefix) == (name, "s", True)


def test_the_same_data_give_the_same_file(files, data):
    assert template("region", data) == files["region"]


@pytest.mark.long
def test_a_filled_template_is_read_as_what_was_written(files, data, tmp_path):
    book = opened(files["observations"])
    sheet = table(book)
    column = heading_columns(sheet)
    row = next(cell.row for cell in sheet["A"] if cell.value == "07648")
    sheet[f"E{row}"], sheet[f"F{row}"] = "Quý I/2023", "Thực hiện"
    sheet[column["OP01 – Hỗ trợ nhà ở (hộ)"] + str(row)] = 12
    sheet[column["OP05 – Đường trung tâm xã, liên xã (km)"] + str(row)] = 1.25
    sheet[column["OP06 – Chợ (chợ)"] + str(row)] = t("not_reported", "vi")
    [given] = sheets_here(as_bytes(book), tmp_path)
    read = read_as(read_observations, given, data)
    assert read.errors == ()
    rows = read.rows.astype({"indicator": str, "project": str, "period": str})
    found = rows[["commune_code", "indicator", "project", "period", "value"]].astype(object)
    found["value"] = found["value"].where(pd.notna(found["value"]), None)
    assert found.to_numpy().tolist() == [
        ["07648", "OP01", "DA1", "2023-Q1", 12.0],
        ["07648", "OP05", "DA4.TDA1", "2023-Q1", 1.25],
        ["07648", "OP06", "DA4.TDA1", "2023-Q1", None],
    ]


@pytest.mark.long
def test_rows_of_a_template_that_were_not_filled_in_are_no_sites(files, data, tmp_path):
    book = opened(files["sites"])
    sheet = table(book)
    cells = heading_columns(sheet)
    for heading, text in {
        "Tên công trình": "Chợ Vân Sơn",
        "Loại công trình": "Chợ",
        "Dự án": "DA4.TDA1 – Hạ tầng sản xuất, đời sống",
        "Năm": 2023,
    }.items():
        sheet[f"{cells[heading]}{FIRST + 3}"] = text
    [given] = sheets_here(as_bytes(book), tmp_path)
    read = read_as(read_sites, given, data)
    assert read.errors == ()
    assert read.rows[["name", "facility", "status", "location"]].to_numpy().tolist() == [
        ["Chợ Vân Sơn", "market", "", "commune"]
    ]
    assert read.rows["row"].to_list() == [FIRST + 3]


SON_DONG = ("07615", "07621")  # An Châu and Vân Sơn in 2023


def test_a_template_lists_the_communes_chosen_and_says_period_and_basis(data):
    book = opened(
        template(
            "observations", data, year=2023, communes=SON_DONG, period="2023-Q1", basis="actual"
        )
    )
    sheet = table(book)
    rows = sheet.iter_rows(min_row=FIRST, max_row=FIRST + 2, max_col=6, values_only=True)
    [first, second, spare] = [(row[0], *row[4:]) for row in rows]
    assert first == ("07615", "Quý I/2023", "Thực hiện")
    assert second == ("07621", "Quý I/2023", "Thực hiện")
    assert spare == (None, None, None)
    assert choices(book, 1) == list(SON_DONG)
    # Households and rates are reported by year: in a quarter they have no column.
    ids = {str(cell.value).split(" – ")[0] for cell in sheet[HEADINGS]}
    assert "OP01" in ids
    assert not {"CX01", "OC16"} & ids


@pytest.mark.parametrize(
    ("year", "period", "names"),
    [
        (2023, "2023-Q4", ["07645 Xã An Lạc.xlsx", "07654 Xã Lệ Viễn.xlsx"]),
        (2026, "2026-Q1", ["07654 Xã An Lạc.xlsx"]),  # the two became one unit
    ],
)
def test_each_commune_gets_a_workbook_of_its_own(data, year, period, names):
    content = template_each(
        data, ["07654", "07645"], lang="vi", year=year, period=period, basis="actual"
    )
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == names
        sheet = load_workbook(io.BytesIO(archive.read(names[0])))["Số liệu"]
    codes = [cell.value for cell in sheet["A"] if str(cell.value).isdigit()]
    assert codes == [names[0][:5]]


def test_a_later_year_lists_the_units_that_the_communes_became_part_of(data):
    """Vân Sơn and Hữu Sản of 2023 are the one commune Vân Sơn since July 2025."""
    book = opened(template("sites", data, year=2026, communes=("07621", "07624")))
    sheet = table(book)
    assert [sheet.cell(row, 1).value for row in (FIRST, FIRST + 1)] == ["07621", None]


@pytest.mark.long
def test_a_template_with_nothing_but_what_was_filled_in_says_nothing(data, tmp_path):
    content = template(
        "observations", data, year=2023, communes=SON_DONG, period="2023", basis="plan"
    )
    [given] = sheets_here(content, tmp_path)
    read = read_as(read_observations, given, data)
    assert (len(read.rows), read.errors, read.rows_read) == (0, (), 0)


def test_money_is_asked_for_in_millions_and_kept_in_dong(data, tmp_path):
    book = opened(
        template("observations", data, year=2023, communes=SON_DONG, period="2023", basis="plan")
    )
    sheet = table(book)
    [column] = [cell.column for cell in sheet[HEADINGS] if str(cell.value).startswith("FI01 – ")]
    assert sheet.cell(HEADINGS, column).value.endswith("(triệu đồng)")
    sheet.cell(FIRST, 4).value = "DA4.TDA1"
    sheet.cell(FIRST, column).value = 1250.5
    [given] = sheets_here(as_bytes(book), tmp_path)
    read = read_as(read_observations, given, data)
    assert read.errors == ()
    assert read.rows[["indicator", "value"]].to_numpy().tolist() == [["FI01", 1_250_500_000.0]]


def test_every_heading_of_money_says_its_unit_in_words_that_are_understood(data):
    for indicator in data.catalog.indicators.values():
        if indicator.is_money:
            for lang in ("vi", "en"):
                assert money_factor(indicator_heading(indicator, lang)) == 1e6


def test_only_what_is_reported_for_a_period_is_offered(data):
    assert bases_of(data.catalog, "2023-Q1") == ("disbursed", "actual")
    assert bases_of(data.catalog, "2023") == ("plan", "allocated", "actual")


def test_a_template_of_existing_facilities_asks_for_no_project_and_is_read_as_outside(
    data, tmp_path
):
    book = opened(template("existing", data, year=2026, communes=SON_DONG))
    sheet = table(book)
    cells = heading_columns(sheet)
    assert not {"Dự án", "Trạng thái"} & set(cells)
    assert sheet[f"{cells['Nguồn vốn']}{FIRST}"].value == "Ngoài Chương trình"
    sheet[f"{cells['Tên công trình']}{FIRST}"] = "Trạm y tế An Châu"
    sheet[f"{cells['Loại công trình']}{FIRST}"] = "Trạm y tế"
    [given] = sheets_here(as_bytes(book), tmp_path)
    read = read_as(read_sites, given, data)
    assert read.errors == ()
    assert read.rows[["name", "facility", "project", "commune_code"]].to_numpy().tolist() == [
        ["Trạm y tế An Châu", "health", "", "07615"]
    ]


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("encoding", ["cp1258", "cp1252"])
def test_a_template_saved_with_the_letters_of_windows_is_to_be_saved_anew(books, data, encoding):
    rows = table(books["observations"]).iter_rows(max_row=HEADINGS + 9)
    lines = (";".join(str(cell.value or "") for cell in row) for row in rows)
    with pytest.raises(LoadError) as refused:
        check_upload("\n".join(lines).encode(encoding, "replace"), "mẫu.csv", data)
    assert refused.value.code == "load_letters_lost"
