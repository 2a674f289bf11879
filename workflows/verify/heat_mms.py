"""Orders of convergence from the summaries of heat-mms*.yaml.

heat_mms.py reads task.json in the directory it is started in, and writes a
case for each refinement of each element (the order must be $ORDER
within 0.1) and one for each mesh (one and two ranks must agree within
1e-10).
"""
import csv
import json
import math
import os

import h5py
import numpy

ELEMENTS = {
    ('flat', False): 'quadrilaterals', ('flat', True): 'triangles',
    ('solid', False): 'hexahedra', ('solid', True): 'tetrahedra',
}

with open('task.json') as f:
    task = json.load(f)


def values(name, where):
    """The dataset 'where' of each gathered file, by cell of the matrix."""
    found = {}
    for element in task['inputs'][name]:
        with h5py.File(element['path']) as f:
            cell = element['cell']
            found[cell['simplex'], cell['cells']] = f[where][()]
    return found


def orders(mesh, simplex):
    """(cells of the finer mesh, order) of each refinement."""
    errors = values(mesh + '_1', 'table/l2_error')
    levels = sorted((n, e[0]) for (s, n), e in errors.items() if s == simplex)
    return [(fine[0], math.log2(coarse[1] / fine[1]))
            for coarse, fine in zip(levels, levels[1:])]


def apart(mesh):
    """How far one and two ranks are apart, relative."""
    one, two = [values('%s_%d_t' % (mesh, n), 'VTKHDF/PointData/temperature')
                for n in (1, 2)]
    return max(numpy.abs(t / two[cell] - 1).max() for cell, t in one.items())


with open(task['outputs']['cases']['path'], 'w', newline='') as f:
    out = csv.writer(f, quoting=csv.QUOTE_NONNUMERIC)
    out.writerow(['case', 'unit', 'reference [1]', 'value [1]',
                  'tolerance [1]', 'measure'])
    for (mesh, simplex), element in ELEMENTS.items():
        for cells, order in orders(mesh, simplex):
            out.writerow(['order in L2, %s, %d cells a side' % (
                element, cells), '1', int(os.environ['ORDER']), order, 0.1,
                'absolute'])
    for mesh in 'flat', 'solid':
        out.writerow(['2 ranks against 1, %s mesh' % mesh, '1', 0,
                      apart(mesh), 1e-10, 'absolute'])
