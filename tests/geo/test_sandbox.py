import os
import socket
import threading
import time

import geopandas as gpd
import pytest
from shapely import box

from data.boundaries.catalogue import write_shapefile
from geo.errors import ReadError
from geo.formats import DRIVERS, FORMATS
from geo.sandbox import Limits, read_untrusted, run_isolated

READER = "tests.geo.hostile_reader"


def communes():
    columns = {"code": ["00123", "07645"], "name": ["Xã Đồng Hưu", "Xã Hoà Bình"]}
    return gpd.GeoDataFrame(columns, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], crs="EPSG:4326")


def run(folder, name, *, limits=None, **arguments):
    return run_isolated(
        f"{READER}:{name}",
        arguments,
        folder=folder,
        subject="ranh giới.zip",
        limits=limits or Limits(),
    )


@pytest.mark.parametrize("encoding", [None, "latin-1"])
def test_a_good_layer_comes_through_unchanged(tmp_path, encoding):
    path = tmp_path / "units.shp"
    write_shapefile(communes(), path)

    layer = read_untrusted(path, encoding=encoding)

    assert layer["code"].tolist() == ["00123", "07645"]
    assert layer.crs == "EPSG:4326"
    assert layer.geometry.geom_equals(communes().geometry).all()
    name = layer["name"].iloc[0]
    assert (name if encoding is None else name.encode("latin-1").decode()) == "Xã Đồng Hưu"


def test_a_layer_without_crs_stays_without(tmp_path):
    path = tmp_path / "units.shp"
    write_shapefile(communes(), path)
    path.with_suffix(".prj").unlink()

    assert read_untrusted(path).crs is None


@pytest.mark.parametrize("drivers", [DRIVERS, FORMATS[".tab"].drivers, FORMATS[".kml"].drivers])
def test_the_child_has_only_the_drivers_wanted(tmp_path, drivers):
    found = run_isolated(
        f"{READER}:drivers", {}, folder=tmp_path, subject="ranh giới.tab", drivers=drivers
    )
    assert sorted(found) == sorted(drivers)


def test_a_child_with_a_driver_too_many_reads_nothing(tmp_path, monkeypatch):
    import pyogrio

    monkeypatch.setattr(pyogrio, "list_drivers", lambda: {"GPKG": "raw"})
    write_shapefile(communes(), tmp_path / "units.shp")

    with pytest.raises(ReadError, match=r"drivers could not be switched off \(first: "):
        read_untrusted(tmp_path / "units.shp")


@pytest.mark.skipif(os.name == "nt", reason="Windows limits the wall clock only")
@pytest.mark.parametrize(
    ("name", "limits", "sentence"),
    [
        ("use_memory", Limits(), r"needs more than 3 GB of memory"),
        ("use_processor", Limits(cpu_s=2), r"takes more than 2 seconds"),
        ("write_much", Limits(file_bytes=1_000_000), r"is too large to keep"),
        ("die", Limits(), r"cannot be read as a layer"),
    ],
)
def test_a_child_that_uses_too_much_is_one_sentence(tmp_path, name, limits, sentence):
    with pytest.raises(ReadError, match=rf"^ranh giới.zip {sentence}"):
        run(tmp_path, name, limits=limits)


def test_the_wall_clock_ends_a_child(tmp_path):
    started = time.monotonic()

    with pytest.raises(ReadError, match=r"takes more than 1 seconds"):
        run(tmp_path, "use_processor", limits=Limits(wall_s=1))
    assert time.monotonic() - started < 30  # a child that was not ended would take a minute


def test_a_child_reaches_no_server(tmp_path):
    hits = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        done = threading.Event()

        def listen():
            while not done.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                hits.append(1)
                connection.close()

        listener = threading.Thread(target=listen)
        listener.start()
        reached = run(tmp_path, "call_home", port=server.getsockname()[1])
        done.set()
        listener.join()

    # A plain socket gets through only where the system does not let us leave the network;
    # GDAL gets through nowhere.
    assert [way for way in reached if way != "socket"] == []
    assert len(hits) == reached.count("socket")


def test_gdal_itself_refuses_a_description_of_another_file(tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("name,WKT\nsecret,POINT (1 2)\n")
    path = tmp_path / "layer.vrt"
    path.write_text(
        f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>"
    )

    assert gpd.read_file(path)["name"].tolist() == ["secret"]
    assert run(tmp_path, "secret_through_vrt", path=str(path)) == "refused"


def test_other_kinds_absent_and_empty_files_are_refused_before_a_child_starts(tmp_path):
    (tmp_path / "empty.zip").touch()
    (tmp_path / "layer.gpkg").write_text("<OGRVRTDataSource/>")

    with pytest.raises(ReadError, match=r"notes.txt is no layer that can be read"):
        read_untrusted(tmp_path / "notes.txt")
    with pytest.raises(ReadError, match=r"There is no file absent.zip"):
        read_untrusted(tmp_path / "absent.zip")
    with pytest.raises(ReadError, match=r"There is no file x.geojson"):
        read_untrusted("/vsicurl/http://127.0.0.1/x.geojson")
    with pytest.raises(ReadError, match=r"empty.zip is empty \(0 bytes\)"):
        read_untrusted(tmp_path / "empty.zip")
    with pytest.raises(ReadError, match=r"layer.gpkg is no .gpkg file inside"):
        read_untrusted(tmp_path / "layer.gpkg")


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "in").mkdir()
    write_shapefile(communes(), tmp_path / "in" / "units.shp")

    read_untrusted(tmp_path / "in" / "units.shp")

    assert [each.name for each in tmp_path.iterdir()] == ["in"]
