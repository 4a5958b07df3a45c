"""The one browser of a test process: Playwright can be started only once in it."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Pages of a test live too briefly to repay compiling well; the next one has the same scripts.
    "--js-flags=--no-opt --no-maglev --max-lazy --no-flush-bytecode",
]


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium: the system's, or the one Playwright downloaded."""
    with sync_playwright() as playwright:
        system = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
        path = system or playwright.chromium.executable_path
        if not Path(path).exists():
            pytest.fail(
                f"No browser: none of {', '.join(CHROMIUM_NAMES)} is installed. "
                "Run `apt-get install chromium` or `playwright install chromium`."
            )
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()
