import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import nullcontext
from pathlib import Path

import geopandas as gpd
import pytest
from pyarrow import parquet
from shapely import box

from data.boundaries.catalogue import write_shapefile
from geo import sandbox
from geo.errors import ReadError
from geo.formats import DRIVERS, FORMATS
from geo.sandbox import MOST_CHARACTERS, Limits, read_into, read_untrusted, run_isolated, telling
from geo.turns import Turns

READER = "tests.geo.hostile_reader"


def communes():
    columns = {"code": ["00123", "07645"], "name": ["Xã Đồng Hưu", "Xã Hoà Bình"]}
    return gpd.GeoDataFrame(columns, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], crs="EPSG:4326")


def run(folder, name, *, limits=None, with_gdal=False, **arguments):
    return run_isolated(
        f"{READER}:{name}",
        arguments,
        folder=folder,
        subject="ranh giới.zip",
        limits=limits or Limits(),
        with_gdal=with_gdal,
    )


@pytest.mark.long
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


@pytest.mark.long
def test_a_layer_without_crs_stays_without_and_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "units.shp"
    write_shapefile(communes(), path)
    path.with_suffix(".prj").unlink()

    assert read_untrusted(path).crs is None
    assert [each.name for each in tmp_path.iterdir()] == ["in"]


def test_a_column_of_nothing_and_half_a_system_are_no_surprise(tmp_path):
    path = tmp_path / "units.parquet"
    layer = communes().assign(name=None)
    layer.to_parquet(path)
    read_into(tmp_path, path=str(path), name="a.parquet")

    table = parquet.read_table(path)
    said = table.schema.metadata[b"geo"].replace(b'"unit": "degree"', b'"unyt": "degree"', 1)
    parquet.write_table(table.replace_schema_metadata({b"geo": said}), path)
    with pytest.raises(ReadError) as caught:
        read_into(tmp_path, path=str(path), name="a.parquet")
    assert caught.value.code == "crs_no_way"


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
        ("use_processor", Limits(cpu_s=1), r"takes more than 1 seconds"),
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


def test_a_child_waits_its_turn_says_so_and_is_refused_when_it_does_not_come(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "TURNS", Turns(most=1, memory_bytes=6_000_000_000))
    monkeypatch.setattr(sandbox, "MOST_WAIT_S", 0.1)
    told = []

    with (
        telling(told.append),
        sandbox.TURNS.take(1),
        pytest.raises(ReadError, match=r"^ranh giới.zip has waited 0.1 seconds"),
    ):
        run(tmp_path, "drivers")
    assert told == [True]


def test_a_child_that_nobody_wants_any_more_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "TICK_S", 0.1)
    children, start = [], sandbox.subprocess.Popen
    monkeypatch.setattr(
        sandbox.subprocess, "Popen", lambda *a, **k: children.append(start(*a, **k)) or children[0]
    )

    def stop(waits):
        raise KeyboardInterrupt

    with telling(stop), pytest.raises(KeyboardInterrupt):
        run(tmp_path, "use_processor")
    assert children[0].returncode == -9


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells a child that its parent has ended")
def test_a_child_ends_with_its_server(tmp_path):
    """A server that is killed leaves no reader behind, which the next one would not count."""
    (tmp_path / "pid").touch()
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    child = 0
    while not child:
        assert server.poll() is None
        child = int((tmp_path / "pid").read_text() or 0)
        time.sleep(0.01)
    server.kill()
    server.wait()

    ends = time.monotonic() + 10
    while has_process(child) and time.monotonic() < ends:
        time.sleep(0.01)
    assert not has_process(child)


SERVER = """
import sys
from pathlib import Path
from geo.sandbox import run_isolated
folder = Path(sys.argv[1])
run_isolated("tests.geo.hostile_reader:tell_process", {}, folder=folder, subject="x", with_gdal=False)
"""


def has_process(number):
    try:
        return "State:\tZ" not in Path(f"/proc/{number}/status").read_text()
    except OSError:
        return False


LONG = MOST_CHARACTERS + 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda layer: layer.assign(note=["", "a" * LONG]), r"of 32,768 .* column note \(row 2\)"),
        (
            lambda layer: layer.set_crs(MOON, allow_override=True),
            r"in x.parquet \(WGS 84\) is wrong",
        ),
        (lambda layer: layer, ""),
        (lambda layer: layer.set_crs(None, allow_override=True), ""),
    ],
)
def test_what_a_child_hands_over_is_fit_for_the_server(tmp_path, change, sentence):
    path = tmp_path / "x.parquet"
    change(communes()).to_parquet(path)

    with pytest.raises(ReadError, match=sentence) if sentence else nullcontext():
        read_into(tmp_path, path=str(path), name=path.name)


MOON = (
    'GEOGCS["WGS 84",DATUM["Moon",SPHEROID["Moon_2000",1737400,0]],PRIMEM["Reference_Meridian",0],'
    'UNIT["degree",0.0174532925199433]]'
)


def test_columns_of_one_name_are_refused(tmp_path):
    path = tmp_path / "units.shp"
    write_shapefile(communes(), path)
    dbf = path.with_suffix(".dbf")
    dbf.write_bytes(dbf.read_bytes().replace(b"name\0", b"code\0"))

    with pytest.raises(ReadError, match=r"1 columns whose names .* 'code'"):
        read_into(tmp_path, path=str(path), name=path.name)


def test_a_text_of_bytes_that_are_none_is_named_in_the_child(tmp_path):
    path = tmp_path / "x.parquet"
    communes().to_parquet(path)
    assert path.read_bytes().count("Đồng".encode()) > 0
    path.write_bytes(path.read_bytes().replace("Đồng".encode(), b"\xad" * len("Đồng".encode())))

    with pytest.raises(ReadError, match=r"x.parquet has texts in column name that are damaged"):
        read_into(tmp_path, path=str(path), name=path.name)


def test_a_layer_that_would_fill_the_server_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "MOST_LAYER_BYTES", 200)  # ten corners of 16 bytes, and texts
    path = tmp_path / "x.parquet"
    communes().to_parquet(path)

    with pytest.raises(ReadError, match=r"x.parquet is too large to keep"):
        read_into(tmp_path, path=str(path), name=path.name)


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
        reached = run(tmp_path, "call_home", with_gdal=True, port=server.getsockname()[1])
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
    assert run(tmp_path, "secret_through_vrt", with_gdal=True, path=str(path)) == "refused"


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
