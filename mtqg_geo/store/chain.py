"""The chain of the log: a checksum of each line over the one before it and itself.

Whoever alters, takes out or puts in a line afterwards, below the triggers, breaks the chain there,
and would have to make all later checksums anew; the last one, written down elsewhere, tells then.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal

FIRST = ""  # what stands before the first line
How = Literal["altered", "removed", "put_in"]


def link(former: str, line: Mapping[str, Any]) -> str:
    """Return the checksum of a line of the log behind the one whose checksum is `former`.

    The migration made those of older lines with it: it can never change.

    >>> first = link(FIRST, {"id": 1, "who": "Lan"})
    >>> first[:8], link(first, {"id": 2, "who": "Lan"})[:8]
    ('f4f5fa1b', '9aa9943d')
    """
    said = json.dumps(line, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{former}\n{said}".encode()).hexdigest()


def first_break(
    lines: Iterable[Mapping[str, Any]], links: Mapping[int, str]
) -> tuple[int, How] | None:
    """Return the number of the first line that is not as it was written, and how; None if all are.

    Parameters
    ----------
    lines
        The log by number, from 1.
    links
        The checksum of each line, by its number.

    >>> lines = [{"id": 1, "who": "Lan"}, {"id": 2, "who": "Mai"}]
    >>> one = link(FIRST, lines[0])
    >>> links = {1: one, 2: link(one, lines[1])}
    >>> first_break(lines, links), first_break([lines[0], {"id": 2, "who": "Tú"}], links)
    (None, (2, 'altered'))
    >>> first_break(lines[1:], links), first_break(lines, {1: one}), first_break(lines[:1], links)
    ((1, 'removed'), (2, 'put_in'), (2, 'removed'))
    """
    number, former = 0, FIRST
    for number, line in enumerate(lines, 1):
        if line["id"] != number:
            return number, "removed"
        if number not in links:
            return number, "put_in"
        if link(former, line) != links[number]:
            return number, "altered"
        former = links[number]
    return None if len(links) == number else (number + 1, "removed")
