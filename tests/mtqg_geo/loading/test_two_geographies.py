"""Figures of the 58 units, loaded from a workbook, on both geographies."""

import pytest

from mtqg_geo.communes.codes import unit_list
from mtqg_geo.dataset.dataset import current_dataset
from mtqg_geo.dataset.vintages import shown_dataset
from mtqg_geo.figures.values import commune_values
from mtqg_geo.loading.upload import check_upload, commit_upload
from mtqg_geo.loading.workbooks.everything import workbook
from mtqg_geo.loading.workbooks.templates import template
from mtqg_geo.programme.model import Basis
from mtqg_geo.store.rights import Who
from tests.mtqg_geo.loading.workbooks import as_bytes, opened, written

pytestmark = pytest.mark.usefixtures("in_this_process")


def loaded(store, content, name="x.xlsx"):
    upload = check_upload(content, name, current_dataset(), store=store)
    assert upload.errors == ()
    return commit_upload(upload, store, who=Who("Lan"))


def figures(year, units, value):
    """Return a workbook of the households of each unit."""
    rows = [("Mã xã", "Xã", "Chỉ tiêu", "Kỳ", "Loại số liệu", "Giá trị")]
    places = zip(units["code"], units["name"], strict=True)
    rows += [(*place, "CX01", year, "Thực hiện", value(n)) for n, place in enumerate(places)]
    return written(rows)


def values(data, vintage, year):
    shown = shown_dataset(data, vintage)
    indicator = data.catalog.indicators["CX01"]
    table = commune_values(shown, indicator, year=year, basis=Basis.ACTUAL, projects=frozenset())
    return table.set_index("code")


@pytest.fixture
def regions(own_store):
    """Every unit in region III, so that households are asked of all of them."""
    rows = [("Mã xã", "Xã", "Khu vực", "Hiệu lực từ", "Số quyết định")]
    for vintage, day in (("2023-04", "04/06/2021"), ("2025-07", "01/01/2026")):
        units = unit_list(vintage)
        places = zip(units["code"], units["name"], strict=True)
        rows += [(*place, "III", day, "1") for place in places]
    headings, *listed = rows
    former = [(*row, "31/12/2025") for row in listed[:209]]
    later = [(*row, "") for row in listed[209:]]
    loaded(own_store, written([(*headings, "Hiệu lực đến"), *former, *later]))
    return own_store


@pytest.mark.long
def test_a_workbook_of_2026_shows_on_its_units_and_not_restatable_on_the_former_ones(regions):
    units = unit_list("2025-07")
    loaded(regions, figures(2026, units, lambda n: 100 + n))
    data = current_dataset()
    now = values(data, "2025-07", 2026)
    assert list(now["value"]) == [100 + n for n in range(58)]
    assert now["value"].sum() == 58 * 100 + 57 * 58 / 2
    assert set(now["state"]) == {"reported"}
    former = values(data, "2023-04", 2026)
    # Only Tuấn Đạo has the ground it had in 2023; nobody knows how the others would divide.
    whole = former[former["state"] == "reported"]
    assert whole["value"].to_dict() == {"07663": now.loc["07663", "value"]}
    assert set(former.drop(index="07663")["state"]) == {"not_restatable"}
    assert former.drop(index="07663")["value"].isna().all()


def test_figures_of_the_209_keep_their_total_on_the_58_and_both_years_stand_together(regions):
    loaded(regions, figures(2023, unit_list("2023-04"), lambda n: 10))
    loaded(regions, figures(2026, unit_list("2025-07"), lambda n: 100))
    data = current_dataset()
    for vintage in ("2023-04", "2025-07"):
        table = values(data, vintage, 2023)
        assert (table["value"].sum(), set(table["state"])) == (2090, {"reported"})
    assert values(data, "2025-07", 2026)["value"].sum() == 5800
    # Quang Trung has ten households of each commune it was put together from.
    parts = int(values(data, "2025-07", 2023).loc["07333", "value"]) // 10
    kin = shown_dataset(data, "2025-07").communes.set_index("code").loc["07333", "former_codes"]
    assert parts == len(kin.split("; "))


def test_a_figure_of_a_merged_commune_in_a_later_year_goes_to_its_successor(regions):
    rows = [("Mã xã", "Xã", "Chỉ tiêu", "Kỳ", "Loại số liệu", "Giá trị")]
    rows += [("07303", "Xã Lan Giới", "CX01", 2026, "Thực hiện", 40)]
    loaded(regions, written(rows))
    data = current_dataset()
    now, former = values(data, "2025-07", 2026), values(data, "2023-04", 2026)
    assert (now.loc["07333", "value"], now["value"].sum()) == (40, 40)
    assert (former.loc["07303", "value"], former["value"].sum()) == (40, 40)


@pytest.mark.long
def test_everything_comes_back_unchanged_with_the_names_of_each_time(regions):
    loaded(regions, figures(2023, unit_list("2023-04"), lambda n: 10))
    loaded(regions, figures(2026, unit_list("2025-07"), lambda n: 100))
    data = current_dataset()
    content = workbook(data)
    sheet = opened(content)["Số liệu"]
    named = {(row[0], str(row[5])): row[1] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert named["07333", "Năm 2023"] == "Xã Lam Cốt"
    assert named["07333", "Năm 2026"] == "Xã Quang Trung"
    again = check_upload(content, "x.xlsx", data, store=regions)
    assert again.errors == ()
    assert {kind: (each.new, each.changed) for kind, each in again.comparison.items()} == {
        "observations": (0, 0), "region": (0, 0),
    }  # fmt: skip


@pytest.mark.long
def test_a_filled_template_of_2026_loads(regions):
    data = current_dataset()
    book = opened(template("observations", data, year=2026))
    sheet = book.worksheets[0]
    column = next(cell.column for cell in sheet[4] if str(cell.value).startswith("CX01"))
    for row in range(5, 63):
        sheet.cell(row, 5).value, sheet.cell(row, 6).value = "Năm 2026", "Thực hiện"
        sheet.cell(row, column).value = 7
    loaded(regions, as_bytes(book))
    assert values(current_dataset(), "2025-07", 2026)["value"].sum() == 58 * 7
