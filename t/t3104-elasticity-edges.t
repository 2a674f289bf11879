#!/bin/sh
test_description='solve.elasticity and solve.modes: supports on edges of solids'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-elasticity fedtwin-modes fedtwin-mesh-box
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

cat >slab.py <<\EOT
from elasticity import *

steel = dict(young=on(2e11, 'Pa'), poisson={'*': 0.3},
             density=on(8000, 'kg/m3'))
LYING = {name + '_zmin': vector('m', z=0)
         for name in ('xmin', 'xmax', 'ymin', 'ymax')}


def slab(simplex=False):
    return box([4, 3, 2], [4, 3, 0.5], simplex, edges=True)


def with_group(mesh, cells, dimension=1, name='seam'):
    """The mesh with segments, two points each, in a group of their own."""
    return with_cells(mesh, 3, cells, [99] * len(cells), dimension,
                      **{name: 99})
EOT

test_expect_success 'a slab on four edges: its weight, on 1, 2 and 4 ranks' '
	PYTHONPATH=$PYTHONPATH:. "$PYTHON" - <<-EOT
	from slab import *
	# the edges along x also keep it from sliding and turning
	held = dict(LYING, ymin_zmin=vector("m", 0, 0, 0))
	weight = 4 * 3 * 0.5 * 8000 * 9.81
	for simplex in False, True:
	    for order in 1, 2:
	        mesh, first = slab(simplex), None
	        for ranks in [1, 2, 4] if order == 2 and simplex else [2]:
	            run = elasticity(mesh, ranks=ranks, order=order,
	                             displacement=held, **steel,
	                             acceleration=vector("m/s2", z=-9.81))
	            u = run.field("displacement")
	            first = u if first is None else first
	            same(u, first, 1e-10)
	            t = run.table("reactions")
	            got = dict(zip(t["group"], t["force_z"]))
	            assert abs(sum(got[g] for g in held) / weight - 1) <= 1e-9
	            long = dict(zip(t["group"], t["measure"]))
	            assert abs(long["xmin_zmin"] - 3) <= 1e-12, long
	            assert abs(long["ymax_zmin"] - 4) <= 1e-12, long
	            assert run.last()["force_imbalance"] <= 1e-8
	        x, sag = places(run), -u[:, 2].min()
	        for axis, at in (0, 0), (0, 4), (1, 0), (1, 3):
	            on_edge = (x[:, axis] == at) & (x[:, 2] == 0)
	            # points in the middle of edges are held as well
	            count = {0: [4, 7], 1: [5, 9]}[axis][order - 1]
	            assert on_edge.sum() == count, (axis, on_edge.sum())
	            assert np.all(np.abs(u[on_edge, 2]) <= 1e-12 * sag)
	        on_edge = (x[:, 1] == 0) & (x[:, 2] == 0)
	        assert np.all(np.abs(u[on_edge]) <= 1e-12 * sag)
	EOT
'

test_expect_success 'a displacement given by a function along an edge' '
	PYTHONPATH=$PYTHONPATH:. "$PYTHON" - <<-EOT
	from slab import *
	run = elasticity(slab(), ranks=2, fixed=["zmax"], **{k: v for k, v
	                 in steel.items() if k != "density"},
	                 displacement_function={
	                     "xmax_zmin": {"x": "1e-3 * (y - 1)^2"}})
	x, u = places(run), run.field("displacement")
	on_edge = (x[:, 0] == 4) & (x[:, 2] == 0)
	assert on_edge.sum() == 7
	same(u[on_edge, 0], 1e-3 * (x[on_edge, 1] - 1) ** 2, 1e-12)
	EOT
'

test_expect_success 'modes of a slab on its edges' '
	PYTHONPATH=$PYTHONPATH:. "$PYTHON" - <<-EOT
	from slab import *
	first = None
	for ranks in 1, 2:
	    run = modes(slab(), ranks=ranks, displacement=LYING, count=5, **steel)
	    t = run.table("modes")
	    first = t["frequency"] if first is None else first
	    same(t["frequency"][3:], first[3:], 1e-9)
	    assert t["rigid"][:4] == ["yes", "yes", "yes", "no"], t["rigid"]
	EOT
'

test_expect_success 'edges are refused where they mean nothing' '
	PYTHONPATH=$PYTHONPATH:. "$PYTHON" - <<-EOT
	from slab import *
	base = {k: v for k, v in steel.items() if k != "density"}
	rows = [
	    (dict(fixed=["xmin_zmid"]), "the mesh has no group \"xmin_zmid\"; "
	     "did you mean \"xmin_zmin\"?"),
	    (dict(symmetry=["xmin_zmin"]),
	     "parameter \"symmetry\": this cannot be given for group"),
	    (dict(pressure={"xmin_zmin": q(1, "Pa")}),
	     "parameter \"pressure\": this cannot be given for group"),
	    (dict(fixed=["xmin_zmin", "xmin_zmin"]), "twice"),
	    (dict(fixed=["xmin_zmin"]),
	     "against: rotation about the line through (0, 1.5, 0) m"),
	]
	for change, text in rows:
	    run = try_elasticity(slab(), ranks=2, **(base | change))
	    text = text.replace(chr(34), chr(39))
	    assert run.code not in (0, 75) and text in run.err[0], (change, run.err)

	# a group without segments, and one whose segment is no edge of a cell
	run = try_elasticity(with_group(slab(), np.empty((0, 2), int)),
	                     fixed=["seam"], **base)
	assert "group \"seam\" is empty".replace(chr(34), chr(39)) in run.err[0]
	run = try_elasticity(with_group(slab(), [[0, 59]]), fixed=["seam"], **base)
	assert "belongs to no cell" in run.err[0], run.err
	EOT
'

test_expect_success 'other physics take such a mesh, and leave its edges alone' '
	PYTHONPATH=$PYTHONPATH:. "$PYTHON" - <<-EOT
	from slab import *
	from heat import heat, try_heat
	plain = box([4, 3, 2], [4, 3, 0.5])
	case = dict(order=2, conductivity=on(1, "W/m/K"), source=on(5, "W/m3"))
	t = [heat(mesh, ranks=2, fixed={"xmin": q(0, "K")}, **case)
	     .field("temperature") for mesh in (plain, slab())]
	same(t[0], t[1], 1e-12)
	run = try_heat(slab(), fixed={"xmin_zmin": q(0, "K")}, **case)
	assert "this cannot be given for group" in run.err[0], run.err
	EOT
'

test_done
