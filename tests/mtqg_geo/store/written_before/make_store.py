"""How the store in this folder was written, with the version of commit 72cc068.

    git worktree add BEFORE 72cc068
    cp -r tests/mtqg_geo/store/written_before BEFORE/tests/mtqg_geo/store/
    cd BEFORE && python -m tests.mtqg_geo.store.written_before.make_store

It is kept as it was written: no later version writes it anew. All it holds is made from files of
the product, whose source and licence stand in `data/sample/README.md` and
`data/boundaries/README.md`: figures, works and regions are those of the illustrative sample, called
a report so that the store takes them for loaded ones; the two layers are the delivered boundaries,
simplified so that areas and road lengths differ from theirs.

`store.tar.xz` holds the folder `kho` (what `MTQG_DATA` named, as it was left), its backup
`sao-luu.sqlite`, and `links.json`, what every link gave; `figures.json` is what the commands said.
"""

import io
import json
import os
import tarfile
import tempfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from mtqg_geo.__main__ import main
from mtqg_geo.store.engine import close_stores
from tests.mtqg_geo.store.written_before import asked

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[3] / "data"
REPORT, OFFICE = "Báo cáo của huyện", "Phòng Dân tộc"
TOLERANCE_DEG = 0.004  # some 400 m: visibly another layer
KEPT = ("OP01", "OP02", "OP05", "OP13", "OC03", "OC16", "CX01", "CX02")
CHANGED = "Mã xã;Chỉ tiêu;Dự án;Kỳ;Loại số liệu;Giá trị\n"


def write_store(folder):
    """Load everything into a new store: eight batches, the sixth undone, and two layers."""
    run("init", "--sample")
    for file in (figures, sites, roads, regions, corrections, later_figures, lineage):
        run("import", file(folder), "--who", OFFICE)
    run("batches", "undo", "6", "--who", OFFICE)
    for vintage in ("2023-04", "2025-07"):
        layer = simplified(folder, vintage)
        run("boundaries", "install", layer, "--vintage", vintage, "--name", f"Lớp {vintage}")


def run(*arguments):
    code = main([str(each) for each in arguments])
    assert code == 0, f"{arguments} ended with {code}"


def figures(folder):
    """Some indicators of all communes, and the capital of one project in one year."""
    table = read("observations.csv")
    years = table["period"].str[:4].isin(["2022", "2023"])
    capital = (table["indicator"] == "FI01") & (table["project"].str.startswith("DA4"))
    kept = table[years & (table["indicator"].isin(KEPT) | (capital & (table["period"] >= "2023")))]
    return write(folder, "so-lieu.csv", kept.assign(source=REPORT))


def sites(folder):
    return write(folder, "cong-trinh.csv", read("sites.csv").iloc[::2].assign(source=REPORT))


def roads(folder):
    layer = json.loads((DATA / "sample" / "roads.geojson").read_text(encoding="utf-8"))
    for feature in layer["features"]:
        feature["properties"]["source"] = REPORT
    file = folder / "duong.geojson"
    file.write_text(json.dumps(layer, ensure_ascii=False), encoding="utf-8")
    return file


def regions(folder):
    return write(folder, "khu-vuc.csv", read("regions.csv").assign(source=REPORT))


def corrections(folder):
    """Figures that are taken back: the batch is undone."""
    lines = [f"{code};OP05;;2023;KH;999" for code in ("07615", "07621", "07624")]
    return write_lines(folder, "sai-lech.csv", lines)


def later_figures(folder):
    """What replaces a figure: another one, a zero, and that nothing was reported."""
    values = {"07615": "7", "07621": "0", "07624": "", "07243": "3"}
    lines = [f"{code};OP05;;2023;KH;{value}" for code, value in values.items()]
    return write_lines(folder, "bo-sung.csv", lines)


def lineage(folder):
    """Another share of the one commune that was split."""
    file = folder / "quan-he.csv"
    file.write_text(
        "Mã cũ;Mã mới;Ngày hiệu lực;Thay đổi;Tỷ lệ;Tỷ lệ theo;Nghị quyết\n"
        "07549;07549;01/01/2025;Chia tách;0,6;Diện tích;1191\n"
        "07549;07555;01/01/2025;Chia tách;0,4;Diện tích;1191\n",
        encoding="utf-8",
    )
    return file


def simplified(folder, vintage):
    """Return the delivered communes of a vintage as a coarser layer, still without gaps."""
    units = gpd.read_file(DATA / "boundaries" / vintage / "communes.shp", engine="pyogrio")
    shapes = shapely.coverage_simplify(units.geometry.to_numpy(), TOLERANCE_DEG)
    file = folder / f"lop-{vintage}.geojson"
    units.set_geometry(gpd.GeoSeries(shapes, crs=units.crs)).to_file(file, COORDINATE_PRECISION=5)
    return file


def read(name):
    return pd.read_csv(DATA / "sample" / name, dtype="str", keep_default_na=False)


def write(folder, name, table):
    table.to_csv(folder / name, index=False)
    return folder / name


def write_lines(folder, name, lines):
    (folder / name).write_text(CHANGED + "\n".join(lines) + "\n", encoding="utf-8")
    return folder / name


def packed(folder, names):
    """Return files as one archive: the second copy of a page costs next to nothing in it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:xz", preset=9) as archive:
        for name in names:
            archive.add(folder / name, name, filter=_without_owner)
    return out.getvalue()


def _without_owner(entry):
    entry.uid = entry.gid = entry.mtime = 0
    entry.uname = entry.gname = ""
    return entry


def write_all():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["MTQG_DATA"] = str(folder / "kho")
        os.environ.pop("MTQG_DATABASE", None)
        write_store(folder)
        run("backup", folder / "sao-luu.sqlite")

        write_json(HERE / "figures.json", asked.figures())
        write_json(folder / "links.json", asked.links())
        close_stores()  # so that the log beside the file is written into it
        (HERE / "store.tar.xz").write_bytes(packed(folder, ("kho", "sao-luu.sqlite", "links.json")))


def write_json(file, content):
    text = json.dumps(content, ensure_ascii=False, indent=1)
    file.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    write_all()
