"""The cases of elasticity.yaml, from the probes of its calculations."""
import csv
import json

import h5py

with open('task.json') as f:
    task = json.load(f)


def values(name):
    """(cell of the matrix, columns) of each gathered table."""
    for item in task['inputs'][name]:
        with h5py.File(item['path']) as f:
            yield item.get('cell'), {key: data[()] for key, data
                                     in f['table'].items() if key != 'row'}


def rows():
    """Those of CalculiX are on the same cells with 20 nodes and reduced
    integration, C3D20R."""
    for cell, t in values('le1'):
        n, triangles = cell['cells'] // 2, cell['simplex'] == 'true'
        # 1 % on the finest; the others show that it converges
        yield ('NAFEMS LE1, s_yy at D, %d x %d %s' % (
            n, n, 'P2 pairs' if triangles else 'Q2'), 'Pa', 92.7e6,
            t['s_yy'][0], 0.01 if n == 32 else 0.05)
    _, t = next(values('cook'))
    yield "Cook's membrane, tip", 'm', 23.96, t['u_y'][0], 0.002
    _, t = next(values('lame'))
    yield ('thick cylinder, radial displacement of the bore', 'm',
           2.723809523809524e-5, t['u_x'][0], 1e-5)
    yield ('thick cylinder, hoop stress of the bore', 'Pa', 5e6, t['s_yy'][0],
           0.005)
    yield ('thick cylinder, hoop stress outside', 'Pa', 2e6, t['s_yy'][1],
           0.005)
    _, t = next(values('cantilever'))
    yield 'cantilever, tip', 'm', -0.513125, t['u_y'][0], 2e-5
    _, t = next(values('le10'))
    yield 'NAFEMS LE10, s_yy at D', 'Pa', -5.38e6, t['s_yy'][0], 0.015
    yield ('NAFEMS LE10, s_yy at D, against CalculiX 2.20', 'Pa', -5.32806e6,
           t['s_yy'][0], 0.015)
    _, t = next(values('le11'))
    yield 'NAFEMS LE11, s_zz at A', 'Pa', -105e6, t['s_zz'][0], 0.015
    yield ('NAFEMS LE11, s_zz at A, against CalculiX 2.20', 'Pa', -104.525e6,
           t['s_zz'][0], 0.005)


with open(task['outputs']['cases']['path'], 'w', newline='') as f:
    out = csv.writer(f, quoting=csv.QUOTE_NONNUMERIC)
    out.writerow(['case', 'unit', 'reference [1]', 'value [1]',
                  'tolerance [1]', 'measure'])
    for row in rows():
        out.writerow([*row, 'relative'])
    _, t = next(values('balance'))
    for kind in 'force', 'moment':
        out.writerow(['sum of all %ss, relative' % kind, '1', 0,
                      t[kind + '_imbalance'][0], 1e-8, 'absolute'])
