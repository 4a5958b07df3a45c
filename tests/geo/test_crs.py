import geopandas as gpd
import pytest
from pyproj import CRS
from pyproj.exceptions import CRSError as NoSystem
from shapely import Point

from geo.crs import WGS84, is_read_as_written, require_crs, require_same_crs, to_wgs84
from geo.errors import CRSError


def points(crs, *, x=105.0, y=21.0):
    return gpd.GeoDataFrame({"code": ["01"]}, geometry=[Point(x, y)], crs=crs)


def test_a_layer_without_crs_is_refused_with_its_size():
    with pytest.raises(CRSError, match=r"layer of 1 features has no coordinate reference system"):
        require_crs(points(None))


def test_layers_that_differ_are_refused_by_name():
    with pytest.raises(CRSError, match=r"EPSG:4326 and EPSG:3405"):
        require_same_crs(points(WGS84), points("EPSG:3405"))


def test_the_order_of_axes_in_the_authority_is_no_difference():
    assert require_same_crs(points(WGS84), points("OGC:CRS84")) == WGS84


def test_a_local_system_is_named_in_words():
    local = "+proj=tmerc +lat_0=0 +lon_0=107 +k=0.9999 +x_0=500000 +ellps=WGS84 +units=m"

    with pytest.raises(CRSError, match=r"EPSG:4326 and "):
        require_same_crs(points(WGS84), points(local))


def test_longitude_comes_first_after_reprojection():
    # 500 km east of the false origin is the central meridian of UTM zone 48: 105 degrees.
    layer = to_wgs84(points("EPSG:32648", x=500_000, y=0))

    assert layer.crs == WGS84
    assert layer.geometry.x.iloc[0] == pytest.approx(105)
    assert layer.geometry.y.iloc[0] == pytest.approx(0, abs=1e-9)


def test_the_layer_given_is_not_changed():
    layer = points("EPSG:32648", x=500_000, y=0)
    to_wgs84(layer)

    assert layer.crs == "EPSG:32648"


TEXT = CRS("EPSG:9214").to_wkt("WKT1_ESRI")
PLACED = (  # as recipes on the web have it: the way to the earth's system is written down
    'GEOGCS["GCS_VN-2000",DATUM["D_Vietnam_2000",SPHEROID["WGS_1984",6378137,298.257223563],'
    "TOWGS84[-191.90441429,-39.30318279,-111.45032835,-0.00928836,0.01975479,-0.00427372,0.25]],"
    'PRIMEM["Greenwich",0],UNIT["Degree",0.017453292519943295]]'
)


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        CRS("EPSG:9214").to_wkt("WKT1_GDAL"),
        CRS("EPSG:3857").to_wkt("WKT1_ESRI"),  # has no words for it in the other dialect
        PLACED,
        f" {PLACED.replace(',', ', ')}\n",
        TEXT.replace('PARAMETER["False_Northing",0.0],', ""),  # left out where it is 0
        f'{TEXT},VERTCS["EGM96",VDATUM["EGM96"],PARAMETER["Direction",1.0],UNIT["Meter",1.0]]',
        PLACED[:-1] + ',METADATA["World",-180.0,-90.0,180.0,90.0,0.0,0.01745,0.0,1262]]',
    ],
)
def test_a_system_is_the_one_that_is_written(text):
    assert is_read_as_written(text, CRS(text))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.0],UNIT[", "0.25,UNIT["),  # brackets that close in another place: degrees of 0.25
        ("]]", "]"),
        ("0.9999", "0.99p9"),
        ("Scale_Factor", "Scole_Factor"),
        ("False_Northing", "False_Easting"),  # the last one of two counts
        ('UNIT["Meter",1.0]', 'UNIU["Meter",1.0]'),
        ('107-00"', "107-00"),
        ("PRIMEM", "PRIMEN"),
        ("6378137.0", "6378137.0.0"),
    ],
)
def test_a_damaged_text_is_not_the_system_that_is_made_of_it(old, new):
    damaged = TEXT.replace(old, new, 1)
    assert damaged != TEXT
    try:
        made = CRS(damaged)
    except NoSystem:
        made = CRS(TEXT)

    assert not is_read_as_written(damaged, made)


def test_no_bracket_quotation_mark_or_comma_can_be_left_out():
    places = [at for at, letter in enumerate(TEXT) if letter in '[]",']
    without = [TEXT[:at] + TEXT[at + 1 :] for at in places]
    crs = CRS(TEXT)

    assert [text for text in without if is_read_as_written(text, crs)] == []
