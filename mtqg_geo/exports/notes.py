"""What a file says about itself: where it comes from, how exact it is, what each column holds."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from mtqg_geo.dataset.boundary_sets import licence_text, source_text
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.exports.unit_columns import FORMER_COUNT, PART
from mtqg_geo.exports.value_columns import value_columns
from mtqg_geo.figures.selection import Selection
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.reference_systems import crs_label
from mtqg_geo.programme.words import t, wordings


def file_note(
    data: Dataset,
    name: str,
    *,
    stem: str,
    is_illustrative: bool,
    crs: str,
    lang: Lang,
    remarks: Iterable[str] = (),
) -> str:
    """Return what a file says of its layer, in one paragraph.

    Parameters
    ----------
    data
        Where the boundaries come from.
    name, stem
        The layer, and the name of its file, which says what was selected.
    is_illustrative
        Whether any of its figures is made up as an example.
    crs
        Reference system of the file.
    lang
        Language of the words.
    remarks
        Wordings of what else has to be known to read it; see `remarks_on`.
    """
    boundaries = data.boundary_set
    figures = "exports_illustrative" if is_illustrative else "exports_real"
    sentences = [
        t("exports_note_layer", lang, layer=t(f"exports_layer_{name}", lang), stem=stem),
        t(figures, lang),
        t(
            "exports_note_boundaries",
            lang,
            vintage=boundaries.vintage,
            accuracy=_accuracy(boundaries.accuracy, lang),
            name=boundaries.name,
            source=source_text(boundaries, lang) or "–",
            licence=licence_text(boundaries, lang) or "–",
        ),
        t("exports_note_crs", lang, crs=f"{crs_label(crs)} ({crs})"),
        *(t(remark, lang) for remark in remarks),
    ]
    return " ".join(sentences)


def remarks_on(features: pd.DataFrame) -> tuple[str, ...]:
    """Return the wordings without which the rows of a layer could be misread."""
    needed = {
        "exports_note_blanks": c.STATE in features,
        "exports_note_regions": FORMER_COUNT in features,
        "exports_note_parts": PART in features and bool(features[PART].any()),
    }
    return tuple(remark for remark, is_needed in needed.items() if is_needed)


def column_meanings(
    data: Dataset, selection: Selection, columns: Iterable[str], *, lang: Lang
) -> dict[str, str]:
    """Return what each column of an export holds; a column without a wording keeps its name."""
    known = wordings()
    figures: dict[str, str] = {}
    for figure in value_columns(data, selection):
        figures |= figure.meanings(data, lang)
    meanings = {}
    for name in columns:
        if f"exports_column_{name}" in known:
            meanings[name] = t(f"exports_column_{name}", lang)
        else:
            meanings[name] = figures.get(name, name)
    return meanings


def _accuracy(accuracy: str, lang: Lang) -> str:
    """Return how exact boundaries are in words; as it is catalogued, if there are none."""
    key = f"accuracy_{accuracy}"
    return t(key, lang).lower() if key in wordings() else accuracy
