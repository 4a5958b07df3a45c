"""Our own way: geometry kept in the page, one character per commune for each change."""

from streamlit_folium import st_folium

from benchmarks.apps import common, ours_layers
from geo.classify import classify
from geo.maps import LABELS, KeptLayer, base_map, map_constants, update_group

indicator = common.chosen_indicator()
communes, display = common.communes(), ours_layers.display()
values = communes[indicator].to_numpy()
found = classify(values, scheme="quantiles", k=common.CLASSES)
edges = found.breaks
layer = KeptLayer(
    display.name,
    display.url("../../geo/"),
    "".join(map(str, found.classes(values))),
    count=display.count,
    finer=display.finer("../../geo/"),
    styles={str(place): {"fillColor": colour} for place, colour in enumerate(common.COLOURS)},
    # A province is told its values; a whole country the bounds of their classes.
    values=[f"{value:g}" for value in values] if display.count < 1000 else None,
    class_texts={str(k): f"{edges[k]:g} – {edges[k + 1]:g}" for k in range(found.k)},
)
st_folium(
    base_map(
        map_constants(common.bounds(), lang="en", labels={name: name for name in LABELS}),
        assets_url="../../assets/",
    ),
    key="map",
    height=common.HEIGHT_PX,
    use_container_width=True,
    returned_objects=[],
    feature_group_to_add=update_group([layer]),
    render=False,  # as the product: st_folium renders the map again itself
)
