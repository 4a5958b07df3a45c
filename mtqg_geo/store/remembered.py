"""That there was a store: kept outside it, so that its loss is never taken for a first start.

Where nothing was ever loaded the delivered sample is shown, and the first load makes a store. Where
one was made, its absence (a file deleted or cut to nothing, a disk that is not mounted, a database
made anew) must look like neither. So whoever opens the store of this installation leaves a mark in
two places, each of which outlives what the other does not:

* `STORE.txt` in `MTQG_DATA`, whichever database the store is in: seen by every user of the folder;
* a file for its address among what the user's programs remember (`state_folder`), which stays when
  the whole of `MTQG_DATA` goes.

`MTQG_REQUIRE_STORE=1` says it without a mark. Only the store that the settings name is remembered:
backups and copies are stores too, and come and go.
"""

import hashlib
import logging
import os
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa

from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.words import coded
from mtqg_geo.store.address import data_folder, parsed, place_of

REQUIRED = "MTQG_REQUIRE_STORE"  # set to 1, nothing is shown where there is no store
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
    if not [mark for mark in _marks(address) if _holds(mark, text)]:
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
    known = [place for mark in _marks(address) if (place := _place_in(mark))]
    if now in known or (not known and (was_open or is_required())):
        return coded(StoreError, "store_missing", place=now)
    return coded(StoreError, "store_elsewhere", place=now, before=known[0]) if known else None


def _marks(address: sa.URL) -> list[Path]:
    name = hashlib.sha256(f"{address.port or ''} {place_of(address)}".encode()).hexdigest()[:16]
    folder = state_folder()
    return [data_folder() / MARK, *([folder / "stores" / f"{name}.txt"] if folder else ())]


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
