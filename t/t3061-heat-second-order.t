#!/bin/sh
test_description='solve.heat: orders 3 and 2 with elements of second order'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-heat fedtwin-mesh-box
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

# T = 300 + product of sines; a flux on one side, the exact temperature on the
# others.
order_test() { # TITLE DIM SIMPLEX LEVELS
	test_expect_success "$1: order 3 in L2, 2 in H1; 2 ranks agree with 1" '
		"$PYTHON" - <<-EOT
		from heat import *
		dim = '"$2"'
		waves, given = sines(dim)
		l2, h1 = [], []
		for n in '"$4"':
		    mesh = box([n] * dim, [1] * dim, '"$3"')
		    runs = [heat(
		        mesh, ranks=ranks, order=2, **given,
		        flux_function={"xmax": "*".join(["-2*pi"] + waves[1:])})
		        for ranks in ((1, 2) if n < 5 else (2,))]
		    if len(runs) > 1:
		        same(runs[1].field("temperature"),
		             runs[0].field("temperature"))
		    row = runs[-1].last()
		    assert row["imbalance"] <= 1e-8, row
		    l2.append(row["l2_error"])
		    h1.append(row["h1_error"])
		print(slopes(l2), slopes(h1))
		assert all(abs(s - 3) <= 0.1 for s in slopes(l2)), l2
		assert all(abs(s - 2) <= 0.1 for s in slopes(h1)), h1
		EOT
	'
}

order_test quadrilaterals 2 False '4, 8, 16'
order_test triangles 2 True '4, 8, 16'
order_test hexahedra 3 False '3, 6'
order_test tetrahedra 3 True '6, 12'

test_done
