"""Kills the runner of a real run at random moments until it has been killed N
times; t/t5003-kill-runner.t says what has to be true afterwards.

Usage: kill_runner.py PROJECT WORKFLOW KILLS SEED

Runs WORKFLOW in PROJECT, each time with another value of the parameter 'round',
so that nothing is reused from the run before.  Tasks append 'ROUND TASK' to the
file that $SIDE names when they start.
"""
import json
import os
import random
import re
import signal
import subprocess
import sys
import time

LIFE_S = 0.5  # longest life of a runner that is killed


def fedtwin(*words):
    return subprocess.run(["fedtwin", *words], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)


def fail(text):
    sys.exit("kill_runner: " + text)


def side_lines():
    with open(os.environ["SIDE"]) as side:
        return side.read().splitlines()


def runs():
    try:
        return set(os.listdir(".fedtwin/runs"))
    except FileNotFoundError:
        return set()


def journal(run):
    """The records of a run that are whole, as the file has them."""
    with open(f".fedtwin/runs/{run}/journal", "rb") as file:
        return re.findall(rb'\{"k":"(\w+)","t":(\d+)([^{}]*)', file.read())


def successes(run, names, plain):
    """Tasks whose success is in the journal, with how often."""
    count = {}
    for kind, task, rest in journal(run):
        name = names[int(task)]
        good = kind in (b"done", b"cached") or (
            kind == b"ended" and b'"outcome":"ok"' in rest and
            name.split("[")[0] in plain)
        if good:
            count[name] = count.get(name, 0) + 1
    return count


def alive(run):
    """Processes that carry the tag of the run."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                if (run + "/").encode() in file.read():
                    found.append(pid)
        except OSError:
            pass
    return found


class Round:
    def __init__(self, number, workflow):
        self.number = str(number)
        self.start = ["run", "-j", "4", "-p", "round=" + self.number, workflow]
        self.run = None
        self.names = None
        self.kept = {}  # successes in the journal after the last kill
        self.seen = 0   # lines of the side file by then

    def words(self):
        return ["resume", self.run] if self.run else self.start

    def learn(self, before):
        """After a death: which run is it, and what does its journal say?"""
        if not self.run:
            new = runs() - before
            run = new.pop() if new else None
            if not run or fedtwin("status", run).returncode:
                return  # it never began
            self.run = run
        if not self.names:
            text = fedtwin("status", self.run, "-t", "--json").stdout
            tasks = json.loads(text)["tasks"]
            self.names = [task["task"] for task in tasks]
        self.check()
        self.kept = successes(self.run, self.names, {"plain"})

    def check(self):
        """Nothing was executed again that had been journalled."""
        lines = side_lines()
        for line in lines[self.seen:]:
            number, task = line.split(" ", 1)
            if number == self.number and task in self.kept:
                fail(f"round {number}: {task} was executed again")
        self.seen = len(lines)


def die(words, random_s):
    """Start a runner and kill it; False: it had come to its end before."""
    runner = subprocess.Popen(["fedtwin", *words], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    time.sleep(random_s)
    runner.send_signal(signal.SIGKILL)
    return runner.wait() == -signal.SIGKILL


def results():
    out = fedtwin("data", "ls", "--json")
    return sorted((o["object"], json.dumps(o.get("cell")), o["content"])
                  for o in json.loads(out.stdout)["objects"])


def finish(r):
    """The last runner is left alone; everything has to be there, once."""
    before = runs()
    last = fedtwin(*r.words())
    if last.returncode:
        fail(f"round {r.number} failed:\n{last.stderr}")
    r.learn(before)
    if not r.run:
        fail(f"round {r.number} left no run")
    count = successes(r.run, r.names, {"plain"})
    for name in r.names:
        if count.get(name) != 1:
            fail(f"round {r.number}: {name} succeeded {count.get(name)} times")
    if alive(r.run):
        fail(f"round {r.number}: processes are left: {alive(r.run)}")


def main():
    project, workflow, kills, seed = sys.argv[1:]
    chance = random.Random(int(seed))
    killed = rounds = 0
    os.chdir(project)
    calm = fedtwin("run", "-p", "round=0", workflow)
    if calm.returncode:
        fail("the undisturbed run failed:\n" + calm.stderr)
    want = results()
    while killed < int(kills):
        rounds += 1
        r = Round(rounds, workflow)
        ended = False
        while not ended and killed < int(kills):
            before = runs()
            ended = not die(r.words(), chance.uniform(0, LIFE_S))
            killed += not ended
            if not ended or not r.run:
                r.learn(before)
        finish(r)
        if results() != want:
            fail(f"round {rounds}: results differ from an undisturbed run")
    executed = len(side_lines())
    tasks = (rounds + 1) * len(r.names)
    print(f"{killed} kills in {rounds} runs of {len(r.names)} tasks: every "
          f"result once, {executed - tasks} of {executed} executions repeated")


if __name__ == "__main__":
    main()
