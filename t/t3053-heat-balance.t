#!/bin/sh
test_description='solve.heat: every condition brings in the heat that it says'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-heat fedtwin-mesh-box
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

# A box of 2 x 3 x 0.5 m.
test_expect_success 'source, power, flux and convection add up' '
	"$PYTHON" - <<-EOT
	from heat import *
	run = heat(
	    box([6, 6, 3], [2, 3, 0.5], True), ranks=2, scheme="steady",
	    conductivity=on(200, "W/m/K"), source=on(100, "W/m3", "domain"),
	    power=on(45, "W", "zmax") | on(-20, "W", "domain"),
	    flux=on(7, "W/m2", "xmin", "zmax"), fixed=on(300, "K", "ymin"),
	    convection={"ymax": {"coefficient": q(25, "W/m2/K"),
	                         "ambient": q(290, "K")}})
	table = run.table("balance")
	heat_of = {(c, g): w for c, g, w in zip(
	    table["condition"], table["group"], table["heat"])}
	area = dict(zip(table["group"], table["area"]))
	near(heat_of["source", "domain"], 300, 1e-12)
	near(heat_of["power", "domain"], -20, 1e-12)
	near(heat_of["power", "zmax"], 45, 1e-12)
	near(heat_of["flux", "xmin"], 7 * 1.5, 1e-12)
	near(heat_of["flux", "zmax"], 7 * 6, 1e-12)
	near(area["ymax"], 1, 1e-12)
	near(sum(table["volume"]), 6, 1e-12)
	assert abs(sum(table["heat"])) <= 1e-8 * 300
	row = run.last()
	near(row["heat_in"], sum(w for w in heat_of.values() if w > 0), 1e-12)
	near(row["heat_in"], row["heat_out"], 1e-8)
	assert row["imbalance"] <= 1e-8 and row["stored"] == 0
	EOT
'

test_expect_success 'a wall between two conditions has the textbook answer' '
	"$PYTHON" - <<-EOT
	from heat import *
	# q = (350 - 290) / (0.2/4 + 1/10), in a sheet 3 mm thick
	run = heat(
	    box([4, 3], [0.2, 0.5]), scheme="steady", thickness=q(0.003, "m"),
	    conductivity=on(4, "W/m/K"), fixed=on(350, "K", "xmin"),
	    convection={"xmax": {"coefficient": q(10, "W/m2/K"),
	                         "ambient": q(290, "K")}})
	flux = run.field("flux")
	same(flux, np.array([400.0, 0, 0]) + 0 * flux)
	near(run.last()["t_min"], 330, 1e-12)
	near(run.last()["heat_in"], 400 * 0.5 * 0.003, 1e-10)
	EOT
'

test_expect_success '"*" means the groups that no condition names' '
	"$PYTHON" - <<-EOT
	from heat import *
	run = heat(
	    box([3, 3], [1, 1]), scheme="steady", conductivity=on(4, "W/m/K"),
	    fixed=on(350, "K", "xmin"), flux=on(10, "W/m2"),
	    source=on(3, "W/m3"))
	groups = set(zip(run.table("balance")["condition"],
	                 run.table("balance")["group"]))
	assert groups == {("fixed", "xmin"), ("flux", "xmax"), ("flux", "ymin"),
	                  ("flux", "ymax"), ("source", "domain"),
	                  ("source", "none")}, groups
	near(run.last()["heat_in"], 33, 1e-12)
	near(run.last()["heat_out"], 33, 1e-10)
	EOT
'

test_expect_success 'fields are on the mesh that came in, without its facets' '
	"$PYTHON" - <<-EOT
	from heat import *
	mesh = box([4, 3, 2], [1, 1, 1])
	run = heat(mesh, ranks=2, scheme="steady", conductivity=on(4, "W/m/K"),
	           fixed_function={g: "300 + x + 10*y + 100*z" for g in FACETS})
	with h5py.File(mesh) as f, h5py.File(run.where + "/flux.h5") as g:
	    cells = 24
	    assert np.array_equal(f["VTKHDF/Points"], g["VTKHDF/Points"])
	    assert np.array_equal(f["VTKHDF/Connectivity"][:8 * cells],
	                          g["VTKHDF/Connectivity"])
	    at = f["VTKHDF/Points"][()]
	    unit = g["VTKHDF/CellData/flux"].attrs["units"]
	    assert unit in (b"W m-2", "W m-2"), unit
	assert run.field("flux").shape == (cells, 3)
	same(run.field("temperature"), 300 + at @ np.array([1.0, 10, 100]))
	EOT
'

test_done
