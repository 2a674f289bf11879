"""Bend a mesh of mesh.box into a benchmark's shape, with cells of order 2.

The box has an even number of cells an axis and is the unit square or cube; two
by two (by two) of its cells become one of second order with 9 (27) nodes, or
two triangles with 6.  SHAPE in the environment names the shape, SIMPLEX=true
asks for triangles.  Groups stay: xmin, xmax, ... are those of the box.  A cube
gets one more: 'rim', the line in the middle of xmax along y.
"""
import json
import os

import h5py
import numpy as np

SQUARE = [(0, 0), (2, 0), (2, 2), (0, 2), (1, 0), (2, 1), (1, 2), (0, 1),
          (1, 1)]
TRIANGLES = [[SQUARE[i] for i in (0, 1, 2, 4, 5, 8)],
             [SQUARE[i] for i in (0, 2, 3, 8, 6, 7)]]
CUBE = ([p + (0,) for p in SQUARE[:4]] + [p + (2,) for p in SQUARE[:4]] +
        [p + (0,) for p in SQUARE[4:8]] + [p + (2,) for p in SQUARE[4:8]] +
        [p + (1,) for p in SQUARE[:4]] +
        [(0, 1, 1), (2, 1, 1), (1, 0, 1), (1, 2, 1), (1, 1, 0), (1, 1, 2),
         (1, 1, 1)])
SIDES = ('xmin', 'xmax', 'ymin', 'ymax', 'zmin', 'zmax')


def between(s, inner, outer):
    """Points on straight lines from one curve to another."""
    return (1 - s)[:, None] * inner + s[:, None] * outer


def round_a(angle, a, b):
    """A point of an ellipse with half axes a and b."""
    return np.c_[a * np.cos(angle), b * np.sin(angle)]


def le1(x):
    """NAFEMS LE1: a quarter of an elliptic sheet; y turns anticlockwise."""
    angle = x[:, 1] * np.pi / 2
    return between(x[:, 0], round_a(angle, 2, 1), round_a(angle, 3.25, 2.75))


def le10(x):
    """NAFEMS LE10: the sheet of LE1 as a plate of 0.6 m."""
    return np.c_[le1(x), 0.6 * x[:, 2]]


def ring(x):
    """A quarter of a ring, radii 1 and 2."""
    angle = x[:, 1] * np.pi / 2
    return between(x[:, 0], round_a(angle, 1, 1), round_a(angle, 2, 2))


def cook(x):
    """Cook's membrane."""
    return np.c_[48 * x[:, 0], (44 + 0 * x[:, 0]) * x[:, 0] +
                 x[:, 1] * (44 - 28 * x[:, 0])]


def beam(x):
    """A beam of length 10 and depth 2 about the axis."""
    return np.c_[10 * x[:, 0], 2 * x[:, 1] - 1]


def le11(x):
    """NAFEMS LE11: a quarter of a cylinder on a taper on a sphere.  x goes
    from the bore outwards, y along the profile, z about the axis."""
    t = 4 * x[:, 1]  # knots of the profile at 0, 1, 2, 3, 4
    bore = np.where((t < 2)[:, None], round_a(t * np.pi / 8, 1, 1),
                    np.c_[0 * t + 0.5 ** 0.5, np.interp(
                        t, [2, 4], [0.5 ** 0.5, 1.79])])
    d = np.sqrt(1.4 ** 2 - 0.7 ** 2), 0.7
    skin = np.where((t < 1)[:, None], round_a(t * np.pi / 6, 1.4, 1.4),
                    np.c_[np.interp(t, [1, 3, 4], [d[0], 1, 1]),
                          np.interp(t, [1, 3, 4], [d[1], 1.39, 1.79])])
    r, z = between(x[:, 0], bore, skin).T
    angle = x[:, 2] * np.pi / 2
    return np.c_[r * np.sin(angle), r * np.cos(angle), z]


def cells_of(steps, shapes, size, origin):
    """Nodes of the cells that begin every two points; x turns fastest."""
    stride = np.cumprod([1] + [n for n in size[:-1]])
    return [int(np.dot(np.array(p) + 2 * np.array(at[::-1]) + origin, stride))
            for at in np.ndindex(*steps[::-1]) for shape in shapes
            for p in shape]


def parts(cells, simplex):
    """(nodes, nodes of a cell, group) of the cells and of each side."""
    dim = len(cells)
    size = [2 * n + 1 for n in cells]
    shapes = TRIANGLES if simplex else [SQUARE if dim == 2 else CUBE]
    yield cells_of(cells, shapes, size, 0), len(shapes[0]), 'domain'
    flat = [(0,), (2,), (1,)] if dim == 2 else SQUARE
    for side, name in enumerate(SIDES[:2 * dim]):
        axis = side // 2
        origin = np.zeros(dim, int)
        origin[axis] = side % 2 * 2 * cells[axis]
        shape = [tuple(np.insert(p, axis, 0)) for p in flat]
        steps = [1 if k == axis else n for k, n in enumerate(cells)]
        yield cells_of(steps, [shape], size, origin), len(flat), name


def rim(cells):
    """Nodes of the line in the middle of xmax of a cube."""
    size = [2 * n + 1 for n in cells]
    return cells_of([1, cells[1], 1], [[(0, 0, 0), (0, 2, 0), (0, 1, 0)]],
                    size, np.array([2 * cells[0], 0, cells[2]]))


def add_group(file, name, dimension):
    """A new group in /groups; its number."""
    number = file['groups/id'][()].max() + 1
    for key, value in ('id', number), ('dimension', dimension), ('name', name):
        old = file['groups/' + key]
        new = np.append(old[()], np.array([value], old.dtype))
        del file['groups/' + key]
        file['groups/' + key] = new
    return number


TYPES = {3: 21, 6: 22, 9: 28, 27: 29}  # VTK's, by nodes


def main():
    with open('task.json') as f:
        task = json.load(f)
    with h5py.File(task['inputs']['box'][0]['path']) as f:
        x = f['VTKHDF/Points'][()]
        ids = dict(zip((n.decode() for n in f['groups/name'][()]),
                       f['groups/id'][()]))
        dim = 3 if np.ptp(x[:, 2]) else 2
        cells = [(len(np.unique(x[:, k])) - 1) // 2 for k in range(dim)]
        with h5py.File(task['outputs']['mesh']['path'], 'w') as out:
            f.copy('VTKHDF', out)
            f.copy('groups', out)
            if dim == 3:
                ids['rim'] = add_group(out, 'rim', 1)
    found = list(parts(cells, os.environ.get('SIMPLEX') == 'true'))
    if dim == 3:
        found.append((rim(cells), 3, 'rim'))
    number = [len(nodes) // n for nodes, n, _ in found]
    at = globals()[os.environ['SHAPE']](x)
    new = {
        'Points': np.c_[at, np.zeros((len(at), 3 - at.shape[1]))],
        'Connectivity': np.concatenate([nodes for nodes, _, _ in found]),
        'Offsets': np.cumsum([0] + [n for (_, n, _), m in zip(found, number)
                                    for _ in range(m)]),
        'Types': np.repeat(np.array([TYPES[n] for _, n, _ in found], 'u1'),
                           number),
        'CellData/group': np.repeat(np.array([ids[name] for _, _, name in
                                              found], 'i4'), number),
        'NumberOfCells': np.array([sum(number)]),
    }
    new['NumberOfConnectivityIds'] = np.array([len(new['Connectivity'])])
    with h5py.File(task['outputs']['mesh']['path'], 'r+') as f:
        for name, values in new.items():
            kept = dict(f['VTKHDF/' + name].attrs)
            del f['VTKHDF/' + name]
            f['VTKHDF/' + name] = values
            for key, value in kept.items():
                f['VTKHDF/' + name].attrs[key] = value


main()
