"""How values are classed on a map: scheme, number of classes, edges; and as query parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t

SCHEMES = ("natural", "quantiles", "equal", "fixed")
CLASS_COUNTS = (3, 4, 5, 6, 7)
MAX_EDGES = 9  # with an open class below and one above these make ten classes


@dataclass(frozen=True)
class Classing:
    """How values are classed.

    Attributes
    ----------
    scheme, k
        How breaks are found, and how many classes are wanted.
    breaks
        Edges of fixed classes.
    is_pooled
        Whether breaks are found in the values of all periods, so that they are the same in each.
    """

    scheme: str = "natural"
    k: int = 5
    breaks: tuple[float, ...] = ()
    is_pooled: bool = False


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
    k = int(k_text) if k_text.isascii() and k_text.isdigit() else 0
    if k not in CLASS_COUNTS:
        problems.append(
            t("unknown_k", lang, example=k_text[:40], low=CLASS_COUNTS[0], high=CLASS_COUNTS[-1])
        )
        k = plain.k
    text = " ".join(query.get("breaks", []))
    breaks = parse_breaks(text)
    if breaks is None:
        problems.append(t("unreadable_breaks", lang, example=text[:40], most=MAX_EDGES))
    pooled = (query.get("pooled") or [""])[-1]
    if pooled not in ("", "0", "1"):
        problems.append(t("modes_unknown_pooled", lang, example=pooled[:40]))
    return Classing(scheme, k, breaks or (), pooled == "1"), tuple(problems)


def parse_breaks(text: str) -> tuple[float, ...] | None:
    """Read class edges from a text such as `10; 20; 35,5`; None if they make no classes.

    A comma followed by a space or a semicolon separates; a comma between digits is decimal.
    One number alone bounds no class.

    >>> parse_breaks("20; 10; 35,5")
    (10.0, 20.0, 35.5)
    >>> parse_breaks("10") is None
    True
    """
    parts = text.replace(";", " ").replace(", ", " ").split()
    try:
        numbers = [float(part.replace(",", ".")) for part in parts]
    except ValueError:
        return None
    edges = tuple(sorted(set(numbers)))
    usable = not edges or 2 <= len(edges) <= MAX_EDGES
    return edges if usable and all(np.isfinite(edges)) else None
