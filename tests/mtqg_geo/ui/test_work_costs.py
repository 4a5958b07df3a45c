"""The page of works shows costs and dates where any is known, and what the sum leaves out."""

import pytest
from streamlit.testing.v1 import AppTest

from mtqg_geo.dataset.dataset import current_dataset
from mtqg_geo.figures.work import work_key
from mtqg_geo.loading.upload import check_upload, commit_upload
from mtqg_geo.store.rights import Who
from tests.mtqg_geo.ui.test_drawer import shown
from tests.mtqg_geo.ui.test_sparse_tables import draw_page
from tests.tables import parts_of, rows_of

SITES = (
    "Mã xã;Tên;Loại công trình;Dự án;Năm;Trạng thái;Tổng mức đầu tư (triệu đồng);Ngày hoàn thành\n"
    "07645;Nhà văn hóa Một;Nhà văn hóa;DA6;2023;Hoàn thành;1.250,5;6/2023\n"
    "07645;Nhà văn hóa Hai;Nhà văn hóa;DA6;2023;;;\n"
)


@pytest.fixture
def loaded(own_store, in_this_process, data):
    upload = check_upload(SITES.encode(), "cong-trinh.csv", data, store=own_store)
    assert not upload.has_errors, upload.errors
    commit_upload(upload, own_store, who=Who("Lan"))


def test_cost_and_dates_are_shown_in_the_list_the_sum_and_the_profile(loaded):
    app = AppTest.from_function(draw_page, default_timeout=300, kwargs={"page": "works"}).run()
    assert not app.exception
    assert any(
        "Tổng mức đầu tư ít nhất 1,3 tỷ đồng (1 trên 2 công trình có số)" in each.value
        for each in app.html
    )
    rows = rows_of(app, "sites").set_index("name")
    one = rows.loc["Nhà văn hóa Một", ["cost_vnd", "completed_on", "commune"]].to_list()
    assert one == [1_250.5, "2023-06", "Xã An Lạc"], "in millions, as the heading says"
    columns = {each["name"]: each for each in parts_of(app, "sites")["main"]["columns"]}
    assert "triệu đồng" in columns["cost_vnd"]["heading"]
    [date] = columns["completed_on"]["instead"].values()
    assert date == "06/2023"
    assert "started_on" not in rows  # nobody says when any of them began


def test_the_card_has_cost_and_dates_and_the_profile_reads_its_sources_when_asked(loaded):
    app = AppTest.from_function(draw_page, default_timeout=300, kwargs={"page": "map"})
    site = work_key("sites", current_dataset().site_list["id"].iloc[0])
    app.query_params |= {"work": site, "profile": "07645"}
    app.run()
    card = shown(app)
    for fact in ("Nhà văn hóa Một", "1,3 tỷ đồng", "06/2023", "cong-trinh.csv"):
        assert fact in card
    app.session_state["work"] = ""
    assert "Đang đọc nguồn số liệu…" in shown(app.run())
    app.session_state["_origins_of"] = "07645"
    assert "Xã này chưa có số liệu nào được nạp" in shown(app.run())
