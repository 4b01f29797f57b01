"""Which policy first: the rule, written down.

1. A policy is able when customers are clearly better off by what matters: verdict 'better' on the customer grade.
2. A harm is a verdict 'worse' (by what matters, too) on something of GUARDS: waiting, work lying around, unsolved
   questions, people leaving, strain, cost of a solved question. Dashboards are no guard: they are what is in dispute.
3. First is the able policy without harm that moves the grade most ('first'). Where every able policy does harm, it is
   the one with the fewest harms, and of those the one that moves the grade most ('price').
4. Where none is able, the best 'slightly better' one without harm is named as small ('slight'); otherwise nothing is
   first and the report says that there is no clear difference ('none').
5. Policies able and without harm that do not differ clearly from the first, run by run, share its place ('tied').
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from silosim.experiments.report.facts.compared import MAIN, Found, against
from silosim.experiments.report.facts.source import Source

GUARDS = ("lead_time", "backlog", "unsolved", "turnover", "strain", "cost_per_solved")
KINDS = ("first", "price", "slight", "none", "alone", "undefined")


@dataclass(frozen=True)
class Choice:
    """What the rule says.

    kind    one of KINDS; 'alone': there is nothing but today; 'undefined': no run has a customer grade
    policy  which one; '' for none
    tied    others that share its place
    more    able policies that move the grade more, and do harm
    harms   policy -> measures on which it is clearly worse
    worse   policies under which customers are clearly worse off
    """

    kind: str
    policy: str
    tied: tuple[str, ...]
    more: tuple[str, ...]
    harms: Mapping[str, tuple[str, ...]]
    worse: tuple[str, ...]


def choose(source: Source, found: Found) -> Choice:
    """Applies the rule."""
    gain = {policy: found[policy, MAIN].change.mean for policy in source.others}
    of = {policy: found[policy, MAIN].verdict for policy in source.others}
    harms = {policy: tuple(m for m in GUARDS if found[policy, m].verdict == "worse") for policy in source.others}
    worse = tuple(sorted((p for p in of if of[p] in ("worse", "slightly_worse")), key=gain.get))
    able = sorted((p for p in of if of[p] == "better"), key=gain.get, reverse=True)
    clean = [p for p in able if not harms[p]]
    slight = sorted((p for p in of if of[p] == "slightly_better" and not harms[p]), key=gain.get, reverse=True)
    if not source.others:
        kind, policy = "alone", ""
    elif all(verdict == "undefined" for verdict in of.values()):
        kind, policy = "undefined", ""
    elif clean:
        kind, policy = "first", clean[0]
    elif able:
        kind, policy = "price", min(able, key=lambda p: (len(harms[p]), -gain[p]))
    elif slight:
        kind, policy = "slight", slight[0]
    else:
        kind, policy = "none", ""
    tied = tuple(p for p in clean[1:] if against(source, policy, p).verdict in ("unclear", "equal"))
    more = tuple(p for p in able if policy and gain[p] > gain[policy] and harms[p])
    return Choice(kind, policy, tied, more, harms, worse)


def shown(source: Source, found: Found, choice: Choice, most: int) -> list[str]:
    """At most `most` policies for a picture: those that move the grade most either way, and the one that is first."""
    sizes = {p: abs(found[p, MAIN].change.mean) if found[p, MAIN].change.n else 0.0 for p in source.others}
    kept = set(sorted(source.others, key=lambda p: (p != choice.policy, -sizes[p]))[:most])
    return [p for p in source.others if p in kept]
