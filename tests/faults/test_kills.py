"""Ten random `kill -9`; `python tests/faults/campaign.py --kills 100` makes a hundred, with the compiled rules."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from campaign import Campaign


def test_ten_kills_change_nothing(tmp_path, undisturbed):
    """Two campaigns side by side, since each of them mostly waits."""
    seed = random.SystemRandom().randrange(10**6)
    print(f"seeds {seed} and {seed + 1}")

    def five_kills(more: int) -> Counter[str]:
        folder = tmp_path / str(more)
        folder.mkdir()
        campaign = Campaign(folder, seed + more, replicates=200, undisturbed=undisturbed)
        campaign.run(5)
        return campaign.kills

    with ThreadPoolExecutor(2) as threads:
        kills = sum(threads.map(five_kills, (0, 1)), Counter())
    assert sum(kills.values()) == 10
    assert len(kills) == 3
