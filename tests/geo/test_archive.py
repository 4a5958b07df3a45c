import io
import zipfile

from geo.archive import fixed_zip

NEW_YEAR = (2000, 1, 1, 0, 0, 0)


def test_members_bear_the_moment_given_not_that_of_writing():
    content = fixed_zip({"a.txt": b"1", "b/c.txt": b"2"}, moment=NEW_YEAR)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {each.filename: each.date_time for each in archive.infolist()} == {
            "a.txt": NEW_YEAR, "b/c.txt": NEW_YEAR,
        }  # fmt: skip
        assert archive.read("b/c.txt") == b"2"
