"""Doors, paces and secrets, without a server."""

from __future__ import annotations

import os
import stat

import pytest

from silosim.experiments.workshop.running import SAME_DAY, keep_secrets
from silosim.experiments.workshop.security import BURST, CODE_LENGTH, LETTERS, MESSAGES_A_SECOND, Door, Pace

HOSTS = {"127.0.0.1", "localhost", "192.168.1.7"}


def test_nobody_but_this_machine_needs_a_token():
    door = Door(8321, HOSTS, open_to_network=False)
    assert door.role("", "") == "facilitator"
    assert door.role("wrong", "") is None


def test_an_open_door_asks_for_a_token_or_the_room_code():
    door = Door(8321, HOSTS, open_to_network=True)
    assert door.role("", "") is None
    assert door.role(door.token, "") == "facilitator"
    assert door.role("", door.room) == "guest"
    assert door.role("", door.room.lower()) == "guest"
    assert door.role(door.room, "") is None
    assert door.role("", door.token) is None
    assert door.role("wrong", door.room) is None
    assert door.role("é☃", "") is None


def test_secrets_differ_and_the_code_can_be_read_aloud():
    one, other = Door(1, HOSTS, True), Door(1, HOSTS, True)
    assert one.token != other.token
    assert len(one.token) >= 24
    assert len(one.room) == CODE_LENGTH
    assert set(one.room) <= set(LETTERS)
    assert not set("01OIL") & set(LETTERS)


@pytest.mark.parametrize("host", ["evil.example:8321", "localhost:9999", "localhost", "", None, "127.0.0.1.evil:8321"])
def test_another_name_is_not_ours(host):
    assert not Door(8321, HOSTS, True).knows_host(host)


def test_our_own_names_are():
    door = Door(8321, HOSTS, True)
    assert door.knows_host("LOCALHOST:8321")
    assert door.knows_origin("http://192.168.1.7:8321")
    assert Door(80, HOSTS, True).knows_host("localhost")


@pytest.mark.parametrize("origin", ["http://evil.example", "https://127.0.0.1:8321", "http://127.0.0.1:8322", "null",
                                    "", None, "http://127.0.0.1:8321.evil.example"])
def test_another_page_is_not_ours(origin):
    assert not Door(8321, HOSTS, True).knows_origin(origin)


def test_the_policy_lets_nothing_in_from_elsewhere():
    policy = Door(8321, HOSTS, True).headers()["content-security-policy"]
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert "unsafe" not in policy
    assert "*" not in policy
    assert all(source == "'self'" or source.removeprefix("ws://").rsplit(":")[0] in HOSTS
               for source in rules["connect-src"].split())


def test_a_pace_allows_a_burst_and_then_a_rate():
    now = [0.0]
    pace = Pace(clock=lambda: now[0])
    assert sum(pace.allows() for _ in range(1000)) == BURST
    now[0] += 1.0
    assert sum(pace.allows() for _ in range(1000)) == MESSAGES_A_SECOND
    now[0] += 3600.0
    assert sum(pace.allows() for _ in range(1000)) == BURST


def test_a_restart_on_the_same_day_keeps_token_and_code(tmp_path):
    file, now = tmp_path / "secrets.json", [1_000_000.0]
    doors = [Door(8321, HOSTS, True) for _ in range(3)]
    keep_secrets(doors[0], file, lambda: now[0])
    keep_secrets(doors[1], file, lambda: now[0] + SAME_DAY - 1)
    assert (doors[1].token, doors[1].room) == (doors[0].token, doors[0].room)
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    keep_secrets(doors[2], file, lambda: now[0] + SAME_DAY + 1)
    assert doors[2].token != doors[0].token
    assert doors[2].room != doors[0].room


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"since": "x", "token": "a", "room": "b"}',
                                     '{"since": 5, "token": null, "room": "b"}', "\x00"])
def test_a_spoiled_file_means_new_secrets(tmp_path, content):
    file = tmp_path / "secrets.json"
    file.write_text(content, encoding="utf-8")
    door = Door(8321, HOSTS, True)
    token = door.token
    keep_secrets(door, file, lambda: 6.0)
    assert door.token == token
    again = Door(8321, HOSTS, True)
    keep_secrets(again, file, lambda: 7.0)
    assert again.token == token


def test_a_folder_that_cannot_be_written_is_no_problem(tmp_path):
    keep_secrets(Door(8321, HOSTS, True), tmp_path / "not" / "there" / "secrets.json")
