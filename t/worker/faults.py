#!/usr/bin/env python3
"""Fail each system call of one publication once: nothing may be half done.

    faults.py META SRC TYPE UNIT [CALL...]

For every call and n, a fresh worker publishes SRC while the n-th such call
fails.  Whatever it answers, every file in o/ must be whole, and publishing
again without faults must give the version that it should be.  A publication
that says it succeeded must have left the file.
"""
import json
import os
import shutil
import sys

from ask import Worker, record

CALLS = ["pwrite64", "write", "copy_file_range", "fsync", "link", "unlink",
         "fchmod", "mkdir", "openat", "close", "read", "pread64", "statfs",
         "ftruncate", "lseek", "fstat", "newfstatat"]
ERRORS = ["ENOSPC", "EIO"]
MOST = 12  # of one call; the rest of hundreds of reads is alike


def published(meta):
    return sorted(os.path.join(d, f) for d, _, fs in os.walk(meta + "/o")
                  for f in fs)


def clear(meta):
    for name in ("o", "tmp"):
        shutil.rmtree(os.path.join(meta, name), ignore_errors=True)
        os.mkdir(os.path.join(meta, name))


def publish(worker, src, kind, unit):
    return worker.ask("publish", src=src, type=kind, unit=unit or None,
                      record=record())


def once(meta, src, kind, unit, call, error, n, good):
    """Whether the fault was reached."""
    trace = os.path.join(meta, "trace")
    clear(meta)
    worker = Worker(meta, ["strace", "-f", "-o", trace, "-e",
                           "trace=" + call, "-e",
                           "inject=%s:error=%s:when=%d" % (call, error, n)])
    hello = worker.ask("hello")
    if hello is None:  # it failed to start, which is fine
        worker.close()
        return True
    answer = publish(worker, src, kind, unit)
    left = os.listdir(meta + "/tmp")
    worker.close()
    where = "%s %d %s: %s" % (call, n, error, answer)
    with open(trace, encoding="utf-8", errors="replace") as f:
        reached = "(INJECTED)" in f.read()
    worker = Worker(meta)
    for path in published(meta):
        verdict = worker.ask("verify", path=path, deep=True)
        assert verdict and verdict["ok"], (where, verdict)
    if answer and answer["ok"]:
        assert answer["content"] == good["content"], where
        assert published(meta), where
    elif answer and call != "unlink":
        assert answer["code"] in ("FT_ENOSPC", "FT_EIO", "FT_EFORMAT"), where
        assert not left, (where, left)
    again = publish(worker, src, kind, unit)
    assert again["ok"] and again["version"] == good["version"], (where, again)
    assert again["file"] == good["file"], (where, again)
    worker.close()
    return reached


def main():
    meta, src, kind, unit = sys.argv[1:5]
    clear(meta)
    worker = Worker(meta)
    good = publish(worker, src, kind, unit)
    assert good["ok"], good
    worker.close()
    count = 0
    for call in sys.argv[5:] or CALLS:
        for error in ERRORS:
            n = 1
            while n <= MOST and once(meta, src, kind, unit, call, error, n,
                                     good):
                n += 1
                count += 1
    print(json.dumps({"faults": count}))
    assert count or not sys.argv[5:]


if __name__ == "__main__":
    main()
