"""The display geometry of our own app, made once per server."""

from functools import cache

from benchmarks.apps.common import communes, layer_name
from geo.display import DisplayLayer, display_layer

# Half a pixel at zoom 11.5 (province, as in the product) and 9.2 (country).
TOLERANCE_M = {"province": 25.0, "country": 250.0}


@cache
def display() -> DisplayLayer:
    """Return the communes as the browser gets them."""
    return display_layer(
        "communes",
        communes(),
        key="code",
        properties=["name", "district"],
        tolerance_m=TOLERANCE_M[layer_name()],
    )


def layer_file(file: str) -> bytes | None:
    """Return the compressed geometry behind an address, or None."""
    return display().body(file)
