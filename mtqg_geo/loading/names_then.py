"""What the commune of a code was called in the period that a row speaks of."""

from __future__ import annotations

import pandas as pd

from mtqg_geo.communes.codes import explain_code
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.loading.communes import Unit
from mtqg_geo.loading.meanings import Communes, DatedLists, communes_of


def names_then(data: Dataset, codes: pd.Series, periods: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return name and district of each code in its period; of a merged unit those it last had."""
    communes = communes_of(data)
    eras = periods.map({each: communes.era(each) for each in periods.unique()})
    pairs = pd.DataFrame({"code": codes, "era": eras, "period": periods})
    known = pairs.drop_duplicates(["code", "era"])
    units = {
        (code, era): _unit_then(communes, code, period)
        for code, era, period in known.itertuples(index=False, name=None)
    }
    found = [units[pair] for pair in zip(codes, eras, strict=True)]
    names = pd.Series([unit.name for unit in found], index=codes.index, dtype=object)
    return names, pd.Series([unit.district for unit in found], index=codes.index, dtype=object)


def _unit_then(communes: Communes, code: str, period: str) -> Unit:
    nobody = Unit(code, "", "")
    unit = communes.register(period).by_code.get(code)
    if unit is not None or not isinstance(communes, DatedLists):
        return unit or nobody
    note = explain_code(code, period, lineage=communes.lineage)
    return communes.register(note.since or period).by_code.get(code, nobody)
