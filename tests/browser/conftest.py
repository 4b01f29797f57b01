"""One workshop server and one Chromium for the tests of its pages."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from importlib.util import find_spec

import pytest

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


@pytest.fixture(scope="session")
def browser():
    """Chromium without a window, and without any other machine than this one."""
    path = chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=[
            "--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"])
        yield opened
        opened.close()


class Served:
    """A workshop of its own process, on this machine alone; it can be stopped and started again."""

    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Returns as soon as it answers."""
        command = ["-m", "silosim.experiments.cli", "workshop", "--no-browser", "--port", str(self.port)]
        self.program = subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        text=True)
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{self.address}/texts/en.json", timeout=2).close()
                return
            except OSError:
                assert self.program.poll() is None, self.program.stdout.read()
                time.sleep(0.1)

    def stop(self) -> None:
        self.program.kill()
        self.program.communicate()


@pytest.fixture(scope="session")
def served(browser):
    """The server behind the pages of a whole session of tests."""
    server = Served()
    yield server
    server.stop()


@pytest.fixture
def workshop(served) -> str:
    """Its address."""
    return served.address
