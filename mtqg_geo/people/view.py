"""People, rights and tokens in words: rows of tables, entries of lists."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from mtqg_geo.people.accounts import Person
from mtqg_geo.people.grants import Grant, granted_words, last_day
from mtqg_geo.people.sessions import Session
from mtqg_geo.people.tokens import Token
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.period import HOME, date_words, local_time
from mtqg_geo.programme.words import t
from mtqg_geo.store.rights import VERBS
from mtqg_geo.store.transactions import now

Row = dict[str, str]


def grant_words(grant: Grant, lang: Lang) -> str:
    """Say in a few words what is granted, where, and until when.

    >>> ever = {"at": "", "by": "", "revoked_at": "", "revoked_by": "", "valid_from": ""}
    >>> lan = Grant(1, 1, "load", ["07246"], "Huyện Yên Thế", valid_to="2026-12-31T17:00:00+00:00",
    ...             **ever)
    >>> print(grant_words(lan, "en"))
    load figures: Huyện Yên Thế (until 2026-12-31)
    """
    return granted_words(grant.verb, grant.communes, grant.words, grant.valid_to, lang)


def people_rows(
    people: Sequence[Person], grants: Sequence[Grant], sessions: Sequence[Session], lang: Lang
) -> list[Row]:
    """Return a row for each person, with what they may do now and how often they are signed in."""
    open_now = Counter(each.person for each in sessions)
    held: dict[int, list[Grant]] = {}
    for each in sorted(grants, key=lambda grant: VERBS.index(grant.verb)):
        if each.is_valid:
            held.setdefault(each.person, []).append(each)
    return [
        {
            t("people_name", lang): person.name,
            t("people_email", lang): person.email,
            t("people_rights", lang): "; ".join(
                grant_words(each, lang) for each in held.get(person.id, ())
            )
            or t("people_no_rights", lang),
            t("people_sessions", lang): t("people_sessions_count", lang, count=open_now[person.id])
            if open_now[person.id]
            else "–",
        }
        for person in people
    ]


def grant_rows(grants: Sequence[Grant], lang: Lang) -> list[Row]:
    """Return a row for each grant that a person ever had, the newest first."""
    return [
        {
            t("people_what", lang): t(f"verb_{each.verb}", lang),
            t("people_where", lang): each.words or t("people_everywhere", lang),
            t("people_from", lang): date_words(_day(each.valid_from), lang),
            t("people_to", lang): date_words(last_day(each.valid_to), lang) or "–",
            t("people_by", lang): each.by,
            t("people_state", lang): t(f"people_{_state(each)}", lang, who=each.revoked_by),
        }
        for each in reversed(grants)
    ]


def session_words(session: Session, lang: Lang) -> str:
    """Say of a session in which browser it is, since when, and when it was last used.

    >>> session_words(Session("", 1, "2026-11-30T01:00:00+00:00", "2026-11-30T02:30:00+00:00",
    ...                       "Chrome · Windows"), "vi")
    'Chrome · Windows · từ 30/11/2026 08:00 · dùng lần cuối 30/11/2026 09:30'
    """
    return t(
        "session_words",
        lang,
        browser=session.browser or t("session_unknown", lang),
        at=local_time(session.at),
        seen=local_time(session.seen_at),
    )


def token_rows(tokens: Sequence[Token], lang: Lang) -> list[Row]:
    """Return a row for each token of a person, the newest first."""
    return [
        {
            t("token_words", lang): each.words,
            t("people_rights", lang): ", ".join(t(f"verb_{verb}", lang) for verb in each.verbs),
            t("token_at", lang): local_time(each.at),
            t("token_until", lang): local_time(each.until),
            t("token_used", lang): local_time(each.used_at) if each.used_at else "–",
            t("people_state", lang): t(f"people_{token_state(each)}", lang, who=each.revoked_by),
        }
        for each in tokens
    ]


def token_state(token: Token) -> str:
    """Return whether a token holds (`valid`), was `revoked`, or has come to its end (`over`)."""
    return "revoked" if token.revoked_at else "valid" if token.until > now() else "over"


def names(people: Sequence[Person]) -> Mapping[int, str]:
    """Return how each person is called in a list."""
    return {each.id: f"{each.name} · {each.email}" for each in people}


def _state(grant: Grant) -> str:
    if grant.revoked_at:
        return "revoked"
    if grant.is_valid:
        return "valid"
    return "over" if grant.valid_to and grant.valid_to <= now() else "later"


def _day(moment: str) -> str:
    return (
        datetime.fromisoformat(moment or datetime.now(UTC).isoformat())
        .astimezone(HOME)
        .date()
        .isoformat()
    )
