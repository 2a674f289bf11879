"""Orders of convergence from the summaries of heat-mms.yaml.

heat_mms.py reads task.json in the directory it is started in, writes a line
for each element and fails when an order is not 2 within 0.1, or when one and
two ranks differ by more than 1e-10.
"""
import json
import math
import sys

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


lines, good = [], True
for mesh in 'flat', 'solid':
    errors = [values('%s_%d' % (mesh, n), 'table/l2_error') for n in (1, 2)]
    fields = [values('%s_%d_t' % (mesh, n), 'VTKHDF/PointData/temperature')
              for n in (1, 2)]
    apart = max(numpy.abs(a / fields[1][cell] - 1).max()
                for cell, a in fields[0].items())
    good = good and apart <= 1e-10
    for simplex in False, True:
        levels = [e[0] for (s, n), e in sorted(errors[0].items())
                  if s == simplex]
        orders = [math.log2(a / b) for a, b in zip(levels, levels[1:])]
        good = good and all(abs(order - 2) <= 0.1 for order in orders)
        lines.append('%-15s orders %s, ranks differ by %.1e\n' % (
            ELEMENTS[mesh, simplex],
            ' '.join('%.4f' % order for order in orders), apart))
with open(task['outputs']['orders']['path'], 'w') as f:
    f.writelines(lines)
sys.exit(0 if good else 'the orders are wrong: ' + ' '.join(lines))
