#!/usr/bin/env python3
"""Drive fedtwin-worker by hand.

    ask.py META REQUEST...      each a JSON object; "id" is added

Prints the answers.  Ends with 1 when one is not ok, with 2 when the worker
ended before it answered.
"""
import json
import subprocess
import sys


class Worker:
    def __init__(self, meta, prefix=()):
        self.process = subprocess.Popen(
            [*prefix, "fedtwin-worker", meta], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        self.number = 0

    def ask(self, op, **members):
        """The answer, or None when the worker is gone."""
        self.number += 1
        request = {"id": self.number, "op": op, **members}
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return None
        line = self.process.stdout.readline()
        if not line.endswith("\n"):
            return None
        answer = json.loads(line)
        assert answer["id"] == self.number, answer
        return answer

    def close(self):
        """The exit status."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        return self.process.wait(60)


def record(name="demo.out", **members):
    """The smallest lineage."""
    return {"schema": 1, "object": name, "stage": name.split(".")[0],
            "inputs": [], **members}


def main():
    worker = Worker(sys.argv[1])
    bad = 0
    for text in sys.argv[2:]:
        answer = worker.ask(**json.loads(text))
        if answer is None:
            return 2
        print(json.dumps(answer))
        bad |= not answer["ok"]
    return worker.close() or bad


if __name__ == "__main__":
    sys.exit(main())
