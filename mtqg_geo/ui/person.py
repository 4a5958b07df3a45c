"""Who looks at the page, and what they may: asked of the store at every run of it.

Between two runs a part of the page may run alone; the line it is asked by (`server.gate`) is cut
where nobody is signed in any more. What is changed the store itself allows or refuses.
"""

from html import escape
from urllib.parse import quote, urlencode, urlsplit

import streamlit as st

from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t
from mtqg_geo.store.mode import access_mode
from mtqg_geo.store.rights import Verb, Who
from mtqg_geo.store.transactions import is_read_only
from mtqg_geo.ui.server.base_address import base_path, here
from mtqg_geo.ui.server.sign_in import out_form
from mtqg_geo.ui.server.visitor import SIGN_IN, Visitor, by_cookies
from mtqg_geo.ui.shared.markup import draw_small

_KEPT = "_visitor"
NOBODY = Visitor(Who(""), frozenset())


def is_let_in(lang: Lang) -> bool:
    """Look who it is; say whether they may read, and draw what they can do if they may not."""
    if not has_names():
        return True
    found = by_cookies(st.context.cookies)
    st.session_state[_KEPT] = found or NOBODY
    if found is not None and "read" in found.verbs:
        return True
    if found is None:
        words, link = t("gate_signed_out", lang), t("sign_in", lang)
        wanted = quote(_address(), safe="")
        place = f'<a href="{here(SIGN_IN)}?next={wanted}" target="_self">{escape(link)}</a>'
    else:
        words, place = t("gate_no_right_yet", lang, name=found.who.name), out_form(lang)
    st.html(f'<div class="notice problem" role="alert"><p>{escape(words)}</p>{place}</div>')
    return False


def has_names() -> bool:
    """Say whether people sign in here; elsewhere there is one person, or there are only readers."""
    return access_mode() == "signed-in"


def visitor() -> Visitor:
    """Return who has signed in, as found when the page ran last; nobody where none has to."""
    found: Visitor = st.session_state.get(_KEPT, NOBODY)
    return found


def may(verb: Verb) -> bool:
    """Say whether this reader may do something anywhere at all; so that a button is drawn."""
    if verb != "read" and is_read_only():
        return False
    mode = access_mode()
    return verb in visitor().verbs if mode == "signed-in" else mode == "open" or verb == "read"


def sees_record() -> bool:
    """Say whether this reader may see who did what: it names people.

    Asked anew: the record is drawn by itself too, between two runs of the page.
    """
    if not has_names():
        return access_mode() == "open"
    found = by_cookies(st.context.cookies)
    return found is not None and "administer" in found.verbs


def who(key: str = "") -> Who:
    """Return who does what is done on this page.

    Parameters
    ----------
    key
        Of the field for a name, where nobody signs in.
    """
    return visitor().who if has_names() else Who(str(st.session_state.get(key, "")).strip())


def ask_name(label: str, key: str, lang: Lang) -> None:
    """Ask for a name where nobody signs in; else say under which one it will be recorded."""
    if has_names():
        draw_small(t("person_recorded", lang, label=label, name=visitor().who.name))
        return
    st.text_input(label, key=key, max_chars=80, placeholder=t("loader_who_help", lang))


def badge(lang: Lang) -> str:
    """Return name and button to sign out, for the head of a page."""
    known = visitor()
    name = f'<span title="{escape(known.email)}">{escape(known.who.name)}</span>'
    return f'<div class="person">{name}{out_form(lang)}</div>'


def _address() -> str:
    """Return path and query of this page, to come back to."""
    chosen = [(name, each) for name in st.query_params for each in st.query_params.get_all(name)]
    path = urlsplit(st.context.url or "").path.removeprefix(base_path()) or "/"
    return path + (f"?{urlencode(chosen)}" if chosen else "")
