"""Which communes a report of many pages prints: those of the programme, or all if asked for."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.regions import region_class
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.values import commune_regions
from mtqg_geo.programme.model import Mask
from mtqg_geo.programme.words import number, t
from mtqg_geo.report.setup import Setup

FIRST = ("III", "mixed_III")


class PrintedCommunes(NamedTuple):
    """The communes printed, by row of the data, and what is said of those left out."""

    among: Mask
    note: str


def printed_communes(data: Dataset, selection: Selection, setup: Setup) -> PrintedCommunes:
    """Return the communes of a selection that are printed.

    Wards outside the programme have no plan, no capital and no works: of 209 communes 136 would be
    empty pages. They are printed where they are asked for by name, or where nothing else is left.
    """
    among = selection.commune_mask(data)
    inside = among & commune_regions(data, selection.year).notna().to_numpy()
    left_out = int(among.sum() - inside.sum())
    if setup.everywhere or selection.communes or not left_out or not inside.any():
        return PrintedCommunes(among, "")
    lang = setup.lang
    counts = {"shown": number(int(inside.sum()), lang), "count": number(left_out, lang)}
    return PrintedCommunes(inside, t("report_others_left_out", lang, **counts))


def difficult_first(communes: pd.DataFrame, regions: pd.Series) -> pd.DataFrame:
    """Return communes with those of region III first, then units partly in it; else as they are.

    >>> communes = pd.DataFrame({"name": ["An", "Ba", "Cam"]})
    >>> difficult_first(communes, pd.Series(["I", "I–III", "III"]))["name"].tolist()
    ['Cam', 'Ba', 'An']
    """
    ranks = [FIRST.index(kind) if (kind := region_class(each or "")) in FIRST else len(FIRST)
             for each in regions]  # fmt: skip
    return communes.iloc[np.argsort(ranks, kind="stable")]
