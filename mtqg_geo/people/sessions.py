"""Who has signed in, until they sign out: a row for each cookie, which is kept by its checksum.

A cookie alone says nothing: the row may have ended, been idle too long, or its person lost every
right. It is asked at every run and request.
"""

import hashlib
import secrets
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from mtqg_geo.people.accounts import email_by_number
from mtqg_geo.people.limits import idle_limit, later, session_limit
from mtqg_geo.programme.errors import PeopleError, StoreError
from mtqg_geo.programme.words import coded
from mtqg_geo.store.insert_only import log
from mtqg_geo.store.rights import Verb, Via, Who, ended_sessions, require_own, valid
from mtqg_geo.store.schema import GRANT, PERSON, SESSION
from mtqg_geo.store.transactions import Store, marking, now, reading, writing

SEEN_EVERY = timedelta(minutes=1)
_GOES_ON = sa.and_(
    SESSION.c.ended_at == "",
    SESSION.c.until > sa.bindparam("moment"),
    SESSION.c.seen_at > sa.bindparam("idle_since"),
)
# Put together once: that takes longer than the answer, and it is asked with every word of a page.
_SIGNED_IN = (
    sa.select(SESSION.c.person, SESSION.c.seen_at, PERSON.c.email, PERSON.c.name, GRANT.c.verb)
    .join(PERSON, PERSON.c.id == SESSION.c.person)
    .outerjoin(GRANT, sa.and_(GRANT.c.person == PERSON.c.id, valid(sa.bindparam("moment"))))
    .where(SESSION.c.id == sa.bindparam("session"), _GOES_ON)
)


@dataclass(frozen=True)
class Signed:
    """Who has signed in, and which verbs they may anywhere at all at this moment.

    Nothing is in `verbs` of a person without rights; whoever has any may `read`.
    """

    session: str
    person: int
    email: str
    name: str
    verbs: frozenset[Verb]

    def who(self, via: Via = "page") -> Who:
        """Return who does what this person does."""
        return Who(self.name, self.person, via, session=self.session)


@dataclass(frozen=True)
class Session:
    """A session that goes on: since when, last used, in what sort of browser ("" = unknown)."""

    id: str
    person: int
    at: str
    seen_at: str
    browser: str


def begin(store: Store, person: int, *, cookie: str | None = None, browser: str = "") -> str:
    """Begin a session and return its cookie.

    Parameters
    ----------
    cookie
        That of the identity provider, where it signed the person in; else a new one is made.
    browser
        Its sort in a few words, by which a person knows their sessions apart.

    Raises
    ------
    PeopleError
        `session_ended` if the cookie is of a session that has ended.
    """
    cookie = cookie or secrets.token_urlsafe(32)
    moment = now()
    entry = {"id": _id(cookie), "person": person, "at": moment, "seen_at": moment}
    ended = sa.select(SESSION.c.ended_at).where(SESSION.c.id == entry["id"])
    with marking(store) as connection:
        there = connection.scalar(ended)
        if there:
            raise coded(PeopleError, "session_ended")
        if there is None:
            values = {**entry, "until": later(session_limit()), "ended_at": "", "browser": browser}
            with suppress(IntegrityError), connection.begin_nested():  # two tabs may ask at once
                connection.execute(SESSION.insert().values(**values))
    return cookie


def person_of(store: Store, cookie: str) -> Signed | None:
    """Return whose cookie it is, if their session goes on; note that it was used."""
    asked = {"session": _id(cookie), **_clock()}
    with reading(store, once=True) as connection:
        rows = connection.execute(_SIGNED_IN, asked).all()
    if not rows:
        return None
    if rows[0].seen_at <= later(-SEEN_EVERY):
        seen = sa.update(SESSION).where(SESSION.c.id == _id(cookie)).values(seen_at=asked["moment"])
        # Who loads a million rows must not hold up a click: the next one notes it.
        with suppress(StoreError), marking(store, waits=False) as connection:
            connection.execute(seen)
    granted: set[Verb] = {row.verb for row in rows if row.verb}
    if granted:
        granted.add("read")
    return Signed(_id(cookie), rows[0].person, rows[0].email, rows[0].name, frozenset(granted))


def end(store: Store, cookie: str) -> None:
    """Sign out: whoever shows the cookie again is nobody."""
    mine = sa.update(SESSION).where(SESSION.c.id == _id(cookie), SESSION.c.ended_at == "")
    with marking(store) as connection:
        connection.execute(mine.values(ended_at=now()))


def end_all(store: Store, person: int, *, who: Who) -> None:
    """Sign a person out everywhere, by an administrator or themselves.

    Raises
    ------
    StoreError
        `not_allowed`.
    """
    with writing(store) as connection:
        require_own(connection, who, person)
        connection.execute(ended_sessions(person))
        log(connection, "sign_out", email_by_number(connection, person), who=who, detail={})


def going(store: Store, person: int | None = None) -> tuple[Session, ...]:
    """Return the sessions that go on, the newest first; of all people unless given."""
    columns = [SESSION.c[name] for name in Session.__annotations__]
    query = sa.select(*columns).where(_GOES_ON).order_by(SESSION.c.at.desc(), SESSION.c.id)
    if person is not None:
        query = query.where(SESSION.c.person == person)
    with reading(store, once=True) as connection:
        return tuple(Session(**row) for row in connection.execute(query, _clock()).mappings())


def end_some(store: Store, person: int, ids: Collection[str], *, who: Who) -> None:
    """End some sessions of a person, by an administrator or themselves.

    Raises
    ------
    StoreError
        `not_allowed`.
    """
    with writing(store) as connection:
        require_own(connection, who, person)
        ended = connection.execute(ended_sessions(person).where(SESSION.c.id.in_(ids)))
        if ended.rowcount:
            email, detail = email_by_number(connection, person), {"count": ended.rowcount}
            log(connection, "sign_out_some", email, who=who, detail=detail)


def _clock() -> dict[str, str]:
    """Return what `_GOES_ON` leaves open: the moment, and since when a session must be used."""
    return {"moment": now(), "idle_since": later(-idle_limit())}


def _id(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
