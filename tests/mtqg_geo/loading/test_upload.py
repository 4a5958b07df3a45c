import io
import json
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.dataset.dataset import current_dataset, shipped_dataset
from mtqg_geo.figures.values import commune_values
from mtqg_geo.loading import upload as upload_module
from mtqg_geo.loading.reasons import reasons, row_ranges
from mtqg_geo.loading.sheets.table import RowError
from mtqg_geo.loading.sheets.words import refuse
from mtqg_geo.loading.start import ready_store, start_store
from mtqg_geo.loading.summary import (
    batch_json,
    batch_line,
    set_aside_lines,
    summary_lines,
    understood_lines,
)
from mtqg_geo.loading.upload import check_upload, commit_upload
from mtqg_geo.programme.catalog import DATA
from mtqg_geo.programme.errors import Cancelled, LoadError, StoreError
from mtqg_geo.programme.model import Basis, State
from mtqg_geo.store.batches import Batch, batches, undo_batch
from mtqg_geo.store.live import is_illustrative, visible
from mtqg_geo.store.rights import Who
from tests.mtqg_geo.store.records import log_of, visible_digest

pytestmark = pytest.mark.usefixtures("in_this_process")
HEADINGS = "Mã xã;Chỉ tiêu;Kỳ;Loại số liệu;Giá trị"


def csv(*rows, headings=HEADINGS):
    return "\n".join((headings, *rows, "")).encode()


GOOD = csv("07243;OP01;2023;KH;4", "07246;OP01;2023;KH;5")


def checked(data, content, *, name="số liệu.csv", **options):
    return check_upload(content, name, data, **options)


def test_a_file_is_checked_compared_stored_and_undone(data, own_store):
    empty = visible_digest(own_store)
    upload = checked(data, GOOD, store=own_store)
    batch = commit_upload(upload, own_store, who=Who("Lan"))
    found = visible(own_store, "observations")

    assert upload.comparison["observations"].new == 2
    assert not upload.has_errors
    assert (batch.file_name, batch.who, batch.illustrative) == ("số liệu.csv", "Lan", False)
    assert list(found["value"]) == [4, 5]
    assert list(found["row"]) == [2, 3]
    assert set(found["sheet"]) == {"số liệu.csv"}
    again = checked(data, csv("07243;OP01;2023;KH;4", "07246;OP01;2023;KH;6"), store=own_store)
    seen = again.comparison["observations"]
    assert (seen.new, seen.changed, seen.unchanged) == (0, 1, 1)
    undo_batch(own_store, batch.id, who=Who("Lan"))
    assert visible_digest(own_store) == empty


def test_one_bad_row_keeps_everything_out_unless_it_is_allowed(data, own_store):
    upload = checked(data, csv("07243;OP01;2023;KH;4", "07246;OP01;2023;KH;năm"), store=own_store)

    with pytest.raises(LoadError, match=r"^số liệu.csv has 1 wrong rows, so nothing was loaded"):
        commit_upload(upload, own_store, who=Who("Lan"))
    assert visible(own_store, "observations").empty
    batch = commit_upload(upload, own_store, who=Who("Lan"), allow_rejected=True)
    assert batch.counts["observations"] == {"new": 1, "changed": 0, "unchanged": 0, "rejected": 1}


def test_a_file_without_a_good_row_cannot_be_allowed(data, own_store):
    upload = checked(data, csv("07246;OP01;2023;KH;năm"))

    with pytest.raises(LoadError, match=r"has no row that can be loaded"):
        commit_upload(upload, own_store, who=Who("Lan"), allow_rejected=True)


def test_what_changed_meanwhile_is_said_and_nothing_is_stored(data, own_store):
    upload = checked(data, GOOD, store=own_store)
    commit_upload(checked(data, csv("07243;OP01;2023;KH;9")), own_store, who=Who("Minh"))

    with pytest.raises(StoreError) as caught:
        commit_upload(upload, own_store, who=Who("Lan"))
    assert caught.value.code == "changed_since"


@pytest.mark.long
def test_of_two_first_loads_the_second_does_not_hide_the_first_unseen(data, own_folder):
    """Both looked when there was no store: what the other one loads was never shown."""
    mine, yours = checked(data, GOOD), checked(data, csv("07243;OP01;2023;KH;9"))
    elsewhere = checked(data, csv("07249;OP01;2023;KH;3"))
    commit_upload(mine, ready_store(data), who=Who("Lan"))

    with pytest.raises(StoreError, match="1 values were changed by Lan") as caught:
        commit_upload(yours, ready_store(data), who=Who("Mai"))
    assert caught.value.code == "changed_since"
    assert commit_upload(elsewhere, ready_store(data), who=Who("Mai")).id == 3


def test_a_figure_that_comes_twice_names_the_other_row(data):
    upload = checked(
        data, csv("07243;OP01;2023;KH;4", "07246;OP01;2023;KH;5", "7243;OP01;2023;KH;6")
    )

    assert [(error.row, error.values["row"]) for error in upload.errors] == [(2, "4"), (4, "2")]
    assert upload.errors[0].column == "Giá trị"
    assert (
        upload.errors[0].text("vi")
        == "Trùng với dòng 4 của trang số liệu.csv; hãy giữ lại một dòng."
    )
    assert list(upload.good["observations"]["row"]) == [3]


def workbook(**sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name.replace("_", " "))
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


WIDE = [["Mã xã", "Kỳ", "Loại số liệu", "OP01"], ["07243", "2023", "KH", 4]]
REGIONS = [
    ["Mã xã", "Khu vực", "Hiệu lực từ", "Số quyết định"],
    ["07243", "III", "04/06/2021", "861/QĐ-TTg"],
]


def test_several_sheets_of_a_workbook_are_one_batch(data, own_store):
    content = workbook(Số_liệu=WIDE, Khu_vực=REGIONS, Ghi_chú=[["Liên hệ: 0204"]])
    upload = checked(data, content, name="báo cáo.xlsx", store=own_store)
    batch = commit_upload(upload, own_store, who=Who("Lan"))

    assert upload.sheets_ignored == ("Ghi chú",)
    assert {kind: counts["new"] for kind, counts in batch.counts.items()} == {
        "observations": 1,
        "region": 1,
    }
    assert set(visible(own_store, "region")["sheet"]) == {"Khu vực"}


def test_a_figure_on_two_sheets_is_there_twice(data):
    upload = checked(data, workbook(Quý_I=WIDE, Quý_II=WIDE), name="báo cáo.xlsx")

    assert [(error.sheet, error.values["sheet"]) for error in upload.errors] == [
        ("Quý I", "Quý II"),
        ("Quý II", "Quý I"),
    ]
    assert upload.good == {}
    assert {error.code for error in upload.errors} == {"load_twice_elsewhere"}


def test_the_rest_of_a_wide_row_falls_with_its_wrong_figure(data):
    rows = [*WIDE, ["07246", "2023", "KH", 5], ["07243", "2023", "KH", 6]]
    upload = checked(data, workbook(Số_liệu=rows), name="báo cáo.xlsx")

    assert upload.rejected == {"observations": 2}
    assert list(upload.good["observations"]["row"]) == [3]


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"a;b\n1;2\n", "x.csv", "load_no_table"),
        (b"%PDF-1.7", "x.pdf", "load_unknown_kind"),
        (b"%PDF-1.7\0", "x.csv", "load_other_inside"),
        (b"%PDF-1.4\n1 0 obj\n", "x.xlsx", "load_other_inside"),
        (b"{\\rtf1\\ansi B\xe1o c\xe1o}", "x.xlsx", "load_other_inside"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><table><tr><td>1", "x.csv", "load_no_table"),
        (b"\x89PNG\r\n\x1a\nIHDR", "x.xlsx", "load_other_inside"),
        (b"\xff\xd8\xff\xe0JFIF", "x.csv", "load_other_inside"),
        (b'{"type": "FeatureCollection"}', "x.csv", "load_other_inside"),
        (b"<h\xe1o>;2\n1;2\n", "x.csv", "load_no_table"),
        (csv(), "x.csv", "load_no_rows"),
        (b";;\n;;\n", "x.csv", "load_all_empty"),
        (b"{}", "x.geojson", "geojson_other"),
    ],
)
def test_a_file_without_a_table_has_one_sentence(data, content, name, code):
    with pytest.raises(LoadError) as caught:
        checked(data, content, name=name)
    assert caught.value.code == code


def test_a_decimal_comma_that_parts_cells_is_an_error(data):
    upload = checked(data, b"commune_code,indicator,period,basis,value\n07243,CX02,2023,actual,5,5\n"
                     b"07246,CX02,2023,actual,6\n")  # fmt: skip

    assert [(error.row, error.code) for error in upload.errors] == [(2, "load_more_cells")]
    assert list(upload.good["observations"]["row"]) == [3]


def test_hidden_sheets_are_named_not_read(data):
    book = openpyxl.load_workbook(io.BytesIO(workbook(Số_liệu=WIDE, Kho=WIDE)))
    book["Kho"].sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    upload = checked(data, out.getvalue(), name="báo cáo.xlsx")

    assert upload.sheets_ignored == ("Kho",)
    assert not upload.has_errors


def test_an_absent_file_has_one_sentence(data, tmp_path):
    with pytest.raises(LoadError, match=r"^There is no file x.xlsx"):
        check_upload(tmp_path / "x.xlsx", "x.xlsx", data)


def test_rows_of_a_file_that_names_no_source_are_told_apart_once(data, monkeypatch):
    def refuse(*_):
        raise AssertionError("they are read before the table itself")

    monkeypatch.setattr(upload_module, "data_rows", refuse)
    assert not checked(data, GOOD).illustrative
    with pytest.raises(LoadError) as caught:
        checked(data, csv("07243;OP01;2023;KH;4;bc", headings=f"{HEADINGS};Nguồn"))
    assert caught.value.code == "load_unforeseen"


def test_made_up_rows_never_mix_with_real_ones(data):
    headings = f"{HEADINGS};Nguồn"
    made_up = checked(data, csv("07243;OP01;2023;KH;4;illustrative", headings=headings))
    mixed = checked(
        data,
        csv(
            "07243;OP01;2023;KH;4;illustrative",
            "07246;OP01;2023;KH;5;Báo cáo số 12",
            headings=headings,
        ),
    )

    assert made_up.illustrative
    assert not made_up.has_errors
    assert not mixed.illustrative
    assert [(error.row, error.code, error.column) for error in mixed.errors] == [
        (2, "load_mixed", "Nguồn")
    ]


@pytest.mark.few(1)
@pytest.mark.parametrize("name", ["observations.csv", "regions.csv", "sites.csv"])
def test_the_delivered_sample_reads_back_unchanged(data, name, sample_store):
    upload = check_upload(DATA / "sample" / name, name, data, store=sample_store)
    (found,) = upload.comparison.values()

    assert upload.illustrative
    assert not upload.has_errors
    assert (found.new, found.changed) == (0, 0)
    assert found.unchanged == len(upload.tables[0].rows)


@pytest.fixture(scope="module")
def sample_store(data, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTQG_DATA", str(tmp_path_factory.mktemp("kho")))
        patch.delenv("MTQG_DATABASE", raising=False)
        yield start_store(data, sample=True)


@pytest.mark.long
def test_a_first_import_brings_the_sample_along_so_that_undoing_shows_it(data, own_folder):
    store = ready_store(data)
    assert is_illustrative(store)
    batch = commit_upload(checked(data, GOOD), store, who=Who("Lan"))
    assert not is_illustrative(store)
    assert len(visible(store, "observations")) == 2
    undo_batch(store, batch.id, who=Who("Lan"))
    assert is_illustrative(store)
    assert ready_store(data).url == store.url
    assert len(batches(store)) == 2


def test_progress_is_told_and_a_person_can_stop(data, own_store):
    said = []
    checked(data, GOOD, progress=lambda share, words: said.append((share, words)), store=own_store)

    assert [share for share, _ in said] == sorted(share for share, _ in said)
    assert said[0] == (0.0, "loading_step_reading")
    with pytest.raises(Cancelled):
        checked(data, GOOD, cancelled=lambda: True)


def test_the_summary_says_what_would_change_and_what_is_wrong(data):
    upload = checked(data, csv("07243;OP01;2023;KH;4", "07246;OP01;2023;KH;năm"))

    assert summary_lines(upload, "vi") == (
        "Số liệu: 1 mới, 0 thay đổi, 0 không đổi; 2 dòng đọc được, 1 dòng bị loại.",
        "1 lỗi:",
        "  Trang số liệu.csv, dòng 3, cột “Giá trị”: “năm” không phải là số; hãy chỉ ghi số "
        "(0 nếu không có, để “Chưa báo cáo” nếu chưa biết).",
    )
    assert "  E  Giá trị  →  value" in understood_lines(upload, "vi")


def test_one_reason_is_said_once_with_all_its_rows(data):
    """Rows 2 to 4 have a wrong month, row 5 is good, row 6 has the month again."""
    months = [f"072{code};OP01;7/2025;TH;4" for code in ("43", "46", "49")]
    upload = checked(data, csv(*months, "07252;OP01;2023;KH;5", "07258;OP01;7/2025;TH;6"))

    [count, line] = summary_lines(upload, "vi")[1:]
    assert count == "4 lỗi:"
    assert line.startswith("  Trang số liệu.csv, 4 dòng (2–4, 6), cột “Kỳ”: “7/2025” chỉ là một")
    [reason] = reasons(upload.errors, "en")
    assert (reason.rows, reason.cells, reason.written) == ((2, 3, 4, 6), "C2–C4, C6", "7/2025")


def test_many_reasons_with_one_remedy_are_said_as_one(data):
    """Five figures are there twice: ten rows, each of which names another one."""
    rows = [f"072{code};OP01;2023;KH;4" for code in ("43", "46", "49", "52", "55")]
    upload = checked(data, csv(*rows, *rows))

    [count, line] = summary_lines(upload, "vi")[1:]
    assert count == "10 lỗi:"
    assert line == (
        "  Trang số liệu.csv, 10 dòng (2–11), cột “Giá trị”: Trùng với dòng 7 của trang số liệu.csv; "
        "hãy giữ lại một dòng. Tương tự với 9 trường hợp khác."
    )
    few = checked(data, csv(rows[0], rows[0]))
    assert len(reasons(few.errors, "vi")) == 2  # so few are named each


def test_a_name_has_a_reason_of_its_own_however_many_there_are(data):
    """What it may be is another for each."""
    names = [f"Xã An Lạ{letter};Sơn Động;OP01;2023;KH;4" for letter in "abdegh"]
    content = "\n".join(("Xã;Huyện;Chỉ tiêu;Kỳ;Loại số liệu;Giá trị", *names, "")).encode()
    assert len(reasons(checked(data, content).errors, "vi")) == 6


def test_columns_that_are_not_used_are_named(data):
    content = "Mã xã;Chỉ tiêu;Kỳ;Loại;Giá trị;Người lập\n07243;OP01;2023;KH;4;Lan\n".encode()
    assert list(set_aside_lines(checked(data, content), "vi")) == [
        "Trang số liệu.csv: không dùng các cột Người lập."
    ]


def test_what_may_be_written_is_never_cut_off():
    known = "; ".join(f"loại công trình {number}" for number in range(40))
    why = refuse("works_facility", text="x" * 900, known=known)
    error = RowError("Trang 1", 2, "Loại", "B", "x" * 200, why.code, why.said)
    assert error.text("vi").endswith(f"hãy ghi một trong: {known}.")
    assert len(error.text("vi")) < len(known) + 200


@given(st.lists(st.integers(1, 60), min_size=1, max_size=9, unique=True))
def test_ranges_name_exactly_the_rows(rows):
    named = set()
    for part in row_ranges(sorted(rows)).split(", "):
        first, _, last = part.partition("–")
        named |= set(range(int(first), int(last or first) + 1))
    assert named == set(rows)


@pytest.mark.long
def test_figures_and_rows_are_named_as_what_they_are(data, own_store):
    rows = [
        ["Mã xã", "Kỳ", "Loại số liệu", "OP01", "OP02"],
        ["07243", "2023", "KH", 4, 5],
        ["07246", "2023", "KH", 6, 7],
        ["07249", "2023", "KH", "năm", 8],
    ]
    upload = checked(data, workbook(Số_liệu=rows), name="báo cáo.xlsx", store=own_store)
    batch = commit_upload(upload, own_store, who=Who("Lan"), allow_rejected=True)

    assert summary_lines(upload, "vi")[0] == (
        "Số liệu: 4 mới, 0 thay đổi, 0 không đổi; 3 dòng đọc được, 1 dòng bị loại."
    )
    assert batch_line(batch, "vi").endswith(
        "– 4 số liệu mới, 0 thay đổi, 0 không đổi; 1 dòng bị loại"
    )
    assert batch_line(batch, "en").endswith(
        "– 4 new figures, 0 changed, 0 unchanged; 1 row rejected"
    )


@pytest.mark.long
def test_the_log_gives_the_sample_to_nobody(data, own_folder):
    store = ready_store(data)
    commit_upload(checked(data, GOOD), store, who=Who("Lan"))
    mine, sample = batches(store)

    assert (mine.id, mine.who, mine.is_delivered) == (2, "Lan", False)
    assert (sample.id, sample.who, sample.is_delivered) == (1, "system", True)
    assert "lần nạp 1: Số liệu minh họa đi kèm (Hệ thống)" in batch_line(sample, "vi")
    assert "import 1: Illustrative figures delivered with the product (System)" in batch_line(
        sample, "en"
    )
    assert [entry.who for entry in log_of(store)] == ["Lan", "system"]


def test_the_sample_cannot_be_undone(data, own_folder):
    store = ready_store(data)

    with pytest.raises(StoreError) as caught:
        undo_batch(store, 1, who=Who("Lan"))
    assert caught.value.code == "sample_stays"
    assert is_illustrative(store)


def test_a_store_that_named_a_person_for_the_sample_is_read_the_same_way():
    old = Batch(1, "sample.zip", "", "Lan", "2026-01-05T02:00:00+00:00", True, {})

    assert "Số liệu minh họa đi kèm (Hệ thống)" in batch_line(old, "vi")
    assert json.loads(batch_json([old]))[0]["who"] == "system"
    assert not replace(old, id=2).is_delivered, "a file of that name that somebody loaded"
    assert not replace(old, illustrative=False).is_delivered


OUTSIDE = "07213"  # a ward of the city, on no region list of the sample
OF_OUTSIDE = [HEADINGS.split(";"), [OUTSIDE, "OP01", "2024", "KH", 3]]
LIST = ["Mã xã", "Khu vực", "Hiệu lực từ", "Đến hết ngày", "Quyết định"]


def state_after_loading(upload, code):
    store = ready_store(shipped_dataset())
    commit_upload(upload, store, who=Who("Lan"))
    now = current_dataset()
    indicator = now.catalog.indicators["OP01"]
    values = commune_values(now, indicator, year=2024, basis=Basis.PLAN)
    return values.set_index("code").loc[code, "state"]


def test_figures_are_judged_by_the_list_that_will_be_in_force(data, own_folder):
    upload = checked(data, workbook(Số_liệu=OF_OUTSIDE), name="một.xlsx")

    assert upload.warnings == (), "the list of the sample goes with the sample"
    assert state_after_loading(upload, OUTSIDE) == State.REPORTED
    again = checked(current_dataset(), workbook(Số_liệu=OF_OUTSIDE), name="hai.xlsx")
    assert again.warnings == ()


def test_a_list_in_the_same_file_counts_at_once(data, own_folder):
    regions = [LIST, ["07243", "III", "01/01/2024", "31/12/2025", "1/QĐ-TTg"]]
    book = workbook(Số_liệu=OF_OUTSIDE, Khu_vực=regions)
    upload = checked(data, book, name="một.xlsx")

    assert [warning.code for warning in upload.warnings] == ["load_outside_programme"]
    assert state_after_loading(upload, OUTSIDE) == State.NOT_APPLICABLE
    later = checked(current_dataset(), workbook(Số_liệu=OF_OUTSIDE), name="hai.xlsx")
    assert [warning.code for warning in later.warnings] == ["load_outside_programme"]


def test_a_made_up_file_is_judged_by_the_made_up_list(data, own_folder):
    rows = [[*OF_OUTSIDE[0], "Nguồn"], [*OF_OUTSIDE[1], "illustrative"]]
    upload = checked(data, workbook(Số_liệu=rows), name="minh họa.xlsx")

    assert upload.illustrative
    assert [warning.code for warning in upload.warnings] == ["load_outside_programme"]
