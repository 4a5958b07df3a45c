"""The filters: one row for each kind of choice, read wherever a selection is written down.

A page draws a row as a widget, a link and an HTTP query hold it as a parameter, a command takes it
as a flag, a caption says it in words, a file's name names it, and every table is held against it.
A new filter is a field of `selection.Selection`, a row here, and its words in `wording/`.

==============  ==========================================================================
`Filter`        what one kind of choice is called, offers, compares and says
`FILTERS`       all of them, in the order of a link's parameters
`wanted_by`     the pairs of column and values that a selection asks of a table
==============  ==========================================================================

Nothing heavy is imported before data are asked: the command line reads the table for its flags.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from geo.kept import kept
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import DASH, NOT_SPLIT, OUTSIDE, REGIONS, Lang, Status
from mtqg_geo.programme.words import t

if TYPE_CHECKING:  # what a row is asked about; importing it would read pandas and geometry
    from mtqg_geo.dataset.dataset import Dataset

# Tables that are filtered: communes, sites, whole roads, and their pieces cut at commune borders.
Table = Literal["communes", "sites", "roads", "pieces"]

# How a commune can stand with the indicator shown, of what a planner asks for: `figures.standings`.
STANDINGS = ("late", "not_reported")
NO_REGION = "none"  # communes on no list of regions
MOST_NAMES = 4  # of chosen communes, projects … that are named on paper before they are counted


@dataclass(frozen=True)
class Filter:
    """One kind of choice.

    Attributes
    ----------
    name
        Parameter of a link, flag of a command, key of the widget, label in a file's name.
    label
        Key of the words for it, in `wording/`.
    field
        Attribute of `Selection` that holds what is chosen: a tuple, or one value if `is_single`.
    options
        What can be chosen of some data, in the order in which it is offered.
    option_words
        How an option reads in the widget.
    columns
        By table, the column that is held against the choice; a table without one is not filtered.
    wanted
        Which values of that column are taken, of data, the selection and what is chosen.
    caption
        How paper says what is chosen: of where (`of_place`), or of what else.
    read
        Turns the text of an option into what `Selection` holds.
    is_single
        Whether always exactly one is chosen.
    label_of_units
        `label` where units put together are shown, if it is another.
    within
        Which options are offered beside what other widgets hold; all of them unless given.
    sidebar
        Place among the widgets of the sidebar; 0 where the widget stands elsewhere.
    of_money
        Whether it is money alone that is filtered: folded away where none is split.
    """

    name: str
    label: str
    field: str
    options: Callable[[Dataset], Iterable[Any]]
    option_words: Callable[[Dataset, str, Lang], str]
    columns: Mapping[Table, str]
    wanted: Callable[[Dataset, Any, Any], Collection[object]] = lambda _, __, chosen: chosen
    caption: Callable[[Dataset, Any, Lang], list[str]] = lambda _, __, ___: []
    of_place: bool = False
    read: Callable[[str], Any] = str
    is_single: bool = False
    label_of_units: str = ""
    within: Callable[[Dataset, Mapping[str, Any]], Iterable[Any]] | None = None
    sidebar: int = 0
    of_money: bool = False

    def chosen(self, selection: Any) -> tuple[Any, ...]:
        """Return what a selection has chosen of this kind; nothing chosen takes all."""
        held = getattr(selection, self.field)
        return (held,) if self.is_single else held

    def label_on(self, data: Dataset) -> str:
        """Return the key of the words for it on the units that are shown."""
        return (data.is_put_together and self.label_of_units) or self.label

    def offered(self, data: Dataset, widgets: Mapping[str, Any]) -> Iterable[Any]:
        """Return the options to offer beside what the widgets of all filters hold, by name."""
        return self.within(data, widgets) if self.within else self.options(data)

    def texts(self, selection: Any) -> list[str]:
        """Return what is chosen as a link writes it."""
        return [str(value) for value in self.chosen(selection)]

    def held(self, texts: Iterable[object]) -> Any:
        """Return what `Selection` holds for texts that all exist; of a single choice the last."""
        values = tuple(self.read(str(text)) for text in texts)
        return values[-1] if self.is_single else values


def wanted_by(
    selection: Any, data: Dataset, table: Table
) -> Iterator[tuple[str, Collection[object]]]:
    """Give for each filter that says something of a table its column and the values it takes."""
    for each in FILTERS:
        if table in each.columns and each.chosen(selection):
            yield each.columns[table], each.wanted(data, selection, each.chosen(selection))


def _names(table: Any) -> dict[str, str]:
    return dict(zip(table[c.CODE], table[c.NAME], strict=True))


@kept(maxsize=8)
def district_names(data: Dataset) -> Mapping[str, str]:
    """Return the name by district code: asked for each option with every click."""
    return _names(data.districts)


@kept(maxsize=8)
def commune_names(data: Dataset) -> Mapping[str, str]:
    """Return `name, district` by commune code: two communes may share a name."""
    communes = data.commune_list
    labels = communes[c.NAME] + ", " + communes[c.DISTRICT]
    return dict(zip(communes[c.CODE], labels, strict=True))


def _communes_within(data: Dataset, widgets: Mapping[str, Any]) -> Iterable[str]:
    """Return the communes of the districts chosen; all of them when none is."""
    wanted = widgets["district"]
    return commune_names(data) if not wanted else _of_districts(data, frozenset(wanted))


@kept(maxsize=32)
def _of_districts(data: Dataset, districts: frozenset[str]) -> tuple[str, ...]:
    communes = data.commune_list
    return tuple(communes.loc[communes[c.DISTRICT_CODE].isin(districts), c.CODE])


def lies_in(label: str, regions: Collection[str]) -> bool:
    """Say whether a unit, or any part of one put together, is in one of some regions.

    Parameters
    ----------
    label
        The region as `Dataset.regions_in` has it: plain, or of all parts, `0` for those on no list.
    regions
        `I`, `II`, `III`, or `none` for those on no list.

    Examples
    --------
    A unit of three former communes: one in region III, one in region I, one on no list.

    >>> [lies_in("0–I–III", [region]) for region in ("III", "II", "I", "none")]
    [True, False, True, True]
    """
    parts = (NO_REGION if part in ("", OUTSIDE) else part for part in label.split(DASH))
    return any(part in regions for part in parts)


@kept(maxsize=32)
def codes_in_regions(data: Dataset, year: int, regions: tuple[str, ...]) -> frozenset[str]:
    """Return the communes, or units put together, of which any part is in one of the regions.

    Without a list for the year nobody knows any region: nothing is found, by `none` neither.
    """
    known = data.regions_in(year)
    if not len(known):
        return frozenset()
    codes = data.commune_list[c.CODE]
    labels = codes.map(known).fillna("")
    pairs = zip(codes, labels, strict=True)
    return frozenset(code for code, label in pairs if lies_in(label, regions))


def few(names: Iterable[str], count_key: str, lang: Lang) -> list[str]:
    """Return names in one text, or only their number when they are many; nothing for none."""
    listed = list(names)
    if len(listed) <= MOST_NAMES:
        return [", ".join(listed)] if listed else []
    return [t(count_key, lang, count=len(listed))]


def _vintages(_data: Dataset) -> Iterable[str]:
    from mtqg_geo.communes.lineage import vintages

    return vintages()


def _project_words(data: Dataset, code: str, lang: Lang, *, mark: str = "·") -> str:
    return f"{code} {mark} {data.catalog.projects[code].short.of(lang)}"


def _project_caption(data: Dataset, chosen: Iterable[str], lang: Lang) -> list[str]:
    names = [_project_words(data, code, lang, mark="–") for code in chosen]
    return [t("report_project", lang, names="; ".join(names))] if names else []


def _status_caption(_data: Dataset, chosen: Iterable[Status], lang: Lang) -> list[str]:
    names = [t(f"status_{status.value}", lang).lower() for status in chosen]
    return [t("report_status", lang, names=", ".join(names))] if names else []


def _standing_caption(_data: Dataset, chosen: Iterable[str], lang: Lang) -> list[str]:
    names = [t(f"standing_{standing}", lang).lower() for standing in chosen]
    return [t("caption_standing", lang, names=", ".join(names))] if names else []


def _region_caption(_data: Dataset, chosen: Iterable[str], lang: Lang) -> list[str]:
    names = [t(f"region_{region}", lang) for region in chosen]
    return [" + ".join(names)] if names else []


def _of_capital(column: str, field: str) -> Filter:
    """Return the filter of money by a column of its split.

    No table is held against it: the data are narrowed before (`dataset.capital`), so that a commune
    with other money alone, its households and its roads all stay.
    """

    def words(data: Dataset, code: str, lang: Lang) -> str:
        if code == NOT_SPLIT:
            return t("capital_none", lang)
        return data.catalog.capital[column][code].name.of(lang)

    def caption(data: Dataset, chosen: Iterable[str], lang: Lang) -> list[str]:
        names = ", ".join(words(data, code, lang) for code in chosen)
        return [t(f"caption_{column}", lang, names=names)] if names else []

    return Filter(
        name=column,
        label=column,
        field=field,
        options=lambda data: (*data.catalog.capital[column], NOT_SPLIT),
        option_words=words,
        columns={},
        caption=caption,
        of_money=True,
    )


FILTERS = (
    Filter(
        name="district",
        label="district",
        field="districts",
        options=district_names,
        option_words=lambda data, code, _: district_names(data)[code],
        columns={
            "communes": c.DISTRICT_CODE,
            "sites": c.DISTRICT_CODE,
            "pieces": c.DISTRICT_CODE,
        },
        caption=lambda data, chosen, lang: few(
            map(district_names(data).__getitem__, chosen), "report_districts_count", lang
        ),
        of_place=True,
        label_of_units="reform_former_district",
        sidebar=2,
    ),
    Filter(
        name="project",
        label="project",
        field="projects",
        options=lambda data: data.catalog.projects,
        option_words=_project_words,
        columns={"sites": c.PROJECT, "roads": c.PROJECT, "pieces": c.PROJECT},
        wanted=lambda data, _, chosen: data.catalog.with_children(chosen),
        caption=_project_caption,
        sidebar=1,
    ),
    Filter(
        name="commune",
        label="commune",
        field="communes",
        options=commune_names,
        option_words=lambda data, code, _: commune_names(data)[code],
        columns={"communes": c.CODE, "sites": c.COMMUNE_CODE, "pieces": c.CODE},
        caption=lambda data, chosen, lang: few(
            map(_names(data.commune_list).__getitem__, chosen), "report_communes_count", lang
        ),
        of_place=True,
        within=_communes_within,
        sidebar=3,
    ),
    Filter(
        name="region",
        label="region",
        field="regions",
        options=lambda _: (*reversed(REGIONS), NO_REGION),
        option_words=lambda _, region, lang: t(f"region_{region}", lang),
        columns={"communes": c.CODE, "sites": c.COMMUNE_CODE, "pieces": c.CODE},
        wanted=lambda data, selection, chosen: codes_in_regions(data, selection.year, chosen),
        caption=_region_caption,
        of_place=True,
        sidebar=4,
    ),
    Filter(
        name="status",
        label="status",
        field="statuses",
        options=lambda _: list(Status),
        option_words=lambda _, status, lang: t(f"status_{status}", lang),
        columns={"sites": c.STATUS, "roads": c.STATUS, "pieces": c.STATUS},
        caption=_status_caption,
        read=Status,
        sidebar=5,
    ),
    Filter(
        name="standing",
        label="standing",
        field="standings",
        options=lambda _: STANDINGS,
        option_words=lambda _, standing, lang: t(f"standing_{standing}", lang),
        columns={"communes": c.CODE, "sites": c.COMMUNE_CODE, "pieces": c.CODE},
        wanted=lambda _, selection, __: selection.judged,
        caption=_standing_caption,
        of_place=True,
    ),
    _of_capital(c.CAPITAL_SOURCE, "capital_sources"),
    _of_capital(c.CAPITAL_KIND, "capital_kinds"),
    Filter(
        name="year",
        label="year",
        field="year",
        options=lambda data: data.years,
        option_words=lambda _, year, __: str(year),
        columns={"sites": c.YEAR, "roads": c.YEAR, "pieces": c.YEAR},
        read=int,
        is_single=True,
    ),
    Filter(
        name="vintage",
        label="reform_vintage",
        field="vintage",
        options=_vintages,
        option_words=lambda _, vintage, lang: t(f"reform_vintage_{vintage}", lang),
        columns={},
        is_single=True,
    ),
)
