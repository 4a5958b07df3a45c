"""Entry point: `streamlit run app.py` and `uvicorn app:app` serve the same application."""

import os
import sys
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from geo.memory import keep_together
from mtqg_geo.dataset.boundary_sets import sweep_leftovers
from mtqg_geo.dataset.dataset import current_dataset
from mtqg_geo.maps.layers import layer_file
from mtqg_geo.programme.errors import MtqgError
from mtqg_geo.programme.frames import prefer_objects
from mtqg_geo.store.mode import access_mode
from mtqg_geo.ui import failure, warm
from mtqg_geo.ui.newest import drawn
from mtqg_geo.ui.server import (
    connections,
    downloads,
    files,
    fonts,
    gate,
    health,
    identity_provider,
    logs,
    place,
    routes,
    sign_in,
)
from mtqg_geo.ui.server.base_address import UnderPath, base_url, require_one_path
from mtqg_geo.ui.server.heavy import desk
from mtqg_geo.ui.server.hosts import KnownHosts, known_hosts
from mtqg_geo.ui.server.lists import list_file
from mtqg_geo.ui.server.map_frame import MapFrame
from mtqg_geo.ui.server.middleware import CompressedOnce, FirstFrame, KnownPages
from mtqg_geo.ui.server.ogc.routes import routes as live_layers
from mtqg_geo.ui.server.own_pages import HANDLERS
from mtqg_geo.ui.server.policy import SamePlaceOnly, parse_ancestors
from mtqg_geo.ui.server.uploads import BoundedUploads

# Who is let in is settled before anything else: a setting that is wrong stops the server here.
try:
    access_mode()
    logs.begin()
    require_one_path()
    place.require_own_desk()
    place.believe_only(place.parse_proxies(os.environ.get(place.PROXIES, "")))
    provider = identity_provider.settings()
except MtqgError as error:
    sys.exit(str(error))
gate.mark_sessions()
keep_together()
prefer_objects()
sweep_leftovers()
connections.guard(connections.parse_most(os.environ.get("MTQG_CONNECTIONS", "")))
fonts.prepare()
# Read once at start: unreadable data stop the server with one sentence instead of every page.
warm.up()

origins = downloads.parse_origins(os.environ.get("MTQG_CORS_ORIGINS", ""))

app: ASGIApp = st.App(
    Path(__file__).resolve().parent / "mtqg_geo" / "ui" / "main.py",
    routes=[
        *routes.routes(
            lambda file: layer_file(drawn(), file), lists=lambda file: list_file(drawn(), file)
        ),
        *health.routes(),
        *sign_in.routes(),
        *downloads.routes(current_dataset, origins=origins, desk=desk()),
        *live_layers(current_dataset, base_url=base_url(), origins=origins),
        *files.routes(desk()),
    ],
    middleware=[
        Middleware(
            KnownHosts,
            hosts=(*known_hosts(os.environ.get("MTQG_HOSTS", "")), *place.base_host()),
        ),
        Middleware(gate.Gate),
        Middleware(identity_provider.OwnSession),
        Middleware(BoundedUploads),
        Middleware(KnownPages),
        Middleware(MapFrame),
        Middleware(FirstFrame),
        Middleware(CompressedOnce),
        Middleware(fonts.LeanFonts),
    ],
    secrets=provider,
    lifespan=warm.beside,
    on_script_error=failure.say,
    exception_handlers=HANDLERS,
)
# Outside all of it: an answer to what failed has its headers too.
app = SamePlaceOnly(
    UnderPath(logs.Requests(app) if logs.is_json() else app),
    tile_url=os.environ.get("MTQG_TILE_URL"),
    ancestors=parse_ancestors(os.environ.get("MTQG_FRAME_ANCESTORS", "")),
)
