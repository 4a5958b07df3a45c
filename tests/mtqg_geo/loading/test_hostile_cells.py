"""Whatever stands in the cells, each row is stored or named, and nothing else happens."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.loading.upload import check_upload
from mtqg_geo.programme.errors import LoadError
from tests.long import DEAR
from tests.mtqg_geo.loading.sheets import figures_of

pytestmark = pytest.mark.usefixtures("in_this_process")
DATA = shipped_dataset()
LONG = (
    "Mã xã",
    "Xã",
    "Huyện",
    "Chỉ tiêu",
    "Dự án",
    "Kỳ",
    "Loại số liệu",
    "Đơn vị tính",
    "Giá trị",
    "Nguồn",
)
NO_DATA = ("load_total_row", "load_district_row", "load_group_row", "load_below_table")
ODD = st.sampled_from(
    ["", "07243", "7243", "OP01", "FI01", "CX02", "DA1", "DA4.TDA1", "2023", "2023-Q1", "Quý I/2023",
     "plan", "Thực hiện", "4", "1.234", "1,5", "5 %", "#REF!", "=A1", "illustrative", "Tổng cộng", "-",
     "Chưa báo cáo", "Sơn Động", "An Lạc", "triệu đồng", "\u0000", "\ud7ff", "🏠", "A" * 5000, "<b>", "1e999",
     "7" * 5000, "Xã " + "9" * 5000, "2023-Q" + "1" * 5000, "٣", "²", "½", "1" * 400 + "/2023", "30/2/2023", "Quý " + "I" * 5000]
)  # fmt: skip
CELL = ODD | st.text(max_size=12) | st.integers() | st.floats(allow_nan=False, allow_infinity=False)


@DEAR
@given(st.lists(st.tuples(*[CELL] * len(LONG)), min_size=1, max_size=6))
def test_every_row_is_stored_or_named(rows):
    try:
        table = figures_of(DATA, LONG, *rows)
    except LoadError:  # two columns of one heading, say: a sentence for the whole sheet
        return
    assert len(table.rows) + table.rejected == table.rows_read
    set_aside = {
        row for each in table.warnings if each.code in NO_DATA for row in each.rows or (each.row,)
    }
    assert table.rows_read + len(set_aside) <= len(rows)
    for error in (*table.errors, *table.warnings):
        assert error.text("vi")
        assert error.text("en")
        assert len(error.value) <= 200
        assert len(error.text("vi")) < 1_000


@DEAR
@given(
    st.binary(max_size=400) | st.text('"\r\n;,7x', max_size=30).map(str.encode), st.integers(0, 120)
)
def test_no_bytes_do_more_than_a_sentence(noise, place):
    good = ("Mã xã;Chỉ tiêu;Kỳ;Loại số liệu;Giá trị\n" + "07243;OP01;2023;KH;4\n" * 3).encode()
    with contextlib.suppress(LoadError):
        assert check_upload(good[:place] + noise + good[place:], "số liệu.csv", DATA).tables
