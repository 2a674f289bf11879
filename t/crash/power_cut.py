"""Records what fedtwin does to its store, and judges the states that a power
cut could have left (share/doc/testing.md).

    power_cut.py states COUNT SEED [SCENARIO...]   judge at least so many
    power_cut.py long COUNT SEED                   and of random histories
    power_cut.py syncs [SCENARIO...]               lose each sync in turn
    power_cut.py nosync LIBRARY [SCENARIO...]      run without any sync

CRASH_BIN is the directory of 'crash' and 'record' in a build; CRASH_DIR one on a
disk in memory (/dev/shm); CRASH_JOBS the number of processes that judge (2).
"""
import collections
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

import collection
import disk
import oracle
import states
from collection import Collection
from place import Place
from scenarios import LONG, QUICK, SCENARIOS, SECOND, random_history

BIN = os.path.abspath(os.environ["CRASH_BIN"])
PROGRAMS = os.path.dirname(os.path.dirname(BIN))
DIR = os.environ.get("CRASH_DIR") or (
    "/dev/shm" if os.access("/dev/shm", os.W_OK) else ".")
JOBS = int(os.environ.get("CRASH_JOBS", "2"))
ALL = {**SCENARIOS, **LONG}
FIRST_STATES = 500  # of which some are crashed again
SECOND_STATES = 2000  # judged in all, for one more second crash of a kind
HISTORY_STATES = 3000
DEEP = 100      # one state in so many is checked with all contents
SHOWN = 5       # faults of a scenario
# A run tells nobody of its summary, which is made from the journal.
NOT_PROMISED = ("file of a run", "directory of a run")


# --- recording ---------------------------------------------------------------

def shell(text, work, recorder=(), env=None):
    done = subprocess.run(
        [*recorder, "sh", "-euc", text], cwd=work, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, "P": "root/p", "S": "src", "ACK": "ack",
             "PATH": f"{BIN}:{PROGRAMS}:{os.environ['PATH']}",
             **(env or {})})
    if done.returncode:
        sys.exit(f"{text}\n{done.stdout}status {done.returncode}")


def compare(trace, cut, root):
    """The trace must tell the whole truth: played, it gives what is there."""
    contents = disk.Contents()
    for path, node in disk.Names(trace).tree(cut).items():
        if node.kind != "f" or path.endswith("-shm"):
            continue
        with open(root + path, "rb") as file:
            if file.read() != contents.whole(node, cut.ops(node)[1]):
                sys.exit(f"the trace does not explain {path}")


def record_commands(commands, work, env=None):
    """Their trace."""
    open(work + "/ack", "w").close()
    shell(commands, work,
          [BIN + "/record", "root", "ack", "trace"],
          {"ASAN_OPTIONS": "detect_leaks=0:verify_asan_link_order=0",
           **(env or {})})
    trace = disk.Trace(work + "/trace")
    compare(trace, list(disk.cuts(trace))[-1], work + "/root")
    return trace


def record(scenario, work, env=None):
    """Run it; its trace."""
    setup, commands = scenario
    os.makedirs(work + "/root")
    os.mkdir(work + "/src")
    shell(setup, work)
    return record_commands(commands, work, env)


def record_again(trace, state, commands, old, work):
    """What the next commands do to a state that a power cut left; 'old' is
    where the scenario was recorded."""
    shutil.copytree(old, work, ignore=shutil.ignore_patterns(
        "root", "ack", "trace", "trace.data"))
    os.mkdir(work + "/root")
    place = Place(trace, work + "/root", work + "/blobs")
    place.put(state, place.names.tree(state.cut, state.lost))
    return record_commands(commands, work)


def record_second(traces, names, most, seed, work):
    """{name: trace} of second crashes: some states of each of the scenarios, at
    most so many, and what comes next there."""
    found = {}
    for name in names:
        scenario, commands, times = SECOND[name]
        first = collection.collect({scenario: traces[scenario]},
                                   FIRST_STATES, seed, {})[scenario].states()
        chosen = random.Random(seed).sample(first, min(most, times))
        for i, state in enumerate(chosen):
            found[f"{name} {i}"] = record_again(
                traces[scenario], state, commands, f"{work}/{scenario}",
                f"{work}/{name} {i}")
    return found


# --- judging -----------------------------------------------------------------

def judge_share(trace, promise, share, number, work):
    """(number of the state, fault) of one process's share."""
    judge = oracle.Judge(trace, promise, f"{work}/judge{number}",
                         BIN + "/crash")
    found = []
    for i, state in share:
        for fault in judge.verdict(state, i % DEEP == 0):
            found.append(f"{describe(trace, state)}: {fault}")
    judge.stop()
    return found


def judge_all(trace, promise, collected, work):
    """Faults of all states; several processes share them."""
    children = []
    for number in range(JOBS):
        share = list(enumerate(collected))[number::JOBS]
        out, into = os.pipe()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                faults = judge_share(trace, promise, share, number, work)
                with os.fdopen(into, "w") as file:
                    file.writelines(fault + "\n" for fault in faults)
                status = 0
            finally:
                os._exit(status)
        os.close(into)
        children.append((pid, out))
    faults = []
    for pid, out in children:
        with os.fdopen(out) as file:
            faults += file.read().splitlines()
        if os.waitpid(pid, 0)[1]:
            sys.exit("a judge failed")
    return faults


def name_of(node):
    """The name that it had last."""
    return list(node.names)[-1] if node.names else "/"


def describe(trace, state):
    """What was lost, so that a person can follow."""
    by_seq = {name.seq: name for name in trace.changes}
    lost = []
    for seq in sorted(state.lost):
        name = by_seq[seq]
        lost.append(f"name {(name.put or name.cut)[1]}")
    for (node, i), key in state.parts.items():
        lost.append(f"write {i} of {name_of(node)} but for {key}")
    return f"cut at {state.cut.at} without " + (", ".join(lost[:6]) or
                                                "loss")


def report(title, faults):
    print(f"{title}: {len(faults)} faults", flush=True)
    for fault in faults[:SHOWN]:
        print("    " + fault)


def judge_collection(name, found, work):
    """(states, faults)"""
    collected = found.states()
    faults = judge_all(found.trace, oracle.promises(found.trace, found.cuts),
                       collected, work)
    sampled = sum(state.sampled for state in collected)
    report(f"{name}: {len(found.cuts)} cuts, {found.tried} losses, "
           f"{len(collected)} states ({sampled} sampled)", faults)
    return len(collected), len(faults)


def judge_scenarios(work, count, seed, names, owner):
    """Of scenarios, and of second crashes."""
    second = [name for name in names if name in SECOND]
    names = [name for name in names if name not in SECOND]
    traces = {name: record(ALL[name], f"{work}/{name}") for name in
              dict.fromkeys(names + [SECOND[name][0] for name in second])}
    traces.update(record_second(traces, second, 1 + count // SECOND_STATES,
                                seed, work))
    return [judge_collection(name, found, work) for name, found in
            collection.collect(traces, count, seed, owner).items()]


def judge_history(work, seed, owner):
    """Of a random history."""
    source = random.Random(seed)
    place = f"{work}/random"
    found = Collection(record(random_history(source), place), owner)
    found.begin(HISTORY_STATES, seed)
    found.fill(HISTORY_STATES)
    shutil.rmtree(place)
    return judge_collection(f"history {seed}", found, work)


def run_states(work, count, seed, names, histories=False):
    """Judge so many states: of scenarios, or a quarter of these, and then of
    random histories."""
    begin, owner = time.monotonic(), {}
    judged = judge_scenarios(work, count // 4 if histories else count, seed,
                             names, owner)
    while histories and sum(n for n, _ in judged) < count:
        judged.append(judge_history(work, f"{seed}.{len(judged)}", owner))
    total, bad = (sum(column) for column in zip(*judged))
    print(f"states {total}, faults {bad}, seed {seed}, "
          f"{time.monotonic() - begin:.0f} s")
    return 1 if bad or total < count else 0


# --- controls ----------------------------------------------------------------

def after(trace, without):
    """States behind syncs that did nothing, of what they would have kept."""
    collected = Collection(trace, {}, without)
    for cut, true in zip(collected.cuts, disk.cuts(trace)):
        names = [n for n in cut.waiting if n not in true.waiting and
                 states.is_promised(n.node)]
        data = [(node, i) for node, i in cut.pending_data()
                if i < true.ops(node)[0] and states.is_promised(node)]
        if not names and not data:
            continue
        for choice in [(frozenset(n.seq for n in names),
                        {key: disk.DROP.key for key in data}),
                       *((frozenset([n.seq]), {}) for n in names),
                       *((frozenset(), {key: disk.DROP.key})
                         for key in data)]:
            collected.add(states.State(cut, *choice, False))
    return collected.states()


def sync_kind(node):
    """What a sync is of, in a word."""
    name = name_of(node)
    for end, kind in (("/oplog/0.log", "oplog"), ("/journal", "journal"),
                      ("/.fedtwin/o", "directory of shards"),
                      ("/.fedtwin/oplog", "directory of the oplog"),
                      ("/.fedtwin/runs", "directory of runs"),
                      ("/.fedtwin", "directory of the store")):
        if name.endswith(end):
            return kind
    if "/.fedtwin/o/" in name:
        return "shard" if node.kind == "d" else "version file"
    if "/.fedtwin/runs/" in name:
        return "directory of a run" if node.kind == "d" else "file of a run"
    return "directory" if node.kind == "d" else os.path.basename(name)


def with_next(trace, at):
    """A sync and those of the same file or directory up to the mark after
    next: what is acknowledged then, they all have kept."""
    node, marks, same = trace.events[at][1], 0, {at}
    for i in range(at + 1, len(trace.events)):
        event = trace.events[i]
        marks += event[0] == "mark"
        if marks == 2:
            break
        if event[0] == "sync" and event[1] is node:
            same.add(i)
    return same


def lose(trace, promise, at, work):
    """What becomes of it when sync number 'at' does nothing."""
    collected = after(trace, {at})
    if not collected:
        return "idle"
    if judge_all(trace, promise, collected, work):
        return "caught"
    collected = after(trace, with_next(trace, at))
    if judge_all(trace, promise, collected, work):
        return "repeated"
    return "missed"


def run_syncs(work, names):
    """Each sync does nothing in turn; tells what became of it, by kind: it was
    caught; or only when the next ones of the same file or directory did nothing
    either, for they repeat it in time; it had nothing to do; it was missed."""
    table = collections.defaultdict(collections.Counter)
    for name in names:
        trace = record(ALL[name], f"{work}/{name}")
        promise = oracle.promises(trace, list(disk.cuts(trace)))
        for at, event in enumerate(trace.events):
            if event[0] != "sync" or at < trace.start or event[1].index:
                continue
            table[sync_kind(event[1])][lose(trace, promise, at, work)] += 1
    for kind, found in sorted(table.items()):
        print(f"{kind}: " + ", ".join(
            f"{found[what]} {what}"
            for what in ("caught", "repeated", "idle", "missed")))
    wrong = [kind for kind, found in table.items()
             if found["missed"] and kind not in NOT_PROMISED]
    return 1 if wrong or not table["oplog"]["caught"] else 0


def run_nosync(work, library, names):
    """The program runs with a library that makes syncs do nothing, and with a
    worker that takes one; each scenario must lose something."""
    status = 0
    for name in names:
        trace = record(ALL[name], f"{work}/{name}", {
            "LD_PRELOAD": library, "FEDTWIN_WORKER": BIN + "/worker"})
        syncs = sum(e[0] == "sync" for e in trace.events[trace.start:])
        collected = Collection(trace, {})
        for cut in collected.cuts[-3:]:
            for state in states.systematic(cut):
                collected.add(state)
        faults = judge_all(trace, oracle.promises(trace, collected.cuts),
                           collected.states(), work)
        report(f"{name}: {syncs} syncs, {len(collected.found)} states",
               faults)
        if syncs or not faults:
            status = 1
    return status


def main(words):
    work = os.path.abspath(tempfile.mkdtemp(prefix="crash-", dir=DIR))
    commands = {
        "states": lambda w: run_states(work, int(w[0]), int(w[1]),
                                       w[2:] or [*SCENARIOS, *QUICK]),
        "long": lambda w: run_states(work, int(w[0]), int(w[1]),
                                     [*SCENARIOS, *LONG, *SECOND], True),
        "syncs": lambda w: run_syncs(work, w or list(SCENARIOS)),
        "nosync": lambda w: run_nosync(work, w[0], w[1:] or list(SCENARIOS)),
    }
    try:
        return commands[words[0]](words[1:])
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
