"""Measures of the silo: what gets lost at boundaries, what is sent back, and what is done about it."""

from silosim.model.jit import inlined
from silosim.model.layout import F
from silosim.model.measures.sums import ended, ratio


@inlined
def silo_index(a):
    """Context lost at boundaries, times what team-mates would lose with the same effort; undefined without
    boundaries."""
    return ratio(a[F.lost_across], a[F.lost_reference])


@inlined
def silo_cases(a):
    """Share of solved cases that lost context at a boundary (adds a contact by construction)."""
    return ratio(a[F.lost_cases], a[F.solved])


@inlined
def context_lost(a):
    """Share of all handoffs in which context was lost."""
    return ratio(a[F.lost_across] + a[F.lost_within], a[F.across] + a[F.within])


@inlined
def lost_across(a):
    """Share of handoffs across teams in which context was lost; undefined without boundaries."""
    return ratio(a[F.lost_across], a[F.across])


@inlined
def bounced(a):
    """Share of received handoffs that were sent back."""
    return ratio(a[F.bounces], a[F.received])


@inlined
def boundary_help(a):
    """Connecting effort against what conviction alone would give."""
    return ratio(a[F.connect], a[F.intended_connect])


@inlined
def handoffs(a):
    """Handoffs per ended case, within teams included."""
    return ratio(a[F.handoffs_of_cases], ended(a))


@inlined
def gaming(a):
    """Share of closures that were cosmetic."""
    return ratio(a[F.polished], a[F.stages])
