"""A wall of two materials that touch, from a box of 21 columns of cells.

Ten columns become 0.1 m of the group 'left', one the layer 'joint' of GAP
metres, ten 0.05 m of the group 'right'.  GAP is in the environment.
"""
import json
import os

import h5py
import numpy as np

with open('task.json') as f:
    task = json.load(f)
gap = float(os.environ['GAP'])
column = [0.01 * i for i in range(11)] + [0.1 + gap + 0.005 * i
                                          for i in range(11)]
path = task['outputs']['mesh']['path']
with h5py.File(task['inputs']['box'][0]['path']) as box:
    with h5py.File(path, 'w') as out:
        box.copy('VTKHDF', out)
        box.copy('groups', out)
with h5py.File(path, 'r+') as f:
    x, group = f['VTKHDF/Points'], f['VTKHDF/CellData/group']
    names = [n.decode() for n in f['groups/name'][()]]
    ids = f['groups/id'][()]
    domain, last = ids[names.index('domain')], ids.max()
    at = np.rint(21 * x[:, 0]).astype(int)
    x[:, 0] = np.array(column)[at]

    # a cell lies right of the leftmost of its points
    offsets, nodes = (f['VTKHDF/' + n][()] for n in ('Offsets',
                                                     'Connectivity'))
    left = np.minimum.reduceat(at[nodes], offsets[:-1])
    is_cell = group[()] == domain
    group[...] = np.where(is_cell & (left == 10), last + 1,
                          np.where(is_cell & (left > 10), last + 2, group))
    names[names.index('domain')] = 'left'
    for key, values in {'id': [*ids, last + 1, last + 2],
                        'dimension': [*f['groups/dimension'], 2, 2],
                        'name': [n.encode() for n in names] +
                        [b'joint', b'right']}.items():
        kind = f['groups/' + key].dtype
        del f['groups/' + key]
        f['groups/' + key] = np.array(values, kind)
