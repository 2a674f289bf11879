"""How fast env.flood updates cells: a dam breaks over hilly ground.

    flood.py CELLS SCHEME CASE RANKS

CELLS a side.  CASE is 'wet', water everywhere, or 'half', where the ground
behind the dam is dry.  Two runs, of a few steps and of more; what the second
one needs beyond the first is the cost of its steps alone.  Prints

    million updates of wet cells by second of processor time, the same by
    second of the clock, largest resident size of a rank (MiB), seconds of
    processor time a step
"""
import os
import resource
import sys
import tempfile
import time

import numpy as np

sys.path.insert(0, os.environ['FT_SRCDIR'] + '/t')
from flood import image, try_flood  # noqa: E402

cells, scheme, case, ranks = (int(sys.argv[1]), sys.argv[2], sys.argv[3],
                              int(sys.argv[4]))
dx = 5.0
steps = max(120, 16000000 // cells ** 2)  # of the longer run, about


def children():
    use = resource.getrusage(resource.RUSAGE_CHILDREN)
    return use.ru_utime + use.ru_stime, use.ru_maxrss / 1024


def run(end):
    cpu, begin = children()[0], time.monotonic()
    done = try_flood(ground, scheme=scheme, manning=0.03, end=end, ranks=ranks,
                     inputs={'initial_depth': water}, report_every=1e6,
                     outputs={'balance': 'table'})
    wall, cpu = time.monotonic() - begin, children()[0] - cpu
    assert done.code == 0, done.err
    last = {k: v[-1] for k, v in done.table().items()}
    assert abs(last['error']) < 1e-10, last
    return last['step'], last['flooded_area'] / dx ** 2, cpu, wall


os.chdir(tempfile.mkdtemp(dir='.'))
x = (np.arange(cells) + 0.5) / cells
z = np.add.outer(np.sin(6 * np.pi * x), np.sin(8 * np.pi * x))
dam = 40.0 if case == 'wet' else 20.0
h = np.maximum(np.where(x < 0.5, dam, 30.0 if case == 'wet' else 0) -
               3 * (z + 2), 0)
h = h if case == 'wet' else np.where(x < 0.5, h, 0)
ground, water = image('ground', 3 * z, dx), image('water', h, dx)
dt = 0.45 * dx / (9.81 * dam) ** 0.5
few, many = run(2 * dt), run(steps * dt)
taken = many[0] - few[0]
cpu, wall = (many[2] - few[2]) / taken, (many[3] - few[3]) / taken
wet = 1e-6 * 0.5 * (few[1] + many[1])
print('%.2f %.2f %.1f %.5f' % (wet / cpu, wet / wall, children()[1], cpu))
