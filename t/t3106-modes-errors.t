#!/bin/sh
test_description='solve.modes: mistakes are named in one line'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-modes fedtwin-mesh-box
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

test_expect_success 'each wrong parameter: what, where, and no result' '
	"$PYTHON" - <<-EOT
	from elasticity import *
	flat = box([2, 2], [1, 1])
	base = dict(plane="stress", fixed=["xmin"], young=on(2e11, "Pa"),
	            poisson={"*": 0.3}, density=on(8000, "kg/m3"))
	rows = [
	    (dict(density=None),
	     "parameter \"density\" is missing; mass and gravity need it"),
	    (dict(density=on(0, "kg/m3")), "must be positive"),
	    (dict(poisson={"*": 0.5}), "must be between -1 and 0.5"),
	    (dict(count=0), "must be between 1 and 1000, not 0"),
	    (dict(count=1001), "must be between 1 and 1000, not 1001"),
	    (dict(fixed=["left"]), "the mesh has no group \"left\""),
	    (dict(displacement={"xmax": vector("m", 1)}),
	     "can only hold points at 0 m"),
	    (dict(fixed=facets(2), order=1, mesh=box([1, 1], [1, 1])),
	     "every point is held"),
	    (dict(plane=None), "needs parameter \"plane\""),
	]
	for change, text in rows:
	    params = {k: v for k, v in (base | change).items() if v is not None}
	    run = try_modes(params.pop("mesh", flat), ranks=2, **params)
	    text = text.replace(chr(34), chr(39))
	    assert run.code not in (0, 75), (change, run.err)
	    assert run.err and text in run.err[0], (change, run.err)
	    assert not [n for n in os.listdir(run.where) if ".h5" in n]
	EOT
'

test_done
