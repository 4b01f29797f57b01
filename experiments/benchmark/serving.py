"""A workshop in a process of its own, on this machine alone: what is measured and what browsers visit."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

STARTS_WITHIN = 120.0  # seconds; rules that no machine code is kept of are compiled behind the page, not before it


class Server:
    """`silosim workshop` on a free port, without a browser; it can be stopped and started again."""

    def __init__(self):
        from silosim.experiments.workshop.running import listen

        with listen(0, False) as free:
            self.port = free.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Returns as soon as it answers. Raises RuntimeError with the last line it wrote when it ends instead."""
        command = [sys.executable, "-m", "silosim.experiments.cli", "workshop", "--no-browser", "--port"]
        # Not a pipe: nobody reads along, and a full pipe would stop it. Closed by `stop`.
        self.said = tempfile.TemporaryFile()  # noqa: SIM115
        self.program = subprocess.Popen([*command, str(self.port)], stdout=subprocess.DEVNULL, stderr=self.said)
        until = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(f"{self.origin}/texts/en.json", timeout=2).close()
                return
            except OSError:
                if self.program.poll() is not None:
                    raise RuntimeError(self._last_words()) from None
                time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"the server did not answer within {STARTS_WITHIN:.0f} seconds")

    def _last_words(self) -> str:
        self.said.seek(0)
        said = self.said.read().decode("utf-8", "replace").strip()
        self.said.close()
        return (said or "the server did not start").splitlines()[-1]

    def memory(self) -> float | None:
        """Resident memory in MiB, where the system tells (Linux)."""
        status = Path(f"/proc/{self.program.pid}/status")
        if not status.exists():
            return None
        lines = status.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024

    def stop(self) -> None:
        """Ends it at once: nothing is kept by it that could be lost."""
        self.program.kill()
        self.program.wait()
        self.said.close()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *problem) -> None:
        self.stop()
