"""What is done once, so that no visitor waits for it again."""

from __future__ import annotations

import gc
from functools import lru_cache

from mtqg_geo.choropleth import Classing
from mtqg_geo.datasets import Dataset, current_dataset
from mtqg_geo.maplayers import kept_layers
from mtqg_geo.selection import default_selection
from mtqg_geo.views import map_view


def up() -> None:
    """Compute what a first visit shows."""
    data = current_dataset()
    kept_layers(data, map_view(data, default_selection(data), Classing(), lang="vi"), lang="vi")


@lru_cache(maxsize=1)
def settle(_data: Dataset) -> None:
    """Exempt what will stay from garbage collection, once for each data set (after a first page).

    Streamlit collects garbage after every run of the script; looking through the programme's data
    and all modules took it 75 ms, half of the server's work for a click.
    """
    gc.collect()
    gc.freeze()
