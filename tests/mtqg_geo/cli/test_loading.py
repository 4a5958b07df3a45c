import json
import time
from threading import Event

import openpyxl
import pytest

from mtqg_geo.cli import loading as cli_loading
from mtqg_geo.store.engine import has_store

pytestmark = pytest.mark.usefixtures("in_this_process")
GOOD = "Mã xã;Chỉ tiêu;Kỳ;Loại số liệu;Giá trị\n07243;OP01;2023;KH;4\n"
BAD = GOOD + "07246;OP01;2023;KH;năm\n"


@pytest.fixture
def run(own_folder, tmp_path, command, monkeypatch):
    """Return a function that runs a command and gives exit code, output and words."""
    monkeypatch.chdir(tmp_path)

    def run_it(*arguments):
        code, out, words = command(*arguments)
        return code, out.decode(), words

    return run_it


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "tốt.csv"
    path.write_text(GOOD, encoding="utf-8")
    return path


@pytest.fixture
def bad(tmp_path):
    path = tmp_path / "sai.csv"
    path.write_text(BAD, encoding="utf-8")
    return path


def test_a_trial_changes_nothing_and_creates_nothing(run, good):
    code, out, words = run("import", good, "--dry-run")

    assert (code, out) == (0, "")
    assert "Số liệu: 1 mới, 0 thay đổi, 0 không đổi; 1 dòng đọc được, 0 dòng bị loại." in words
    assert "Chỉ kiểm tra, chưa nạp gì." in words
    assert not has_store()


def test_import_list_and_undo(run, good):
    code, out, words = run("import", good, "--who", "Lan", "--json")
    answer = json.loads(out)

    assert code == 0
    assert answer["kinds"] == {
        "observations": {"new": 1, "changed": 0, "unchanged": 0, "rejected": 0}
    }
    assert "Đã nạp: " in words
    code, out, _ = run("batches", "list", "--json")
    listed = json.loads(out)
    assert [(each["file_name"], each["illustrative"], each["who"]) for each in listed] == [
        ("tốt.csv", False, "Lan"),
        ("sample.zip", True, "system"),
    ]
    assert "Số liệu minh họa đi kèm (Hệ thống)" in run("batches", "list")[1]
    code, _, words = run("batches", "undo", 1, "--who", "Lan")
    assert code == 1
    assert "số liệu minh họa đi kèm chương trình nên không hoàn tác được" in words
    assert answer["batch"] == listed[0]["id"]
    assert run("import", good)[2].endswith("không cần nạp.\n")
    code, _, words = run("batches", "undo", listed[0]["id"], "--who", "Lan")
    assert code == 0
    assert words.startswith("Đã hoàn tác ")
    assert run("batches", "undo", listed[0]["id"])[0] == 1


def test_wrong_rows_keep_the_file_out_and_come_back_marked(run, bad, tmp_path):
    marked = tmp_path / "lỗi.xlsx"
    code, out, words = run("import", bad, "--errors", marked, "--json")
    answer = json.loads(out)

    assert code == 1
    assert "sai.csv có 1 dòng sai nên chưa nạp gì" in words
    assert [(each["row"], each["letter"], each["code"]) for each in answer["errors"]] == [
        (3, "E", "load_no_number")
    ]
    assert answer["batch"] is None
    assert not has_store()
    assert openpyxl.load_workbook(marked).sheetnames
    assert run("import", bad, "--allow-rejected")[0] == 0


@pytest.mark.long
def test_a_marked_file_that_cannot_be_written_is_no_success(run, bad, tmp_path):
    marked = tmp_path / "không có" / "lỗi.xlsx"
    code, _, words = run("import", bad, "--errors", marked, "--allow-rejected")

    assert code == 2
    assert str(marked) in words


def test_a_file_that_is_no_table_has_one_sentence(run, tmp_path):
    path = tmp_path / "thư.csv"
    path.write_text("Kính gửi;anh\nLan;x\n", encoding="utf-8")
    code, out, words = run("import", path, "--json")

    assert code == 1
    assert json.loads(out)["error"]["code"] == "load_no_table"
    assert "Không tìm thấy bảng số liệu nào trong thư.csv" in words
    assert run("import", tmp_path / "không có.xlsx")[0] == 1


def test_init_backup_restore(run, tmp_path, good):
    assert run("init")[2].startswith("Kho dữ liệu đã sẵn sàng ở ")
    run("import", good)
    assert run("backup", tmp_path / "sao.sqlite")[0] == 0
    assert run("restore", tmp_path / "sao.sqlite")[0] == 1  # there are data
    code, _, words = run("restore", tmp_path / "sao.sqlite", "--replace")
    assert code == 0
    assert "Đã khôi phục" in words


def test_a_template_is_written(run, tmp_path):
    code, _, words = run("template", "region", "-o", tmp_path / "mẫu.xlsx", "--lang", "en")

    assert code == 0
    assert words.startswith("Wrote the template ")
    assert run("template", "region", "-o", tmp_path / "không" / "mẫu.xlsx")[0] == 2


def test_stopping_says_that_nothing_was_changed(run, good, monkeypatch):
    def stopped(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli_loading, "check_upload", stopped)
    code, _, words = run("import", good)

    assert (code, words) == (130, "Đã dừng theo yêu cầu; không có gì thay đổi.\n")
    assert not has_store()


def test_long_work_says_how_far_it_is(monkeypatch):
    told, heard = [], Event()
    monkeypatch.setattr(cli_loading, "EVERY_S", 0.01)
    monkeypatch.setattr(cli_loading, "_say", lambda words: (told.append(words), heard.set()))
    with cli_loading._Meter("vi") as meter:
        meter(0.4, "loading_step_checking")
        assert heard.wait(60)
        time.sleep(0.2)  # time enough to say it twenty times

    assert told == [" 40% Đang kiểm tra từng dòng"]


@pytest.mark.long
def test_the_lineage_is_taken_out_and_loaded_back(run, tmp_path):
    path = tmp_path / "quan hệ.xlsx"
    assert run("template", "lineage", "-o", path)[0] == 0
    code, _, words = run("import", path, "--who", "Lan")

    assert code == 0
    assert "Chia tách, sáp nhập: 0 mới, 0 thay đổi, 277 không đổi" in words
    assert words.endswith("không cần nạp.\n")


@pytest.mark.long
def test_a_template_of_a_later_year_lists_the_units_of_that_year(run, tmp_path):
    path = tmp_path / "2026.xlsx"
    assert run("template", "observations", "-o", path, "--year", "2026")[0] == 0
    sheet = openpyxl.load_workbook(path)["Số liệu"]
    assert "58 đơn vị hành chính cấp xã" in sheet["A3"].value
    assert sheet["B5"].value == "Phường Bắc Giang"


def test_a_template_lists_the_communes_of_district_and_region_as_the_page_does(run, tmp_path, data):
    path, communes = tmp_path / "mẫu.xlsx", data.commune_list
    code, _, words = run("template", "sites", "-o", path, "--district", "220", "--region", "III")
    assert code == 0

    regions = communes["code"].map(data.regions_in(2023))
    there = communes[(communes["district_code"] == "220") & (regions == "III")]
    sheet = openpyxl.load_workbook(path)["Công trình"]
    listed = [row[0].value for row in sheet.iter_rows(min_row=5, max_row=5 + len(there), max_col=1)]
    assert 0 < len(there) < 17  # of Sơn Động's
    assert listed == [*there["code"], None]
    assert f"({len(there)} xã của năm 2023)" in words

    without = next(
        d
        for d in communes["district_code"]
        if "III" not in set(regions[communes["district_code"] == d])
    )
    for flags in (("--district", without, "--region", "III"), ("--district", "999")):
        code, _, words = run("template", "sites", "-o", tmp_path / "không.xlsx", *flags)
        assert (code, (tmp_path / "không.xlsx").exists()) == (2, False)
        assert words


def test_on_a_read_only_installation_no_command_changes_anything(run, good, tmp_path, monkeypatch):
    run("import", good, "--who", "Lan")
    assert run("backup", tmp_path / "a.sqlite")[0] == 0
    listed = run("batches", "list")[1]
    monkeypatch.setenv("MTQG_READ_ONLY", "1")

    for command in (
        ("init", "--sample"), ("import", good), ("batches", "undo", 2),
        ("restore", tmp_path / "a.sqlite", "--replace"),
    ):  # fmt: skip
        code, out, words = run(*command)
        assert (code, out) == (1, "")
        assert words == (
            "Nơi cài đặt này chỉ cho xem (MTQG_READ_ONLY=1); hãy nhờ người quản trị thực hiện hoặc "
            "khởi động lại không có MTQG_READ_ONLY. Chưa có gì thay đổi.\n"
        )
    assert run("batches", "list")[1] == listed
    assert run("import", good, "--dry-run")[0] == 0
    assert run("backup", tmp_path / "b.sqlite")[0] == 0  # takes nothing away from the record
