"""flood.py - terrain for fedtwin-flood and runs of it, for t32xx-*.t

    PYTHONPATH=$FT_SRCDIR/t "$PYTHON" - <<EOT
    from flood import *
    ground = image('ground', z, 2.0)
    run = flood(ground, end=60, manning=0.03, gauges=[gauge('a', 10, 20)])
    EOT
"""
import math
import os

import h5py
import numpy as np

from heat import SI, columns, q, start, text, write_task

SI.update({'m3/s': 'm3.s-1', 'm/s': 'm.s-1', '1/s': 's-1'})
UNITS = {
    'end': 's', 'report_every': 's', 'longest_step': 's', 'checkpoint': 's',
    'infiltration_rate': 'm/s', 'infiltration_initial': 'm/s',
    'infiltration_decay': '1/s', 'suction': 'm', 'initial_level': 'm',
    'rain': 'm/s', 'dry_depth': 'm', 'wet_depth': 'm', 'debris_depth': 'm',
    'x': 'm', 'y': 'm', 'x2': 'm', 'y2': 'm', 'from': 'm', 'to': 'm',
    'crest': 'm', 'crest2': 'm', 'width': 'm', 'height': 'm', 'level': 'm',
    'diameter': 'm', 'length': 'm',
    'discharge': 'm3/s',
}
OUTPUTS = dict.fromkeys(
    ['max_depth', 'max_speed', 'hazard', 'arrival', 'depth', 'velocity_x',
     'velocity_y', 'level'], 'image')
OUTPUTS.update(gauges='table', balance='table')


def image(name, value, dx, unit='m', x0=None, y0=None, dy=None, axis='m',
          wkt=None):
    """An image object with rows from south to north; the path."""
    dy = dy or dx
    x0 = dx / 2 if x0 is None else x0
    y0 = dy / 2 if y0 is None else y0
    ny, nx = value.shape
    path = os.path.abspath(name + '.h5')
    with h5py.File(path, 'w') as f:
        vtk = f.create_group('VTKHDF')
        vtk.attrs['Version'] = np.array([1, 0])
        vtk.attrs['Type'] = np.bytes_('ImageData')
        vtk.attrs['WholeExtent'] = np.array([0, nx - 1, 0, ny - 1, 0, 0])
        vtk.attrs['Origin'] = np.array([x0, y0, 0.0])
        vtk.attrs['Spacing'] = np.array([dx, dy, 1.0])
        vtk.attrs['Direction'] = np.eye(3).ravel()
        vtk.attrs['fedtwin_field'] = np.bytes_('PointData/' + name)
        data = vtk.create_dataset('PointData/' + name, data=value.astype('f8'))
        data.attrs['units'] = np.bytes_(unit)
        for i, (a, n, first, step) in enumerate(
                [('y', ny, y0, dy), ('x', nx, x0, dx)]):
            f[a] = first + step * np.arange(n)
            f[a].attrs['units'] = np.bytes_(axis)
            f[a].make_scale(a)
            data.dims[i].attach_scale(f[a])
        if wkt:
            f.create_dataset('crs', data=np.int32(0))
            f['crs'].attrs['crs_wkt'] = np.bytes_(wkt)
            f['crs'].attrs['grid_mapping_name'] = np.bytes_(
                'transverse_mercator')
            data.attrs['grid_mapping'] = np.bytes_('crs')
    return path


def table(name, **cols):
    """A table object; each column is (unit, values)."""
    path = os.path.abspath(name + '.h5')
    with h5py.File(path, 'w') as f:
        g = f.create_group('table')
        for c, (unit, value) in cols.items():
            g[c] = np.asarray(value, 'f8')
            g[c].attrs['units'] = np.bytes_(unit)
            n = len(value)
        g['row'] = np.arange(n)
        g.attrs['columns'] = np.bytes_(','.join(cols))
    return path


def quantities(value, name=None):
    """Numbers become quantities where the parameter has a unit."""
    if isinstance(value, dict):
        return {k: quantities(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [quantities(v) for v in value]
    return q(value, UNITS[name]) if name in UNITS else value


class Result:
    """What a run of env.flood left behind."""

    def __init__(self, where, code, err):
        self.where, self.code, self.err = where, code, err

    def table(self, name='balance'):
        return columns('%s/%s.h5' % (self.where, name))

    def gauge(self, name):
        """The rows of one gauge."""
        rows = self.table('gauges')
        at = np.array([n == name for n in rows['gauge']])
        return {k: v[at] for k, v in rows.items() if k != 'gauge'}

    def image(self, name):
        with h5py.File('%s/%s.h5' % (self.where, name)) as f:
            return f['VTKHDF/' + text(f['VTKHDF'].attrs['fedtwin_field'])][()]


def gauge(name, x, y):
    return {'name': name, 'x': x, 'y': y}


def try_flood(terrain, ranks=1, inputs=None, restart=None, outputs=OUTPUTS,
              **params):
    files = {k: (v, 'table' if k == 'series' else 'image')
             for k, v in (inputs or {}).items()}
    where = write_task('env.flood', quantities(params),
                       dict(files, terrain=(terrain, 'image')), outputs, ranks,
                       restart)
    return Result(where, *start('fedtwin-flood', where, ranks))


def assert_same(terrain, one, others, **params):
    """Runs with other ranks or kernels: images and gauges equal by the bit,
    sums to rounding.  A kernel that this processor lacks is left out."""
    for more in others:
        other = try_flood(terrain, **params, **more)
        if other.code and 'has no kernel' in other.err[0]:
            continue
        assert other.code == 0, other.err
        for name in ('max_depth', 'max_speed', 'hazard', 'arrival', 'depth',
                     'velocity_x', 'velocity_y'):
            assert np.array_equal(one.image(name), other.image(name),
                                  equal_nan=True), (more, name)
        for k, v in one.table('gauges').items():
            w = other.table('gauges')[k]
            assert list(v) == list(w) or np.array_equal(v, w, True), k
        for k, v in one.table().items():
            assert np.allclose(v, other.table()[k], 1e-10, 1e-10), k


def assert_edges(**params):
    """Still water of 1 m: it stays behind walls and free edges, leaves by a
    fall, and takes the level that an edge has."""
    ground = image('z', np.zeros((4, 40)), 5.0)

    def left(kind, **more):
        run = flood(ground, manning=0.03, end=600, initial_level=1,
                    report_every=600,
                    boundaries=[dict(side='west', kind=kind, **more)],
                    **params)
        return run.table()['volume'][-1] / (4 * 40 * 25)
    assert left('wall') == 1 and left('free') == 1
    assert left('fall') < 0.5
    assert abs(left('level', level=0.5) - 0.5) < 0.05
    assert abs(left('level', level=1.5) - 1.5) < 0.05


def flood(terrain, **more):
    run = try_flood(terrain, **more)
    assert run.code == 0, run.err
    rows = run.table()
    assert np.abs(rows['error']).max() < 1e-10, rows['error']
    assert np.nanmin(run.image('depth')) >= 0
    return run
