"""Features on a page for people: numbers, dates and codes as the other pages write them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mtqg_geo.exports.columns import Field
from mtqg_geo.exports.workbook import cell_words
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import number, percent, t


@dataclass(frozen=True)
class Cells:
    """How the properties of a layer's features are written.

    Attributes
    ----------
    columns
        What each of them holds.
    catalog
        Names what stands there as a code.
    """

    columns: tuple[Field, ...]
    catalog: Catalog
    lang: Lang

    @cached_property
    def _words(self) -> Mapping[str, Any]:
        return cell_words(self.catalog, self.lang)

    def text(self, column: Field, value: Any) -> str:
        """Write a property: 0.30000000000000004 km as `0,30`, what is not known as a dash."""
        if column.name in self._words and value is not None:
            return str(self._words[column.name](value))
        if column.choices:
            return t(value, self.lang)
        match value:
            case None:
                return "–"
            case bool():
                return t("ogc_yes" if value else "ogc_no", self.lang)
            case int() if column.kind == "integer":
                return str(value)  # a year has no thousands
            case int() | float():
                write = percent if column.unit == "%" else number
                return write(value, self.lang, decimals=column.decimals)
            case list():
                return "; ".join(value)
        return str(value)
