"""Results kept for the next caller: worked out once, even when two threads ask at the same time."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import update_wrapper
from itertools import count
from threading import Lock, RLock
from typing import Any, Generic, ParamSpec, TypeVar
from weakref import WeakSet

Given = ParamSpec("Given")
Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class Same:
    """A key that stands for one object, such as a table, which is no key itself.

    >>> table = [1, 2]
    >>> Same(table) == Same(table), Same(table) == Same([1, 2])
    (True, False)
    """

    thing: object  # held, so that no other object can come to have its id

    def __hash__(self) -> int:
        """Tell things apart by where they are."""
        return id(self.thing)

    def __eq__(self, other: object) -> bool:
        """Say whether both stand for one object."""
        return isinstance(other, Same) and self.thing is other.thing


@dataclass(eq=False)
class _Place:
    """Where one result is kept, when it was asked for last, and the lock of who works it out."""

    used: int
    lock: RLock = field(default_factory=RLock)
    results: list[Any] = field(default_factory=list)  # none yet, or one


class Kept(Generic[Given, Result]):
    """A function whose results are kept; see `kept`."""

    def __init__(
        self,
        function: Callable[Given, Result],
        maxsize: int,
        by: Callable[..., Hashable] | None,
    ) -> None:
        update_wrapper(self, function)
        self._function, self._maxsize, self._by = function, maxsize, by
        self._places: dict[Hashable, _Place] = {}
        self._uses = count()
        self._finding = Lock()
        _ALL.add(self)

    def __call__(self, *given: Given.args, **named: Given.kwargs) -> Result:
        """Return what is kept; work it out first where nothing is."""
        key = self._by(*given, **named) if self._by else (*given, *named.items())
        # Looked up once: the hash of a selection takes longer than all else here.
        place = self._places.get(key) or self._new(key)
        place.used = next(self._uses)
        if not place.results:
            with place.lock:
                if not place.results:
                    place.results.append(self._function(*given, **named))
        result: Result = place.results[0]
        return result

    def _new(self, key: Hashable) -> _Place:
        """Return a new place, or the one that another thread has just made; the least used goes."""
        with self._finding:
            if len(self._places) >= self._maxsize and key not in self._places:
                del self._places[min(self._places.items(), key=lambda each: each[1].used)[0]]
            return self._places.setdefault(key, _Place(next(self._uses)))

    def forget(self, is_over: Callable[[Hashable], bool] = lambda key: True) -> None:
        """Keep no more what was worked out for some keys, or for any."""
        with self._finding:
            for key in [each for each in self._places if is_over(each)]:
                del self._places[key]


_ALL: WeakSet[Kept[..., Any]] = WeakSet()


def forget(is_over: Callable[[Hashable], bool]) -> None:
    """Have every function keep no more what it worked out for some keys.

    A key is what the function was given, as a tuple, or what its `by` made of it.
    """
    for each in [*_ALL]:
        each.forget(is_over)


def kept(
    maxsize: int, *, by: Callable[..., Hashable] | None = None
) -> Callable[[Callable[Given, Result]], Kept[Given, Result]]:
    """Keep the results of a function as `functools.lru_cache` does; who comes second waits.

    `lru_cache` lets two threads that ask for the same work it out both, and gives them different
    objects. Here the second one gets what the first one made; who asks for something else does not
    wait. A failure is kept for nobody.

    Parameters
    ----------
    maxsize
        How many results are kept, those asked for last.
    by
        Returns, from what the function is given, what its result depends on; that itself by
        default.

    Examples
    --------
    >>> @kept(maxsize=2, by=len)
    ... def double_length(text):
    ...     print("worked out")
    ...     return 2 * len(text)
    >>> double_length("abc") + double_length("xyz")
    worked out
    12
    >>> forget(lambda key: key == 3)
    >>> double_length("abc")
    worked out
    6
    """
    return lambda function: Kept(function, maxsize, by)


class KeptBytes:
    """Contents of files kept for the next who asks, up to so many bytes; the least used go first.

    >>> files = KeptBytes(max_bytes=10)
    >>> files.put("a", b"1234567"), files.put("b", b"123"), files.get("a")
    (None, None, b'1234567')
    >>> files.put("c", b"12"), files.get("b"), files.get("a"), files.get("c")
    (None, None, b'1234567', b'12')
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._contents: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> bytes | None:
        """Return what is kept by this key, None if nothing is (any more)."""
        with self._lock:
            if key in self._contents:
                self._contents.move_to_end(key)
            return self._contents.get(key)

    def put(self, key: Hashable, content: bytes) -> None:
        """Keep a content; one larger than all that may be kept is not."""
        with self._lock:
            self._contents.pop(key, None)
            if len(content) > self._max_bytes:
                return
            self._contents[key] = content
            while sum(map(len, self._contents.values())) > self._max_bytes:
                self._contents.popitem(last=False)
