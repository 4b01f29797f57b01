"""Claims with the real engine: from the command to the database and back, equal cost, and shown able to lose."""

import dataclasses
import json
import re

import numpy as np
import pytest

from silosim.experiments.claims import ensemble, report, runs
from silosim.experiments.claims.declared import FOLDER, chosen, load_claims, parse_claim
from silosim.experiments.claims.ensemble import Size, cases
from silosim.experiments.claims.judge import weigh
from silosim.experiments.claims.prove import SIZE, prove
from silosim.experiments.claims.run import Result, run_claims
from silosim.experiments.claims.runs import Plan, Runs, remaining_cost
from silosim.experiments.cli import main
from silosim.experiments.commands.session import Session
from silosim.experiments.running.make import Made, Orders, Stopped
from silosim.experiments.store import Store
from silosim.model.organisation_file import load_organisation

TINY = Size(3, 2, 2, 13)
# Left to `silosim claims --prove`, since they take long: C1 has 60 arms, C9 and C16 measure pay in many worlds.
PROVED = [name for name in load_claims() if name not in ("C1", "C9", "C16")]
NOISY = {"C2", "C17", "C18"}  # one replicate in each of three worlds shows the others; these need two


def keys_in_readme():
    """The keys of a stored document that the README explains."""
    words = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    table = words.split("| key of the document |")[1].split("\n## ")[0]
    return set(re.findall("`(.+?)`", " ".join(re.findall(r"^\| (`[^|]+) \|", table, re.M))))


@pytest.fixture
def tiny(monkeypatch):
    monkeypatch.setitem(ensemble.SIZES, "quick", TINY)


def test_the_command_gives_a_verdict_and_stores_it(tiny, tmp_path, capsys):
    db = str(tmp_path / "s.db")
    assert main(["claims", "c10", "--json", "--db", db]) == 0
    found = json.loads(capsys.readouterr().out)
    (one,) = found["claims"]
    assert one["claim"] == "C10"
    assert one["verdict"] in ("supported", "supported_when", "contradicted", "no_clear_difference")
    assert one["arms"]["as_is"]["worlds"] == 3
    assert one["wide"]["as_is"]["worlds"] == 2
    assert found["pending"] == []
    assert set(one) | set(one["parts"]["as_is"][0]) | {"intervals"} == keys_in_readme()
    assert [len(w["u"]) for w in one["worlds"]] == [2] * 5
    assert sum(part["weakest"] for part in one["parts"]["as_is"] if part["judged"]) == pytest.approx(1.0)
    assert found["new"] == found["runs"] == (4 + 1 + 3) * 5 * 2  # arms and `hours`, then all but today at equal cost
    with Store(db, write=False) as store:
        (row,) = store.frame("SELECT * FROM claim").to_dict("records")
        points = store.frame("SELECT policy, arm, world_name, factors FROM point")
        assert store.frame("SELECT status FROM sweep")["status"].item() == "done"
    assert json.loads(row["document"]) == one
    assert (row["verdict"], row["file"]) == (one["verdict"], load_claims()["C10"].digest)
    assert {"C10 today", "C10 fear", "C10 room", "C10 hours"} <= set(points["policy"])
    assert set(json.loads(points["factors"][0])) == {"dilution", "kpi", "dose"}

    assert main(["claims", "C10", "--db", db]) == 0  # again: nothing is made, and the page can be read
    page = capsys.readouterr().out
    assert "(0 of them new)" in page
    assert "strict rules and sanctions" in page
    assert main(["--lang", "nl", "claims", "C10", "--db", db]) == 0
    assert "strikte regels en straf" in capsys.readouterr().out


def test_the_pages_of_claims_about_curves(tiny, tmp_path, capsys):
    assert main(["--lang", "nl", "claims", "C7", "C11", "--db", str(tmp_path / "s.db")]) == 0
    page = capsys.readouterr().out
    assert "Het cijfer is het hoogst bij" in page
    assert "Hier wordt nergens voor betaald" in page


def test_a_claim_that_waits_for_a_lever_says_so(capsys):
    claim = parse_claim({"id": "C12", "articles": ["S4"], "needs": "L99"}, "h")
    result = Result(1, (), (claim,), Made(0), 0.0)
    assert report.document(result)["pending"] == [{"claim": "C12", "needs": "L99"}]
    report.print_table(Session(), result)
    assert "not yet (L99)" in capsys.readouterr().out


def test_claims_are_listed_without_a_database(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["claims", "--list"]) == 0
    assert "C19" in capsys.readouterr().out
    assert main(["claims", "--list", "--json", "C5"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["articles"] == ["S0", "S2", "S3"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("words", "told"), [
    (["C21"], "unknown claim 'C21'"), (["--quick", "--full"], "exclude each other"),
    (["--cluster", "tcp://nowhere:1", "--workers", "2"], "has workers of its own"),
])
def test_what_cannot_be_asked_is_refused_in_a_line(words, told, tmp_path, capsys):
    assert main(["claims", *words, "--db", str(tmp_path / "s.db")]) == 2
    problem = capsys.readouterr().err
    assert told in problem
    assert problem.count("\n") == 1


def test_at_equal_cost_each_arm_costs_what_today_costs(tmp_path):
    """In every world the cost is within one percent after a single step, and nearer than it was."""
    claim = load_claims()["C5"]
    with Store(tmp_path / "s.db") as store:
        made = Runs(store, store.begin_sweep("claims", {}, 1), load_organisation("insurer"), Orders())
        size = Size(2, 0, 2, 26)
        plan = Plan(claim, cases(size, 1), size, 1)
        made.as_is([plan])
        made.equal_cost([plan])
        as_is, equal = (made.outcomes(plan, cost)["instead"][..., runs.INDEX["cost_total"]].mean(axis=1)
                        for cost in ("as_is", "equal_cost"))
        today = made.outcomes(plan, "as_is")["today"][..., runs.INDEX["cost_total"]].mean(axis=1)
        judged = weigh(plan, made)
        left = remaining_cost(made, plan)
    assert (abs(equal / today - 1) < 0.01).all()
    assert (abs(equal - today) <= abs(as_is - today) + 0.002 * today).all()
    assert max(abs(share) for share in left.values()) < 0.01
    assert judged.hours > 0  # more hours, a better grade
    assert list(judged.sensitivity) == ["dilution", "kpi", "dose"]


def test_another_seed_is_another_sample_and_the_same_seed_the_same(tmp_path):
    """The same, too, after Ctrl-C: the second time goes on where the first one stopped."""
    found, stopped = [], []

    def stop_once(cost):
        def tell(done, total):
            if done >= 5 and not stopped:
                stopped.append(done)
                raise KeyboardInterrupt
        return tell

    claims, size = chosen(["C15"]), Size(2, 0, 2, 4)
    with Store(tmp_path / "b.db") as store:
        with pytest.raises(Stopped) as stop:
            run_claims(store, claims, size, 1, progress=stop_once)
        assert store.frame("SELECT status FROM sweep")["status"].item() == "stopped"
        again = run_claims(store, claims, size, 1)
    assert 0 < again.made.new <= again.made.total - stop.value.done
    for name, seed in (("a", 1), ("c", 2)):
        with Store(tmp_path / f"{name}.db") as store:
            found.append(report.document(run_claims(store, claims, size, seed))["claims"])
    assert report.document(again)["claims"] == found[0]
    assert found[0] != found[1]


def test_every_claim_can_lose(tmp_path):
    """In its counter-world each claim reads 'contradicted', with its mechanism off 'no clear difference'."""
    proofs = []
    with Store(tmp_path / "s.db") as store:
        for times, some in ((2, NOISY), (1, set(PROVED) - NOISY)):
            proofs += prove(store, [load_claims()[name] for name in PROVED if name in some],
                            size=dataclasses.replace(SIZE, runs=times))
    wrong = [f"{one.claim.id} {one.kind}: {one.judged.verdict}" for one in proofs if not one.holds]
    assert not wrong, ", ".join(wrong)
    assert {(one.claim.id, one.kind) for one in proofs} >= {(name, "counter") for name in PROVED}


def test_a_claim_that_loses_today_can_win(tmp_path):
    """C11 reads 'contradicted'; where people judge themselves by what they intend, it holds."""
    from silosim.experiments.claims.declared import Context
    from silosim.experiments.claims.run import judge_all

    with Store(tmp_path / "s.db") as store:
        made = Runs(store, store.begin_sweep("claims", {}, 1), load_organisation("insurer"), Orders())
        (one,) = judge_all(made, [(load_claims()["C11"], Context({"perception_mix": 1.0}))], SIZE, 1, of=1)
    assert one.verdict == "supported"
    assert np.all(one.evidence["as_is"].u > 1)
