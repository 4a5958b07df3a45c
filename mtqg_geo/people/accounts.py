"""People, their passphrases, and who they are at the office's identity provider.

An account lets nobody see anything: what a person may is granted (`grants`). It is never deleted,
for the record names it; who has left has their grants revoked.
"""

import secrets
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from threading import BoundedSemaphore

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy.exc import IntegrityError

from mtqg_geo.programme.errors import PeopleError
from mtqg_geo.programme.words import coded
from mtqg_geo.store.insert_only import log
from mtqg_geo.store.rights import EVERYWHERE, Who, ended_sessions, require, require_own
from mtqg_geo.store.schema import IDENTITY, PASSPHRASE, PERSON
from mtqg_geo.store.transactions import (
    Store,
    marking,
    next_id,
    now,
    reading,
    require_writable,
    writing,
)

SHORTEST, LONGEST, LONGEST_NAME = 12, 200, 120
# Each takes 64 MiB for some 0.1 s: who tries many at once waits, and memory does not.
_HASHING = BoundedSemaphore(2)
_HASHER = PasswordHasher()


@dataclass(frozen=True)
class Person:
    """An account: its number, e-mail (case-folded), name, and when it was made."""

    id: int
    email: str
    name: str
    at: str


@dataclass(frozen=True)
class Identity:
    """That an account is tied to somebody at a provider (`issuer`), since when."""

    person: int
    issuer: str
    at: str


_COLUMNS = (PERSON.c.id, PERSON.c.email, PERSON.c.name, PERSON.c.at)


def add(store: Store, email: str, name: str, *, who: Who) -> Person:
    """Make an account, which has no rights and no passphrase yet.

    Raises
    ------
    PeopleError
        `email_unusable`, `name_unusable`, or `person_exists`.
    StoreError
        `not_allowed` unless `who` administers.
    """
    require_writable()
    email, name = email_of(email), _tidy(name)
    if not 0 < len(name) <= LONGEST_NAME:
        raise coded(PeopleError, "name_unusable", most=LONGEST_NAME)
    with writing(store) as connection:
        require(connection, who, "administer", (EVERYWHERE,))
        if _found(connection, email):
            raise coded(PeopleError, "person_exists", email=email)
        person = Person(next_id(connection, PERSON), email, name, now())
        connection.execute(PERSON.insert().values(**vars(person), by=who.name))
        log(connection, "person", email, who=who, detail={"name": name})
    return person


def find(store: Store, email: str) -> Person:
    """Return the account of an e-mail.

    Raises
    ------
    PeopleError
        `no_person`.
    """
    with reading(store) as connection:
        person = _found(connection, email_of(email))
    if person is None:
        raise coded(PeopleError, "no_person", email=email)
    return person


def everyone(store: Store) -> tuple[Person, ...]:
    """Return every account, by name."""
    with reading(store) as connection:
        query = sa.select(*_COLUMNS).order_by(PERSON.c.name, PERSON.c.id)
        return tuple(Person(**row) for row in connection.execute(query).mappings())


def set_passphrase(store: Store, person: int, passphrase: str, *, who: Who) -> None:
    """Give a person another passphrase, by an administrator or themselves; their sessions end.

    Raises
    ------
    PeopleError
        `passphrase_short`, `passphrase_long`, or `passphrase_is_email`.
    StoreError
        `not_allowed` to give one to somebody else unless `who` administers.
    """
    require_writable()
    passphrase = _written(passphrase)
    if len(passphrase) < SHORTEST:
        raise coded(PeopleError, "passphrase_short", least=SHORTEST)
    if len(passphrase) > LONGEST:
        raise coded(PeopleError, "passphrase_long", most=LONGEST)
    with reading(store) as connection:
        email = email_by_number(connection, person)
    if passphrase.casefold() == email:
        raise coded(PeopleError, "passphrase_is_email")
    with _HASHING:
        entry = {"person": person, "hash": _HASHER.hash(passphrase), "by": who.name}
    with writing(store) as connection:
        require_own(connection, who, person)
        number = next_id(connection, PASSPHRASE)
        connection.execute(PASSPHRASE.insert().values(id=number, at=now(), **entry))
        connection.execute(ended_sessions(person))
        log(connection, "passphrase", email, who=who, detail={})


def new_passphrase() -> str:
    """Return a passphrase that nobody can guess, to hand to a person."""
    return secrets.token_urlsafe(15)


def check_passphrase(store: Store, email: str, passphrase: str) -> Person | None:
    """Return whose e-mail and passphrase these are, if they belong together.

    Takes as long where there is no such account: nobody learns who has one.
    """
    try:
        email = email_of(email)
    except PeopleError:
        email = ""
    with reading(store) as connection:
        person = _found(connection, email)
        query = sa.select(PASSPHRASE.c.hash).order_by(PASSPHRASE.c.id.desc()).limit(1)
        mine = query.where(PASSPHRASE.c.person == person.id) if person else None
        kept = None if mine is None else connection.scalar(mine)
    with _HASHING, suppress(Argon2Error, InvalidHashError):
        _HASHER.verify(kept or _nobodys(), _written(passphrase)[: LONGEST + 1])
        return person if kept else None
    return None


def of_identity(store: Store, issuer: str, subject: str, email: str) -> Person | None:
    """Return whose account an identity of the office's provider is.

    The first time it is that of the e-mail, which the provider must have verified; from then on
    that of `subject`, whatever e-mail it has: an address may be given to somebody else one day.
    """
    held = IDENTITY.c.released_at == ""
    known = sa.select(*_COLUMNS).join(IDENTITY, IDENTITY.c.person == PERSON.c.id).where(held)
    mine = known.where(IDENTITY.c.issuer == issuer, IDENTITY.c.subject == subject)
    with reading(store) as connection:
        row = connection.execute(mine).mappings().first()
        if row:
            return Person(**row)
    with marking(store) as connection:
        person = _found(connection, email.strip().casefold())
        others = sa.select(IDENTITY.c.subject).where(IDENTITY.c.issuer == issuer, held)
        if not person or connection.scalar(others.where(IDENTITY.c.person == person.id)):
            return None
        entry = {"issuer": issuer, "subject": subject, "person": person.id, "at": now(),
                 "released_at": "", "released_by": ""}  # fmt: skip
        with suppress(IntegrityError), connection.begin_nested():  # two tabs may ask at once
            connection.execute(IDENTITY.insert().values(**entry))
        return person


def identities(store: Store) -> tuple[Identity, ...]:
    """Return the identities that accounts are tied to, the oldest first."""
    columns = [IDENTITY.c[name] for name in ("person", "issuer", "at")]
    query = sa.select(*columns).where(IDENTITY.c.released_at == "").order_by(IDENTITY.c.at)
    with reading(store, once=True) as connection:
        return tuple(Identity(**row) for row in connection.execute(query).mappings())


def release(store: Store, person: int, *, who: Who) -> None:
    """Untie an account from its identities at the provider; its sessions end.

    The next who signs in there with its e-mail is its person: so it is for somebody whose account
    there was made anew.

    Raises
    ------
    PeopleError
        `no_identity`, `no_person`.
    StoreError
        `not_allowed` unless `who` administers.
    """
    require_writable()
    with writing(store) as connection:
        require(connection, who, "administer", (EVERYWHERE,))
        email = email_by_number(connection, person)
        held = (IDENTITY.c.person == person, IDENTITY.c.released_at == "")
        query = sa.select(IDENTITY.c.issuer, IDENTITY.c.subject).where(*held)
        tied = [dict(row) for row in connection.execute(query).mappings()]
        if not tied:
            raise coded(PeopleError, "no_identity", email=email)
        mark = {"released_at": now(), "released_by": who.name}
        connection.execute(sa.update(IDENTITY).where(*held).values(**mark))
        connection.execute(ended_sessions(person))
        log(connection, "release", email, who=who, detail={"identities": tied})


def email_of(text: str) -> str:
    """Return an e-mail as it is kept.

    >>> email_of(" Lan@BacGiang.gov.vn ")
    'lan@bacgiang.gov.vn'

    Raises
    ------
    PeopleError
        `email_unusable`.
    """
    email = _tidy(text).casefold()
    name, _, host = email.partition("@")
    if not (name and host) or "@" in host or " " in email or len(email) > 254:
        raise coded(PeopleError, "email_unusable", email=text[:80])
    return email


def email_by_number(connection: sa.Connection, person: int) -> str:
    """Return the e-mail of an account.

    Raises
    ------
    PeopleError
        `no_person`.
    """
    email = connection.scalar(sa.select(PERSON.c.email).where(PERSON.c.id == person))
    if email is None:
        raise coded(PeopleError, "no_person", email=str(person))
    return str(email)


def _found(connection: sa.Connection, email: str) -> Person | None:
    row = connection.execute(sa.select(*_COLUMNS).where(PERSON.c.email == email)).mappings().first()
    return Person(**row) if row else None


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_urlsafe())


def _tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _written(passphrase: str) -> str:
    """Return a passphrase in one form, on whichever keyboard its accents were typed."""
    return unicodedata.normalize("NFC", passphrase)
