"""The script that puts our words in the place of Streamlit's own, which are English only."""

import hashlib
import json
import tomllib
from functools import cache
from pathlib import Path

from mtqg_geo.programme.words import WORDING

TABLE = WORDING / "labels_own_words.toml"
CODE = Path(__file__).with_name("own_words.js")


@cache
def script() -> tuple[str, bytes]:
    """Return the script, the table of words in it, and its name, which names the content."""
    table = list(tomllib.loads(TABLE.read_text(encoding="utf-8")).values())
    words = json.dumps(table, ensure_ascii=False, separators=(",", ":"))
    body = f"const TABLE = {words};\n{CODE.read_text(encoding='utf-8')}".encode()
    return f"words-{hashlib.sha256(body).hexdigest()[:16]}.js", body
