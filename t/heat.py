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


def slopes(errors):
    """Orders from errors on meshes that halve."""
    return [math.log2(a / b) for a, b in zip(errors, errors[1:])]
