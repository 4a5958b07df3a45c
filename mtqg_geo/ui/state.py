"""The page's state: widgets and URL hold one selection, and either can change it.

Streamlit's own `bind="query-params"` writes the words shown to the reader into the URL and drops
unknown values without a word; a link must carry codes, work in both languages and say what it
could not find. So the URL is read and written here.

The URL leads on the first run and when the reader goes back or forward. In every other run the
widgets lead: the URL that comes with a click may still be the one before the click before.
"""

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.vintages import shown_dataset, shown_for, units_on
from mtqg_geo.figures.filters import FILTERS
from mtqg_geo.figures.opening import opening_query, opens_by_itself
from mtqg_geo.figures.periods import (
    Comparing,
    Measure,
    can_be_paired,
    can_be_subtracted,
    measures_of,
    moments_of,
    result_basis,
)
from mtqg_geo.figures.query import parse_language, parse_selection, unknown_parameters
from mtqg_geo.figures.selection import Selection, comparable_periods
from mtqg_geo.figures.standings import usable_standings, with_standings
from mtqg_geo.figures.work import find_work, work_key
from mtqg_geo.maps.classing import (
    FILTERED,
    MAX_EDGES,
    Classing,
    breaks_text,
    parse_breaks,
    parse_classing,
)
from mtqg_geo.maps.works_shown import WorksShown, parse_works, works_by_rule
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.model import Basis, Indicator, Lang
from mtqg_geo.programme.tables import SPLIT
from mtqg_geo.programme.words import t
from mtqg_geo.ui import choices as progress_choices
from mtqg_geo.ui import in_step
from mtqg_geo.ui.newest import newest_dataset

OPENED = ("profile", "work")  # what is open beside the map: a commune, a site or road
# Besides the filters: how the map is classed, what is open, what is chosen on the page of progress,
# and Streamlit's own.
PAGE_PARAMETERS = frozenset(
    ("scheme", "k", "breaks", "pooled", "scope", "works", *OPENED, "embed", "embed_options")
) | frozenset(progress_choices.CHOICES)
Query = dict[str, list[str]]


@dataclass(frozen=True)
class PageState:
    """Everything a page needs to know of what the reader chose."""

    data: Dataset
    selection: Selection
    classing: Classing
    profile: str | None
    lang: Lang
    problems: tuple[str, ...]
    works: WorksShown | None = None
    work: str = ""


def follow_url(loaded: Dataset) -> Dataset:
    """Set the widgets from the URL when the URL leads; hold what they have otherwise.

    Call it before any widget is drawn. It returns the data to show: what is loaded, on the units
    of the vintage chosen.
    """
    memory = st.session_state
    memory["_url_leads"] = "_url_leads" not in memory or _went_back_or_forward()
    if memory["_url_leads"]:
        query = {name: st.query_params.get_all(name) for name in st.query_params}
        if opens_by_itself(query):
            query |= opening_query(loaded)
        data = shown_for(loaded, query)
        _set_widgets(data, query)
        in_step.hold()
        return data
    return _follow_widgets(loaded)


def open_anew() -> None:
    """Have the next run open what the address says, or what has values, as on a first visit."""
    st.session_state.pop("_url_leads", None)


def in_fragment(at_first: PageState) -> PageState:
    """Return the state in a part of the page that runs by itself, as its widgets now have it.

    Parameters
    ----------
    at_first
        The state when the whole page ran last: still that of this run, if the whole page runs.
    """
    context = get_script_run_ctx()
    runs_alone = context is not None and bool(context.fragment_ids_this_run)
    if not runs_alone:
        return at_first
    try:
        loaded = newest_dataset()
    except StoreError:
        st.rerun()  # all of the page, which then says what is wrong
    if loaded is not at_first.data.as_loaded:
        st.rerun()  # all of the page
    st.session_state["_url_leads"] = False
    data = _follow_widgets(loaded)
    if in_step.is_ahead():
        st.rerun()  # of the filters a part has changed, the others have to be told
    return read_state(data)


def _follow_widgets(loaded: Dataset) -> Dataset:
    """Return the data to show where the widgets lead."""
    memory = st.session_state
    memory["_problems"] = ()
    in_step.catch_up()
    _keep_widgets()
    _follow_vintage(loaded)
    capital = {name: memory[name] for name in SPLIT}
    data = shown_dataset(loaded, memory["vintage"], districts=memory["district"], capital=capital)
    if memory["profile"] and not (data.commune_list[c.CODE] == memory["profile"]).any():
        memory["profile"] = None  # clicked on a map that was just being replaced
    _drop_unknown(data)
    _fit_to_indicator(data)
    if memory["work"] and find_work(data, memory["work"]) is None:
        memory["work"] = ""  # its file has been withdrawn
    in_step.hold()
    return data


def _drop_unknown(data: Dataset) -> None:
    """Leave out what is not there: it was clicked in a list that was just being replaced."""
    memory = st.session_state
    for each in FILTERS:
        if not each.is_single and memory[each.name]:
            known = set(map(str, each.options(data)))
            memory[each.name] = [value for value in memory[each.name] if str(value) in known]


def _fit_to_indicator(data: Dataset) -> None:
    """Keep what else is chosen of the map where the indicator has it; else take its own."""
    memory = st.session_state
    indicator = data.catalog.indicators[memory["indicator"]]
    if memory["basis"] not in (*indicator.bases, *measures_of(indicator)):
        memory["basis"] = indicator.default_basis.value
    second = data.catalog.indicators.get(memory["with"])
    if second and not can_be_paired(indicator, second):
        memory["with"] = ""
    memory["standing"] = list(usable_standings(indicator, memory["standing"]))
    if memory["compare"] not in comparable_periods(data, selection_of_widgets(data)):
        memory["compare"] = ""


def _follow_vintage(loaded: Dataset) -> None:
    """When the geography has changed, go on with the units that those chosen became, or were.

    The same code may stand for another, larger unit there.
    """
    memory = st.session_state
    before, now = memory["_vintage"], memory["vintage"]
    if before != now:
        opened = [memory["profile"]] if memory["profile"] else []
        memory["commune"] = units_on(loaded, memory["commune"], before, now)
        memory["profile"] = next(iter(units_on(loaded, opened, before, now)), None)
        memory["_vintage"] = now


def _went_back_or_forward() -> bool:
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def read_state(data: Dataset) -> PageState:
    """Return the state the widgets hold."""
    memory = st.session_state
    selection = selection_of_widgets(data)
    lang = language()
    problems = tuple(memory["_problems"])
    breaks = parse_breaks(memory["breaks"], lang)
    if breaks is None:
        problems += (t("unreadable_breaks", lang, example=memory["breaks"][:40], most=MAX_EDGES),)
    classing = Classing(
        memory["scheme"],
        memory["k"],
        breaks or (),
        is_pooled=bool(memory["pooled"]),
        is_filtered=bool(memory["scope"]),
    )
    works, work = _chosen_works(data, selection), memory["work"]
    return PageState(data, selection, classing, _profile(selection), lang, problems, works, work)


def _chosen_works(data: Dataset, selection: Selection) -> WorksShown | None:
    """Return the works the reader wants on the map; what the rule says as well is forgotten."""
    memory = st.session_state
    if memory["works"] == works_by_rule(data, selection):
        memory["works"] = ""
    return WorksShown(memory["works"]) if memory["works"] else None


def chosen_measure(indicator: Indicator) -> tuple[Basis, Measure]:
    """Return basis and measure: one list offers both, and a measure is made of the result."""
    name = st.session_state["basis"]
    if name in tuple(Measure):
        return result_basis(indicator), Measure(name)
    return Basis(name), Measure.VALUE


def selection_of_widgets(data: Dataset) -> Selection:
    """Return what the widgets have selected.

    Second indicator, quarter and period to compare with may be left over from another indicator
    or year: where they say nothing, they are not selected.
    """
    memory = st.session_state
    indicator = data.catalog.indicators[memory["indicator"]]
    basis, measure = chosen_measure(indicator)
    second = data.catalog.indicators.get(memory["with"])
    selection = Selection(
        indicator=indicator.id,
        basis=basis,
        measure=measure,
        second=second.id if second and can_be_paired(indicator, second) else "",
        **{each.field: each.held(_texts(memory[each.name])) for each in FILTERS},
    )
    earlier = moments_of(data, selection.growing(data), selection.year)[:-1]
    quarter = memory["as_of"] if memory["as_of"] in earlier else None
    selection = replace(selection, quarter=quarter)
    compare = comparable_periods(data, selection).get(memory["compare"])
    has_difference = compare is not None and can_be_subtracted(indicator, selection.second)
    compare_as = Comparing(memory["compare_as"]) if has_difference else Comparing.MAPS
    selection = replace(selection, compare=compare, compare_as=compare_as)
    return with_standings(data, selection, selection.standings)


def query_of(state: PageState) -> Query:
    """Return the query parameters that reproduce the page, defaults left out."""
    plain = Classing()
    extras = {
        "lang": state.lang if state.lang != "vi" else "",
        "scheme": state.classing.scheme if state.classing.scheme != plain.scheme else "",
        "k": str(state.classing.k) if state.classing.k != plain.k else "",
        "breaks": st.session_state["breaks"] if state.classing.scheme == "fixed" else "",
        "pooled": "1" if state.classing.is_pooled else "",
        "scope": FILTERED if state.classing.is_filtered else "",
        "works": state.works or "",
        "profile": st.session_state["profile"] or "",
        "work": st.session_state["work"],
        **progress_choices.chosen_query(),
    }
    named = {name: [value] for name, value in extras.items() if value}
    query = state.selection.query(state.data) | named
    if opens_by_itself(query) and opening_query(state.data.as_loaded):
        query["year"] = [str(state.selection.year)]  # without a word it would open on another one
    return query


def write_url(state: PageState) -> None:
    """Write the state into the URL, so that a copied link shows the same page.

    A URL that led is left as it was written: rewriting it would only add a step to go back over.
    """
    memory, query = st.session_state, query_of(state)
    shown = {name: st.query_params.get_all(name) for name in st.query_params}
    if memory["_url_leads"]:
        memory["_query"] = shown
    elif not query == shown == memory["_query"]:  # the one shown to us may be late
        memory["_query"] = query
        st.query_params.from_dict(query)


def language() -> Lang:
    """Return the language of the page: the switch's, or the URL's on a first visit."""
    wanted = st.session_state.get("lang", st.query_params.get("lang"))
    return "en" if wanted == "en" else "vi"


def clear_filters() -> None:
    """Empty every filter (callback of the button); year, indicator and map options stay."""
    in_step.change(**{each.name: [] for each in FILTERS if not each.is_single})


def _texts(held: object) -> list[object]:
    """Return what a widget holds as a list: of one that offers a single choice, that one."""
    return held if isinstance(held, list) else [held]


def _profile(selection: Selection) -> str | None:
    """Return the commune whose profile is open: the one clicked, or the only one filtered.

    The latter stays shut once the reader has closed it.
    """
    chosen: str | None = st.session_state["profile"]
    if chosen is None and len(selection.communes) == 1:
        [only] = selection.communes
        return only if st.session_state["_shut"] != only else None
    return chosen


def _keep_widgets() -> None:
    """Hold the values of widgets that this run may not draw, or draws with other options.

    Streamlit forgets them otherwise. What is set here is set in the browser as well.
    """
    memory = st.session_state
    for name in (*memory["_widgets"], *progress_choices.KEYS):
        if name in memory:
            memory[name] = memory[name]


def _set_widgets(data: Dataset, query: Query) -> None:
    lang, unspoken = parse_language(query)
    selection, unknown = parse_selection(query, data, lang=lang)
    classing, unusable = parse_classing(query, lang=lang)
    works, unshown = parse_works(query, lang=lang)
    (opened,), missing = _opened_profile(data, query, lang)
    work, lost = _opened_work(data, query, lang)
    strange = unknown_parameters(query, lang=lang, also=PAGE_PARAMETERS)
    strange += progress_choices.take_choices(query, lang)
    problems = (*unspoken, *strange, *unknown, *unusable, *unshown, *missing, *lost)
    st.session_state["_problems"] = tuple(dict.fromkeys(problems))
    values: dict[str, Any] = {
        "lang": lang,
        **{
            each.name: getattr(selection, each.field) if each.is_single else each.texts(selection)
            for each in FILTERS
        },
        "indicator": selection.indicator,
        "basis": (
            selection.basis if selection.measure is Measure.VALUE else selection.measure
        ).value,
        "with": selection.second,
        "compare": selection.compare.text if selection.compare else "",
        "compare_as": selection.compare_as.value,
        "scheme": classing.scheme,
        "k": classing.k,
        "breaks": breaks_text(classing.breaks, lang),
        "pooled": classing.is_pooled,
        "scope": classing.is_filtered,
        "works": works or "",
        "profile": opened,
        "work": work,
        "as_of": selection.quarter,
    }
    st.session_state["_shut"] = None
    for name, value in {**values, "_vintage": selection.vintage, "_widgets": tuple(values)}.items():
        st.session_state[name] = value


def _opened_profile(
    data: Dataset, query: Query, lang: Lang
) -> tuple[tuple[str | None], tuple[str, ...]]:
    """Read the commune whose profile a link opens; checked like the commune filter."""
    if "profile" not in query:
        return (None,), ()
    selection, problems = parse_selection({"commune": query["profile"][-1:]}, data, lang=lang)
    return (selection.communes[0] if selection.communes else None,), problems


def _opened_work(data: Dataset, query: Query, lang: Lang) -> tuple[str, tuple[str, ...]]:
    """Read the site or road whose card a link opens."""
    key = (query.get("work") or [""])[-1].strip()
    if not key or find_work(data, key):
        return key, ()
    known = next((work_key("sites", each) for each in data.site_list[c.ID]), "site:…")
    return "", (t("unknown_work", lang, example=key[:40], known=known),)
