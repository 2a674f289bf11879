"""Two bodies that touch, from a mesh of mesh.box.

Cells with x below $AT become the group 'left', the others 'right', and the
facets between them the group 'joint'.  With $RING a flat mesh of 1 m by 1 m
becomes a quarter of a ring: x goes along the radius from 0.1 m to 0.3 m.
"""
import json
import math
import os

import h5py
import numpy as np

FACES = {  # of VTK's cells: type of a face, its corners
    5: (3, [(0, 1), (1, 2), (2, 0)]),
    9: (3, [(0, 1), (1, 2), (2, 3), (3, 0)]),
    10: (5, [(0, 2, 1), (0, 1, 3), (1, 2, 3), (0, 3, 2)]),
    12: (9, [(0, 3, 2, 1), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5),
             (2, 3, 7, 6), (3, 0, 4, 7)]),
}


def replace(group, name, values):
    """A dataset with other rows."""
    kind = group[name].dtype if group[name].dtype.kind != 'S' else None
    del group[name]
    group[name] = np.array(values, kind)


def divide(f, at):
    """Groups and facets for the two sides of x = at."""
    mesh, groups = f['VTKHDF'], f['groups']
    x = mesh['Points'][:, 0]
    names, ids = groups['name'][()], groups['id'][()]
    domain, last = ids[list(names).index(b'domain')], max(ids)
    group = mesh['CellData/group'][()]
    types = mesh['Types'][()]
    cells = np.split(mesh['Connectivity'][()], mesh['Offsets'][1:-1])
    facets = []
    for c in np.flatnonzero(group == domain):
        if x[cells[c]].mean() > at:
            group[c] = last + 1
            continue
        kind, faces = FACES[types[c]]
        facets += [(kind, nodes) for nodes in (
            cells[c][list(face)] for face in faces)
            if abs(x[nodes] - at).max() < 1e-9]
    cells += [nodes for _, nodes in facets]
    dimension = groups['dimension'][()]
    replace(mesh, 'Types', [*types, *(kind for kind, _ in facets)])
    replace(mesh, 'Offsets', np.cumsum([0] + [len(c) for c in cells]))
    replace(mesh, 'Connectivity', np.concatenate(cells))
    replace(mesh, 'NumberOfCells', [len(cells)])
    replace(mesh, 'NumberOfConnectivityIds', [sum(map(len, cells))])
    replace(mesh['CellData'], 'group',
            [*group, *[last + 2] * len(facets)])
    replace(groups, 'id', [*ids, last + 1, last + 2])
    replace(groups, 'dimension', [*dimension, max(dimension),
                                  max(dimension) - 1])
    replace(groups, 'name', [b'left' if n == b'domain' else n for n in names]
            + [b'right', b'joint'])


with open('task.json') as f:
    task = json.load(f)
path = task['outputs']['mesh']['path']
with h5py.File(task['inputs']['box'][0]['path']) as box:
    with h5py.File(path, 'w') as out:
        box.copy('VTKHDF', out)
        box.copy('groups', out)
        divide(out, float(os.environ['AT']))
        if os.environ.get('RING'):
            x = out['VTKHDF/Points']
            radius, angle = 0.1 + 0.2 * x[:, 0], math.pi / 2 * x[:, 1]
            x[:, 0] = radius * np.sin(angle)
            x[:, 1] = -radius * np.cos(angle)
