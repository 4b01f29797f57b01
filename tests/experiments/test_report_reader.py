"""A reader who has the first page and nothing else: what it answers is recomputed from the database, and turned round.

Nothing here uses the report's own facts: numbers come from the runs, by NumPy and SciPy, and are looked for in words.
"""

import functools
import re

import numpy as np
import pytest
from report_database import Planted, make
from report_page import Page
from scipy.stats import spearmanr

from silosim.experiments.report.facts.course import OBSERVABLE
from silosim.experiments.report.facts.facts import compute
from silosim.experiments.report.facts.source import opened, read
from silosim.experiments.report.render import html
from silosim.experiments.report.words import Words
from silosim.experiments.store import Store
from silosim.experiments.store.details import frames
from silosim.model.measures.declared import INDEX, MEASURES
from silosim.model.parameters import PARAMETERS
from silosim.model.text import LANGUAGES, difference, number, text

SHIFT = {"grade": 0.3, "contacts": -0.2, "cost_total": 2000.0, "day_handle": -0.1, "pressure": 0.3}
OTHERS = {"mixed": Planted({"grade": 0.5, "lead_time": 2.0, "strain": 0.3}), "worse": Planted({"grade": -0.3}),
          "same": Planted({})}
GUARDS = ("lead_time", "backlog", "unsolved", "turnover", "strain", "cost_per_solved")
FELT = ("strain", "turnover", "pressure", "grade")
WEEKS, RUNS, PEOPLE = 65, 6, 5
FLIPS = {  # what is turned round in the data -> answers that must change with it; no other may
    "grade": {"first", "much", "euros", "fte", "sure", "loses", "long", "dip", "watch", "fails", "assumed"},
    "cost_total": {"euros", "fte"}, "day_handle": {"fte"}, "contacts": {"watch"}, "pressure": {"loses"},
    "dip": {"dip", "long"}, "worlds": {"sure", "fails"}}


def planted(flip: str, folder):
    """The database with the sign of one thing turned round."""
    shift = {name: -x if name == flip else x for name, x in SHIFT.items()}
    sign = -1 if flip == "worlds" else 1
    worlds = {"better": {f"w{k:02}": 0.01 * k if sign > 0 else 0.01 * (44 - k) - 0.2 for k in range(45)},
              "worse": {f"w{k:02}": -0.01 * k for k in range(45)}}
    if flip == "grade":
        others = {**OTHERS, "mixed": Planted({"grade": -0.5}), "worse": Planted({"grade": 0.25})}
    else:
        others = OTHERS
    dip = -0.5 if flip == "dip" else 0.5
    return make(folder / f"{flip}.db", {"better": Planted(shift, dip=dip), **others}, worlds=worlds, runs=RUNS,
                weeks=WEEKS)


@pytest.fixture(scope="module")
def read_page(tmp_path_factory):
    """read_page(flip, lang): the answers of that database's first page; read_page.path(flip): the database."""
    folder = tmp_path_factory.mktemp("reader")
    path = functools.cache(lambda flip: planted(flip, folder))

    @functools.cache
    def both(flip):
        with opened(path(flip)) as store:
            facts = compute(read(store))
            return {lang: Page(html(facts, Words(facts, lang), {})).answers for lang in LANGUAGES}

    def answers(flip, lang):
        return both(flip)[lang]

    answers.path = path
    return answers


class Runs:
    """The database as a researcher would read it."""

    def __init__(self, path):
        with Store(path, write=False) as store:
            members = store.members(1)
            keys = {policy: list(some["key"]) for policy, some in members.groupby("policy")}
            self.last = {policy: store.outcome_array(some) for policy, some in keys.items()}
            self.weeks = {name: {policy: store.series(some, name) for policy, some in keys.items()}
                          for name in (*OBSERVABLE, "grade")}
            grades = store.sweep_outcomes(2)["grade"].groupby("point").mean()
            worlds = store.points(2)[["policy", "world_name"]].join(grades)
            table = worlds.pivot(index="world_name", columns="policy", values="grade")
            self.gains = {policy: (table[policy] - table["today"]).to_numpy() for policy in table}
            teams = list(frames(store, 1, "team"))
        self.teams = {}
        for frame in teams:
            for (policy, run), some in frame.groupby(["policy", "replicate"]):
                self.teams[policy, run] = some.set_index("team")

    def change(self, policy, name):
        return self.last[policy][:, INDEX[name]] - self.last["today"][:, INDEX[name]]

    def harm(self, policy, name):
        """Whether all runs are worse, by what matters on average."""
        sign = -1 if MEASURES[name].better == "up" else 1
        change = sign * self.change(policy, name)
        return (change > 0).all() and change.mean() >= MEASURES[name].matters

    def first(self):
        able = {policy: self.change(policy, "grade").mean() for policy in self.last if policy != "today"
                and (self.change(policy, "grade") > 0).all() and self.change(policy, "grade").mean() >= 0.1
                and not any(self.harm(policy, name) for name in GUARDS)}
        return max(able, key=able.get)

    def early(self, policy, name):
        """[runs] change over the first thirteen weeks."""
        return (self.weeks[name][policy] - self.weeks[name]["today"])[:, :13].mean(axis=1)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("flip", ["", "grade", "worlds"])
def test_every_answer_is_that_of_the_runs(read_page, lang, flip):
    answers, runs = read_page(flip, lang), Runs(read_page.path(flip))
    policy = runs.first()

    def says(name, *words):
        for one in words:
            assert str(one).replace("-", "−") in answers[name], f"{name}: {one} is not in: {answers[name]}"

    grade = runs.change(policy, "grade")
    says("first", f"‘{policy}’")
    says("much", *(difference(x, ".2f", lang) for x in (grade.mean(), *np.percentile(grade, (10, 90)))))
    cost = runs.change(policy, "cost_total").mean() * 52
    if cost:
        says("euros", number(abs(cost), ",.0f", lang))
        says("fte", number(abs(runs.change(policy, "day_handle").mean() * PEOPLE), ".1f", lang))
    says("sure", number((grade > 0).mean(), ".0%", lang), number(RUNS, "", lang),
         number((runs.gains[policy] >= 0.1 - 1e-12).mean(), ".0%", lang))
    says("fails", number((runs.gains[policy] < 0.1 - 1e-12).mean(), ".0%", lang), 45)
    free = sum(p.evidence == "free" for p in PARAMETERS.of_role("world"))
    says("assumed", PEOPLE, WEEKS, free, len(PARAMETERS.of_role("world")))
    losers(runs, policy, answers["loses"], lang)
    course(runs, policy, answers, lang)
    sign(runs, policy, answers["watch"], lang)


def losers(runs, policy, answer, lang):
    """Teams that are worse, with by how much, and how many there are."""
    lost = {}
    for name in FELT:
        change = np.array([(runs.teams[policy, r][name] - runs.teams["today", r][name]) for r in range(RUNS)])
        down = -1 if name == "grade" else 1
        for k, team in enumerate(runs.teams["today", 0].index):
            if (down * change[:, k] > 0).all() and down * change[:, k].mean() >= MEASURES[name].matters:
                lost[team, name] = change[:, k].mean()
    of = {"en": "of", "nl": "van de"}[lang]
    count = len({team for team, _ in lost})
    if not lost:
        assert {"en": "None of the 2 teams", "nl": "Geen van de 2 teams"}[lang] in answer
        return
    assert f"{count} {of} 2 teams" in answer
    for (team, name), change in lost.items():
        assert team in answer
        assert difference(change, MEASURES[name].format, lang).replace("-", "−") in answer


def course(runs, policy, answers, lang):
    """From which quarter on it is better in all runs, and the four weeks in which it is worst."""
    change = runs.weeks["grade"][policy] - runs.weeks["grade"]["today"]
    quarters = change[:, :65].reshape(RUNS, 5, 13).mean(axis=2)
    clear = (quarters > 0).all(axis=0)
    since = 1 + max((k for k in range(5) if not clear[k]), default=-1) + 1
    assert re.search(rf"(?:quarter|kwartaal) {since}\b", answers["long"])
    assert re.search(rf"\b{since * 13} (?:weeks|weken)", answers["long"])
    assert difference(quarters[:, 0].mean(), ".2f", lang).replace("-", "−") in answers["long"]
    blocks = change[:, :64].reshape(RUNS, 16, 4).mean(axis=2)
    bad = [k for k in range(16) if (blocks[:, k] < 0).all()]
    if not bad:
        assert {"en": "No clear dip", "nl": "Geen duidelijke dip"}[lang] in answers["dip"]
        return
    worst = min(bad, key=lambda k: blocks[:, k].mean())
    assert difference(blocks[:, worst].mean(), ".2f", lang).replace("-", "−") in answers["dip"]
    assert re.search(rf"week {4 * worst + 4}\b", answers["dip"])


def sign(runs, policy, answer, lang):
    """The observable measure that moves in all runs and goes along best with where the grade ends, over policies."""
    others = [name for name in runs.last if name != "today"]
    late = np.concatenate([(runs.weeks["grade"][one] - runs.weeks["grade"]["today"])[:, -52:].mean(axis=1)
                           for one in others])
    rank = {}
    for name in OBSERVABLE:
        mine = runs.early(policy, name)
        if abs(np.sign(mine).sum()) == RUNS:
            rank[name] = spearmanr(np.concatenate([runs.early(one, name) for one in others]), late).statistic
    if not rank:
        assert text("report.answers.watch_nothing", lang) in answer
        return
    best = max(rank, key=lambda name: abs(rank[name]))
    assert answer.count(text(f"measure.{best}.label", lang)) == 1
    assert difference(runs.early(policy, best).mean(), MEASURES[best].format, lang).replace("-", "−") in answer
    assert difference(rank[best], ".2f", lang).replace("-", "−") in answer
    down, up = {"en": ("should fall", "should rise"), "nl": ("dalen", "stijgen")}[lang]
    assert (down if runs.early(policy, best).mean() < 0 else up) in answer


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("flip", FLIPS)
def test_data_turned_round_change_the_answers_that_rest_on_them_and_no_other(read_page, lang, flip):
    before, after = read_page("", lang), read_page(flip, lang)
    assert {name for name in before if before[name] != after[name]} == FLIPS[flip]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("flip", "name", "before", "after"), [
    ("cost_total", "euros", {"en": "of all costs", "nl": "van alle kosten"}, {"en": "It saves", "nl": "Het bespaart"}),
    ("day_handle", "fte", {"en": "stop handling", "nl": "van het afhandelen"},
     {"en": "more go to handling", "nl": "meer naar het afhandelen"}),
    ("contacts", "watch", {"en": "should fall", "nl": "dalen"}, {"en": "should rise", "nl": "stijgen"}),
    ("pressure", "loses", {"en": "clearly worse off: ", "nl": "duidelijk op achteruit: "},
     {"en": "None of the 2 teams", "nl": "Geen van de 2 teams"}),
    ("dip", "dip", {"en": "Down to", "nl": "Tot −"}, {"en": "No clear dip", "nl": "Geen duidelijke dip"}),
    ("grade", "first", {"en": "better", "nl": "better"}, {"en": "worse", "nl": "worse"}),
    ("worlds", "fails", {"en": " below ", "nl": " onder "}, {"en": " above ", "nl": " boven "}),
])
def test_the_direction_turns_with_the_data(read_page, lang, flip, name, before, after):
    assert before[lang] in read_page("", lang)[name]
    assert after[lang] in read_page(flip, lang)[name]
    assert after[lang] not in read_page("", lang)[name]
