"""The page *Người dùng*: one's own tokens and passphrase; for administrators who may do what.

What is secret is shown once, on the run after it was made, and kept nowhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from mtqg_geo.people import accounts, grants, sessions, tokens
from mtqg_geo.people.places import choices, places_named
from mtqg_geo.people.view import (
    grant_rows,
    grant_words,
    names,
    people_rows,
    session_words,
    token_rows,
    token_state,
)
from mtqg_geo.programme.errors import MtqgError
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.period import local_time
from mtqg_geo.programme.words import error_text, number, t
from mtqg_geo.store.engine import open_store
from mtqg_geo.store.rights import VERBS
from mtqg_geo.ui import person
from mtqg_geo.ui.data import record
from mtqg_geo.ui.server.limits import LIMITS
from mtqg_geo.ui.shared import table
from mtqg_geo.ui.shared.markup import draw_notice, draw_small, plain
from mtqg_geo.ui.state import PageState

SAID, SHOWN = "_people_said", "_people_shown"
DAYS = (30, 90, 180, 366)


def draw(state: PageState) -> None:
    """Draw what happened last, then people and rights, then one's own tokens and passphrase."""
    lang = state.lang
    _say_what_happened(lang)
    if person.may("administer"):
        _people(lang)
    left, right = st.columns([1.6, 1], gap="large")
    with left:
        _tokens(lang)
        _sessions(lang)
    with right:
        _own_passphrase(lang)
    record.draw(lang)


def _say_what_happened(lang: Lang) -> None:
    kind, words = st.session_state.pop(SAID, ("", ""))
    if kind:
        {"error": st.error, "success": st.success}[kind](plain(words))
    label, secret = st.session_state.pop(SHOWN, ("", ""))
    if secret:
        with st.container(key="shown_once"):
            draw_notice(t(label, lang))
            st.code(secret, language=None)


@contextmanager
def _told(lang: Lang, done: str = "", **values: object) -> Iterator[None]:
    """Say what was done, or turn what goes wrong into one sentence; nothing has then changed."""
    try:
        yield
    except MtqgError as error:
        st.session_state[SAID] = ("error", error_text(error, lang))
    else:
        if done:
            st.session_state[SAID] = ("success", t(done, lang, **values))


def _people(lang: Lang) -> None:
    store = open_store()
    people, granted = accounts.everyone(store), grants.grants_of(store)
    open_now = sessions.going(store)
    st.header(t("people_title", lang, count=number(len(people), lang)), anchor=False)
    table.draw_rows(
        people_rows(people, granted, open_now, lang),
        key="people",
        label=t("page_people", lang),
        lang=lang,
    )
    left, right = st.columns([1, 1.6], gap="large")
    with left, st.form("person_add", clear_on_submit=True):
        st.subheader(t("people_add", lang), anchor=False)
        st.text_input(t("people_name", lang), key="person_name", max_chars=120)
        st.text_input(t("people_email", lang), key="person_email", max_chars=254)
        st.form_submit_button(t("people_add_go", lang), on_click=_add, args=(lang,))
    with right:
        named = names(people)
        chosen = st.selectbox(
            t("people_choose", lang),
            list(named),
            key="person_chosen",
            format_func=lambda each: named[each],
        )
        _rights(chosen, [each for each in granted if each.person == chosen], lang)


def _rights(chosen: int, granted: list[grants.Grant], lang: Lang) -> None:
    """Draw what somebody may, and what an administrator can change of it."""
    if granted:
        table.draw_rows(
            grant_rows(granted, lang), key="grants", label=t("people_rights", lang), lang=lang
        )
    else:
        draw_notice(t("people_no_rights_yet", lang))
    _grant(chosen, lang)
    held = {each.id: grant_words(each, lang) for each in granted if not each.revoked_at}
    if held:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            number_ = st.selectbox(
                t("people_revoke_choose", lang),
                list(held),
                key=f"grant_to_revoke_{chosen}",
                format_func=lambda each: held[each],
            )
            st.button(
                t("people_revoke", lang), key="grant_revoke", on_click=_revoke, args=(number_, lang)
            )
    with st.container(horizontal=True):
        st.button(
            t("people_sign_out", lang), key="person_sign_out", on_click=_end, args=(chosen, lang)
        )
        st.button(
            t("people_new_passphrase", lang),
            key="person_passphrase",
            on_click=_passphrase,
            args=(chosen, lang),
        )

    _identity(chosen, lang)


def _identity(chosen: int, lang: Lang) -> None:
    """Draw to whom at the office's identity provider somebody is tied, if to anybody."""
    tied = [each for each in accounts.identities(open_store()) if each.person == chosen]
    for each in tied:
        draw_small(t("people_tied", lang, issuer=each.issuer, at=local_time(each.at)))
    if tied:
        st.button(
            t("people_release", lang), key="person_release", on_click=_release, args=(chosen, lang)
        )


def _grant(chosen: int, lang: Lang) -> None:
    with st.form("grant_add", clear_on_submit=True):
        st.subheader(t("people_grant", lang), anchor=False)
        verb, first, last = st.columns([1.4, 1, 1])
        verb.selectbox(
            t("people_what", lang),
            VERBS,
            key="grant_verb",
            format_func=lambda each: t(f"verb_{each}", lang),
        )
        first.date_input(t("people_from", lang), value=None, key="grant_from", format="DD/MM/YYYY")
        last.date_input(t("people_to", lang), value=None, key="grant_to", format="DD/MM/YYYY")
        places = choices()
        st.multiselect(
            t("people_where", lang),
            list(places),
            key="grant_places",
            format_func=lambda each: places[each],
            placeholder=t("people_everywhere", lang),
        )
        draw_small(t("people_where_help", lang))
        st.form_submit_button(t("people_grant_go", lang), on_click=_give, args=(chosen, lang))


def _add(lang: Lang) -> None:
    """Make an account and a passphrase for it (callback)."""
    memory, store = st.session_state, open_store()
    with _told(lang, "people_added", name=memory["person_name"]):
        made = accounts.add(store, memory["person_email"], memory["person_name"], who=person.who())
        memory["person_chosen"] = made.id
        _new_passphrase(made.id)


def _passphrase(chosen: int, lang: Lang) -> None:
    with _told(lang, "people_passphrase_made"):
        _new_passphrase(chosen)


def _new_passphrase(chosen: int) -> None:
    text = accounts.new_passphrase()
    accounts.set_passphrase(open_store(), chosen, text, who=person.who())
    st.session_state[SHOWN] = ("people_passphrase_once", text)


def _give(chosen: int, lang: Lang) -> None:
    """Grant what the form says (callback)."""
    memory = st.session_state
    verb, places = memory["grant_verb"], memory["grant_places"]
    first, last = memory["grant_from"], memory["grant_to"]
    with _told(lang, "people_granted"):
        grants.grant(
            open_store(),
            chosen,
            verb,
            who=person.who(),
            places=_places(places),
            first_day=first.isoformat() if first else "",
            last_day=last.isoformat() if last else "",
        )


def _places(chosen: list[str]) -> grants.Places:
    """Return the communes of what was chosen: entries of `choices`, such as `district:215`."""
    of_kind: dict[str, list[str]] = {"commune": [], "district": [], "province": []}
    for each in chosen:
        kind, _, code = each.partition(":")
        of_kind[kind].append(code)
    return places_named(
        communes=of_kind["commune"], districts=of_kind["district"], provinces=of_kind["province"]
    )


def _revoke(number_: int, lang: Lang) -> None:
    with _told(lang, "people_revoked_now"):
        grants.revoke(open_store(), number_, who=person.who())


def _release(chosen: int, lang: Lang) -> None:
    with _told(lang, "people_released"):
        accounts.release(open_store(), chosen, who=person.who())


def _end(chosen: int, lang: Lang) -> None:
    with _told(lang, "people_signed_out"):
        sessions.end_all(open_store(), chosen, who=person.who())


def _tokens(lang: Lang) -> None:
    store, mine = open_store(), person.who().person
    st.header(t("token_title", lang), anchor=False)
    draw_small(t("token_help", lang))
    known = tokens.tokens_of(store, mine) if mine is not None else ()
    if known:
        table.draw_rows(
            token_rows(known, lang), key="tokens", label=t("token_title", lang), lang=lang
        )
    with st.form("token_add", clear_on_submit=True):
        words, days = st.columns([2, 1])
        words.text_input(
            t("token_words", lang),
            key="token_words",
            max_chars=80,
            placeholder=t("token_words_help", lang),
        )
        days.selectbox(
            t("token_days", lang),
            DAYS,
            index=1,
            key="token_days",
            format_func=lambda each: t("token_days_count", lang, count=number(each, lang)),
        )
        more = [each for each in ("load", "undo", "install") if person.may(each)]
        st.multiselect(
            t("token_more", lang),
            more,
            key="token_verbs",
            format_func=lambda each: t(f"verb_{each}", lang),
            placeholder=t("token_only_reads", lang),
        )
        st.form_submit_button(t("token_make", lang), on_click=_make, args=(lang,))
    held = {each.id: each.words for each in known if token_state(each) == "valid"}
    if held:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen = st.selectbox(
                t("token_revoke_choose", lang),
                list(held),
                key="token_to_revoke",
                format_func=lambda each: f"{held[each]} ({each})",
            )
            st.button(
                t("token_revoke", lang),
                key="token_revoke",
                on_click=_revoke_token,
                args=(chosen, lang),
            )


def _make(lang: Lang) -> None:
    """Make a token and have it shown once (callback)."""
    memory = st.session_state
    with _told(lang):
        text = tokens.make(
            open_store(),
            who=person.who(),
            words=memory["token_words"],
            days=memory["token_days"],
            verbs=("read", *memory["token_verbs"]),
        )
        memory[SHOWN] = ("token_once", text)


def _revoke_token(number_: int, lang: Lang) -> None:
    with _told(lang, "token_revoked"):
        tokens.revoke(open_store(), number_, who=person.who())


def _sessions(lang: Lang) -> None:
    """Draw where one is signed in; the session of this page ends at its head."""
    me = person.who()
    mine = sessions.going(open_store(), me.person) if me.person is not None else ()
    st.header(t("session_title", lang), anchor=False)
    others = [each for each in mine if each.id != me.session]
    for number_, each in enumerate(mine):
        with st.container(horizontal=True, vertical_alignment="center", key=f"session_{number_}"):
            words = session_words(each, lang)
            if each.id == me.session:
                draw_small(f"{words} · {t('session_this', lang)}")
                continue
            draw_small(words)
            st.button(
                t("session_end", lang),
                key=f"session_end_{number_}",
                on_click=_end_some,
                args=([each.id], "session_ended", lang),
            )
    if len(others) > 1:
        st.button(
            t("session_end_others", lang),
            key="session_end_others",
            on_click=_end_some,
            args=([each.id for each in others], "session_others_ended", lang),
        )


def _end_some(ids: list[str], done: str, lang: Lang) -> None:
    me = person.who()
    with _told(lang, done):
        sessions.end_some(open_store(), me.person, ids, who=me)


def _own_passphrase(lang: Lang) -> None:
    st.header(t("passphrase_title", lang), anchor=False)
    draw_small(t("passphrase_help", lang, least=accounts.SHORTEST))
    with st.form("passphrase", clear_on_submit=True):
        st.text_input(t("passphrase_now", lang), key="passphrase_now", type="password")
        st.text_input(t("passphrase_new", lang), key="passphrase_new", type="password")
        st.form_submit_button(t("passphrase_go", lang), on_click=_change, args=(lang,))


def _change(lang: Lang) -> None:
    """Give oneself another passphrase; all sessions end, this one too (callback)."""
    memory, store = st.session_state, open_store()
    me = person.visitor()
    with _told(lang):
        if wait_s := LIMITS.wait_s("sign_in", account=me.email):
            memory[SAID] = ("error", t("sign_in_too_often", lang, minutes=-(-wait_s // 60)))
            return
        if not accounts.check_passphrase(store, me.email, memory["passphrase_now"]):
            memory[SAID] = ("error", t("passphrase_wrong", lang))
            return
        accounts.set_passphrase(store, me.who.person, memory["passphrase_new"], who=me.who)
        memory[SAID] = ("success", t("passphrase_done", lang))
