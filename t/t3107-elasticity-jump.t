#!/bin/sh
test_description='solve.elasticity: temperatures that jump at a contact'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-elasticity fedtwin-heat fedtwin-mesh-box
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

# Two bars in series: 400 K | 375 K | 362.5 K | 300 K, held on all sides but
# one end, so that u' = (1 + nu)/(1 - nu) alpha (T - T0) in a solid and
# (1 + nu) alpha (T - T0) in a sheet, in each bar with its own nu and alpha.
cat >bars.py <<\EOT
from elasticity import *
from heat import bodies, heat, rewrite

SIZE = [0.15, 0.1, 0.07]
R = q(1e-3, 'm2 K/W')
LEFT = dict(nu=0.3, alpha=2.3e-5)
RIGHT = dict(nu=0.2, alpha=1.1e-5)
T0 = 290


def bars(cells, simplex=False):
    return bodies(box(cells, SIZE[:len(cells)], simplex),
                  lambda c: 'left' if c[0] < 0.1 else 'right',
                  lambda c: 'joint' if abs(c[0] - 0.1) < 1e-9 else None)


def temperature(mesh, ranks=1, order=1, contact=None):
    return heat(mesh, ranks=ranks, order=order, scheme='steady',
                conductivity=on(50, 'W/m/K', 'left')
                | on(10, 'W/m/K', 'right'),
                fixed=on(400, 'K', 'xmin') | on(300, 'K', 'xmax'),
                contact=contact or {'joint': {'resistance': R}}
                ).where + '/temperature.h5'


def strained(mesh, field, how=elasticity, **more):
    sides = ['xmin', 'ymin', 'ymax']
    flat = {}
    with h5py.File(mesh) as f:
        names = [n.decode() for n in f['groups/name'][()]]
    if 'zmin' in names:
        sides += ['zmin', 'zmax']
    else:
        flat['plane'] = 'stress'
    return how(mesh, inputs={'temperature': (field, 'field')}, symmetry=sides,
               young=on(70e9, 'Pa', 'left') | on(70e9, 'Pa', 'right'),
               poisson={'left': LEFT['nu'], 'right': RIGHT['nu']},
               expansion=on(LEFT['alpha'], '1/K', 'left')
               | on(RIGHT['alpha'], '1/K', 'right'),
               reference_temperature=q(T0, 'K'), **flat, **more)


def exact(x, dim):
    """Displacement along the bars."""
    def part(from_, to, t1, t2, nu, alpha, length):
        s = np.clip(x, from_, to) - from_
        scale = (1 + nu) * alpha / ((1 - nu) if dim == 3 else 1)
        return scale * ((t1 - T0) * s + (t2 - t1) / length * s * s / 2)
    return (part(0, 0.1, 400, 375, length=0.1, **LEFT) +
            part(0.1, 0.15, 362.5, 300, length=0.05, **RIGHT))


def places(run, name):
    with h5py.File('%s/%s.h5' % (run.where, name)) as f:
        return f['VTKHDF/Points'][()]
EOT

test_expect_success 'strains of two bars are exact: elements, orders, ranks' '
	PYTHONPATH=$PYTHONPATH:. "$PYTHON" - <<-EOT
	from bars import *
	for cells, simplex, of_heat, ranks in [
	        ([3, 2], True, 1, 2), ([3, 1], False, 2, 1),
	        ([3, 1, 1], True, 2, 2), ([3, 2, 1], False, 1, 3)]:
	    mesh = bars(cells, simplex)
	    run = strained(mesh, temperature(mesh, ranks, of_heat), ranks=ranks)
	    u = run.field("displacement")
	    want = exact(places(run, "displacement")[:, 0], len(cells))
	    assert abs(u[:, 0] - want).max() < 1e-9 * want.max(), (u, want)
	    assert abs(u[:, 1:]).max() < 1e-9 * want.max(), u
	    assert run.last()["force_imbalance"] < 1e-8, run.last()
	EOT
'

# Held across and free along x, they have s_yy = -E alpha (T - T0)/(1 - nu).
test_expect_success 'stress away from the contact is that of its own side' '
	PYTHONPATH=$PYTHONPATH:. "$PYTHON" - <<-EOT
	from bars import *
	mesh = bars([3, 1, 1])
	run = strained(mesh, temperature(mesh))
	x = places(run, "stress")[:, 0]
	s = run.field("stress")
	assert abs(s[:, 0]).max() < 1e-9 * abs(s).max(), s[:, 0]
	for at, t, nu, alpha in [(0, 400, *LEFT.values()),
	                         (0.15, 300, *RIGHT.values())]:
	    want = -70e9 * alpha * (t - T0) / (1 - nu)
	    got = s[abs(x - at) < 1e-9][:, 1]
	    same(got, want + 0 * got, 1e-9)
	EOT
'

test_expect_success 'a joint that ends in a body, and one that hardly resists' '
	PYTHONPATH=$PYTHONPATH:. "$PYTHON" - <<-EOT
	from bars import *
	plain = box([6, 4], [0.15, 0.1])
	mesh = bodies(plain, lambda c: "left" if c[0] < 0.1 else "right",
	              lambda c: "joint" if abs(c[0] - 0.1) < 1e-9 and c[1] < 0.05
	              else None)
	tiny = {"joint": {"resistance": q(1e-9, "m2 K/W")}}
	ends = strained(mesh, temperature(mesh, contact=tiny))
	whole = strained(mesh, heat(
	    mesh, scheme="steady", fixed=on(400, "K", "xmin")
	    | on(300, "K", "xmax"), conductivity=on(50, "W/m/K", "left")
	    | on(10, "W/m/K", "right")).where + "/temperature.h5")
	a, b = [r.field("displacement") for r in (ends, whole)]
	assert abs(a - b).max() < 1e-5 * abs(b).max(), abs(a - b).max()
	EOT
'

test_expect_success 'fields on other cells are refused' '
	PYTHONPATH=$PYTHONPATH:. "$PYTHON" - <<-EOT
	from bars import *
	mesh = bars([3, 2])
	def moved(g):
	    g["Points"][0, 1] += 1e-12
	for field in temperature(bars([3, 4])), temperature(rewrite(mesh, moved)):
	    run = strained(mesh, field, try_elasticity)
	    assert run.code == 1, run.err
	    assert "another mesh than input" in run.err[0], run.err
	EOT
'

test_expect_success 'cells of a field in another order' '
	PYTHONPATH=$PYTHONPATH:. "$PYTHON" - <<-EOT
	from bars import *
	mesh = bars([3, 2])
	field = heat(mesh, scheme="steady", conductivity=on(50, "W/m/K"),
	             fixed=on(400, "K", "xmin") | on(300, "K", "xmax"))
	def turn(g):
	    nodes = g["Connectivity"][()].reshape(-1, 4)[::-1]
	    g["Connectivity"][...] = nodes.flatten()
	a = strained(mesh, field.where + "/temperature.h5")
	turned = rewrite(field.where + "/temperature.h5", turn)
	b = strained(mesh, turned)
	same(a.field("displacement"), b.field("displacement"))
	EOT
'

test_done
