"""Memory of the machine: how much there is, and giving back what was needed for a while."""

import ctypes
import gc
import os
import sys
from contextlib import suppress
from pathlib import Path

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
