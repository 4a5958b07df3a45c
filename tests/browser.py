"""The one browser of a test process: Playwright can be started only once in it."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

# First the one without windows of its own: a page opened in it takes a sixth less processor time.
CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Pages of a test live too briefly to repay compiling well, or tidying their memory often; the
    # next one has the same scripts.
    "--js-flags=--no-opt --no-maglev --max-lazy --no-flush-bytecode"
    " --min-semi-space-size=32 --max-semi-space-size=64",
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
                "Run `apt-get install chromium-headless-shell` or `playwright install chromium`."
            )
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()
