"""What reading a file has a process import; a function for the child of `geo.sandbox`."""

import sys
from pathlib import Path

from mtqg_geo.loading.reading.cells import read_into

HEAVY = ("pandas", "geopandas", "shapely", "pyproj", "sqlalchemy", "streamlit")


def imported_to_read(folder: Path, *, path: str) -> list[str]:
    """Read a file as the child of a page does; return what is heavy and was imported for it."""
    assert read_into(folder, path=path, file_name=Path(path).name)["sheets"]
    return [name for name in HEAVY if sys.modules.get(name)]
