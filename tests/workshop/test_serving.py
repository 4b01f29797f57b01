"""The server as browsers meet it: pages, texts, answers; and everything that is refused without harm."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from silosim.experiments.workshop import running, serving
from silosim.experiments.workshop.messages import LARGEST_MESSAGE, PARTS
from silosim.experiments.workshop.security import BURST, LARGEST_BODY, Door
from silosim.model.text import LANGUAGES

YEAR = {"weeks": 52}
SAMPLES = Path(__file__).parent / "samples"


def alive(served) -> bool:
    """Whether the server still answers a new page."""
    with served.page({}) as page:
        return page.ask({"type": "ping", "id": 5})["id"] == 5


# --- pages and texts --------------------------------------------------------------------------------------------

def test_pages_come_with_strict_headers(served):
    status, headers, body = served.get("/")
    assert status == 200
    assert b"<html" in body
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-cache"
    assert "server" not in headers


def test_scripts_are_scripts_whatever_the_system_thinks(served):
    status, headers, _ = served.get("/js/main.js")
    if status == 404:
        pytest.skip("the screen's scripts have other names")
    assert headers["content-type"].startswith("text/javascript")


def test_texts_have_the_same_keys_in_both_languages(served):
    words = {lang: json.loads(served.get(f"/texts/{lang}.json")[2]) for lang in LANGUAGES}
    assert set(words["en"]) == set(words["nl"])
    assert words["nl"]["measure.grade.label"] != words["en"]["measure.grade.label"]
    assert any(key.startswith("screen.") for key in words["en"])
    assert served.get("/texts/fr.json")[0] == 404


@pytest.mark.parametrize("where", ["/../state.py", "/..%2fstate.py", "/%2e%2e/%2e%2e/pyproject.toml", "/texts/../../x",
                                   "/js/..%5c..%5cstate.py", "/PROTOCOL.md", "//etc/passwd", "/\x00"])
def test_nothing_outside_the_pages_is_served(served, where):
    try:
        status, _, body = served.get(where.replace("\x00", "%00"))
    except OSError:
        return  # the connection was closed
    assert status in (400, 404, 405), body[:100]


# --- conversation -----------------------------------------------------------------------------------------------

def test_hello_says_what_there_is(served):
    with served.page({"lang": "nl"}) as page:
        hello = page.hello
    assert (hello["type"], hello["role"]) == ("hello", "facilitator")
    assert hello["room"] == served.workshop.door.room
    assert {"insurer", "clinic", "large"} <= {o["name"] for o in hello["organisations"]}
    assert len([d for d in hello["dials"] if not d["toggle"]]) == 8
    assert [d["name"] for d in hello["dials"] if d["toggle"]] == ["process_team"]
    assert len(hello["presets"]) == 12
    assert served.workshop.door.token not in json.dumps(hello)


def test_a_scenario_is_answered_in_stages_and_the_same_again(served):
    with served.page({}) as page:
        scenario = {"dials": {"customer_time": [15]}, "seed": 99, **YEAR}
        page.tell({"type": "run", "id": 1, "scenario": scenario, "runs": 16})
        first, second = page.bands(1)
        page.tell({"type": "run", "id": 2, "scenario": scenario, "runs": 16})
        again = page.bands(2)
    assert [(b["runs"], b["of"], b["done"]) for b in (first, second)] == [(8, 16, False), (16, 16, True)]
    assert set(PARTS) < set(first)
    assert {k: v for k, v in again[-1].items() if k not in ("id", "ms")} == {
        k: v for k, v in second.items() if k not in ("id", "ms")}


def test_the_newest_request_is_the_one_that_is_answered(served):
    with served.page({}) as page:
        for number in range(1, 20):
            page.tell({"type": "run", "id": number, "runs": 8, "parts": ["summary"],
                       "scenario": {"dials": {"pressure": [5 * number]}, **YEAR}})
        bands = page.bands(19)
        assert bands[-1]["done"]
        assert page.ask({"type": "ping", "id": 99})["type"] == "pong"  # and nothing comes after it


def test_a_problem_is_told_with_the_number_of_its_request_and_the_talk_goes_on(served):
    with served.page({}) as page:
        refused = page.ask({"type": "run", "id": 8, "scenario": {"world": {"demand": 9}}})
        assert refused["type"] == "error"
        assert refused["id"] == 8
        assert refused["text"].startswith("demand = 9 is out of range")
        for bad in ("{", "[]", b"\x00\xff", '{"type": "rm"}', '{"type": "run", "id": "x"}', ""):
            assert page.ask(bad)["type"] == "error"
        assert page.ask({"type": "ping", "id": 9})["id"] == 9


def test_what_customers_pay_in_a_new_world_is_measured_while_nobody_waits(served):
    with served.page({}) as page:
        world = {"demand": 0.9371}
        page.tell({"type": "run", "id": 1, "runs": 8, "scenario": {"organisation": "clinic", "world": world, **YEAR}})
        assert page.bands(1)[-1]["done"]

        def measured():
            return [known for (_, at, paid, _), known in list(served.workshop.engine._measured.items())
                    if dict(at) == world and any(paid)]

        wait_for(lambda: measured() == [True])


def test_who_waits_long_is_told_that_it_still_comes(served, monkeypatch):
    monkeypatch.setattr(serving, "LONG", 0.0)
    with served.page({}) as page:
        page.tell({"type": "run", "id": 4, "runs": 8, "scenario": {"seed": 1234, **YEAR}})
        assert page.hear() == {"type": "waiting", "id": 4}
        assert page.bands(4)[-1]["done"]


def wait_for(what) -> None:
    deadline = time.monotonic() + 60
    while not what() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert what()


def test_moving_cases_and_links(served):
    with served.page({}) as page:
        cases = page.ask({"type": "path", "id": 3, "scenario": YEAR, "weeks": 1, "side": "today"})
        assert cases["type"] == "path"
        assert (cases["id"], cases["weeks"], len(cases["queue"])) == (3, 1, 5)
        assert next(team["name"] for team in cases["teams"]) == "contact_centre"
        link = page.ask({"type": "link", "id": 4, "scenario": {"policy": "culture_only", "world": {"demand": 1.2}}})
        assert link["link"] == f"{served.origin}/#s={link['code']}"
        opened = page.ask({"type": "open", "id": 5, "code": link["code"]})
        assert opened["same"]
        assert (opened["scenario"]["policy"], opened["scenario"]["world"]) == ("culture_only", {"demand": 1.2})
        assert page.ask({"type": "open", "id": 6, "code": "abc"})["type"] == "error"
    status, headers, body = served.get(link["qr"])
    assert (status, headers["content-type"]) == (200, "image/svg+xml")
    assert body.startswith(b"<svg")
    status, _, body = served.get("/qr.svg?s=abc")
    assert (status, list(json.loads(body))) == (400, ["error"])


def shape(thing, deep: int = 2):
    """The keys of an answer, down to some depth."""
    if not isinstance(thing, dict) or not deep:
        return None
    return {key: shape(value, deep - 1) for key, value in thing.items()}


def test_the_recorded_answers_look_like_those_of_today(served):
    recorded = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in SAMPLES.glob("*.json")}
    with served.page({}) as page:
        told = {"hello": page.hello, "pong": page.ask({"type": "ping"}),
                "link": page.ask({"type": "link", "scenario": {}}),
                "error": page.ask({"type": "run", "scenario": 5}),
                "path": page.ask({"type": "path", "scenario": YEAR, "weeks": 1})}
        told["opened"] = page.ask({"type": "open", "code": told["link"]["code"]})
        page.tell({"type": "run", "id": 1, "runs": 16, "scenario": YEAR})
        told["band_first"] = told["band_done"] = told["band_world"] = page.bands(1)[-1]
    assert set(recorded) == set(told)
    for name, answer in told.items():
        assert shape(answer) == shape(recorded[name]), name


# --- what is refused --------------------------------------------------------------------------------------------

@pytest.mark.parametrize("origin", ["http://evil.example", "null", None])
def test_a_page_from_elsewhere_cannot_connect(served, origin):
    with pytest.raises(InvalidStatus) as refused:
        served.page(origin=origin)
    assert refused.value.response.status_code == 403
    assert alive(served)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", None])
def test_another_name_is_not_answered(served, host):
    status, _, _ = served.get("/", Host=host)
    assert status in (400, 421)


def test_changes_need_our_own_origin_and_a_small_body(served):
    for method in ("POST", "DELETE", "PUT"):
        assert served.get("/api/organisations/check", method, b"{}", Origin="http://evil.example")[0] == 403
        assert served.get("/api/organisations/check", method, b"{}")[0] == 403
    for big in (str(LARGEST_BODY + 1), "9" * 30, "-1", "1e3"):
        status, _, _ = served.get("/api/organisations/check", "POST", b"", Origin=served.origin, Content_Length=big)
        assert status in (400, 413), big
    assert served.get("/", Origin="http://evil.example")[0] == 403


def test_a_body_without_a_declared_length_is_counted(served):
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as line:
        line.sendall(f"POST /api/organisations/check HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n"
                     f"Origin: {served.origin}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        sent = 0
        with contextlib.suppress(OSError):  # the server hangs up, or answers without reading on
            while sent < 400 and not select.select([line], [], [], 0)[0]:
                line.sendall(chunk)
                sent += 1
    assert sent < 400
    assert alive(served)


def test_a_wrong_token_or_code_is_not_let_in(opened, monkeypatch):
    monkeypatch.setattr(serving, "WRONG_WAITS", 0.01)
    for hello in ({}, {"token": "wrong"}, {"room": "AAAAAA"}, {"token": opened.workshop.door.room}):
        page = opened.page()
        page.tell({"type": "hello", **hello})
        assert page.ended() == 4401
    with opened.page({"room": opened.workshop.door.room}) as guest:
        assert guest.hello["role"] == "guest"
        assert "room" not in guest.hello
    with opened.page({"token": opened.workshop.door.token}) as facilitator:
        assert facilitator.hello["role"] == "facilitator"


def test_who_does_not_say_hello_gets_nothing(opened):
    page = opened.page()
    page.tell({"type": "run", "id": 1, "scenario": {}})
    assert page.ended() == 4401
    page = opened.page()
    page.tell("{")
    assert page.ended() == 4401


def test_messages_that_are_too_long_or_too_many_end_the_talk_and_nothing_else(served):
    with served.page({}) as page:
        assert "larger than" in page.ask({"type": "ping", "more": "x" * LARGEST_MESSAGE})["text"]
    page = served.page({})
    page.tell("x" * (3 * LARGEST_MESSAGE))
    assert page.ended() == 1009
    page = served.page({})
    for _ in range(int(BURST) * 4):
        try:
            page.tell({"type": "ping"})
        except Exception:
            break
    assert page.ended() == 4429
    assert alive(served)


def test_something_that_is_no_browser_does_no_harm(served):
    for words in (b"\x00" * 1000, b"GET / HTTP/1.1\r\n" + b"x: " + b"y" * 100_000 + b"\r\n\r\n", b"\x16\x03\x01"):
        with socket.create_connection(("127.0.0.1", served.port), timeout=20) as line:
            line.sendall(words)
            line.shutdown(socket.SHUT_WR)
            line.settimeout(20)
            line.recv(1000)
    assert alive(served)


def test_a_browser_that_goes_in_the_middle_leaves_nothing_behind(served):
    for _ in range(10):
        page = served.page({})
        page.tell({"type": "run", "id": 1, "runs": 200, "scenario": {"dials": {"rules": [95]}}})
        page.line.socket.close()
    wait_for(lambda: not served.workshop.engine._latest)
    assert alive(served)


# --- restart ----------------------------------------------------------------------------------------------------

def test_after_a_restart_the_same_page_and_numbers_are_there(serve):
    scenario = {"dials": {"platform": [40]}, **YEAR}
    answers = []
    first = serve(lan=True)
    door, port = first.workshop.door, first.port
    for server in (first, None):
        server = server or serve(port=port, door=Door(port, door.hosts, True))
        server.workshop.door.token = door.token
        with server.page({"token": door.token}) as page:
            page.tell({"type": "run", "id": 1, "runs": 8, "scenario": scenario})
            answers.append({k: v for k, v in page.bands(1)[-1].items() if k != "ms"})
        server.stop()
    assert answers[0] == answers[1]


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C cannot be sent to another process there")
def test_ctrl_c_closes_everything_and_is_no_failure(tmp_path):
    with running.listen(0, False) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "silosim.experiments.cli", "workshop", "--port", str(port), "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as server:
        try:
            assert f"http://127.0.0.1:{port}/#token=" in server.stdout.readline()
            with connect(f"ws://127.0.0.1:{port}/ws", origin=f"http://127.0.0.1:{port}", max_size=None) as line:
                line.send('{"type": "hello"}')
                line.recv(timeout=60)
                line.send('{"type": "run", "runs": 200}')  # the workers are busy
                server.send_signal(signal.SIGINT)
                with contextlib.suppress(ConnectionClosed):
                    while True:
                        line.recv(timeout=60)
            assert server.wait(timeout=60) == 0
            assert server.stderr.read() == ""
        finally:
            server.kill()
    assert not list(tmp_path.iterdir())  # nothing is written where it was started
