"""Who may use this installation: one setting, `MTQG_ACCESS`."""

import os
from typing import Literal, get_args

from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.words import coded

ACCESS = "MTQG_ACCESS"
Mode = Literal["open", "public", "signed-in"]


def access_mode() -> Mode:
    """Return how this installation is run.

    `open`: one person at their own desk, who may do everything; `public`: anybody reads and nobody
    changes anything; `signed-in`: everybody has a name and the rights granted to it.

    Raises
    ------
    StoreError
        `access_unknown` if the setting says anything else: nothing is guessed.
    """
    said = os.environ.get(ACCESS, "") or "open"
    for mode in get_args(Mode):
        if said == mode:
            return mode  # type: ignore[no-any-return]
    known = ", ".join(get_args(Mode))
    raise coded(StoreError, "access_unknown", setting=ACCESS, value=said, known=known)
