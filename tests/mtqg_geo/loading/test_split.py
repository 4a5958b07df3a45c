"""Money by source and kind, on its way in."""

import pytest

from mtqg_geo.dataset.dataset import current_dataset
from mtqg_geo.loading.start import start_store
from mtqg_geo.loading.upload import check_upload, commit_upload
from mtqg_geo.loading.workbooks.everything import workbook
from mtqg_geo.store.batches import undo_batch
from mtqg_geo.store.live import visible
from mtqg_geo.store.rights import Who
from tests.mtqg_geo.loading.sheets import codes_of, figures_of

pytestmark = pytest.mark.usefixtures("in_this_process")
LONG = (
    "Mã xã", "Chỉ tiêu", "Dự án", "Kỳ", "Loại số liệu", "Nguồn vốn", "Loại vốn", "Giá trị",
)  # fmt: skip
MONEY = ("07243", "FI01", "DA1", "2023", "Kế hoạch")
HEADS = "Mã xã;Chỉ tiêu;Dự án;Kỳ;Loại số liệu;Nguồn vốn;Loại vốn;Giá trị\n"


def splits(table):
    columns = ["capital_source", "capital_kind", "value"]
    return [tuple(row) for row in table.rows[columns].itertuples(index=False)]


def test_five_rows_of_one_amount_differ_by_source_and_kind(data):
    table = figures_of(
        data,
        LONG,
        (*MONEY, "Ngân sách trung ương", "Vốn đầu tư công", "5.000.000"),
        (*MONEY, "NSTW", "Kinh phí sự nghiệp", "4.000.000"),
        (*MONEY, "Vốn lồng ghép", "đầu tư phát triển", "3.000.000"),
        (*MONEY, "policy_credit", "", "2.000.000"),
        (*MONEY, "Đối ứng", "chi thường xuyên", "1.000.000"),
    )

    assert table.errors == table.warnings == ()
    assert splits(table) == [
        ("central", "investment", 5e6),
        ("central", "regular", 4e6),
        ("integrated", "investment", 3e6),
        ("policy_credit", "", 2e6),
        ("local", "regular", 1e6),
    ]


def test_without_the_columns_and_with_empty_cells_money_is_not_split(data):
    without = tuple(name for name in LONG if name not in ("Nguồn vốn", "Loại vốn"))
    assert splits(figures_of(data, without, (*MONEY, "7.000.000"))) == [("", "", 7e6)]
    assert splits(figures_of(data, LONG, (*MONEY, "", "Không chia", "7.000.000"))) == [
        ("", "", 7e6)
    ]


def test_an_unknown_source_or_kind_is_refused_in_its_own_column(data):
    table = figures_of(
        data, LONG, (*MONEY, "Tổng số", "", "9.000.000"), (*MONEY, "", "vàng", "9.000.000")
    )
    assert codes_of(table.errors) == [
        (2, "F", "load_capital_source"),
        (3, "G", "load_capital_kind"),
    ]
    assert "Ngân sách trung ương; Ngân sách địa phương" in str(table.errors[0].values["known"])


def test_only_money_is_split(data):
    houses = ("07243", "OP01", "DA1", "2023", "Kế hoạch")
    table = figures_of(data, LONG, (*houses, "NSTW", "Vốn đầu tư công", 4))
    assert codes_of(table.errors) == [
        (2, "F", "load_capital_source_of"), (2, "G", "load_capital_kind_of"),
    ]  # fmt: skip


def test_beside_other_figures_a_wide_row_says_the_source_of_its_money(data):
    table = figures_of(
        data,
        ("Mã xã", "Dự án", "Kỳ", "Loại số liệu", "Nguồn vốn", "OP01", "FI01 (triệu đồng)"),
        ("07243", "DA1", "2023", "Kế hoạch", "NSTW", 4, 30),
        ("07243", "DA1", "2023", "Kế hoạch", "NSĐP", "", 20),
    )
    assert table.errors == ()
    assert splits(table) == [("", "", 4), ("central", "", 30e6), ("local", "", 20e6)]


def test_a_note_above_the_table_says_the_source_of_all_rows(data):
    table = figures_of(
        data,
        ("Nguồn vốn: Ngân sách trung ương",),
        ("Mã xã", "Chỉ tiêu", "Dự án", "Kỳ", "Loại số liệu", "Giá trị"),
        (*MONEY, "6.000.000"),
    )
    assert splits(table) == [("central", "", 6e6)]


def test_an_amount_undivided_beside_its_parts_is_added_and_pointed_out(data):
    table = figures_of(data, LONG, (*MONEY, "NSTW", "", "5.000.000"), (*MONEY, "", "", "2.000.000"))
    assert [warning.code for warning in table.warnings] == ["load_split_and_whole"]
    assert splits(table) == [("central", "", 5e6), ("", "", 2e6)]


def test_the_same_key_twice_is_an_error_as_ever(data):
    row = ";".join((*MONEY, "NSTW", "", "5000000"))
    upload = check_upload((HEADS + f"{row}\n{row}\n").encode(), "hai.csv", data)
    assert [error.code for error in upload.tables[0].errors] == ["load_twice"] * 2


@pytest.fixture
def load(own_folder, data):
    """Return a function that loads rows of money and gives the store's (source, kind): value."""
    store = start_store(data, sample=False)

    def loaded(*rows):
        text = HEADS + "".join(";".join((*MONEY, *map(str, row))) + "\n" for row in rows)
        upload = check_upload(text.encode(), "vốn.csv", current_dataset(), store=store)
        batch = commit_upload(upload, store, who=Who("Lan"))
        return batch, [warning.code for table in upload.tables for warning in table.warnings]

    def shown():
        table = visible(store, "observations")
        keys = zip(table["capital_source"], table["capital_kind"], strict=True)
        return dict(zip(keys, table["value"], strict=True))

    loaded.shown, loaded.store = shown, store
    return loaded


def test_what_was_loaded_undivided_is_not_counted_again_when_it_comes_in_parts(load):
    load(("", "", 5_000_000))
    batch, warnings = load(("NSTW", "", 3_000_000), ("NSĐP", "", 2_000_000))
    assert warnings == ["load_split_replaces"]
    assert batch.counts["observations"] == {
        "new": 2, "changed": 1, "unchanged": 0, "rejected": 0,
    }  # fmt: skip
    assert load.shown() == {("", ""): 0, ("central", ""): 3e6, ("local", ""): 2e6}

    undo_batch(load.store, batch.id, who=Who("Lan"))
    assert load.shown() == {("", ""): 5e6}


def test_nor_the_other_way_round(load):
    load(("NSTW", "đầu tư", 3_000_000), ("NSĐP", "sự nghiệp", 2_000_000))
    _, warnings = load(("", "", 6_000_000))
    assert warnings == ["load_split_replaces"]
    assert sum(load.shown().values()) == 6e6


def test_parts_that_cannot_be_the_same_money_stay_and_add_up(load):
    load(("NSTW", "đầu tư", 3_000_000))
    _, warnings = load(("NSTW", "sự nghiệp", 1_000_000), ("NSĐP", "", 2_000_000))
    assert warnings == []
    assert sum(load.shown().values()) == 6e6


def test_a_part_that_comes_again_takes_the_place_of_itself_alone(load):
    load(("NSTW", "", 3_000_000), ("NSĐP", "", 2_000_000))
    load(("NSTW", "", 4_000_000))
    assert load.shown() == {("central", ""): 4e6, ("local", ""): 2e6}


def test_a_blank_part_says_nothing_of_the_whole(load):
    load(("", "", 5_000_000))
    _, warnings = load(("NSTW", "", "Chưa báo cáo"))
    assert warnings == []
    assert load.shown()["", ""] == 5e6


def test_the_whole_workbook_holds_the_split_and_loads_again_unchanged(load):
    load(("NSTW", "đầu tư", 3_000_000), ("NSTW", "sự nghiệp", 2_000_000), ("", "", 1_000_000))
    content = workbook(current_dataset())
    upload = check_upload(content, "kho.xlsx", current_dataset(), store=load.store)
    assert not upload.has_errors
    found = upload.comparison["observations"]
    assert (found.new, found.changed, found.unchanged) == (0, 0, 3)
