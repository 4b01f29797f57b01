"""The command line: what `run`, `compare` and `warmup` print and keep, with a stand-in for the engine."""

import json
import re
from pathlib import Path

from silosim.experiments import engine
from silosim.experiments.store import Store
from silosim.model.measures.declared import MEASURES
from silosim.model.organisation_file import bundled_path
from silosim.model.policies import load_policies


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
    (tmp_path / "mine.toml").write_text(bundled_path("clinic").read_text(encoding="utf-8"), encoding="utf-8")
    status, out, wrong = silosim("run", "-o", "mine.toml", "--runs", 2, "--weeks", 20, "--json")
    assert status == 0
    assert "after the burn-in customers give a" in wrong
    assert any("not between 6 and 8" in words for words in json.loads(out)["warnings"])
    assert "after the burn-in" not in silosim("run", "-o", "clinic", "--runs", 2, "--weeks", 20)[2]


def test_pay(silosim, monkeypatch):
    aims = {"today": -0.02, "customer_goals_only": float("nan")}
    monkeypatch.setattr(engine, "measured_pay", lambda organisation: ({"grade": {"care": 0.97, "help": -0.25}}, aims))
    status, out, wrong = silosim("pay")
    assert (status, wrong) == (0, "")
    assert re.search(r"grade\s+\+0\.97\s+-0\.25", out)
    assert re.search(r"Today: steering on KPIs\s+-0\.02", out)
    assert re.search(r"klantcijfer\s+\+0,97\s+-0,25", silosim("pay", "--lang", "nl")[1])
    assert json.loads(silosim("pay", "--json")[1]) == {"vectors": {"grade": {"care": 0.97, "help": -0.25}},
                                                       "cos_pay_value": {"today": -0.02, "customer_goals_only": None}}
