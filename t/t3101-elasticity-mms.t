#!/bin/sh
test_description='solve.elasticity: errors fall with the order of the elements'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-elasticity fedtwin-mesh-box
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

# A manufactured solution; loads follow from it with lambda = mu = 0.4.
cat >mms.py <<\EOT
from elasticity import *
from heat import slopes

material = dict(young=on(1, 'Pa'), poisson={'*': 0.25})
lam = mu = 0.4


def flat(n, simplex, order):
    """u = sin sin, v = cos cos / 2; traction on xmax, the rest is given."""
    u = functions('sin(pi*x)*sin(pi*y)', '0.5*cos(pi*x)*cos(pi*y)')
    f = functions(
        '%r*pi^2*sin(pi*x)*sin(pi*y)' % ((lam + mu) * 0.5 + 2 * mu),
        '%r*pi^2*cos(pi*x)*cos(pi*y)' % (mu - (lam + mu) * 0.5))
    t = functions('%r*pi*sin(pi*y)' % -(lam * 0.5 + 2 * mu), '0')
    return elasticity(
        box([n, n], [1, 1], simplex), order=order, plane='strain', exact=u,
        body_function={'*': f}, traction_function={'xmax': t},
        displacement_function={g: u for g in ('xmin', 'ymin', 'ymax')},
        **material).last()


def solid(n, simplex, order):
    """(1, 1/2, -0.3) sin sin sin, which is 0 on the surface."""
    part = [1, 0.5, -0.3]
    u = ['%r*sin(pi*x)*sin(pi*y)*sin(pi*z)' % p for p in part]

    def mixed(i, j):
        return '*'.join('%s(pi*%s)' % ('cos' if k in (i, j) else 'sin',
                                       AXES[k]) for k in range(3))
    f = ['pi^2*(%r*%s - %r*(%s))' % (
        (lam + mu) + 3 * mu, u[k], lam + mu,
        '+'.join('(%r)*%s' % (part[j], mixed(k, j))
                 for j in range(3) if j != k)) for k in range(3)]
    return elasticity(
        box([n] * 3, [1, 1, 1], simplex), order=order, fixed=facets(3),
        exact=functions(*u), body_function={'*': functions(*f)},
        **material).last()


def check(case, levels, simplex, order):
    rows = [case(n, simplex, order) for n in levels]
    l2 = slopes([r['l2_error'] for r in rows])
    h1 = slopes([r['h1_error'] for r in rows])
    print(case.__name__, simplex, order, l2, h1)
    assert abs(l2[-1] - order - 1) <= 0.1, l2
    assert abs(h1[-1] - order) <= 0.1, h1
EOT

orders() { # TITLE CASE SIMPLEX LEVELS_OF_ORDER_1 LEVELS_OF_ORDER_2
	test_expect_success "$1: orders of L2 and H1" '
		"$PYTHON" - <<-EOT
		import sys
		sys.path.append(".")
		from mms import *
		check('"$2, $4, $3"', 1)
		check('"$2, $5, $3"', 2)
		EOT
	'
}

orders quadrilaterals flat False '[8, 16]' '[4, 8]'
orders triangles flat True '[16, 32]' '[8, 16]'
orders hexahedra solid False '[4, 8]' '[3, 6]'
orders tetrahedra solid True '[10, 20]' '[4, 8]'

test_done
