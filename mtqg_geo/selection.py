"""The one `Selection`: what page widgets, a URL, a command line and an HTTP query have chosen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mtqg_geo import columns as c
from mtqg_geo.datasets import Dataset
from mtqg_geo.labels import t
from mtqg_geo.model import Basis, Indicator, Lang, Mask, Status

DEFAULT_INDICATOR = "region"


@dataclass(frozen=True)
class Selection:
    """What is filtered. An empty tuple means "all"."""

    year: int
    vintage: str
    indicator: str = DEFAULT_INDICATOR
    basis: Basis = Basis.ACTUAL
    districts: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    communes: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = ()

    def query(self, data: Dataset) -> dict[str, list[str]]:
        """Return the query parameters that reproduce this selection, defaults left out."""
        plain = default_selection(data)
        indicator = data.catalog.indicators[self.indicator]
        parameters = {
            "district": list(self.districts),
            "project": list(self.projects),
            "commune": list(self.communes),
            "status": [status.value for status in self.statuses],
            "year": [str(self.year)] if self.year != plain.year else [],
            "indicator": [self.indicator] if self.indicator != plain.indicator else [],
            "basis": [self.basis.value] if self.basis != indicator.default_basis else [],
            "vintage": [self.vintage] if self.vintage != plain.vintage else [],
        }
        return {name: values for name, values in parameters.items() if values}

    def without_status(self) -> Selection:
        """Return the same selection with works of any status: what was planned for it."""
        return replace(self, statuses=()) if self.statuses else self

    def commune_mask(self, data: Dataset) -> Mask:
        """Say for each commune whether it lies in the chosen districts and communes."""
        communes = data.commune_list
        return chosen_rows(communes, {c.DISTRICT_CODE: self.districts, c.CODE: self.communes})

    def work_mask(self, data: Dataset, works: pd.DataFrame) -> Mask:
        """Say for each site or road whether project, year and status are chosen (place aside)."""
        wanted = {
            c.YEAR: (self.year,),
            c.PROJECT: data.catalog.with_children(self.projects),
            c.STATUS: [status.value for status in self.statuses],
        }
        return chosen_rows(works, wanted)


def chosen_rows(table: pd.DataFrame, wanted: Mapping[str, Collection[object]]) -> Mask:
    """Say for each row whether every column holds a wanted value; nothing wanted takes all."""
    mask = np.ones(len(table), dtype=bool)
    for column, values in wanted.items():
        if values:
            mask &= table[column].isin(values).to_numpy()
    return mask


def default_selection(data: Dataset) -> Selection:
    """Return what a first visit shows."""
    indicator = data.catalog.indicators[DEFAULT_INDICATOR]
    return Selection(
        year=data.catalog.programme.default_year,
        vintage=data.boundary_set.vintage,
        indicator=indicator.id,
        basis=indicator.default_basis,
    )


Query = Mapping[str, Sequence[str]]


def parse_selection(
    query: Query, data: Dataset, *, lang: Lang = "vi"
) -> tuple[Selection, tuple[str, ...]]:
    """Read a selection from query parameters.

    Parameters
    ----------
    query
        Lists of texts by parameter name; a text may also hold several values joined by commas.
    data
        What exists and can therefore be chosen.
    lang
        Language of the problem sentences.

    Returns
    -------
    The selection made of everything that exists, and one sentence for each thing that does not.
    """
    reader = _Reader(query, data, lang)
    plain = default_selection(data)
    indicator = data.catalog.indicators[
        reader.one("indicator", data.catalog.indicators, plain.indicator)
    ]
    selection = replace(
        plain,
        year=int(reader.one("year", map(str, data.years), str(plain.year))),
        vintage=reader.one("vintage", [plain.vintage], plain.vintage),
        indicator=indicator.id,
        basis=reader.basis(indicator),
        districts=reader.many("district", data.districts[c.CODE]),
        projects=reader.many("project", data.catalog.projects),
        communes=reader.many("commune", data.communes[c.CODE]),
        statuses=tuple(Status(s) for s in reader.many("status", [s.value for s in Status])),
    )
    return selection, tuple(reader.problems)


PARAMETERS = frozenset(
    ("district", "project", "commune", "status", "year", "indicator", "basis", "vintage", "lang")
)


def unknown_parameters(
    query: Query, *, lang: Lang, also: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """Say which parameter does not exist: a misspelt filter would show more than was asked for."""
    strange = sorted(set(query) - PARAMETERS - also)
    if not strange:
        return ()
    known = ", ".join(sorted(PARAMETERS))
    return (t("unknown_parameter", lang, example=strange[0][:40], known=known),)


class _Reader:
    """Takes values out of a query and notes what does not exist."""

    def __init__(self, query: Query, data: Dataset, lang: Lang) -> None:
        self.query, self.data, self.lang = query, data, lang
        self.problems: list[str] = []

    def _values(self, name: str) -> list[str]:
        texts = (part.strip() for text in self.query.get(name, []) for part in text.split(","))
        return list(dict.fromkeys(text for text in texts if text))

    def _complain(self, name: str, values: Sequence[str], known: Sequence[str]) -> None:
        sentence = t(
            f"unknown_{name}",
            self.lang,
            count=len(values),
            example=values[0][:40],
            known=", ".join(known[:4]) + (" …" if len(known) > 4 else ""),
        )
        self.problems.append(sentence.replace("….", "…"))

    def many(self, name: str, known: Iterable[str]) -> tuple[str, ...]:
        """Return the known values in the order given; complain once about all the others."""
        order = list(known)
        exists = set(order)
        values = self._values(name)
        unknown = [value for value in values if value not in exists]
        if unknown:
            self._complain(name, unknown, order)
        return tuple(value for value in values if value in exists)

    def one(self, name: str, known: Iterable[str], default: str) -> str:
        """Return the last known value of a parameter that takes one."""
        chosen = self.many(name, known)
        return chosen[-1] if chosen else default

    def basis(self, indicator: Indicator) -> Basis:
        """Return the basis, which must be one the indicator is reported on."""
        chosen = Basis(self.one("basis", [b.value for b in Basis], indicator.default_basis.value))
        if chosen in indicator.bases:
            return chosen
        self.problems.append(
            t(
                "basis_not_of_indicator",
                self.lang,
                basis=t(f"basis_{chosen.value}", self.lang),
                indicator=indicator.short.of(self.lang),
                known=", ".join(t(f"basis_{b.value}", self.lang) for b in indicator.bases),
            )
        )
        return indicator.default_basis
