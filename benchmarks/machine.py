"""What every figure depends on: the machine, the versions, the day."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

# Real layers are not delivered: `BENCH_BOUNDARIES` names the folder that has them.
FOLDER = Path(os.environ.get("BENCH_BOUNDARIES", "../shared/data/boundaries"))
FILES = {"province": "bac_giang_communes_2008.zip", "country": "vietnam_communes_2008.parquet"}


def machine(*libraries: str) -> dict[str, str]:
    """Return the machine, the date and the versions of Python and of the libraries named."""
    return {
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        **{name: version(name) for name in libraries},
    }


def load_average() -> float:
    """Return how many processes wanted to run in the last minute: others take from what we have."""
    return round(os.getloadavg()[0], 1)


def absent(*layers: str) -> str:
    """Say which real layer is not there and where it belongs; "" where none is missing."""
    missing = next((name for name in layers if not (FOLDER / name).is_file()), "")
    return missing and (
        f"The real layer {missing} is not in {FOLDER}; BENCH_BOUNDARIES names the folder of it."
    )
