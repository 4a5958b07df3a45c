from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.dataset.tables import ObservationsInMemory
from mtqg_geo.loading.sheets.headings import understand
from mtqg_geo.loading.tables.draft import Draft
from mtqg_geo.loading.upload import READERS, check_upload
from mtqg_geo.loading.workbooks import everything as workbook_module
from mtqg_geo.loading.workbooks.everything import workbook
from mtqg_geo.programme.tables import KINDS
from mtqg_geo.store.address import file_url
from mtqg_geo.store.batches import commit_batch
from mtqg_geo.store.engine import close_store, create_store
from mtqg_geo.store.rights import Who
from tests.long import DEAR
from tests.mtqg_geo.loading.workbooks import opened, sheets_here

KEY = ["commune_code", "indicator", "project", "period", "basis"]


@pytest.fixture(scope="module")
def made(squares):
    """Return a builder of data with every column that a store has."""

    def build(**parts):
        data = squares(**parts)
        return replace(data, roads=data.roads.assign(road_class="commune"))

    return build


def tables_of(data):
    """Return what a store holds that was filled from a data set."""
    blank = {"not_reported": ""}
    roads = pd.DataFrame(data.roads)
    tables = {
        "observations": data.observations.table(),
        "sites": data.site_list.assign(status=data.site_list["status"].replace(blank)),
        "roads": roads.assign(
            geometry=shapely.to_wkb(data.roads.geometry.to_numpy()),
            status=roads["status"].replace(blank),
        ),
        "region": data.regions,
    }
    return {
        kind: table[[name for name in KINDS[kind].columns if name in table]].assign(sheet="", row=1)
        for kind, table in tables.items()
        if len(table)
    }


def read_again(content, data, folder, *, only="", **options):
    """Return the tables of a workbook by kind; nothing in it may be wrong."""
    tables = {}
    for sheet in sheets_here(content, folder, only=only):
        draft = Draft(sheet, understand(sheet, data.catalog), data, **options)
        table = READERS[draft.rows.headings.kind](draft)
        assert table.errors == ()
        tables[table.kind] = table
    return tables


@pytest.fixture
def store(tmp_path):
    opened_store = create_store(file_url(tmp_path / "mtqg.sqlite"))
    yield opened_store
    close_store(opened_store)


@pytest.mark.long  # test_two_geographies.py does it with fewer
def test_the_sample_taken_out_and_loaded_again_changes_nothing(data, store):
    commit_batch(
        store, tables_of(data), file_name="mẫu", content=b"", who=Who("kiểm thử"), illustrative=True
    )
    upload = check_upload(workbook(data), "tất cả.xlsx", data, store=store)
    assert upload.illustrative
    assert not upload.has_errors
    assert {
        kind: (each.new, each.changed) for kind, each in upload.comparison.items()
    } == dict.fromkeys(("observations", "sites", "roads", "region"), (0, 0))
    assert upload.comparison["observations"].unchanged == 37_667


def test_numbers_are_numbers_codes_are_texts_and_words_are_for_people(made):
    figures = [["00001", "OP01", "DA1", "2023-Q1", "actual", 12.25, "Báo cáo số 1"]]
    sites = [("CT1", "not_reported", "00001", "=cmd()")]
    book = opened(workbook(made(observations=figures, sites=sites)))
    assert [cell.value for cell in book["Số liệu"][2]] == [
        "00001", "Xã 1", "Huyện 1", "OP01", "DA1", "Quý I/2023", "Thực hiện", None, None, 12.25,
        "Báo cáo số 1",
    ]  # fmt: skip
    assert book["Số liệu"]["A2"].number_format == "@"
    site = {head.value: cell for head, cell in zip(*book["Công trình"][1:2], strict=True)}
    assert (site["Kinh độ"].data_type, site["Trạng thái"].value) == ("n", "Chưa báo cáo")
    assert (site["Tên công trình"].value, site["Tên công trình"].data_type) == ("=cmd()", "s")


def test_many_rows_are_spread_over_sheets_that_can_be_read(made, tmp_path, monkeypatch):
    monkeypatch.setattr(workbook_module, "SHEET_ROWS", 2)
    figures = [
        [f"0000{n}", "CX01", "", period, "actual", 100, ""]
        for n in (1, 2, 3)
        for period in ("2022", "2023")
    ]
    data = made(observations=figures)
    sheets = sheets_here(workbook(data), tmp_path)
    names = [sheet.name for sheet in sheets if sheet.name.startswith("Số liệu")]
    assert names == ["Số liệu", "Số liệu (2)", "Số liệu (3)"]


@pytest.mark.long
def test_a_line_too_long_for_a_cell_is_left_out_with_a_word_and_stays_as_it_is(made, tmp_path):
    places = [(106 + i / 10_000, 21.5 + (i % 7) / 10_001) for i in range(1_500)]
    data = made(roads=[("D1", "completed", places)])
    content = workbook(data)
    sheet = opened(content)["Tuyến đường"]
    headings = [cell.value for cell in sheet[1]]
    assert sheet.cell(2, headings.index("Hình tuyến (WKT)") + 1).value is None
    assert "GeoPackage" in sheet.cell(2, headings.index("Ghi chú") + 1).value
    [road] = read_again(content, data, tmp_path, illustrative=True)["roads"].rows.itertuples()
    assert road.geometry == shapely.to_wkb(data.roads.geometry.iloc[0])


# A spreadsheet keeps 15 digits, and so does whatever was loaded.
values = st.one_of(
    st.just(float("nan")),
    st.integers(0, 10**9).map(float),
)
shares = st.floats(1.5, 100).map(lambda value: float(f"{value:.15g}"))
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp", "Mn"]),
    min_size=1,
    max_size=20,
).filter(lambda text: text.strip() == text)
figures = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["00001", "00002", "00003"]),
            st.sampled_from(["OP01", "OP02"]),
            st.just("DA1"),
            st.sampled_from(["2022-Q1", "2023-Q4"]),
            st.just("actual"),
            values,
            texts,
        ),
        st.tuples(
            st.sampled_from(["00001", "00002", "00003"]),
            st.sampled_from(["CX02", "OC08"]),
            st.just(""),
            st.sampled_from(["2022", "2023"]),
            st.just("actual"),
            shares,
            texts,
        ),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda row: row[:5],
)


@DEAR
@given(rows=figures)
def test_any_figures_come_back_as_they_went_out(rows, made, tmp_path):
    data = made()
    table = pd.DataFrame(rows, columns=[*KEY, "value", "source"])
    data = replace(data, observations=ObservationsInMemory(table))
    again = read_again(workbook(data), data, tmp_path, only="Số liệu")["observations"].rows
    again = again.astype(dict.fromkeys(KEY, str)).sort_values(KEY)[[*KEY, "value"]]
    pd.testing.assert_frame_equal(
        again.reset_index(drop=True),
        table.sort_values(KEY)[[*KEY, "value"]].reset_index(drop=True),
        check_dtype=False,
    )


coordinates = st.tuples(st.floats(106.01, 108.99), st.floats(21.01, 21.99))


@pytest.mark.long
@DEAR
@given(lines=st.lists(st.lists(coordinates, min_size=2, max_size=5, unique=True), min_size=1))
def test_any_lines_come_back_to_the_last_digit(lines, made, tmp_path):
    data = made(roads=[(f"D{n}", "planned", line) for n, line in enumerate(lines)])
    read = read_again(workbook(data), data, tmp_path, only="Tuyến đường")["roads"]
    again = read.rows.set_index("id")["geometry"]
    kept = data.roads.set_index("id").geometry
    assert {road: shapely.to_wkb(kept[road]) for road in kept.index} == dict(again)


def test_an_empty_store_gives_sheets_with_headings_alone(made):
    data = made()
    empty = gpd.GeoDataFrame(data.roads.iloc[:0])
    book = opened(workbook(replace(data, roads=empty)))
    assert book.sheetnames == ["Số liệu", "Công trình", "Tuyến đường", "Khu vực"]
    assert np.all([book[name].max_row == 1 for name in ("Số liệu", "Tuyến đường")])


def test_a_facility_outside_the_programme_comes_back_as_one(made, tmp_path):
    data = made(sites=[("M1", "completed", "00001"), ("M2", "completed", "00002")])
    data = replace(data, sites=data.sites.assign(project=["", "DA4.TDA1"], year=[1998, 2023]))
    read = read_again(workbook(data), data, tmp_path, only="Công trình", illustrative=True)
    sites = read["sites"].rows
    assert sites[["id", "project", "year"]].to_numpy().tolist() == [
        ["M1", "", 1998],
        ["M2", "DA4.TDA1", 2023],
    ]
