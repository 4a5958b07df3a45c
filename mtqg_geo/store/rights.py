"""Who may do what, where: asked of the store itself, in the transaction that would do it.

A person has nothing until it is granted: a verb, for a set of communes or everywhere, from a moment
to another. Any grant lets read, and everything loaded is read. A token narrows what its person may.

Lan was granted to load in two communes. A file of the first and a third is refused as a whole:

>>> allowed = frozenset({"07615", "07618"})
>>> covers(allowed, {"07615"}), covers(allowed, {"07615", "07621"}), covers(allowed, {EVERYWHERE})
(True, False, False)

Many codes were given to a larger unit in 2025. A grant for the former commune says until when the
code is meant (an interval as ISO 8601 writes it), a row in which day's units it is written:

>>> former = frozenset({"07228@../2025-06-30"})
>>> covers(former, {"07228@2024-12-31"}), covers(former, {"07228@2025-12-31"})
(True, False)
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal, get_args

import sqlalchemy as sa

from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.model import Text
from mtqg_geo.programme.period import date_words
from mtqg_geo.programme.words import coded, wordings
from mtqg_geo.store.mode import access_mode
from mtqg_geo.store.schema import GRANT, PERSON, SESSION, TOKEN
from mtqg_geo.store.transactions import now

Verb = Literal["read", "load", "undo", "install", "administer"]
VERBS: tuple[Verb, ...] = get_args(Verb)
PLACED: tuple[Verb, ...] = ("load", "undo")  # granted by commune; the others hold everywhere
Via = Literal["page", "api", "command_line", "machine", "system"]
EVERYWHERE = "*"  # as a place: what is of no commune, such as boundaries; as a grant: every place
NOWHERE: frozenset[str] = frozenset()
ALL = frozenset({EVERYWHERE})
WHEN = "@"  # between a code and the day, or the interval of days, on which it is meant


@dataclass(frozen=True)
class Who:
    """Whoever does something, and from where.

    Parameters
    ----------
    name
        What the record says.
    person
        The number of the account; None for who runs the machine, or sits at it in open mode.
    via
        `page`, `api` or `command_line`; `machine` for a command of whoever has the machine,
        `system` for what nobody asked for.
    token
        The token that was shown, which narrows what the person may.
    session
        The session a page was drawn in: where it has ended since, nothing is allowed any more.
    """

    name: str
    person: int | None = None
    via: Via = "page"
    token: int | None = None
    session: str | None = field(default=None, compare=False, repr=False)


NOBODY = Who("")


def can(
    connection: sa.Connection,
    who: Who,
    verb: Verb,
    where: Collection[str] = (),
    *,
    at: str | None = None,
) -> bool:
    """Say whether somebody may do something in all the places.

    Parameters
    ----------
    where
        Codes of communes, each with the day on which it is meant (`07228@2024-12-31`), if there is
        one; `EVERYWHERE` for what has no place; nothing asks whether there is any place at all.
    at
        The moment, UTC in ISO form (default: now).
    """
    return covers(places(connection, who, verb, at=at), where)


def require(connection: sa.Connection, who: Who, verb: Verb, where: Collection[str] = ()) -> None:
    """Refuse what `can` says no to.

    Raises
    ------
    StoreError
        `not_allowed` if it is allowed nowhere, or has no place; `not_allowed_here` names a commune,
        `not_allowed_then` one that is allowed as it was on other days.
    """
    allowed = places(connection, who, verb)
    if covers(allowed, where):
        return
    said = wordings()[f"verb_{verb}"]
    outside = _outside(allowed, where)
    if not allowed or EVERYWHERE in outside:
        raise coded(
            StoreError, "not_allowed" if not allowed else "not_allowed_everywhere", verb=said
        )
    codes = {_code(each) for each in outside}
    strange = [each for each in outside if _code(each) not in {*map(_code, allowed)}]
    code, _, day = (strange or outside)[0].partition(WHEN)
    if strange:
        raise coded(StoreError, "not_allowed_here", verb=said, count=len(codes), example=code)
    raise coded(
        StoreError, "not_allowed_then", verb=said, count=len(codes), example=code,
        day=Text(date_words(day, "vi"), date_words(day, "en")),
    )  # fmt: skip


def require_own(connection: sa.Connection, who: Who, person: int | None) -> None:
    """Refuse who is neither that person, signed in and with some right, nor an administrator.

    Raises
    ------
    StoreError
        `not_allowed`.
    """
    if person is None or who.person != person or who.token or not can(connection, who, "read"):
        require(connection, who, "administer", (EVERYWHERE,))


def require_machine(who: Who) -> None:
    """Refuse whoever has not the machine itself, where people sign in.

    Raises
    ------
    StoreError
        `machine_only`.
    """
    if access_mode() == "signed-in" and who.via != "machine":
        raise coded(StoreError, "machine_only")


def covers(allowed: Collection[str], where: Collection[str]) -> bool:
    """Say whether what is allowed holds all the places."""
    return bool(allowed) and not _outside(allowed, where)


def on_day(code: str, day: str) -> str:
    """Return the place that a code is on a day."""
    return f"{code}{WHEN}{day}"


def _outside(allowed: Collection[str], where: Collection[str]) -> list[str]:
    """Return the places that what is allowed does not hold, in order."""
    if EVERYWHERE in allowed:
        return []
    spans: dict[str, list[str]] = {}
    for each in allowed:
        spans.setdefault(_code(each), []).append(each.partition(WHEN)[2])
    return [
        each
        for each in sorted({*where})
        if not any(_is_within(each.partition(WHEN)[2], span) for span in spans.get(_code(each), ()))
    ]


def _is_within(day: str, span: str) -> bool:
    """Say whether a day is in an interval; without a day, whether that holds every day.

    >>> _is_within("2025-06-30", "../2025-06-30"), _is_within("", "../2025-06-30")
    (True, False)
    """
    first, _, last = span.replace("..", "").partition("/")
    return not (first or last) if not day else first <= day <= (last or "9")


def _code(place: str) -> str:
    return place.partition(WHEN)[0]


def places(
    connection: sa.Connection, who: Who, verb: Verb, *, at: str | None = None
) -> frozenset[str]:
    """Return where somebody may do something: communes, `EVERYWHERE`, or nothing."""
    mode = access_mode()
    if mode == "public":
        return ALL if verb == "read" else NOWHERE
    if mode == "open":
        return ALL
    if who.person is None:
        # Whoever has the machine has the database; what they load, they load as a person. The
        # product brings its example.
        may = {"machine": ("read", "administer"), "system": ("read", "load")}
        return ALL if verb in may.get(who.via, ()) else NOWHERE
    moment = at or now()
    if who.session is not None and not _goes_on(connection, who, moment):
        return NOWHERE
    granted = _granted(connection, who.person, verb, moment)
    if who.token is None or not granted:
        return granted
    return _narrowed(connection, who, verb, granted, moment)


def valid(moment: str | sa.BindParameter[str]) -> sa.ColumnElement[bool]:
    """Say of grants whether they hold at a moment."""
    return sa.and_(
        GRANT.c.revoked_at == "",
        GRANT.c.valid_from <= moment,
        sa.or_(GRANT.c.valid_to == "", GRANT.c.valid_to > moment),
    )


def _goes_on(connection: sa.Connection, who: Who, moment: str) -> bool:
    """Say whether a person is still signed in: a click may come from a tab left open."""
    query = sa.select(SESSION.c.id).where(
        SESSION.c.id == who.session,
        SESSION.c.person == who.person,
        SESSION.c.ended_at == "",
        SESSION.c.until > moment,
    )
    return connection.scalar(query) is not None


def _granted(connection: sa.Connection, person: int, verb: Verb, moment: str) -> frozenset[str]:
    query = sa.select(GRANT.c.verb, GRANT.c.communes).where(GRANT.c.person == person, valid(moment))
    rows = connection.execute(query).all()
    if verb == "read":
        return ALL if rows else NOWHERE
    return frozenset(code for row in rows if row.verb == verb for code in row.communes)


def _narrowed(
    connection: sa.Connection, who: Who, verb: Verb, granted: frozenset[str], moment: str
) -> frozenset[str]:
    """Return the part of what a person may that their token lets through."""
    query = sa.select(TOKEN.c.verbs, TOKEN.c.communes).where(
        TOKEN.c.id == who.token,
        TOKEN.c.person == who.person,
        TOKEN.c.revoked_at == "",
        TOKEN.c.until > moment,
    )
    row = connection.execute(query).first()
    if row is None or verb not in row.verbs:
        return NOWHERE
    if verb == "read" or EVERYWHERE in row.communes:
        return granted
    if EVERYWHERE in granted:
        return frozenset(row.communes)
    return frozenset(each for each in granted if {each, _code(each)} & {*row.communes})


def identity(connection: sa.Connection, who: Who) -> dict[str, object]:
    """Return what the record says of who did something, besides a name that anybody may have.

    Nothing in open mode, where there is no more than the name.
    """
    if who.person is None:
        return {"via": who.via} if who.via == "machine" and access_mode() == "signed-in" else {}
    email = connection.scalar(sa.select(PERSON.c.email).where(PERSON.c.id == who.person))
    said = {"person": who.person, "email": email, "via": who.via}
    return said | ({"token": who.token} if who.token is not None else {})


def ended_sessions(person: int | None = None) -> sa.Update:
    """Return the statement that ends every session of a person, or of everybody."""
    going = sa.update(SESSION).where(SESSION.c.ended_at == "").values(ended_at=now())
    return going if person is None else going.where(SESSION.c.person == person)
