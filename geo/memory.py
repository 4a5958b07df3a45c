"""Memory of the machine: how much there is, what a thing takes, giving back what is free."""

import ctypes
import gc
import os
import sys
from contextlib import suppress
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, ModuleType

_NOBODYS = (type, FunctionType, BuiltinFunctionType, ModuleType)
_LOOKED_AT = 500
_COORDINATE_BYTES = 16
_ARENA_MAX = -8  # `M_ARENA_MAX` of malloc.h
_USUAL_BYTES = 8_000_000_000  # of a machine that does not tell


def machine_memory_bytes() -> int:
    """Return how much memory this machine has, a usual amount where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return _USUAL_BYTES


def resident_bytes() -> int:
    """Return how much memory this process holds, 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, AttributeError):
        return 0


def keep_together() -> None:
    """Have threads that come and go use the free memory of those before them.

    Each new thread gets a store of its own, up to eight a processor core, and another one of
    Arrow's allocator; what it frees stays there. Of a server whose every run of a page is a thread
    that was 62 MB after 500 visits, and growing.
    """
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # other libraries of C have no such function
            ctypes.CDLL(None).mallopt(_ARENA_MAX, 2)


def give_back() -> None:
    """Give the system what nobody holds any more: things in circles, then what is free.

    The libraries keep free memory for what comes next, which after a large file is as much again.
    """
    import pyarrow as pa

    gc.collect()
    pa.default_memory_pool().release_unused()
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # other libraries of C have no such function
            ctypes.CDLL(None).malloc_trim(0)


def roughly_bytes(thing: object) -> int:
    """Return about how much memory a thing takes with all that it holds.

    Of a long list, and of a column of texts, some hundred are looked at: the others are taken to be
    like them. Types, functions and modules are nobody's own and do not count.

    >>> texts = [str(number) * 1_000 for number in range(100_000, 110_000)]
    >>> roughly_bytes({"texts": texts}) // 1_000_000
    60
    """
    import numpy as np
    import pandas as pd
    import shapely

    met, total, left = set[int](), 0.0, [(thing, 1.0)]  # each with how many it stands for
    while left:
        each, n_like_it = left.pop()
        if id(each) in met or isinstance(each, _NOBODYS):
            continue
        met.add(id(each))
        own, held = sys.getsizeof(each), gc.get_referents(each)
        if isinstance(each, pd.DataFrame | pd.Series | pd.Index):
            own = object.__sizeof__(each)  # its columns come by themselves
        elif isinstance(each, np.ndarray):
            own = max(own, each.nbytes)
            held = each.ravel().tolist() if each.dtype == object else []
        elif isinstance(each, shapely.Geometry):
            own += _COORDINATE_BYTES * shapely.get_num_coordinates(each)
        total += own * n_like_it
        looked_at = held[:: max(1, len(held) // _LOOKED_AT)]
        n_like_each = n_like_it * len(held) / max(1, len(looked_at))
        left += [(part, n_like_each) for part in looked_at]
    return round(total)
