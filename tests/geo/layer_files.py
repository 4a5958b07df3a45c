"""Small layers, and files of them as other programs write them."""

import warnings
import zipfile

import geopandas as gpd
from shapely import LineString, Point, box

from data.boundaries.catalogue import write_shapefile

NAMES = ["Xã An Lạc", "Xã Vân Sơn"]
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def communes():
    squares = [box(106, 21, 106.1, 21.1), box(106.1, 21, 106.2, 21.1)]
    columns = {"ma_xa": ["07615", "07616"], "ten_xa": NAMES}
    return gpd.GeoDataFrame(columns, geometry=squares, crs="EPSG:4326")


def points():
    return gpd.GeoDataFrame({"ten": ["Chợ"]}, geometry=[Point(106, 21)], crs="EPSG:4326")


def roads():
    line = LineString([(106, 21), (106.1, 21.1)])
    return gpd.GeoDataFrame({"ten": ["Đường xã"]}, geometry=[line], crs="EPSG:4326")


def written_by_gdal(folder):
    """Return the bytes of a layer by the name of each file, in every format that GDAL writes."""
    write_shapefile(communes(), folder / "xa.shp")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        communes().to_file(folder / "xa.tab", driver="MapInfo File")
        communes().to_file(folder / "xa.mif", driver="MapInfo File")
        communes().to_file(folder / "xa.gdb", driver="OpenFileGDB")
        communes().to_file(folder / "xa.gpkg")
    return {
        str(each.relative_to(folder)): each.read_bytes()
        for each in folder.rglob("*")
        if each.is_file()
    }


def some(written, *suffixes):
    return {name: content for name, content in written.items() if name.endswith(suffixes)}


def shapefile(written, *, name=lambda each: each):
    return {
        name(each): content for each, content in some(written, *PARTS).items() if "/" not in each
    }


def zipped(path, members, *, mode=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", mode) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def kml(*placemarks, head="", folder="Huyện Sơn Động"):
    inside = f"<Folder><name>{folder}</name>{''.join(placemarks)}</Folder>"
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{head}{inside}</Document></kml>'


def placemark(name, shape, *, more=""):
    return f"<Placemark><name>{name}</name>{more}{shape}</Placemark>"


def polygon(shape):
    places = " ".join(f"{x},{y},0" for x, y in shape.exterior.coords)
    ring = f"<LinearRing><coordinates>\n {places}\n</coordinates></LinearRing>"
    return f"<Polygon><outerBoundaryIs>{ring}</outerBoundaryIs></Polygon>"


def communes_as_kml(attributes):
    return kml(
        *(
            placemark(row.ten_xa, polygon(row.geometry), more=attributes.format(row.ma_xa))
            for row in communes().itertuples()
        )
    )
