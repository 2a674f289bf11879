"""Which states a power cut may leave: all small departures from what was
written, then random ones.

A state is a cut and what was lost at it: numbers of names, and for writes that
were not synced the part that was kept.
"""
import hashlib
import itertools

from disk import DROP, FILL_JUNK, FILL_ZERO, Part, blocks_of

EACH = 16      # of the latest losses, each
PAIRS = 8      # of the latest losses, all pairs
TEARS = 32     # places in one write, of each size of block


class State:
    """'lost': numbers of names; 'parts': {(node, op): key of a Part}."""

    def __init__(self, cut, lost, parts, sampled):
        self.cut = cut
        self.lost = lost
        self.parts = parts
        self.sampled = sampled

    def choices(self, node):
        synced, count = self.cut.ops(node)
        if synced == count:
            return synced, ()
        return synced, tuple(self.parts.get((node, i))
                             for i in range(synced, count))

    def key(self, names, contents):
        """Of what is on the disk, without the index."""
        sha = hashlib.sha256()
        tree = names.tree(self.cut, self.lost)
        for path in sorted(tree):
            node = tree[path]
            if node.index:
                continue
            text = node.kind
            if node.kind != "d":
                text += contents.digest_of(node, *self.choices(node))
            sha.update(f"{path}\0{text}\0".encode())
        return sha.digest()


def tears(offset, data, few):
    """The ways in which a write may be kept in part; a few for a file that
    nobody will look into."""
    yield DROP
    if few:
        yield Part(512, 1, FILL_ZERO, False)
        yield Part(4096, 1, FILL_JUNK, True)
        return
    for fill in (FILL_ZERO, FILL_JUNK):
        yield Part(512, 0, fill, True)
    for unit in (512, 4096):
        n = blocks_of(offset, len(data), unit)
        whole = (1 << n) - 1
        step = -(-n // TEARS)
        for i in range(1, n, step):
            head = (1 << i) - 1
            yield Part(unit, head, FILL_ZERO, False)
            yield Part(unit, head, FILL_ZERO, True)
            yield Part(unit, head, FILL_JUNK, True)
            yield Part(unit, whole ^ head, FILL_ZERO, True)
        for i in range(0, n if n > 1 else 0, step):
            yield Part(unit, whole ^ 1 << i, FILL_ZERO, True)
            yield Part(unit, whole ^ 1 << i, FILL_JUNK, True)


def is_promised(node):
    """Not of the index, and not of an attempt."""
    return not (node.index or node.scratch)


def matters(cut, trace):
    """Whether the event before a cut was about something promised."""
    event = trace.events[cut.at - 1]
    if event[0] == "name":
        return is_promised(event[1].node)
    return event[0] != "data" or is_promised(event[1])


def losses(cut):
    """What may be lost at a cut, of what is promised: one list for each change,
    of pairs (numbers of names, parts)."""
    found = [[(frozenset([n.seq]), {})] for n in cut.waiting
             if is_promised(n.node)]
    for node, i in cut.pending_data():
        if not is_promised(node):
            continue
        offset, data = node.ops[i]
        ways = [DROP] if offset is None else tears(offset, data,
                                                   cut.temporary(node))
        found.append([(frozenset(), {(node, i): way.key}) for way in ways])
    return found


def join(choices):
    lost, parts = frozenset(), {}
    for names, more in choices:
        lost |= names
        parts.update(more)
    return lost, parts


def systematic(cut):
    """Nothing lost; all; each change in each way; all but each; each pair."""
    ways = losses(cut)
    yield State(cut, frozenset(), {}, False)
    if not ways:
        return
    drop = [way[0] for way in ways]
    old = max(0, len(ways) - EACH)
    for some in itertools.chain(
            [drop],
            ([choice] for way in ways[old:] for choice in way),
            (drop[:i] + drop[i + 1:] for i in range(old, len(drop))),
            itertools.combinations(drop[-PAIRS:], 2)):
        yield State(cut, *join(some), False)


def random_part(random, offset, data):
    unit = random.choice((512, 4096))
    n = blocks_of(offset, len(data), unit)
    return Part(unit, random.getrandbits(n),
                random.choice((FILL_ZERO, FILL_JUNK)),
                random.random() < 0.5)


def sample(cut, random):
    """Anything may be lost, scratch files too; often little, often much."""
    share = random.choice((0.1, 0.3, 0.5, 0.8))
    lost = {n.seq for n in cut.waiting
            if not n.node.index and random.random() < share}
    parts = {}
    for node, i in cut.pending_data():
        if node.index or random.random() >= share:
            continue
        offset, data = node.ops[i]
        way = DROP
        if offset is not None and random.random() < 0.7:
            way = random_part(random, offset, data)
        parts[node, i] = way.key
    return State(cut, frozenset(lost), parts, True)


class Index:
    """The index is disposable, so any state of it will do; which one a state
    gets follows from its key."""

    WAYS = ("written", "some", "some", "synced", "none", "junk")

    def __init__(self, state, random):
        self.way = random.choice(self.WAYS)
        self.state = state
        self.parts = {}
        for node, i in state.cut.pending_data():
            if not node.index or self.way not in ("some", "synced"):
                continue
            if self.way == "synced" or random.random() < 0.3:
                self.parts[node, i] = DROP.key

    def content(self, node, contents):
        """None: the file is not there."""
        if self.way == "none":
            return None
        if self.way == "junk":
            return hashlib.shake_128(b"index").digest(8192)
        synced, choices = State(self.state.cut, frozenset(), self.parts,
                                True).choices(node)
        return contents.make(node, synced, choices)
