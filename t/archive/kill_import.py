"""Kills an import at random moments and looks at what is there.

kill_import.py ARCHIVE KILLS SEED

Each round imports into a new project below the working directory; afterwards
nothing of the archive may be visible, or all of it, and importing again must
complete it.
"""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time


def fedtwin(project, *words):
    return subprocess.run(["fedtwin", "-C", project, *words],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True)


def must(project, *words):
    done = fedtwin(project, *words)
    if done.returncode:
        sys.exit(f"{words}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def objects(project):
    listed = json.loads(must(project, "data", "ls", "--json"))["objects"]
    return sorted((o["ref"], o["version"], o["content"]) for o in listed)


def start(project, archive):
    return subprocess.Popen(["fedtwin", "-C", project, "import", archive],
                            stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


def main(archive, kills, seed):
    archive = os.path.abspath(archive)
    rng = random.Random(seed)
    must(".", "init", "whole")
    began = time.monotonic()
    must("whole", "import", archive)
    life_s = time.monotonic() - began
    want = objects("whole")
    seen = {"nothing": 0, "everything": 0}
    for i in range(kills):
        must(".", "init", "killed")
        runner = start("killed", archive)
        time.sleep(rng.uniform(0, life_s))
        runner.send_signal(signal.SIGKILL)
        runner.wait()
        have = objects("killed")
        if have not in ([], want):
            sys.exit(f"kill {i}: {len(have)} of {len(want)} objects")
        seen["everything" if have else "nothing"] += 1
        must("killed", "fsck", "--deep")
        must("killed", "import", archive)
        if objects("killed") != want:
            sys.exit(f"kill {i}: the second import did not complete it")
        must("killed", "fsck", "--deep")
        shutil.rmtree("killed")
    print(f"{kills} kills: {seen}")


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
