"""The guide for installing: its commands, settings and units are those of the code."""

import re
import shlex
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from mtqg_geo.cli.main import parser

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "docs" / "deploy"
COMMAND = re.compile(r"(?:^mtqg|mtqg python -m mtqg_geo) ((?!-)\w[^#\n]*)", re.MULTILINE)
UNITS = sorted(DEPLOY.glob("mtqg*.service"))
SCRIPTS = [DEPLOY / name for name in ("mtqg", "mtqg-restart")]


def unit(path):
    """Return a unit's settings; of those that may come again, the last."""
    read = ConfigParser(strict=False, interpolation=None)
    read.optionxform = str
    read.read(path, encoding="utf-8")
    return read


def test_every_command_of_the_guide_has_the_flags_shown():
    shown = COMMAND.findall((DEPLOY / "README.md").read_text(encoding="utf-8"))
    assert len(shown) > 15
    for each in map(shlex.split, shown):
        assert parser(each).parse_args(each).run


def test_every_setting_named_is_read_by_the_code():
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "app.py", *(ROOT / "mtqg_geo").rglob("*.py"))
    )
    ours = SCRIPTS[0].read_text(encoding="utf-8")  # MTQG_ENV is its own
    for path in filter(Path.is_file, DEPLOY.iterdir()):
        for name in re.findall(r"\bMTQG_[A-Z_]+", path.read_text(encoding="utf-8")):
            assert f'"{name}"' in code or f"{name}:-" in ours, f"{path.name}: {name}"


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_runs_what_is_there_with_the_settings_of_all(path):
    service = unit(path)["Service"]
    program, *arguments = shlex.split(service["ExecStart"])
    assert program.startswith(f"{service['WorkingDirectory']}/.venv/bin/")
    assert (service["User"], service["EnvironmentFile"]) == ("mtqg", "/etc/mtqg.env")
    if arguments[:2] == ["-m", "mtqg_geo"]:
        assert parser(arguments[2:]).parse_args(arguments[2:]).keep == 14
        assert arguments[3] == service["ReadWritePaths"]
    else:
        assert (ROOT / arguments[1]).is_file()


def test_systemd_finds_no_fault_in_the_units(tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not installed")
    for path in (*UNITS, DEPLOY / "mtqg-backup.timer"):
        # Nothing is installed here: whatever program is there stands for it.
        text = re.sub(r"/\S+/(streamlit|python) ", "/bin/true ", path.read_text(encoding="utf-8"))
        text = text.replace("/usr/bin/curl", "/bin/true")
        (tmp_path / path.name.replace("@", "@8501")).write_text(text, encoding="utf-8")
    command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no"]
    answer = subprocess.run(
        [*command, *sorted(map(str, tmp_path.iterdir()))], capture_output=True, text=True
    )
    assert (answer.returncode, answer.stderr) == (0, "")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_can_be_read_by_the_shell(path):
    assert subprocess.run(["sh", "-n", path]).returncode == 0


def test_restarting_finds_the_line_of_nginx_that_it_writes():
    line = re.search(r"^split_clients .*$", (DEPLOY / "nginx.conf").read_text(), re.MULTILINE)[0]
    script = SCRIPTS[1].read_text(encoding="utf-8")
    usual = re.search(r"new_readers_to \"(.*)\"' EXIT", script)[1]
    written = re.search(r"\.\*/(split_clients.*)/\"", script)[1].replace("\\$", "$")
    assert written.replace("$1", usual) == line


def test_the_container_takes_along_what_runs_and_is_not_root():
    recipe = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    taken = (ROOT / ".containerignore").read_text(encoding="utf-8").split("\n!")[1:]
    assert all((ROOT / each.partition("\n")[0]).exists() for each in taken)
    run = recipe.rpartition("FROM ")[2]
    assert run.index("USER mtqg") < run.index("CMD")
    assert run.count("VOLUME") == run.count("HEALTHCHECK") == 1
    assert "--require-hashes" in recipe
