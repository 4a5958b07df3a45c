"""Three steps for whoever is here for the first time, at the foot of the window until dismissed."""

import streamlit as st

from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t
from mtqg_geo.ui.server.scripts import UI, loader

STEPS = ("first_step_choose", "first_step_click", "first_step_take")

_strip = st.components.v2.component(
    "first_steps", js=loader(UI / "shared" / "first_steps.js"), isolate_styles=False
)


def draw(lang: Lang) -> None:
    """Draw the strip; whether it was dismissed is known to the reader's browser alone."""
    with st.container(key="first_steps"):
        _strip(
            key="first_steps_strip",
            data={
                "title": t("first_steps", lang),
                "steps": [t(step, lang) for step in STEPS],
                "dismiss": t("first_steps_dismiss", lang),
            },
        )
