import io
import json
import os
import random
import socket
import sqlite3
import struct
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from data.boundaries.catalogue import write_shapefile
from geo.errors import ReadError
from geo.io import read_layer
from geo.sandbox import read_untrusted, run_isolated

N_ROWS = 20
N_MUTATED = 2_000 if os.environ.get("MTQG_LONG") else 500
N_ISOLATED = 30
SEED = 20260701


def communes():
    """A street of twenty squares."""
    codes = [f"{number:05d}" for number in range(N_ROWS)]
    columns = {"code": codes, "name": [f"Xã Đồng {code}" for code in codes]}
    squares = [box(106 + i / 100, 21, 106.01 + i / 100, 21.01) for i in range(N_ROWS)]
    return gpd.GeoDataFrame(columns, geometry=squares, crs="EPSG:4326")


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """The bytes of a good layer in every format, by suffix; the shapefile as its parts."""
    folder = tmp_path_factory.mktemp("good")
    write_shapefile(communes(), folder / "units.shp")
    for suffix in (".gpkg", ".geojson", ".fgb"):
        communes().to_file(folder / f"units{suffix}")
    communes().to_parquet(folder / "units.parquet")
    return {each.suffix: each.read_bytes() for each in folder.iterdir()}


PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def zipped(members, *, mode=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", mode) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def shapefile(good, *, name="units", without=(), **changed):
    parts = {suffix: good[suffix] for suffix in PARTS if suffix not in without}
    parts |= {f".{suffix}": content for suffix, content in changed.items()}
    return [(name + suffix, content) for suffix, content in parts.items()]


def patched(content, offset, new):
    return content[:offset] + new + content[offset + len(new) :]


def in_directory(archive, field_offset, new):
    """Change a field of the first entry of the central directory of an archive."""
    return patched(archive, archive.index(b"PK\x01\x02") + field_offset, new)


def database(good, *statements):
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(good[".gpkg"])
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        return connection.serialize()


def geopackage_of(folder, **layers):
    path = folder / "made.gpkg"
    for name, layer in layers.items():
        layer.to_file(path, layer=name)
    return path.read_bytes()


def parquet_of(frame):
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()


def vrt(folder):
    secret = folder / "secret.csv"
    secret.write_text("name,WKT\nsecret,POINT (1 2)\n")
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>"
    ).encode()


def gdalg(folder, port):
    vrt(folder)
    command = f"gdal vector pipeline ! read /vsicurl/http://127.0.0.1:{port}/secret.csv"
    return json.dumps({"type": "gdal_streamed_alg", "command_line": command}).encode()


def view_that_asks_a_server(port):
    template = f"QUERY_TEMPLATE=http://127.0.0.1:{port}/%s"
    return (
        f"CREATE VIEW spy AS SELECT fid, geom, ogr_geocode('x', 'geometry', '{template}') AS a "
        "FROM units",
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) "
        "VALUES ('spy', 'features', 'spy', 4326)",
        "INSERT INTO gpkg_geometry_columns VALUES ('spy', 'geom', 'POLYGON', 4326, 0, 0)",
    )


def features(geometry):
    feature = {"type": "Feature", "properties": {"code": "00123"}, "geometry": geometry}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


def bad_files(good, folder, port):
    """Yield the name of each bad file, its bytes, and how its sentence goes on after the name."""
    shx_outside = patched(good[".shx"], 100, struct.pack(">i", 10_000_000))
    dbf_of_19 = patched(good[".dbf"], 4, struct.pack("<i", N_ROWS - 1))
    header = int.from_bytes(good[".dbf"][8:10], "little")
    deleted_row = patched(good[".dbf"], header, b"*")
    tcvn3 = good[".dbf"].replace("Đ".encode(), b"\xa7\xa8")
    whole = zipped(shapefile(good))
    table = pd.DataFrame({"code": ["00123"]})
    two_layers = geopackage_of(folder, one=communes(), two=communes())
    computed = database(
        good, "ALTER TABLE units ADD COLUMN spy TEXT GENERATED ALWAYS AS (upper(name)) VIRTUAL"
    )
    yield "empty.zip", b"", r"is empty \(0 bytes\)"
    yield "text.zip", b"not an archive", r"is no .zip file inside"
    yield "picture.png", b"\x89PNG", r"is no layer that can be read"
    yield "cut short.zip", whole[: len(whole) // 2], r"is a damaged archive"
    yield "damaged.zip", patched(whole, 200, bytes(50)), r"is a damaged archive"
    yield "notes.zip", zipped([("notes.txt", "x")]), r"holds no layer"
    yield (
        "zips in zip.zip",
        zipped([("a.zip", whole), ("b.zip", whole)]),
        r"holds 2 other archives \(first: a.zip\)",
    )
    inner = zipped([("zip in zip in zip.zip", whole)])
    yield "zip in zip in zip.zip", zipped([("zip in zip.zip", inner)]), r"holds no layer"
    yield "two.zip", zipped(shapefile(good) + shapefile(good, name="b")), r"holds 2 layers \(units"
    yield (
        "two kinds.zip",
        zipped([*shapefile(good), ("a.gpkg", good[".gpkg"])]),
        r"holds 2 layers \(units.shp, units\)",
    )
    yield "many.zip", zipped([(f"{i}.txt", "") for i in range(201)]), r"holds 201 files"
    yield (
        "bomb.zip",
        in_directory(whole, 24, struct.pack("<I", 2_000_000_000)),
        r"unpacks to more than 1 GB",
    )
    yield "lying bomb.zip", in_directory(whole, 24, struct.pack("<I", 10)), r"is a damaged archive"
    yield (
        "parent.zip",
        zipped(shapefile(good, name="../../units")),
        r"holds 5 files with names that lead out .* \(first: ../../units.shp\)",
    )
    yield "absolute.zip", zipped(shapefile(good, name="/etc/units")), r"holds 5 files with names"
    yield "drive.zip", zipped(shapefile(good, name="C:/units")), r"holds 5 files with names"
    yield (
        "same name.zip",
        zipped([*shapefile(good), ("UNITS.SHP", b"")]),
        r"holds two files of one name",
    )
    yield "locked.zip", in_directory(whole, 8, struct.pack("<H", 1)), r"is protected by a password"
    yield "no index.zip", zipped(shapefile(good, without=[".shx"])), r"lacks its .shx file"
    yield "no table.zip", zipped(shapefile(good, without=[".dbf"])), r"lacks its .dbf file"
    yield "half shapes.zip", zipped(shapefile(good, shp=good[".shp"][:500])), r"is cut short"
    yield "header only.zip", zipped(shapefile(good, shp=good[".shp"][:100])), r"is cut short"
    yield "half index.zip", zipped(shapefile(good, shx=good[".shx"][:150])), r"\(.shx, 150 bytes\)"
    yield (
        "index outside.zip",
        zipped(shapefile(good, shx=shx_outside)),
        r"1 of the 20 shapes of .* are damaged \(first: row 1\)|^1 of the 20 shapes",
    )
    yield "short table.zip", zipped(shapefile(good, dbf=dbf_of_19)), r"has 20 shapes but 19 rows"
    yield "deleted row.zip", zipped(shapefile(good, dbf=deleted_row)), r"Only 19 of the 20 rows"
    yield "no table inside.zip", zipped(shapefile(good, dbf=b"x" * 99)), r"has 20 shapes but"
    yield "tcvn3 as utf-8.zip", zipped(shapefile(good, dbf=tcvn3)), r"texts of .* are not in utf-8"
    yield "vrt.zip", zipped(shapefile(good, shp=vrt(folder))), r"is no shapefile inside"
    yield "vrt.shp", vrt(folder), r"is no .shp file inside"
    yield "vrt.geojson", vrt(folder), r"is no .geojson file inside"
    yield "gdalg.geojson", gdalg(folder, port), r"is no collection of GeoJSON features"
    yield (
        "gdalg.zip",
        zipped([("a.geojson", gdalg(folder, port))]),
        r"is no collection of GeoJSON features",
    )
    yield "two layers.gpkg", two_layers, r"holds 2 layers"
    yield "spy.gpkg", database(good, *view_that_asks_a_server(port)), r"holds 1 computed tables"
    yield "computed.gpkg", computed, r"holds 1 computed tables or columns"
    yield "half.gpkg", good[".gpkg"][:20_000], r"cannot be read"
    yield "accounts.gpkg", database(good, "DROP TABLE gpkg_contents"), r"cannot be read"
    yield "half.fgb", good[".fgb"][: len(good[".fgb"]) // 2], r"cannot be read|Only"
    yield "noise.fgb", good[".fgb"][:8] + b"\xff" * 500, r"cannot be read"
    yield "half.parquet", good[".parquet"][:1000], r"cannot be read"
    yield "table.parquet", parquet_of(table), r"cannot be read|is a table"
    yield "cut short.geojson", good[".geojson"][:-50], r"is no GeoJSON inside, or it is cut short"
    yield (
        "not a number.geojson",
        features({"type": "Point", "coordinates": [float("nan"), 1]}),
        r"has a number that is none \(NaN\)",
    )
    yield "deep.geojson", b'{"a":' + b"[" * 100_000, r"is no GeoJSON inside"
    mixed = [{"type": "Feature", "geometry": None, "properties": {"a": a}} for a in (1, None, [])]
    content = json.dumps({"type": "FeatureCollection", "features": mixed}).encode()
    yield "mixed.geojson", content, r"among the other values of a \(first: feature 3\)"
    twice = b'{"type":"Feature","properties":{"a":1},"properties":{},"geometry":null}'
    yield "twice.geojson", twice, r"says 'properties' twice of one object"
    yield "topology.geojson", b'{"type":"Topology","objects":{}}', r"is no collection of GeoJSON"
    yield "list.geojson", b'{"type":"FeatureCollection","features":3}', r"is no collection of"


@pytest.fixture(scope="module")
def listener():
    """The port of a server on this machine that nothing must reach."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        yield server


def is_reached(server):
    try:
        server.accept()[0].close()
    except TimeoutError:
        return False
    return True


def verdict(path):
    """Return the sentence for a file."""
    try:
        layer = read_untrusted(path)
    except ReadError as error:
        return str(error)
    return f"accepted with {len(layer)} rows"


def read_in_one_child(paths, folder, **options):
    """Return what a child finds in files read one after the other, as limited as for one."""
    (folder / "child").mkdir()
    return run_isolated(
        "tests.geo.hostile_reader:read_all",
        {"paths": [str(path) for path in paths], **options},
        folder=folder / "child",
        subject="the batch",
    )


# Each of these would make GDAL ask a server, open another file, or unpack without end.
LEAD_OUTSIDE = ("gdalg.zip", "spy.gpkg", "vrt.zip", "lying bomb.zip")


def test_every_bad_file_gets_one_sentence_and_reaches_nothing(good, tmp_path, listener):
    cases = list(bad_files(good, tmp_path, listener.getsockname()[1]))
    assert len(cases) >= 40
    folder = tmp_path / "uploads"
    folder.mkdir()
    for name, content, _ in cases:
        (folder / name).write_bytes(content)

    paths = [folder / name for name, _, _ in cases]
    found = read_in_one_child(paths, tmp_path, by_kind=True)

    for (name, _, pattern), outcome in zip(cases, found, strict=True):
        assert "sentence" in outcome, f"{name}: {outcome}"
        sentence = outcome["sentence"]
        assert name in sentence
        assert pd.Series(sentence).str.contains(pattern).all(), f"{name}: {sentence}"
        assert is_one_clean_sentence(sentence, folder), f"{name}: {sentence}"
        assert outcome["seconds"] < 5, name
    for name in LEAD_OUTSIDE:  # in a child of its own, as the product reads it
        same = found[paths.index(folder / name)]["sentence"]
        assert verdict(folder / name) == same
    assert not is_reached(listener)
    assert not any("secret" in outcome["sentence"] for outcome in found)
    assert {each.name for each in folder.iterdir()} == {name for name, _, _ in cases}


def is_one_clean_sentence(sentence, folder):
    leaks = (str(folder), "vsizip", "vsimem", "Traceback", "GDAL", "OGR", "pyogrio", "\n")
    return sentence.endswith(".") and not any(leak in sentence for leak in leaks)


@pytest.mark.parametrize(
    "prj",
    [
        b'GEOGCS["nonsense',
        b'GEOGCS["\xff"]',
        b"",
        # Read by GDAL as a system with degrees of another size: places moved by some metres.
        b'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
        b'PRIMEM["Greenwich",0.25,UNIT["Degree",0.0174530]99433]]',
    ],
)
def test_a_damaged_prj_leaves_the_crs_to_be_identified(good, tmp_path, prj):
    path = tmp_path / "units.zip"
    path.write_bytes(zipped(shapefile(good, prj=prj)))

    assert read_layer(path).crs is None


def mutated(content, chance):
    """Return bytes with one random kind of damage."""
    kind = chance.randrange(4)
    content = bytearray(content)
    start = chance.randrange(len(content))
    if kind == 0:
        for _ in range(chance.randint(1, 20)):
            content[chance.randrange(len(content))] = chance.randrange(256)
    elif kind == 1:
        del content[start:]
    elif kind == 2:
        del content[start : start + chance.randint(1, 64)]
    else:
        content[start:start] = chance.randbytes(chance.randint(1, 64))
    return bytes(content)


def mutated_files(good, folder):
    """Write the mutated files, two in five of them shapefiles, and return their paths."""
    chance = random.Random(SEED)
    paths = []
    for number in range(N_MUTATED):
        kind = (".zip", ".zip", ".gpkg", ".geojson", chance.choice([".fgb", ".parquet"]))[
            number % 5
        ]
        if kind == ".zip":
            part = chance.choice([".shp", ".shx", ".dbf", ".shp", ".shx", ".dbf", ".prj", ".cpg"])
            damaged = {part[1:]: mutated(good[part], chance)}
            content = zipped(shapefile(good, **damaged), mode=zipfile.ZIP_STORED)
        else:
            content = mutated(good[kind], chance)
        paths.append(folder / f"m{number}{kind}")
        paths[-1].write_bytes(content)
    return paths


def resident_mb():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@pytest.mark.long
def test_mutated_files_crash_nothing_and_lose_nothing(good, tmp_path):
    paths = mutated_files(good, tmp_path)

    outcomes = read_in_one_child(paths, tmp_path)

    kinds = pd.Series([kind_of(outcome) for outcome in outcomes])
    print(kinds.value_counts().to_dict())
    for path, outcome in zip(paths, outcomes, strict=True):
        assert "crash" not in outcome, f"{path.name}: {outcome}"
        if "sentence" in outcome:
            assert is_one_clean_sentence(outcome["sentence"], tmp_path), outcome
        else:
            assert outcome["rows"] == N_ROWS, f"{path.name}: {outcome}"
            assert outcome["valid"] or outcome["faults"], f"{path.name}: {outcome}"


def kind_of(outcome):
    if "sentence" in outcome:
        return "refused"
    return "flagged" if outcome.get("faults") else "accepted"


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_mutated_files_one_child_each_leave_no_memory_behind(good, tmp_path):
    paths = mutated_files(good, tmp_path)[:: N_MUTATED // N_ISOLATED][:N_ISOLATED]
    verdict(paths[0])
    before = resident_mb()

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(verdict, paths))

    assert len(found) == N_ISOLATED
    assert resident_mb() - before < 50
