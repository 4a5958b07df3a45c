"""The province made for measurements is what a province is, and comes in by the front door."""

import doctest

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from benchmarks import growth, machine, province
from mtqg_geo.dataset.dataset import current_dataset

SMALL = province.Size(sites=60, roads=12, years=(2023,), capital_parts=1)


def test_the_same_seed_gives_the_same_works_each_in_its_commune():
    first, again = (dict(province.tables(SMALL)) for _ in range(2))
    for kind in ("sites", "roads"):
        pd.testing.assert_frame_equal(first[kind], again[kind])
    sites = first["sites"].dropna(subset=["lon"])
    points = gpd.GeoSeries.from_xy(sites["lon"], sites["lat"], crs=4326)
    shapes = province.programme_area(first["region"]).set_index("code").geometry
    own = shapes[sites["commune_code"]].reset_index(drop=True)
    assert own.contains(points, align=False).all()
    lines = shapely.from_wkt(first["roads"]["geometry"].to_numpy(dtype=object))
    own = shapely.buffer(shapes[first["roads"]["commune_code"]].to_numpy(), 1e-5)
    assert shapely.contains(own, lines).all()  # the digits of the text move a line by a hand


def test_a_layer_that_is_not_there_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "FOLDER", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"bac_giang_communes_2008.zip .* BENCH_BOUNDARIES"):
        province.fill(SMALL)


@pytest.mark.long
def test_everything_is_loaded_as_real_data(monkeypatch, tmp_path):
    monkeypatch.setenv("MTQG_DATA", str(tmp_path / "store"))
    rows, data = province.fill(SMALL, layers=False), current_dataset()
    of_sample = 8322 + 5980  # its capital, and all else of 2023
    assert rows["observations"] == pytest.approx(of_sample * (1 - province.SILENT / 73), abs=20)
    assert (rows["sites"], rows["roads"], rows["region"]) == (60, 12, 73)
    assert (len(data.sites), len(data.roads)) == (60, 12)
    assert not data.is_illustrative
    assert set(data.sites["status"]) == {
        "completed", "under_construction", "planned", "not_reported",
    }  # fmt: skip


def test_growth_is_told_by_its_exponent():
    assert doctest.testmod(growth).failed == 0
