"""Indicators as a list to choose from: in groups, found by both of their names and their codes."""

from collections.abc import Callable, Iterable

from mtqg_geo.programme.amounts import unit
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.model import Indicator, Lang
from mtqg_geo.programme.words import t
from mtqg_geo.ui.shared.combobox import Group, Option


def groups_of(
    catalog: Catalog,
    indicators: Iterable[str],
    lang: Lang,
    *,
    whole_names: bool = False,
    unit_of: Callable[[Indicator, Lang], str] = unit,
) -> list[Group]:
    """Return indicators in the groups of the catalogue; `whole_names` shows the longer name."""

    def option(each: Indicator) -> Option:
        shown, other = each.short.of(lang), each.name.of(lang)
        if whole_names:
            shown, other = other, shown
        return Option(each.id, shown, unit_of(each, lang), f"{each.id} | {other}")

    return [
        Group(t(f"indicator_group_{name}", lang), [option(each) for each in group])
        for name, group in catalog.grouped(dict.fromkeys(indicators)).items()
    ]
