#!/bin/sh
test_description='solve.elasticity: points that are held, by their place'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-elasticity fedtwin-mesh-box
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

cat >held.py <<\EOT
from elasticity import *

steel = dict(young=on(2e11, 'Pa'), poisson={'*': 0.3})


def held(*given):
    return [dict(vector('m', *p), along=along) for *p, along in given]


# six numbers that are just enough for a body of 4 m by 3 m by 2 m
SIX = held((0, 0, 0, 'xyz'), (4, 0, 0, 'yz'), (0, 3, 0, 'z'))
EOT

test_expect_success 'a free body that warms bends and has no stress' '
	PYTHONPATH=$PYTHONPATH:. "$PYTHON" - <<-EOT
	from held import *
	warm = dict(expansion=on(1e-5, "1/K"), reference_temperature=q(300, "K"),
	            temperature_function="300 + 20*z")
	for simplex in False, True:
	    mesh, first = box([4, 3, 2], [4, 3, 2], simplex), None
	    for ranks in 1, 2, 3:
	        run = elasticity(mesh, ranks=ranks, points=SIX, **steel, **warm)
	        u = run.field("displacement")
	        with h5py.File(run.where + "/displacement.h5") as f:
	            x, y, z = f["VTKHDF/Points"][()].T
	        # no curvature is held: strains of 2e-4 z, exactly
	        want = 1e-4 * np.c_[2 * x * z, 2 * y * z, z ** 2 - x ** 2 - y ** 2]
	        want[:, 2] += 1e-4 * (4 * x + 3 * y)  # 0 at the three points
	        want[:, 0] -= 1e-4 * 4 * z
	        want[:, 1] -= 1e-4 * 3 * z
	        print(ranks, np.abs(u - want).max())
	        assert np.abs(u - want).max() < 1e-12
	        assert run.field("von_mises").max() < 1e-8 * 2e11 * 2e-4
	        first = u if first is None else first
	        same(u, first)
	EOT
'

test_expect_success 'order 1, loads in balance; nothing is left at the points' '
	PYTHONPATH=$PYTHONPATH:. "$PYTHON" - <<-EOT
	from held import *
	mesh = box([4, 3, 2], [4, 3, 2])
	for order in 1, 2:
	    run = elasticity(mesh, ranks=2, order=order, points=SIX, **steel,
	                     pressure={"xmin": q(-1e6, "Pa"),
	                               "xmax": q(-1e6, "Pa")})
	    s = run.field("stress")
	    assert np.abs(s - [1e6, 0, 0, 0, 0, 0]).max() < 1e-3
	    rows = run.table("reactions")
	    assert list(rows["condition"]) == 2 * ["pressure"] + 3 * ["points"]
	    for k in "xyz":
	        assert np.abs(rows["force_" + k][2:]).max() < 1e-3
	EOT
'

test_expect_success 'in a plane: what a point takes, and no more than it says' '
	PYTHONPATH=$PYTHONPATH:. "$PYTHON" - <<-EOT
	from held import *
	sheet = box([4, 2], [4, 2])
	run = elasticity(sheet, plane="stress", **steel, symmetry=["xmin"],
	                 points=held((0.1, 1.4, "y")),
	                 body_force={"*": vector("N/m3", y=5)})
	rows = run.table("reactions")
	assert abs(rows["force_y"][-1] + 40) < 1e-9 and rows["force_x"][-1] == 0
	u = run.field("displacement")
	with h5py.File(run.where + "/displacement.h5") as f:
	    p = f["VTKHDF/Points"][()]
	at = np.flatnonzero((p[:, 0] == 0) & (p[:, 1] == 1))
	assert len(at) == 1 and (u[at] == 0).all()
	assert (u[p[:, 0] == 0, 1] == 0).sum() == 1
	EOT
'

test_expect_success 'what cannot be meant is refused' '
	PYTHONPATH=$PYTHONPATH:. "$PYTHON" - <<-EOT
	from held import *
	def refused(mesh, text, **more):
	    run = try_elasticity(mesh, **steel, **more)
	    assert run.code != 0 and text in run.err[0], run.err
	body = box([4, 3, 2], [4, 3, 2])
	refused(body, "parameter \x27points\x27: point 1, (5, 0, 0) m, is outside",
	        points=held((5, 0, 0, "xyz")))
	refused(body, "rotation about the line", points=SIX[:2])
	refused(body, "or \x27points\x27", points=SIX[:2])
	refused(box([2, 2], [2, 2]), "it takes the letters of axes of the mesh, "
	        "such as xy", plane="stress", points=held((0, 0, 0, "xyz")))
	EOT
'

test_done
