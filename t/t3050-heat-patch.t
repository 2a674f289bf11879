#!/bin/sh
test_description='solve.heat: a linear temperature is exact on every element'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-heat fedtwin-mesh-box
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

patch_test() { # TITLE CELLS SIMPLEX
	test_expect_success "$1, on 1, 2 and 4 ranks" '
		"$PYTHON" - <<-EOT
		from heat import *
		cells = '"$2"'
		dim = len(cells)
		linear = "300 + 3*x - 2*y + 5*z"
		mesh = box(cells, [1, 1.2, 0.7][:dim], '"$3"',
		           origin=[q(0.3, "m")] * dim)
		flux = np.array([-6, 4, -10 if dim == 3 else 0])
		first = None
		for ranks in 1, 2, 4:
		    run = heat(mesh, ranks=ranks, scheme="steady",
		               conductivity=on(2, "W/m/K"), exact=linear,
		               fixed_function={g: linear for g in facets(dim)})
		    row = run.last()
		    assert row["l2_error"] <= 1e-12 * 300, row
		    assert row["imbalance"] <= 1e-8, row
		    assert row["dofs"] == math.prod(n + 1 for n in cells), row
		    t = run.field("temperature")
		    same(run.field("flux"), flux + 0 * run.field("flux"))
		    first = t if first is None else first
		    same(t, first, 1e-12)
		EOT
	'
}

patch_test quadrilaterals '[5, 4]' False
patch_test triangles '[5, 4]' True
patch_test hexahedra '[3, 4, 5]' False
patch_test tetrahedra '[3, 4, 5]' True

test_done
