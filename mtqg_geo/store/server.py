"""A server that is slow, frozen or gone: nobody waits for it without end.

The server itself ends a question that takes too long (`statement_timeout`). One that is frozen, or
behind a cut line, ends nothing: its side of the connection stays open and silent. So we count too,
and leave a connection that has said nothing for longer than whoever uses it has patience.
"""

from collections.abc import Generator
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from psycopg.errors import _WaitTimeout

from mtqg_geo.store.transactions import READING_S

CONNECT_S = 5  # until a new connection stands
GRACE_S = 5  # beyond patience: the server's own word, which says more, comes first
Answer = TypeVar("Answer")


class PatientConnection(psycopg.Connection[Any]):
    """A connection that is closed when the server stays silent for longer than `patience_s`."""

    patience_s: float = 0  # `transactions.patience` gives more

    def wait(
        self,
        gen: Generator[Any, Any, Answer],
        interval: float = 0.1,
        timeout: float | None = None,
    ) -> Answer:
        """Wait for the server, whatever it was asked."""
        try:
            return super().wait(gen, interval, timeout or self.patience_s + GRACE_S)
        except _WaitTimeout as error:
            self.close()  # its answer, if it ever came, would be taken for that to another question
            msg = f"no answer for {self.patience_s + GRACE_S:g} s"
            raise psycopg.OperationalError(msg) from error


# One question takes one processor: of two, clicks need the other, and on a million rows the
# server's parallel plan for counting keys took four times as long (3.8 and 0.9 s).
ONE_PROCESSOR = "-c max_parallel_workers_per_gather=0"


def server_engine(address: sa.URL) -> sa.Engine:
    """Return an engine whose connections end what takes too long."""
    given = address.query.get("options", "")
    options = (given,) if isinstance(given, str) else given
    engine = sa.create_engine(
        address,
        isolation_level="READ COMMITTED",
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT_S,
            "application_name": "mtqg_geo",
            "options": " ".join((f"-c statement_timeout={READING_S}s", ONE_PROCESSOR, *options)),
        },
        pool_size=8,
        max_overflow=16,
        pool_pre_ping=True,  # the server may have been started again
    )
    sa.event.listen(engine, "do_connect", _connect)
    return engine


def _connect(_dialect: object, _record: object, given: Any, named: Any) -> PatientConnection:
    return PatientConnection.connect(*given, **named)
