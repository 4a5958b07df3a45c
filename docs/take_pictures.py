"""Take the picture of the map page for the README.

Needs the development requirements and a Chromium; the application must be running::

    streamlit run app.py
    python docs/take_pictures.py http://localhost:8501
"""

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).parent / "images" / "map.png"
PAINTED = (
    "document.querySelector('[data-testid=stCustomComponentV1]')"
    "?.contentDocument?.body?.dataset?.painted > 0"
)
COLOURS = 128  # flat colours: a palette keeps the file small without a visible loss


def take(url: str) -> bytes:
    """Return a screenshot of the map page, 1366 x 768 pixels."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="vi-VN")
        page.goto(url)
        page.wait_for_function(PAINTED, timeout=30_000)
        page.wait_for_selector("[data-testid=stDataFrame] canvas")
        page.wait_for_timeout(1000)
        picture = page.screenshot()
        browser.close()
    return picture


def main() -> None:
    """Write the picture."""
    picture = Image.open(io.BytesIO(take(sys.argv[1]))).convert("RGB")
    PICTURE.parent.mkdir(exist_ok=True)
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
