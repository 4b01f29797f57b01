"""Records a sample of every answer of the workshop's server, from real runs: python tests/workshop/record.py"""

from __future__ import annotations

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

TIME = {"customer_time": [20]}


def record() -> None:
    """Writes samples/*.json."""
    from conftest import Served

    server = Served()
    try:
        with server.page({}) as page:
            page.tell({"type": "run", "id": 1, "scenario": {"dials": TIME}, "runs": 50})
            bands = page.bands(1)
            page.tell({"type": "run", "id": 2, "runs": 16,
                       "scenario": {"policy": "customer_process_team", "world": {"demand": 1.1}}})
            world = page.bands(2)[-1]
            link = page.ask({"type": "link", "id": 3, "scenario": {"dials": TIME, "world": {"demand": 1.1}}})
            answers = {
                "hello": page.hello, "band_first": bands[0], "band_done": bands[-1], "band_world": world, "link": link,
                "opened": page.ask({"type": "open", "id": 4, "code": link["code"]}),
                "error": page.ask({"type": "run", "id": 5, "scenario": {"world": {"demand": 9}}}),
                "pong": page.ask({"type": "ping", "id": 6}),
                "path": page.ask({"type": "path", "id": 7, "scenario": {"dials": TIME}, "weeks": 4}),
            }
    finally:
        server.stop()
    for name, answer in answers.items():
        words = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        (HERE / "samples" / f"{name}.json").write_text(words + "\n", encoding="utf-8")


if __name__ == "__main__":
    record()
