"""Ten random `kill -9`; `python tests/faults/campaign.py --kills 100` makes a hundred, with the compiled rules."""

import random

from campaign import Campaign


def test_ten_kills_change_nothing(tmp_path, undisturbed):
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    campaign = Campaign(tmp_path, seed, replicates=200, undisturbed=undisturbed)
    campaign.run(10)
    assert sum(campaign.kills.values()) == 10
    assert len(campaign.kills) == 3
