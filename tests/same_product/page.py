"""What a page says, taken as a browser takes it: through the socket, without drawing anything."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from google.protobuf.json_format import MessageToDict
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Origin

PATIENCE_S = 120
MAP_FILE = re.compile(r"(?:\.\./)+((?:geo|assets)/[\w./-]+)")


def page_words(port: int, address: str) -> tuple[bytes, list[str]]:
    """Return the elements of a page in the order in which they come, and its map's addresses.

    The number each has among its siblings is left out: one element more would change all of them.
    """
    parts = urlsplit(address)
    words = []
    for message in _messages(port, parts.path.strip("/"), parts.query):
        if message.WhichOneof("type") in ("delta", "page_config_changed", "page_info_changed"):
            message.metadata.ClearField("delta_path")
            told = json.dumps(MessageToDict(message), ensure_ascii=False, indent=1, sort_keys=True)
            words.append(told)
    text = "\n".join(words)
    return text.encode(), [f"/{each}" for each in sorted(set(MAP_FILE.findall(text)))]


def _messages(port: int, page: str, query: str) -> Iterator[Any]:
    url = f"ws://127.0.0.1:{port}/_stcore/stream"
    origin = Origin(f"http://127.0.0.1:{port}")
    with connect(url, subprotocols=["streamlit"], origin=origin, max_size=None) as page_socket:
        asked = BackMsg()
        asked.rerun_script.query_string, asked.rerun_script.page_name = query, page
        page_socket.send(asked.SerializeToString())
        while True:
            message = ForwardMsg()
            message.ParseFromString(page_socket.recv(timeout=PATIENCE_S))
            yield message
            if message.WhichOneof("type") == "script_finished":
                return
