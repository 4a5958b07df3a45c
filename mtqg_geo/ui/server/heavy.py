"""Files that take a while: which these are, who makes them, and where a page finds one.

Whoever answers clicks does not make them. They wait for one of two child processes, a result is
kept for the next who wants the same, and a state of the store is never mixed with another.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from threading import Lock
from uuid import uuid4

from geo.jobs import Call, Child, Queue
from mtqg_geo.dataset.dataset import Dataset, current_dataset
from mtqg_geo.dataset.vintages import shown_dataset
from mtqg_geo.exports import files as exports
from mtqg_geo.exports.formats import FORMATS, FileOptions
from mtqg_geo.figures.selection import Selection, default_selection
from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.frames import prefer_objects
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import coded
from mtqg_geo.report.setup import Setup
from mtqg_geo.store.rights import NOBODY, Who

MOST_OFFERED = 5_000  # buttons of menus that are open, a kilobyte each
EVERYTHING = "everything"
LONG = ("atlas", "word", EVERYTHING)  # more than a second or two
_HERE = "mtqg_geo.ui.server.heavy"


@dataclass(frozen=True)
class Wish:
    """A file as its content follows from it: equal wishes give equal bytes.

    Attributes
    ----------
    name, kind
        A report and its format, or a layer (or `all`, or `EVERYTHING`) and one of `FORMATS`.
    options
        A `Setup` for a report; both kinds hold the language.
    state
        Which state of the store and which borders it was wished of.
    """

    name: str
    kind: str
    selection: Selection
    options: Setup | FileOptions
    state: str

    @property
    def lang(self) -> Lang:
        """The language of the file, in which its reader is spoken to."""
        return self.options.lang

    @property
    def call(self) -> Call:
        """How a child makes it."""
        return Call(f"{_HERE}:make", (self,), is_long=self.name in LONG)


@dataclass(frozen=True)
class Offer:
    """A wish with the name under which the file is kept, and its media type."""

    wish: Wish
    file_name: str
    media_type: str


def wish_for(
    data: Dataset, selection: Selection, name: str, kind: str, options: Setup | FileOptions
) -> Wish:
    """Return the wish for a file of what is shown."""
    return Wish(name, kind, selection, options, state_of(data))


def everything(data: Dataset, lang: Lang) -> Offer:
    """Return what is offered of all that is loaded, as a workbook that can be loaded again."""
    options = FileOptions(lang=lang)
    wish = wish_for(data, default_selection(data), EVERYTHING, "xlsx", options)
    return Offer(wish, "mtqg.xlsx", FORMATS["xlsx"].media_type)


def is_heavy(kind: str) -> bool:
    """Say whether an export of this format waits for its turn: those of all layers do."""
    return FORMATS[kind].holds_all


def turn_of(who: Who) -> str:
    """Return the name under which somebody has one turn a round; "" without an account."""
    return "" if who.person is None else f"person {who.person}"


def state_of(data: Dataset) -> str:
    """Return which state of the store some data are, and which borders they are shown on."""
    loaded = data.as_loaded
    return f"{loaded.fingerprint} {loaded.boundary_set.id} {data.boundary_set.id}"


def content(
    wish: Wish, data: Dataset, progress: Callable[[float], None] = lambda share: None
) -> bytes:
    """Make the file, here and now."""
    if wish.name == EVERYTHING:
        from mtqg_geo.loading.workbooks.everything import workbook

        return workbook(data.as_loaded)
    if isinstance(wish.options, FileOptions):
        return exports.file_bytes(data, wish.selection, wish.name, wish.kind, wish.options)
    from mtqg_geo.report.outputs import report_bytes  # it takes a second to import

    return report_bytes(data, wish.selection, wish.options, wish.name, wish.kind, progress=progress)


def make(wish: Wish, *, progress: Callable[[float], None]) -> bytes:
    """Make the file of what is loaded now (in a child).

    Raises
    ------
    StoreError
        If something else is loaded by now than what was wished of: the reader saw other figures.
    """
    chosen = wish.selection
    data = shown_dataset(
        current_dataset(), chosen.vintage, districts=chosen.districts, capital=chosen.capital
    )
    if state_of(data) != wish.state:
        raise coded(StoreError, "changed_while_made")
    return content(wish, data, progress)


def prepare() -> None:
    """Read what any file needs, before the first one is wished (in a child)."""
    from mtqg_geo.report import outputs  # noqa: F401 - it takes a second to import

    prefer_objects()
    current_dataset()


class Desk:
    """Where a server takes wishes; `queue` is None until it opens: then files are made at once."""

    def __init__(self) -> None:
        self.queue: Queue | None = None
        self._offers: OrderedDict[str, Offer] = OrderedDict()
        self._tokens: dict[Offer, str] = {}
        self._lock = Lock()

    def open(self) -> None:
        """Take wishes from now on."""
        self.queue = Queue(lambda: Child(f"{_HERE}:prepare"))

    def close(self) -> None:
        """Take no more wishes; children end with the server."""
        self.queue = None

    def content(self, wish: Wish, data: Dataset, who: Who = NOBODY) -> bytes:
        """Return a file for somebody, after its turn has come."""
        queue, me = self.queue, object()
        if queue is None:
            return content(wish, data)
        job = queue.ask(wish, wish.call, me, whose=turn_of(who))
        try:
            return job.done.result()
        finally:
            queue.leave(wish, me)

    def offer(self, offer: Offer, *, soon: bool = True) -> str:
        """Return the last part of an address at which a page may ask for a file; "" if closed.

        A child is made ready where the button is likely to be pressed `soon`.
        """
        if self.queue is None:
            return ""
        if soon:
            self.queue.make_ready()
        with self._lock:
            token = self._tokens.setdefault(offer, uuid4().hex)
            self._offers[token] = offer
            self._offers.move_to_end(token)
            while len(self._offers) > MOST_OFFERED:
                del self._tokens[self._offers.popitem(last=False)[1]]
        return token

    def offered(self, token: str) -> Offer | None:
        """Return what an address stands for, None if nothing (any more)."""
        return self._offers.get(token)


@cache
def desk() -> Desk:
    """Return the desk of this server."""
    return Desk()
