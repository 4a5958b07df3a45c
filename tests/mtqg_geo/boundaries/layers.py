"""Commune layers to check and install: one district drawn by hand, and the real files."""

import zipfile
from pathlib import Path
from unittest import mock

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.io import read_layer
from mtqg_geo.boundaries import check
from mtqg_geo.boundaries.recognise import decided_rows
from mtqg_geo.communes.gazetteer import shipped_gazetteer
from tests.mtqg_geo.boundaries.old_encodings import encode

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "boundaries"
DAY = "2023-04-28"
SON_DONG = "220"
DONG_VAN = "026"  # of another province


def real_file(name):
    """Return a real layer, or skip the test where it has not been laid beside the project."""
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"{name} is not beside the project (see data/boundaries/README.md)")
    return path


def check_here(path, **options):
    """Check a layer in this process: the child that reads it has tests of its own, and takes time."""
    with mock.patch.object(check, "read_untrusted", read_layer):
        return check.check_file(path, **options)


def district(code=SON_DONG):
    """Return the communes of a district: around each known point the ground nearest to it."""
    units = shipped_gazetteer().at(DAY)
    units = (
        units[units["district_code"] == code]
        .dropna(subset=["lon"])
        .sort_values("code", ignore_index=True)
    )
    points = shapely.points(units["lon"].astype(float), units["lat"].astype(float))
    cells = shapely.voronoi_polygons(shapely.multipoints(points), ordered=True)
    area = shapely.box(*shapely.total_bounds(points)).buffer(0.02, join_style="mitre")
    cut = shapely.intersection(np.array(list(cells.geoms), dtype=object), area)
    return gpd.GeoDataFrame(
        {"ten_xa": units["name"], "huyen": units["district"], "tinh": units["province"]},
        geometry=shapely.transform(cut, lambda xy: np.round(xy, 7)),
        crs="EPSG:4326",
    )


def swapped(layer):
    """Return the layer with northing and easting exchanged, its system still named."""
    return layer.set_geometry(shapely.transform(layer.geometry.array, lambda xy: xy[:, ::-1]))


def write_zip(layer, path, *, encoding="utf-8", prj=True, cpg=False, folder=""):
    """Write a zipped shapefile as some program of some year would have written it."""
    texts = layer.columns.drop(["geometry"])
    written = layer.assign(
        **{name: [encode(str(text), encoding) for text in layer[name]] for name in texts}
    )
    work = path.parent / f"{path.stem}-files"
    work.mkdir()
    written.to_file(work / "xa.shp", engine="pyogrio", encoding="ISO-8859-1")
    (work / "xa.cpg").unlink(missing_ok=True)
    if cpg:
        (work / "xa.cpg").write_text("UTF-8")
    if not prj:
        (work / "xa.prj").unlink(missing_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(work.iterdir()):
            archive.write(file, f"{folder}{file.name}")
    return path


def write_mapping(path, recognition, accepted):
    """Save what a person decided about open features, for the next file."""
    asked = pd.concat([recognition.doubtful, recognition.unmatched, recognition.set_aside])
    decided_rows(asked, accepted).to_csv(path, index=False, encoding="utf-8")
