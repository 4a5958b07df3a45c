"""Amounts as they are read: values of an indicator with its unit; money in millions or billions."""

import math

import numpy as np
from numpy.typing import NDArray

from mtqg_geo.programme.model import Indicator, Lang, State
from mtqg_geo.programme.words import (
    all_as_written,
    all_percent_as_written,
    number,
    percent,
    says_one,
    t,
)

BILLION, MILLION = 1_000_000_000, 1_000_000


def money(value_vnd: float | None, lang: Lang) -> str:
    """Write an amount in billions, or in millions when it is small.

    >>> money(635_000_000_000, "vi"), money(12_000_000, "vi")
    ('635,0 tỷ đồng', '12 triệu đồng')
    """
    if value_vnd is None or not math.isfinite(value_vnd):
        return "–"
    if abs(value_vnd) >= BILLION:
        return f"{number(value_vnd / BILLION, lang, decimals=1)} {t('billion_vnd', lang)}"
    return f"{number(value_vnd / MILLION, lang, decimals=0)} {t('million_vnd', lang)}"


def scale(indicator: Indicator) -> float:
    """Return by what a value is divided for reading: money is read in millions of VND."""
    return MILLION if indicator.is_money else 1


def shown_decimals(indicator: Indicator) -> int:
    """Return with how many decimals a value is read."""
    # Money has no decimals in đồng, but one in the millions it is read in.
    return 1 if scale(indicator) != 1 else indicator.decimals


def unit(indicator: Indicator, lang: Lang, *, behind: str = "") -> str:
    """Return the unit in which values of the indicator are read.

    `behind` is the written number it stands behind: an English unit has no s behind a one.
    """
    if indicator.is_money:
        return t("million_vnd", lang)
    if lang == "en" and says_one(behind):
        return indicator.unit_one_en or indicator.unit.en
    return indicator.unit.of(lang)


def is_percent(indicator: Indicator) -> bool:
    """Say whether values of the indicator are percentages, which are not all before they are."""
    return indicator.unit.en == "%"


def amount(value: float | None, indicator: Indicator, lang: Lang) -> str:
    """Write a value of the indicator without its unit."""
    if value is None or not math.isfinite(value):
        return "–"
    write = percent if is_percent(indicator) else number
    return write(value / scale(indicator), lang, decimals=shown_decimals(indicator))


def as_read(values: NDArray[np.float64], indicator: Indicator) -> NDArray[np.float64]:
    """Return values in the unit of the legend, rounded to what the reader sees of them."""
    as_written = all_percent_as_written if is_percent(indicator) else all_as_written
    return np.asarray(as_written(values / scale(indicator), shown_decimals(indicator)))


def value_words(value: float, state: object, indicator: Indicator, lang: Lang) -> str:
    """Write a value without its unit, and that it is of a part only, where it is."""
    words = amount(value, indicator, lang)
    return t("partly_value", lang, value=words) if state == State.PARTLY_REPORTED else words


def with_unit(value: float | None, indicator: Indicator, lang: Lang) -> str:
    """Write a value of the indicator with its unit; money in the larger of its two units."""
    if indicator.is_money:
        return money(value, lang)
    text = amount(value, indicator, lang)
    if value is None or not math.isfinite(value):
        return text  # what is not known has no unit
    return f"{text} {unit(indicator, lang, behind=text)}"
