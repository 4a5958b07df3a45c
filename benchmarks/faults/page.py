"""A reader without a browser: a session with its widgets and buttons, over the web socket."""

from __future__ import annotations

import http.cookies
import urllib.request
import uuid
from collections.abc import Collection
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileUploaderState, StringArray
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

TIMEOUT_S = 120.0
SUCCESS, ERROR = "SUCCESS", "ERROR"
FORMATS = {1: ERROR, 2: "WARNING", 3: "INFO", 4: SUCCESS}


class Reader:
    """A session: `run` sends what was changed and reads until the script has finished."""

    def __init__(
        self, url: str, *, page: str = "", query: str = "", cookie: str = "",
        timeout_s: float = TIMEOUT_S,
    ) -> None:  # fmt: skip
        self._url, self._page, self._query, self._timeout_s = url, page, query, timeout_s
        asked = urllib.request.Request(f"{url}/_stcore/health", headers={"Cookie": cookie})
        with urllib.request.urlopen(asked, timeout=TIMEOUT_S) as answer:
            xsrf = http.cookies.SimpleCookie(answer.headers.get("Set-Cookie", ""))
        self._token = next(iter(xsrf.values())).value if xsrf else ""
        name = next(iter(xsrf), "_streamlit_xsrf")
        cookies = "; ".join(filter(None, (f"{name}={self._token}", cookie)))
        self._headers = {"Cookie": cookies, "X-Xsrftoken": self._token}
        self._socket = connect(
            f"{url.replace('http', 'ws', 1)}/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            origin=url,  # type: ignore[arg-type]
            additional_headers={"Cookie": self._headers["Cookie"]},
            max_size=None,
            open_timeout=TIMEOUT_S,
            ping_timeout=None,  # a server that is busy is waited for, and timed
        )
        self._widgets: dict[str, str] = {}
        self._states: dict[str, tuple[str, Any]] = {}
        self._session = ""
        self.lists: dict[str, tuple[str, list[str]]] = {}  # by key: kind, and what to choose from
        self.alerts: list[tuple[str, str]] = []
        self.errors = 0
        self.run()

    def set(self, key: str, kind: str, value: Any) -> None:
        """Remember what a widget holds from the next run on."""
        self._states[key] = kind, value

    def choose(self, key: str, option: str) -> None:
        """Have chosen one of a list from the next run on."""
        if self.lists[key][0] == "multiselect":
            self.set(key, "string_array_value", StringArray(data=[option]))
        else:
            self.set(key, "string_value", option)

    def upload(self, key: str, name: str, content: bytes) -> None:
        """Send a file to the server and put it into a picker, from the next run on."""
        message = BackMsg()
        asked = message.file_urls_request
        asked.request_id, asked.session_id = uuid.uuid4().hex, self._session
        asked.file_names.append(name)
        self._socket.send(message.SerializeToString())
        answer = self._read(until="file_urls_response").file_urls_response
        urls = answer.file_urls[0]
        mark = uuid.uuid4().hex
        head = (
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        request = urllib.request.Request(
            f"{self._url}{urls.upload_url}",
            data=head.encode() + content + f"\r\n--{mark}--\r\n".encode(),
            headers={"Content-Type": f"multipart/form-data; boundary={mark}", **self._headers},
            method="PUT",
        )
        with urllib.request.urlopen(request, timeout=self._timeout_s):
            pass
        state = FileUploaderState()
        info = state.uploaded_file_info.add(name=name, size=len(content), file_id=urls.file_id)
        info.file_urls.CopyFrom(urls)
        self.set(key, "file_uploader_state_value", state)

    @property
    def keys(self) -> Collection[str]:
        """The keys of all widgets that were drawn."""
        return self._widgets.keys()

    def has(self, key: str) -> bool:
        """Say whether a widget of this key was drawn."""
        return key in self._widgets

    def run(self, click: str = "") -> None:
        """Run the page with all widgets as they are, and with a click on a button."""
        self.begin(click)
        self._read(until="script_finished")

    def begin(self, click: str = "") -> None:
        """Have the page run, and do not wait for it."""
        message = BackMsg()
        message.rerun_script.query_string = self._query
        message.rerun_script.page_name = self._page
        for key, (kind, value) in self._states.items():
            if key in self._widgets:
                state = message.rerun_script.widget_states.widgets.add(id=self._widgets[key])
                if hasattr(value, "SerializeToString"):
                    getattr(state, kind).CopyFrom(value)
                else:
                    setattr(state, kind, value)
        if click:
            button = self._widgets[click]
            message.rerun_script.widget_states.widgets.add(id=button, trigger_value=True)
        self.alerts.clear()
        self._socket.send(message.SerializeToString())

    def close(self) -> None:
        """Leave."""
        self._socket.close()

    def _read(self, *, until: str) -> ForwardMsg:
        while True:
            answer = ForwardMsg.FromString(self._socket.recv(self._timeout_s))
            self._note(answer)
            if answer.WhichOneof("type") != until:
                continue
            if until == "script_finished":
                if answer.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    continue  # the page runs anew by itself, as after a load
                self.errors += answer.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR
            return answer

    def _note(self, message: ForwardMsg) -> None:
        if message.WhichOneof("type") == "new_session":
            self._session = message.new_session.initialize.session_id
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        self.errors += kind == "exception"
        if kind == "alert":
            self.alerts.append((FORMATS.get(element.alert.format, ""), element.alert.body))
        proto = getattr(element, kind) if kind else None
        identity = getattr(proto, "id", "")
        # Streamlit ends the id of a widget with the key that the page gave it.
        if identity and identity.count("-") > 1:
            key = identity.split("-", 2)[2]
            self._widgets[key] = identity
            if kind in ("selectbox", "multiselect"):
                self.lists[key] = kind, list(proto.options)
