"""Words and numbers as a Vietnamese official (or an English reader) writes them."""

import errno
import math
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from geo.errors import GeoError
from geo.sentences import SENTENCES
from mtqg_geo.programme.errors import MtqgError
from mtqg_geo.programme.model import LANGUAGES, Lang, Text

WORDING = Path(__file__).parent / "wording"
NOISE = 1e-9
HALF = 0.5 + NOISE  # 0.285 is stored as a little less than it says
MOST_DECIMALS = 6
KM_DECIMALS = 2  # lengths of road, wherever they are written
SWAPPED = str.maketrans(",.", ".,")  # the marks of numbers, English to Vietnamese
ONE = re.compile(r"(?<![\d.,])1$")  # how a text that says one ends: "1", "at least 1", not "2,1"
ONE_OR_MANY = re.compile(r"\{(\w+)\|([^{}|]*)\|([^{}|]*)\}")


@cache
def wordings() -> dict[str, Text]:
    """Return every wording of the interface by key, from `wording/labels*.toml`.

    Raises
    ------
    ValueError
        If two files word the same key: a mistake of ours, found by the tests.
    """
    texts: dict[str, Text] = {}
    for path in sorted(WORDING.glob("labels*.toml")):
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
        if twice := texts.keys() & entries.keys():
            msg = f"{path.name} words {sorted(twice)} again."
            raise ValueError(msg)
        texts |= {key: Text(entry["vi"], entry["en"]) for key, entry in entries.items()}
    return texts


def t(key: str, lang: Lang, **values: object) -> str:
    """Return the wording of `key`, with `{placeholders}` filled in.

    `{count|commune|communes}` is the word that goes with the number filled in for `count`:

    >>> t("legend_count", "en", count=1), t("legend_count", "en", count=2)
    ('1 commune', '2 communes')

    Raises
    ------
    KeyError
        If there is no such wording: a mistake of ours, found by the tests.
    """
    text = wordings()[key].of(lang)
    if "|" in text:
        text = ONE_OR_MANY.sub(lambda word: _agreeing(word, values), text)
    return text.format(**values)


def _agreeing(word: re.Match[str], values: Mapping[str, object]) -> str:
    name, of_one, of_many = word.groups()
    return of_one if says_one(str(values[name])) else of_many


def says_one(number: str) -> bool:
    """Say whether a written number is one, so that an English noun behind it has no s.

    >>> [says_one(text) for text in ("1", "at least 1", "11", "2,1", "0.1")]
    [True, True, False, False, False]
    """
    return bool(ONE.search(number))


def within(text: str) -> str:
    """Write a text so that it may stand inside a sentence; a numeral in it keeps its letters.

    >>> within("Thực hiện đến hết quý II/2023")
    'thực hiện đến hết quý II/2023'
    """
    return text[:1].lower() + text[1:]


def rounded(value: float, decimals: int) -> float:
    """Round half away from zero, as a spreadsheet does: 112,5 % is read as 113 %.

    >>> rounded(112.5, 0), round(112.5), rounded(-0.04, 1)
    (113.0, 112, 0.0)
    """
    size: float = 10**decimals
    whole = math.floor(abs(value) * size + HALF) / size
    return -whole if value < 0 and whole else whole  # never "-0"


def all_as_written(values: NDArray[np.float64], decimals: int) -> NDArray[np.float64]:
    """Round many numbers to what `number` writes of each.

    >>> all_as_written(np.array([0.0123, 0.004, 0.0]), 2).tolist()
    [0.01, 0.004, 0.0]
    """
    found = np.zeros_like(values)
    for places in range(decimals, MOST_DECIMALS + 1):
        size = 10**places
        halves_up = np.copysign(np.floor(np.abs(values) * size + HALF) / size, values) + 0.0
        found = np.where(found == 0, halves_up, found)
    return found


def parts_as_written(
    parts: NDArray[np.float64],
    decimals: int,
    groups: NDArray[Any] | None = None,
    *,
    whole: float | None = None,
    zeros: bool = False,
) -> NDArray[np.float64]:
    """Round parts so that, as they are written, they add up to their sum as it is written.

    The largest remainders are rounded up (the method of Hamilton), so that none is off by a whole
    unit of the last decimal and a zero stays one. Three roads of 10.004 km are 30.01 km together:

    >>> parts_as_written(np.array([10.004, 10.004, 10.004]), 2).tolist()
    [10.01, 10.0, 10.0]

    What alone is written as the smallest step is not rounded down to nothing in favour of others:

    >>> parts_as_written(np.array([0.256, 0.05]), 1).tolist()
    [0.2, 0.1]

    Parameters
    ----------
    parts
        What adds up; a missing one stays missing.
    decimals
        With how many the parts and their sums are written.
    groups
        Which group each part belongs to: then the groups are fitted to the whole, and the parts to
        their groups. What would read as zero and is none keeps its decimals, as everywhere.
    whole
        Their sum as it is written, where it is rounded in another place.
    zeros
        Whether what is less than a step of the last decimal may become zero.
    """
    known = np.isfinite(parts)
    if whole is None:
        whole = rounded(float(parts[known].sum()), decimals)
    if groups is None:
        return _fitted(parts, decimals, whole, zeros=zeros)
    _, at = np.unique(groups, return_inverse=True)
    sums = np.bincount(at, weights=np.where(known, parts, 0)).astype(np.float64)
    fitted = np.array(parts)
    for group, of_group in enumerate(_fitted(sums, decimals, whole)):
        fitted[at == group] = _fitted(parts[at == group], decimals, of_group, zeros=zeros)
    return fitted


def _fitted(
    parts: NDArray[np.float64], decimals: int, whole: float, *, zeros: bool = False
) -> NDArray[np.float64]:
    size = 10**decimals
    scaled = parts * size
    low: NDArray[np.float64] = np.floor(scaled + NOISE)
    lacking = round(whole * size - float(np.nansum(low)))
    remainders = np.nan_to_num(scaled - low, nan=-1.0)
    remainders += (low == 0) & (remainders + NOISE >= 0.5)
    low[np.argsort(-remainders, kind="stable")[: max(lacking, 0)]] += 1
    reads_zero = (low == 0) & (parts != 0) & (not zeros)
    return np.where(reads_zero, all_as_written(parts, decimals), low / size)


def number(value: float | None, lang: Lang, *, decimals: int = 0) -> str:
    """Write a number as a Vietnamese or an English reader does; a missing one as a dash.

    What is not zero does not read as zero: it gets the decimals it needs, up to `MOST_DECIMALS`;
    below that it is the noise of adding up.

    >>> number(1234.5, "vi", decimals=1), number(1234.5, "en", decimals=1), number(None, "vi")
    ('1.234,5', '1,234.5', '–')
    >>> number(0.0004, "vi", decimals=2), number(0, "vi", decimals=2), number(1e-12, "vi")
    ('0,0004', '0,00', '0')
    """
    if value is None or not math.isfinite(value):
        return "–"
    if value and not rounded(float(value), decimals):
        finer = range(decimals + 1, MOST_DECIMALS + 1)
        decimals = next((each for each in finer if rounded(float(value), each)), decimals)
    text = f"{rounded(float(value), decimals):,.{decimals}f}"  # NumPy's floats are far slower
    return text if lang == "en" else text.translate(SWAPPED)


def share(pct: float, lang: Lang) -> str:
    """Write a percentage; never up to 100 % before it is, nor as 0 % when there is something.

    >>> [share(pct, "vi") for pct in (74.4, 99.94, 99.996, 0.02, 0, 100)]
    ['74 %', '99,9 %', '99,9 %', '0,02 %', '0 %', '100 %']
    """
    return f"{percent(pct, lang)} %" if math.isfinite(pct) else "–"


def percent(pct: float, lang: Lang, *, decimals: int = 0) -> str:
    """Write a percentage without its sign, by the same rule.

    >>> [percent(pct, "vi", decimals=1) for pct in (99.94, 99.96, 100)]
    ['99,9', '99,9', '100,0']
    """
    if rounded(pct, decimals) == 100 > pct + NOISE:  # all but the noise of adding up is all
        pct, decimals = min(rounded(pct, 1), 99.9), 1
    return number(pct, lang, decimals=decimals)


def all_percent_as_written(values: NDArray[np.float64], decimals: int) -> NDArray[np.float64]:
    """Round many percentages to what `percent` writes of each.

    >>> all_percent_as_written(np.array([87.4, 99.69, 100.0]), 0).tolist()
    [87.0, 99.7, 100.0]
    """
    read = all_as_written(values, decimals)
    finer = np.minimum(all_as_written(values, 1), 99.9)
    return np.where((read == 100) & (values + NOISE < 100), finer, read)


Error = TypeVar("Error", bound=GeoError | MtqgError)


@cache
def sentences() -> dict[str, Text]:
    """Return the sentence of every error that has a code, by code."""
    texts: dict[str, Text] = {}
    # `geo` knows no language but English: its sentences stand there, ours only translate them.
    for path in sorted(WORDING.glob("errors*.toml")):
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        texts |= {code: Text(vi, SENTENCES[code]) for code, vi in raw.get("geo", {}).items()}
        texts |= {code: Text(each["vi"], each["en"]) for code, each in raw.get("mtqg", {}).items()}
    return texts


def coded(kind: type[Error], code: str, /, **values: object) -> Error:
    """Return an error with the English sentence of one of our codes, ready for `error_text`."""
    written = {name: v.en if isinstance(v, Text) else v for name, v in values.items()}
    error = kind(sentences()[code].en.format(**written))
    error.code, error.values = code, values
    return error


def error_text(error: Exception, lang: Lang) -> str:
    """Return the sentence of an error in a language; in English where it has no other."""
    code = getattr(error, "code", "")
    if lang == "en" or code not in sentences():
        return str(error)
    return sentence_of(code, lang, **getattr(error, "values", {}))


def sentence_of(code: str, lang: Lang, /, **values: object) -> str:
    """Return the sentence of a code, numbers written as the language writes them."""
    written = {name: _written(value, lang) for name, value in values.items()}
    return sentences()[code].of(lang).format(**written)


def refused(error: OSError) -> Text:
    """Return why the system refused something, as it stands in the brackets of a sentence.

    >>> refused(PermissionError(13, "Permission denied")).vi
    'không có quyền truy cập'
    """
    key = f"system_{errno.errorcode.get(error.errno or 0, '')}"
    known = key if key in wordings() else "system_other"
    return Text(*(t(known, lang, number=error.errno or "").strip() for lang in LANGUAGES))


def _written(value: object, lang: Lang) -> str:
    if isinstance(value, Text):
        return value.of(lang)
    if isinstance(value, int):
        return number(value, lang)
    if isinstance(value, float):
        return number(value, lang, decimals=0 if value.is_integer() else 1)
    return str(value)
