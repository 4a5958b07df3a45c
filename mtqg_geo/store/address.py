"""Where the store is: a file in `MTQG_DATA`, or the server that `MTQG_DATABASE` names."""

import os
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.words import coded, refused

FOLDER, FILE = "var", "mtqg.sqlite"
MAGIC = b"SQLite format 3\0"
APPLICATION_ID = 0x4D545147  # "MTQG": marks the file of a store in the header of SQLite


def store_url() -> str:
    """Return the address of the store: `MTQG_DATABASE`, else `mtqg.sqlite` in `MTQG_DATA`."""
    return os.environ.get("MTQG_DATABASE", "") or file_url(data_folder() / FILE)


def data_folder() -> Path:
    """Return the folder of this installation's data: `MTQG_DATA`, else `var`."""
    return Path(os.environ.get("MTQG_DATA") or FOLDER)


def file_url(path: Path) -> str:
    """Return the address of a store in a file."""
    return sa.URL.create("sqlite", database=str(path.absolute())).render_as_string()


def parsed(url: str | None) -> sa.URL:
    """Return an address (default: `store_url()`) in the one form we use.

    Raises
    ------
    StoreError
        `store_address` if it is none that a store can have.
    """
    text = url or store_url()
    try:
        address = sa.make_url(text)
    except ArgumentError as error:
        raise coded(StoreError, "store_address") from error
    if address.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() == "sqlite" and address.database not in (None, "", ":memory:"):
        # Relative paths would name another file once the process has changed its folder.
        return address.set(database=str(Path(str(address.database)).absolute()), query={})
    raise coded(StoreError, "store_address")


def file_of(address: sa.URL | str) -> Path | None:
    """Return the file of a store in SQLite; None for a server."""
    address = sa.make_url(address)
    return Path(address.database or "") if address.get_backend_name() == "sqlite" else None


def place_of(address: sa.URL) -> str:
    """Return where a store is, in words that may be shown: the file, or host and database."""
    path = file_of(address)
    return str(path or f"{address.host or 'localhost'}/{address.database or ''}")


def file_id(path: Path) -> int:
    """Return what tells a file from another of the same name; 0 where none is, or an empty one.

    Raises
    ------
    StoreError
        `store_unreadable` if nobody can say: no right to look, a disk that does not answer.
    """
    with _told("store_unreadable", place=str(path)):
        try:
            found = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return 0
    if not stat.S_ISREG(found.st_mode) or not found.st_size:
        return 0
    # Where no numbers are given to files: when it was made, which is what Windows calls `ctime`.
    number = found.st_ino or found.st_ctime_ns
    return (found.st_dev << 64) + number + 1  # a disk may give the number that another one gave


def require_readable(path: Path) -> None:
    """Refuse a file that may not be read, which SQLite would only call one it cannot open.

    Raises
    ------
    StoreError
        `store_unreadable`.
    """
    with _told("store_unreadable", place=str(path)), path.open("rb"):
        pass


def writing_to(folder: Path) -> AbstractContextManager[None]:
    """Say of a folder that it cannot be written, where that fails inside."""
    return _told("store_folder", folder=str(folder))


@contextmanager
def _told(code: str, **of: str) -> Iterator[None]:
    """Say what the system refuses inside, by the sentence of this code."""
    try:
        yield
    except OSError as error:
        raise coded(StoreError, code, reason=refused(error), **of) from error


def is_store_file(path: Path) -> bool:
    """Say whether a file is a store or a backup of one, by its first bytes."""
    with path.open("rb") as file:
        head = file.read(72)
    return head.startswith(MAGIC) and head[68:72] == APPLICATION_ID.to_bytes(4, "big")
