"""The columns of an exported layer beside its own: figures, parts of units, codes, regions.

Beside each figure stands its state, since a blank may mean four things, and on units put together
the codes of the former communes that are missing from it.

With a filter by former district the figures of a unit are those of the part that lay there. Shape,
area and former codes of its row are then those of that part as well, and `part_of_unit` says so.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.measure import area_km2
from mtqg_geo.communes.lineage import vintages
from mtqg_geo.dataset.dataset import Dataset, Restatement
from mtqg_geo.dataset.layers import BETWEEN, FORMER_CODES
from mtqg_geo.dataset.regions import labels_on
from mtqg_geo.dataset.vintages import codes_by_vintage, codes_column, kin_of, shown_dataset
from mtqg_geo.figures.file_names import DISTRICTS
from mtqg_geo.figures.filters import NO_REGION
from mtqg_geo.figures.measures import as_measured, second_of, shown_values
from mtqg_geo.figures.periods import Measure
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.values import MISSING_PARTS, has_regions
from mtqg_geo.figures.words import shown_words
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import MOST_DIFFICULT, REGIONS, Indicator, Kind, Lang, State
from mtqg_geo.programme.words import KM_DECIMALS, t, wordings

PART, FORMER_COUNT = "part_of_unit", "former_communes"
COMMUNES, PCT = "communes", "households_pct"  # behind `region_iii_`; of a district, without
# Names of properties end with the unit: a column of blanks is a number all the same.
UNITS = {"_km2": "km²", "_km": "km", "_pct": "%", "_vnd": "VND", "lon": "°", "lat": "°"}
DECIMALS = {"km": KM_DECIMALS, "km²": 1, "%": 1, "°": 5}


@dataclass(frozen=True)
class Field:
    """What a column of an exported table holds, for programs that would have to guess.

    Attributes
    ----------
    name
        The column.
    kind
        `string`, `integer`, `number` or `boolean`.
    title, meaning
        What it holds, in a few words and in all of them.
    unit
        Of a number, where it has one.
    choices
        Every word that the column may hold, where that is a list.
    decimals
        With how many a number is read.
    """

    name: str
    kind: str
    title: str
    meaning: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    decimals: int = 0

    @property
    def heading(self) -> str:
        """What it holds in a few words, and the unit where these do not end with one."""
        has_unit = self.unit and not self.title.endswith(")")
        return f"{self.title} ({self.unit})" if has_unit else self.title


@dataclass(frozen=True)
class ValueColumn:
    """A figure of an exported commune: how its columns are named, and the selection it shows.

    `figure` and `period` are what the names begin and end with (`op05_actual`, `_2022q3`).
    """

    figure: str
    period: str
    indicator: Indicator
    content: Selection

    @property
    def name(self) -> str:
        """The column of the figure, such as `actual_km`."""
        return f"{self.figure}_{unit_suffix(self.indicator)}{self.period}"

    @property
    def state_name(self) -> str:
        """The column that says what a blank means, such as `actual_state`."""
        return f"{self.figure}_state{self.period}"

    @property
    def missing_name(self) -> str:
        """The column of the former communes that did not report all of it."""
        return f"{self.figure}_missing_codes{self.period}"

    @property
    def concerned_name(self) -> str:
        """Of a district, the column of how many communes it is made of."""
        return f"{self.figure}_communes_concerned{self.period}"

    @property
    def silent_name(self) -> str:
        """Of a district, the column of how many of them did not report all of it."""
        return f"{self.figure}_communes_missing{self.period}"

    def columns(self, data: Dataset) -> dict[str, pd.Series]:
        """Return the figure of each row of `data.communes`, its state, and who is missing from it.

        A measure does not say who is missing: plan and result beside it do.
        """
        rows = shown_values(data, self.content)
        value = rows[c.VALUE].astype(float)
        if self.content.measure is Measure.VALUE:
            # Whoever reckons with a file gets the zero that was planned; the state says what it is.
            value = value.mask(rows[c.STATE] == State.NO_PLAN, 0.0)
        found = {self.name: value, self.state_name: rows[c.STATE]}
        if MISSING_PARTS in rows and self.content.measure is Measure.VALUE:
            found[self.missing_name] = rows[MISSING_PARTS]
        return found

    def meanings(self, data: Dataset, lang: Lang) -> dict[str, str]:
        """Say what each of the columns holds: the figure with its unit."""
        words = shown_words(data, self.content, lang)
        figure = f"{self.indicator.name.of(lang)} – {words}, {self.content.year}"
        return {
            self.name: f"{figure} ({self.indicator.unit.of(lang)})",
            self.state_name: t("exports_state_of", lang, figure=figure),
            self.missing_name: t("exports_missing_codes_of", lang, figure=figure),
            self.concerned_name: t("exports_concerned_of", lang, figure=figure),
            self.silent_name: t("exports_silent_of", lang, figure=figure),
        }


def value_columns(data: Dataset, selection: Selection) -> tuple[ValueColumn, ...]:
    """Return the figures that an export of communes has.

    Results are those of the quarter selected. The names end with the unit, and with the period
    where it is another one: `actual_km`, `completion_pct`, `op05_actual_km`, `plan_km_2022`.
    """
    if data.catalog.indicators[selection.indicator].kind is Kind.CATEGORY:
        return ()
    return tuple(_columns(data, selection))


def shown_indicators(data: Dataset, selection: Selection) -> tuple[Indicator, ...]:
    """Return the indicators whose figures an export holds."""
    names = (selection.indicator, selection.second)
    return tuple(data.catalog.indicators[name] for name in names if name)


def selection_columns(data: Dataset, selection: Selection) -> dict[str, str]:
    """Return what every row says of the modes chosen; nothing when none is."""
    period = selection.shown_period(data)
    chosen = {
        "measure": selection.measure.value if selection.measure is not Measure.VALUE else "",
        "as_of": period.text if period.quarter else "",
        "with_indicator": selection.second,
        **{name: "; ".join(codes) for name, codes in selection.capital.items()},
    }
    return {name: text for name, text in chosen.items() if text}


def unit_suffix(indicator: Indicator) -> str:
    """Return the unit as a suffix of a property name, such as `km`, `pct` or `vnd`."""
    # Names are fixed for whoever works with the files: they follow the English unit, not the words.
    unit = indicator.unit.en.lower()
    known = {"%": "pct", "percentage points/yr": "pct_points", "percentage points": "pct_points"}
    return known.get(unit) or re.sub(r"[^a-z0-9]+", "_", unit).strip("_")


def _columns(data: Dataset, selection: Selection) -> Iterator[ValueColumn]:
    alone = replace(selection, second="", compare=None)
    for basis in data.catalog.indicators[selection.indicator].bases:
        yield _column(data, replace(alone, basis=basis, measure=Measure.VALUE))
    if selection.measure is not Measure.VALUE:
        yield _column(data, alone)
    if selection.second:
        content = replace(second_of(data, selection), compare=None)
        yield _column(data, content, before=f"{selection.second.lower()}_")
    if selection.compare:
        there = replace(selection.at(selection.compare), second="")
        period = selection.compare.text.lower().replace("-", "")
        yield _column(data, there, after=f"_{period}")


def _column(data: Dataset, content: Selection, before: str = "", after: str = "") -> ValueColumn:
    indicator = as_measured(data.catalog.indicators[content.indicator], content.measure)
    is_figure = content.measure is Measure.VALUE
    figure = content.basis.value if is_figure else content.measure.value
    return ValueColumn(f"{before}{figure}", after, indicator, content)


def part_mask(data: Dataset) -> pd.Series:
    """Say for each row of `data.communes` whether its figures are those of a part of it."""
    if data.as_drawn is data or not data.is_put_together:
        return pd.Series(False, index=data.communes.index)
    return data.communes[FORMER_CODES] != data.as_drawn.communes[FORMER_CODES]


def as_counted_there(data: Dataset, features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return rows of `data.communes`, each with the shape and area of what its figures are of."""
    partly = part_mask(data)[features.index]
    if data.restatement is None or not partly.any():
        return features
    shapes = features.geometry.copy()
    for place, code in features.loc[partly, c.CODE].items():
        shapes[place] = data.restatement.shape_of_part(code)
    area = features[c.AREA_KM2].where(~partly, area_km2(shapes))
    return features.set_geometry(shapes).assign(**{c.AREA_KM2: area})


def part_columns(data: Dataset) -> dict[str, pd.Series]:
    """Return for each row of `data.communes` whether it is a part, and of how many communes.

    Nothing where communes are shown as they were.
    """
    if not data.is_put_together:
        return {}
    counts = data.communes[FORMER_CODES].str.split(BETWEEN).str.len()
    return {PART: part_mask(data), FORMER_COUNT: counts}


def codes_beside(data: Dataset, name: str, features: gpd.GeoDataFrame) -> dict[str, pd.Series]:
    """Return the codes that go with each feature of an export.

    Parameters
    ----------
    data
        What is shown.
    name
        One of `ONE_BY_ONE`; a district has no codes but its own.
    features
        The layer, with its `code`.

    Returns
    -------
    By column name (`codes_2023_04`, `codes_2025_07`) the codes, several joined by "; ".
    """
    if name == DISTRICTS:
        return {}
    if name == "communes":
        return _of_units(data, features)
    of_works = {"sites": _of_sites, "roads": _of_roads}[name](data)
    return {
        codes_column(vintage): features[c.CODE].map(codes).fillna("")
        for vintage, codes in of_works.items()
    }


def _of_units(data: Dataset, units: gpd.GeoDataFrame) -> dict[str, pd.Series]:
    """Return the codes of units; of a part of one, those of its own former communes."""
    codes = codes_by_vintage(data, units[c.CODE])
    if not data.is_put_together:
        return codes
    former = codes_column(vintages()[0])
    partly = part_mask(data)[units.index]
    return {**codes, former: codes[former].mask(partly, data.communes[FORMER_CODES])}


def _of_roads(data: Dataset) -> dict[str, pd.Series]:
    """Return by vintage and road the units that its pieces lie in."""
    return {
        vintage: shown_dataset(data.as_loaded, vintage)
        .road_list.set_index(c.ID)[c.COMMUNE_CODES]
        .map(BETWEEN.join)
        for vintage in vintages()
    }


def _of_sites(data: Dataset) -> dict[str, pd.Series]:
    """Return by vintage and site the unit that it lies in.

    Where its own unit is not known on a vintage, all that the unit of another one came from or
    became: a site given for a unit of 2025, without an exact point, lies in one of its communes.
    """
    loaded = data.as_loaded
    own = {
        vintage: shown_dataset(loaded, vintage).site_list.set_index(c.ID)[c.COMMUNE_CODE]
        for vintage in vintages()
    }
    found = dict(own)
    for vintage, other in product(own, own):
        kin = own[other].map(kin_of(loaded, other, vintage)).fillna("")
        codes = found[vintage]
        found[vintage] = codes.where(codes != "", kin.reindex(codes.index))
    return found


def region_columns(data: Dataset, year: int, regions: Iterable[str] = ()) -> dict[str, pd.Series]:
    """Return for units put together how much of each is in some regions; nothing for communes.

    With a filter by former district that is of the part that lay there.

    Parameters
    ----------
    data, year
        What is shown.
    regions
        Regions that are filtered by (`III`, `none` …); region III is told always.

    Returns
    -------
    By row of `data.communes` the number of former communes in a region, `region_iii_communes`, and
    the share of the households that live in them, `region_iii_households_pct`. The share is blank
    where the households of one of the former communes are not known, both without a list of
    regions for the year; the number also where a unit was put in a region itself.
    """
    if data.restatement is None or not data.is_put_together:
        return {}
    asked = dict.fromkeys((MOST_DIFFICULT, *regions))
    names = [f"region_{each.lower()}_{what}" for each in asked for what in (COMMUNES, PCT)]
    if not has_regions(data, year):
        return dict.fromkeys(names, pd.Series(np.nan, index=data.communes.index))
    given, made = _regions_of_units(data, data.restatement, year)
    # A decision for the unit itself overrules what its communes were: no part of it counts then.
    itself = given != made
    told = []
    for region in asked:
        listed = "" if region == NO_REGION else region
        count, percent = _of_former_communes(data, year, listed)
        whole = given.map({each: 100.0 * (each == listed) for each in ("", *REGIONS)})
        told += [count.mask(itself), percent.mask(itself, whole)]
    return dict(zip(names, told, strict=True))


def _of_former_communes(data: Dataset, year: int, region: str) -> tuple[pd.Series, pd.Series]:
    """Return number and share of households; zero where no former commune is in the region."""
    shares = data.region_shares(year)
    own = shares[shares[c.REGION] == region].set_index(c.CODE)
    codes = data.communes[c.CODE]
    has_any = codes.isin(own.index)
    count = codes.map(own["parts"]).astype(np.float64)
    percent = 100 * codes.map(own["share"]).astype(np.float64)
    return count.where(has_any, 0.0), percent.where(has_any, 0.0)


def _regions_of_units(
    data: Dataset, restatement: Restatement, year: int
) -> tuple[pd.Series, pd.Series]:
    """Return by row the region of each unit ("" = none), and that which its communes make up."""
    codes = data.communes[c.CODE]
    made = labels_on(restatement.regions(0, year), restatement.walk(0))
    given = codes.map(data.regions_in(year))
    return given.astype(object).fillna(""), codes.map(made).astype(object).fillna("")


def column_meanings(
    data: Dataset, selection: Selection, columns: Iterable[str], *, lang: Lang
) -> dict[str, str]:
    """Return what each column of an export holds; a column without a wording keeps its name."""
    known, figures = wordings(), dict[str, str]()
    for figure in value_columns(data, selection):
        figures |= figure.meanings(data, lang)
    return {
        name: t(f"exports_column_{name}", lang)
        if f"exports_column_{name}" in known
        else figures.get(name, name)
        for name in columns
    }


def fields(
    data: Dataset, selection: Selection, table: pd.DataFrame, *, lang: Lang
) -> tuple[Field, ...]:
    """Return what each column of an exported table holds, in its order."""
    figures = {each.name: each for each in value_columns(data, selection)}
    states = {each.state_name for each in figures.values()} | {c.STATE}
    meanings = column_meanings(data, selection, table.columns, lang=lang)
    found = []
    for name, meaning in meanings.items():
        endings = (unit for ending, unit in UNITS.items() if name.endswith(ending))
        unit = figures[name].indicator.unit.of(lang) if name in figures else next(endings, "")
        title, kind = meaning.removesuffix(f" ({unit})"), _kind(table[name], has_unit=bool(unit))
        if name in figures:
            meaning = f"{meaning}. {t('exports_blank', lang, column=figures[name].state_name)}"
            decimals = figures[name].indicator.decimals
            found.append(Field(name, kind, title, meaning, unit, decimals=decimals))
        elif name in states:
            words = "; ".join(f"{state}: {t(state, lang).lower()}" for state in State)
            found.append(Field(name, kind, title, f"{meaning} ({words})", choices=tuple(State)))
        else:
            # A wording goes on in brackets or behind a semicolon; that is not for a heading.
            title = re.split(r" \(|; ", title)[0]
            decimals = DECIMALS.get(unit, 0)
            found.append(Field(name, kind, title, meaning, unit, decimals=decimals))
    return tuple(found)


def _kind(column: pd.Series, *, has_unit: bool) -> str:
    if pd.api.types.is_bool_dtype(column):
        return "boolean"
    if pd.api.types.is_integer_dtype(column):
        return "integer"
    return "number" if pd.api.types.is_numeric_dtype(column) or has_unit else "string"
