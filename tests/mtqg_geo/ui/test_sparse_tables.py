"""What the loader accepts is drawn: tables with no more than they need, on every page."""

import pytest
from streamlit.testing.v1 import AppTest

from mtqg_geo.dataset.dataset import current_dataset
from mtqg_geo.loading.sheets.layout import FIELDS
from mtqg_geo.loading.upload import check_upload, commit_upload

TIMEOUT_S = 300
PAGES = ("map", "progress", "works", "data")
NEEDED = {
    "region": "Mã xã;Khu vực;Từ ngày;Quyết định\n07645;III;2021-06-04;861/QĐ-TTg\n",
    "observations": "Mã xã;Chỉ tiêu;Kỳ;Loại số liệu;Giá trị\n07645;OP05;2023;Kế hoạch;1,5\n",
    "sites": "Mã xã;Tên;Loại công trình;Dự án;Năm\n07645;Nhà văn hóa;Nhà văn hóa;DA6;2023\n",
    "roads": "Mã xã;Tên;Dự án;Năm;Hình tuyến (WKT)\n"
    "07645;Đường xã;DA4.TDA1;2023;LINESTRING (106.95 21.30, 106.96 21.31)\n",
}


def draw_page(page: str):
    """Draw a page in the frame of the application."""
    from importlib import import_module

    from mtqg_geo.dataset.dataset import current_dataset
    from mtqg_geo.ui import state
    from mtqg_geo.ui.shared import filters, header

    data = current_dataset()
    state.language()
    state.follow_url(data)
    filters.draw(data)
    current = state.read_state(data)
    state.write_url(current)
    header.notices(current)
    import_module(f"mtqg_geo.ui.{page}.page").draw(current)


@pytest.fixture
def sparse(own_store, in_this_process, data):
    """Load one row of each kind, with nothing that is optional."""
    for kind, text in NEEDED.items():
        upload = check_upload(text.encode(), f"{kind}.csv", data, kind=kind, store=own_store)
        assert not upload.has_errors, (kind, upload.rejected)
        assert commit_upload(upload, own_store, who="").counts[kind]["new"] == 1
    return current_dataset()


def test_a_row_of_each_kind_with_nothing_optional_is_drawn_on_every_page(sparse):
    for kind in ("sites", "roads"):
        optional = {field.name for field in FIELDS[kind] if not field.is_required}
        assert {"status", "source"} <= optional
    for page in PAGES:
        for lang, vintage in (("vi", "2023-04"), ("en", "2025-07")):
            app = AppTest.from_function(draw_page, default_timeout=TIMEOUT_S, kwargs={"page": page})
            app.query_params |= {"lang": lang, "vintage": vintage, "profile": "07645"}
            app.run()
            assert not app.exception, (page, lang, vintage, app.exception)
