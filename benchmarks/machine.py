"""What every figure depends on: the machine, the versions, the day."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version


def machine(*libraries: str) -> dict[str, str]:
    """Return the machine, the date and the versions of Python and of the libraries named."""
    return {
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        **{name: version(name) for name in libraries},
    }
