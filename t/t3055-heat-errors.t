#!/bin/sh
test_description='solve.heat: mistakes are named in one line'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-heat fedtwin-mesh-box
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

test_expect_success 'each wrong parameter: what, where, and no result' '
	"$PYTHON" - <<-EOT
	from heat import *
	mesh = box([2, 2], [1, 1])
	steady = dict(scheme="steady", conductivity=on(2, "W/m/K"),
	              fixed=on(300, "K", "xmin"))
	moving = dict(scheme="bdf2", conductivity=on(2, "W/m/K"),
	              density=on(3, "kg/m3"), specific_heat=on(4, "J/kg/K"),
	              step=q(1, "s"), end=q(3, "s"),
	              initial_temperature=q(300, "K"))
	air = {"coefficient": q(-1, "W/m2/K"), "ambient": q(300, "K")}
	rows = [
	    (steady, dict(fixed=on(300, "K", "left")),
	     "parameter \"fixed\": the mesh has no group \"left\"; it has "
	     "\"xmin\", \"xmax\", \"ymin\", \"ymax\""),
	    (steady, dict(fixed=on(300, "K", "domain")),
	     "this cannot be given for group \"domain\""),
	    (steady, dict(source=on(1, "W/m3", "xmin")), "it has \"domain\""),
	    (steady, dict(conductivity=on(1, "W/m/K", "steel")), "\"steel\""),
	    (steady, dict(conductivity=on(0, "W/m/K")), "must be positive"),
	    (steady, dict(conductivity=on(-2, "W/m/K", "domain")),
	     "parameter \"conductivity.domain\" must be positive, not -2"),
	    (steady, dict(fixed=on(-1, "K", "xmin")), "below absolute zero"),
	    (steady, dict(fixed={}, flux=on(1, "W/m2", "xmin")),
	     "a steady temperature needs a group"),
	    (steady, dict(convection={"xmin": air}), "must not be negative"),
	    (steady, dict(flux=on(1, "W/m2", "xmin")),
	     "group \"xmin\" is in \"fixed\" and in \"flux\""),
	    (steady, dict(power=on(1, "W")), "needs the name of a group"),
	    (steady, dict(flux_function={"xmax": "sin(x"}),
	     "parameter \"flux_function.xmax\": column 6"),
	    (steady, dict(source_function={"*": "1/(x - x)"}),
	     "the function is not finite at x ="),
	    (steady, dict(fixed_function={"ymin": "log(-1 - x)"}), "not finite"),
	    (steady, dict(source_function={"*": "wind(x)"}),
	     "unknown name \"wind\""),
	    (steady, dict(probes=[{"x": q(2, "m"), "y": q(0, "m")}]),
	     "point 1, (2, 0, 0) m, is outside the mesh"),
	    (steady, dict(tolerance=0), "between 0 and 1"),
	    (steady, dict(scheme="magic"), "steady, theta or bdf2"),
	    (steady, dict(iterations=1, source_function={"*": "1 + x*y"},
	                  petsc_options="-heat_pc_type none"),
	     "the linear solver did not converge in step 1: the most iter"),
	    (moving, dict(step=q(0, "s")), "must be positive"),
	    (moving, dict(end=q(2.5, "s")), "a whole number of steps"),
	    (moving, dict(end=q(0, "s")), "a whole number of steps"),
	    (moving, dict(theta=0.4), "between 0.5 and 1"),
	    (moving, dict(initial_function="x"), "exactly one of"),
	    (moving, dict(density=on(1, "kg/m3", "steel")), "\"steel\""),
	]
	for base, change, text in rows:
	    run = try_heat(mesh, ranks=2, **(base | change))
	    text = text.replace(chr(34), chr(39))
	    assert run.code not in (0, 75), (change, run.err)
	    assert text in run.err[0], (change, run.err)
	    assert not [n for n in os.listdir(run.where) if ".h5" in n], change
	for name in "density", "specific_heat", "step", "end":
	    run = try_heat(mesh, **{k: v for k, v in moving.items() if k != name})
	    assert run.code == 1 and "%s" % name in run.err[0], run.err
	EOT
'

# Change one dataset of a mesh.
cat >spoil.py <<\EOT
from heat import *

def spoil(mesh, name, change):
    with h5py.File(mesh, 'r+') as f:
        old = f['VTKHDF/' + name]
        values = change(old[()])
        old[...] = values

def refused(mesh, text, ranks=2):
    run = try_heat(mesh, ranks=ranks, scheme='steady',
                   conductivity=on(2, 'W/m/K'), fixed=on(300, 'K', 'xmin'))
    assert run.code == 1 and text in run.err[0], run.err
EOT

test_expect_success 'meshes that would give wrong numbers are refused' '
	"$PYTHON" - <<-EOT
	import sys
	sys.path.append(".")
	from spoil import *

	def swap(c):
	    c[:8] = c[[4, 5, 6, 7, 0, 1, 2, 3]]
	    return c
	mesh = box([2, 2, 2], [1, 1, 1])
	spoil(mesh, "Connectivity", swap)
	refused(mesh, "is inverted")

	def flatten(x):
	    x[13] = x[12]
	    return x
	mesh = box([2, 2, 2], [1, 1, 1])
	spoil(mesh, "Points", lambda x: x * np.array([1, 1, 0]))
	refused(mesh, "is degenerate")

	def lose(c):
	    return np.where(c == 8, 4, c)
	mesh = box([2, 2], [1, 1], True)
	spoil(mesh, "Connectivity", lose)
	refused(mesh, "belongs to no cell")

	mesh = box([2, 2], [1, 1])
	spoil(mesh, "Points", lambda x: np.where(x == 0.5, np.nan, x))
	refused(mesh, "")
	EOT
'

test_expect_success 'a part that nothing holds is found' '
	"$PYTHON" - <<-EOT
	import sys
	sys.path.append(".")
	from spoil import *
	# three cells in a row; the middle one moves to points of its own
	mesh = box([3, 1], [3, 1])
	with h5py.File(mesh, "r+") as f:
	    c = f["VTKHDF/Connectivity"][()]
	    x = f["VTKHDF/Points"][()]
	    new = dict(zip(sorted(set(c[4:8])), range(len(x), len(x) + 4)))
	    c[4:8] = [new[i] for i in c[4:8]]
	    x = np.vstack([x, x[sorted(new)]])
	    f["VTKHDF/Connectivity"][...] = c
	    f["VTKHDF/NumberOfPoints"][...] = len(x)
	    old = f["VTKHDF/Points"]
	    kept = dict(old.attrs)
	    del f["VTKHDF/Points"]
	    made = f.create_dataset("VTKHDF/Points", data=x)
	    for name, value in kept.items():
	        made.attrs[name] = value
	refused(mesh, "its temperature is not determined")
	EOT
'

test_done
