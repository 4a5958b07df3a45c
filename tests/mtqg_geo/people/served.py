"""What `uvicorn app:app` serves, in this process: requests, open pages, files that are sent."""

import asyncio
import runpy
from threading import Thread
from urllib.parse import urlsplit

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime

from mtqg_geo.dataset import dataset
from mtqg_geo.programme.catalog import DATA
from mtqg_geo.ui import warm
from mtqg_geo.ui.server import fonts
from tests.asgi import ask

HERE = "localhost"
FORM = "multipart/form-data; boundary=x"
FILE = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.csv"\r\n\r\nx\r\n--x--\r\n'
PATIENCE_S = 60


class Served:
    """The application, on a loop of its own as a server has one; `data` is what it shows."""

    def __init__(self, data):
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._others, Runtime._instance = Runtime._instance, None  # of a test before
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(warm, "up", lambda: None)
            patch.setattr(fonts, "prepare", lambda: None)  # four seconds of a processor
            patch.setattr(dataset, "current_dataset", lambda: data)
            self._app = runpy.run_path(str(DATA.parent / "app.py"))["app"]
        self._runtime = None
        self._form = self.ask("/_stcore/health").cookies[0].partition(";")[0]
        self._runtime = Runtime.instance()

    def ask(self, path, **given):
        return ask(self._app, path, by=self.run, **given)

    def run(self, coroutine):
        Runtime._instance = self._runtime  # pages drawn beside it leave none
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(PATIENCE_S)

    def send_file(self, address, shown, method="PUT"):
        """Send a file to a page, or take it back, with all that Streamlit's own form sends."""
        cookies = "; ".join(filter(None, (shown.get("cookie"), self._form)))
        headers = shown | {
            "content-type": FORM, "origin": f"http://{HERE}", "cookie": cookies,
            "x-xsrftoken": self._form.partition("=")[2],
        }  # fmt: skip
        return self.ask(address, method=method, headers=headers, body=FILE).status

    def n_files(self, address):
        """Return how many files are held for the page that an address is of."""
        page = address.split("/")[-2]
        return len(self._runtime.uploaded_file_mgr.file_storage.get(page, ()))

    def open_page(self, **headers):
        return OpenPage(self, headers)

    @property
    def routes(self):
        """Every address with the methods it takes, Streamlit's too."""
        every, app = {}, self._app
        while not hasattr(app, "_starlette_app"):  # what lies round it
            app = app.app
        for each in app._starlette_app.routes:
            every.setdefault(each.path, set()).update(getattr(each, "methods", None) or ())
        return every

    def stop(self):
        async def ended():
            self._runtime.stop()
            await self._runtime.stopped
            for each in asyncio.all_tasks() - {asyncio.current_task()}:
                each.cancel()

        self.run(ended())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        Runtime._instance = self._others


class OpenPage:
    """A page in a browser: the web socket that all its clicks take."""

    def __init__(self, served, headers):
        self._served = served
        named = {"host": HERE, "origin": f"http://{HERE}"} | headers
        self._scope = {
            "type": "websocket", "path": "/_stcore/stream", "query_string": b"", "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
            "subprotocols": [], "client": ("127.0.0.1", 50000), "scheme": "ws",
        }  # fmt: skip
        self.is_open = served.run(self._open())

    def say(self):
        """Ask where a file may be sent; return the address, "" where the page was closed."""
        return self._served.run(self._say())

    def close(self):
        self._served.run(self._close())

    async def _open(self):
        self._said, self._heard = asyncio.Queue(), asyncio.Queue()
        await self._said.put({"type": "websocket.connect"})
        app = self._served._app
        self._task = asyncio.create_task(app(self._scope, self._said.get, self._heard.put))
        first = await asyncio.wait_for(self._heard.get(), PATIENCE_S)
        return first["type"] == "websocket.accept"

    async def _say(self):
        word = BackMsg()
        word.file_urls_request.file_names.append("a.csv")
        await self._said.put({"type": "websocket.receive", "bytes": word.SerializeToString()})
        while (heard := await asyncio.wait_for(self._heard.get(), PATIENCE_S))["type"] != (
            "websocket.close"
        ):
            told = ForwardMsg.FromString(heard["bytes"])
            if told.WhichOneof("type") == "file_urls_response":
                return urlsplit(told.file_urls_response.file_urls[0].upload_url).path
        return ""

    async def _close(self):
        await self._said.put({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(self._task, PATIENCE_S)
