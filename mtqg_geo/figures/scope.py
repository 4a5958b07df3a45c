"""What is selected, in words: what, where, by which filters, from which sources."""

from urllib.parse import urlsplit

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.filters import FILTERS
from mtqg_geo.figures.measures import second_of
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.values import rows_behind
from mtqg_geo.figures.words import compared_words, period_words, shown_name, shown_words
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Indicator, Kind, Lang
from mtqg_geo.programme.words import t, within

MOST_SOURCES = 6  # that are named; the others are counted


def map_title(data: Dataset, selection: Selection, lang: Lang) -> str:
    """Return what a map shows, with its year; of a difference with both periods."""
    name = shown_name(data, selection, lang)
    if selection.is_difference:
        between = within(compared_words(data, selection, lang))
        return t("modes_difference_title", lang, indicator=name, between=between)
    return t("report_map_title", lang, indicator=name, year=selection.year)


def place_text(data: Dataset, selection: Selection, lang: Lang) -> str:
    """Return where: the province, or the districts and communes chosen in it."""
    province = t("report_province", lang, name=data.catalog.programme.province.of(lang))
    # The smaller place first, as an address is written: commune, district, province.
    chosen = [words for each in reversed(FILTERS) if each.of_place
              for words in each.caption(data, each.chosen(selection), lang)]  # fmt: skip
    place = ", ".join([*chosen, province])
    return place[:1].upper() + place[1:]


def filter_text(data: Dataset, selection: Selection, lang: Lang) -> str:
    """Return basis, projects and statuses chosen: what else decides the figures shown."""
    indicator = data.catalog.indicators[selection.indicator]
    parts = []
    if indicator.kind is not Kind.CATEGORY:
        chosen = [selection, *([second_of(data, selection)] if selection.second else [])]
        basis = "; ".join(dict.fromkeys(shown_words(data, each, lang) for each in chosen))
        parts.append(basis)
    return " · ".join([*parts, *filters_chosen(data, selection, lang)])


def filters_chosen(data: Dataset, selection: Selection, lang: Lang) -> list[str]:
    """Return the filters in words that say something else than where; nothing when none is."""
    return [
        words
        for each in FILTERS
        if not each.of_place
        for words in each.caption(data, each.chosen(selection), lang)
    ]


def source_text(data: Dataset, selection: Selection, lang: Lang) -> str:
    """Say where the figures of the map come from and of which period they are."""
    indicators = [data.catalog.indicators[each] for each in (selection.indicator, selection.second)
                  if each]  # fmt: skip
    shown = selection.in_time(data) if selection.is_difference else (selection,)
    years = {each.year for each in shown}
    named = sorted({source for each in indicators for year in years
                    for source in _sources(data, each, year)})  # fmt: skip
    said = [_shown(source, lang) for source in named[:MOST_SOURCES]]
    sources = "; ".join(said) or t("report_no_source", lang)
    if more := len(named) - len(said):
        sources = t("report_more_sources", lang, named=sources, count=more)
    period = "; ".join(within(period_words(data, each, lang)) for each in shown)
    return t("report_source", lang, sources=sources, period=period)


def _sources(data: Dataset, indicator: Indicator, year: int) -> list[str]:
    """Return the sources of an indicator's figures; of the list of regions, for the regions."""
    if indicator.id == c.REGION:
        rows, column = data.regions, c.DECISION if c.DECISION in data.regions else c.SOURCE
    else:
        rows, column = rows_behind(data, indicator, year), c.SOURCE
    texts = {part.strip() for text in rows[column].dropna() for part in str(text).split(" ; ")}
    return sorted(texts - {""})


def _shown(source: str, lang: Lang) -> str:
    """Write a source for readers: a site by its name, made-up figures as such."""
    if source == c.ILLUSTRATIVE:
        return t("report_illustrative_source", lang)
    return urlsplit(source).netloc or source
