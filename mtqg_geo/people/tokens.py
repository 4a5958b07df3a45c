"""What a program shows in a person's place: QGIS, a script, the command line.

A token does what its person may at that moment, and of that only what it was made for. It is shown
once; the store keeps its checksum, which is found or not found: there is nothing to compare.
"""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from mtqg_geo.people.accounts import email_by_number
from mtqg_geo.people.limits import later
from mtqg_geo.programme.errors import PeopleError, StoreError
from mtqg_geo.programme.words import coded
from mtqg_geo.store.insert_only import log
from mtqg_geo.store.rights import EVERYWHERE, Verb, Via, Who, require, require_own
from mtqg_geo.store.schema import PERSON, TOKEN
from mtqg_geo.store.transactions import (
    Store,
    marking,
    next_id,
    now,
    reading,
    require_writable,
    writing,
)

BEGINS = "mtqg_"  # so that whoever finds one knows what it opens
# Nobody administers by program: what is granted is granted by a person who has signed in.
TOKEN_VERBS: tuple[Verb, ...] = ("read", "load", "undo", "install")
LONGEST_DAYS, LONGEST_WORDS = 366, 80
USED_EVERY = timedelta(minutes=1)
# Put together once, as it is asked with every request of a program.
_HELD = (
    sa.select(TOKEN.c.id, TOKEN.c.person, TOKEN.c.used_at, PERSON.c.name)
    .join(PERSON, PERSON.c.id == TOKEN.c.person)
    .where(
        TOKEN.c.sha256 == sa.bindparam("sha256"),
        TOKEN.c.revoked_at == "",
        TOKEN.c.until > sa.bindparam("moment"),
    )
)


@dataclass(frozen=True)
class Token:
    """A token that was made: what for (`words`), what it may, until when, and when it was used.

    Moments are UTC in ISO form; `used_at` and `revoked_at` are "" before.
    """

    id: int
    person: int
    words: str
    verbs: Sequence[Verb]
    communes: Sequence[str]
    at: str
    until: str
    used_at: str
    revoked_at: str
    revoked_by: str


def make(
    store: Store,
    *,
    who: Who,
    words: str,
    days: int = 90,
    verbs: Collection[Verb] = (),
    communes: Collection[str] = (EVERYWHERE,),
) -> str:
    """Make a token of one's own and return its text, which nobody is ever shown again.

    Parameters
    ----------
    words
        What it is for.
    days
        How long it lasts, at most a year.
    verbs, communes
        What it may, of what its person may; every token may read.

    Raises
    ------
    PeopleError
        `token_unusable`.
    StoreError
        `not_allowed` to somebody without an account, or to a token.
    """
    require_writable()
    words = " ".join(words.split())
    if not (0 < len(words) <= LONGEST_WORDS and 0 < days <= LONGEST_DAYS) or {*verbs} - {
        *TOKEN_VERBS
    }:
        raise coded(PeopleError, "token_unusable", most=LONGEST_DAYS)
    text = BEGINS + secrets.token_urlsafe(32)
    said = {
        "words": words,
        "verbs": [each for each in TOKEN_VERBS if each in {*verbs, "read"}],
        "communes": sorted(communes),
        "until": later(timedelta(days=days)),
    }
    marks = {"used_at": "", "revoked_at": "", "revoked_by": ""}
    with writing(store) as connection:
        require(connection, who, "read", ())
        if who.person is None or who.token is not None:
            raise coded(PeopleError, "token_of_nobody")
        number = next_id(connection, TOKEN)
        entry = {"id": number, "person": who.person, "sha256": _sha256(text), "at": now()}
        connection.execute(TOKEN.insert().values(**entry, **said, **marks))
        email = email_by_number(connection, who.person)
        log(connection, "token", email, who=who, detail={"of": number, **said})
    return text


def who_of(store: Store, text: str, *, via: Via = "api") -> Who | None:
    """Return who shows a token, if it holds; note that it was used."""
    asked = {"sha256": _sha256(text), "moment": now()}
    with reading(store, once=True) as connection:
        row = connection.execute(_HELD, asked).first()
    if row is None:
        return None
    if row.used_at <= later(-USED_EVERY):
        used = sa.update(TOKEN).where(TOKEN.c.id == row.id).values(used_at=now())
        with suppress(StoreError), marking(store, waits=False) as connection:
            connection.execute(used)
    return Who(row.name, row.person, via, row.id)


def revoke(store: Store, number: int, *, who: Who) -> None:
    """End a token, by its person or an administrator; one that has ended stays so.

    Raises
    ------
    PeopleError
        `no_token`.
    StoreError
        `not_allowed`.
    """
    require_writable()
    with writing(store) as connection:
        found = sa.select(TOKEN.c.person, TOKEN.c.words).where(TOKEN.c.id == number)
        person, words = connection.execute(found).first() or (None, "")
        require_own(connection, who, person)
        if person is None:
            raise coded(PeopleError, "no_token", id=str(number))
        mine = sa.update(TOKEN).where(TOKEN.c.id == number, TOKEN.c.revoked_at == "")
        marked = connection.execute(mine.values(revoked_at=now(), revoked_by=who.name))
        if marked.rowcount:
            email = email_by_number(connection, person)
            log(connection, "revoke_token", email, who=who, detail={"of": number, "words": words})


def tokens_of(store: Store, person: int) -> tuple[Token, ...]:
    """Return the tokens a person ever made, the newest first."""
    columns = [each for each in TOKEN.columns if each is not TOKEN.c.sha256]
    query = sa.select(*columns).where(TOKEN.c.person == person).order_by(TOKEN.c.id.desc())
    with reading(store, once=True) as connection:
        return tuple(Token(**row) for row in connection.execute(query).mappings())


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
