"""The schedule: the order of a day, a week and a quarter, written once for both faces.

The compiled engine runs these functions as machine code; the Mesa face runs the very same code in
Python with the phases named `everyone_*` replaced by activating its agents row by row.

A DAY
 1. New questions arrive.                                   new_cases
 2. Parked cases come back: escalations, failure demand.    due_back
 3. Impatient customers call or withdraw.                   impatience
 4. Four slots: everyone works, in keyed order.             everyone_works
 5. Clocks are stopped; the day ends.                       stop_clocks, end_day
A WEEK (after five days)
 6. Teams take stock: hours, backlog, pressure, norms;
    managers steer, and decide what they pass on.           teams_take_stock
 7. The board and the reward scheme say what pays.          teams_set_pay
 8. Everyone chooses effort: best response with inertia.    everyone_chooses
 9. Everyone reflects: conviction, fear, experience.        everyone_reflects
10. Some leave; recruits take their seats.                  everyone_considers_leaving
11. Improvement, familiarity, knowing where cases go,
    platform, gestures, talks;
    vacant places find new customers.                       organisation_learns
A QUARTER (every thirteenth week)
12. Teams are appraised; capacity and targets follow.       teams_are_appraised
13. Everyone looks around and imitates.                     everyone_looks_around
EVERY WEEK, LAST
14. The accounts are closed.                                close_accounts
"""

from silosim.model.chance import ORDER, uniform
from silosim.model.jit import inlined, rule
from silosim.model.layout import DAYS_PER_WEEK, SLOTS, WEEKS_PER_QUARTER
from silosim.model.measures.kernels import measure_row
from silosim.model.rules.accounts import account_employee, account_team, clear_week, close_week, mean_capability
from silosim.model.rules.appraisal import appraise, set_lead_norm
from silosim.model.rules.conviction import look_around, reflect
from silosim.model.rules.demand import due_back, impatience, new_cases
from silosim.model.rules.effort import choose_effort, settle_effort
from silosim.model.rules.gestures import make_gestures
from silosim.model.rules.governance import board_meets, improve_together
from silosim.model.rules.holding import set_holding, stop_clocks
from silosim.model.rules.knowledge import share_routes
from silosim.model.rules.leadership import managers_steer
from silosim.model.rules.market import win_customers
from silosim.model.rules.motives import weigh_motives
from silosim.model.rules.pay import set_pay
from silosim.model.rules.people import consider_leaving
from silosim.model.rules.teams import (
    adopt_platform,
    count_backlog,
    count_help,
    count_hours,
    expected_loss,
    get_familiar,
    improve_capability,
    set_norms,
    take_stock,
    talk_it_over,
)
from silosim.model.rules.work import work_slot


@inlined
def day(w):
    """Phases 1 to 5."""
    new_cases(w)
    due_back(w)
    impatience(w)
    for slot in range(SLOTS):
        everyone_works(w, slot)
    stop_clocks(w)
    end_day(w)


@inlined
def week(w):
    """Phases 1 to 14; phases 12 and 13 in the last week of a quarter."""
    for _ in range(DAYS_PER_WEEK):
        day(w)
    teams_take_stock(w)
    teams_set_pay(w)
    everyone_chooses(w)
    everyone_reflects(w)
    everyone_considers_leaving(w)
    organisation_learns(w)
    if quarter_ends(w):
        teams_are_appraised(w)
        everyone_looks_around(w)
        quarter_closes(w)
    close_accounts(w)


@rule
def work_order(w, slot, k):
    """The k-th employee to work in a slot, or a number beyond the last seat to be skipped.

    A keyed start and stride around a cycle of prime length: a permutation that costs no sorting.
    """
    start = int(uniform(w.key, ORDER, w.day, 2 * slot) * w.cycle)
    stride = 1 + int(uniform(w.key, ORDER, w.day, 2 * slot + 1) * (w.cycle - 1))
    return (start + k * stride) % w.cycle


@inlined
def everyone_works(w, slot):
    """Phase 4: one slot of work, the keyed order of `work_order`."""
    i = work_order(w, slot, 0)
    stride = (work_order(w, slot, 1) - i) % w.cycle
    for _ in range(w.cycle):
        if i < w.employees:
            work_slot(w, i)
        i += stride
        if i >= w.cycle:
            i -= w.cycle


@inlined
def end_day(w):
    w.day += 1


@inlined
def teams_take_stock(w):
    """Phase 6."""
    count_hours(w)
    count_backlog(w)
    for team in range(w.teams):
        take_stock(w, team)
    set_norms(w)
    set_holding(w)
    if w.par.management_layers >= 1.0:
        managers_steer(w)


@inlined
def teams_set_pay(w):
    """Phase 7. What the governance board decides comes first: who sits in process teams is judged accordingly."""
    board_meets(w)
    for team in range(w.teams):
        set_pay(w, team)


@inlined
def everyone_chooses(w):
    """Phase 8. Norms were taken before anybody moves, so the order does not matter."""
    for i in range(w.employees):
        weigh_motives(w, i)
        choose_effort(w, i)
    everyone_settles(w)


@inlined
def everyone_settles(w):
    """What the new effort means for every case, once a week."""
    for i in range(w.employees):
        settle_effort(w, i)
    w.loss_rate = expected_loss(w)


@inlined
def everyone_reflects(w):
    """Phase 9."""
    for i in range(w.employees):
        reflect(w, i)


@inlined
def everyone_considers_leaving(w):
    """Phase 10."""
    for i in range(w.employees):
        consider_leaving(w, i)


@inlined
def organisation_learns(w):
    """Phase 11."""
    improve_capability(w)
    improve_together(w)
    mean_capability(w)
    count_help(w)
    get_familiar(w)
    share_routes(w)
    adopt_platform(w)
    make_gestures(w)
    for team in range(w.teams):
        talk_it_over(w, team)
        w.team[team].sanctions = 0.0
    win_customers(w)


@inlined
def quarter_ends(w):
    """Whether this is the last week of a quarter."""
    return w.week % WEEKS_PER_QUARTER == WEEKS_PER_QUARTER - 1


@inlined
def teams_are_appraised(w):
    """Phase 12."""
    for team in range(w.teams):
        appraise(w, team)
    set_lead_norm(w)
    w.answers = w.answers_now
    w.answers_now = 0.0


@inlined
def everyone_looks_around(w):
    """Phase 13, in two steps: all look, then all change their mind."""
    for i in range(w.employees):
        look_around(w, i)


@inlined
def quarter_closes(w):
    """New beliefs take hold; points start again at nothing."""
    for i in range(w.employees):
        w.emp[i].belief = w.emp[i].next_belief
        w.emp[i].points = 0.0


@inlined
def close_accounts(w):
    """Phase 14."""
    for i in range(w.employees):
        account_employee(w, i)
    for team in range(w.teams):
        account_team(w, team)
    close_week(w)
    w.week += 1


@rule
def advance(worlds, row, weeks, series):
    """Run one world of an array of worlds for some weeks; the measures of each week go into `series` (weeks,
    measures)."""
    w = worlds[row]
    for t in range(weeks):
        clear_week(w)
        week(w)
        measure_row(w.sums[w.org], series[t])
