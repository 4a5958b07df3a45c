"""Layers of every format, damaged at random: checked or told of in one sentence that was foreseen.

All are checked in one child process, as works and as boundaries, by the functions that the pages
call; only the handing over between two processes is left out.
"""

import random
import shutil
import tempfile
import warnings
from pathlib import Path
from unittest import mock

import geopandas as gpd
import pytest
import shapely

from geo.errors import ReadError
from geo.sandbox import Limits, _require_kind, read_into, run_isolated
from mtqg_geo.boundaries.check import check_file
from mtqg_geo.boundaries.report import changes_csv, matches_csv, report_json, report_text
from mtqg_geo.boundaries.view import check_view
from mtqg_geo.dataset.dataset import current_dataset
from mtqg_geo.loading.upload import check_upload
from mtqg_geo.loading.view import upload_view
from mtqg_geo.programme.errors import MtqgError
from tests.geo.layer_files import PARTS, kml, placemark, zipped
from tests.mtqg_geo.boundaries.layers import district
from tests.mtqg_geo.loading.test_mutated_tables import damaged

LIMITS = Limits(memory_bytes=3_000_000_000, cpu_s=1_800, wall_s=3_600.0)
READ_BY = ("mtqg_geo.loading.reading.layers", "mtqg_geo.boundaries.check")


def works():
    columns = {
        "ten": ["Chợ Một", "Trường Hai", "Trạm y tế Ba"],
        "loai": ["Chợ", "Trường học", "Trạm y tế"],
        "du_an": ["DA4.TDA1", "DA4.TDA1", "DA4"],
        "nam": [2023, 2023, 2022],
        "xa": ["Xã An Lạc", "Xã Vân Sơn", None],
        "tong_muc_dau_tu": [1_250.5, None, 900.0],
    }
    places = shapely.points([106.9, 106.92, 107.0], [21.3, 21.33, 21.4])
    return gpd.GeoDataFrame(columns, geometry=places, crs="EPSG:4326")


def files(folder, layer):
    """Return the bytes of a layer in every format, by the name of its file; parts as a mapping."""
    layer.to_file(folder / "a.shp", encoding="utf-8")
    for suffix in (".gpkg", ".geojson", ".fgb"):
        layer.to_file(folder / f"a{suffix}")
    layer.to_parquet(folder / "a.parquet")
    point = "<Point><coordinates>106.9,21.3</coordinates></Point>"
    said = "<description>Dự án: DA4.TDA1&lt;br&gt;Năm: 2023</description>"
    (folder / "a.kml").write_text(kml(placemark("Chợ Một", point, more=said)))
    whole = {f"a{s}": (folder / f"a{s}").read_bytes() for s in (".gpkg", ".geojson", ".fgb")}
    whole |= {each: (folder / each).read_bytes() for each in ("a.parquet", "a.kml")}
    parts = {f"a{s}": (folder / f"a{s}").read_bytes() for s in PARTS}
    return whole, parts


def mutated(folder, number, whole, parts):
    """Write a damaged file and return its place."""
    chance = random.Random(number)
    kinds = [*whole, "a.zip", "a.zip"]  # a shapefile has more to break
    name = kinds[number % len(kinds)]
    path = folder / f"{number}{Path(name).suffix}"
    if name == "a.zip":
        hit = chance.choice([*parts])
        return zipped(path, {**parts, hit: damaged(parts[hit], chance)})
    path.write_bytes(damaged(whole[name], chance))
    return path


def read_here(path, *, name="", **options):
    """Read a layer as the child does, hand it over, and read what was handed over."""
    path = Path(path)
    _require_kind(path, name or path.name)
    with tempfile.TemporaryDirectory() as folder:
        origin = read_into(Path(folder), path=str(path), name=name or path.name, **options)
        layer = gpd.read_parquet(Path(folder) / "layer.parquet")
    layer.attrs["origin"] = origin
    return layer


def told(checked):
    """Say all that page and command line say of a layer."""
    check_view(checked)
    report_text(checked, lang="vi")
    return report_json(checked, lang="en"), changes_csv(checked), matches_csv(checked)


def check_all(folder, *, count):
    """Check damaged files as works and as boundaries; return how they ended, what was unforeseen."""
    warnings.simplefilter("ignore")
    ends, unforeseen = [], []
    for as_works in (True, False):
        made = folder / "made"
        made.mkdir()
        whole, parts = files(made, works() if as_works else district())
        shutil.rmtree(made)
        for number in range(count if as_works else count // 2):
            path = mutated(folder, number, whole, parts)
            try:
                check(path, as_works=as_works)
                ends.append("read")
            except (MtqgError, ReadError) as error:
                ends.append(error.code)
                if error.code == "load_unforeseen":
                    unforeseen.append([path.name, repr(error.__cause__)])
            path.unlink(missing_ok=True)
    return {"ends": ends, "unforeseen": unforeseen}


def check(path, *, as_works):
    """Check a file as a page does, and word all that the page shows."""
    data = current_dataset()
    with mock.patch(f"{READ_BY[not as_works]}.read_untrusted", read_here):
        if as_works:
            upload_view(check_upload(path, path.name, data), data, lang="vi")
        else:
            told(check_file(path, vintage="2023-04"))


@pytest.mark.long
@pytest.mark.parametrize("count", [8, pytest.param(1_400, marks=pytest.mark.long)])
def test_a_damaged_layer_is_checked_or_told_of_in_one_sentence(tmp_path, count):
    found = run_isolated(
        "tests.mtqg_geo.loading.test_mutated_layers:check_all",
        {"count": count},
        folder=tmp_path,
        subject="x",
        limits=LIMITS,
    )
    assert found["unforeseen"] == []
    assert "read" in found["ends"]
    assert any(end not in ("read", "") for end in found["ends"])
