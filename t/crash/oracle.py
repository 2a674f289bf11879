"""Is anything acknowledged lost in a state?"""
import hashlib
import json
import os
import shutil
import struct
import subprocess

from disk import Contents, Names
from place import Place

LOG_HEADER = 8     # logfile.h
LOG_PREFIX = 40
LOG_LENGTH = (1 << 25) - 1
HISTORIES = 16  # that are kept


def records(log):
    """[(end, payload)] of a log, up to what does not follow on what is before
    it."""
    found, at = [], LOG_HEADER
    prev = hashlib.sha256(log[:LOG_HEADER]).digest()
    while at + LOG_PREFIX <= len(log):
        length = struct.unpack_from("<I", log, at)[0] & LOG_LENGTH
        end = at + LOG_PREFIX + length
        if end > len(log) or log[at + 8:at + LOG_PREFIX] != prev:
            break
        found.append((end, log[at + LOG_PREFIX:end]))
        prev = hashlib.sha256(log[at:end]).digest()
        at = end
    return found


def is_log(path):
    return "/.fedtwin/tmp/" not in path and (
        path.endswith("/.fedtwin/oplog/0.log") or
        "/.fedtwin/runs/" in path and path.endswith("/journal"))


class History:
    """What the records of an oplog say (share/doc/formats/oplog.md)."""

    def __init__(self, payloads):
        self.files = {}    # version -> SHA-256 of its file
        self.removed = {}  # version -> the removal that took it
        self.purged = set()
        self.packed = {}   # version -> (container, offset)
        self.sizes = {}
        self.states = {}   # state -> {(object, cell): version}
        self.branches = {}
        self.current = "main"
        for payload in payloads:
            record = json.loads(payload)
            take = getattr(self, "take_" + record["kind"], None)
            if take:
                take(record, payload)

    def take_result(self, record, _payload):
        for out in record["out"]:
            self.files.setdefault(out["version"], out["file"])
            self.sizes.setdefault(out["version"], out["size"])
            self.removed.pop(out["version"], None)

    take_adopt = take_import = take_result

    def take_gc(self, record, _payload):
        for version in record["versions"]:
            self.removed[version] = record["id"]

    take_evict = take_gc

    def take_restore(self, record, _payload):
        for version in record["versions"]:
            self.removed.pop(version, None)

    def take_purge(self, record, _payload):
        self.purged.add(record["id"])

    def take_recompress(self, record, _payload):
        for one in record["versions"]:
            self.files[one["version"]] = one["file"]
            self.sizes[one["version"]] = one["size"]

    def take_pack(self, record, _payload):
        for version, offset in record["members"]:
            self.packed[version] = (record["pack"], offset)

    def take_unpack(self, record, _payload):
        self.packed = {version: place
                       for version, place in self.packed.items()
                       if place[0] != record["pack"]}

    def places(self, version):
        """Where its file may be, below the store; none: anywhere or gone."""
        removal = self.removed.get(version)
        if removal in self.purged:
            return ()
        here = (f"o/{version[:2]}/{version}.h5",
                f"press/{version}-{self.files[version]}.h5")
        return (*here, f"trash/{removal}/{version}.h5") if removal else here

    def take_state(self, record, payload):
        bound = dict(self.states.get(record["parent"], {}))
        for name, cell, _place, version in record["set"]:
            if version:
                bound[name, cell] = version
            else:
                bound.pop((name, cell), None)
        self.states[hashlib.sha256(payload).hexdigest()] = bound

    def take_ref(self, record, _payload):
        self.branches[record["branch"]] = record["state"]

    def take_head(self, record, _payload):
        self.current = record["branch"]

    def head(self):
        """As the judge tells it."""
        state = self.branches.get(self.current, "")
        bound = self.states.get(state, {})
        return [state, sorted([*key, version]
                              for key, version in bound.items())]


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def sound(log):
    """A log without a torn end."""
    begin, end = 0, 0
    for at, payload in records(log):
        begin, end = at - len(payload) - LOG_PREFIX, at
    if end and crc32c(log[begin:begin + 4] + log[begin + 8:end]) != (
            struct.unpack_from("<I", log, begin + 4)[0]):
        end = begin
    return log[:end]


def promises(trace, cuts):
    """What was acknowledged by the time of each mark: the logs as they were,
    [{path: bytes}] by number of marks; before the first one, what the recording
    began with.  The oplog names the versions."""
    contents, names = Contents(), Names(trace)
    found = []
    for cut in cuts:
        if cut.marks < len(found):
            continue
        logs = {path: contents.whole(node, cut.ops(node)[1])
                for path, node in names.tree(cut).items() if is_log(path)}
        found.append(logs if found else
                     {path: sound(log) for path, log in logs.items()})
    return found


def stores(tree):
    return [path for path, node in tree.items()
            if path.endswith("/.fedtwin") and "/.fedtwin/tmp/" not in path
            and node.kind == "d"]


class Judge:
    """One process that looks at states, in a directory of its own."""

    def __init__(self, trace, promise, work, program):
        self.promise = promise
        self.histories = {}
        self.work = work
        self.program = program
        self.root = os.path.join(work, "root")
        self.place = Place(trace, self.root, os.path.join(work, "blobs"))
        self.contents = self.place.contents
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [self.program, "judge", self.work], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def stop(self):
        self.process.stdin.close()
        self.process.wait()
        shutil.rmtree(self.work)

    # --- the verdict ---

    def ask(self, what, path):
        try:
            self.process.stdin.write(f"{what} {path}\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if line:
            return json.loads(line)
        status = self.process.wait()
        self.start()
        return {"records": 0,
                "errors": [f"the engine ended with status {status}"]}

    def history(self, node, ops, n):
        """(where they end, what they say): the first 'n' records of an oplog
        with so many ops."""
        key = (node, ops, n)
        if key not in self.histories:
            begin = records(self.contents.whole(node, ops))[:n]
            if len(begin) < n:
                return None
            if len(self.histories) > HISTORIES:
                self.histories.clear()
            self.histories[key] = (begin[-1][0] if begin else LOG_HEADER,
                                   History(text for _, text in begin))
        return self.histories[key]

    def packed(self, state, tree, store, history):
        """{version: digest}, as the containers have them."""
        found, content = {}, {}
        for version, (pack, offset) in history.packed.items():
            node = tree.get(f"{store}pack/{pack}.pack")
            if not node:
                continue
            if pack not in content:
                content[pack] = self.contents.make(node, *state.choices(node))
            end = offset + history.sizes[version]
            found[version] = hashlib.sha256(
                content[pack][offset:end]).hexdigest()
        return found

    def check_versions(self, state, tree, store, digests, history):
        faults = []
        packed = self.packed(state, tree, store, history)
        for version, digest in history.files.items():
            places = history.places(version)
            if places and packed.get(version) != digest and not any(
                    digests.get(store + place) == digest for place in places):
                faults.append(f"version {version[:12]} is not there whole")
        return faults

    def check_log(self, path, state, tree, digests, answer):
        """The store shows a beginning of what was written, the files that it
        names, the branch as it then was; and what it does next comes behind."""
        node = tree[path]
        ops = state.cut.ops(node)[1]
        written = self.contents.whole(node, ops)
        have = self.contents.make(node, *state.choices(node))
        n = answer["records"]
        known = self.history(node, ops, n)
        if not known or (n and have[:known[0]] != written[:known[0]]):
            return ["it shows records that nobody wrote"]
        end, history = known
        faults = self.check_versions(state, tree, path[:-len("oplog/0.log")],
                                     digests, history)
        if "head" in answer and answer["head"] != history.head():
            faults.append("the branch is not what the records say")
        with open(self.root + path, "rb") as file:
            after = file.read()
        if n and after[:end] != have[:end]:
            faults.append("the next commit changed the oplog")
        if len(after) <= end or len(records(after)) <= n:
            faults.append("the next commit left no record")
        return faults

    def verdict(self, state, deep):
        """The faults of a state, as texts."""
        faults = []
        tree = self.place.names.tree(state.cut, state.lost)
        os.mkdir(self.root)
        digests = self.place.put(state, tree)
        for path, log in self.promise[state.cut.marks].items():
            node = tree.get(path)
            if not node:
                faults.append(f"{path} is gone")
            elif not self.contents.make(
                    node, *state.choices(node)).startswith(log):
                faults.append(f"{path} lost acknowledged records")
        for meta in stores(tree):
            answer = self.ask("deep" if deep else "quick",
                              self.root + os.path.dirname(meta))
            faults += answer["errors"]
            log = meta + "/oplog/0.log"
            if log in tree:
                faults += self.check_log(log, state, tree, digests, answer)
            else:
                faults.append("there is no oplog")
        self.ask("clear", self.root)
        return faults
