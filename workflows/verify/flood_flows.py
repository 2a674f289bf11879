"""Grids for flood-flows.yaml, and what came of them.

With a 'case' in its cell of the matrix it writes terrain and depth as ESRI
ASCII grids; without one it compares the results.  The bump is that of N.
Goutal, F. Maurel, 2nd Workshop on Dam-Break Wave Simulation, EDF, 1997, the
bowl that of W. C. Thacker, J. Fluid Mech. 107, 499 (1981).
"""
import csv
import json
import math

import h5py
import numpy as np

G = 9.81

with open('task.json') as f:
    task = json.load(f)


def middles(n, dx):
    return (np.arange(n) + 0.5) * dx


# --- exact flows ---------------------------------------------------------------

def bump(x):
    return np.maximum(0, 0.2 - 0.05 * (x - 10) ** 2)


def depth_of(q, head, z, slow):
    """The depth at which q m2/s have a head above z: bisection on one side of
    the critical depth."""
    low, high = (q * q / G) ** (1 / 3), head
    if not slow:
        low, high = 1e-6, low
    for _ in range(100):
        h = (low + high) / 2
        too_much = q * q / (2 * G * h * h) + h + z > head
        low, high = (low, h) if too_much == slow else (h, high)
    return h


def across_bump(x, q, jump, below):
    """Depths of q m2/s that are critical on the crest, up to a jump."""
    head = 1.5 * (q * q / G) ** (1 / 3) + 0.2
    return np.array([
        depth_of(q, head, z, True) if a < 10 else
        depth_of(q, head, z, False) if a < jump else
        depth_of(q, below, z, True) for a, z in zip(x, bump(x))])


def jump_at(q, below):
    """Where momentum is the same on both sides."""
    head = 1.5 * (q * q / G) ** (1 / 3) + 0.2

    def force(a, one, slow):
        h = depth_of(q, one, float(bump(a)), slow)
        return q * q / h + G * h * h / 2
    low, high = 10.2, 11.9
    for _ in range(60):
        a = (low + high) / 2
        low, high = ((a, high) if force(a, head, False) >
                     force(a, below, True) else (low, a))
    return a


def river(x):
    """Bed and depth of 2 m2/s that turn supercritical at 500 m."""
    fine = np.linspace(0, 1000, 20001)
    unit, s = (4 / G) ** (1 / 3), np.tanh(3 * (fine / 1000 - 0.5))
    h, rise = unit * (1 - s / 3), -unit * (1 - s * s) / 1000
    fall = (1 - 4 / (G * h ** 3)) * rise + (0.033 * 2) ** 2 / h ** (10 / 3)
    bed = np.concatenate([[0], np.cumsum((fall[1:] + fall[:-1]) / 2)])
    return np.interp(x, fine, (bed[-1] - bed) * fine[1]), np.interp(x, fine, h)


def sea_level(x):
    """Beside a tide of 2 cm in 3000 s; the sea is 10 m deep and 5 km long."""
    k = 2 * math.pi / 3000 / math.sqrt(G * 10)
    return 0.02 * np.cos(k * (5000 - x)) / math.cos(k * 5000)


def steps_of(rate, y, t, end, n=20000):
    """Runge and Kutta's fourth order."""
    dt = (end - t) / n
    for i in range(n):
        a = rate(t + i * dt, y)
        b = rate(t + (i + 0.5) * dt, y + a * dt / 2)
        c = rate(t + (i + 0.5) * dt, y + b * dt / 2)
        d = rate(t + (i + 1) * dt, y + c * dt)
        y += dt * (a + 2 * b + 2 * c + d) / 6
    return y


# --- grids -----------------------------------------------------------------------

def bowl():
    x, y = np.meshgrid(middles(200, 0.02) - 2, middles(200, 0.02) - 2)
    r2, a = x * x + y * y, (1 - 0.64) / (1 + 0.64)
    z = 0.1 * (r2 - 1)
    level = 0.1 * (math.sqrt((1 + a) / (1 - a)) - 1 -
                   r2 * ((1 + a) / (1 - a) - 1))
    return 0.02, z, np.maximum(level - z, 0)


def begin(case):
    """Distance of points, bed, depth; the first row is the southern one."""
    if case == 'bump':
        return 0.1, np.tile(bump(middles(250, 0.1)), (3, 1)), None
    if case == 'slope':
        return 10, np.tile(1e-3 * (1000 - middles(100, 10)), (3, 1)), None
    if case == 'brink':
        z, h = river(middles(100, 10))
        return 10, np.tile(z, (3, 1)), np.tile(h, (3, 1))
    if case == 'bowl':
        return bowl()
    if case == 'sea':
        h = 10 + sea_level(middles(100, 50))
        return 50, np.full((3, 100), -10.0), np.tile(h, (3, 1))
    if case == 'ponds':
        z = np.zeros((20, 41))
        z[:, 20], z[:, 21:] = 10, -5
        h = np.maximum(3 - z, 0)
        h[:, 21:] = 1
        return 10, z, h
    return 10, np.zeros((5, 5)), None


def write_grid(path, values, dx):
    with open(path, 'w') as f:
        f.write('ncols %d\nnrows %d\nxllcorner 0\nyllcorner 0\ncellsize %g\n' %
                (values.shape[1], values.shape[0], dx))
        for row in values[::-1]:
            f.write(' '.join('%.17g' % v for v in row) + '\n')


# --- results ---------------------------------------------------------------------

def images(name):
    for item in task['inputs'][name]:
        with h5py.File(item['path']) as f:
            field = f['VTKHDF'].attrs['fedtwin_field']
            field = field.decode() if isinstance(field, bytes) else field
            yield item.get('cell') or {}, f['VTKHDF/' + field][()]


def image(name):
    return next(images(name))[1]


def column(name, what):
    with h5py.File(task['inputs'][name][0]['path']) as f:
        return f['table/' + what][()]


def bumps():
    x = middles(250, 0.1)
    want, got = across_bump(x, 1.53, 99, 0), image('over')[1]
    yield ('bump, supercritical behind: depth before it', 'm', want[0], got[0],
           5e-4, 'relative')
    yield ('bump, supercritical behind: depth at the end', 'm', want[-1],
           got[-1], 5e-4, 'relative')
    below = 0.18 ** 2 / (2 * G * 0.33 ** 2) + 0.33
    where = jump_at(0.18, below)
    want, got = across_bump(x, 0.18, where, below), image('jump')[1]
    yield ('bump with a jump: depth before it', 'm', want[0], got[0], 1e-3,
           'relative')
    yield ('bump with a jump: its place', 'm', where,
           x[np.diff(got).argmax()] + 0.05, 0.1, 'absolute')
    yield ('bump with a jump: mean error of the depth', 'm', 0,
           np.abs(got - want).mean(), 1e-3, 'absolute')


def slopes():
    want = (0.03 / 1e-3 ** 0.5) ** 0.6
    for cell, h in images('down'):
        h, scheme = h[1], cell['scheme']
        if scheme == 'second':
            yield ('uniform flow to a free edge, depth of the last cell', 'm',
                   want, h[-1], 0.01, 'relative')
        else:
            yield ('uniform flow, first order, last cell over the middle', '1',
                   1, h[-1] / h[50], 1e-3, 'relative')
    want, got = river(middles(100, 10))[1], image('brink')[1]
    yield ('river that turns supercritical, depth there', 'm', want[50],
           got[50], 1e-3, 'relative')
    yield ('river that turns supercritical, mean error of the depth', '1', 0,
           np.abs(got / want - 1).mean(), 2e-3, 'absolute')


def waves():
    h = image('bowl')[99:101, 99:101].mean()
    yield ('round bowl, depth of the centre after a period', 'm',
           bowl()[2][99:101, 99:101].mean(), h, 0.01, 'relative')
    level = column('sea', 'level')[column('sea', 'time') >= 9000]
    want = 2 * sea_level(np.array([4975.0]))[0]
    yield ('narrow sea with a tide, range at its end', 'm', want,
           level.max() - level.min(), 0.025, 'relative')


def water_kept():
    yield ('pond that runs down over a weir, level after 1 h', 'm',
           1 + (2 ** -0.5 + 1.7 * 4 * 3600 / (2 * 200 * 200)) ** -2,
           column('ponds', 'level')[-1], 1e-4, 'relative')
    k, store, rain = 10.9e-3 / 3600, 0.110 * 0.247, 30e-3 / 3600
    ponding = k * store / (rain * (rain - k))
    want = steps_of(lambda t, taken: k * (1 + (0.110 + rain * t - taken) *
                                          0.247 / taken),
                    rain * ponding, ponding, 6 * 3600)
    yield ('rain that soaks away after Green and Ampt, 6 h', 'm', want,
           column('pan', 'infiltration')[-1] / 2500, 5e-4, 'relative')


def main():
    cell = task.get('cell') or {}
    if cell:
        dx, z, h = begin(cell['case'])
        write_grid(task['outputs']['terrain']['path'], z, dx)
        write_grid(task['outputs']['depth']['path'],
                   0 * z if h is None else h, dx)
        return
    with open(task['outputs']['cases']['path'], 'w', newline='') as f:
        rows = csv.writer(f, quoting=csv.QUOTE_NONNUMERIC)
        rows.writerow(['case', 'unit', 'reference [1]', 'value [1]',
                       'tolerance [1]', 'measure'])
        for part in bumps, slopes, waves, water_kept:
            rows.writerows([float(x) if not isinstance(x, str) else x
                            for x in row] for row in part())


main()
