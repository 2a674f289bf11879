"""heat.py - run stage programs of solvers/ on tasks made here, for t305x-*.t

A test calls it as

    PYTHONPATH=$FT_SRCDIR/t "$PYTHON" - <<EOT
    from heat import *
    mesh = box([4, 4], [1, 1])
    row = heat(mesh, scheme='steady', conductivity=on(2, 'W/m/K'), ...)
    EOT

Each run has its own directory below the present one.
"""
import json
import math
import os
import subprocess
import tempfile

import h5py
import numpy as np

# coherent SI units as the engine writes them
SI = {
    'm': 'm', 's': 's', 'K': 'K', 'W': 'm2.kg.s-3',
    'W/m/K': 'm.kg.s-3.K-1', 'kg/m3': 'm-3.kg', 'J/kg/K': 'm2.s-2.K-1',
    'W/m2': 'kg.s-3', 'W/m3': 'm-1.kg.s-3', 'W/m2/K': 'kg.s-3.K-1',
    'm2 K/W': 'kg-1.s3.K',
}
OUTPUTS = {
    'temperature': 'field', 'flux': 'field', 'summary': 'table',
    'probes': 'table', 'balance': 'table',
}
FACETS = ['xmin', 'xmax', 'ymin', 'ymax', 'zmin', 'zmax']


def q(value, unit):
    """A quantity as task.json has it."""
    return {'value': float(value), 'unit': SI[unit]}


def on(value, unit, *groups):
    """The same quantity for each group; for all without names."""
    return {g: q(value, unit) for g in groups or ['*']}


def write_task(module, params, inputs=None, outputs=None, ranks=1,
               restart=None):
    """A new attempt directory with its task.json."""
    where = os.path.abspath(tempfile.mkdtemp(prefix='run', dir='.'))
    task = {
        'schema': 1, 'run': 'r', 'task': module, 'attempt': 1,
        'module': module, 'module_version': '1.0', 'params': params,
        'inputs': {
            name: [{'path': os.path.abspath(path), 'type': kind}]
            for name, (path, kind) in (inputs or {}).items()},
        'outputs': {
            name: {'path': name + '.h5', 'type': kind}
            for name, kind in outputs.items()},
        'seed': 0, 'ranks': ranks, 'threads': 1, 'restart': restart,
    }
    with open(where + '/task.json', 'w') as f:
        json.dump(task, f)
    return where


def start(program, where, ranks=1):
    """Run a program under mpirun; (exit status, lines of stderr)."""
    env = dict(os.environ, FEDTWIN_TASK=where + '/task.json')
    done = subprocess.run(
        ['sh', os.environ['FT_SRCDIR'] + '/t/mpirun.sh', '-n', str(ranks),
         os.environ['FT_BUILDDIR'] + '/' + program],
        cwd=where, env=env, capture_output=True, text=True, timeout=300)
    return done.returncode, [x for x in done.stderr.splitlines() if x]


def box(cells, size, simplex=False, **more):
    """A mesh of mesh.box; the path."""
    where = write_task('mesh.box', dict(
        cells=cells, size=[q(s, 'm') for s in size], simplex=simplex, **more),
        outputs={'mesh': 'mesh'})
    code, err = start('fedtwin-mesh-box', where)
    assert code == 0, err
    return where + '/mesh.h5'


def text(attribute):
    return attribute.decode() if isinstance(attribute, bytes) else attribute


def meaning(data):
    """The values of a column; names where they are flags."""
    if 'flag_meanings' not in data.attrs:
        return data[()]
    names = text(data.attrs['flag_meanings']).split()
    return [names[i] for i in data[()]]


def columns(path):
    """The columns of a table."""
    with h5py.File(path) as f:
        return {name: meaning(data) for name, data in f['table'].items()
                if name != 'row'}


class Result:
    """What a run of solve.heat left behind."""

    def __init__(self, where, code, err):
        self.where, self.code, self.err = where, code, err

    def table(self, name='summary'):
        return columns('%s/%s.h5' % (self.where, name))

    def last(self):
        """The last row of the summary."""
        return {k: v[-1] for k, v in self.table().items()}

    def field(self, name):
        with h5py.File('%s/%s.h5' % (self.where, name)) as f:
            return f['VTKHDF/' + text(f['VTKHDF'].attrs['fedtwin_field'])][()]

    def bytes(self, name):
        with open('%s/%s.h5' % (self.where, name), 'rb') as f:
            return f.read()

    def checkpoint(self):
        return self.where + '/checkpoint'


def try_heat(mesh, ranks=1, restart=None, initial=None, **params):
    """Run solve.heat, whatever comes of it."""
    inputs = {'mesh': (mesh, 'mesh')}
    if initial:
        inputs['initial'] = (initial, 'field')
    where = write_task('solve.heat', params, inputs, OUTPUTS, ranks, restart)
    return Result(where, *start('fedtwin-heat', where, ranks))


def heat(mesh, **params):
    """Run solve.heat, which must succeed without a word."""
    result = try_heat(mesh, **params)
    assert result.code == 0 and not result.err, (result.code, result.err)
    return result


def near(got, want, relative):
    assert abs(got - want) <= relative * abs(want), (got, want)


def same(a, b, relative=1e-10):
    """Are two arrays equal, compared with the largest entry?"""
    assert a.shape == b.shape
    worst = np.abs(a - b).max() / np.abs(b).max()
    assert worst <= relative, worst


def facets(dim):
    return FACETS[:2 * dim]


def sines(dim):
    """A product of sines over 300 K: the waves along each axis, and what has a
    conductivity of 2 W/m/K give it, but for what goes on at xmax."""
    waves = ['sin(pi*%s)' % v for v in 'xyz'[:dim]]
    exact = '300 + ' + '*'.join(waves)
    source = '%d*pi^2*%s' % (2 * dim, '*'.join(waves))
    return waves, dict(
        scheme='steady', exact=exact, conductivity=on(2, 'W/m/K'),
        fixed_function={g: exact for g in facets(dim) if g != 'xmax'},
        source_function={'*': source})


def slopes(errors):
    """Orders from errors on meshes that halve."""
    return [math.log2(a / b) for a, b in zip(errors, errors[1:])]


# --- meshes of second order made here, by corners around each further node

MIDDLES = {
    3: (21, [(0, 1)]),
    5: (22, [(0, 1), (1, 2), (2, 0)]),
    9: (28, [(0, 1), (1, 2), (2, 3), (3, 0), (0, 1, 2, 3)]),
    10: (24, [(0, 1), (1, 2), (2, 0), (0, 3), (1, 3), (2, 3)]),
    12: (29, [(0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6), (6, 7), (7, 4),
              (0, 4), (1, 5), (2, 6), (3, 7), (0, 3, 4, 7), (1, 2, 5, 6),
              (0, 1, 4, 5), (2, 3, 6, 7), (0, 1, 2, 3), (4, 5, 6, 7),
              tuple(range(8))]),
}


def rewrite(mesh, change):
    """A copy of a mesh file, changed by change(h5py file); its path."""
    path = os.path.abspath(tempfile.mktemp(suffix='.h5', dir='.'))
    with open(mesh, 'rb') as old, open(path, 'wb') as new:
        new.write(old.read())
    with h5py.File(path, 'r+') as f:
        change(f['VTKHDF'])
    return path


def replace(group, name, values):
    """A dataset with other rows; its attributes stay."""
    old = group[name]
    kind, attrs = old.dtype, dict(old.attrs)
    del group[name]
    group.create_dataset(name, data=np.asarray(values, kind))
    for key, value in attrs.items():
        group[name].attrs[key] = value


def moved(mesh, move):
    """The mesh with its points x[n,3] moved to move(x)."""
    def change(g):
        replace(g, 'Points', move(g['Points'][()]))
    return rewrite(mesh, change)


def raised(mesh):
    """The mesh with cells of second order, straight."""
    def change(g):
        x, number, nodes = list(g['Points'][()]), {}, []
        offset, old = g['Offsets'][()], g['Connectivity'][()]
        types = g['Types'][()]
        for c, kind in enumerate(types):
            corners = old[offset[c]:offset[c + 1]]
            nodes.append(list(corners))
            for middle in MIDDLES[kind][1]:
                key = tuple(sorted(corners[i] for i in middle))
                if key not in number:
                    number[key] = len(x)
                    x.append(np.mean([x[k] for k in key], axis=0))
                nodes[-1].append(number[key])
        replace(g, 'Points', x)
        replace(g, 'NumberOfPoints', [len(x)])
        replace(g, 'Types', [MIDDLES[kind][0] for kind in types])
        replace(g, 'Offsets', np.cumsum([0] + [len(n) for n in nodes]))
        replace(g, 'Connectivity', sum(nodes, []))
        replace(g, 'NumberOfConnectivityIds', [sum(map(len, nodes))])
    return rewrite(mesh, change)


# --- bodies that touch

FACES = {
    5: [(0, 1), (1, 2), (2, 0)],
    9: [(0, 1), (1, 2), (2, 3), (3, 0)],
    10: [(0, 2, 1), (0, 1, 3), (1, 2, 3), (0, 3, 2)],
    12: [(0, 3, 2, 1), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6),
         (3, 0, 4, 7)],
}
FACET = {2: 3, 3: 5, 4: 9}


def bodies(mesh, body, contact):
    """A copy of a mesh of mesh.box with its cells in groups body(centre), and
    facets in the group contact(centre) where that is not None."""
    path = rewrite(mesh, lambda g: None)
    with h5py.File(path, 'r+') as f:
        g = f['VTKHDF']
        x, types = g['Points'][()], g['Types'][()]
        cells = np.split(g['Connectivity'][()], g['Offsets'][1:-1])
        names = [text(n) for n in f['groups/name'][()]]
        dims = list(f['groups/dimension'][()])
        ids = list(f['groups/id'][()])
        groups = list(g['CellData/group'][()])
        dim = max(dims)

        def number(name, dimension):
            if (name, dimension) not in zip(names, dims):
                names.append(name)
                dims.append(dimension)
                ids.append(max(ids) + 1)
            return ids[list(zip(names, dims)).index((name, dimension))]

        new = {}
        for c, kind in enumerate(types):
            if dims[ids.index(groups[c])] < dim:
                continue
            groups[c] = number(body(x[cells[c]].mean(axis=0)), dim)
            for face in FACES[kind]:
                nodes = cells[c][list(face)]
                name = contact(x[nodes].mean(axis=0))
                if name is not None:
                    new.setdefault(tuple(sorted(nodes)), (nodes, name))
        cells += [nodes for nodes, _ in new.values()]
        groups += [number(name, dim - 1) for _, name in new.values()]
        types = list(types) + [FACET[len(n)] for n, _ in new.values()]
        replace(g, 'Types', types)
        replace(g, 'Offsets', np.cumsum([0] + [len(n) for n in cells]))
        replace(g, 'Connectivity', np.concatenate(cells))
        replace(g, 'NumberOfCells', [len(cells)])
        replace(g, 'NumberOfConnectivityIds', [sum(map(len, cells))])
        replace(g['CellData'], 'group', groups)
        kept = [i for i, number in enumerate(ids) if number in groups]
        for name, values in [('id', ids), ('dimension', dims),
                             ('name', np.array(names, 'S'))]:
            kind = f['groups/' + name].dtype if name != 'name' else 'S'
            del f['groups/' + name]
            f['groups/' + name] = np.array(values, kind)[kept]
    return path
