"""The product's own map of the whole country: its four layers, with every site and label on it.

The units, figures and sites of `benchmarks.country`; a page with nothing else, so that what is
measured is the map.
"""

from streamlit_folium import st_folium

from benchmarks.apps.country_layers import country
from geo.maps import base_map, update_group
from mtqg_geo.maps.layers import ASSETS_URL, constants, kept_layers

data, view = country()
st_folium(
    base_map(constants(data, "vi"), assets_url=ASSETS_URL),
    key="map",
    height=520,
    use_container_width=True,
    returned_objects=[],
    feature_group_to_add=update_group(kept_layers(data, view, lang="vi")),
    render=False,  # as the product: st_folium renders the map again itself
)
