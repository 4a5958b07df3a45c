"""The log in words, filtered, and as files in which no name runs as a formula."""

import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.exports.record import record_file
from mtqg_geo.loading.record import RecordFilter, day_of, record_rows
from mtqg_geo.store.insert_only import ACTIONS, LogEntry

COUNTS = {"sites": {"new": 1200, "changed": 2, "unchanged": 3, "rejected": 1},
          "roads": {"new": 34, "changed": 0, "unchanged": 0, "rejected": 0}}  # fmt: skip
LOADED = {"file": "a.xlsx", "illustrative": False, "counts": COUNTS}
SAMPLE = LOADED | {"file": "sample.zip", "illustrative": True}
AT = "2026-11-30T18:05:00+00:00"  # after midnight in Vietnam
ENTRIES = (
    LogEntry(8, AT, "Hoa", "restore", "sao-luu.sqlite", {"replaced": 1}),
    LogEntry(7, AT, "Tú", "import", "9", LOADED | {"replaced_by": "sao-luu.sqlite"}),
    LogEntry(6, AT, "=cmd()", "use", "2023-04", {"set": "abc"}),
    LogEntry(5, "2026-11-30T08:00:00+00:00", "", "use", "2023-04", {"set": ""}),
    LogEntry(4, "2026-11-30T08:00:00+00:00", "Hoa", "boundaries", "abc",
             {"files": 3, "name": "Lớp 2008", "vintage": "2023-04"}),
    LogEntry(3, "2026-10-01T08:00:00+00:00", "Mai", "undo", "2", {"file": "a.xlsx", "imported_by": "Lan"}),
    LogEntry(2, "2026-10-01T08:00:00+00:00", "Lan", "import", "2", LOADED),
    LogEntry(1, "2026-10-01T08:00:00+00:00", "system", "import", "1", SAMPLE),
)  # fmt: skip


BY = {"person": 3, "email": "lan@example.vn"}
GRANTED = {"verb": "load", "communes": ["07246", "07249"], "words": "Xã A; Xã B"}
OF_PEOPLE = (
    LogEntry(1, AT, "root", "person", "mai@example.vn", {"name": "Mai", "via": "machine"}),
    LogEntry(2, AT, "Lan", "grant", "mai@example.vn",
             {**GRANTED, "valid_to": "2026-12-31T17:00:00+00:00", **BY, "via": "page"}),
    LogEntry(3, AT, "Lan", "revoke", "mai@example.vn", {**GRANTED, **BY, "via": "page"}),
    LogEntry(4, AT, "Lan", "grant", "lan@example.vn",
             {"verb": "undo", "communes": ["*"], "words": "", "valid_to": "", **BY, "via": "page"}),
    LogEntry(5, AT, "Lan", "passphrase", "mai@example.vn", {**BY, "via": "page"}),
    LogEntry(6, AT, "Lan", "sign_out", "mai@example.vn", {}),
    LogEntry(7, AT, "Lan", "token", "lan@example.vn", {"of": 5, "words": "QGIS"}),
    LogEntry(8, AT, "Lan", "revoke_token", "lan@example.vn", {"of": 5, "words": "QGIS"}),
    LogEntry(9, AT, "Lan", "undo", "2",
             {"file": "a.xlsx", "imported_by": "Tú", **BY, "via": "api", "token": 5}),
    LogEntry(10, AT, "Lan", "sign_out_some", "mai@example.vn", {"count": 2}),
    LogEntry(11, AT, "Lan", "release", "mai@example.vn",
             {"identities": [{"issuer": "https://id.example.vn", "subject": "7"}]}),
)  # fmt: skip


def test_lines_of_people_say_whose_account_did_it_and_from_where():
    rows = [tuple(row.values())[2:] for row in record_rows(OF_PEOPLE, "vi")]
    here = "lan@example.vn, trên trang web"
    assert rows == [
        ("Thêm người dùng", "mai@example.vn", "Mai; tại máy chủ"),
        ("Cấp quyền", "mai@example.vn",
         f"nạp số liệu: Xã A; Xã B (đến hết 31/12/2026); {here}"),
        ("Thu hồi quyền", "mai@example.vn", f"nạp số liệu: Xã A; Xã B; {here}"),
        ("Cấp quyền", "lan@example.vn", f"hoàn tác; {here}"),
        ("Đặt mật khẩu", "mai@example.vn", here),
        ("Đăng xuất khỏi mọi nơi", "mai@example.vn", ""),
        ("Tạo mã truy cập", "lan@example.vn", "QGIS (5)"),
        ("Thu hồi mã truy cập", "lan@example.vn", "QGIS (5)"),
        ("Hoàn tác", "Lần nạp 2: a.xlsx",
         "do Tú nạp; lan@example.vn, qua giao diện lập trình, mã truy cập số 5"),
        ("Đăng xuất khỏi một số phiên", "mai@example.vn", "2 phiên"),
        ("Gỡ khỏi tài khoản cơ quan", "mai@example.vn", "https://id.example.vn"),
    ]  # fmt: skip


def test_each_line_says_who_did_what_to_what():
    rows = [tuple(row.values())[1:] for row in record_rows(ENTRIES, "vi")]
    counts = "1.234 số liệu mới, 2 thay đổi, 3 không đổi; 1 dòng bị loại"
    assert rows == [
        ("Hoa", "Khôi phục từ bản sao lưu", "sao-luu.sqlite",
         "giữ 1 dòng nhật ký của kho trước đó"),
        ("Tú", "Nạp số liệu", "Lần nạp 9: a.xlsx",
         f"{counts}; kho lúc đó đã được thay bằng sao-luu.sqlite"),
        ("=cmd()", "Chọn ranh giới", "Lớp 2008 (abc)", "cho 2023-04"),
        ("(không ghi tên)", "Chọn ranh giới", "Ranh giới đi kèm", "cho 2023-04"),
        ("Hoa", "Cài đặt ranh giới", "Lớp 2008 (abc)", "cho 2023-04"),
        ("Mai", "Hoàn tác", "Lần nạp 2: a.xlsx", "do Lan nạp"),
        ("Lan", "Nạp số liệu", "Lần nạp 2: a.xlsx", counts),
        ("Hệ thống", "Nạp số liệu", "Lần nạp 1: Số liệu minh họa đi kèm", counts),
    ]  # fmt: skip
    assert record_rows(ENTRIES[:1], "vi")[0]["Thời gian"] == "01/12/2026 01:05"
    assert [*record_rows(ENTRIES[:1], "en")[0]] == ["When", "Who", "What", "Of", "More"]


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (RecordFilter(), [8, 7, 6, 5, 4, 3, 2, 1]),
        (RecordFilter(who="Hoa"), [8, 4]),
        (RecordFilter(kind="use"), [6, 5]),
        (RecordFilter(day="2026-12-01"), [8, 7, 6]),
        (RecordFilter(day="2026-11"), [5, 4]),
        (RecordFilter(who="Hoa", kind="boundaries", day="2026-11-30"), [4]),
        (RecordFilter(who="Hoa", day="2026-10"), []),
    ],
)
def test_lines_are_filtered_by_person_kind_and_day(wanted, ids):
    assert [each.id for each in wanted.of(ENTRIES)] == ids


@given(st.sampled_from(["who", "kind", "day"]))
def test_the_parts_of_a_filter_are_all_of_the_log(by):
    read = {"who": lambda each: each.who, "kind": lambda each: each.action, "day": day_of}[by]
    parts = [RecordFilter(**{by: value}).of(ENTRIES) for value in {*map(read, ENTRIES)} - {""}]
    nameless = [each for each in ENTRIES if not read(each)]
    assert sorted(each.id for part in (*parts, nameless) for each in part) == [*range(1, 9)]
    assert {each.action for each in (*ENTRIES, *OF_PEOPLE)} == set(ACTIONS)


def test_files_hold_every_line_and_no_name_runs():
    text = record_file(ENTRIES, "csv", "vi").decode("utf-8-sig")
    assert text.count("\r\n") == 9
    assert '"\'=cmd()"' in text
    book = openpyxl.load_workbook(io.BytesIO(record_file(ENTRIES, "xlsx", "vi")))
    sheet = book["Nhật ký"]
    assert (sheet.max_row, sheet["A4"].value, sheet["B7"].value) == (12, "Thời gian", "=cmd()")
    assert sheet["B7"].data_type == "s"
    assert record_file((), "csv", "en").decode("utf-8-sig").count("\r\n") == 1
    assert record_file((), "xlsx", "en")
