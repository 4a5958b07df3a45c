"""The chain of the log: a checksum of each line over the one before it and itself.

Whoever alters, takes out or puts in a line afterwards, below the triggers, breaks the chain there,
and would have to make all later checksums anew; the last one, written down elsewhere, tells then.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

FIRST = ""  # what stands before the first line


def link(former: str, line: Mapping[str, Any]) -> str:
    """Return the checksum of a line of the log behind the one whose checksum is `former`.

    The migration made those of older lines with it: it can never change.

    >>> first = link(FIRST, {"id": 1, "who": "Lan"})
    >>> first[:8], link(first, {"id": 2, "who": "Lan"})[:8]
    ('f4f5fa1b', '9aa9943d')
    """
    said = json.dumps(line, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{former}\n{said}".encode()).hexdigest()
