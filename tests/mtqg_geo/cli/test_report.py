import argparse
import io
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from mtqg_geo.cli.report import add_report
from mtqg_geo.programme.errors import ReportError, SelectionError
from mtqg_geo.report.outputs import report_bytes
from tests.mtqg_geo.report.reading import pages_of, size_mm, text_of

ROOT = Path(__file__).resolve().parents[3]


def run(*arguments):
    parser = argparse.ArgumentParser()
    add_report(parser)
    options = parser.parse_args([str(each) for each in arguments])
    return options.run(options)


@pytest.mark.long
def test_a_map_of_a_district_on_a3(tmp_path, capsys):
    target = tmp_path / "bản đồ.pdf"
    code = run("map", "-o", target, "--district", "220", "--indicator", "OP05",
               "--paper", "A3", "--orientation", "portrait", "--scheme", "quantiles", "--k", "4")  # fmt: skip
    assert code == 0
    assert size_mm(pages_of(target.read_bytes())[0]) == (297, 420)
    assert "Huyện Sơn Động" in text_of(target.read_bytes())
    captured = capsys.readouterr()
    assert captured.out == ""
    assert f"{target.stat().st_size} bytes" in captured.err


@pytest.mark.long
def test_two_periods_are_two_maps_with_the_same_classes(tmp_path):
    target = tmp_path / "map.pdf"
    assert run("map", "-o", target, "--indicator", "FI02", "--compare", "2022") == 0
    first, second = (text_of(target.read_bytes(), page=page) for page in (0, 1))
    assert "2023" in first
    assert "2022" in second
    with pytest.raises(SelectionError, match="1999"):
        run("map", "-o", target, "--compare", "1999")


@pytest.mark.long
def test_a_picture_of_a_map(tmp_path):
    target = tmp_path / "map.png"
    assert run("map", "-o", target, "--lang", "en") == 0
    assert target.read_bytes().startswith(b"\x89PNG")


@pytest.mark.long
def test_a_report_is_of_the_quarter_asked_for(tmp_path):
    target = tmp_path / "progress.pdf"
    assert run("progress", "-o", target, "--as-of", "2023-Q2", "--district", "220") == 0
    text = text_of(target.read_bytes())
    assert "Tính đến hết quý II/2023" in text
    assert "hết năm kế hoạch" not in text
    with pytest.raises(SelectionError, match="2023-Q5"):
        run("progress", "-o", target, "--as-of", "2023-Q5")


@pytest.mark.long
@pytest.mark.parametrize(
    ("arguments", "pages"),
    [
        (("progress",), 2),
        pytest.param(("communes", "--indicator", "OP01", "--all"), 6, marks=pytest.mark.long),
    ],
)
def test_pages_of_a_table_are_one_picture_below_each_other(tmp_path, arguments, pages):
    target = tmp_path / "x.png"
    assert run(*arguments, "-o", target) == 0
    with Image.open(target) as picture:
        inches = (picture.width / 150, picture.height / 150)
    assert inches[0] == pytest.approx(297 / 25.4, abs=0.01)
    assert inches[1] == pytest.approx(pages * 210 / 25.4, abs=0.2)


def test_two_periods_compared_are_one_picture(data, select, setup):
    selection = select(indicator=["OP01"], compare=["2022"], district=["220"])
    with Image.open(io.BytesIO(report_bytes(data, selection, setup(), "map", "png"))) as picture:
        assert picture.height / picture.width == pytest.approx(2 * 210 / 297, abs=0.01)


def test_a_picture_of_too_many_pages_is_refused_with_the_way_out(monkeypatch, tmp_path):
    monkeypatch.setattr("mtqg_geo.report.outputs.MOST_PAGES_OF_PICTURE", 5)
    with pytest.raises(ReportError, match="more than 5 pages .* choose PDF"):
        run("communes", "--indicator", "OP01", "--all", "-o", tmp_path / "x.png")
    assert not (tmp_path / "x.png").exists()


def test_an_atlas_as_a_picture_is_refused_before_a_page_is_drawn(data, select, setup):
    told = []
    with pytest.raises(ReportError, match="more than 12 pages"):
        report_bytes(data, select(), setup(), "atlas", "png", progress=told.append)
    assert told == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("word", "-o", "x.pdf"), ".docx"),
        (("map", "-o", "x.pdf", "--year", "2031"), "2031"),
        (("map", "-o", "x.pdf", "--scheme", "jenks"), "jenks"),
        (("map", "-o", "x.pdf", "--scope", "here"), "here"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_any_work(arguments, words):
    with pytest.raises(SelectionError) as refused:
        run(*arguments)
    assert words in str(refused.value)


def test_a_place_that_cannot_be_written_is_said(tmp_path, capsys):
    assert run("html", "-o", tmp_path / "absent" / "x.html", "--district", "213") == 2
    assert "absent/x.html (không có tệp hoặc thư mục này)" in capsys.readouterr().err


def test_source_date_epoch_fixes_the_day(monkeypatch):
    from mtqg_geo.report.setup import Setup

    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1719792000")
    assert Setup().day.isoformat() == "2024-07-01"


@pytest.mark.long
def test_pages_and_commands_do_not_wait_for_what_draws():
    code = "\n".join(
        (
            "import sys",
            "import mtqg_geo.cli.report, mtqg_geo.ui.shared.downloads",
            "heavy = {'matplotlib', 'docx', 'fontTools'} & set(sys.modules)",
            "sys.exit(f'imported: {heavy}' if heavy else 0)",
        )
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.long
def test_the_map_of_the_planner_comes_with_its_list_on_one_sheet(tmp_path):
    target = tmp_path / "sheet.pdf"
    chosen = ("--district", "219,220", "--region", "III", "--project", "DA4", "--indicator", "OP05")
    assert run("map", "--list", "--year", "2023", *chosen, "-o", target) == 0
    assert len(pages_of(target.read_bytes())) == 1
    assert "Danh sách 22 xã" in text_of(target.read_bytes())


@pytest.mark.parametrize(("kind", "flag"), [("communes", "--list"), ("map", "--all")])
def test_a_flag_that_says_nothing_to_a_report_is_refused(tmp_path, kind, flag):
    with pytest.raises(SelectionError, match=f"“{kind}” không có lựa chọn {flag}"):
        run(kind, flag, "-o", tmp_path / "x.pdf")
