"""`silosim solara` in Chromium with every outside request blocked: it steps, plays, resets, and ends on Ctrl-C."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from importlib.util import find_spec

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
MISSING = [name for name in ("solara", "solara_assets", "altair", "networkx", "playwright") if not find_spec(name)]
pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine"),
    pytest.mark.skipif(bool(MISSING), reason=f"pip install -e '.[solara]' playwright: no {', '.join(MISSING)}"),
    pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a POSIX signal"),
]


@pytest.fixture
def server():
    """(address, process); killed at the end if it did not end itself."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = subprocess.Popen([sys.executable, "-m", "silosim.experiments.cli", "solara", "--no-browser", "--port",
                                str(port)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    address = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=2).close()
            break
        except OSError:
            time.sleep(0.2)
    yield address, program
    if program.poll() is None:
        program.kill()
    program.communicate()


def steps(page) -> float:
    """What Mesa's card says: steps in 3.3, time in 3.5."""
    line = next(x for x in page.locator("body").inner_text().split("\n") if x.startswith(("Step:", "Time:")))
    return float(line.split()[1])


def wait_until(page, holds, most: float = 20) -> None:
    for _ in range(int(most * 10)):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not happen in time")


def test_one_live_run_without_internet(server):
    from playwright.sync_api import sync_playwright

    address, program = server
    outside, wrong = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

        def only_ours(route):
            if route.request.url.startswith((address, "data:", "blob:")):
                route.continue_()
            else:
                outside.append(route.request.url)
                route.abort()

        def visitor():
            page = browser.new_context().new_page()
            page.route("**/*", only_ours)
            page.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
            page.on("pageerror", lambda e: wrong.append(str(e)))
            page.goto(address)
            page.locator("img").nth(3).wait_for(timeout=60_000)
            return page

        one, other = visitor(), visitor()
        one.get_by_role("button", name="Step").click()
        wait_until(one, lambda: steps(one) == 5)
        assert steps(other) == 0, "every visitor has a model of their own"
        one.get_by_role("button", name="▶").click()
        wait_until(one, lambda: steps(one) > 10)
        one.get_by_role("button", name="❚❚").click()
        one.get_by_role("button", name="Reset").click()
        wait_until(one, lambda: steps(one) == 0)
        one.get_by_role("button", name="▶").click()
        wait_until(one, lambda: steps(one) > 0)
        assert not wrong
        program.send_signal(signal.SIGINT)
        words, _ = program.communicate(timeout=20)
        browser.close()
    assert program.returncode == 130
    assert words.rstrip().endswith("silosim: stopped")
    assert "Traceback" not in words
    assert not outside
