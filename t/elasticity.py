"""elasticity.py - run fedtwin-elasticity and fedtwin-modes, for t31xx-*.t

On top of heat.py:

    from elasticity import *
    run = elasticity(box([4, 4], [1, 1]), plane='stress', young=on(1, 'Pa'),
                     poisson={'*': 0.3}, fixed=['xmin'], ...)
"""
import os

import h5py
import numpy as np

from heat import (FACETS, SI, Result, box, columns, facets, near, on, q,
                  same, start, write_task)

SI.update({
    'Pa': 'm-1.kg.s-2', 'N': 'm.kg.s-2', 'N/m3': 'm-2.kg.s-2', '1/K': 'K-1',
    'kg/m3': 'm-3.kg', 'm/s2': 'm.s-2', 'Hz': 's-1',
})
STATIC = {
    'displacement': 'field', 'stress': 'field', 'von_mises': 'field',
    'summary': 'table', 'reactions': 'table', 'probes': 'table',
}
AXES = 'xyz'


def vector(unit, *values, **named):
    """A record of quantities along x, y, z; None is left out."""
    parts = dict(zip(AXES, values), **named)
    return {k: q(v, unit) for k, v in parts.items() if v is not None}


def functions(*texts):
    return dict(zip(AXES, texts))


def points(*list_of_points):
    return [vector('m', *p) for p in list_of_points]


def solve(program, module, outputs, mesh, ranks=1, inputs=None, **params):
    params.setdefault('order', 2)  # as the engine does, from the manifest
    given = {'mesh': (mesh, 'mesh')}
    given.update(inputs or {})
    where = write_task(module, params, given, outputs, ranks)
    return Result(where, *start(program, where, ranks))


def try_elasticity(mesh, **more):
    return solve('fedtwin-elasticity', 'solve.elasticity', STATIC, mesh,
                 **more)


def elasticity(mesh, **more):
    run = try_elasticity(mesh, **more)
    assert run.code == 0, run.err
    return run


def places(run):
    """Where the points of its displacements are."""
    with h5py.File(run.where + '/displacement.h5') as f:
        return f['VTKHDF/Points'][()]


def spoil(mesh, name, change):
    """Change the values of one dataset of a mesh."""
    with h5py.File(mesh, 'r+') as f:
        data = f['VTKHDF/' + name]
        data[...] = change(data[()])


def with_cells(mesh, vtk, cells, group, dimension, **names):
    """The mesh with more cells of one type: their nodes, a number of a group
    each; and these groups, by name, of a dimension."""
    nodes = np.asarray(cells, int)
    with h5py.File(mesh, 'r+') as f:
        grown = {
            'groups/id': list(names.values()),
            'groups/dimension': [dimension] * len(names),
            'groups/name': [name.encode() for name in names],
            'VTKHDF/CellData/group': group,
            'VTKHDF/Types': [vtk] * len(nodes),
            'VTKHDF/Connectivity': nodes.ravel(),
            'VTKHDF/Offsets': f['VTKHDF/Offsets'][-1] +
            nodes.shape[1] * np.arange(1, len(nodes) + 1),
        }
        for key, more in grown.items():
            old = f[key][()]
            del f[key]
            f[key] = np.concatenate([old, np.array(more, old.dtype)])
        f['VTKHDF/NumberOfCells'][...] = len(f['VTKHDF/Types'])
        f['VTKHDF/NumberOfConnectivityIds'][...] = len(
            f['VTKHDF/Connectivity'])
    return mesh


# Nodes of the cell of order 2 as steps from its first corner, in VTK's order.
SQUARE = [(0, 0), (2, 0), (2, 2), (0, 2), (1, 0), (2, 1), (1, 2), (0, 1),
          (1, 1)]
CUBE = ([(x, y, 0) for x, y in SQUARE[:4]] + [(x, y, 2) for x, y in SQUARE[:4]]
        + [(x, y, 0) for x, y in SQUARE[4:8]]
        + [(x, y, 2) for x, y in SQUARE[4:8]]
        + [(x, y, 1) for x, y in SQUARE[:4]]
        + [(0, 1, 1), (2, 1, 1), (1, 0, 1), (1, 2, 1), (1, 1, 0), (1, 1, 2),
           (1, 1, 1)])
TRIANGLES = [[(0, 0), (2, 0), (2, 2), (1, 0), (2, 1), (1, 1)],
             [(0, 0), (2, 2), (0, 2), (1, 1), (1, 2), (0, 1)]]


def lattice(cells, shapes, origin, steps):
    """Points of cells of two steps a side, on a lattice; x fastest."""
    size = [2 * n + 1 for n in cells]
    found = []
    for corner in np.ndindex(*[steps[k] for k in range(len(cells))][::-1]):
        for shape in shapes:
            at = np.array(shape) + 2 * np.array(corner[::-1]) + origin
            found.append(sum(at[:, k] * int(np.prod(size[:k]))
                             for k in range(len(cells))))
    return found


def curved(cells, place, simplex=False):
    """A mesh of second order: the unit square or cube in cells, each point
    where place(points) puts it; groups xmin, xmax, ... and domain."""
    dim = len(cells)
    mesh = box([2 * n for n in cells], [1.0] * dim)
    parts = [(lattice(cells, TRIANGLES if simplex else
                      [SQUARE if dim == 2 else CUBE], 0, cells),
              {6: 22, 9: 28, 27: 29}, 'domain')]
    for side, name in enumerate(FACETS[:2 * dim]):
        axis = side // 2
        steps = [1 if k == axis else n for k, n in enumerate(cells)]
        flat = [(0,), (2,), (1,)] if dim == 2 else SQUARE
        shape = [tuple(np.insert(p, axis, 0)) for p in flat]
        origin = np.zeros(dim, int)
        origin[axis] = side % 2 * 2 * cells[axis]
        parts.append((lattice(cells, [shape], origin, steps), {3: 21, 9: 28},
                      name))
    with h5py.File(mesh, 'r+') as f:
        names = [n.decode() for n in f['groups/name'][()]]
        ids = dict(zip(names, f['groups/id'][()]))
        nodes = [c for found, _, _ in parts for c in found]
        new = {
            'Connectivity': np.concatenate(nodes).astype('i8'),
            'Offsets': np.cumsum([0] + [len(c) for c in nodes]),
            'Types': np.array([kinds[len(c)] for found, kinds, _ in parts
                               for c in found], 'u1'),
            'CellData/group': np.array([ids[name] for found, _, name in parts
                                        for c in found], 'i4'),
        }
        for name, values in new.items():
            del f['VTKHDF/' + name]
            f['VTKHDF/' + name] = values
        f['VTKHDF/NumberOfCells'][...] = len(nodes)
        f['VTKHDF/NumberOfConnectivityIds'][...] = len(new['Connectivity'])
        x = f['VTKHDF/Points']
        x[...] = place(x[()])
    return mesh


SHAPES = ['shape_%d' % (i + 1) for i in range(20)]


def try_modes(mesh, **more):
    outputs = dict({'modes': 'table', 'summary': 'table'},
                   **{name: 'field' for name in SHAPES})
    return solve('fedtwin-modes', 'solve.modes', outputs, mesh, **more)


def modes(mesh, **more):
    run = try_modes(mesh, **more)
    assert run.code == 0, run.err
    return run
