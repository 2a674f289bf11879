#!/usr/bin/env python3
"""Compare two versions that are larger than what the worker may hold.

    compare_big.py META SCRATCH-FILE
"""
import os
import sys

import h5py

from ask import Worker, record
from make import field

ROWS = 16  # of 8 MiB
GROWTH_KIB = 60 << 10


def publish(worker, meta, path, side):
    with h5py.File(path, "w") as f:
        field(f)
        d = f.create_dataset("notes/big", (ROWS, 1 << 20), "f8",
                             chunks=(1, 1 << 17))
        for i in range(ROWS):
            d[i] = i + side
    answer = worker.ask("publish", src=os.path.abspath(path), type="field",
                        unit="K", record=record(side=side))
    assert answer["ok"], answer
    return "%s/o/%s/%s.h5" % (meta, answer["version"][:2], answer["version"])


def peak_kib(worker):
    with open("/proc/%d/status" % worker.process.pid) as f:
        return [int(x.split()[1]) for x in f if x.startswith("VmHWM")][0]


def main():
    meta, path = sys.argv[1:3]
    maker = Worker(meta)
    paths = [publish(maker, meta, path, side) for side in (0, 1)]
    maker.close()
    worker = Worker(meta)
    worker.ask("hello")
    before = peak_kib(worker)
    answer = worker.ask("compare", path=paths[0], other=paths[1])
    assert answer["ok"], answer
    assert answer["arrays"][0]["max_abs"] == 1, answer
    assert answer["arrays"][0]["beyond"] == ROWS << 20, answer
    if os.environ.get("FT_SANITIZERS") != "yes":
        grown = peak_kib(worker) - before
        assert grown < GROWTH_KIB, grown
    return worker.close()


if __name__ == "__main__":
    sys.exit(main())
