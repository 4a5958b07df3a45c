"""The script that puts our words in the place of Streamlit's own, which are English only.

It runs as soon as Streamlit's first scripts have come, opens the page again where the server behind
it has been started anew, does what a page asks of the browser, and has it fetch the scripts of the
map while these start: on a slow line that is a second in which nothing else is on its way.
"""

import hashlib
import json
import tomllib
from functools import cache
from pathlib import Path

from geo.maps import map_file
from mtqg_geo.programme.words import WORDING
from mtqg_geo.ui.server.map_frame import frame_script

TABLE = WORDING / "labels_own_words.toml"
SCRIPTS = ("own_words.js", "same_server.js", "page_orders.js")
CODE = [Path(__file__).with_name(name) for name in SCRIPTS]


@cache
def script() -> tuple[str, bytes]:
    """Return the script, the table of words in it, and its name, which names the content."""
    table = list(tomllib.loads(TABLE.read_text(encoding="utf-8")).values())
    words = json.dumps(table, ensure_ascii=False, separators=(",", ":"))
    tables = f"const TABLE = {words};\nconst AHEAD = {json.dumps(ahead())};\n"
    code = "".join(path.read_text(encoding="utf-8") for path in CODE)
    body = f"{tables}{code}".encode()
    return f"words-{hashlib.sha256(body).hexdigest()[:16]}.js", body


def ahead() -> list[str]:
    """Return the addresses of the scripts that the frame of the map will ask for, one by one."""
    return [f"./assets/{name}" for name in (frame_script()[0], map_file()[0])]
