"""Money by source and kind on the page of progress, by AppTest: with a split and without one."""

import pytest

from mtqg_geo.dataset.dataset import current_dataset
from mtqg_geo.loading.start import start_store
from mtqg_geo.loading.upload import check_upload, commit_upload
from mtqg_geo.store.rights import Who
from tests.mtqg_geo.ui.test_progress_page import bodies, open_page, table

FILE = """Mã xã;Chỉ tiêu;Dự án;Kỳ;Loại số liệu;Nguồn vốn;Loại vốn;Giá trị
07243;FI01;DA1;2023;Kế hoạch;Ngân sách trung ương;Vốn đầu tư công;5000000000
07243;FI01;DA1;2023;Kế hoạch;Ngân sách địa phương;Kinh phí sự nghiệp;1000000000
07243;FI01;DA1;2023;Giao vốn;Ngân sách trung ương;Vốn đầu tư công;4000000000
07243;FI01;DA1;2023-Q1;Giải ngân;Ngân sách trung ương;Vốn đầu tư công;3000000000
07246;FI01;DA1;2023;Kế hoạch;;;2000000000
"""
FILTERS = ("capital_source", "capital_kind")


def drawn(app):
    return {each.key for each in app.multiselect} & {*FILTERS}


@pytest.fixture
def loaded(own_folder, data):
    """A store in which some money is split."""
    store = start_store(data, sample=False)
    upload = check_upload(FILE.encode(), "von.csv", current_dataset(), store=store)
    commit_upload(upload, store, who=Who("Lan"))


def test_where_no_money_is_split_there_is_neither_filter_nor_table():
    app = open_page()
    assert drawn(app) == set()
    assert not any("Vốn theo nguồn" in each.value for each in app.subheader)


def test_what_is_split_stands_by_source_and_by_kind_beside_the_rest(loaded):
    app = open_page()
    assert drawn(app) == {*FILTERS}
    by_source, by_kind = [body for body in bodies(app) if "class='progress capital" in body][1:]
    assert [name in by_source for name in ("trung ương", "địa phương", "lồng ghép")] == [
        True, True, False,
    ]  # fmt: skip
    assert "Không chia" in by_source
    assert "Kinh phí sự nghiệp" in by_kind


def test_a_source_chosen_narrows_money_alone_and_the_page_says_so(loaded):
    app = open_page(capital_source=["central"])
    assert "5,0" in table(app, "capital"), "the central plan of the one commune, in billions"
    note = "Số tiền chỉ tính nguồn: Ngân sách trung ương"
    assert any(note in body for body in bodies(app))
    assert any("Nguồn vốn, loại vốn · 1" in each.label for each in app.expander)
