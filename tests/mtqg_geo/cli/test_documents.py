"""Every command that the documents show runs, in the order in which they show it."""

import re
import shlex
from pathlib import Path

import pytest
from openpyxl import Workbook

from mtqg_geo.cli.main import main, parser
from mtqg_geo.store.engine import close_stores
from tests.mtqg_geo.boundaries.layers import district, write_zip

ROOT = Path(__file__).parents[3]
GUIDES = ("docs/huong-dan.md", "docs/guide.md")
DOCUMENTS = (
    *("README.md", "CONTRIBUTING.md"),
    *(pytest.param(guide, marks=pytest.mark.long) for guide in GUIDES),
)
COMMAND = "python -m mtqg_geo"
# A file that a reader has at hand.
FIGURES = (
    ("Mã xã", "Chỉ tiêu", "Kỳ", "Loại số liệu", "Giá trị"),
    ("07243", "OP01", "2023", "KH", 4),
)


def commands(document):
    """Return the commands of a document: lines of its blocks, and those in a sentence."""
    text = (ROOT / document).read_text(encoding="utf-8")
    shown = re.findall(rf"^{COMMAND} .+$|`{COMMAND} [^`…]+`", text, re.MULTILINE)
    return [shlex.split(each.strip("`").removeprefix(COMMAND)) for each in shown]


@pytest.fixture
def office(own_folder, in_this_process, tmp_path, monkeypatch):
    """A folder with the files the documents speak of, and a store of its own."""
    monkeypatch.chdir(tmp_path)
    write_zip(district(), tmp_path / "ranh_gioi.zip")
    book = Workbook()
    for row in FIGURES:
        book.active.append(row)
    book.save(tmp_path / "so_lieu.xlsx")
    return tmp_path


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_shown_runs(document, office, capsysbinary):
    for arguments in commands(document):
        code = main(arguments)
        words = capsysbinary.readouterr().err.decode()
        assert code == 0, f"{document}: {COMMAND} {shlex.join(arguments)}\n{words}"
    close_stores()


def test_every_command_of_a_guide_has_the_flags_shown():
    for each in (shown for guide in GUIDES for shown in commands(guide)):
        assert parser(each).parse_args(each).run


def test_the_guides_show_the_same_jobs_in_both_languages():
    jobs = [[each[0] for each in commands(document)] for document in GUIDES]
    assert jobs[0] == jobs[1]
    assert len(jobs[0]) > 15


@pytest.mark.parametrize("guide", GUIDES)
def test_the_cron_line_of_a_guide_keeps_backups_in_turn(guide):
    text = (ROOT / guide).read_text(encoding="utf-8")
    (timed,) = re.findall(r"`30 1 [^`]*python -m mtqg_geo ([^`\n]+)", text)
    options = parser(["backup"]).parse_args(shlex.split(timed))
    assert (str(options.file), options.keep) == ("/var/backups/mtqg", 14)
