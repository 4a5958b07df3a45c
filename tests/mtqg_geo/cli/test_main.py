import json
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest

from mtqg_geo.cli.main import COMMANDS
from mtqg_geo.exports import files as exports
from mtqg_geo.figures.file_names import LAYERS

ROOT = Path(__file__).parents[3]
FILTERS = ["--district", "220", "--project", "DA6", "--year", "2023", "--status", "completed"]


@pytest.fixture
def run(command):
    """Run the command line in this process: exit code, standard output, standard error."""
    return command


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("kind", ["geojson", "csv"])
def test_an_export_is_the_file_of_the_selection(run, data, select, layer, kind):
    code, out, err = run("export", layer, *FILTERS, "--format", kind)
    selection = select(district=["220"], project=["DA6"], year=["2023"], status=["completed"])
    assert (code, err) == (0, "")
    assert out == exports.file_bytes(data, selection, layer, kind)


def test_an_export_to_a_file_says_so_on_stderr_only(run, tmp_path):
    file = tmp_path / "communes.geojson"
    code, out, err = run("export", "communes", "-o", str(file))
    assert (code, out) == (0, b"")
    assert len(json.loads(file.read_bytes())["features"]) == 209
    assert f"{file.stat().st_size} bytes" in err


def test_flags_may_be_repeated(run):
    _, out, _ = run("export", "communes", "--district", "220", "--district", "213")
    districts = {f["properties"]["district_code"] for f in json.loads(out)["features"]}
    assert districts == {"213", "220"}


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("--district", "999"),
        ("--project", "DA99"),
        ("--commune", "7645"),
        ("--status", "done"),
        ("--year", "1999"),
        ("--year", "abc"),
        ("--indicator", "OP99"),
        ("--basis", "hope"),
        ("--vintage", "1975-04"),
    ],
)
def test_what_does_not_exist_gets_one_sentence_exit_2_and_no_data(run, flag, value):
    code, out, err = run("export", "sites", flag, value)
    assert (code, out) == (2, b"")
    assert err.count("\n") == 1
    assert f"“{value}”" in err


def test_a_basis_the_indicator_has_not_is_refused(run):
    code, out, err = run(
        "export", "communes", "--indicator", "FI01", "--basis", "actual", "--lang", "en"
    )
    assert (code, out) == (2, b"")
    assert "has no “Actual” figures; it has: Plan, Allocated, Disbursed." in err


@pytest.mark.parametrize(
    "arguments",
    [[], ["export"], ["export", "rivers"], ["export", "sites", "--colour", "red"], ["fly"]],
)
def test_wrong_usage_is_exit_2_and_no_data(run, arguments):
    code, out, _ = run(*arguments)
    assert (code, out) == (2, b"")


def test_a_file_that_cannot_be_written_is_one_sentence(run, tmp_path):
    code, out, err = run("export", "roads", "-o", str(tmp_path / "no" / "roads.geojson"))
    assert (code, out) == (2, b"")
    assert err.count("\n") == 1
    assert "Traceback" not in err


def test_boundary_sets_are_listed_for_readers_and_for_programs(run, data):
    code, out, _ = run("boundaries", "list", "--json")
    first = json.loads(out)[0]
    assert code == 0
    assert (first["vintage"], first["accuracy"]) == ("2023-04", "approximate")
    assert (first["communes"], first["districts"]) == (209, 10)
    assert first["source"]
    assert first["licence"]
    code, out, _ = run("boundaries", "list")
    assert code == 0
    assert out.decode().startswith("2023-04\t")


def test_a_reader_that_has_seen_enough_ends_the_command_quietly():
    command = [sys.executable, "-m", "mtqg_geo", "export", "communes"]
    with subprocess.Popen(command, stdout=PIPE, stderr=PIPE, cwd=ROOT) as running:
        assert running.stdout.read(20)
        running.stdout.close()
        assert (running.stderr.read(), running.wait()) == (b"", 0)


def test_the_module_runs_as_a_command_and_writes_utf8_wherever_it_is():
    done = subprocess.run(
        [sys.executable, "-m", "mtqg_geo", "boundaries", "list"],
        cwd=ROOT,
        capture_output=True,
        env={"PATH": "", "PYTHONIOENCODING": "cp1252"},  # a Windows console
        check=True,
    )
    assert "Bắc Giang" in done.stdout.decode("utf-8")


def test_help_names_every_command_and_imports_none(run):
    code, out, err = run("--help")
    assert (code, err) == (0, "")
    assert [name for name in COMMANDS if f"\n    {name}" not in out.decode()] == []
    assert imported("--help") & {"numpy", "pandas", "mtqg_geo.programme.words"} == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_its_flags(run, name):
    code, out, err = run(name, "--help")
    assert (code, err) == (0, "")
    assert f"usage: python -m mtqg_geo {name} " in out.decode()
    if name not in ("batches", "boundaries"):  # their actions have flags
        assert "--lang {vi,en}" in out.decode()


def test_a_table_of_progress_waits_for_nothing_that_loads_prints_or_draws():
    libraries = imported("progress", "--json")
    assert "geopandas" in libraries
    needless = {"matplotlib", "scipy", "openpyxl", "jenkspy", "mapclassify", "streamlit", "altair"}
    assert libraries & needless == set()


def imported(*arguments):
    """Return the modules that a process of its own has imported at the end of a command."""
    code = (
        "import sys\nfrom contextlib import suppress\nfrom mtqg_geo.cli.main import main\n"
        f"with suppress(SystemExit):\n    main({arguments!r})\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())
