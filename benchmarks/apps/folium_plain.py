"""Plain folium: `folium.Choropleth` shown by `st_folium`, built anew for each change."""

import folium
from streamlit_folium import st_folium

from benchmarks.apps import common
from benchmarks.apps.leaflet import use_own_leaflet

indicator = common.chosen_indicator()
communes = common.communes()
page = folium.Map(tiles=None)
use_own_leaflet(page)
choropleth = folium.Choropleth(
    geo_data=communes[["code", "name", "geometry"]],
    data=communes[["code", indicator]],
    columns=["code", indicator],
    key_on="feature.properties.code",
    bins=common.CLASSES,
    fill_color="OrRd",
    fill_opacity=1,
    line_weight=0.6,
)
# Its colour bar would ask two other hosts for d3.
for name in [name for name in choropleth._children if name.startswith("color_map")]:
    del choropleth._children[name]
choropleth.add_to(page)
page.fit_bounds(common.bounds())
st_folium(
    page,
    key="map",
    height=common.HEIGHT_PX,
    use_container_width=True,
    returned_objects=[],
)
