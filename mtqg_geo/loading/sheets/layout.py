"""The columns of the sheets we make for each kind of table, and the words of their cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from mtqg_geo.communes.lineage import CHANGES
from mtqg_geo.dataset.tables import SURFACES
from mtqg_geo.loading.sheets.table import TableKind
from mtqg_geo.loading.sheets.words import Reader, Reading, plain, read_trouble, refuse
from mtqg_geo.programme import columns as c
from mtqg_geo.programme import tables
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.model import LANGUAGES, REGIONS, Basis, Indicator, Kind, Lang, Status, Text
from mtqg_geo.programme.period import Period, quarter_numeral
from mtqg_geo.programme.words import t, wordings

GEOMETRY = "geometry"
ROAD_CLASSES = ("commune", "inter_commune")
LOCATIONS = ("exact", "commune", "district")
# A site that no project of the programme built is there all the same: distances are measured to it.
OF_PROGRAMME, EXISTING = "programme", "existing"
FUNDINGS = (OF_PROGRAMME, EXISTING)
TEXT, KM, DEGREES, DATE, SHARES = "@", "0.00", "0.000000", "dd/mm/yyyy", "0.######"
MILLIONS = "#,##0.000"  # a thousand đồng is seen

# The columns of the lineage with fixed answers: how their words are called, and the codes.
ANSWERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    tables.CHANGE: ("change", CHANGES),
    tables.SHARE_BASIS: ("basis", ("area", "households", "population")),
    tables.CONFIDENCE: ("confidence", ("high", "medium-high", "medium", "low", "derived")),
}

SHEET_NAMES: Mapping[TableKind, Text] = {
    "observations": Text("Số liệu", "Figures"),
    "sites": Text("Công trình", "Sites"),
    "roads": Text("Tuyến đường", "Roads"),
    "region": Text("Khu vực", "Regions"),
    "lineage": Text("Đơn vị cũ – mới", "Lineage"),
}


@dataclass(frozen=True)
class Field:
    """A column of a sheet: what it holds, how wide it is, how its cells are written."""

    name: str
    width: float
    format: str = TEXT
    is_required: bool = False


PLACE = (
    Field(c.COMMUNE_CODE, 9, is_required=True),
    Field(c.COMMUNE, 22),
    Field(c.DISTRICT, 18),
)
SOURCE = Field(c.SOURCE, 28)
# Dates are texts: of "6/2023" a spreadsheet would make the first of June.
COST_AND_DATES = (
    Field(c.COST_VND, 14, MILLIONS),
    Field(c.STARTED_ON, 12),
    Field(c.COMPLETED_ON, 12),
)
FIELDS: Mapping[TableKind, tuple[Field, ...]] = {
    "observations": (
        *PLACE,
        Field(c.PROJECT, 24),
        Field(c.PERIOD, 14, is_required=True),
        Field(c.BASIS, 13, is_required=True),
        Field(c.CAPITAL_SOURCE, 22),
        Field(c.CAPITAL_KIND, 20),
    ),
    "sites": (
        *PLACE,
        Field(c.ID, 14),
        Field(c.NAME, 40, is_required=True),
        Field(c.FACILITY, 22, is_required=True),
        Field(c.PROJECT, 30, is_required=True),
        Field(c.YEAR, 8, "0", is_required=True),
        Field(c.STATUS, 16),
        *COST_AND_DATES,
        Field(c.LON, 12, DEGREES),
        Field(c.LAT, 12, DEGREES),
        Field(c.LOCATION, 20),
        Field(c.FUNDING, 20),
        SOURCE,
    ),
    "roads": (
        *PLACE,
        Field(c.ID, 14),
        Field(c.NAME, 40, is_required=True),
        Field(c.PROJECT, 30, is_required=True),
        Field(c.YEAR, 8, "0", is_required=True),
        Field(c.STATUS, 16),
        *COST_AND_DATES,
        Field(c.SURFACE, 16),
        Field(c.ROAD_CLASS, 22),
        Field(c.REPORTED_KM, 12, KM),
        Field(GEOMETRY, 24),
        SOURCE,
    ),
    "region": (
        *PLACE,
        Field(c.REGION, 10, is_required=True),
        Field(c.VALID_FROM, 14, DATE, is_required=True),
        Field(c.VALID_TO, 14, DATE),
        Field(c.DECISION, 20, is_required=True),
        SOURCE,
    ),
    "lineage": (
        Field(tables.FROM_CODE, 9, is_required=True),
        Field("from_name", 22),
        Field(tables.TO_CODE, 9, is_required=True),
        Field("to_name", 22),
        Field(tables.DAY, 14, DATE, is_required=True),
        Field(tables.CHANGE, 18, is_required=True),
        Field(tables.SHARE, 12, SHARES),
        Field(tables.SHARE_BASIS, 14),
        Field(tables.RESOLUTION, 20),
        Field(tables.CONFIDENCE, 14),
        SOURCE,
    ),
}


def heading(kind: TableKind, field: str, lang: Lang) -> str:
    """Return the heading of a column; ids and names are called after what they name."""
    return _worded("heading", kind, field, lang)


def about(kind: TableKind, field: str, lang: Lang) -> str:
    """Return what a column holds."""
    return _worded("about", kind, field, lang)


def example(kind: TableKind, field: str, lang: Lang) -> str:
    """Return an example of what is written in a column."""
    return _worded("example", kind, field, lang)


def _worded(what: str, kind: TableKind, field: str, lang: Lang) -> str:
    own = f"template_{what}_{kind}_{field}"
    return t(own if own in wordings() else f"template_{what}_{field}", lang)


def reported_indicators(catalog: Catalog) -> tuple[Indicator, ...]:
    """Return the indicators that have figures of their own: neither computed nor a category."""
    return tuple(
        indicator
        for indicator in catalog.indicators.values()
        if indicator.kind != Kind.CATEGORY and not indicator.is_computed
    )


def indicator_name(indicator: Indicator, lang: Lang) -> str:
    """Return code and short name of an indicator."""
    return f"{indicator.id} – {indicator.short.of(lang)}"


def written_unit(indicator: Indicator, lang: Lang) -> str:
    """Return the unit in which templates ask for figures: money in millions, as people count it."""
    return t("template_million", lang) if indicator.is_money else indicator.unit.of(lang)


def indicator_heading(indicator: Indicator, lang: Lang) -> str:
    """Return the heading of an indicator's column: code, short name and unit."""
    return f"{indicator_name(indicator, lang)} ({written_unit(indicator, lang)})"


def answer_words(catalog: Catalog, lang: Lang) -> Mapping[str, Mapping[str, str]]:
    """Return for each column with fixed answers what is written for each code."""
    statuses = [status.value for status in Status]
    return {
        c.PROJECT: {p.code: f"{p.code} – {p.short.of(lang)}" for p in catalog.projects.values()},
        c.FACILITY: {f.code: f.name.of(lang) for f in catalog.facilities.values()},
        c.BASIS: {basis.value: t(f"basis_{basis.value}", lang) for basis in Basis},
        c.STATUS: {status: t(f"status_{status}", lang) for status in statuses},
        c.SURFACE: {surface: t(f"surface_{surface}", lang) for surface in SURFACES},
        c.ROAD_CLASS: {each: t(f"template_class_{each}", lang) for each in ROAD_CLASSES},
        c.LOCATION: {each: t(f"template_location_{each}", lang) for each in LOCATIONS},
        c.FUNDING: {each: t(f"template_funding_{each}", lang) for each in FUNDINGS},
        c.REGION: {region: region for region in REGIONS},
        **{
            column: {code: each.name.of(lang) for code, each in parts.items()}
            for column, parts in catalog.capital.items()
        },
        **{field: answers(topic, codes, lang) for field, (topic, codes) in ANSWERS.items()},
    }


def word_reader(
    catalog: Catalog, field: str, code: str, also: Mapping[str, str] = MappingProxyType({})
) -> Reader:
    """Return the reader of a column with fixed answers: codes, words of both languages, others.

    Parameters
    ----------
    code
        The sentence for a text that is none of them.
    also
        Further words, spelled by `plain`, and the codes they stand for.
    """
    known = {plain(each): each for each in answer_words(catalog, "vi")[field]} | dict(also)
    for lang in LANGUAGES:
        known |= {plain(text): each for each, text in answer_words(catalog, lang)[field].items()}
    shown = "; ".join(answer_words(catalog, "vi")[field].values())

    def read(text: str) -> Reading:
        if not text:
            return Reading("")
        if found := known.get(plain(text)):
            return Reading(found)
        return read_trouble(text) or refuse(code, text=text, known=shown)

    return read


def answers(topic: str, codes: Sequence[str], lang: Lang) -> dict[str, str]:
    """Return what is written for each answer of a column of the lineage."""
    return {code: t(f"lineage_{topic}_{code.replace('-', '_')}", lang) for code in codes}


def period_word(period: str, lang: Lang) -> str:
    """Return a period as it is written for a reader (`2023-Q1` → `Quý I/2023`)."""
    if lang == "en":
        return period
    when = Period.of(period)
    if not when.quarter:
        return f"Năm {when.year}"
    return f"Quý {quarter_numeral(when.quarter, lang)}/{when.year}"


GUIDE = Text("Hướng dẫn", "Guide")
LISTS = Text("Danh mục", "Lists")
TO_CORRECT = Text("Lỗi cần sửa", "To correct")

OWN_SHEETS = frozenset({*GUIDE, *LISTS, *TO_CORRECT})
"""All of them, in both languages."""
