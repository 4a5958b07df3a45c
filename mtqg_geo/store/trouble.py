"""What a database complains of, in sentences a planner can act on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.words import coded

# Result codes of SQLite (beginning) and SQLSTATEs of PostgreSQL (beginning).
SQLITE_CODES = {
    "SQLITE_FULL": "store_full",
    "SQLITE_NOTADB": "not_a_store",
    "SQLITE_CORRUPT": "store_damaged",
    "SQLITE_BUSY": "store_busy",
    "SQLITE_LOCKED": "store_busy",
    "SQLITE_READONLY": "store_readonly",
    "SQLITE_PERM": "store_readonly",
    "SQLITE_CANTOPEN": "store_readonly",
}
POSTGRES_CODES = {
    "53100": "store_full",
    "55P03": "store_busy",
    "42501": "store_readonly",
    "25006": "store_readonly",
    "XX001": "store_damaged",
    "53300": "store_unreachable",
    "57P": "store_unreachable",
    "08": "store_unreachable",
    "28": "store_unreachable",
    "3D": "store_unreachable",
}


@contextmanager
def speaking(engine: Engine, place: str) -> Iterator[None]:
    """Turn what the database or its driver raises inside into a `StoreError`."""
    try:
        yield
    except PoolTimeoutError as error:
        raise coded(StoreError, "store_busy", place=place) from error
    except (DBAPIError, engine.dialect.loaded_dbapi.Error) as error:
        raise store_error(error, place) from error


def store_error(error: BaseException, place: str) -> StoreError:
    """Return the sentence of a driver's error."""
    code = error_code(error)
    reason = str(getattr(error, "orig", None) or error).strip().splitlines() or ["?"]
    values = {"store_unreachable": {"reason": reason[0]}, "store_failed": {"reason": reason[0]}}
    return coded(StoreError, code, place=place, **values.get(code, {}))


def error_code(error: BaseException) -> str:
    """Return the code of our sentence for a driver's error."""
    origin = getattr(error, "orig", None) or error
    name = getattr(origin, "sqlite_errorname", "") or ""
    state = getattr(origin, "sqlstate", "") or ""
    for known, given in ((SQLITE_CODES, name), (POSTGRES_CODES, state)):
        found = [code for start, code in known.items() if given.startswith(start)]
        if given and found:
            return found[0]
    is_lost = getattr(error, "connection_invalidated", False)
    refused = not name and not state and type(origin).__name__ == "OperationalError"
    return "store_unreachable" if is_lost or refused else "store_failed"
