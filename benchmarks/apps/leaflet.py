"""Leaflet for the peers that would fetch it from other hosts: the files that we serve ourselves."""

import folium

from benchmarks.apps.common import ASSETS
from geo.maps import asset_files


def use_own_leaflet(page: folium.Map, *, origin: str = "") -> None:
    """Link a map to our copy of Leaflet; jQuery and Bootstrap, which it does not need, go."""
    files = {path.name: f"{origin}{ASSETS}{file}" for file, path in asset_files().items()}
    page.default_js = [("leaflet", files["leaflet.js"])]
    page.default_css = [("leaflet_css", files["leaflet.css"])]
