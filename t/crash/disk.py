"""A recorded trace (record.h), and what a power cut may have left of it.

The file system is one that promises fsync and nothing else: what was not synced
may be there, or not, or in part, in any order.

  - Bytes written to a file and its length are durable when the file was synced.
    Before, each 512 or 4096 bytes of a write may have reached the disk or not;
    the length may have grown without them, and then zeros or garbage stand
    there; but not the records of a log.
  - A name is durable when its directory was synced.  A new directory has to be
    named durably like a file; syncing it says nothing of its own name.
  - A rename happens as a whole, and is durable with either directory.
  - Modes are as they were at the cut.
"""
import bisect
import hashlib

FILL_ZERO, FILL_JUNK = range(2)


class Node:
    """A file, directory or link: one inode while it lives."""

    def __init__(self, kind, mode):
        self.kind = kind
        self.mode = mode
        self.ops = []       # (offset, bytes), or (None, size)
        self.when = []      # the events of the ops
        self.names = {}     # every path that it ever had, the last one last
        self.final = None   # the event that gave it one not below tmp/
        self.index = self.scratch = False

    def sort(self):
        """What it is to the store, by its names."""
        self.index = any("/index.sqlite" in path for path in self.names)
        # Nothing is promised about them: attempts of a run, and of a rerun.
        self.scratch = any(("/runs/" in path and "/work/" in path) or
                           "/.fedtwin/tmp/rerun-" in path
                           for path in self.names)


class Name:
    """One change of names: 'put' (directory, name, node) and 'cut' (directory,
    name), either of which may be None; 'node' is what it is about."""

    def __init__(self, seq, put, cut, node):
        self.seq = seq
        self.node = node
        self.put = put
        self.cut = cut
        self.dirs = [at[0] for at in (put, cut) if at]


class Part:
    """What was kept of a write: blocks of 'unit' bytes by 'mask'; what is
    missing has 'fill' where the file was longer with it, if 'long'."""

    def __init__(self, unit, mask, fill, long):
        self.key = (unit, mask, fill, long)


DROP = Part(512, 0, FILL_ZERO, False)


JUNK = hashlib.shake_128(b"junk").digest(1 << 16)


def junk(length):
    return (JUNK * (length // len(JUNK) + 1))[:length]


def blocks_of(offset, length, unit):
    """How many aligned blocks a write touches."""
    return (offset + length - 1) // unit - offset // unit + 1


def apply_part(content, offset, data, key):
    unit, mask, fill, long = key
    old, end = len(content), offset + len(data)
    first, kept_end = offset // unit, old
    runs = []
    for i in range(blocks_of(offset, len(data), unit)):
        if mask >> i & 1:
            a = max(offset, (first + i) * unit)
            b = min(end, (first + i + 1) * unit)
            runs.append((a, b))
            kept_end = b
    size = max(old, end if long else kept_end)
    if size > old:
        gap = size - old
        if fill == FILL_JUNK:
            content += junk(gap)
        else:
            content += bytes(gap)
    for a, b in runs:
        content[a:b] = data[a - offset:b - offset]


def apply_whole(content, offset, data):
    if offset is None:
        size = data
        del content[size:]
        content += bytes(size - len(content))
        return
    if len(content) < offset:
        content += bytes(offset - len(content))
    content[offset:offset + len(data)] = data


class Trace:
    """events: ("data", node, i), ("name", Name), ("sync", node) and
    ("mark", text); those before 'start' happened before the recording."""

    def __init__(self, path):
        self.events = []
        self.changes = []  # of names, in order
        self.start = 0
        self.live = {}   # inode number -> node
        self.tree = {}   # node of a directory -> {name: node}, all kept
        self.paths = {}  # node of a directory -> its path now
        with open(path + ".data", "rb") as file:
            self.bytes = file.read()
        with open(path, encoding="utf-8") as file:
            for line in file:
                self.take(line.rstrip("\n"))
        self.bytes = b""
        for event in self.events:
            if event[0] == "name":
                event[1].node.sort()

    def take(self, line):
        kind, _, rest = line.partition(" ")
        getattr(self, "take_" + kind)(rest)

    def take_bad(self, rest):
        raise SystemExit("the trace cannot tell: " + rest)

    def take_root(self, rest):
        self.root = Node("d", 0o755)
        self.live[int(rest)] = self.root
        self.tree[self.root] = {}
        self.paths[self.root] = ""

    def take_durable(self, _rest):
        self.start = len(self.events)

    def take_mark(self, rest):
        self.events.append(("mark", rest))

    def change(self, put, cut):
        node = put[2] if put else self.tree[cut[0]][cut[1]]
        self.changes.append(Name(len(self.events), put, cut, node))
        self.events.append(("name", self.changes[-1]))
        if cut:
            del self.tree[cut[0]][cut[1]]
        if put:
            place, name, _ = put
            self.tree[place][name] = node
            path = self.paths[place] + "/" + name
            node.names[path] = True
            if node.final is None and "/.fedtwin/tmp/" not in path:
                node.final = self.changes[-1].seq
            if node.kind == "d":
                self.paths[node] = path

    def take_create(self, rest):
        place, ino, kind, mode, name = rest.split(" ", 4)
        node = Node(kind, int(mode, 8))
        self.live[int(ino)] = node
        if kind == "d":
            self.tree[node] = {}
        if place != "0":
            self.change((self.live[int(place)], name, node), None)

    def take_link(self, rest):
        place, ino, name = rest.split(" ", 2)
        self.change((self.live[int(place)], name, self.live[int(ino)]), None)

    def take_unlink(self, rest):
        place, _ino, name = rest.split(" ", 2)
        place = self.live[int(place)]
        if name in self.tree[place]:  # not a socket
            self.change(None, (place, name))

    def take_rename(self, rest):
        place, ino, place2, names = rest.split(" ", 3)
        name, name2 = names.split("/")
        node = self.live[int(ino)]
        self.change((self.live[int(place2)], name2, node),
                    (self.live[int(place)], name))
        if node.kind == "d":
            self.move(node)

    def move(self, node):
        """The names below a directory that has a new name."""
        for name, below in self.tree[node].items():
            path = self.paths[node] + "/" + name
            below.names[path] = True
            if below.kind == "d":
                self.paths[below] = path
                self.move(below)

    def data(self, node, op):
        node.when.append(len(self.events))
        self.events.append(("data", node, len(node.ops)))
        node.ops.append(op)

    def take_write(self, rest):
        ino, offset, length, at = map(int, rest.split(" "))
        self.data(self.live[ino], (offset, self.bytes[at:at + length]))

    def take_size(self, rest):
        ino, size = map(int, rest.split(" "))
        self.data(self.live[ino], (None, size))

    def take_mode(self, rest):
        ino, mode = rest.split(" ")
        self.live[int(ino)].mode = int(mode, 8)

    def take_map(self, rest):
        node = self.live[int(rest)]
        if not any(name.endswith("-shm") for name in node.names):
            self.take_bad("writes through shared memory to " +
                          ", ".join(node.names))

    def take_sync(self, rest):
        node = self.live[int(rest.split(" ")[0])]
        self.events.append(("sync", node))


class Cut:
    """The moment before event number 'at': what is durable, what is not."""

    def __init__(self, at, marks, waiting, open_data):
        self.at = at
        self.marks = marks     # how many came before
        self.waiting = waiting # changes of names that are not durable
        self.open = open_data  # node -> (ops that are durable, all ops)

    def ops(self, node):
        """(how many of the node's ops are durable, how many came so far)"""
        if node in self.open:
            return self.open[node]
        count = bisect.bisect_left(node.when, self.at)
        return count, count

    def temporary(self, node):
        """Whether it has not had another name than in tmp/ yet."""
        return node.final is None or node.final >= self.at

    def pending_data(self):
        return [(node, i) for node, (synced, count) in self.open.items()
                for i in range(synced, count)]


def cuts(trace, without=frozenset()):
    """Each moment from the start of the recording to its end.  The syncs that
    'without' numbers do nothing."""
    waiting, pending = [], {}
    marks = 0
    for at, event in enumerate(trace.events):
        if at == trace.start:
            waiting, pending = [], {}
        if at >= trace.start:
            yield Cut(at, marks, tuple(waiting), dict(pending))
        kind = event[0]
        if kind == "mark":
            marks += 1
        elif kind == "name":
            waiting.append(event[1])
        elif kind == "data":
            node, i = event[1:]
            pending[node] = (pending.get(node, (i, i))[0], i + 1)
        elif kind == "sync" and at not in without:
            node = event[1]
            pending.pop(node, None)
            if node.kind == "d":
                waiting = [n for n in waiting if node not in n.dirs]
    yield Cut(len(trace.events), marks, tuple(waiting), dict(pending))


SNAPSHOTS = 4  # of a file


class Contents:
    """The bytes of files, from their writes; remembers digests."""

    def __init__(self):
        self.kept = {}    # node -> {ops: bytes with so many, the latest last}
        self.digest = {}  # (node, synced, choices) -> digest

    def whole(self, node, n):
        """With the first 'n' ops."""
        kept = self.kept.setdefault(node, {})
        content = kept.pop(n, None)
        if content is None:
            begin = max((i for i in kept if i < n), default=0)
            content = bytearray(kept.get(begin, b""))
            for op in node.ops[begin:n]:
                apply_whole(content, *op)
            content = bytes(content)
        kept[n] = content
        if len(kept) > SNAPSHOTS:
            del kept[next(iter(kept))]
        return content

    def make(self, node, synced, choices):
        """'choices': for each op behind the synced ones None (all of it), or
        the key of a Part."""
        if not any(choices):
            return self.whole(node, synced + len(choices))
        content = bytearray(self.whole(node, synced))
        for (offset, data), key in zip(node.ops[synced:], choices):
            if key is None:
                apply_whole(content, offset, data)
            elif offset is not None:
                if len(content) < offset and key[1]:
                    content += bytes(offset - len(content))
                apply_part(content, offset, data, key)
        return bytes(content)

    def digest_of(self, node, synced, choices):
        key = (node, synced, choices)
        if key not in self.digest:
            self.digest[key] = hashlib.sha256(
                self.make(node, synced, choices)).hexdigest()
        return self.digest[key]


def apply_name(below, name):
    if name.cut:
        below.get(name.cut[0], {}).pop(name.cut[1], None)
    if name.put:
        below.setdefault(name.put[0], {})[name.put[1]] = name.put[2]


class Names:
    """The directories after the first changes of names.  Asked for later and
    later cuts it goes on where it was."""

    def __init__(self, trace):
        self.trace = trace
        self.below = {}  # directory -> {name: node}
        self.n = 0       # changes that are in it

    def at(self, n):
        if n < self.n:
            self.below, self.n = {}, 0
        for name in self.trace.changes[self.n:n]:
            apply_name(self.below, name)
        self.n = n
        return self.below

    def tree(self, cut, lost=frozenset()):
        """{path: node} when the names numbered in 'lost' did not get to the
        disk."""
        changes = self.trace.changes
        end = bisect.bisect_left(changes, cut.at, key=lambda n: n.seq)
        begin = (bisect.bisect_left(changes, cut.waiting[0].seq,
                                    key=lambda n: n.seq)
                 if cut.waiting else end)
        below = dict(self.at(begin))
        for place in {place for name in changes[begin:end]
                      for place in name.dirs if place in below}:
            below[place] = dict(below[place])
        for name in changes[begin:end]:
            if name.seq not in lost:
                apply_name(below, name)
        tree, todo, seen = {}, [("", self.trace.root)], set()
        while todo:
            path, place = todo.pop()
            for name, node in below.get(place, {}).items():
                tree[path + "/" + name] = node
                if node.kind == "d" and node not in seen:
                    seen.add(node)  # a directory has one place
                    todo.append((path + "/" + name, node))
        return tree
