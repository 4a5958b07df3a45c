"""Data and layers of the product's map of the whole country, made once per server."""

from dataclasses import replace
from functools import cache

from benchmarks.country import country_dataset
from mtqg_geo.dataset.dataset import Dataset, shipped_dataset
from mtqg_geo.figures.selection import default_selection
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.layers import display_layers
from mtqg_geo.maps.view import MapView, map_view
from mtqg_geo.maps.works_shown import WorksShown
from mtqg_geo.programme.model import Role


@cache
def country() -> tuple[Dataset, MapView]:
    """Return the data of the country and a choropleth of it with all works shown."""
    data = country_dataset(shipped_dataset())
    households = data.catalog.with_role(Role.HOUSEHOLDS)
    assert households is not None
    selection = replace(
        default_selection(data), indicator=households.id, basis=households.default_basis
    )
    return data, map_view(data, selection, Classing(), lang="vi", works=WorksShown.SINGLE)


def layer_file(file: str) -> bytes | None:
    """Return the compressed geometry behind an address, or None."""
    bodies = (layer.body(file) for layer in display_layers(country()[0], "vi").values())
    return next(filter(None, bodies), None)
