#!/bin/sh
test_description='solve.elasticity: a linear displacement is exact on every element'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-elasticity fedtwin-mesh-box
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

patch_test() { # TITLE CELLS SIMPLEX
	test_expect_success "$1 of both orders, on 1, 2 and 4 ranks" '
		"$PYTHON" - <<-EOT
		from elasticity import *
		cells = '"$2"'
		dim = len(cells)
		slope = 1e-3 * np.array([[1, 2, -0.5], [0.3, -2, 1.5],
		                         [-1, 0.2, 0.7]])[:dim, :dim]
		linear = functions(*["+".join("(%r)*%s" % (s, a)
		                              for s, a in zip(row, AXES))
		                     for row in slope.tolist()])
		strain = np.zeros((3, 3))
		strain[:dim, :dim] = (slope + slope.T) / 2
		lam, mu = 0.4, 0.4
		s = lam * np.trace(strain) * np.eye(3) + 2 * mu * strain
		want = s[[0, 1, 2, 0, 1, 0], [0, 1, 2, 1, 2, 2]]
		mesh = box(cells, [1, 1.2, 0.7][:dim], '"$3"',
		           origin=[q(0.3, "m")] * dim)
		for order in 1, 2:
		    first = None
		    for ranks in 1, 2, 4:
		        run = elasticity(mesh, ranks=ranks, order=order,
		                         plane="strain", exact=linear,
		                         young=on(1, "Pa"), poisson={"*": 0.25},
		                         tolerance=1e-14, displacement_function={
		                             g: linear for g in facets(dim)})
		        row = run.last()
		        assert row["l2_error"] <= 1e-12 * row["max_displacement"], row
		        assert row["force_imbalance"] <= 1e-8, row
		        assert row["moment_imbalance"] <= 1e-8, row
		        stress = run.field("stress")
		        same(stress, want + 0 * stress)
		        u = run.field("displacement")
		        first = u if first is None else first
		        same(u, first, 1e-12)
		EOT
	'
}

patch_test quadrilaterals '[5, 4]' False
patch_test triangles '[5, 4]' True
patch_test hexahedra '[2, 3, 2]' False
patch_test tetrahedra '[2, 3, 2]' True

test_expect_success 'curved cells hold a linear displacement too' '
	"$PYTHON" - <<-EOT
	from elasticity import *

	def bend(x):
	    return x + 0.1 * np.c_[np.sin(3 * x[:, 1]), x[:, 0] ** 2, 0 * x[:, 0]]
	for cells in [3, 2], [2, 2, 1]:
	    dim = len(cells)
	    linear = functions("2*x - y", "x + 3*y", "y - x")
	    linear = {k: linear[k] for k in AXES[:dim]}
	    for simplex in (False, True)[:4 - dim]:
	        run = elasticity(curved(cells, bend, simplex), plane="stress",
	                         young=on(1, "Pa"), poisson={"*": 0.25},
	                         exact=linear, displacement_function={
	                             g: linear for g in facets(dim)})
	        assert run.last()["l2_error"] <= 1e-11, run.last()
	EOT
'

test_done
