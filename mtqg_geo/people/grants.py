"""What is granted to whom: a verb, for a set of communes or everywhere, from a day to another.

A former district or a province is short for its communes, and is written out when it is granted
(`places`): no later change of boundaries or lineage widens what somebody was given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa

from mtqg_geo.people.accounts import email_by_number
from mtqg_geo.programme.errors import PeopleError
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.period import HOME, date_words
from mtqg_geo.programme.words import coded, t
from mtqg_geo.store.insert_only import log
from mtqg_geo.store.rights import EVERYWHERE, PLACED, VERBS, Verb, Who, require, valid
from mtqg_geo.store.schema import GRANT
from mtqg_geo.store.transactions import (
    Store,
    next_id,
    now,
    reading,
    require_writable,
    writing,
)


@dataclass(frozen=True)
class Places:
    """A set of communes: their codes, or `EVERYWHERE` alone, and what it was called."""

    communes: tuple[str, ...]
    words: str


ANYWHERE = Places((EVERYWHERE,), "")


@dataclass(frozen=True)
class Grant:
    """A verb that was granted. `words` names the places, "" where it is everywhere.

    Moments are UTC in ISO form: it holds from `valid_from` until before `valid_to` ("" for ever);
    both `revoked_…` are "" unless it was revoked.
    """

    id: int
    person: int
    verb: Verb
    communes: Sequence[str]
    words: str
    valid_from: str
    valid_to: str
    at: str
    by: str
    revoked_at: str
    revoked_by: str

    @property
    def is_valid(self) -> bool:
        """Whether it holds at this moment."""
        until = self.valid_to or "9"
        return not self.revoked_at and self.valid_from <= now() < until


def grant(
    store: Store,
    person: int,
    verb: Verb,
    *,
    who: Who,
    places: Places = ANYWHERE,
    first_day: str = "",
    last_day: str = "",
) -> Grant:
    """Grant a verb.

    Parameters
    ----------
    places
        Where (see `places.places_named`), for loading and undoing; all else holds everywhere.
    first_day, last_day
        Such as `2026-12-31`, both included, as days of Vietnam: from now and for ever unless given.

    Raises
    ------
    PeopleError
        `grant_unknown`, `grant_everywhere`, `grant_days`, `no_person`.
    StoreError
        `not_allowed` unless `who` administers.
    """
    require_writable()
    if verb not in VERBS:
        raise coded(PeopleError, "grant_unknown", verb=str(verb), known=", ".join(VERBS))
    if verb not in PLACED and places.communes != (EVERYWHERE,):
        raise coded(PeopleError, "grant_everywhere")
    start = _midnight(first_day) if first_day else now()
    stop = _midnight(last_day, days=1) if last_day else ""
    if not places.communes or (stop and stop <= max(start, now())):
        raise coded(PeopleError, "grant_days", last=last_day)
    said = {"verb": verb, "communes": [*places.communes], "words": places.words,
            "valid_from": start, "valid_to": stop}  # fmt: skip
    with writing(store) as connection:
        require(connection, who, "administer", (EVERYWHERE,))
        email = email_by_number(connection, person)
        number = next_id(connection, GRANT)
        marks = {"at": now(), "by": who.name, "revoked_at": "", "revoked_by": ""}
        connection.execute(GRANT.insert().values(id=number, person=person, **said, **marks))
        log(connection, "grant", email, who=who, detail={"grant": number, **said})
        return _grants(connection, GRANT.c.id == number)[0]


def revoke(store: Store, number: int, *, who: Who) -> Grant:
    """Take a grant back at once; one that was taken back stays so.

    Raises
    ------
    PeopleError
        `no_grant`, or `last_administrator`: somebody must be able to grant.
    StoreError
        `not_allowed` unless `who` administers.
    """
    require_writable()
    with writing(store) as connection:
        require(connection, who, "administer", (EVERYWHERE,))
        found = _grants(connection, GRANT.c.id == number)
        if not found:
            raise coded(PeopleError, "no_grant", id=str(number))
        if found[0].revoked_at:
            return found[0]
        if found[0].verb == "administer" and found[0].is_valid:
            others = (valid(now()), GRANT.c.verb == "administer", GRANT.c.id != number)
            if not _grants(connection, *others):
                raise coded(PeopleError, "last_administrator")
        mark = {"revoked_at": now(), "revoked_by": who.name}
        connection.execute(sa.update(GRANT).where(GRANT.c.id == number).values(**mark))
        email = email_by_number(connection, found[0].person)
        said = {name: getattr(found[0], name) for name in ("verb", "communes", "words")}
        detail = {"grant": number, **said}
        log(connection, "revoke", email, who=who, detail=detail)
        return Grant(**(vars(found[0]) | mark))


def grants_of(store: Store, person: int | None = None) -> tuple[Grant, ...]:
    """Return every grant a person ever had, also those revoked; of all people unless given."""
    with reading(store, once=True) as connection:
        return _grants(connection, *([] if person is None else [GRANT.c.person == person]))


def granted_words(
    verb: Verb, communes: Sequence[str], words: str, valid_to: str, lang: Lang
) -> str:
    """Say in a few words what is granted, where, and until when.

    >>> granted_words("load", ["07246"], "Huyện Yên Thế", "2026-12-31T17:00:00+00:00", "vi")
    'nạp số liệu: Huyện Yên Thế (đến hết 31/12/2026)'
    >>> granted_words("undo", ["*"], "", "", "vi")
    'hoàn tác'
    """
    what = t(f"verb_{verb}", lang)
    if EVERYWHERE not in communes:
        what = f"{what}: {words or ', '.join(communes)}"
    if not valid_to:
        return what
    return t("people_until", lang, what=what, day=date_words(last_day(valid_to), lang))


def last_day(valid_to: str) -> str:
    """Return the last day in Vietnam before a moment; "" where there is none."""
    if not valid_to:
        return ""
    last = datetime.fromisoformat(valid_to).astimezone(HOME) - timedelta(seconds=1)
    return last.date().isoformat()


def _grants(connection: sa.Connection, *where: sa.ColumnElement[bool]) -> tuple[Grant, ...]:
    rows = connection.execute(sa.select(GRANT).where(*where).order_by(GRANT.c.id)).mappings()
    return tuple(Grant(**row) for row in rows)


def _midnight(day: str, *, days: int = 0) -> str:
    try:
        there = date.fromisoformat(day) + timedelta(days=days)
    except ValueError as error:
        raise coded(PeopleError, "grant_day", day=day) from error
    return datetime.combine(there, time(), HOME).astimezone(UTC).isoformat(timespec="seconds")
