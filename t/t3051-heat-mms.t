#!/bin/sh
test_description='solve.heat: manufactured solutions converge as they should'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-heat fedtwin-mesh-box
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

# T = 300 + product of sines; k = 2, convection and a flux on one side, the
# exact temperature on the others.
order_test() { # TITLE DIM SIMPLEX LEVELS
	test_expect_success "$1: order 2 in L2, 1 in H1; 2 ranks agree with 1" '
		"$PYTHON" - <<-EOT
		from heat import *
		dim = '"$2"'
		waves, given = sines(dim)
		across = "*".join(["1"] + waves[1:])
		l2, h1 = [], []
		for n in '"$4"':
		    mesh = box([n] * dim, [1] * dim, '"$3"')
		    runs = [heat(
		        mesh, ranks=ranks, **given,
		        convection={"xmax": {"coefficient": q(5, "W/m2/K"),
		                             "ambient": q(280, "K")}},
		        flux_function={"xmax": "100 - 2*pi*" + across})
		        for ranks in (1, 2)]
		    same(runs[1].field("temperature"),
		         runs[0].field("temperature"))
		    same(runs[1].field("flux"), runs[0].field("flux"))
		    one, two = runs[0].last(), runs[1].last()
		    near(two["l2_error"], one["l2_error"], 1e-8)
		    for row in one, two:
		        assert row["imbalance"] <= 1e-8, row
		    l2.append(one["l2_error"])
		    h1.append(one["h1_error"])
		print(slopes(l2), slopes(h1))
		assert all(abs(s - 2) <= 0.1 for s in slopes(l2)), l2
		assert all(abs(s - 1) <= 0.1 for s in slopes(h1)), h1
		EOT
	'
}

order_test quadrilaterals 2 False '8, 16, 32'
order_test triangles 2 True '8, 16, 32'
order_test hexahedra 3 False '6, 12, 24'
order_test tetrahedra 3 True '8, 16, 32'

test_done
