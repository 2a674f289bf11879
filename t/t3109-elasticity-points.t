#!/bin/sh
test_description='groups of points: supports, values, reports'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-elasticity fedtwin-modes fedtwin-mesh-box
test_need fedtwin-post-reduce fedtwin-mesh-quality fedtwin-heat
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

cat >pins.py <<\EOT
from elasticity import *

ALPHA = 1.2e-5
hot = dict(young=on(2e11, 'Pa'), poisson={'*': 0.3},
           expansion=on(ALPHA, '1/K'), reference_temperature=q(293, 'K'),
           uniform_temperature=q(393, 'K'))


def with_points(mesh, **groups):
    """The mesh with groups of points at those places."""
    with h5py.File(mesh, 'r') as f:
        x = f['VTKHDF/Points'][()]
    names = {name: 100 + i for i, name in enumerate(groups)}
    at = [(names[name], np.abs(x - p).sum(axis=1).argmin())
          for name, places in groups.items() for p in places]
    return with_cells(mesh, 1, [[p] for _, p in at], [i for i, _ in at], 0,
                      **names)


SHEET, BODY = [0.3, 0.2], [0.3, 0.2, 0.1]


def sheet(simplex=False):
    return with_points(box([3, 2], SHEET, simplex), pin=[(0, 0, 0)],
                       roller=[(0.3, 0, 0)])


def body(simplex=False):
    return with_points(
        box([3, 2, 2], BODY, simplex), pin=[(0.1, 0.2, 0)],
        slide=[(0.3, 0.2, 0)], rest=[(0.1, 0, 0)], both=[(0, 0, 0),
                                                         (0.3, 0.2, 0.1)])


ROLL = {'roller': vector('m', y=0)}
HELD = {'slide': vector('m', y=0, z=0), 'rest': vector('m', z=0)}
EOT

test_program 'a body on pins grows freely: elements, orders, 1 to 4 ranks' <<\EOT
from pins import *
for simplex, order, ranks in (False, 1, 1), (True, 2, 2), (False, 2, 4):
    for mesh, pin, more in (
            (sheet(simplex), (0, 0, 0), dict(plane='stress',
                                             displacement=ROLL)),
            (body(simplex), (0.1, 0.2, 0), dict(displacement=HELD))):
        run = elasticity(mesh, ranks=ranks, order=order, fixed=['pin'],
                         **hot, **more)
        want = ALPHA * 100 * (places(run) - pin)
        dim = 2 if 'plane' in more else 3
        u = run.field('displacement')[:, :dim]
        assert abs(u - want[:, :dim]).max() < 1e-9 * abs(want).max(), u
        assert abs(run.field('stress')).max() < 1e-8 * 2e11 * ALPHA * 100
EOT

test_program 'pins take their part of a load, and reactions say so' <<\EOT
from pins import *
run = elasticity(sheet(), order=1, plane='stress', fixed=['pin'],
                 displacement=ROLL, young=on(1e9, 'Pa'), poisson={'*': 0.3},
                 thickness=q(0.01, 'm'), force={'ymax': vector('N', y=-30)})
t = run.table('reactions')
got = {(c, g): (fx, fy, n) for c, g, fx, fy, n in zip(
    t['condition'], t['group'], t['force_x'], t['force_y'], t['measure'])}
for key in ('fixed', 'pin'), ('displacement', 'roller'):
    assert abs(got[key][1] - 15) < 1e-8 and got[key][2] == 1, got
assert abs(got['fixed', 'pin'][0]) < 1e-8, got
EOT

test_program 'displacements that are given at points, also as functions' <<\EOT
from pins import *
run = elasticity(
    body(), fixed=['pin'], young=on(1e9, 'Pa'), poisson={'*': 0.3},
    displacement=HELD | {'slide': vector('m', x=1e-4, y=0, z=0)},
    displacement_function={'both': functions('1e-3*x', '0', '1e-3*z')})
u, x = run.field('displacement'), places(run)
def at(*p):
    return u[abs(x - p).sum(axis=1).argmin()]
assert abs(at(0.3, 0.2, 0) - [1e-4, 0, 0]).max() < 1e-15
assert abs(at(0.3, 0.2, 0.1) - [3e-4, 0, 1e-4]).max() < 1e-15
assert abs(at(0, 0, 0)).max() == 0
EOT

test_program 'what pins do not hold, and what points cannot take, is refused' <<\EOT
from pins import *
rows = [
    (dict(fixed=['pin']), '"displacement" or "points"'),
    (dict(fixed=['pin'], symmetry=['roller']),
     'parameter "symmetry": this cannot be given for group "roller"'),
    (dict(fixed=['pin'], force={'roller': vector('N', y=1)}),
     'parameter "force": this cannot be given for group "roller"'),
    (dict(displacement={'*': vector('m', x=0, y=0)}, fixed=['rolller']),
     'did you mean "roller"'),
]
for given, message in rows:
    run = try_elasticity(sheet(), plane='stress', **hot, **given)
    said = run.err[0].replace(chr(39), chr(34))
    assert run.code == 1 and message in said, (message, said)
# "*" does not mean points: without facets that hold, all is free
run = try_elasticity(with_points(box([2, 2], [1, 1]), pin=[(0, 0, 0)]),
                     plane='stress', displacement={'*': vector('m', x=0),
                                                   'xmin': vector('m', y=0)},
                     **hot)
assert run.code == 0, run.err
t = run.table('reactions')
assert 'pin' not in t['group'], t
EOT

test_program 'modes of a body on pins are those of a free one, and more' <<\EOT
from pins import *
steel = dict(young=on(2e11, 'Pa'), poisson={'*': 0.3},
             density=on(8000, 'kg/m3'))
free = modes(sheet(), plane='stress', count=8, **steel).table('modes')
pinned = modes(sheet(), plane='stress', count=5, fixed=['pin'],
               displacement=ROLL, **steel).table('modes')
assert (np.array(free['frequency'][:3]) < 1).all(), free
assert (np.array(pinned['frequency']) > 10).all(), pinned
assert pinned['frequency'][0] < free['frequency'][3]
EOT

test_program 'solve.heat does not mind points; post.reduce has values at them' <<\EOT
from pins import *
from heat import heat
mesh = body(simplex=True)
for order in 1, 2:
    hot = heat(mesh, scheme='steady', conductivity=on(2, 'W/m/K'),
               order=order, fixed_function={n: '300 + 100*x + 10*z'
                                            for n in facets(3)})
    found = []
    for ranks in 1, 3:
        where = write_task(
            'post.reduce', {'points': ['both', 'pin']},
            {'mesh': (mesh, 'mesh'),
             'fields': (hot.where + '/temperature.h5', 'field')},
            {'points': 'table', 'summary': 'table'}, ranks)
        code, err = start('fedtwin-post-reduce', where, ranks)
        assert code == 0, err
        with open(where + '/points.h5', 'rb') as f:
            found.append(f.read())
        t = columns(where + '/points.h5')
    assert found[0] == found[1]
    assert list(t['group']) == ['both', 'both', 'pin'], t
    same(np.array([t[k] for k in 'xyz']),
         np.array([[0, 0.3, 0.1], [0, 0.2, 0.2], [0, 0.1, 0]]))
    same(np.array(t['value']), np.array([300, 331, 310.]), 1e-9)
rows = [
    (dict(points=['xmin']), 'no group "xmin" of points; it has "pin", "sl'),
    (dict(points=['pin']), None)]
for given, message in rows:
    inputs = {'fields': (hot.where + '/flux.h5', 'field'),
              'mesh': (mesh, 'mesh')}
    if message:
        inputs['fields'] = (hot.where + '/temperature.h5', 'field')
    where = write_task('post.reduce', given, inputs, {'points': 'table'})
    code, err = start('fedtwin-post-reduce', where)
    said = err[0].replace(chr(39), chr(34))
    assert code == 1 and (message or 'belong to cells') in said, said
EOT

test_program 'a contact splits points of groups; the report counts them' <<\EOT
from pins import *
from heat import bodies, heat
mesh = with_points(bodies(box([2, 2], [1, 1]),
                          lambda c: 'a' if c[0] < 0.5 else 'b',
                          lambda c: 'joint' if abs(c[0] - 0.5) < 1e-9
                          else None), on=[(0.5, 0.5, 0)], two=[(0, 0, 0),
                                                               (1, 1, 0)])
run = heat(with_points(box([2, 2], [1, 1]), p=[(0, 0, 0)]), scheme='steady',
           conductivity=on(1, 'W/m/K'), fixed=on(300, 'K', 'xmin'))
run = heat(mesh, scheme='steady', conductivity=on(1, 'W/m/K'), order=2,
           contact={'joint': {'resistance': q(1, 'm2 K/W')}},
           source=on(1, 'W/m3'), convection={'*': {
               'coefficient': q(1, 'W/m2/K'), 'ambient': q(300, 'K')}})
where = write_task('mesh.quality', {}, {'mesh': (mesh, 'mesh')},
                   {'quality': 'table'})
code, err = start('fedtwin-mesh-quality', where)
assert code == 0, err
t = columns(where + '/quality.h5')
at = list(t['part']).index('group.two')
assert (t['dimension'][at], t['points'][at], t['cells'][at]) == (0, 2, 2), t
assert 'type.point' in t['part'] and t['volume'][at] == 0, t
assert t['orphan_points'][0] == 0 and t['loose_facets'][0] == 0, t
EOT

test_done
