import json

import pytest

from mtqg_geo.store.boundaries import use
from mtqg_geo.store.engine import create_store
from mtqg_geo.store.rights import Who


@pytest.fixture
def run(own_folder, command):
    """Run `audit` on a store with two lines in its log."""
    store = create_store()
    use(store, "2023-04", "", who=Who("Lan"))
    use(store, "2025-07", "", who=Who("Mai"))

    def run_it(*arguments):
        code, out, words = command("audit", *arguments)
        return code, out, words

    return run_it


def test_the_log_is_read_by_people_and_programs(run):
    code, out, err = run("--lang", "en")
    assert (code, err) == (0, "")
    lines = [line.split("\t")[1:] for line in out.decode().splitlines()]
    assert lines == [
        ["Mai", "Chose boundaries", "The delivered set", "for 2025-07"],
        ["Lan", "Chose boundaries", "The delivered set", "for 2023-04"],
    ]
    answer = json.loads(run("--json", "--who", "Lan")[1])
    assert [(each["who"], each["action"], each["detail"]) for each in answer] == [
        ("Lan", "use", {"set": ""})
    ]
    assert run("--kind", "undo", "--lang", "en")[::2] == (0, "The log has no such line.\n")


def test_the_log_is_written_as_a_file_of_its_name(run, tmp_path):
    assert run("-o", tmp_path / "a.csv", "--who", "Mai")[0] == 0
    assert (tmp_path / "a.csv").read_text(encoding="utf-8-sig").count("\n") == 2
    code, out, err = run("-o", tmp_path / "a.pdf")
    assert (code, out, err.count("\n")) == (2, b"", 1)
    assert not (tmp_path / "a.pdf").exists()
