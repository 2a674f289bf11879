"""The different states that a power cut can leave of what was recorded."""
import random

import disk
import states

TRIES = 3       # random states for a new one
SHORT = 1000    # states of a scenario, below which not all cuts are used
BATCH = 2000    # random states that are made in the order of their cuts


class Collection:
    """States by what is on the disk; of equal ones that with the most
    acknowledged before it.  'owner' {key: collection} is shared, so that no two
    collections count a state."""

    def __init__(self, trace, owner, without=frozenset()):
        self.trace = trace
        self.owner = owner
        self.cuts = list(disk.cuts(trace, without))
        self.contents = disk.Contents()
        self.names = disk.Names(trace)
        self.found = {}
        self.tried = 0
        self.random = None
        self.used = []  # cuts that random states are of
        self.weights = []

    def add(self, state):
        self.tried += 1
        key = state.key(self.names, self.contents)
        if self.owner.setdefault(key, self) is not self:
            return
        other = self.found.get(key)
        if not other or other.cut.marks < state.cut.marks:
            state.seed = int.from_bytes(key[:8], "little")
            if other:
                state.sampled = other.sampled
            self.found[key] = state

    def begin(self, count, seed):
        """All small departures; when 'count' is small, of some cuts only, and a
        choice of those."""
        self.random = random.Random(seed)
        self.used = [cut for cut in self.cuts if cut.at == self.trace.start or
                     states.matters(cut, self.trace)]
        if count < SHORT:
            self.used = self.random.sample(
                self.used, min(len(self.used), 1 + count // 8))
            self.used.sort(key=lambda cut: cut.at)
        self.weights = [1 + 4 * len(states.losses(cut)) for cut in self.used]
        for cut in self.used:
            for state in states.systematic(cut):
                self.add(state)
        if count < SHORT and len(self.found) > count:
            keys = self.random.sample(list(self.found), count)
            self.found = {key: self.found[key] for key in keys}

    def fill(self, count):
        """Random states up to 'count' in all, or until nearly all of them are
        known already."""
        tries = new = 0
        while len(self.found) < count and tries < TRIES * new + count:
            before = len(self.found)
            n = min(BATCH, count - before)
            for cut in sorted(self.random.choices(self.used, self.weights,
                                                  k=n),
                              key=lambda cut: cut.at):
                self.add(states.sample(cut, self.random))
            tries, new = tries + n, new + len(self.found) - before

    def states(self):
        """In the order of their cuts, the quickest to judge them in."""
        return sorted(self.found.values(), key=lambda state: state.cut.at)


def collect(traces, count, seed, owner):
    """{name: collection} with 'count' states in all: what one trace has not,
    others give."""
    names = list(traces)
    share = dict.fromkeys(names, -(-count // len(names)))
    found = {name: Collection(traces[name], owner) for name in names}
    for name in names:
        found[name].begin(share[name], seed)
    while names:
        for name in names:
            found[name].fill(share[name])
        names = [name for name in names
                 if len(found[name].found) >= share[name]]
        missing = count - sum(len(one.found) for one in found.values())
        if missing <= 0:
            break
        for name in names:
            share[name] += -(-missing // len(names))
    return found
