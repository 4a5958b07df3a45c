"""One function on many parts of a job: on threads, or on a Dask cluster where one is named.

The cluster is the one whose address the environment variable ``DASK_SCHEDULER_ADDRESS`` holds,
the name Dask itself uses.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from geo.errors import GeoError

SCHEDULER = "DASK_SCHEDULER_ADDRESS"
PATIENCE = "10s"  # to reach the cluster

Part = TypeVar("Part")
Shared = TypeVar("Shared")
Result = TypeVar("Result")


def map_parts(
    function: Callable[[Part, Shared], Result],
    parts: Sequence[Part],
    shared: Shared,
    *,
    threads: int | None = None,
) -> list[Result]:
    """Return ``function(part, shared)`` of every part, in the order of the parts.

    Parameters
    ----------
    function
        A function of a module, so that another process finds it by name; it changes nothing.
    parts
        The job, cut into parts. A single part is done at once, without threads or cluster.
    shared
        What every part needs, sent once to each process of a cluster.
    threads
        How many parts run at a time here; as many as there are processors unless given.

    Raises
    ------
    GeoError
        If a cluster is named that cannot be used.
    """
    address = os.environ.get(SCHEDULER)
    if len(parts) > 1 and address:
        return _on_cluster(function, parts, shared, address)
    threads = min(threads or os.cpu_count() or 1, len(parts))
    if threads <= 1:
        return [function(part, shared) for part in parts]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda part: function(part, shared), parts))


def _on_cluster(
    function: Callable[[Part, Shared], Result], parts: Sequence[Part], shared: Shared, address: str
) -> list[Result]:
    # Each worker gets the shared data once, and the parts go straight to the workers: data
    # within the task graph would all pass through the scheduler.
    with _client(address) as client:
        common = client.scatter(shared, broadcast=True, hash=False)
        futures = [
            client.submit(function, part, common, pure=False)
            for part in client.scatter(list(parts), hash=False)
        ]
        results: list[Result] = client.gather(futures)
        return results


def _client(address: str) -> Any:
    try:
        from distributed import Client  # only offices with a cluster install it
    except ImportError as error:
        msg = (
            f"{SCHEDULER} names a cluster ({address}), but the package distributed is not "
            "installed; install it or unset the variable."
        )
        raise GeoError(msg) from error
    try:
        return Client(address, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        msg = (
            f"The Dask cluster at {address} does not answer; "
            f"start it, correct {SCHEDULER} or unset it."
        )
        raise GeoError(msg) from error
