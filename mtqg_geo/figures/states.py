"""Why a value is there or is missing: the one ladder of states that every figure goes through."""

import numpy as np
from numpy.typing import NDArray

from mtqg_geo.programme.model import Mask, State

NOTHING_OWED = (State.NOT_APPLICABLE, State.NO_PLAN)
SILENT = (State.NOT_REPORTED, State.PARTLY_REPORTED)  # somebody owes a report


def states_of(
    *,
    outside: Mask,
    missing: Mask,
    partly: Mask,
    no_plan: Mask | bool = False,
    unknown_share: Mask | bool = False,
) -> NDArray[np.str_]:
    """Say why each value is there or is missing; of several reasons the first counts.

    Of six communes the first is outside the programme, so that it owes nothing; the second has no
    plan of which anything could be left; of the third nobody knows how it was divided, whatever it
    reported; the fourth is silent; the fifth reported two of three quarters, and its sum is at
    least so much; the last reported all.

    >>> yes, no = True, False
    >>> states_of(
    ...     outside=np.array([yes, no, no, no, no, no]),
    ...     no_plan=np.array([yes, yes, no, no, no, no]),
    ...     unknown_share=np.array([no, no, yes, no, no, no]),
    ...     missing=np.array([yes, yes, yes, yes, no, no]),
    ...     partly=np.array([no, no, yes, yes, yes, no]),
    ... ).tolist()[:5]
    ['not_applicable', 'no_plan', 'not_restatable', 'not_reported', 'partly_reported']

    Parameters
    ----------
    outside
        The figure does not speak of it.
    missing
        It should have been reported, and nothing was.
    partly
        Something that belongs to it was not reported.
    no_plan
        What is shown is made of a plan, and there was none.
    unknown_share
        It was reported, but nobody knows how much of it belongs here.
    """
    reasons = {
        State.NOT_APPLICABLE: outside,
        State.NO_PLAN: no_plan,
        State.NOT_RESTATABLE: unknown_share,
        State.NOT_REPORTED: missing,
        State.PARTLY_REPORTED: partly,
    }
    return np.select(list(reasons.values()), list(reasons), default=State.REPORTED)


def any_is(state: State, *states: NDArray[np.object_]) -> Mask:
    """Say for each row whether any of several figures of it has a state."""
    return np.asarray(np.any([each == state for each in states], axis=0), dtype=np.bool_)
