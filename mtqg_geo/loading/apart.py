"""Large files are checked and stored in a process of their own, so that clicks go on as ever.

A thread would share the interpreter with those who answer clicks, for as long as a million rows
take. What was found comes back: the page shows it, and its button stores just that. For a file of
a few thousand rows it is not worth the start of a process.
"""

from collections.abc import Callable
from threading import BoundedSemaphore
from typing import Any

from geo.jobs import Call, Child, JobStopped
from mtqg_geo.dataset.dataset import Dataset, current_dataset
from mtqg_geo.loading.upload import Upload, check_upload, commit_upload
from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.unforeseen import in_words
from mtqg_geo.programme.words import coded
from mtqg_geo.store.batches import Batch, OnProgress
from mtqg_geo.store.engine import has_store, open_store
from mtqg_geo.store.rights import Who
from mtqg_geo.store.transactions import Store

LARGE_BYTES = 2_000_000  # some 50,000 rows
POLL_S = 0.5  # who waits for a turn can stop as often
_HERE = "mtqg_geo.loading.apart"
_TURN = BoundedSemaphore(1)  # a million rows take a gigabyte: one file after the other
Told = Callable[[tuple[float, str]], None]


def _quiet(share: float, words: str) -> None:
    """Say nothing."""


@in_words(file=lambda _, file_name, *__, **___: str(file_name))
def check(
    content: bytes, file_name: str, data: Dataset, *, progress: OnProgress = _quiet, **how: Any
) -> Upload:
    """Check a file as `check_upload` does, against the store if there is one.

    Parameters
    ----------
    how
        `layer`, `meant` and `sheets`, as there.
    """
    if len(content) >= LARGE_BYTES:
        return _done("checked", content, file_name, how, progress=progress)  # type: ignore[no-any-return]
    store = open_store() if has_store() else None
    return check_upload(content, file_name, data, progress=progress, store=store, **how)


def commit(
    upload: Upload,
    store: Store,
    data: Dataset,
    *,
    who: Who,
    allow_rejected: bool,
    progress: OnProgress = _quiet,
) -> Batch | None:
    """Store a file as `commit_upload` does.

    Raises
    ------
    StoreError
        `commit_stopped` if the process ended before it said whether it had stored the file, and
        what `commit_upload` raises.
    """
    how = {"who": who, "allow_rejected": allow_rejected}
    if len(upload.content) < LARGE_BYTES:
        return commit_upload(upload, store, progress=progress, data=data, **how)  # type: ignore[arg-type]
    try:
        return _done("committed", upload, how, progress=progress)  # type: ignore[no-any-return]
    except JobStopped as error:
        raise coded(StoreError, "commit_stopped", file=upload.file_name) from error


def checked(content: bytes, file_name: str, how: dict[str, Any], *, progress: Told) -> Upload:
    """Check a file against what is loaded now (in a child)."""
    store = open_store() if has_store() else None
    told = _paired(progress)
    return check_upload(content, file_name, current_dataset(), progress=told, store=store, **how)


def committed(upload: Upload, how: dict[str, Any], *, progress: Told) -> Batch | None:
    """Store a checked file (in a child)."""
    data, told = current_dataset().as_loaded, _paired(progress)
    return commit_upload(upload, open_store(), progress=told, data=data, **how)


def _paired(progress: Told) -> OnProgress:
    return lambda share, words: progress((share, words))


def _done(function: str, *given: Any, progress: OnProgress) -> Any:
    """Have a child do something; what `progress` raises, as a click on Stop does, ends it."""
    while not _TURN.acquire(timeout=POLL_S):
        progress(0.0, "loading_step_waiting")
    child = Child("mtqg_geo.programme.frames:prefer_objects")
    try:
        return child.run(Call(f"{_HERE}:{function}", given), lambda said: progress(*said))
    finally:
        child.end()
        _TURN.release()
