#!/usr/bin/env python3
"""Damage a version file at random: a damaged one is never accepted as it was.

    mutants.py META VERSION-FILE COUNT SEED

Accepted is an answer with the file digest of the undamaged file.  A mutant
that the worker calls whole must hold the recorded content, as the second
implementation of the digest sees it.  A worker may crash; it must not hang.
"""
import json
import random
import sys

import content
from ask import Worker

SECONDS = 20


def damage(data, rng):
    data = bytearray(data)
    kind = rng.randrange(4)
    if kind == 0:  # one bit
        at = rng.randrange(len(data))
        data[at] ^= 1 << rng.randrange(8)
    elif kind == 1:  # some bytes
        for _ in range(rng.randrange(1, 16)):
            data[rng.randrange(len(data))] = rng.randrange(256)
    elif kind == 2:  # a length or an address
        at = rng.randrange(len(data) - 8)
        data[at:at + 8] = rng.choice(
            [b"\xff" * 8, b"\0" * 8, b"\xff" * 7 + b"\x7f",
             rng.randrange(1 << 40).to_bytes(8, "little")])
    else:  # the end is missing
        del data[rng.randrange(len(data)):]
    return bytes(data)


def main():
    meta, source = sys.argv[1:3]
    count, rng = int(sys.argv[3]), random.Random(int(sys.argv[4]))
    with open(source, "rb") as f:
        whole = f.read()
    prefix = ["timeout", str(SECONDS * max(1, count // 100))]
    worker = Worker(meta, prefix)
    good = worker.ask("verify", path=source, deep=True)
    assert good["ok"], good
    totals = {"refused": 0, "harmless": 0, "crashed": 0}
    path = meta + "/mutant.h5"
    for number in range(count):
        data = damage(whole, rng)
        if data == whole:
            continue
        with open(path, "wb") as f:
            f.write(data)
        answer = worker.ask("verify", path=path, deep=True)
        if answer is None:
            totals["crashed"] += 1
            assert worker.close() != 124, "mutant %d hangs" % number
            worker = Worker(meta, prefix)
        elif not answer["ok"]:
            totals["refused"] += 1
        else:
            totals["harmless"] += 1
            assert answer["file"] != good["file"], number
            assert answer["version"] == good["version"], number
            assert content.content(path) == good["content"], number
    assert worker.ask("hello")["ok"]
    worker.close()
    print(json.dumps(totals))


if __name__ == "__main__":
    main()
