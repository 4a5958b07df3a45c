"""The product's own map of the whole country: its four layers, with every site and label on it.

The units, figures and sites of `benchmarks.country`; a page with nothing else, so that what is
measured is the map.
"""

from streamlit_folium import st_folium

from benchmarks.apps.country_layers import country
from geo.maps import LABELS, base_map, update_group
from mtqg_geo.maps.layers import ASSETS_URL, kept_layers

data, view = country()
west, south, east, north = data.communes.total_bounds.tolist()
st_folium(
    base_map(
        [[south, west], [north, east]],
        assets_url=ASSETS_URL,
        lang="vi",
        labels={name: name for name in LABELS},
        icons={code: each.icon for code, each in data.catalog.facilities.items()},
    ),
    key="map",
    height=520,
    use_container_width=True,
    returned_objects=[],
    feature_group_to_add=update_group(kept_layers(data, view, lang="vi")),
    render=False,  # as the product: st_folium renders the map again itself
)
