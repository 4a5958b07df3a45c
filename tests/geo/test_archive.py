import io
import zipfile

import pytest

from geo.archive import fixed_zip, unpack
from geo.errors import ReadError

NEW_YEAR = (2000, 1, 1, 0, 0, 0)


def test_members_bear_the_moment_given_not_that_of_writing():
    content = fixed_zip({"a.txt": b"1", "b/c.txt": b"2"}, moment=NEW_YEAR)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {each.filename: each.date_time for each in archive.infolist()} == {
            "a.txt": NEW_YEAR, "b/c.txt": NEW_YEAR,
        }  # fmt: skip
        assert archive.read("b/c.txt") == b"2"


def test_an_archive_with_a_piece_missing_is_damaged(tmp_path):
    content = fixed_zip({"xa.csv": bytes(range(256)) * 4}, moment=NEW_YEAR)
    path = tmp_path / "a.zip"
    path.write_bytes(content[:60] + content[-120:])  # its list of files begins before the file does

    with pytest.raises(ReadError, match="damaged"):
        unpack(path, "a.zip", tmp_path / "out", suffixes=[".csv"])
