"""Scripts of our own components: fetched once, from an address that names their content.

Streamlit sends the script of a component with every message to it. What it is given here is one
line that fetches the real one.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

UI = Path(__file__).parents[1]


@cache
def script_files() -> Mapping[str, Path]:
    """Return every script of a component, by its address below `/assets/`."""
    return MappingProxyType({_address(path): path for path in sorted(UI.glob("*/*.js"))})


def _address(script: Path) -> str:
    digest = hashlib.sha256(script.read_bytes()).hexdigest()[:8]
    return f"ui-{digest}/{script.name}"


def loader(script: Path) -> str:
    """Return what a component is registered with (`js=`) so that its script is fetched once.

    The script exports by default what Streamlit calls; it may be asynchronous.
    """
    address = f"new URL('./assets/{_address(script)}',document.baseURI)"
    # Without an end of a line Streamlit would take it for the name of a file.
    return f"export default async(c)=>(await import({address})).\ndefault(c)"
