"""The list of regions I, II and III: which commune, by which decision, from when to when."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.loading.communes.places import periods_read
from mtqg_geo.loading.sheets import words
from mtqg_geo.loading.sheets.table import Table
from mtqg_geo.loading.tables.draft import Draft
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.tables import KINDS

READERS: dict[str, words.Reader] = {
    c.REGION: words.read_region,
    c.VALID_FROM: words.required(words.read_date, "load_valid_from_missing"),
    c.VALID_TO: words.read_date,
    c.DECISION: words.required(words.read_text, "load_decision_missing"),
}


def read_regions(draft: Draft) -> Table:
    """Read the regions of a sheet; a commune without any entry is on no list and passed over.

    Codes are those of the day from which a decision holds.

    Raises
    ------
    LoadError
        `list_other_vintage` if the list is written for units that came after its days.
    """
    draft.keep(draft.rows.filled_in(READERS))
    starts = draft.rows.read(c.VALID_FROM, READERS[c.VALID_FROM])
    codes = draft.communes(periods_read(starts.values))
    columns = {field: draft.read(field, reader) for field, reader in READERS.items()}
    start, end = (pd.Series(columns[field]).fillna("") for field in (c.VALID_FROM, c.VALID_TO))
    reversed_dates = np.asarray((end != "") & (start != "") & (end < start), dtype=bool)
    draft.refuse(reversed_dates, c.VALID_TO, words.refuse("load_dates_reversed"))
    good = draft.good({c.COMMUNE_CODE: codes, **columns, c.SOURCE: draft.sources()})
    return draft.table(good)


def with_list_ahead(data: Dataset, read: Sequence[Table], *, illustrative: bool) -> Dataset:
    """Return the data with the list that will be in force once a file is loaded.

    Figures are judged by it: the first real file hides the illustrative list along with everything
    else that is illustrative, and a list in the same file counts at once.

    Parameters
    ----------
    data
        What is loaded so far.
    read
        The lists the file holds.
    illustrative
        Whether the file itself is made up as an example.
    """
    region = KINDS["region"]
    names = [*region.columns]
    hides = data.is_illustrative and not illustrative
    kept = data.regions.iloc[:0] if hides else data.regions
    every = pd.concat([kept[names], *(table.rows[names] for table in read)], ignore_index=True)
    return replace(data, regions=every.drop_duplicates([*region.key], keep="last"))
