"""The command line: what each command prints, in both languages, and its exit status."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from silosim.experiments.cli import build_app
from silosim.experiments.commands.lists import KINDS
from silosim.experiments.store import Store
from silosim.model import policies
from silosim.model.measures.declared import MEASURES
from silosim.model.organisation_file import bundled_organisations, bundled_path
from silosim.model.parameters import DIALS, PARAMETERS
from silosim.model.policies import load_policies

HERE = Path(__file__).parent
COMMANDS = ("run", "compare", "list", "show", "trace", "check", "bench", "warmup")


def process(*words, code="", **options):
    """`silosim` in a process of its own, with the stand-in engine."""
    start = f"import sys; sys.path.insert(0, {str(HERE)!r}); import fake_engine; {code}\n"
    start += f"from silosim.experiments.cli import main; sys.exit(main({[str(w) for w in words]!r}))"
    return subprocess.Popen([sys.executable, "-c", start], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            **options)


# Help and lists


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("words", [[], *([c] for c in COMMANDS)])
def test_help(words, lang):
    result = CliRunner().invoke(build_app(lang), [*words, "--help"])
    assert result.exit_code == 0
    assert ("Simuleert" if lang == "nl" else "Simulates") in result.output or words


def test_without_words_help_is_shown(silosim):
    status, out, wrong = silosim()
    assert (status, wrong) == (0, "")
    assert all(command in out for command in COMMANDS)


def test_version(silosim):
    assert re.fullmatch(r"silosim \d+\.\d+\.\d+\n", silosim("--version")[1])


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("kind", KINDS)
def test_lists_name_everything(silosim, kind, lang):
    roles = {"levers": "lever", "world": "world", "money": "constant"}
    names = {**{kind: [p.name for p in PARAMETERS.of_role(role)] for kind, role in roles.items()},
             "measures": MEASURES, "dials": DIALS, "policies": list(load_policies()),
             "organisations": bundled_organisations()}[kind]
    status, out, wrong = silosim("list", kind, "--lang", lang)
    assert (status, wrong) == (0, "")
    assert all(re.search(rf"\b{name}\b", out) for name in names)
    rows = json.loads(silosim("list", kind, "--json", "--lang", lang)[1])
    assert {row["name"] for row in rows} == set(names)


@pytest.fixture
def telepathy(monkeypatch):
    """A policy whose lever does not exist."""
    monkeypatch.setattr(policies, "missing_policies", lambda lang="en": {"telepathy": ("Telepathy", "Needs a sense.")})


def test_missing_policies_say_why(silosim, telepathy):
    out = silosim("list", "policies")[1]
    assert "Not in this version" in out
    assert "Needs a sense" in " ".join(out.split())
    rows = {row["name"]: row for row in json.loads(silosim("list", "policies", "--json")[1])}
    assert rows["telepathy"] == {"name": "telepathy", "label": "Telepathy", "levers": {}, "available": False,
                                 "why": "Needs a sense."}


@pytest.mark.parametrize("name", ["bonus", "kpi", "demand", "wage", "grade", "customer_time", "insurer", "reward_mix",
                                  "today", "keep_it_small", "pressure"])
@pytest.mark.parametrize("lang", ["en", "nl"])
def test_show_one_of_each(silosim, name, lang):
    status, out, wrong = silosim("show", name, "--lang", lang)
    assert (status, wrong) == (0, "")
    assert out.startswith(f"{name}: ")
    documents = json.loads(silosim("show", name, "--json", "--lang", lang)[1])
    assert all(document["name"] == name and document["kind"] in KINDS for document in documents)


@pytest.mark.parametrize("name", [*PARAMETERS, *MEASURES, *DIALS, *load_policies()])
def test_show_finds_everything(name):
    from silosim.experiments.commands import Session
    from silosim.experiments.commands.show import find

    assert find(name, Session("nl"))


def test_a_name_of_two_things_shows_both(silosim):
    documents = json.loads(silosim("show", "pressure", "--json")[1])
    assert [document["kind"] for document in documents] == ["measures", "dials"]


def test_show_files(silosim, tmp_path):
    (tmp_path / "mine.toml").write_text(bundled_path("clinic").read_text())
    (tmp_path / "plan.toml").write_text(
        "label = 'My plan'\n[levers]\nbonus = 0.1\n[[switch]]\nweek = 9\nlevers = {okr = 1}\n")
    assert "kind" in json.loads(silosim("show", "mine.toml", "--json")[1])[0]
    status, out, _ = silosim("show", "plan.toml")
    assert status == 0
    assert "My plan" in out
    assert re.search(r"9\s+Reward on the shared OKR\s+0\s+1", out)


def test_dutch_numbers(silosim):
    out = silosim("show", "bonus", "--lang=nl")[1]
    assert "0,7" in out
    assert "0 – 1,5" in out
    assert "1,000" in silosim("list", "organisations")[1]
    assert "1.000" in silosim("--lang", "nl", "list", "organisations")[1]


def test_language_from_the_environment(silosim, monkeypatch):
    monkeypatch.setenv("SILOSIM_LANG", "nl")
    assert "Naam" in silosim("list", "dials")[1]
    assert "Name" in silosim("list", "dials", "--lang", "en")[1]


# Speed: nothing heavy is loaded to list things


def test_listing_loads_nothing_heavy():
    code = ("from silosim.experiments.cli import main; import sys\n"
            "for kind in ('levers', 'measures', 'policies', 'organisations'): main(['list', kind])\n"
            "heavy = ('numpy', 'numba', 'pandas', 'mesa', 'matplotlib', 'sqlite_utils')\n"
            "print([name for name in heavy if name in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_listing_starts_within_half_a_second():
    """Processor time of the whole process, the best of five: what a clock shows where nothing else runs."""
    times = []
    for _ in range(5):
        before = os.times()
        subprocess.run([sys.executable, "-m", "silosim.experiments.cli", "list", "levers"], check=True,
                       stdout=subprocess.DEVNULL)
        after = os.times()
        times.append(after.children_user - before.children_user + after.children_system - before.children_system)
    assert 0 < min(times) < 0.5


# Runs


def test_run(silosim, fake):
    status, out, wrong = silosim("run", "--set", "bonus=1", "--runs", 3, "--weeks", 20, "--at", "5:okr=0.5")
    assert status == 0
    assert wrong == "Warning (3 runs): a warning\n"
    assert "3 runs of 20 weeks" in out
    assert "Customer grade" in out
    with Store("results/silosim.db", write=False) as store:
        assert list(store.runs()["bonus"]) == [1.0] * 3
        assert list(store.runs()["switches"].unique()) == ['[[5,{"okr":0.5}]]']


def test_run_as_json(silosim, fake):
    status, out, _ = silosim("run", "-p", "culture_only", "-n", 2, "--weeks", 20, "--json", "--steady", "--seed", 5,
                             "--set", "demand=1.1", "--burn-in", 7)
    document = json.loads(out)
    assert status == 0
    assert (document["policy"], document["seed"], document["start"]) == ("culture_only", 5, "steady")
    assert (document["world"], document["burn_in"]) == ({"demand": 1.1}, 7)
    assert set(document["measures"]) == set(MEASURES)
    assert document["measures"]["cost_extra"]["last_year"] == {"mean": None, "p10": None, "p90": None, "n": 0}
    assert len(document["runs"]) == 2
    assert document["warnings"] == ["a warning"]


def test_run_in_dutch(silosim, fake):
    out = silosim("run", "--runs", 2, "--weeks", 20, "--lang", "nl")[1]
    assert "Klantcijfer" in out
    assert "onbepaald" in out
    assert not re.search(r"\d\.\d\d\b", out.split("Bewaard")[0])  # decimal commas only


def test_compare(silosim, fake):
    status, out, _ = silosim("compare", "customer_time", "today+bonus=1", "--runs", 4, "--weeks", 30)
    assert status == 0
    assert "Policies against today, at Insurer: 4 paired runs of 30 weeks" in out
    assert "today+bonus" not in out
    assert "Today: steering on KPIs +bonus=1" in out
    assert re.search(r"100%\s+better", out)
    assert "12 runs in" in out
    assert len(list(Path("results/figures").glob("*.png"))) == 4
    assert "Not compared" not in out
    again = silosim("compare", "customer_time", "today+bonus=1", "--runs", 4, "--weeks", 30, "--no-figures")[1]
    assert "All runs were there already" in again


def test_compare_everything_names_what_is_missing(silosim, fake, telepathy):
    out = silosim("compare", "--runs", 2, "--weeks", 15, "--no-figures")[1]
    assert all(policy.label("en") in out for policy in load_policies().values())
    assert "Not compared: Telepathy. Needs a sense." in out


def test_compare_as_json(silosim, fake):
    status, out, _ = silosim("compare", "customer_time", "--runs", 4, "--weeks", 30, "--json", "--equal-cost",
                             "--set", "demand=1.2", "--no-figures")
    document = json.loads(out)
    assert status == 0
    assert set(document["arms"]) == {"as_is", "equal_cost"}
    found = {(d["policy"], d["measure"]): d for d in document["arms"]["as_is"]["last_year"]}
    assert found["today", "grade"]["verdict"] == "equal"
    assert found["today", "grade"]["change"]["mean"] == 0
    assert found["customer_time", "grade"]["verdict"] == "worse"  # the stand-in's effect: .2 - 1
    assert found["customer_time", "cost_extra"]["verdict"] == "undefined"
    assert found["customer_time", "cost_extra"]["change"]["mean"] is None
    assert document["monte_carlo"]["measure"] == "grade"
    equal = {m["policy"]: m for m in document["equal_cost"]}
    assert equal["today"]["factor"] == 1
    assert equal["customer_time"]["reached"]
    cost = {d["policy"]: d for d in document["arms"]["equal_cost"]["last_year"] if d["measure"] == "cost_total"}
    assert abs(cost["customer_time"]["change"]["mean"]) < 50


def test_compare_in_a_narrow_terminal(silosim, fake, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    out = silosim("compare", "customer_time", "--runs", 2, "--weeks", 20, "--no-figures")[1]
    tables = [line for line in out.splitlines() if "─" in line]
    assert tables
    assert max(map(len, tables)) <= 60


def test_compare_one_run(silosim, fake):
    out = silosim("compare", "customer_time", "--runs", 1, "--weeks", 20, "--no-figures")[1]
    assert "One run tells nothing about chance" in out


def test_compare_chosen_measures_in_dutch(silosim, fake):
    out = silosim("compare", "customer_time", "-n", 2, "--weeks", 20, "--no-figures", "-m", "conviction",
                  "--lang", "nl")[1]
    assert "\nOvertuiging" in out
    assert "\nKlantcijfer " not in out
    assert "Een richting wordt alleen genoemd als" in out


def test_compare_keeps_bands_and_members(silosim, fake):
    silosim("compare", "customer_time", "--runs", 3, "--weeks", 20, "--no-figures")
    with Store("results/silosim.db", write=False) as store:
        bands = store.frame("SELECT * FROM band WHERE measure = 'grade' AND policy = 'customer_time'")
        assert len(bands) == 20
        assert set(bands["n"]) == {3}
        assert list(store.members(1)["status"]) == ["ok"] * 6
        sweep = store.frame("SELECT * FROM sweep").iloc[0]
        assert (sweep["command"], sweep["status"]) == ("compare", "done")
        assert json.loads(sweep["versions"])["numpy"]


def test_failed_runs_are_told_and_left_out(silosim, fake):
    fake(failing={1})
    status, out, wrong = silosim("compare", "customer_time", "--runs", 4, "--weeks", 20, "--no-figures")
    assert status == 1
    assert "2 runs failed and are left out" in wrong
    assert "ZeroDivisionError: replicate 1 went wrong" in wrong
    assert "Customer grade" in out


def test_warmup(silosim, fake):
    status, out, _ = silosim("warmup", "--organisation", "clinic")
    assert status == 0
    assert out.startswith("Ready for organisations of the size of Rehabilitation clinic: 0.0 s")


def test_a_users_organisation_is_checked(silosim, fake, tmp_path):
    """The stand-in's grade is about 0: the warning says so, names the teams that grow, and stays out of the output."""
    (tmp_path / "mine.toml").write_text(bundled_path("clinic").read_text())
    status, out, wrong = silosim("run", "-o", "mine.toml", "--runs", 2, "--weeks", 20, "--json")
    assert status == 0
    assert "after the burn-in customers give a" in wrong
    assert any("not between 6 and 8" in words for words in json.loads(out)["warnings"])
    assert "after the burn-in" not in silosim("run", "-o", "clinic", "--runs", 2, "--weeks", 20)[2]


# Stopping, errors, output


def test_ctrl_c_keeps_what_finished(tmp_path):
    words = ["compare", "customer_time", "--runs", "500", "--weeks", "20", "--no-figures"]
    running = process(*words, code="fake_engine.install(seconds=0.01)", cwd=tmp_path)
    with running:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not stored(tmp_path):
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        out, wrong = running.communicate(timeout=60)
    assert running.returncode == 130
    assert out == ""
    done = int(re.fullmatch(r"silosim: stopped; (\d+) of 1,000 runs are stored in .*: the same command goes on from "
                            r"there\n", wrong)[1])
    with Store(tmp_path / "results" / "silosim.db", write=False) as store:
        assert len(store.runs()) == done > 0
        assert store.frame("SELECT status FROM sweep")["status"].item() == "stopped"
    assert not (tmp_path / "results" / "silosim.db.lock").exists()


def stored(folder) -> bool:
    path = folder / "results" / "silosim.db"
    try:
        with Store(path, write=False) as store:
            return len(store.runs()) > 0
    except ValueError:
        return False


def test_the_unexpected_is_one_line(silosim, fake, monkeypatch):
    from silosim.experiments import engine

    def broken(**fields):
        raise RuntimeError("something\nodd")

    monkeypatch.setattr(engine, "job", broken)
    status, out, wrong = silosim("run", "--runs", 1)
    assert (status, out) == (1, "")
    assert wrong == ("silosim: unexpected RuntimeError: something odd; "
                     "run the same command with --debug to see where\n")
    status, _, wrong = silosim("run", "--runs", 1, "--debug")
    assert status == 1
    assert "Traceback" in wrong
    assert wrong.splitlines()[-1].startswith("silosim: ")


def test_a_reader_who_leaves_early():
    """`silosim list levers | head -1`"""
    listing = process("list", "levers")
    with listing:
        listing.stdout.readline()
        listing.stdout.close()
        wrong = listing.stderr.read()
    assert wrong == ""


def test_an_output_without_these_characters():
    listing = process("list", "levers", env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    out, wrong = listing.communicate(timeout=60)
    assert (listing.returncode, wrong) == (0, "")
    assert "bonus" in out


def test_a_full_output():
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-m", "silosim.experiments.cli", "list", "levers"], stdout=full,
                              stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("silosim: ")
    assert done.stderr.count("\n") == 1
