"""KML, GPX, MapInfo and geodatabases of strangers: damaged by chance, or leading elsewhere."""

import itertools
import os
import random
import socket
from collections import Counter

import pytest

from geo.errors import ReadError
from tests.geo.layer_files import communes_as_kml, shapefile, some, written_by_gdal, zipped
from tests.geo.test_hostile_files import (
    is_one_clean_sentence,
    is_reached,
    mutated,
    read_in_one_child,
)

LONG = bool(os.environ.get("MTQG_LONG"))
N_MUTATED = 200 if LONG else 5
N_ROWS = 2
SEED = 20261129
GPX = (
    '<?xml version="1.0"?><gpx><wpt lat="21.3" lon="106.9"><name>Chợ</name></wpt><trk><name>Đường'
    '</name><trkseg><trkpt lat="1" lon="2"/><trkpt lat="1" lon="3"/></trkseg></trk></gpx>'
)
LINES = '{"type":"Feature","properties":{"a":1},"geometry":{"type":"Point","coordinates":[1,2]}}\n'


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """For each format the name of a file, and its parts by their names."""
    written = written_by_gdal(tmp_path_factory.mktemp("written"))
    places = communes_as_kml("<description>ma_xa: {}</description>").encode()
    return {
        "a.kml": {"a.kml": places},
        "a.kmz": {"doc.kml": places},
        "a.gpx": {"a.gpx": GPX.encode()},
        "a.json": {"a.json": (LINES * N_ROWS).encode()},
        "tab.zip": {
            n: c for n, c in some(written, ".tab", ".dat", ".map", ".id").items() if "/" not in n
        },
        "mif.zip": some(written, ".mif", ".mid"),
        "gdb.zip": {n: c for n, c in written.items() if n.startswith("xa.gdb/")},
        "shp.zip": shapefile(written),
    }


def damaged_files(name, parts, folder):
    """Write one file after the other, of which one part is damaged, and return their paths."""
    chance = random.Random(f"{SEED}{name}")
    paths = []
    for number in range(N_MUTATED):
        part = chance.choice([each for each, content in parts.items() if content])
        members = {**parts, part: mutated(parts[part], chance)}
        path = folder / f"{number}.{name.rpartition('.')[2]}"
        if path.suffix in (".zip", ".kmz"):
            zipped(path, members)
        else:
            path.write_bytes(members[part])
        paths.append(path)
    return paths


def outcomes(paths, folder, counter):
    """Read files in one child; where that breaks, in children of halves, to the one that broke it."""
    place = folder / f"child{next(counter)}"
    place.mkdir()
    try:
        return read_in_one_child(paths, place)
    except ReadError as error:
        if len(paths) == 1:
            return [{"sentence": str(error), "ended": True}]
        half = len(paths) // 2
        return [
            *outcomes(paths[:half], folder, counter),
            *outcomes(paths[half:], folder, counter),
        ]


@pytest.mark.long
def test_damaged_files_of_every_format_are_one_sentence_or_whole(good, tmp_path):
    paths: list = []
    for name, parts in good.items():
        (tmp_path / name).mkdir()
        paths += damaged_files(name, parts, tmp_path / name)

    found = outcomes(paths, tmp_path, itertools.count())

    told = Counter()
    for path, outcome in zip(paths, found, strict=True):
        assert "crash" not in outcome, f"{path}: {outcome}"
        if "sentence" in outcome:
            assert is_one_clean_sentence(outcome["sentence"], tmp_path), outcome
        else:
            assert outcome["rows"] == N_ROWS, f"{path}: {outcome}"
            assert outcome["valid"] or outcome["faults"], f"{path}: {outcome}"
        told[path.parent.name, "ended" in outcome, "sentence" in outcome] += 1
    print(dict(told))


SECRET = "<kml><Placemark><name>secret</name><Point><coordinates>1,2</coordinates></Point></Placemark></kml>"


def leading_elsewhere(good, folder, port):
    """Return files, by name, that would make a careless reader open another file or address."""
    secret = folder.parent / "elsewhere" / "secret.kml"
    secret.parent.mkdir()
    address = f"http://127.0.0.1:{port}/secret.kml"
    secret.write_text(SECRET)
    link = "<NetworkLink><Link><href>{}</href></Link></NetworkLink>"
    entity = '<!DOCTYPE kml [<!ENTITY a SYSTEM "{}">]><kml>&a;</kml>'
    linked = "<Placemark>" + link.format(secret) + "<name>&#97;</name></Placemark>"
    tab = good["tab.zip"]
    elsewhere = tab["xa.tab"].replace(b"NATIVE", b"LINKED")
    for name, text in {
        "link.kml": f"<kml>{link.format(secret)}</kml>",
        "address.kml": f"<kml>{link.format(address)}</kml>",
        "relative.kml": f"<kml>{link.format('../elsewhere/secret.kml')}</kml>",
        "inside.kml": f"<kml>{linked}</kml>",
        "entity.kml": entity.format(secret.as_uri()),
        "entity.gpx": entity.format(address).replace("kml", "gpx"),
        "text.tab": f'!table\nopen table "{secret}"\n',
    }.items():
        (folder / name).write_text(text)
    zipped(
        folder / "linked.kmz", {"doc.kml": f"<kml>{link.format('../elsewhere/secret.kml')}</kml>"}
    )
    zipped(folder / "linked.zip", {**tab, "xa.tab": elsewhere})
    zipped(folder / "lacking.zip", {"secret.tab": tab["xa.tab"]})
    zipped(folder / "vrt.gdb.zip", {"x.gdb/a00000001.gdbtable": b"<OGRVRTDataSource/>"})
    for part, content in tab.items():  # of the same name, beside the archive that lacks them
        (folder / part.replace("xa", "secret")).write_bytes(content)
    return [each for each in folder.iterdir() if not each.name.startswith("secret")]


def test_no_file_or_address_that_a_file_names_is_opened(good, tmp_path):
    folder = tmp_path / "uploads"
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        paths = leading_elsewhere(good, folder, server.getsockname()[1])
        before = {each.name for each in folder.iterdir()}

        found = dict(
            zip((each.name for each in paths), read_in_one_child(paths, tmp_path), strict=True)
        )

        assert not is_reached(server)
    assert found.pop("inside.kml")["rows"] == 1  # a place of its own, the link left alone
    for name, outcome in found.items():
        assert is_one_clean_sentence(outcome.get("sentence", ""), folder), (name, outcome)
    assert "links to others" in found["address.kml"]["sentence"]
    assert "rows stand in other files" in found["linked.zip"]["sentence"]
    assert "lacks its .dat file" in found["lacking.zip"]["sentence"]
    assert {each.name for each in folder.iterdir()} == before
