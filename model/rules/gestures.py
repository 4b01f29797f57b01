"""Keep it small: hours for personal gestures, given every week or saved up for one long programme, under one rule."""

from silosim.model.jit import inlined, rule
from silosim.model.layout import F
from silosim.model.maths import clip, exp


@inlined
def gesture_time(w, team):
    """Share of the day: gesture_hours (1 - ero P). Pressure takes the same part from gestures and from programmes."""
    return w.par.gesture_hours * (1.0 - w.par.time_yields * w.team[team].pressure)


@rule
def make_gestures(w):
    """Hours are saved per team and used at once every `gesture_interval` weeks; touch fades by `gesture_fade` a week.

    Hours that are saved when the lever goes off are lost: a programme cut short has given nothing.
    """
    p = w.par
    w.saving = w.saving + 1.0 if p.gesture_hours > 0.0 else 0.0
    due = w.saving >= p.gesture_interval
    for team in range(w.teams):
        t = w.team[team]
        t.touch -= p.gesture_fade * t.touch
        t.saved = t.saved + gesture_time(w, team) if w.saving > 0.0 else 0.0
        if due:
            use_hours(w, team)
    if due:
        w.saving = 0.0


@rule
def use_hours(w, team):
    """touch += (1 - e^(-g_effect h))(1 - touch), h = max(0, hours saved - h_fix), in weeks of the whole day.

    And what it brings is seen at once by all who took part, whether they meet the customer or not:
    imp += (1 - e^(-g_feedback h))(liked - imp), liked = clip((mean grade of the team's cases this week - 5)/4, 0, 1).
    """
    t = w.team[team]
    p = w.par
    hours = max(0.0, t.saved - p.gesture_fixed)
    t.saved = 0.0
    t.touch += (1.0 - exp(-p.gesture_effect * hours)) * (1.0 - t.touch)
    sums = w.sums[team]
    ended = sums[F.solved] + sums[F.gave_up] + sums[F.withdrawn]
    if ended > 0.0:
        liked = clip((sums[F.grade] / ended - 5.0) / 4.0, 0.0, 1.0)
        heard = 1.0 - exp(-p.gesture_feedback * hours)
        for k in range(t.size):
            e = w.emp[w.members[t.first + k]]
            e.impact += heard * (liked - e.impact)
