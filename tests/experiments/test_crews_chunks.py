"""Chunks of runs: everything once and in order, each as long as is worth handing out."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from silosim.experiments.running.chunks import MOST, TARGET, Cutter


@given(groups=st.lists(st.tuples(st.integers(0, 5), st.integers(1, 30)), max_size=30),
       times=st.lists(st.floats(1e-6, 10), min_size=1, max_size=50), workers=st.integers(1, 8), known=st.booleans())
def test_chunks_hold_everything_once_in_order(groups, times, workers, known):
    items = [(group, k) for group, count in groups for k in range(count)]
    cutter = Cutter(iter(items), lambda item: item[0], workers, len(items) if known else None)
    cut = []
    for seconds in times * (len(items) + 1):
        limit = cutter._size()
        chunk = cutter.cut()
        assert len(chunk) <= 2 * limit
        if not chunk:
            break
        cut.append((chunk, limit))
        cutter.took(len(chunk), seconds)
    assert [item for chunk, _ in cut for item in chunk] == items
    for (chunk, limit), (following, _) in pairwise(cut):
        parted = chunk[-1][0] == following[0][0] and chunk[-1] != (chunk[-1][0], 0)
        if parted and chunk[-1][1] + 1 == following[0][1]:  # a group was cut through: only where it had to be
            assert len(chunk) == 2 * limit


@given(seconds=st.floats(1e-7, 100))
def test_chunks_take_about_a_third_of_a_second(seconds):
    cutter = Cutter(iter(range(10**6)), lambda item: item, 2)
    assert len(cutter.cut()) == 1  # nothing is known yet
    cutter.took(1, seconds)
    size = len(cutter.cut())
    assert size == 1 or size * seconds <= TARGET * 1.01
    assert size == MOST or (size + 1) * seconds >= TARGET * 0.99


def test_the_first_run_may_be_slow():
    """It may have found a cold machine: the estimate follows at once when runs turn out to be quick."""
    cutter = Cutter(iter(range(10**6)), lambda item: item, 2)
    cutter.took(1, 30.0)
    cutter.took(1, 0.001)
    assert len(cutter.cut()) == 300


def test_the_last_chunks_are_small():
    cutter = Cutter(iter(range(1000)), lambda item: item, 2, 1000)
    cutter.took(1, 1e-6)
    sizes = []
    while chunk := cutter.cut():
        sizes.append(len(chunk))
    assert sizes[0] == 250
    assert sizes[-1] == 1


def test_items_are_taken_only_as_needed():
    taken = []
    cutter = Cutter((taken.append(k) or k for k in range(1000)), lambda item: item, 2)
    cutter.took(1, TARGET / 10)
    cutter.cut()
    assert len(taken) == 11  # one is looked at, to see whether it belongs to the group
