"""What every figure depends on: the machine, the versions, the day."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

# Real layers are not delivered: `BENCH_BOUNDARIES` names the folder that has them.
FOLDER = Path(os.environ.get("BENCH_BOUNDARIES", "../shared/data/boundaries"))


def machine(*libraries: str) -> dict[str, str]:
    """Return the machine, the date and the versions of Python and of the libraries named."""
    return {
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        **{name: version(name) for name in libraries},
    }
