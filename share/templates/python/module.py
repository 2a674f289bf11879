"""@MODULE@: decay of an amount with time.

The engine starts this in an empty directory with task.json in it, and takes the
outputs from there; share/doc/formats/task.md has the whole protocol.
"""
import csv
import json
import os
import sys


def read_task():
    with open(os.environ.get('FEDTWIN_TASK', 'task.json')) as f:
        return json.load(f)


def quantity(task, name):
    """A parameter with a unit, in the coherent SI unit (kg, m, s, K, ...)."""
    return task['params'][name]['value']


def tell(**numbers):
    """Progress: shown by 'fedtwin watch', kept as what the task reported."""
    with open('progress.ndjson', 'a') as f:
        f.write(json.dumps(numbers) + '\n')


def main():
    task = read_task()
    amount = quantity(task, 'amount')
    half_life = quantity(task, 'half_life')
    end = quantity(task, 'end')
    rows = task['params']['rows']
    if end <= 0:
        # One line that says what is wrong, and what would be right.
        sys.exit("'end' is %g s: give a time after 0" % end)
    with open(task['outputs']['curve']['path'], 'w', newline='') as f:
        table = csv.writer(f)
        table.writerow(['time [s]', 'amount [kg]'])
        for i in range(rows):
            time = end * i / (rows - 1)
            table.writerow([repr(time), repr(amount * 0.5 ** (time / half_life))])
            if i % 1000 == 0 or i == rows - 1:
                tell(step=i + 1, of=rows, time=time)


main()
