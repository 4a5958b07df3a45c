import geopandas as gpd
import pytest
from shapely import Point

from geo.crs import WGS84, require_crs, require_same_crs, to_wgs84
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
