"""How often somebody may try to sign in, send a file, or take one away.

Counted for each person and for each address, in the memory of each process. An office may be
behind one address, so that one holds many people; an account is guessed at from many addresses, so
it is counted too.
"""

from collections.abc import Mapping
from time import time
from typing import Literal

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

What = Literal["sign_in", "token", "upload", "export", "ask", "query"]
By = Literal["person", "account", "address", "pair"]
KEY_CHARS = 320  # of an e-mail address at most

_PER: Mapping[What, Mapping[By, str]] = {
    # Few tries of one account from one place; more of it from all places together, so that
    # nobody elsewhere keeps a person out by trying ten times.
    "sign_in": {"pair": "10 per 10 minutes", "account": "60 per hour",
                "address": "120 per 10 minutes"},
    "token": {"address": "30 per 5 minutes"},  # those that are wrong
    "upload": {"person": "60 per 10 minutes", "address": "600 per 10 minutes"},
    "export": {"person": "120 per minute", "address": "1200 per minute"},
    # An open page asks each second how far its file is.
    "ask": {"person": "600 per minute", "address": "6000 per minute"},
    "query": {"person": "600 per minute", "address": "6000 per minute"},
}  # fmt: skip


class Limits:
    """What was done, and how long somebody has to wait who did it too often."""

    def __init__(self, per: Mapping[What, Mapping[By, str]] = _PER) -> None:
        self._items: dict[tuple[What, By], list[RateLimitItem]] = {
            (what, by): parse_many(text) for what, of in per.items() for by, text in of.items()
        }
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def wait_s(self, what: What, **who: str) -> int:
        """Count one more; return 0 if it may be done, else after how many seconds it may.

        Parameters
        ----------
        who
            By `person`, `account`, `address`, `pair` (account and address); "" is not counted.
        """
        return max((self._count(what, by, name) for by, name in who.items() if name), default=0)

    def _count(self, what: What, by: str, name: str) -> int:
        items = self._items.get((what, by), ())  # type: ignore[call-overload]
        return max((self._hit(each, what, by, name[:KEY_CHARS]) for each in items), default=0)

    def _hit(self, item: RateLimitItem, *keys: str) -> int:
        if self._limiter.hit(item, *keys):
            return 0
        return max(1, round(self._limiter.get_window_stats(item, *keys).reset_time - time()))


LIMITS = Limits()  # of this process
