"""Turns: of what takes much memory only so much is done at once, the rest waits in its order."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition

TICK_S = 0.5  # between two words to who waits


class Turns:
    """Room for what is done at once in this process, by any of its threads.

    Whoever comes first begins first: a small piece does not overtake a large one, which would then
    never begin. A piece alone always fits.

    Parameters
    ----------
    most
        How many pieces are done at once.
    memory_bytes
        How much memory all of them together may take.

    Examples
    --------
    A machine with room for 6 GB reads a file that may take 3 GB beside one that may take 2.5 GB;
    a third waits, and gives up.

    >>> turns = Turns(most=2, memory_bytes=6_000_000_000)
    >>> with turns.take(3_000_000_000), turns.take(2_500_000_000):
    ...     with turns.take(100, wait_s=0):
    ...         pass
    Traceback (most recent call last):
    TimeoutError: no turn within 0 seconds
    """

    def __init__(self, *, most: int, memory_bytes: int) -> None:
        self._most = most
        self._memory_bytes = memory_bytes
        self._changed = Condition()
        self._waiting: deque[object] = deque()
        self._at_work: list[int] = []

    @contextmanager
    def take(
        self, memory_bytes: int, *, wait_s: float = 60.0, told: Callable[[], None] = lambda: None
    ) -> Iterator[None]:
        """Wait for a turn and keep it for the block.

        Parameters
        ----------
        memory_bytes
            How much memory the piece may take.
        wait_s
            How long to wait at most, in seconds.
        told
            Called again and again while it waits; what it raises ends the waiting.

        Raises
        ------
        TimeoutError
            If the turn did not come in time.
        """
        turn, end = object(), time.monotonic() + wait_s
        with self._changed:
            self._waiting.append(turn)
        try:
            while not self._begins(turn, memory_bytes, end):
                told()
                if time.monotonic() >= end:
                    msg = f"no turn within {wait_s:g} seconds"
                    raise TimeoutError(msg)
        finally:
            with self._changed:
                self._waiting.remove(turn)
                self._changed.notify_all()  # the next in line may fit beside it
        try:
            yield
        finally:
            with self._changed:
                self._at_work.remove(memory_bytes)
                self._changed.notify_all()

    def _begins(self, turn: object, memory_bytes: int, end: float) -> bool:
        """Take the turn if it has come, after waiting a moment if need be."""

        def has_come() -> bool:
            used = [*self._at_work, memory_bytes]
            fits = len(used) <= self._most and sum(used) <= self._memory_bytes
            return self._waiting[0] is turn and (fits or not self._at_work)

        with self._changed:
            left_s = max(0.0, end - time.monotonic())
            begins = self._changed.wait_for(has_come, min(TICK_S, left_s))
            if begins:
                self._at_work.append(memory_bytes)
        return begins
