"""The page of loading before it is drawn."""

import pytest

from mtqg_geo.loading.upload import check_upload
from mtqg_geo.loading.view import upload_view

pytestmark = pytest.mark.usefixtures("in_this_process")
HEADINGS = "Mã xã;Chỉ tiêu;Kỳ;Loại số liệu;Giá trị;Lạ\n"
GOOD, BAD = "07243;OP01;2023;KH;4;x\n", "07246;OP01;2023;KH;năm;\n"


@pytest.fixture
def view(data):
    """Return the page of some rows."""

    def of(rows):
        upload = check_upload((HEADINGS + rows).encode(), "tệp.csv", data)
        return upload_view(upload, data, lang="en")

    return of


def test_good_and_wrong_rows_are_counted_apart(view):
    found = view(GOOD + BAD)
    assert found.counts == {"read": 2, "new": 1, "changed": 0, "unchanged": 0, "rejected": 1}
    assert (found.rows, found.offer) == (1, "ready")


def test_without_a_good_row_there_is_nothing_to_load(view):
    assert view(BAD).offer == "no_rows"


def test_what_is_real_replaces_the_sample(view):
    assert view(GOOD).replaces_sample


def test_a_column_that_is_not_read_comes_last(view):
    *read, ignored = view(GOOD).columns
    assert [each.heading for each in read][:2] == ["Mã xã", "Chỉ tiêu"]
    assert all(each.field for each in read)
    assert (ignored.heading, ignored.field) == ("Lạ", "")
