#!/bin/sh
test_description='solve.elasticity: cases with exact answers'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-elasticity fedtwin-mesh-box
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

cat >steel.py <<\EOT
from elasticity import *
from heat import near

E, NU, ALPHA = 2.1e11, 0.3, 1.2e-5
steel = dict(young=on(E, 'Pa'), poisson={'*': NU})
hot = dict(expansion=on(ALPHA, '1/K'), reference_temperature=q(293, 'K'),
           **steel)


def balanced(run):
    row = run.last()
    assert row['force_imbalance'] <= 1e-8, row
    assert row['moment_imbalance'] <= 1e-8, row


def forces(run):
    """Force on the body by (condition, group)."""
    t = run.table('reactions')
    return {key: np.array([t['force_' + a][i] for a in AXES])
            for i, key in enumerate(zip(t['condition'], t['group']))}
EOT

test_program 'a free bar that warms grows and has no stress' <<\EOT
from steel import *
size = np.array([1, 0.3, 0.2])
for simplex in False, True:
    run = elasticity(box([3, 2, 2], list(size), simplex), **hot,
                     symmetry=['xmin', 'ymin', 'zmin'],
                     uniform_temperature=q(393, 'K'))
    same(run.field('displacement').max(axis=0), size * ALPHA * 100, 1e-10)
    assert np.abs(run.field('stress')).max() <= 1e-9 * E * ALPHA * 100
    assert abs(run.last()['strain_energy']) <= 1e-9
    balanced(run)
EOT

test_program 'a bar that is held has the stress -E alpha dT' <<\EOT
from steel import *
s = -E * ALPHA * 100
for order in 1, 2:
    run = elasticity(box([3, 2, 2], [1, 0.3, 0.2]), ranks=2, order=order,
                     symmetry=['xmin', 'xmax', 'ymin', 'zmin'],
                     uniform_temperature=q(393, 'K'), **hot)
    stress = run.field('stress')
    same(stress, stress * 0 + [s, 0, 0, 0, 0, 0], 1e-9)
    same(run.field('von_mises'), -s + 0 * stress[:, 0], 1e-9)
    near(forces(run)['symmetry', 'xmin'][0], -s * 0.06, 1e-9)
    near(run.last()['strain_energy'], s * s / (2 * E) * 0.06, 1e-9)
    balanced(run)
EOT

test_program 'plane stress and plane strain of a sheet that is held in its plane' <<\EOT
from steel import *
for plane, s, across in (('stress', 1 / (1 - NU), 0),
                         ('strain', 1 / (1 - 2 * NU), 1 / (1 - 2 * NU))):
    run = elasticity(box([3, 2], [1, 0.5]), plane=plane, fixed=facets(2),
                     uniform_temperature=q(303, 'K'), **hot)
    stress = run.field('stress') / (-E * ALPHA * 10)
    same(stress, 0 * stress + [s, s, across, 0, 0, 0], 1e-9)
EOT

test_program 'a temperature that is linear in space bends without stress' <<\EOT
from steel import *
# u = a (x y, -x^2/2 + y^2/2) with a = alpha dT/dy; only three motions are held
a = ALPHA * 100
u = functions('%r*x*y' % a, '%r*(y^2 - x^2)/2' % a)
run = elasticity(box([3, 2], [1, 0.3]), plane='stress', exact=u, ranks=2,
                 temperature_function='293 + 100*y', **hot,
                 displacement_function={'xmin': u})
assert run.last()['l2_error'] <= 1e-9 * a, run.last()
assert np.abs(run.field('stress')).max() <= 1e-7 * E * a
EOT

test_program 'planes of symmetry may lie any way' <<\EOT
from steel import *
c, s = np.cos(0.5), np.sin(0.5)
turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ \
       np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
want = turn @ np.diag([1e6, 0, 0]) @ turn.T
want = want[[0, 1, 2, 0, 1, 0], [0, 1, 2, 1, 2, 2]]
for simplex in False, True:
    mesh = box([2, 2, 2], [1, 1, 1], simplex)
    spoil(mesh, 'Points', lambda x: x @ turn.T)
    for ranks in 1, 2, 4:
        run = elasticity(mesh, ranks=ranks, **steel,
                         symmetry=['xmin', 'ymin', 'zmin'],
                         pressure={'xmax': q(-1e6, 'Pa')})
        stress = run.field('stress')
        same(stress, 0 * stress + want, 1e-9)
        same(forces(run)['symmetry', 'xmin'], -1e6 * turn[:, 0], 1e-9)
        balanced(run)
EOT

test_program 'weight, force and body force are what the supports carry' <<\EOT
from steel import *
mesh = box([2, 2, 3], [1, 1, 2])
run = elasticity(mesh, fixed=['zmin'], density=on(7800, 'kg/m3'), ranks=2,
                 acceleration=vector('m/s2', z=-9.81),
                 force={'xmax': vector('N', 30, None, -7)},
                 body_force={'domain': vector('N/m3', y=11)},
                 traction={'ymax': vector('Pa', 1, 2, 3)},
                 pressure={'zmax': q(5, 'Pa')}, **steel)
f = forces(run)
same(f['acceleration', 'none'], np.array([0, 0, -7800 * 2 * 9.81]), 1e-12)
same(f['force', 'xmax'], np.array([30., 0, -7]), 1e-12)
same(f['body_force', 'domain'], np.array([0, 22., 0]), 1e-12)
same(f['traction', 'ymax'], np.array([2., 4, 6]), 1e-12)
same(f['pressure', 'zmax'], np.array([0, 0, -5.]), 1e-12)
same(f['fixed', 'zmin'],
     -sum(v for k, v in f.items() if k[0] != 'fixed'), 1e-9)
balanced(run)
EOT

test_program 'a pressure on curved facets: the thick cylinder of Lame' <<\EOT
from steel import *
def ring(x):
    r, t = 1 + x[:, 0], x[:, 1] * np.pi / 2
    return np.c_[r * np.cos(t), r * np.sin(t), 0 * r]
p = 1e6
a = p / 3  # p ri^2 / (ro^2 - ri^2)
for simplex, limit in (False, 2e-4), (True, 2e-3):
    run = elasticity(curved([4, 8], ring, simplex), plane='strain', ranks=2,
                     symmetry=['ymin', 'ymax'], pressure={'xmin': q(p, 'Pa')},
                     probes=points((1, 0), (1.5, 0), (2, 0)), **steel)
    got, r = run.table('probes'), np.array([1, 1.5, 2])
    same(got['u_x'], (1 + NU) / E * a * ((1 - 2 * NU) * r + 4 / r), limit)
    same(got['s_yy'], a * (1 + 4 / r ** 2), 100 * limit)
    same(got['s_zz'], 2 * NU * a + 0 * r, 100 * limit)
    balanced(run)
EOT

test_program 'a field of solve.heat on the unraised mesh strains the body' <<\EOT
from steel import *
from heat import heat
mesh = box([4, 3], [1, 0.3], True)
warm = heat(mesh, ranks=2, scheme='steady', conductivity=on(1, 'W/m/K'),
            fixed_function={'ymin': '293', 'ymax': '323'}, order=1)
field = warm.where + '/temperature.h5'
same_as = dict(plane='stress', fixed=['xmin'], **hot)
for order in 1, 2:
    a = elasticity(mesh, inputs={'temperature': (field, 'field')}, ranks=2,
                   order=order, **same_as)
    b = elasticity(mesh, temperature_function='293 + 100*y', order=order,
                   **same_as)
    same(a.field('displacement'), b.field('displacement'), 1e-9)
EOT

test_program '1, 2 and 4 ranks give the same numbers' <<\EOT
from steel import *
mesh = box([4, 3, 3], [1, 0.8, 0.6], True)
case = dict(fixed=['xmin'], force={'xmax': vector('N', 0, -1e4, 2e3)},
            uniform_temperature=q(350, 'K'), **hot)
first = elasticity(mesh, **case)
for ranks in 2, 4:
    run = elasticity(mesh, ranks=ranks, **case)
    for name in 'displacement', 'stress', 'von_mises':
        same(run.field(name), first.field(name), 1e-10)
    for name in 'max_displacement', 'max_von_mises', 'strain_energy':
        near(run.last()[name], first.last()[name], 1e-10)
EOT

test_done
