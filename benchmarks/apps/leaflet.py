"""Leaflet for the peers that would fetch it from other hosts: the copy that ours is made of."""

import mimetypes
from pathlib import Path

import folium
from starlette.responses import FileResponse
from starlette.routing import Route
from xstatic.pkg import leaflet

FOLDER = "/leaflet/"
FILES = ("leaflet.js", "leaflet.css")


def routes() -> list[Route]:
    """Return the routes of Leaflet's files, kept by browsers for good as ours are."""
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}

    def answer(path: Path) -> FileResponse:
        return FileResponse(path, headers=headers, media_type=mimetypes.guess_type(path)[0])

    paths = {name: Path(leaflet.BASE_DIR, name) for name in FILES}
    return [
        Route(f"{FOLDER}{name}", lambda _, path=path: answer(path)) for name, path in paths.items()
    ]


def use_own_leaflet(page: folium.Map, *, origin: str = "") -> None:
    """Link a map to our copy of Leaflet; jQuery and Bootstrap, which it does not need, go."""
    page.default_js = [("leaflet", f"{origin}{FOLDER}{FILES[0]}")]
    page.default_css = [("leaflet_css", f"{origin}{FOLDER}{FILES[1]}")]
