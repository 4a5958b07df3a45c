"""Take the pictures of the pages for the README.

Needs the development requirements and a Chromium; the application must be running::

    streamlit run app.py
    python docs/take_pictures.py http://localhost:8501
"""

import io
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parent / "images"
PAGES = {
    "map": "/",
    "progress": "/progress",
    "load": "/load",
    "completion": "/?indicator=OP01&measure=completion",
    "pair": "/?indicator=CX02&with=FI01",
    "compare": "/?indicator=FI02&compare=2022",
    "reform": "/?vintage=2025-07&indicator=OC16&profile=07616",
}
PAINTED = (
    "document.querySelector('[data-testid=stCustomComponentV1]')"
    "?.contentDocument?.body?.dataset?.painted > 0"
)
COLOURS = 128  # flat colours: a palette keeps the file small without a visible loss


def take(url: str) -> Iterator[tuple[str, bytes]]:
    """Yield a screenshot of each page, 1366 x 768 pixels, by name."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, path in PAGES.items():
            page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="vi-VN")
            page.goto(url + path)
            if path.startswith("/?") or path == "/":
                page.wait_for_function(PAINTED, timeout=30_000)
                page.wait_for_selector("[data-testid=stDataFrame] canvas")
            page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
            page.wait_for_timeout(2000)
            yield name, page.screenshot()
            page.close()
        browser.close()


def main() -> None:
    """Write the pictures."""
    FOLDER.mkdir(exist_ok=True)
    for name, content in take(sys.argv[1].rstrip("/")):
        picture = Image.open(io.BytesIO(content)).convert("RGB")
        flat = picture.quantize(COLOURS, dither=Image.Dither.NONE)
        flat.save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
