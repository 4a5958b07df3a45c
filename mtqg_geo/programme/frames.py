"""Tables whose texts are Python objects."""

import numpy as np
import pandas as pd


def texts_as_objects(table: pd.DataFrame) -> pd.DataFrame:
    """Hold texts as Python objects: rows of them are taken ten times faster than from Arrow.

    Equal texts of a column are one object: a code that stands in each row is held once.
    """
    return table.assign(**{name: _shared(table[name]) for name in table.select_dtypes("str")})


def _shared(texts: pd.Series) -> pd.Series:
    numbers, different = pd.factorize(texts)
    objects = np.append(np.asarray(different, dtype=object), np.nan)  # the last stands for missing
    return pd.Series(objects[numbers], index=texts.index, dtype=object)
