"""The tables of limits in both guides say what the code holds files to."""

import tomllib

import pytest

from geo.archive import MAX_UNPACKED_BYTES
from geo.sandbox import (
    DEFAULT_LIMITS,
    MAX_FILE_BYTES,
    MOST_CHARACTERS,
    MOST_LAYER_BYTES,
    MOST_WAIT_S,
)
from mtqg_geo.loading.reading.cells import LIMITS, MOST_BYTES, MOST_TEXT_BYTES
from mtqg_geo.loading.reading.grid import MOST_SHEETS
from mtqg_geo.loading.reading.xlsx import MOST_UNPACKED_BYTES
from mtqg_geo.loading.sheets.table import MOST_COLUMNS, MOST_ROWS
from mtqg_geo.programme.catalog import DATA
from mtqg_geo.ui.server.uploads import MOST_RESIDENT, OF_SERVER, OF_SESSION

ROOT = DATA.parent
BY_BROWSER = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["server"]["maxUploadSize"]


def mb(n_bytes):
    return n_bytes // 1_000_000


@pytest.mark.parametrize(("guide", "lang"), [("guide.md", "en"), ("huong-dan.md", "vi")])
def test_the_guide_says_the_limits_there_are(guide, lang):
    def written(number):
        text = f"{number:,}"
        return text if lang == "en" else text.replace(",", ".")

    text = (ROOT / "docs" / guide).read_text(encoding="utf-8")
    rows = text[
        text.index("| 50 MB") - 60 : text.index("Exit codes" if lang == "en" else "Mã thoát")
    ]
    memory = f"{DEFAULT_LIMITS.memory_bytes / 1e9:g} GB", f"{LIMITS.memory_bytes / 1e9:g}"
    said = {
        "file": (BY_BROWSER, mb(MOST_BYTES), mb(MAX_FILE_BYTES), mb(MOST_UNPACKED_BYTES)),
        "unpacked": (f"{MAX_UNPACKED_BYTES // 10**9} GB",),
        "content": (MOST_SHEETS, MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS, mb(MOST_LAYER_BYTES)),
        "reading": (f"{DEFAULT_LIMITS.wall_s:g}", *memory),
        "held": (f"{OF_SESSION * BY_BROWSER} MB", f"{OF_SERVER * BY_BROWSER} MB"),
    }
    for values in said.values():
        for value in values:
            number = written(value) if isinstance(value, int) else value
            assert (number if lang == "en" else number.replace("2.5", "2,5")) in rows
    assert (MOST_TEXT_BYTES, LIMITS.wall_s) == (MOST_LAYER_BYTES, DEFAULT_LIMITS.wall_s)
    assert (MOST_WAIT_S, MOST_RESIDENT) == (120.0, 0.75)  # "two minutes", "three quarters"
