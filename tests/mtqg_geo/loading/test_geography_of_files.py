"""Every row lands on the unit of its period, or is asked about."""

import io

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mtqg_geo.communes.codes import explain_code, unit_list
from mtqg_geo.communes.epochs import spans_of, unchanged
from mtqg_geo.communes.names import bare_name, full_name
from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.loading.communes.meanings import communes_of
from mtqg_geo.loading.communes.register import Unit
from mtqg_geo.loading.tables.regions import read_regions
from mtqg_geo.loading.tables.roads import read_roads
from mtqg_geo.loading.tables.sites import read_sites
from mtqg_geo.loading.upload import check_upload
from mtqg_geo.loading.workbooks.templates import template
from mtqg_geo.programme.errors import LoadError
from tests.long import DEAR
from tests.mtqg_geo.loading.sheets import codes_of, figures_of, sheet_of, stored
from tests.mtqg_geo.loading.workbooks import opened, read_as, told

HEADINGS = ("Mã xã", "Xã", "Huyện", "Chỉ tiêu", "Kỳ", "Loại số liệu", "Giá trị")
DATA = shipped_dataset()


def read(data, *places, headings=HEADINGS):
    """Read one figure for each (code, name, district, period); plans are of years."""
    rows = [(*place[:3], "OP01", place[3], "KH", 1) for place in places]
    return figures_of(data, headings, *rows)


def listed(vintage, period, *, names=True):
    units = unit_list(vintage)
    return [
        (code, name if names else "", "", period)
        for code, name in zip(units["code"], units["name"], strict=True)
    ]


def test_the_58_units_load_for_a_later_year(data):
    table = read(data, *listed("2025-07", "2026"))
    assert table.errors == ()
    assert [row[0] for row in stored(table)] == list(unit_list("2025-07")["code"])


def test_the_former_communes_load_for_a_former_year(data):
    table = read(data, *listed("2023-04", "2024"))
    assert (table.errors, len(table.rows)) == ((), 209)


def test_a_commune_merged_before_is_understood_as_the_former_one(data):
    # Lan Giới was merged into Lam Cốt on 1 January 2025, the two into Quang Trung on 1 July.
    for place in [("07303", "", ""), ("07303", "Xã Lan Giới", ""), ("", "Lan Giới", "Tân Yên")]:
        table = read(data, (*place, "2026"))
        assert [row[0] for row in stored(table)] == ["07303"]
        [warning] = table.warnings
        assert warning.code == "code_dissolved"
        assert "đã sáp nhập ngày 1/1/2025 vào 07333 Xã Quang Trung" in warning.text("vi")
        assert "merged on 1 January 2025 into 07333 Xã Quang Trung" in warning.text("en")


@pytest.mark.parametrize(
    ("place", "code", "words"),
    [
        (("07615", "Xã Sơn Động", "", "2023"), "code_other_vintage", "từ ngày 1/7/2025"),
        (("", "Sơn Động", "", "2023"), "code_other_vintage", "“Sơn Động”"),
        (("", "Xã Tây Yên Tử", "", "2023"), "code_other_vintage", "“Xã Tây Yên Tử”"),  # a town then
        (("07616", "Xã Tây Yên Tử", "", "2023"), "code_other_vintage", "từ ngày 1/7/2025"),
        (("", "Xã Tân Hiệp", "Yên Thế", "2026"), "load_commune_several", "07261"),  # 2 dissolved
        (("07333", "Xã Lam Cốt", "", "2026"), "code_former_vintage", "trước ngày 1/1/2025"),
        (("07615", "Thị trấn An Châu", "", "2026"), "code_former_vintage", "trước ngày 1/7/2025"),
        (("", "An Châu", "Sơn Động", "2027"), "code_former_vintage", "của kỳ 2027"),
        (("07261", "Xã Tam Hiệp", "", "2026"), "code_former_vintage", "trước ngày 1/1/2025"),
        (("07315", "Xã Quang Tiến", "", "2026"), "code_former_vintage", "“Xã Quang Tiến”"),
        (("07315", "Quang Tien", "", "2026"), "code_former_vintage", "trước ngày 1/1/2025"),
        (("", "Xã Tam Hiệp", "Yên Thế", "2026"), "code_former_vintage", "“Xã Tam Hiệp”"),
        (("07303", "Xã Quang Trung", "", "2026"), "load_name_contradicts", "07303 (Xã Lan Giới"),
        (("99999", "", "", "2026"), "load_code_stranger", "58 xã"),
    ],
)
def test_a_unit_of_another_time_is_asked_about_in_its_row(data, place, code, words):
    table = read(data, place)
    [error] = table.errors
    assert (error.row, error.code) == (2, code)
    assert words in error.text("vi")
    assert table.rows.empty


def test_names_are_found_in_the_list_of_the_period(data):
    found = read(
        data,
        ("", "Thị trấn Tây Yên Tử", "", "2023"),
        ("", "Tây Yên Tử", "Sơn Động", "2023"),
        ("", "Tây Yên Tử", "Sơn Động", "2026"),
        ("", "Sơn Động", "Sơn Động", "2026"),
        ("", "Đa Mai", "Tân Yên", "2027"),  # of two former districts
        ("", "An Châu", "Sơn Động", "2023"),
    )
    assert [row[0] for row in stored(found)] == ["07616"] * 3 + ["07615", "07228", "07615"]


@pytest.mark.parametrize("names", [True, False])
def test_a_list_of_the_58_units_for_former_years_is_refused_as_a_whole(data, names):
    with pytest.raises(LoadError) as caught:
        read(data, *listed("2025-07", "2023", names=names))
    assert caught.value.code == "list_other_vintage"
    assert caught.value.values["count"] == 58
    assert caught.value.values["expected"] == 209


def test_later_years_do_not_make_a_list_of_former_ones_suspicious(data):
    table = read(data, *listed("2025-07", "2026"), ("07648", "Xã Vĩnh An", "", "2023"))
    assert [row[0] for row in stored(table)][-1] == "07648"


@pytest.mark.long
def test_what_may_be_meant_either_way_is_settled_by_the_rest_of_the_table(data):
    # The code 07333 alone is Quang Trung in 2026; beside codes that are no more, it may be Lam Cốt.
    assert read(data, ("07333", "", "", "2026")).errors == ()
    table = read(data, ("07333", "", "", "2026"), ("07303", "", "", "2026"))
    assert codes_of(table.errors) == [(2, "A", "load_commune_doubtful")]
    assert "58 đơn vị" in table.errors[0].text("vi")
    # A full list of the units with one slip in it is a list of the units.
    slip = read(data, *listed("2025-07", "2026", names=False), ("07303", "", "", "2026"))
    assert (slip.errors, len(slip.rows)) == ((), 59)


def test_a_list_of_the_209_for_a_later_year_never_lands_on_a_reused_code(data):
    table = read(data, *listed("2023-04", "2026", names=False))
    wrong = {error.row - 2 for error in table.errors}
    reused = {at for at, code in enumerate(unit_list("2023-04")["code"])
              if code in set(unit_list("2025-07")["code"])}  # fmt: skip
    unchanged = {at for at, code in enumerate(unit_list("2023-04")["code"]) if code == "07663"}
    assert wrong == reused - unchanged
    assert len(table.rows) == 209 - 57


def test_no_row_of_the_209_is_said_to_be_misnamed_in_a_later_year(data):
    table = read(data, *listed("2023-04", "2026"))
    assert {error.code for error in table.errors} == {
        "code_former_vintage",
        "load_commune_doubtful",  # a name that was kept by a larger unit
    }


def test_columns_of_one_row_may_speak_of_two_geographies(data):
    table = figures_of(
        data,
        ("Mã xã", "Xã", "Loại số liệu", "OP01", "OP01"),
        ("", "", "", "2024", "2026"),
        ("07333", "Xã Lam Cốt", "KH", 1, ""),
        ("07333", "Xã Quang Trung", "KH", "", 2),
        ("07333", "Xã Lam Cốt", "KH", 1, 2),
        ("07303", "Xã Lan Giới", "KH", 1, 2),
    )
    assert codes_of(table.errors) == [(5, "B", "code_former_vintage")]
    assert [(row[0], row[3]) for row in stored(table)] == [
        ("07333", "2024"), ("07333", "2026"), ("07303", "2024"), ("07303", "2026"),
    ]  # fmt: skip


def test_a_list_of_regions_speaks_of_the_day_it_holds_from(data):
    headings = ("Mã xã", "Xã", "Khu vực", "Hiệu lực từ", "Số quyết định")

    def regions(*rows):
        return read_as(read_regions, sheet_of(headings, *rows), data)

    good = regions(
        ("07615", "Xã Sơn Động", "III", "01/08/2025", "1"),
        ("07615", "Thị trấn An Châu", "III", "04/06/2021", "2"),
        ("", "Lan Giới", "II", "04/06/2017", "2"),
    )
    assert (good.errors, list(good.rows["commune_code"])) == ((), ["07615", "07615", "07303"])
    bad = regions(("07615", "Xã Sơn Động", "III", "30/06/2025", "1"))
    assert told(bad.errors) == [(2, "code_other_vintage")]
    assert "của kỳ 30/6/2025" in bad.errors[0].text("vi")


SITE = ("Mã xã", "Xã", "Tên công trình", "Loại công trình", "Dự án", "Năm", "Kinh độ", "Vĩ độ")


def sites(data, *rows):
    return read_as(read_sites, sheet_of(SITE, *rows), data)


def test_a_site_lies_in_the_unit_of_its_year(data):
    [lan_gioi] = data.communes[data.communes["code"] == "07303"].geometry
    point = lan_gioi.representative_point()
    place = (f"{point.x:.6f}", f"{point.y:.6f}")
    table = sites(
        data,
        ("07333", "Xã Quang Trung", "Chợ A", "Chợ", "DA4.TDA1", "2026", *place),
        ("07333", "Xã Lam Cốt", "Chợ B", "Chợ", "DA4.TDA1", "2023", *place),
        ("", "", "Chợ C", "Chợ", "DA4.TDA1", "2026", *place),
        ("", "", "Chợ D", "Chợ", "DA4.TDA1", "2023", *place),
    )
    assert table.errors == ()
    assert list(table.rows["commune_code"]) == ["07333", "07333", "07333", "07303"]
    outside = [(note.row, note.values["name"]) for note in table.warnings
               if note.code == "works_outside_commune"]  # fmt: skip
    assert outside == [(3, "Xã Lam Cốt")]  # Quang Trung holds the point, Lam Cốt did not


def test_a_site_of_a_unit_of_another_time_is_asked_about(data):
    table = sites(data, ("07615", "Xã Sơn Động", "Chợ", "Chợ", "DA4.TDA1", "2023", "", ""))
    assert told(table.errors) == [(2, "code_other_vintage")]


def test_a_road_is_told_by_its_line_and_a_name_of_another_time_only_mentioned(data):
    line = data.roads.geometry.iloc[0].wkt
    headings = ("Mã xã", "Xã", "Tên tuyến", "Dự án", "Năm", "Hình tuyến (WKT)")
    row = ("07615", "Xã Sơn Động", "Đường mới", "DA4.TDA1", "2023", line)
    table = read_as(read_roads, sheet_of(headings, row), data)
    assert table.errors == ()
    assert "code_other_vintage" in {note.code for note in table.warnings}


def test_templates_list_the_units_of_their_year(data):
    def sheets(kind, year):
        book = opened(template(kind, data, year=year))
        return {
            sheet.title: [cell.value for cell in sheet["A"][4:] if cell.value]
            for sheet in book.worksheets[:-2]
        }

    new = list(unit_list("2025-07")["code"])
    assert sheets("observations", 2026) == {"Số liệu": new}
    assert sheets("sites", 2025) == {"Công trình": new}
    of_2025 = sheets("observations", 2025)
    assert {name: len(codes) for name, codes in of_2025.items()} == {
        "Số liệu": 58, "Số liệu (Quý I–Quý II)": 192,
    }  # fmt: skip
    assert len(sheets("observations", 2024)["Số liệu"]) == 209


@pytest.mark.long
@pytest.mark.usefixtures("in_this_process")
def test_a_filled_template_of_2025_is_understood_on_both_lists(data):
    book = openpyxl.load_workbook(io.BytesIO(template("observations", data, year=2025)))
    for name, period in (("Số liệu", "Quý III/2025"), ("Số liệu (Quý I–Quý II)", "Quý I/2025")):
        sheet = book[name]
        column = next(cell.column for cell in sheet[4] if str(cell.value).startswith("OP01"))
        for row in (row for row in range(5, sheet.max_row) if sheet.cell(row, 1).value):
            sheet.cell(row, 5).value, sheet.cell(row, 6).value = period, "Thực hiện"
            sheet.cell(row, column).value = 1
    out = io.BytesIO()
    book.save(out)
    upload = check_upload(out.getvalue(), "2025.xlsx", data)
    assert upload.errors == ()
    assert upload.warnings == ()  # the list of the sample, which is hidden then, judges nothing
    assert upload.good["observations"]["period"].astype(str).value_counts().to_dict() == {
        "2025-Q1": 192, "2025-Q3": 58,
    }  # fmt: skip


def names_of(code, period):
    """Every name of the unit that a code meant in a period, while its ground was the same."""
    epochs, now = communes_of(DATA).epochs, communes_of(DATA).epoch(period)
    return {
        spell(span.name)
        for spell in (full_name, bare_name)
        for span in spans_of(epochs, code)
        if code in unchanged(epochs, min(now, span.epoch), max(now, span.epoch))
    }


@st.composite
def files(draw):
    """Rows as somebody writes them who uses the list of one time for periods of any."""
    written_for = draw(st.sampled_from(["2023", "2025-Q1", "2026"]))
    units = communes_of(DATA).register(written_for).units
    chosen = draw(st.lists(st.sampled_from(units), min_size=1, max_size=25, unique=True))
    form = draw(st.sampled_from(["code", "name", "bare", "both"]))
    period = draw(st.sampled_from(["2022", "2024", "2025", "2026", "2028"]))
    return written_for, form, period, chosen


@DEAR
@given(files())
@example(("2026", "name", "2022", [Unit("07330", "Xã Phúc Hòa", "Huyện Tân Yên", ())]))
@example(("2026", "name", "2022", [Unit("07798", "Phường Vân Hà", "Huyện Việt Yên", ())]))
@example(("2026", "name", "2022", [  # a ward of 2025 and, before, of other ground
    Unit("07210", "Phường Bắc Giang", "Thành phố Bắc Giang", ()),
    Unit("07228", "Phường Đa Mai", "Thành phố Bắc Giang", ()),
    Unit("07246", "Xã Xuân Lương", "Huyện Yên Thế", ()),
    Unit("07696", "Phường Tiền Phong", "Thành phố Bắc Giang", ()),
]))  # fmt: skip
def test_every_row_is_at_the_right_unit_or_asked_about(given_file):
    written_for, form, period, units = given_file
    by_name = form in ("name", "bare")
    names = [{"code": "", "bare": bare_name(unit.name)}.get(form, unit.name) for unit in units]
    rows = [
        ("" if by_name else unit.code, name, unit.district.split(";")[0] * by_name, period)
        for unit, name in zip(units, names, strict=True)
    ]
    try:
        table = read(DATA, *rows)
    except LoadError as error:
        refused = error.code
    else:
        refused = ""
    if refused:
        assert (refused, period < "2025") == ("list_other_vintage", True)
        return
    epoch = communes_of(DATA).epoch
    taken = dict(zip(table.rows["row"] - 2, table.rows["commune_code"], strict=True))
    if epoch(written_for) == epoch(period):
        assert [taken[at] for at in range(len(units))] == [unit.code for unit in units]
        return
    times = sorted((epoch(written_for), epoch(period)))
    same = unchanged(communes_of(DATA).epochs, *times)
    verdicts = {code: explain_code(code, period).verdict for code in taken.values()}
    # A name alone that two units bore is taken as the one of the period.
    assert all(
        code == units[at].code or (by_name and full_name(names[at]) in names_of(code, period))
        for at, code in taken.items()
    )
    other_time = ("code_other_vintage", "code_former_vintage")
    asked = sum(error.code in other_time for error in table.errors)
    dissolved = sum(verdicts[code] == "dissolved" for code in taken.values())
    if asked + dissolved > len(taken) - dissolved:  # most rows tell for which time it is written
        assert all(code in same for code, verdict in verdicts.items() if verdict == "fits")
