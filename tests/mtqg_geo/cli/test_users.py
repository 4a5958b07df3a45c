import json

import pytest

from mtqg_geo.people import accounts, sessions, tokens
from mtqg_geo.store.engine import open_store
from mtqg_geo.store.rights import Who


@pytest.fixture
def run(own_store, command, monkeypatch):
    """Run `users` where people sign in, and return what it says."""
    monkeypatch.setenv("MTQG_ACCESS", "signed-in")

    def run_it(*arguments, code=0):
        given, out, words = command("users", *arguments, "--lang", "en")
        assert given == code, words
        return out.decode() + words

    return run_it


def test_people_are_added_granted_and_taken_rights_from(run):
    added, shown = run("add", "Lan@example.vn", "Lan").splitlines()
    assert added.startswith("Added lan@example.vn")
    passphrase = shown.rsplit(": ")[-1]
    store = open_store()
    assert accounts.check_passphrase(store, "lan@example.vn", passphrase).name == "Lan"
    assert run("list") == "lan@example.vn\tLan\tno rights\n"

    words = run("grant", "lan@example.vn", "load", "--district", "215", "--to", "2040-12-31")
    assert words == "[1] load figures: Huyện Yên Thế (until 2040-12-31)\n"
    assert run("grant", "lan@example.vn", "undo", "--communes", "07246", "07249").startswith(
        "[2] undo: "
    )
    listed = json.loads(run("list", "--json"))
    assert [(one["verb"], len(one["communes"])) for one in listed[0]["grants"]][0] == ("load", 19)

    cookie = sessions.begin(store, 1)
    assert run("sign-out", "lan@example.vn") == "Signed lan@example.vn out everywhere.\n"
    assert sessions.person_of(store, cookie) is None
    assert "nothing to untie" in run("release", "lan@example.vn", code=1)
    accounts.of_identity(store, "https://id.example.vn", "7", "lan@example.vn")
    assert run("release", "lan@example.vn").startswith("Untied lan@example.vn")
    assert run("revoke", "1").startswith("Revoked [1] load figures")
    assert run("revoke", "lan@example.vn").startswith("Revoked [2] undo")
    assert run("list").endswith("no rights\n")


def test_what_cannot_be_done_is_said_in_a_sentence(run):
    assert "There is no account" in run("grant", "mai@example.vn", "load", code=1)
    run("add", "mai@example.vn", "Mai", "--no-passphrase")
    assert "999" in run("grant", "mai@example.vn", "load", "--district", "999", code=1)
    assert "everywhere" in run("grant", "mai@example.vn", "install", "--district", "215", code=1)
    assert "no grant 7" in run("revoke", "7", code=1)


def test_a_command_that_changes_data_needs_the_token_of_a_person(
    run, command, tmp_path, monkeypatch
):
    file = tmp_path / "a.csv"
    file.write_text("Mã xã;Chỉ tiêu;Kỳ;Loại số liệu;Giá trị\n07246;OP01;2023;KH;5\n")
    store = open_store()

    def load():
        return command("import", file, "--lang", "en")

    code, _, said = load()
    assert (code, "MTQG_TOKEN" in said) == (1, True)
    monkeypatch.setenv("MTQG_TOKEN", "mtqg_wrong")
    assert "cannot be used" in load()[2]

    run("add", "lan@example.vn", "Lan", "--no-passphrase")
    run("grant", "lan@example.vn", "load", "--communes", "07249")
    lan = Who("Lan", 1)
    monkeypatch.setenv("MTQG_TOKEN", tokens.make(store, who=lan, words="x", verbs=["load", "undo"]))
    assert "does not hold in 1 of the communes" in load()[2]
    run("grant", "lan@example.vn", "load", "--communes", "07246")
    assert load()[0] == 0
    assert "right to undo" in command("batches", "undo", "1", "--lang", "en")[2]
    lines = json.loads(command("audit", "--json", "--kind", "import")[1])
    said = [(each["who"], each["detail"]["via"], each["detail"]["email"]) for each in lines]
    assert said == [("Lan", "command_line", "lan@example.vn")]
    assert lines[0]["detail"]["token"] == 1


def test_the_log_is_verified_and_its_last_link_told(own_store, command):
    command("users", "add", "lan@example.vn", "Lan", "--no-passphrase")
    said = json.loads(command("audit", "verify", "--json")[1])
    command("users", "add", "mai@example.vn", "Mai", "--no-passphrase")
    code, out, _ = command("audit", "verify", "--link", said["last"], "--lang", "en")
    assert (code, said["lines"]) == (0, 1)
    assert out.decode().startswith("The log is as it was written: 2 lines, last link ")
    code, _, err = command("audit", "verify", "--link", "0" * 64, "--lang", "en")
    assert (code, err.startswith("The log has no link 000")) == (1, True)
