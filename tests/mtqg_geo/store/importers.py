"""What other processes do to a store in the tests: import, undo, count up, until told or killed."""

import multiprocessing

import numpy as np
import pandas as pd

from mtqg_geo.programme.errors import StoreError
from mtqg_geo.store.batches import commit_batch, undo_batch
from mtqg_geo.store.comparing import compare
from mtqg_geo.store.engine import create_store, open_store
from mtqg_geo.store.live import state_version, visible
from mtqg_geo.store.rights import Who

CODES = [f"{code:05}" for code in range(200)]
SITES = [f"S{number}" for number in range(20)]
KEPT, UNDONE = "kept", "undone"


def processes():
    """Return how to start processes quickly: forked from one that has everything loaded."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.mtqg_geo.store.importers"])
    return context


def run(target, url, arguments):
    """Start a process for each argument; return them and the queue of their answers."""
    context = processes()
    answers = context.Queue()
    started = [context.Process(target=target, args=(url, each, answers)) for each in arguments]
    for process in started:
        process.start()
    return started, answers


def finish(started, answers):
    """Return the answers of processes that were started, in the order in which they came."""
    found = [answers.get(timeout=300) for _ in started]
    for process in started:
        process.join()
    return found


def create(url, _number, answers):
    """Create the store, as others do at this moment."""
    try:
        answers.put(state_version(create_store(url)))
    except Exception as error:
        answers.put(repr(error))


def tables(number):
    """Return a file in which every commune and every site says the same number."""
    observations = pd.DataFrame(
        {
            "commune_code": CODES, "indicator": "CX01", "project": "", "period": "2023",
            "basis": "actual", "value": float(number), "source": "", "sheet": "Xã",
            "row": np.arange(2, len(CODES) + 2),
        }
    )  # fmt: skip
    sites = pd.DataFrame(
        {
            "id": SITES, "name": str(number), "facility": "market", "project": "DA4.TDA1",
            "commune_code": "", "district_code": "", "lon": 106.5, "lat": 21.5, "location": "exact",
            "status": "", "year": 2023, "source": "", "sheet": "", "row": 2,
        }
    )  # fmt: skip
    return {"observations": observations, "sites": sites}


def import_until_killed(url, first, answers):
    """Import numbers, each a batch of its own, and say of each that it is stored."""
    try:
        store = open_store(url)
        for number in range(first, first + 10_000):
            batch = commit_batch(
                store,
                tables(number),
                file_name=str(number),
                content=str(number).encode(),
                who=Who(""),
            )
            answers.send((KEPT, batch.id, number))
            if number % 4 == 0:
                undo_batch(store, batch.id, who=Who(""))
                answers.send((UNDONE, batch.id, number))
    except (StoreError, OSError):  # the server was killed, or the test is over
        return


def import_some(url, numbers, answers):
    """Import numbers while others do; answer with the batches, or with what went wrong."""
    try:
        store = open_store(url)
        stored = [
            commit_batch(store, tables(each), file_name=str(each), content=b"", who=Who("")).id
            for each in numbers
        ]
        answers.put((stored, list(numbers), None))
    except Exception as error:
        answers.put(([], list(numbers), repr(error)))


def count_up(url, times, answers):
    """Add one to a value so many times, never on the strength of an outdated look at it."""
    try:
        store = open_store(url)
        refused = 0
        while times:
            one = tables(0)["observations"].iloc[:1]
            looked_at = compare(store, {"observations": one.assign(value=-1.0)})
            value = visible(store, "observations")["value"].iloc[0]
            try:
                commit_batch(
                    store, {"observations": one.assign(value=value + 1)}, file_name="", content=b"",
                    who=Who(""), expected=looked_at,
                )  # fmt: skip
                times -= 1
            except StoreError as error:
                if error.code != "changed_since":
                    raise
                refused += 1
        answers.put((refused, None))
    except Exception as error:
        answers.put((0, repr(error)))
