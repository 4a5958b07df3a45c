"""That there was a store: kept outside it, so that its loss is never taken for a first start.

Where nothing was ever loaded the delivered sample is shown, and the first load makes a store. Where
one was made, its absence (a file deleted or cut to nothing, a disk that is not mounted, a database
made anew, settings that were lost) must look like neither. So whoever opens the store of this
installation leaves marks, each of which outlives what the others do not:

* `STORE.txt` in `MTQG_DATA`, whichever database the store is in: seen by every user of the folder;
* a file for its address among what the user's programs remember (`state_folder`), which stays when
  the whole of `MTQG_DATA` goes;
* beside it one for `MTQG_DATA`, for when the line `MTQG_DATABASE` is lost, and one for this
  installation without settings, for when all are lost or it is run in another working directory.
  A trial, whose data are in the temporary folder, leaves neither.

`MTQG_REQUIRE_STORE=1` says it without a mark; `0` says that this is a trial, to which other stores
mean nothing. Only the store that the settings name is remembered: backups and copies are stores
too, and come and go.
"""

import hashlib
import logging
import os
import tempfile
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa

from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.words import coded
from mtqg_geo.store.address import FOLDER, data_folder, file_of, parsed, place_of

REQUIRED = "MTQG_REQUIRE_STORE"  # 1: nothing is shown where there is no store; 0: a trial
INSTALLATION = Path(__file__).parents[2]
MARK = "STORE.txt"
WORDS = (
    "Kho dữ liệu của thư mục này ở nơi ghi trên. Tệp này cho biết khi kho bị mất; đừng xóa.",
    "The store of this folder is at the place above. This file tells the program when it is lost.",
)


def is_required() -> bool:
    """Say whether whoever runs this says that there is a store."""
    return os.environ.get(REQUIRED, "") not in ("", "0")


def state_folder() -> Path | None:
    """Return the folder of what this program remembers for its user; None without a home."""
    given = os.environ.get("XDG_STATE_HOME") or os.environ.get("LOCALAPPDATA")
    try:
        return Path(given or Path.home() / ".local" / "state") / "mtqg_geo"
    except RuntimeError:
        return None


def remember(address: sa.URL) -> None:
    """Leave the marks of a store that was opened, if it is the one that the settings name."""
    if address != parsed(None):
        return
    text = "\n".join((place_of(address), *WORDS, ""))
    marks = _of_address(address)
    if not _is_trial(address):
        marks += [*_of_settings(data_folder()), *_of_settings(Path(FOLDER))]
    if not [mark for mark in marks if _holds(mark, text)]:
        logging.getLogger(__name__).warning(
            "Nothing can be written that would tell the loss of the store at %s from a first "
            "start: set %s=1.",
            place_of(address),
            REQUIRED,
        )


def loss(address: sa.URL, *, was_open: bool = False) -> StoreError | None:
    """Return what is to be said of a store that is not there but was; None if there was none.

    Parameters
    ----------
    was_open
        Whether this process has had it open, which proves it where no mark could be left.
    """
    if address != parsed(None):
        return None
    now = place_of(address)
    marks = [*_of_address(address), *_of_settings(data_folder())]
    known = [place for mark in marks if (place := _place_in(mark))]
    if now in known or (not known and (was_open or is_required())):
        return coded(StoreError, "store_missing", place=now)
    if known and not _is_called_trial():
        return coded(StoreError, "store_elsewhere", place=now, before=known[0])
    return None


def _is_called_trial() -> bool:
    return os.environ.get(REQUIRED) == "0"


def _is_trial(address: sa.URL) -> bool:
    place, temporary = file_of(address) or data_folder(), Path(tempfile.gettempdir())
    return _is_called_trial() or place.resolve().is_relative_to(temporary.resolve())


def _of_address(address: sa.URL) -> list[Path]:
    return [data_folder() / MARK, *_remembered(f"{address.port or ''} {place_of(address)}")]


def _of_settings(folder: Path) -> list[Path]:
    """Return the mark for a data folder; unless its path is full, for it in this installation."""
    return _remembered(f"{INSTALLATION / folder}")


def _remembered(subject: str) -> list[Path]:
    folder, name = state_folder(), hashlib.sha256(subject.encode()).hexdigest()[:16]
    return [folder / "stores" / f"{name}.txt"] if folder else []


def _place_in(mark: Path) -> str:
    try:
        return mark.read_text(encoding="utf-8").partition("\n")[0]
    except (OSError, UnicodeError):
        return ""


def _holds(mark: Path, text: str) -> bool:
    """Say whether a mark says this by now; only a folder of our own is made for it."""
    with suppress(OSError, UnicodeError):
        if mark.is_file() and mark.read_text(encoding="utf-8") == text:
            return True
    with suppress(OSError):
        if mark.name != MARK:
            mark.parent.mkdir(parents=True, exist_ok=True)
        mark.write_text(text, encoding="utf-8")
        return True
    return False
