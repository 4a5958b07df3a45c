"""Take the pictures of pages and prints for the documentation.

Needs the development requirements, a Chromium, poppler and LibreOffice; the application must be
running::

    streamlit run app.py
    python docs/take_pictures.py http://localhost:8501
"""

import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

FOLDER = Path(__file__).parent / "images"
SCREEN = {"width": 1366, "height": 768}
PAGES = {
    "map": "/",
    "progress": "/progress",
    "load": "/load",
    "completion": "/?indicator=OP01&measure=completion",
    "pair": "/?indicator=CX02&with=FI01",
    "compare": "/?indicator=FI02&compare=2022",
    "reform": "/?vintage=2025-07&indicator=OC16&profile=07616",
}
PRINTS = {
    "report_map": ("map --indicator OP01", ".pdf"),
    "report_list": (
        "map --list --district 219,220 --region III --project DA4 --indicator OP05",
        ".pdf",
    ),
    "report_pair": (
        "map --indicator CX02 --with OP05 --district 220 --orientation portrait",
        ".pdf",
    ),
    "report_progress": ("progress --as-of 2023-Q2", ".pdf"),
    "report_atlas": ("atlas --commune 07627", ".pdf"),
    "report_word": ("word", ".docx"),
    "report_html": ("html --indicator OP01", ".html"),
}
DOTS_PER_INCH = {".pdf": "96", ".docx": "80"}
PAINTED = (
    "document.querySelector('[data-testid=stCustomComponentV1]')"
    "?.contentDocument?.body?.dataset?.painted > 0"
)
COLOURS = 128  # flat colours: a palette keeps the file small without a visible loss


def pages(browser: Browser, url: str) -> Iterator[tuple[str, bytes]]:
    """Yield a screenshot of each page, 1366 x 768 pixels, by name."""
    for name, path in PAGES.items():
        page = browser.new_page(viewport=SCREEN, locale="vi-VN", bypass_csp=True)
        page.add_init_script("localStorage.setItem('mtqg-first-steps', '1')")  # dismissed before
        page.goto(url + path)
        if path.startswith("/?") or path == "/":
            page.wait_for_function(PAINTED, timeout=30_000)
            page.wait_for_selector(".st-key-below_map tbody tr")
        page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
        page.wait_for_timeout(2000)
        yield name, page.screenshot()
        page.close()


def prints(browser: Browser) -> Iterator[tuple[str, bytes]]:
    """Yield the first page of each report, by name."""
    for name, (words, suffix) in PRINTS.items():
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, name).with_suffix(suffix)
            command = [sys.executable, "-m", "mtqg_geo", "report", *words.split(), "-o", str(file)]
            subprocess.run(command, check=True)
            yield name, screenshot(browser, file) if file.suffix == ".html" else first_page(file)


def screenshot(browser: Browser, file: Path) -> bytes:
    """Return how a browser shows a file."""
    page = browser.new_page(viewport=SCREEN, locale="vi-VN", bypass_csp=True)
    page.goto(file.as_uri())
    page.wait_for_timeout(2000)
    picture = page.screenshot()
    page.close()
    return picture


def first_page(file: Path) -> bytes:
    """Return the first page of a PDF or a Word document as PNG."""
    dots = DOTS_PER_INCH[file.suffix]
    if file.suffix == ".docx":
        convert = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(file.parent)]
        subprocess.run([*convert, str(file)], check=True, stdout=subprocess.DEVNULL)
    pdf = file.with_suffix(".pdf")
    done = subprocess.run(
        ["pdftoppm", "-png", "-r", dots, "-singlefile", str(pdf)], check=True, capture_output=True
    )
    return done.stdout


def main() -> None:
    """Write the pictures."""
    FOLDER.mkdir(exist_ok=True)
    names = ("chromium", "chromium-headless-shell", "google-chrome")
    chromium = next(filter(None, map(shutil.which, names)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, content in (*pages(browser, sys.argv[1].rstrip("/")), *prints(browser)):
            picture = Image.open(io.BytesIO(content)).convert("RGB")
            flat = picture.quantize(COLOURS, dither=Image.Dither.NONE)
            flat.save(FOLDER / f"{name}.png", optimize=True)
        browser.close()


if __name__ == "__main__":
    main()
