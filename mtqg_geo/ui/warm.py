"""What is done once, so that no visitor waits for it again."""

import gc
from functools import lru_cache

from mtqg_geo.dataset.dataset import Dataset, current_dataset
from mtqg_geo.figures.selection import default_selection
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.layers import kept_layers
from mtqg_geo.maps.view import map_view


def up() -> None:
    """Compute what a first visit shows."""
    data = current_dataset()
    kept_layers(data, map_view(data, default_selection(data), Classing(), lang="vi"), lang="vi")


@lru_cache(maxsize=1)
def settle(_loaded: Dataset) -> None:
    """Exempt what will stay from garbage collection, once for each state of what is loaded.

    Looking through the programme's data and all modules took 75 ms each time: a page that happened
    to come then was twice as slow.
    """
    gc.collect()
    gc.freeze()
