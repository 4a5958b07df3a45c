"""What is chosen on the page of progress besides the filters, and how a link holds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t
from mtqg_geo.progress.rankings import LEVELS, ORDERS

COMPLETED, ANY = "completed", "any"  # which works communes can be near to


@dataclass(frozen=True)
class Choice:
    """One choice: the key of its widget, what there is, and what goes without saying."""

    key: str
    options: tuple[str, ...]
    usual: str


# By the parameter of the URL.
CHOICES = {
    "rank": Choice("progress_level", LEVELS, LEVELS[0]),
    "order": Choice("progress_order", tuple(ORDERS), next(iter(ORDERS))),
    "far_km": Choice("progress_far_km", ("5", "10", "15", "20"), "10"),
    "far": Choice("progress_far_works", (COMPLETED, ANY), COMPLETED),
}
KEYS = tuple(choice.key for choice in CHOICES.values())


def take_choices(query: Mapping[str, Sequence[str]], lang: Lang) -> tuple[str, ...]:
    """Set the widgets from a query; return a sentence for each choice that there is not."""
    problems = []
    for parameter, choice in CHOICES.items():
        text = (query.get(parameter) or [choice.usual])[-1].strip()
        if text not in choice.options:
            known = ", ".join(choice.options)
            words = {"parameter": parameter, "example": text[:40], "known": known}
            problems.append(t("progress_unknown_choice", lang, **words))
            text = choice.usual
        st.session_state[choice.key] = text
    return tuple(problems)


def chosen_query() -> dict[str, str]:
    """Return the parameters that reproduce what is chosen; "" for what goes without saying."""
    chosen = {name: str(st.session_state[choice.key]) for name, choice in CHOICES.items()}
    return {name: text if text != CHOICES[name].usual else "" for name, text in chosen.items()}
