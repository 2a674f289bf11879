"""The cases of heat-jump.yaml: what came out, and what it should be.

heat_jump_cases.py reads task.json in the directory it is started in.
"""
import csv
import json
import math

import h5py
import numpy as np

with open('task.json') as f:
    task = json.load(f)
ELEMENTS = {
    ('flat', False): 'quadrilaterals', ('flat', True): 'triangles',
    ('solid', False): 'hexahedra', ('solid', True): 'tetrahedra',
}


def values(name, where):
    """The dataset 'where' of each file of an input, by its cell."""
    found = {}
    for one in task['inputs'][name]:
        with h5py.File(one['path']) as f:
            cell = one.get('cell') or {}
            found[tuple(cell[axis] for axis in sorted(cell))] = f[where][()]
    return found


def column(name, what):
    """A column of an input that is one table."""
    return next(iter(values(name, 'table/' + what).values()))


def root(f, low, high):
    """Where f, which falls, is 0."""
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if f(middle) > 0 else (low, middle)
    return middle


def apart(name, ranks):
    """How far the temperatures of several ranks are from those of one."""
    one, others = (values('%s_%d' % (name, n), 'VTKHDF/PointData/temperature')
                   for n in (1, ranks))
    return max(np.abs(t / one[cell] - 1).max() for cell, t in others.items())


def wall():
    flow = 0.01 * 100 / (0.1 / 50 + 1e-3 + 0.05 / 10)
    t = next(iter(values('wall_1', 'VTKHDF/PointData/temperature').values()))
    yield ('heat through a wall', 'W', flow,
           column('wall', 'heat_in')[0], 1e-9, 'relative')
    yield ('heat through the contact', 'W', flow,
           column('wall_balance', 'heat')[-1], 1e-9, 'relative')
    # the four levels from 400 K to 300 K of cells of 25 mm, and the two sides
    for want in 375, 362.5:
        yield ('temperature at a side of the contact', 'K', want,
               t[np.abs(t - want).argmin()], 1e-7, 'absolute')

    def gap(density):
        a, b = 400 - density / 500, 300 + density / 200
        return a - b - density / (500 + 25 * ((a + b) / 2 - 300))
    yield ('heat through a contact that depends on temperature', 'W',
           0.01 * root(gap, 0, 1e5), column('bending', 'heat')[-1], 1e-8,
           'relative')


def ring():
    flow = math.pi / 2 * 100 / (math.log(2) / 50 + 1 / (500 * 0.2)
                                + math.log(1.5) / 10)
    yield ('heat through a quarter of a ring', 'W', flow,
           column('ring', 'heat')[-1], 1e-4, 'relative')


def cooling():
    """Series of a wall of thickness L that is insulated on one side."""
    biot, fourier = 2 * 0.1 / (5e-3 * 10), 10 / 5e5 * 400 / 0.1**2
    for place, x, t in zip(('at the end', 'in the middle'), (0, 0.5),
                           column('cooling', 'temperature')[-2:]):
        want = 350
        for n in range(40):
            z = root(lambda z: biot - z * math.tan(z), n * math.pi,
                     (n + 0.5) * math.pi)
            want += (50 * 4 * math.sin(z) / (2 * z + math.sin(2 * z))
                     * math.exp(-z * z * fourier) * math.cos(z * x))
        yield ('block that cools, ' + place, 'K', want, t, 1e-3, 'absolute')
    yield ('heat unaccounted for, largest of all steps', '1', 0,
           column('steps', 'imbalance').max(), 1e-8, 'absolute')


def orders(mesh):
    """Of the finest two levels; a cell is (cells, order, simplex)."""
    for norm, less in ('l2_error', 0), ('h1_error', 1):
        errors = values(mesh, 'table/' + norm)
        for simplex in False, True:
            for order in 1, 2:
                coarse, fine = (errors[n, order, simplex][0]
                                for n in (8, 16))
                yield ('order in %s, %s of order %d' % (
                    norm[:2].upper(), ELEMENTS[mesh, simplex], order), '1',
                    order + 1 - less, math.log2(coarse / fine), 0.1,
                    'absolute')


def ranks():
    for name in 'wall', 'flat', 'solid':
        for n in 2, 4:
            yield ('%d ranks against 1, %s' % (n, name), '1', 0,
                   apart(name, n), 1e-10, 'absolute')


with open(task['outputs']['cases']['path'], 'w', newline='') as f:
    out = csv.writer(f, quoting=csv.QUOTE_NONNUMERIC)
    out.writerow(['case', 'unit', 'reference [1]', 'value [1]',
                  'tolerance [1]', 'measure'])
    for rows in (wall(), ring(), cooling(), orders('flat'), orders('solid'),
                 ranks()):
        out.writerows([*row[:2], float(row[2]), float(row[3]), *row[4:]]
                      for row in rows)
