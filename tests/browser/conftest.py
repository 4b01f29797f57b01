"""One workshop server and one Chromium for the tests of its pages."""

from __future__ import annotations

import shutil
from importlib.util import find_spec

import pytest

from silosim.experiments.benchmark.serving import Server

NEEDED = ("starlette", "uvicorn", "websockets", "segno", "playwright", "axe_playwright_python")


def chromium() -> str:
    """The browser's path; skips, with the reason, where a test of a page cannot run."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    missing = [name for name in NEEDED if not find_spec(name)]
    if not found:
        pytest.skip("no Chromium on this machine")
    if missing:
        pytest.skip(f"pip install -e '.[test]' brings {', '.join(missing)}")
    return found


@pytest.fixture(scope="module")
def browser():
    """Chromium without a window, and without any other machine than this one. For one file: while Playwright is there
    it holds the thread's event loop, which the tests of other files need."""
    path = chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=[
            "--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def served():
    """The server behind the pages of a whole session of tests."""
    chromium()
    with Server() as server:
        yield server


@pytest.fixture
def workshop(served) -> str:
    """Its address."""
    return served.origin
