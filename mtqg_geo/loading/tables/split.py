"""Money by source and kind: how a file says it, and that nothing is counted twice for it.

A commune may have several rows for one amount, which differ by source and kind and add up. An
amount that was loaded undivided and comes again divided would stand there twice, as a whole and in
parts: what was loaded is then set to zero by the same batch, and is back when that one is undone.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from mtqg_geo.loading.sheets.layout import word_reader
from mtqg_geo.loading.sheets.table import RowError
from mtqg_geo.loading.sheets.words import Reader, Reading, plain, refuse
from mtqg_geo.loading.tables.draft import Draft
from mtqg_geo.loading.tables.figures import AT, Figures
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.model import LANGUAGES, Mask
from mtqg_geo.programme.period import Period
from mtqg_geo.programme.tables import OBSERVATIONS, SPLIT
from mtqg_geo.programme.words import t

AMOUNT = [name for name in OBSERVATIONS.key if name not in SPLIT]  # what its parts have in common
UNDIVIDED = ("khong chia", "chua chia", "khong tach", "chua tach", "khong phan chia", "unsplit")
LOADED = "_loaded"
OF_LOADED = [f"{name}{LOADED}" for name in SPLIT]


def capital_reader(catalog: Catalog, column: str) -> Reader:
    """Return the reader of sources or kinds of money: "" for none, also said in words."""
    also = {word: part.code for part in catalog.capital[column].values() for word in part.words}
    read = word_reader(catalog, column, f"load_{column}", also)
    undivided = {*UNDIVIDED, *(plain(t("capital_none", lang)) for lang in LANGUAGES)}

    def reader(text: str) -> Reading:
        return Reading("") if plain(text) in undivided else read(text)

    return reader


def of_money_alone(figures: Figures, *, is_wide: bool) -> tuple[Figures, list[RowError]]:
    """Return the figures, those that are no money without a split; errors where one is given.

    A row of a wide table may name the source of its capital beside its other figures.
    """
    others = ~figures.where(lambda indicator: indicator.is_money)
    errors: list[RowError] = []
    for field in SPLIT:
        given = others & (figures.of(field) > 0)
        if not given.any():
            continue
        if not is_wide:
            errors += figures.errors(given, refuse(f"load_{field}_of"), field)
        codes = np.where(given, 0, figures.of(field))
        dtype = figures.frame[field].dtype
        figures = figures.assign(**{field: pd.Categorical.from_codes(codes, dtype=dtype)})
    return figures, errors


def without_doubles(
    figures: Figures, rows: pd.DataFrame, draft: Draft
) -> tuple[pd.DataFrame, list[RowError]]:
    """Return rows of the store, and those that set to zero what would be counted twice.

    Parameters
    ----------
    figures, rows
        The good figures of a table, and the same as rows of the store.
    draft
        What is loaded already.

    Returns
    -------
    The rows, further ones behind them; warnings, one of each kind.
    """
    money = figures.where(lambda indicator: indicator.is_money)
    divided = money & np.any([figures.of(field) > 0 for field in SPLIT], axis=0)
    # A million figures without a split, and none loaded, are not looked at any closer.
    if not divided.any() and not (money.any() and draft.data.observations.counts.is_split):
        return rows, []
    given = rows[money & ~np.isnan(figures.of(c.VALUE))]
    warnings: list[RowError] = []
    if _is_mixed(given):
        warnings += _warned(figures, _overlapping(given, given), "load_split_and_whole")
    loaded = _loaded(given, draft)
    if loaded.empty:
        return rows, warnings
    doubled = _overlapping(given, loaded)
    # What the file itself says of a key needs no zero.
    said = pd.MultiIndex.from_frame(given[[*OBSERVATIONS.key]].astype(object))
    doubled = doubled[~pd.MultiIndex.from_frame(doubled[[*AMOUNT, *OF_LOADED]]).isin(said)]
    warnings += _warned(figures, doubled, "load_split_replaces")
    zeros = rows.loc[doubled.index].assign(
        **{c.VALUE: 0.0},
        **{
            name: pd.Categorical(doubled[of_loaded], dtype=rows[name].dtype)
            for name, of_loaded in zip(SPLIT, OF_LOADED, strict=True)
        },
    )
    zeros = zeros[~zeros.duplicated([*OBSERVATIONS.key])]
    return pd.concat([rows, zeros], ignore_index=True), warnings


def _is_mixed(given: pd.DataFrame) -> bool:
    """Say whether some amounts are divided in a way in which others are not."""
    undivided = [(given[name] == "").to_numpy() for name in SPLIT]
    return any(each.any() and not each.all() for each in undivided)


def _loaded(given: pd.DataFrame, draft: Draft) -> pd.DataFrame:
    """Return what is loaded of the same indicators and years, but for zeros."""
    data = draft.data
    if data.is_illustrative is not draft.illustrative:  # the two never meet
        return given.iloc[:0]
    asked = {
        (indicator, Period.of(period).year)
        for indicator, period in given[[c.INDICATOR, c.PERIOD]].drop_duplicates().to_numpy()
    }
    parts = [data.observations.of(*each) for each in sorted(asked)]
    every = pd.concat(parts) if parts else given.iloc[:0]
    return every[(every[c.VALUE] != 0).to_numpy()]


def _overlapping(given: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Return rows given, each beside the split of another that may hold the same money.

    Public investment of any source overlaps with any kind of money of the central budget, but not
    with regular expenditure.
    """
    left = given[[*AMOUNT, *SPLIT]].astype(object).rename_axis(AT).reset_index()
    right = others[[*AMOUNT, *SPLIT]].astype(object)
    pairs = left.merge(right, on=AMOUNT, suffixes=("", LOADED)).set_index(AT)
    same = np.ones(len(pairs), dtype=bool)
    fits: Mask = np.ones(len(pairs), dtype=bool)
    for name in SPLIT:
        mine, other = pairs[name].to_numpy(), pairs[f"{name}{LOADED}"].to_numpy()
        same &= mine == other
        fits &= (mine == other) | (mine == "") | (other == "")
    return pairs[fits & ~same]


def _warned(figures: Figures, doubled: pd.DataFrame, code: str) -> Iterator[RowError]:
    """Yield a warning about all rows that something was found out about, in the first of them."""
    if not len(doubled):
        return
    first = doubled.iloc[int(np.argmin(doubled.index))]
    example = " · ".join(str(first[name]) for name in AMOUNT if first[name])
    count = len(doubled.drop_duplicates(AMOUNT))
    yield from figures.errors(
        np.arange(len(figures)) == first.name, refuse(code, count=count, example=example)
    )
