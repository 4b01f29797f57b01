"""What teams know of each other's work: learned from cases that ended well, told by those one knows, and forgotten.

It decides nothing by itself: `routing` uses it. It stands still where there is no doubt (`routing_doubt` 0).
"""

from silosim.model.jit import rule


@rule
def learn_routes(w, k):
    """A case that ended well shows each team on its way where such cases go: knows += (l / n)(1 - knows), n its
    people."""
    before = -1
    for s in range(w.journey[k.journey].stages):
        if k.handler[s] >= 0:
            team = w.emp[k.handler[s]].team
            if before >= 0 and before != team:
                gain = w.par.routing_learning / w.team[before].size
                w.knows[before, team] += gain * (1.0 - w.knows[before, team])
            before = team


@rule
def share_routes(w):
    """Week by week: knows += sh fam (1 - knows) - fo knows. Who is known tells what they do; the rest is forgotten."""
    p = w.par
    if p.routing_doubt <= 0.0:
        return
    for a in range(w.teams):
        for b in range(w.teams):
            level = w.knows[a, b]
            shared = min(1.0, p.routing_sharing * w.familiar[a, b])
            w.knows[a, b] = level + shared * (1.0 - level) - p.routing_forgetting * level
