#!/bin/sh
test_description='bodies of revolution: solve.elasticity, solve.modes, solve.heat'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-elasticity fedtwin-modes fedtwin-heat \
	fedtwin-mesh-box
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

test_expect_success 'u = (a r, b y) is exact, every element, 1, 2 and 4 ranks' '
	"$PYTHON" - <<-EOT
	from elasticity import *
	exact = functions("0.002*x", "-0.003*y")
	mean = 0.4 * (0.002 + 0.002 - 0.003)  # lambda = mu = 0.4 Pa
	want = mean + 0.8 * np.array([0.002, -0.003, 0.002])
	for simplex, order, origin in ((False, 1, 0), (True, 1, 0.5),
	                               (False, 2, 0.5), (True, 2, 0)):
	    mesh = box([5, 4], [1, 1.2], simplex,
	               origin=[q(origin, "m"), q(-0.3, "m")])
	    first = None
	    for ranks in 1, 2, 4:
	        run = elasticity(mesh, ranks=ranks, order=order, plane="axial",
	                         exact=exact, young=on(1, "Pa"),
	                         poisson={"*": 0.25}, tolerance=1e-14,
	                         displacement_function={
	                             g: exact for g in FACETS[1 - (origin > 0):4]})
	        row = run.last()
	        assert row["l2_error"] <= 1e-12 * row["max_displacement"], row
	        assert row["force_imbalance"] <= 1e-8, row
	        near(row["volume"], np.pi * 1.2 * (1 + 2 * origin), 1e-8)
	        stress = run.field("stress")
	        same(stress[:, :3], want + 0 * stress[:, :3], 1e-11)
	        assert np.abs(stress[:, 3:]).max() <= 1e-14, stress
	        u = run.field("displacement")
	        first = u if first is None else first
	        same(u, first, 1e-10)
	EOT
'

test_expect_success 'curved cells too; warm and free they have no stress' '
	"$PYTHON" - <<-EOT
	from elasticity import *

	def bend(x):
	    return x + 0.1 * np.c_[x[:, 0] * np.sin(3 * x[:, 1]),
	                           x[:, 0] ** 2, 0 * x[:, 0]]
	exact = functions("1e-3*x", "1e-3*y")
	for simplex in False, True:
	    run = elasticity(curved([3, 2], bend, simplex), plane="axial",
	                     young=on(2e11, "Pa"), poisson={"*": 0.25},
	                     expansion=on(1e-5, "1/K"), exact=exact,
	                     uniform_temperature=q(400, "K"),
	                     reference_temperature=q(300, "K"),
	                     points=[dict(vector("m", 0, 0), along="y")])
	    row = run.last()
	    assert row["l2_error"] <= 1e-11 * row["max_displacement"], row
	    assert row["max_von_mises"] <= 1e-3, row
	EOT
'

test_expect_success 'loads and reactions are those of the whole circle' '
	"$PYTHON" - <<-EOT
	from elasticity import *
	mesh = box([4, 3], [1, 2], origin=[q(1, "m"), q(0, "m")])
	run = elasticity(mesh, plane="axial", ranks=2, young=on(1e9, "Pa"),
	                 poisson={"*": 0.3}, fixed=["ymin"],
	                 traction={"ymax": vector("Pa", y=5)},
	                 force={"xmax": vector("N", y=7)},
	                 pressure={"xmin": q(100, "Pa")},
	                 density=on(2, "kg/m3"),
	                 acceleration=vector("m/s2", y=-10))
	rows = run.table("reactions")
	area, volume = 3 * np.pi, 6 * np.pi

	def check(what, column, want):
	    near(rows[column][rows["condition"].index(what)], want, 1e-9)
	check("fixed", "measure", area)
	check("pressure", "measure", 4 * np.pi)
	check("force", "measure", 8 * np.pi)
	check("acceleration", "measure", volume)
	check("traction", "force_y", 5 * area)
	check("force", "force_y", 7)
	check("acceleration", "force_y", -20 * volume)
	check("fixed", "force_y", -5 * area - 7 + 20 * volume)
	for none in "force_x", "moment_x", "moment_y", "moment_z":
	    assert not rows[none].any(), (none, rows[none])
	EOT
'

test_expect_success 'a rod that swings along the axis; only y is free to move' '
	"$PYTHON" - <<-EOT
	from elasticity import *
	mesh = box([2, 12], [0.05, 1])
	steel = dict(plane="axial", young=on(2e11, "Pa"), poisson={"*": 0.0},
	             density=on(8000, "kg/m3"))
	first = None
	for ranks in 1, 2, 4:
	    run = modes(mesh, ranks=ranks, count=3, **steel)
	    t = run.table("modes")
	    assert t["rigid"] == ["yes", "no", "no"], t
	    same(t["frequency"][1:], 2500 * np.array([1, 2]), 1e-4)
	    near(t["mass_y"][0], 8000 * np.pi * 0.05 ** 2, 1e-8)
	    assert not t["mass_x"].any(), t
	    first = t["frequency"] if first is None else first
	    same(t["frequency"], first, 1e-10)
	EOT
'

test_expect_success 'heat: sources, fluxes and convection around an axis' '
	"$PYTHON" - <<-EOT
	from heat import *
	for order in 1, 2:
	    first = None
	    for ranks in 1, 2, 4:
	        run = heat(box([8, 4], [0.5, 1], origin=[q(1, "m"), q(0, "m")]),
	                   ranks=ranks, scheme="steady", symmetry="axial",
	                   order=order, conductivity=on(2, "W/m/K"),
	                   source={"domain": q(3, "W/m3")},
	                   flux={"xmin": q(4, "W/m2")},
	                   power={"ymin": q(5, "W")},
	                   convection={"xmax": {
	                       "coefficient": q(6, "W/m2/K"),
	                       "ambient": q(300, "K")}})
	        t = run.table("balance")
	        into = dict(zip(t["condition"], t["heat"]))
	        volume, bore = 1.25 * math.pi, 2 * math.pi
	        near(into["source"], 3 * volume, 1e-8)
	        near(into["flux"], 4 * bore, 1e-8)
	        near(into["power"], 5, 1e-8)
	        near(into["convection"], -3 * volume - 4 * bore - 5, 1e-8)
	        u = run.field("temperature")
	        first = u if first is None else first
	        same(u, first, 1e-10)
	EOT
'

refuse() { # WHAT WANTED PYTHON
	test_expect_success "refused: $1" '
		printf "%s" '"'$3'"' >run.py &&
		"$PYTHON" - <<-EOT
		from elasticity import *
		flat = box([2, 2], [1, 1])
		steel = dict(plane="axial", young=on(2e11, "Pa"),
		             poisson={"*": 0.3}, density=on(8000, "kg/m3"))
		run = eval(open("run.py").read())
		assert run.code == 1 and "'"$2"'" in run.err[0].replace(
		    chr(39), chr(34)).replace(chr(34), ""), run.err
		EOT
	'
}

refuse 'points beyond the axis' \
	'parameter plane is axial, so x is the distance from the axis, but the mesh has points with x = -0.5 m' \
	'try_elasticity(box([2, 2], [1, 1], origin=[q(-0.5, "m"), q(0, "m")]), fixed=["ymin"], **steel)'
refuse 'a force across the axis' \
	'parameter force has x, but all around the axis such forces add up to none; use traction or pressure' \
	'try_elasticity(flat, fixed=["ymin"], force={"xmax": vector("N", 1)}, **steel)'
refuse 'an acceleration across the axis' \
	'parameter acceleration has x, but only one along the axis' \
	'try_elasticity(flat, fixed=["ymin"], acceleration=vector("m/s2", 1), **steel)'
refuse 'a body that can slide along the axis' \
	'against: displacement along y; use fixed' \
	'try_elasticity(flat, pressure={"xmax": q(1, "Pa")}, **steel)'

test_expect_success 'axial.yaml: every case passes' '
	fedtwin init &&
	fedtwin run "$FT_SRCDIR/workflows/verify/axial.yaml" &&
	fedtwin data get report.page page.md && cat page.md &&
	test_grep "^43 of 43 cases pass" page.md
'

test_done
