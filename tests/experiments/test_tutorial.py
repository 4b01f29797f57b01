"""The tutorial is true: every file, command and line of Python in it runs, on the real engine, in one folder."""

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "experiments" / "sweeps" / "TUTORIAL.md").read_text(encoding="utf-8")


def blocks() -> list[tuple[str, str]]:
    """(language, content) of every block, in order."""
    return re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What every command and Python block printed, by its first words."""
    from silosim.experiments.cli import main

    folder = tmp_path_factory.mktemp("tutorial")
    outputs, names = {}, {"__name__": "tutorial"}
    with contextlib.chdir(folder):
        for language, content in blocks():
            if language == "toml":
                Path(re.match(r"# (\w+\.toml)\n", content)[1]).write_text(content, encoding="utf-8")
                continue
            for piece in content.splitlines() if language == "sh" else [content]:
                printed = io.StringIO()
                with contextlib.redirect_stdout(printed):
                    if language == "sh":
                        assert main(shlex.split(piece, comments=True)[1:]) == 0, piece
                    else:
                        exec(compile(piece, "TUTORIAL.md", "exec"), names)
                outputs.setdefault(piece, []).append(printed.getvalue())
    return folder, outputs


def content(said: str) -> str:
    return re.search(r"Content (\w+)", said)[1]


def test_a_sweep_is_made_once(told):
    _, said = told
    first, again = said["silosim sweep dose.toml"]
    assert content(first) == content(again)
    assert "80 of them new" in first
    assert " 0 of them new" in again


def test_shares_of_two_machines_are_the_whole(told):
    _, said = told
    [merged] = said["silosim sweep dose.toml --db both.db"]
    assert " 0 of them new" in merged
    assert content(merged) == content(said["silosim sweep dose.toml"][0])


def test_pictures_and_tables_are_there(told):
    folder, _ = told
    assert (folder / "dose.png").stat().st_size > 5000
    assert len(list((folder / "results" / "figures").glob("*.png"))) >= 4
    assert list((folder / "dose").glob("*.csv"))


def test_the_analyses_say_what_the_page_says_they_say(told):
    _, said = told
    [indices] = said["silosim analyse which --outcome grade"]
    assert "S1" in indices
    assert "Chance accounts for" in indices
    [box] = said['silosim analyse fails --outcome grade --method prim --where "grade < 6"']
    assert "Coverage" in box
    assert "demand >" in box
    assert "protected customer time >" in box
