import pytest

from mtqg_geo.loading.sheets.headings import understand
from mtqg_geo.loading.tables.draft import Draft
from mtqg_geo.loading.tables.regions import read_regions
from mtqg_geo.loading.tables.whole_file import without_repeats
from tests.mtqg_geo.loading.sheets import codes_of, sheet_of

HEADINGS = ("Mã xã", "Khu vực", "Hiệu lực từ", "Hiệu lực đến", "Số quyết định")
COLUMNS = ["commune_code", "region", "valid_from", "valid_to", "decision"]


def regions_of(data, *rows, headings=HEADINGS):
    sheet = sheet_of(headings, *rows)
    headed = understand(sheet, data.catalog)
    assert headed.kind == "region"
    return read_regions(Draft(sheet, headed, data, file_name="danh sách.xlsx"))


def test_a_list_gives_a_region_with_decision_and_dates(data):
    table = regions_of(
        data,
        ("07243", "Khu vực III", "2021-06-04", "31/12/2025", "861/QĐ-TTg"),
        ("07246", 1, "04/06/2021", "", "861/QĐ-TTg"),
    )

    assert table.errors == ()
    assert [tuple(row) for row in table.rows[COLUMNS].itertuples(index=False)] == [
        ("07243", "III", "2021-06-04", "2025-12-31", "861/QĐ-TTg"),
        ("07246", "I", "2021-06-04", "", "861/QĐ-TTg"),
    ]
    assert set(table.rows["source"]) == {"danh sách.xlsx"}


def test_a_commune_without_an_entry_is_on_no_list(data):
    table = regions_of(data, ("07243", "III", "2021-06-04", "", "861/QĐ-TTg"), ("07246",))

    assert (len(table.rows), table.rows_read, table.errors) == (1, 1, ())


@pytest.mark.parametrize(
    ("cells", "code", "letter"),
    [
        (("07243", "IV", "2021-06-04", "", "861"), "load_region", "B"),
        (("07243", "", "2021-06-04", "", "861"), "load_region", "B"),
        (("07243", "III", "", "", "861"), "load_valid_from_missing", "C"),
        (("07243", "III", "45107", "", "861"), "load_date", "C"),
        (("07243", "III", "2021-06-04", "2020-12-31", "861"), "load_dates_reversed", "D"),
        (("07243", "III", "2021-06-04", "", ""), "load_decision_missing", "E"),
        (("00000", "III", "2021-06-04", "", "861"), "load_code_stranger", "A"),
    ],
)
def test_each_mistake_has_its_sentence(data, cells, code, letter):
    table = regions_of(data, cells)

    assert codes_of(table.errors) == [(2, letter, code)]
    assert table.rows.empty


def test_decision_and_date_may_stand_above_the_list(data):
    rows = (
        ("Số quyết định: 861/QĐ-TTg",),
        ("Hiệu lực từ: 04/06/2021",),
        ("Xã", "Huyện", "Khu vực"),
    )
    sheet = sheet_of(*rows, ("An Lạc", "Sơn Động", "III"))
    table = read_regions(Draft(sheet, understand(sheet, data.catalog), data))

    assert [tuple(row) for row in table.rows[COLUMNS].itertuples(index=False)] == [
        ("07645", "III", "2021-06-04", "", "861/QĐ-TTg")
    ]


def test_dates_of_one_commune_must_not_overlap(data):
    table = regions_of(
        data,
        ("07243", "III", "2021-01-01", "2023-12-31", "861"),
        ("07243", "II", "2024-01-01", "", "100"),
        ("07246", "III", "2021-01-01", "", "861"),
        ("07246", "II", "2024-01-01", "", "100"),
    )
    (checked,) = without_repeats([table])

    assert codes_of(checked.errors) == [(5, "C", "load_overlaps"), (4, "C", "load_overlaps")]
    assert list(checked.rows["row"]) == [2, 3]
