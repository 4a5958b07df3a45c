"""What storing a file would change, by name: old and new, and how far apart, largest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.crs import WGS84
from geo.measure import distance_m, length_km
from mtqg_geo.communes.lineage import named
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.loading.communes.meanings import names_then
from mtqg_geo.loading.sheets.layout import GEOMETRY, answer_words, heading, period_word
from mtqg_geo.loading.sheets.table import ROW, SHEET, TableKind
from mtqg_geo.loading.sheets.words import plain
from mtqg_geo.loading.tables.works import distance_words
from mtqg_geo.loading.upload import Upload
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import MILLION, scale, unit
from mtqg_geo.programme.model import Lang, Status
from mtqg_geo.programme.period import date_words
from mtqg_geo.programme.tables import CHANGE, FROM_NAME, KINDS, SHARE, SPLIT, TO_NAME
from mtqg_geo.programme.words import MOST_DECIMALS, number, t
from mtqg_geo.store.comparing import COLUMN, NEW, OLD, Comparison

# What becomes of a value: there was none, it is another one, it is no longer there.
ADDED, CHANGED, GONE = "added", "changed", "gone"
WHATS = (ADDED, CHANGED, GONE)
WHAT, OF, ITEM, UNIT = "what", "of", "item", "unit"
DIFFERENCE, PERCENT = "difference", "percent"
NUMBERS = (OLD, NEW, DIFFERENCE, PERCENT)
MOST_LISTED = 10


@dataclass(frozen=True, eq=False)
class ChangeTable:
    """What would change in a kind of table.

    Attributes
    ----------
    kind
        Of which table.
    total
        How many values that are; of very many only the largest are among the rows.
    rows
        A row per value, in words: `what` (of `WHATS`), of which commune, indicator, work … it is,
        `old` and `new`, their `difference`, and the row of the file. Figures are numbers.
    """

    kind: TableKind
    total: int
    rows: pd.DataFrame

    @property
    def whats(self) -> tuple[str, ...]:
        """Which kinds of change there are."""
        there = set(self.rows[WHAT])
        return tuple(what for what in WHATS if what in there)

    @property
    def has_numbers(self) -> bool:
        """Whether old and new are numbers, and not words."""
        return PERCENT in self.rows

    def only(self, what: str = "", text: str = "") -> ChangeTable:
        """Return the changes of a kind whose words hold a text, with or without accents."""
        rows = self.rows
        if what:
            rows = rows[rows[WHAT] == what]
        for word in plain(text).split():
            held = np.zeros(len(rows), dtype=bool)
            for name in rows.columns.difference([WHAT, *NUMBERS, ROW]):
                known = {each: word in plain(str(each)) for each in rows[name].unique()}
                held |= rows[name].map(known).to_numpy(bool)
            rows = rows[held]
        return replace(self, rows=rows)

    def worded(self, lang: Lang) -> pd.DataFrame:
        """Return the rows below the headings a reader sees."""
        rows = self.rows.assign(
            **{WHAT: self.rows[WHAT].map({what: t(f"change_{what}", lang) for what in WHATS})}
        )
        return rows.rename(columns={name: t(f"change_column_{name}", lang) for name in rows})


def change_tables(upload: Upload, data: Dataset, lang: Lang) -> tuple[ChangeTable, ...]:
    """Return what storing a file would change, a table a kind; none while there is no store."""
    tables = []
    for name, found in upload.comparison.items():
        kind: TableKind = next(each.kind for each in upload.tables if each.kind == name)
        listed = _listed(found)
        if listed.empty:
            continue
        rows = (
            _figures(listed, data, lang)
            if kind == "observations"
            else _texts(kind, listed, upload.good[kind], data, lang)
        )
        tables.append(ChangeTable(kind, found.new + found.changed, rows))
    return tuple(tables)


def change_lines(tables: Sequence[ChangeTable], lang: Lang) -> Iterator[str]:
    """Yield the largest changes, a line each; what is new is only counted."""
    for table in tables:
        rows = table.rows[table.rows[WHAT] != ADDED]
        if rows.empty:
            continue
        yield t("loading_changes", lang, kind=t(f"loading_kind_{table.kind}", lang))
        for row in rows.head(MOST_LISTED).to_dict("records"):
            yield f"  {_line(row, lang)}"
        if len(rows) > MOST_LISTED:
            yield "  " + t("loading_more", lang, count=number(len(rows) - MOST_LISTED, lang))


def becomes(new: object) -> str:
    """Say what becomes of a value that is there: another one, or none."""
    return GONE if pd.isna(new) or new == "" else CHANGED


def exact(value: float, lang: Lang) -> str:
    """Write a number with the decimals it has, and a dash where there is none.

    >>> exact(1234.5, "vi"), exact(12, "vi"), exact(0.1 + 0.2, "vi"), exact(float("nan"), "vi")
    ('1.234,5', '12', '0,3', '–')
    """
    decimals = next(
        (each for each in range(MOST_DECIMALS) if abs(round(value, each) - value) < 1e-9),
        MOST_DECIMALS,
    )
    return number(value, lang, decimals=decimals)


def signed(value: float, lang: Lang) -> str:
    """Write by how much a number is larger or smaller: `+2`, `-2`."""
    return f"+{exact(value, lang)}" if value > 0 else exact(value, lang)


def whole_percent(value: float, lang: Lang) -> str:
    """Write a change in percent, whole: `+50`."""
    return signed(float(np.round(value)), lang)


def _line(row: Mapping[str, object], lang: Lang) -> str:
    of = (c.COMMUNE, OF, c.INDICATOR, c.BASIS, c.PERIOD, c.PROJECT, ITEM)
    who = " · ".join(str(row[name]) for name in of if row.get(name))
    old, new = (
        exact(value, lang) if isinstance(value := row[name], float) else value
        for name in (OLD, NEW)
    )
    apart = row[DIFFERENCE]
    apart = signed(apart, lang) if isinstance(apart, float) else apart
    behind = f" {row[UNIT]}" if row.get(UNIT) else ""
    if row[WHAT] == GONE:
        return f"{who}: {old}{behind} → {t('change_gone', lang).lower()}"
    return f"{who}: {old} → {new}{behind}" + (f" ({apart})" if apart not in ("", "–") else "")


def _listed(found: Comparison) -> pd.DataFrame:
    """Return changed values and new rows as one table, each with what becomes of it."""
    changes = found.changes.assign(**{WHAT: found.changes[NEW].map(becomes)})
    additions = found.additions.assign(**{WHAT: ADDED})
    parts = [part for part in (changes, additions) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else changes


def _figures(listed: pd.DataFrame, data: Dataset, lang: Lang) -> pd.DataFrame:
    """Return figures by name; what changes most comes first, then what is new.

    How much that is, is told by what is common of an indicator: ten households more or less are
    much where most communes have five, and ten million đồng are little where they have billions.
    """
    catalog = data.catalog
    of = {name: catalog.indicators[name] for name in listed[c.INDICATOR].unique()}
    factor = listed[c.INDICATOR].map({name: scale(each) for name, each in of.items()}).astype(float)
    values = listed.reindex(columns=[OLD, NEW, c.VALUE]).astype(float).div(factor, axis=0)
    old = values[OLD]
    new = values[NEW].where(listed[WHAT] != ADDED, values[c.VALUE])
    difference = new - old
    common = (
        pd.concat([old.abs(), new.abs()], axis=1)
        .max(axis=1)
        .groupby([listed[c.INDICATOR], listed[c.BASIS]])
        .transform("median")
    )
    size = difference.abs().fillna(old.abs()) / common.where(common > 0)
    names, districts = names_then(data, listed[c.COMMUNE_CODE], listed[c.PERIOD])
    words = answer_words(catalog, lang)
    shorts = {name: each.short.of(lang) for name, each in of.items()}
    units = {name: unit(each, lang) for name, each in of.items()}
    parts = [listed[c.PROJECT], *(listed[name].replace(words[name]) for name in SPLIT)]
    rows = pd.DataFrame(
        {
            c.COMMUNE: names.where(names != "", listed[c.COMMUNE_CODE]),
            c.INDICATOR: listed[c.INDICATOR].map(shorts),
            c.BASIS: listed[c.BASIS].map(words[c.BASIS]),
            c.PERIOD: listed[c.PERIOD].map(lambda period: period_word(period, lang)),
            OLD: old,
            NEW: new,
            DIFFERENCE: difference,
            PERCENT: 100 * difference / old.abs().where(old != 0),
            UNIT: listed[c.INDICATOR].map(units),
            c.PROJECT: [" · ".join(filter(None, each)) for each in zip(*parts, strict=True)],
            c.DISTRICT: districts,
            WHAT: listed[WHAT],
            SHEET: listed[SHEET],
            ROW: listed[ROW],
        }
    )
    order = size.where(listed[WHAT] != ADDED, -1.0).fillna(0.0)
    return rows.loc[order.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def _texts(
    kind: TableKind, listed: pd.DataFrame, good: pd.DataFrame, data: Dataset, lang: Lang
) -> pd.DataFrame:
    """Return sites, roads, regions and changes of units by name, a row per value that changes."""
    key = list(KINDS[kind].key)
    good = _named(kind, good, data)
    named = listed[key].merge(good, on=key, how="left")
    write = _writer(data, named, lang)
    rows: list[dict[str, object]] = []
    moved: set[str] = set()
    for each, row in zip(listed.to_dict("records"), named.to_dict("records"), strict=True):
        field = each.get(COLUMN)
        if each[WHAT] == ADDED:
            words = (write(name, each[name]) for name in TOLD_OF_NEW[kind])
            said: dict[str, object] = {NEW: " · ".join(filter(None, words))}
        elif field in (c.LON, c.LAT):
            if row[c.ID] in moved:  # a place is one thing that moves, not two numbers
                continue
            moved.add(row[c.ID])
            here = listed[listed[c.ID] == row[c.ID]].set_index(COLUMN)[OLD]
            said = _place({name: here.get(name, row[name]) for name in (c.LON, c.LAT)}, row, lang)
        elif field == GEOMETRY:
            said = _shape(each, lang)
        elif field == c.DISTRICT_CODE:  # follows from the commune
            continue
        else:
            said = {ITEM: heading(kind, str(field), lang)}
            said |= {name: write(str(field), each[name]) for name in (OLD, NEW)}
            if field == c.COST_VND and each[WHAT] == CHANGED and each[OLD] is not None:
                said[DIFFERENCE] = signed((each[NEW] - each[OLD]) / MILLION, lang)
        rows.append(
            {name: row.get(name) for name in (OF, c.COMMUNE)}
            | dict.fromkeys((ITEM, OLD, NEW, DIFFERENCE), "")
            | {name: each[name] for name in (WHAT, SHEET, ROW)}
            | said
        )
    names = [OF, c.COMMUNE, ITEM, OLD, NEW, DIFFERENCE, WHAT, SHEET, ROW]
    return pd.DataFrame(rows, columns=names).dropna(axis=1, how="all")


# What is said of a row that is new.
TOLD_OF_NEW: Mapping[str, tuple[str, ...]] = {
    "sites": (c.FACILITY, c.PROJECT, c.YEAR, c.STATUS),
    "roads": (c.PROJECT, c.YEAR, c.STATUS, c.SURFACE),
    "region": (c.REGION, c.DECISION),
    "lineage": (CHANGE, SHARE),
}


def _named(kind: TableKind, good: pd.DataFrame, data: Dataset) -> pd.DataFrame:
    """Return the rows of a file with what they are of, and in which commune that is."""
    if kind == "lineage":
        links = named(good)
        return links.assign(**{OF: links[FROM_NAME] + " → " + links[TO_NAME]})
    found = good.assign(**{OF: good.get(c.NAME)})
    if c.COMMUNE_CODE in good:
        dated = c.VALID_FROM if kind == "region" else c.YEAR
        names, _ = names_then(data, good[c.COMMUNE_CODE], good[dated].astype(str))
        found = found.assign(**{c.COMMUNE: names})
    return found


def _writer(data: Dataset, named: pd.DataFrame, lang: Lang) -> Callable[[str, object], str]:
    """Return how a value of a column is written: codes as words."""
    words = answer_words(data.catalog, lang)
    communes = dict(zip(data.commune_list[c.CODE], data.commune_list[c.NAME], strict=True))
    if c.COMMUNE_CODE in named:
        communes |= dict(zip(named[c.COMMUNE_CODE], named[c.COMMUNE], strict=True))

    def write(field: str, value: object) -> str:
        if field == c.STATUS and not value:
            value = Status.NOT_REPORTED.value
        if value is None or value == "":
            return "–"
        if field == c.COMMUNE_CODE:
            return str(communes.get(str(value), value))
        if field == c.YEAR:
            return str(value)
        if field in (c.STARTED_ON, c.COMPLETED_ON):
            return date_words(str(value), lang)
        if isinstance(value, float):
            return exact(value / MILLION if field == c.COST_VND else value, lang)
        return words.get(field, {}).get(str(value), str(value))

    return write


def _place(old: Mapping[str, Any], new: Mapping[str, Any], lang: Lang) -> dict[str, object]:
    """Return how a site moves: both places in degrees, and how far it is."""
    places = [[np.float64(each[name]) for name in (c.LON, c.LAT)] for each in (old, new)]
    written = ["; ".join(exact(float(degrees), lang) for degrees in place) for place in places]
    metres = float(distance_m(*places[0], *places[1]))
    said = {OLD: written[0], NEW: written[1], DIFFERENCE: distance_words(metres / 1000).of(lang)}
    return {ITEM: t("change_place", lang), **said}


def _shape(change: Mapping[str, object], lang: Lang) -> dict[str, object]:
    """Return how the line of a road changes: its lengths, which is what is counted of it."""
    lines = gpd.GeoSeries.from_wkb([change[OLD], change[NEW]], crs=WGS84)
    old, new = (round(float(km), 2) for km in length_km(lines))
    apart = f"{signed(round(new - old, 2), lang)} km"
    said = {OLD: f"{exact(old, lang)} km", NEW: f"{exact(new, lang)} km", DIFFERENCE: apart}
    return {ITEM: t("change_line", lang), **said}
