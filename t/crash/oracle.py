"""Puts a state on a disk in memory and asks whether anything acknowledged is
lost."""
import hashlib
import json
import os
import random
import shutil
import struct
import subprocess

from disk import Contents, tree_of
from states import Index

LOG_HEADER = 8     # logfile.h
LOG_PREFIX = 40
LOG_LENGTH = (1 << 25) - 1


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
    return path.endswith("/.fedtwin/oplog/0.log") or (
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
        here = f"o/{version[:2]}/{version}.h5"
        return (here, f"trash/{removal}/{version}.h5") if removal else (here,)

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


def promises(trace, cuts):
    """What was acknowledged by the time of each mark: the logs as they were,
    [{path: bytes}] by number of marks.  The oplog names the versions."""
    contents = Contents()
    found = [{}]
    for cut in cuts:
        if cut.marks == len(found):
            found.append({path: contents.whole(node, cut.count.get(node, 0))
                          for path, node in tree_of(trace, cut).items()
                          if is_log(path)})
    return found


def stores(tree):
    return [path for path, node in tree.items()
            if path.endswith("/.fedtwin") and node.kind == "d"]


class Judge:
    """One process that looks at states, in a directory of its own."""

    def __init__(self, trace, promise, work, program):
        self.trace = trace
        self.promise = promise
        self.contents = Contents()
        self.work = work
        self.program = program
        self.root = os.path.join(work, "root")
        self.blobs = os.path.join(work, "blobs")
        os.makedirs(self.blobs)
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [self.program, "judge", self.work], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def stop(self):
        self.process.stdin.close()
        self.process.wait()
        shutil.rmtree(self.work)

    # --- the disk ---

    def blob(self, digest, make):
        path = os.path.join(self.blobs, digest)
        if not os.path.exists(path):
            with open(path, "wb") as file:
                file.write(make())
        return path

    def put(self, state, tree):
        """Version files are links to files of the same bytes: they are never
        written to.  Return {path: digest} of files."""
        digests = {}
        index = Index(state, random.Random(state.seed))
        for path in sorted(tree):
            node, place = tree[path], self.root + path
            if node.kind == "d":
                os.mkdir(place)
                continue
            if node.index:
                content = index.content(node, self.contents)
                if content is not None and not path.endswith("-shm"):
                    with open(place, "wb") as file:
                        file.write(content)
                continue
            choice = state.choices(node)
            digests[path] = self.contents.digest_of(node, *choice)
            if node.kind == "l":
                os.symlink(self.contents.make(node, *choice), place)
            elif path.endswith(".h5") and "/.fedtwin/tmp/" not in path:
                os.link(self.blob(digests[path],
                                  lambda: self.contents.make(node, *choice)),
                        place)
            else:
                with open(place, "wb") as file:
                    file.write(self.contents.make(node, *choice))
        return digests

    # --- the verdict ---

    def ask(self, path, deep):
        try:
            self.process.stdin.write(
                f"{'deep' if deep else 'quick'} {path}\n")
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

    def member(self, state, store, history, version):
        """The digest of a version as a container has it."""
        if version not in history.packed:
            return None
        pack, offset = history.packed[version]
        node = state.tree(self.trace).get(f"{store}pack/{pack}.pack")
        if not node:
            return None
        content = self.contents.make(node, *state.choices(node))
        return hashlib.sha256(
            content[offset:offset + history.sizes[version]]).hexdigest()

    def check_log(self, path, state, digests, answer):
        """The store shows a beginning of what was written, the files that it
        names, the branch as it then was; and what it does next comes behind."""
        node = state.tree(self.trace)[path]
        written = self.contents.whole(node, state.cut.count.get(node, 0))
        have = self.contents.make(node, *state.choices(node))
        begin = records(written)[:answer["records"]]
        end = begin[-1][0] if begin else LOG_HEADER
        faults = []
        if len(begin) < answer["records"] or (
                begin and have[:end] != written[:end]):
            faults.append("it shows records that nobody wrote")
        history = History(payload for _, payload in begin)
        store = path[:-len("oplog/0.log")]
        for version, digest in history.files.items():
            places = history.places(version)
            if places and not any(digests.get(store + place) == digest
                                  for place in places) and (
                    self.member(state, store, history, version) != digest):
                faults.append(f"version {version[:12]} is not there whole")
        if "head" in answer and answer["head"] != history.head():
            faults.append("the branch is not what the records say")
        with open(self.root + path, "rb") as file:
            after = file.read()
        if begin and after[:end] != have[:end]:
            faults.append("the next commit changed the oplog")
        if len(records(after)) <= answer["records"]:
            faults.append("the next commit left no record")
        return faults

    def verdict(self, state, deep):
        """The faults of a state, as texts."""
        faults = []
        tree = state.tree(self.trace)
        os.mkdir(self.root)
        digests = self.put(state, tree)
        for path, log in self.promise[state.cut.marks].items():
            node = tree.get(path)
            if not node:
                faults.append(f"{path} is gone")
            elif not self.contents.make(
                    node, *state.choices(node)).startswith(log):
                faults.append(f"{path} lost acknowledged records")
        for meta in stores(tree):
            answer = self.ask(self.root + os.path.dirname(meta), deep)
            faults += answer["errors"]
            log = meta + "/oplog/0.log"
            if log in tree:
                faults += self.check_log(log, state, digests, answer)
            else:
                faults.append("there is no oplog")
        shutil.rmtree(self.root)
        return faults
