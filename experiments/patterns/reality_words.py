"""The words of REALITY.md: what it is about, and what was found."""

INTRODUCTION = """# What a real log asks of the model

Four patterns of the log of a real service desk (Amaral, Fantinato & Peres 2018, UCI Machine Learning Repository, doi
10.24432/C57S4H) are not in the rules: none of them has a parameter. This page shows whether they come about when
people do not always know where a case goes ([ODD.md](../../model/ODD.md), 7.20), when the KPI pays for closing within
a term (7.21), and when its clock can be stopped (7.22). None of the values was fitted to these patterns: doubt and its
spread, days on hold and the norm were set before the first run. Demand and term of the other arms were set after a look
at how long work waits, since at the usual load hardly any case lives to see a term of days; and the head counts of the
service desk so that no team is overloaded. That six of its ten questions need one team, and so the chance of a first
handoff, is how it was made. The organisations are not the one that the log comes from, so what counts is the direction
and the order of magnitude. Statistics: `silosim.experiments.logs.patterns`, the same code for real and simulated logs,
of the cases that arrive in {weeks} weeks after {burn_in} of burn-in.

In each cell: the mean of {runs} runs, and below it the paired difference from the first of the arms with its 95%
interval (Student). Written by `python -m silosim.experiments.patterns.reality`, under rules {rules}; every run stands
in `results/reality/runs.csv`.
"""

# Written when the runs were read. The overload was added then, after few cases had been put on hold in the others.
FINDINGS = """## What comes about, and what does not

- **Back to the sender**: at the service desk, yes, but most of it was there before: cases whose story got lost are
  sent back anyway (lift 1.84; the real one is 2.0). Doubt adds to it only where cases differ in how clear they are
  (2.25, against 1.88 when all are alike); with twice the doubt it is 3.07, more than in the log. The shares behind it
  stay below the real ones. **Not at the insurer**: few teams and fixed routes; doubt makes cases wander, chance rises
  faster than the way back, and the lift falls from 1.63 to 1.19.
- **Going on the likelier**: at the service desk, yes. Without doubt the chance of another handoff falls with their
  number (its journeys end); with it it rises from .40 to .65, in the log from .39 to .60. It rises nearly as much when
  all cases are alike: mostly it is the same doubt met again at every step, and differences between cases carry it
  beyond four handoffs. **Not at the insurer**, whose three or four planned stages are most of what is counted.
- **A waiting status as a norm**: only where work waits for days. With a fifth more questions than usual few cases reach
  their term, and what spread there is comes from backlogs, not from the norm (no difference that these runs could
  tell). In an overload the norm doubles the spread at the service desk, also among the cases that were at their term,
  where it cannot come from backlogs; **at the insurer** by nothing that could be told (and six teams are too few for
  the log's statistic). The level stays **below the log's** (median team 3 to 6% of its cases, real 16%): there, waiting
  is not only cosmetic. The spread itself grows with the number of cases, and these logs are longer than the real one:
  read it between the arms. A strong norm keeps a status from being used where nobody began with it.
- **Around the term**: yes, in both. Taken as they came, cases show no break at the term. Where people choose the order
  they are resolved at up to four times that rate before it ends (at the desk most on the last day, at the insurer two
  days before), and then left: the two days after it see a sixth (insurer) to a quarter (desk) of the last day's rate.
  No real curve was looked at.
"""
