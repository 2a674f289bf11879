"""es.py - run solve.electrostatics on tasks made here, for t312x-*.t"""
from heat import *

EPS = 8.8541878128e-12
SI.update({'V': 'm2.kg.s-3.A-1', 'C/m2': 'm-2.s.A', 'C/m3': 'm-3.s.A',
           '1': '1'})
ES_OUTPUTS = {
    'potential': 'field', 'field': 'field', 'displacement': 'field',
    'conductors': 'table', 'capacitance': 'table', 'summary': 'table',
}


def try_es(mesh, ranks=1, epsilon=None, **params):
    """Run solve.electrostatics, whatever comes of it."""
    if epsilon is not None:
        params['relative_permittivity'] = {
            g: q(e, '1') for g, e in epsilon.items()}
    where = write_task('solve.electrostatics', params,
                       {'mesh': (mesh, 'mesh')}, ES_OUTPUTS, ranks)
    return Result(where, *start('fedtwin-electrostatics', where, ranks))


def es(mesh, **params):
    result = try_es(mesh, **params)
    assert result.code == 0 and not result.err, (result.code, result.err)
    return result


def volts(**by_group):
    return {g: q(v, 'V') for g, v in by_group.items()}


def conductor(result, name):
    """The row of a conductor."""
    t = result.table('conductors')
    i = list(t['conductor']).index(name)
    return {k: v[i] for k, v in t.items() if k != 'conductor'}


def capacitance(result, kind='maxwell'):
    """The matrix."""
    t = result.table('capacitance')
    n = int(math.sqrt(len(t[kind])))
    return np.reshape(t[kind], (n, n))


def gmsh(text, **params):
    """A mesh of the text of a .geo file."""
    geo = tempfile.mkstemp('.geo', dir='.')[1]
    with open(geo, 'w') as f:
        f.write(text + '\n')
    where = write_task('mesh.gmsh', params, {'geometry': (geo, 'file')},
                       {'mesh': 'mesh'})
    code, err = start('fedtwin-mesh-gmsh', where)
    assert code == 0, err
    return where + '/mesh.h5'
