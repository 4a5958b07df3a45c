"""How values are classed on a map: scheme, number of classes, edges; and as query parameters."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t

SCHEMES = ("natural", "quantiles", "equal", "fixed")
CLASS_COUNTS = (3, 4, 5, 6, 7)
FILTERED = "filtered"
SCOPES = ("", "province", FILTERED)
MAX_EDGES = 9  # with an open class below and one above these make ten classes


@dataclass(frozen=True)
class Classing:
    """How values are classed.

    Attributes
    ----------
    scheme, k
        How breaks are found, and how many classes are wanted.
    breaks
        Edges of fixed classes, in the unit of the legend (million VND, percent …).
    is_pooled
        Whether breaks are found in the values of all periods, so that they are the same in each.
    is_filtered
        Whether breaks are found in the communes that the filters leave, not in the whole province.
    """

    scheme: str = "natural"
    k: int = 5
    breaks: tuple[float, ...] = ()
    is_pooled: bool = False
    is_filtered: bool = False

    @property
    def is_fixed(self) -> bool:
        """Return whether the edges are given; without any, fixed classes are a half-filled form."""
        return self.scheme == "fixed" and bool(self.breaks)

    @property
    def found_by(self) -> str:
        """Return the scheme that finds breaks where none are given."""
        return Classing().scheme if self.scheme == "fixed" else self.scheme


def parse_classing(
    query: Mapping[str, Sequence[str]], *, lang: Lang = "vi"
) -> tuple[Classing, tuple[str, ...]]:
    """Read how to class from query parameters; one sentence for each unusable value."""
    plain, problems = Classing(), []
    # Of a parameter that is repeated the last one counts, as in a form sent twice.
    scheme = (query.get("scheme") or [plain.scheme])[-1]
    if scheme not in SCHEMES:
        problems.append(t("unknown_scheme", lang, example=scheme[:40], known=", ".join(SCHEMES)))
        scheme = plain.scheme
    k_text = (query.get("k") or [str(plain.k)])[-1]
    # Compared as text: Python refuses to read a number of thousands of digits.
    k = {str(count): count for count in CLASS_COUNTS}.get(k_text, 0)
    if not k:
        problems.append(
            t("unknown_k", lang, example=k_text[:40], low=CLASS_COUNTS[0], high=CLASS_COUNTS[-1])
        )
        k = plain.k
    text = " ".join(query.get("breaks", []))
    breaks = parse_breaks(text, lang)
    if breaks is None:
        problems.append(t("unreadable_breaks", lang, example=text[:40], most=MAX_EDGES))
    pooled = (query.get("pooled") or [""])[-1]
    if pooled not in ("", "0", "1"):
        problems.append(t("modes_unknown_pooled", lang, example=pooled[:40]))
    scope = (query.get("scope") or [""])[-1]
    if scope not in SCOPES:
        problems.append(t("modes_unknown_scope", lang, example=scope[:40]))
    classing = Classing(scheme, k, breaks or (), pooled == "1", scope == FILTERED)
    return classing, tuple(problems)


def parse_breaks(text: str, lang: Lang = "vi") -> tuple[float, ...] | None:
    """Read class edges from a text such as `10; 20; 35,5`; None if they make no classes.

    A comma followed by a space or a semicolon separates; a comma between digits is decimal, and so
    is a point, but where the language parts thousands with it (`2.000` in Vietnamese). One number
    alone bounds no class.

    >>> parse_breaks("20; 10; 35,5"), parse_breaks("2.000; 5.000"), parse_breaks("2,000; 5e3", "en")
    ((10.0, 20.0, 35.5), (2000.0, 5000.0), (2000.0, 5000.0))
    >>> parse_breaks("10") is None
    True
    """
    parts = text.replace(";", " ").replace(", ", " ").split()
    try:
        numbers = [_number(part, lang) for part in parts]
    except ValueError:
        return None
    edges = tuple(sorted(set(numbers)))
    usable = not edges or 2 <= len(edges) <= MAX_EDGES
    return edges if usable and all(np.isfinite(edges)) else None


def breaks_text(breaks: Sequence[float], lang: Lang) -> str:
    """Write class edges as `parse_breaks` reads them, without marks of thousands.

    >>> breaks_text((0.0, 1.125, 2_500_000.0), "vi")
    '0; 1,125; 2500000'
    """
    text = "; ".join(f"{value:.12g}" for value in breaks)
    return text.replace(".", ",") if lang == "vi" else text


def _number(text: str, lang: Lang) -> float:
    mark = "." if lang == "vi" else ","
    if re.fullmatch(rf"-?[1-9]\d{{0,2}}(\{mark}\d{{3}})+([.,]\d+)?", text):
        text = text.replace(mark, "")
    return float(text.replace(",", "."))
