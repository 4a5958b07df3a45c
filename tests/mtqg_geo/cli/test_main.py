"""The outermost part of every command: one sentence, whatever happens."""

import logging

import pytest

from mtqg_geo.cli import loading, main


@pytest.fixture
def fails(monkeypatch, command, own_folder):
    """Return a function that runs a command which fails with an error."""

    def run(error):
        def raising(*_):
            raise error

        monkeypatch.setattr(loading, "open_store", raising)
        return command("batches", "list")

    return run


def test_what_nobody_foresaw_is_a_sentence_and_its_number(fails, caplog):
    code, out, words = fails(RuntimeError("mật khẩu"))
    assert (code, out) == (70, b"")
    assert f"mã sự cố {caplog.records[0].args[0]}" in words
    assert "mật khẩu" not in words
    assert "mật khẩu" in caplog.text


def test_a_file_that_may_not_be_read_is_named(command, own_folder, tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_text("a")

    class Closed(type(tmp_path)):
        def read_bytes(self):
            raise PermissionError(13, "Permission denied", "a.csv")

    monkeypatch.setattr(loading, "Path", Closed)
    code, _, words = command("import", tmp_path / "a.csv", "--dry-run")
    assert code == 1
    assert words.startswith("Không đọc được tệp a.csv (không có quyền truy cập)")


def test_a_file_that_cannot_be_used_is_named(fails):
    code, _, words = fails(PermissionError(13, "Permission denied", "/kho/a.xlsx"))
    assert code == 1
    assert "Không đọc hoặc không ghi được /kho/a.xlsx (không có quyền truy cập)" in words


def test_the_details_are_kept_in_a_file_where_there_is_one(fails, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(logging.root, "handlers", [])  # pytest's
    words = fails(RuntimeError("mật khẩu"))[2]
    log = tmp_path / "mtqg_geo" / main.LOG
    [handler] = logging.root.handlers
    handler.close()
    assert str(log) in words
    assert "mật khẩu" not in words
    assert "mật khẩu" in log.read_text(encoding="utf-8")
