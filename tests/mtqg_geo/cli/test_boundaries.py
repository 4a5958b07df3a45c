import json

import pytest

from geo.io import read_layer
from mtqg_geo.boundaries import check as boundary_check
from mtqg_geo.communes.gazetteer import shipped_gazetteer
from mtqg_geo.dataset.boundary_sets import set_in_use, shipped_sets
from tests.mtqg_geo.boundaries.layers import district, write_zip


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("MTQG_DATA", str(tmp_path / "data"))
    one_province = shipped_gazetteer().in_province("24")
    monkeypatch.setattr(boundary_check, "shipped_gazetteer", lambda: one_province)


@pytest.fixture
def in_process(monkeypatch):
    """Read files here: the child process that does it has tests of its own."""
    monkeypatch.setattr(boundary_check, "read_untrusted", read_layer)


@pytest.fixture
def run(command):
    """Run `boundaries …`: exit code, standard output, standard error."""

    def run_it(*arguments):
        code, out, err = command("boundaries", *arguments)
        return code, out.decode(), err

    return run_it


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return write_zip(district(), tmp_path_factory.mktemp("good") / "xa.zip", encoding="tcvn3")


@pytest.fixture(scope="module")
def doubtful(tmp_path_factory):
    layer = district()
    layer = layer.assign(ten_xa=layer["ten_xa"].replace("Xã Hữu Sản", "Xã Hữu Xản"))
    return write_zip(layer, tmp_path_factory.mktemp("doubtful") / "xa.zip")


def test_a_good_file_is_exit_0_and_installs_into_use(run, good):
    code, out, err = run("check", good, "--json")
    assert (code, err) == (0, "")
    report = json.loads(out)
    assert (report["ready"], report["matched"], report["encoding"]) == (True, 17, "tcvn3")
    code, out, err = run("install", good, "--vintage", "2023-04", "--name", "Sơn Động")
    assert code == 0
    assert out.strip() == set_in_use().id
    assert "Sơn Động" in err
    _, out, _ = run("list", "--json")
    sets = json.loads(out)
    assert [row["in_use"] for row in sets] == [False, True, True]
    assert [row["communes"] for row in sets] == [209, 58, 17]
    code, out, err = run("use", shipped_sets()[0].id)
    assert (code, out) == (0, "")
    assert set_in_use() == shipped_sets()[0]


@pytest.mark.usefixtures("in_process")
def test_a_set_of_other_communes_is_stored_listed_and_refused_for_use(run, tmp_path):
    layer = write_zip(district(), tmp_path / "xa.zip")
    options = ("--vintage", "2025-03", "--name", "Mới", "--accept", "unmatched_features")
    code, out, err = run("install", layer, *options)
    assert code == 0
    assert err.splitlines()[-1].startswith("Đã lưu bộ ranh giới")
    _, listed, _ = run("list", "--json")
    assert [(row["in_use"], row["usable"]) for row in json.loads(listed)] == [
        (True, True),
        (True, True),
        (False, False),
    ]
    words = "đã lưu; số liệu chỉ hiển thị được trên các đơn vị có hiệu lực tháng 2023-04, 2025-07"
    assert words in run("list")[1]
    code, out, err = run("use", out.strip())
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert set_in_use() == shipped_sets()[0]


@pytest.mark.usefixtures("in_process")
def test_a_read_only_store_is_exit_1_with_one_sentence(run, good, monkeypatch):
    monkeypatch.setenv("MTQG_READ_ONLY", "1")
    code, out, err = run("install", good, "--vintage", "2023-04", "--name", "A")
    assert (code, out) == (1, "")
    assert "MTQG_READ_ONLY" in err
    code, out, err = run("use", shipped_sets()[0].id)
    assert (code, out, err.count("\n")) == (1, "", 1)


@pytest.mark.usefixtures("in_process")
def test_a_file_with_open_questions_is_exit_1_until_they_are_answered(run, doubtful, tmp_path):
    code, out, _ = run("check", doubtful, "--json", "--lang", "en")
    report = json.loads(out)
    assert (code, report["ready"]) == (1, False)
    [row] = report["doubtful"]
    mapping = tmp_path / "mapping.csv"
    mapping.write_text(
        "name,district,province,code,decided_by\n"
        f"{row['name']},{row['district']},{row['province']},{row['candidates'][0][0]},Lan\n",
        encoding="utf-8-sig",
    )
    install = ("install", doubtful, "--vintage", "2023-04", "--name", "A", "--json")
    code, out, _ = run(*install)
    assert (code, json.loads(out)["ready"]) == (1, False)
    assert set_in_use() == shipped_sets()[0]
    code, out, _ = run(*install, "--mapping", mapping)
    assert (code, json.loads(out)["communes"]) == (0, 17)
    code, out, _ = run(*install, "--accept", "doubtful_features")
    assert (code, json.loads(out)["communes"]) == (0, 16)


@pytest.mark.usefixtures("in_process")
def test_an_unreadable_file_is_exit_1_with_one_sentence(run, tmp_path):
    path = tmp_path / "xa.zip"
    path.write_bytes(b"PK\x03\x04 and no more")
    code, out, err = run("check", path)
    assert (code, out, err.count("\n")) == (1, "", 1)
    code, out, err = run("check", path, "--json")
    assert (code, json.loads(out)["issues"][0]["code"], err) == (1, "unreadable", "")


@pytest.mark.parametrize(
    "options",
    [
        ["--vintage", "2023-13"],
        ["--vintage", "tháng tư"],
        ["--vintage", "1975-04"],
        ["--mapping", "absent.csv"],
        ["--accept", "everything"],
        ["--key", "ma_xa"],
        ["--crs", "the one of 1972"],
    ],
)
@pytest.mark.usefixtures("in_process")
def test_what_does_not_exist_is_exit_2_with_one_sentence(run, good, options):
    code, out, err = run("check", good, *options)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "Traceback" not in err


def test_an_absent_file_or_set_is_exit_2_with_one_sentence(run, tmp_path):
    for arguments in (("check", tmp_path / "absent.zip"), ("use", "nowhere")):
        code, out, err = run(*arguments)
        assert (code, out, err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize(
    "arguments",
    [[], ["check"], ["install", "xa.zip"], ["install", "xa.zip", "--vintage", "2023-04"], ["use"]],
)
def test_wrong_usage_is_exit_2(run, arguments):
    code, out, _ = run(*arguments)
    assert (code, out) == (2, "")


@pytest.mark.long
@pytest.mark.usefixtures("in_process")
def test_a_store_that_cannot_be_written_is_exit_1_with_one_sentence(
    run, good, tmp_path, monkeypatch
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MTQG_DATA", str(tmp_path / "file"))
    code, out, err = run("install", good, "--vintage", "2023-04", "--name", "A")
    assert (code, out) == (1, "")
    assert "MTQG_DATA" in err.splitlines()[-1]
