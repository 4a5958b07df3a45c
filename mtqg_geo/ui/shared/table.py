"""Our own table: sorted, searched and chosen from in the browser, drawn from few bytes.

A table travels in parts, each a message of its own: `kept` columns, which a choice on the page does
not change (Streamlit repeats an identical message by its name alone); the others; the row that is
selected. `table.js` puts them together once all of one state are there. Of a long table the first
rows are enough until the reader sorts it, searches it or asks for more (`is_whole`). Numbers travel
rounded as they are read and are written in the browser as `number` writes them; a missing one is a
dash.
"""

import json
import math
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t
from mtqg_geo.ui.server.scripts import loader

SCRIPT = Path(__file__).with_suffix(".js")
WORDS = ("table_search", "table_sort", "table_more", "table_found", "table_none")
FIRST = 100  # so many rows of a long table are sent until the others are asked for
Value = str | float | None
Parts = Mapping[str, bytes]

_component = st.components.v2.component("mtqg_table", js=loader(SCRIPT), isolate_styles=False)


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    name, heading
        What code calls it, and what stands above it (with the unit of its numbers).
    values
        A text or number a row; None, "" or NaN where there is none.
    kind
        `number`s stand at the right. The `key` of a row is given back when it is chosen: it is
        found by search and not seen. In a `source` addresses become links named by their hosts.
        `open` is a link to the map: its address is `link` and the value.
    decimals
        With how many numbers are written; those that need more have more.
    notes
        Small words behind the values; of keys what else the rows are found by.
    instead
        By place of a row: what is written for its value, by which it is still sorted and found.
    colours
        By value: the colour of a mark before it.
    bar
        What a full bar beside the number stands for: 0 the largest number, None no bar.
    hint
        Explains the heading.
    on_phone
        Whether a phone shows it; the other columns are left out there.
    kept
        Names the message it travels in, where it seldom changes.
    """

    name: str
    heading: str
    values: Sequence[Value]
    kind: Literal["text", "number", "key", "source", "open"] = "text"
    decimals: int = 0
    notes: Sequence[str] = ()
    instead: Mapping[int, str] = field(default_factory=dict)
    colours: Mapping[str, str] = field(default_factory=dict)
    bar: float | None = None
    hint: str = ""
    on_phone: bool = False
    link: str = ""
    kept: str = ""

    def of_rows(self, places: Sequence[int]) -> "Column":
        """Return the column of some rows, in this order."""
        return replace(
            self,
            values=[self.values[place] for place in places],
            notes=[self.notes[place] for place in places] if self.notes else (),
            instead={
                at: self.instead[place] for at, place in enumerate(places) if place in self.instead
            },
        )


def pack(
    columns: Sequence[Column],
    *,
    label: str,
    lang: Lang,
    order: Sequence[int] = (),
    folded: tuple[int, str] | None = None,
    is_whole: bool = True,
) -> Parts:
    """Return the parts of a table, to be kept as long as nothing in it changes, and drawn.

    Parameters
    ----------
    columns
        What stands in it, from left to right.
    label
        What the table is called where it is read aloud.
    order
        The places of the rows as they are shown at first; as they come where there is none.
    folded
        How many of the rows, in this order, are shown at first, and what the button says that shows
        the others.
    is_whole
        Whether all rows are sent: not before `is_whole` says that somebody asked for them.
    """
    count = len(columns[0].values)
    if not is_whole and count > FIRST:
        first = (order or range(count))[:FIRST]
        columns, order = [column.of_rows(first) for column in columns], ()
    kept = {
        name: _columns(column for column in columns if column.kept == name)
        for name in dict.fromkeys(column.kept for column in columns if column.kept)
    }
    needs = {name: sha256(text.encode()).hexdigest()[:12] for name, text in kept.items()}
    texts = {
        name: f'{{"part":"{name}","is":"{needs[name]}","columns":{text}}}'
        for name, text in kept.items()
    }
    about = {
        "part": "main",
        "needs": needs,
        "names": [column.name for column in columns],
        "phone": [column.name for column in columns if column.on_phone],
        "label": label,
        "lang": lang,
        "words": {key.removeprefix("table_"): _template(key, lang) for key in WORDS},
        "count": count,
        **({"order": list(order)} if len(order) else {}),
        **({"folded": folded} if folded else {}),
    }
    own = _columns(column for column in columns if not column.kept)
    texts["main"] = f'{_json(about)[:-1]},"columns":{own}}}'
    return {name: zlib.compress(text.encode()) for name, text in texts.items()}


def _template(key: str, lang: Lang) -> str:
    return t(key, lang, n="{n}", of="{of}")


def _columns(columns: Iterable[Column]) -> str:
    return _json([_column(column) for column in columns])


def _column(column: Column) -> dict[str, Any]:
    """Return a column as the script reads it, what goes without saying left out."""
    said = {
        "name": column.name,
        "heading": column.heading,
        "kind": column.kind,
        "decimals": column.decimals,
        "notes": list(column.notes),
        "instead": dict(column.instead),
        "colours": dict(column.colours),
        "hint": column.hint,
        "link": column.link,
    }
    bar = {} if column.bar is None else {"bar": column.bar}
    values = [_value(value) for value in column.values]
    return {name: each for name, each in said.items() if each} | bar | {"values": values}


def _value(value: Value) -> Value:
    """Return a number as short as it can be said, None where it is missing."""
    if not isinstance(value, str) and value is not None:
        value = float(value)  # NumPy's are unknown to JSON
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() else value
    return value or None


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def is_whole(key: str, content: str) -> bool:
    """Say whether somebody asked for all rows of a table; `content` names what it holds."""
    return bool(st.session_state.get(f"_whole_{key}") == content)


def draw(
    parts: Parts,
    *,
    key: str,
    on_choose: Callable[[str], None] | None = None,
    selected: str | None = None,
    height_px: int | None = None,
    content: str = "",
) -> None:
    """Draw a table.

    Parameters
    ----------
    parts
        From `pack`.
    key
        The widget's.
    on_choose
        Told the key of the row that the reader chose (callback); without it rows cannot be chosen.
    selected
        The key of the row that is marked, and comes into view when it becomes another one.
    height_px
        How high the rows stand at most before they scroll; as high as they are where None.
    content
        Names what it holds, where it is not sent whole before that is asked for.
    """
    look = {"part": "look", "selected": selected, "height": height_px, "choose": bool(on_choose)}
    others = {name: part for name, part in parts.items() if name != "main"}
    with st.container(key=f"table_parts_{key}"):  # the style sheet takes it out of the page
        for name, part in {**others, "look": zlib.compress(_json(look).encode())}.items():
            _component(key=f"{key}_{name}", data=_of_table(key, part))
    _component(
        key=key,
        data=_of_table(key, parts["main"]),
        on_chosen_change=lambda: _tell(key, on_choose),
        on_whole_change=lambda: st.session_state.update({f"_whole_{key}": content}),
    )


def draw_rows(
    rows: Sequence[Mapping[str, Value]],
    *,
    key: str,
    label: str,
    lang: Lang,
    decimals: int = 0,
    source: str = "",
    height_px: int | None = None,
) -> None:
    """Draw a table of rows by heading, which all have the same; a phone shows the first two.

    Parameters
    ----------
    decimals
        With how many numbers are written, to which they are rounded already.
    source
        The heading of the column of sources.
    """
    columns = [
        Column(
            heading,
            heading,
            values := [row[heading] for row in rows],
            kind="source"
            if heading == source
            else "text"
            if any(isinstance(value, str) for value in values)
            else "number",
            decimals=decimals,
            on_phone=at < 2,
        )
        for at, heading in enumerate(rows[0])
    ]
    draw(pack(columns, label=label, lang=lang), key=key, height_px=height_px)


def _of_table(key: str, part: bytes) -> bytes:
    """Say before a part which table it belongs to."""
    name = key.encode()
    return bytes((len(name),)) + name + part


def _tell(key: str, on_choose: Callable[[str], None] | None) -> None:
    chosen = st.session_state[key].get("chosen")
    if isinstance(chosen, str) and on_choose:
        on_choose(chosen)


def unpack(message: bytes) -> tuple[str, dict[str, Any]]:
    """Return of a message to the browser which table it is for, and what it says."""
    start = 1 + message[0]
    return message[1:start].decode(), json.loads(zlib.decompress(message[start:]))
