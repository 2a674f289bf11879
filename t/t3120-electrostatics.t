#!/bin/sh
test_description='solve.electrostatics: potentials, charges, capacitances, forces'
. "$(dirname "$0")/harness.sh"
test_need mpirun gmsh fedtwin-electrostatics fedtwin-mesh-box
PYTHONPATH=$FT_SRCDIR/t:.
export PYTHONPATH

test_expect_success 'plates with two dielectrics are exact on any element' '
	"$PYTHON" - <<-\EOT
	from es import *
	area, dielectrics = 0.06, "2 + 3*step(y - 0.05)"
	c = EPS * area / (0.05 / 2 + 0.05 / 5)
	d = 100 * c / area
	for cells, simplex, order, ranks in (
	        ([3, 4], False, 2, 1), ([3, 4], True, 1, 3),
	        ([2, 4, 2], True, 2, 1), ([2, 4, 2], False, 1, 2)):
	    flat = dict(thickness=q(0.2, "m")) if len(cells) == 2 else {}
	    mesh = box(cells, [0.3, 0.1, 0.2][:len(cells)], simplex)
	    run = es(mesh, ranks=ranks, order=order, capacitance=True,
	             potential=volts(ymin=0, ymax=100),
	             relative_permittivity_function={"*": dielectrics}, **flat)
	    near(run.last()["energy"], c * 100 ** 2 / 2, 1e-11)
	    assert run.last()["imbalance"] < 1e-10, run.last()
	    same(capacitance(run), c * np.array([[1, -1], [-1, 1]]), 1e-10)
	    assert abs(capacitance(run, "mutual")[0, 0]) < 1e-10 * c
	    low, high = conductor(run, "ymin"), conductor(run, "ymax")
	    near(high["charge"], 100 * c, 1e-11)
	    near(high["force_y"], -d * d / (2 * 5 * EPS) * area, 1e-10)
	    near(low["force_y"], d * d / (2 * 2 * EPS) * area, 1e-10)
	    same(run.field("displacement")[:, 1],
	         np.full(len(run.field("displacement")), -d), 1e-10)
	    near(run.field("field")[0, 1], -d / EPS / 2, 1e-10)
	EOT
'

test_expect_success 'around an axis: a coaxial cable, orders 2 and 4' '
	"$PYTHON" - <<-\EOT
	from es import *
	c = 2 * math.pi * EPS / math.log(3)
	for order, want in (1, 2), (2, 4):
	    off = []
	    for n in 8, 16:
	        mesh = box([n, 1], [2, 1], False, origin=[q(1, "m"), q(0, "m")])
	        run = es(mesh, order=order, symmetry="axial", epsilon={"*": 1},
	                 potential=volts(xmin=2, xmax=0), capacitance=True)
	        off.append(capacitance(run)[0, 0] / c - 1)
	    for slope in slopes(off):
	        assert abs(slope - want) < 0.15, (order, off)
	    near(run.last()["energy"], 2 * c, 1e-3)
	EOT
'

test_expect_success 'a manufactured potential: orders 2 and 3, charges' '
	"$PYTHON" - <<-\EOT
	from es import *
	exact = "sin(pi*x)*sin(pi*y)"
	source = "%.17g*2*pi^2*sin(pi*x)*sin(pi*y)" % (3 * EPS)
	for simplex in False, True:
	    for order in 1, 2:
	        off = []
	        for n in 8, 16:
	            run = es(box([n, n], [1, 1], simplex), order=order,
	                     epsilon={"domain": 3}, exact=exact,
	                     charge_function={"domain": source},
	                     potential=volts(**{"*": 0}))
	            off.append(run.last()["l2_error"])
	        assert abs(slopes(off)[-1] - order - 1) < 0.1, (order, off)
	near(run.last()["given_charge"], 3 * EPS * 8, 1e-4)
	assert run.last()["imbalance"] < 1e-9, run.last()
	EOT
'

test_expect_success 'charge on a surface; the rest has no field across it' '
	"$PYTHON" - <<-\EOT
	from es import *
	run = es(box([2, 3], [1, 2]), epsilon={"*": 4}, potential=volts(ymin=5),
	         surface_charge={"ymax": q(EPS, "C/m2")})
	near(run.field("potential").max(), 5 + 2 / 4, 1e-10)
	near(conductor(run, "ymin")["charge"], -EPS, 1e-10)
	near(run.last()["given_charge"], EPS, 1e-10)
	EOT
'

test_expect_success 'three conductors: symmetric, and rows that add up' '
	"$PYTHON" - <<-\EOT
	from es import *
	mesh = box([6, 6], [1, 1], True)
	given = dict(epsilon={"*": 1}, capacitance=True,
	             potential=volts(xmin=3, xmax=-2, ymin=1))
	run = es(mesh, **given)
	c, mutual = capacitance(run), capacitance(run, "mutual")
	same(c, c.T, 1e-10)
	charge = [conductor(run, g)["charge"] for g in ("xmin", "xmax", "ymin")]
	t = run.table("conductors")
	assert list(t["conductor"]) == ["xmin", "xmax", "ymin"], t
	same(c @ [3, -2, 1], np.array(charge), 1e-9)
	assert abs(c.sum(1)).max() < 1e-9 * c.max()
	off = ~np.eye(3, dtype=bool)
	same(mutual[off], -c[off], 1e-12)
	assert abs(np.diag(mutual)).max() < 1e-9 * c.max()
	again = es(mesh, ranks=3, **given)
	same(capacitance(again), c, 1e-10)
	same(again.field("potential"), run.field("potential"), 1e-10)
	EOT
'

refuse() { # NAME LINE PYTHON
	printf '%s\n' "$2" >want
	test_expect_success "refused: $1" '
		"$PYTHON" - <<-\EOT
		from es import *
		mesh = box([2, 2], [1, 1])
		run = '"$3"'
		assert run.code == 1, run.code
		assert run.err[-1] == open("want").read().strip(), run.err
		EOT
	'
}

refuse 'one conductor has no capacitance to another' \
	"'capacitance' needs two groups with 'potential' or more, not 1" \
	'try_es(mesh, epsilon={"*": 1}, potential=volts(xmin=0), capacitance=True)'
refuse 'an axis inside the mesh' \
	"parameter 'symmetry' is axial, so x is the distance from the axis, but the mesh has points with x = -0.5 m" \
	'try_es(box([2, 2], [1, 1], origin=[q(-0.5, "m"), q(0, "m")]),
	        epsilon={"*": 1}, potential=volts(xmin=0), symmetry="axial")'
refuse 'an axis of a solid' \
	"parameter 'symmetry' is axial, but the mesh has three dimensions" \
	'try_es(box([1, 1, 1], [1, 1, 1]), epsilon={"*": 1},
	        potential=volts(xmin=0), symmetry="axial")'
refuse 'a permittivity that is not positive somewhere' \
	"parameter 'relative_permittivity_function': the function is not positive near x = 0, y = 0, z = 0 m" \
	'try_es(mesh, relative_permittivity_function={"*": "x - 0.4"},
	        potential=volts(xmin=0))'
refuse 'iterations that do not do' \
	"the potential did not converge in 1 iterations: the most iterations allowed were not enough" \
	'try_es(box([9, 9], [1, 1], True), epsilon={"*": 1},
	        potential=volts(xmin=0, xmax=1), iterations=1,
	        petsc_options="-electrostatics_pc_type none")'

test_expect_success 'refused: nothing held, no dielectric, unknown groups' '
	"$PYTHON" - <<-\EOT
	from es import *
	mesh = box([2, 2], [1, 1])
	def refused(words, **params):
	    run = try_es(mesh, **params)
	    assert run.code == 1 and all(w in run.err[-1] for w in words), run.err
	refused(["touches no group with \x27potential\x27"], epsilon={"*": 1})
	refused(["relative_permittivity"], potential=volts(xmin=1))
	refused(["relative_permittivity"], epsilon={"*": -2},
	        potential=volts(xmin=1))
	refused(["\x27lid\x27"], epsilon={"*": 1}, potential=volts(lid=1))
	refused(["can have no other condition"], epsilon={"*": 1},
	        potential=volts(xmin=1),
	        surface_charge={"xmin": q(1e-9, "C/m2")})
	EOT
'

test_expect_success 'exact and published cases: verify/electrostatics.yaml' '
	fedtwin init &&
	fedtwin run "$FT_SRCDIR/workflows/verify/electrostatics.yaml" &&
	fedtwin data get report.page page.md && cat page.md
'

test_done
