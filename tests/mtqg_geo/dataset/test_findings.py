import geopandas as gpd
import pandas as pd

from mtqg_geo.dataset.findings import findings


def test_a_site_is_outside_its_commune_only_beyond_what_boundaries_know(squares):
    """A degree of longitude at 21.5° north is 103.8 km: the sites are 10 cm and 104 m too far east."""
    data = squares(
        sites=[("A", "completed", "00001", "Chợ A"), ("B", "completed", "00001", "Chợ B")]
    )
    points = gpd.points_from_xy([107.000001, 107.001], [21.5, 21.5])
    sites = data.sites.set_geometry(gpd.GeoSeries(points, crs=data.sites.crs))
    pieces = pd.DataFrame(data.pieces)

    found = {issue.code: issue for issue in findings(data.communes, sites, data.roads, pieces)}

    assert (found["site_outside_commune"].count, found["site_outside_commune"].example) == (
        1,
        "Chợ B",
    )
