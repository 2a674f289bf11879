#!/bin/sh
test_description='solve.modes: frequencies, masses and shapes that are known'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-modes fedtwin-mesh-box
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

test_expect_success 'the square cantilevered membrane of NAFEMS' '
	"$PYTHON" - <<-EOT
	from elasticity import *
	want = np.array([52.404, 125.69, 140.78, 222.54, 241.41, 255.74])
	for simplex, n in (False, 8), (True, 8):
	    run = modes(box([n, n], [10, 10], simplex), plane="stress", count=6,
	                thickness=q(0.05, "m"), fixed=["xmin"],
	                young=on(2e11, "Pa"), poisson={"*": 0.3},
	                density=on(8000, "kg/m3"))
	    got = run.table("modes")["frequency"]
	    assert np.all(np.abs(got / want - 1) <= 0.008), got
	    assert abs(run.last()["mass"] - 40000) <= 1e-6
	EOT
'

# The last two of ten are a pair: of 'count: 9' one of it is enough.
test_expect_success 'no mode of a pair is missed, however many are asked for' '
	"$PYTHON" - <<-EOT
	from elasticity import *
	lies = {s + "_zmin": {"z": q(0, "m")}
	        for s in ("xmin", "xmax", "ymin", "ymax")}
	slab = box([4, 4, 1], [10, 10, 1], edges=True)
	for ranks in 1, 2:
	    f = {n: modes(slab, ranks=ranks, count=n, displacement=lies,
	                  young=on(2e11, "Pa"), poisson={"*": 0.3},
	                  density=on(8000, "kg/m3")).table("modes")["frequency"]
	         for n in (9, 10, 14)}
	    same(f[9], f[14][:9], 1e-9)
	    same(f[10], f[14][:10], 1e-9)
	    assert abs(f[14][9] / f[14][8] - 1) < 1e-9, f[14]
	EOT
'

cat >beam.py <<\EOT
from elasticity import *

E, RHO, L, H = 2e11, 8000, 1.0, 0.05
steel = dict(young=on(E, 'Pa'), poisson={'*': 0.3}, density=on(RHO, 'kg/m3'))
# of Euler's beam: (k L)^2 sqrt(E I / rho A) / (2 pi L^2)
unit = np.sqrt(E / RHO / 12) * H / (2 * np.pi * L ** 2)
EOT

test_expect_success 'a slender cantilever, on 1, 2 and 4 ranks' '
	PYTHONPATH=$PYTHONPATH:. "$PYTHON" - <<-EOT
	from beam import *
	mesh = box([10, 1, 1], [L, H, H])
	first = None
	for ranks in 1, 2, 4:
	    run = modes(mesh, ranks=ranks, fixed=["xmin"], count=8, **steel)
	    t = run.table("modes")
	    f = t["frequency"]
	    first = f if first is None else first
	    same(f, first, 1e-10)
	    want = unit * np.array([1.87510407, 4.69409113]) ** 2
	    assert np.all(np.abs(f[[0, 2]] / want - 1) <= 0.008), f
	    assert abs(f[0] - f[1]) <= 1e-6 * f[0]     # two planes of bending
	    # of the first bending mode of a beam: 61.3 % of the mass
	    assert abs(t["mass_y"][:2].sum() / 20 - 0.613) <= 0.005, t
	    assert np.all(np.array(t["rigid"]) == "no")
	    for a in AXES:
	        assert np.all(np.diff(t["share_" + a]) >= 0)
	        assert t["share_" + a][-1] <= 1
	    # the axial mode: 8 / pi^2 of the mass, at a quarter wave
	    assert abs(t["mass_x"][7] / 20 - 8 / np.pi ** 2) <= 0.01, t
	    assert abs(f[7] / (np.sqrt(E / RHO) / 4) - 1) <= 0.01, f
	    u = run.field("shape_1")
	    assert abs(np.linalg.norm(u, axis=1).max() - 1) <= 1e-12
	    assert sorted(n for n in os.listdir(run.where) if "shape" in n) == \
	        ["shape_%d.h5" % i for i in range(1, 9)]
	EOT
'

test_expect_success 'a free beam: rigid motions, then bending' '
	PYTHONPATH=$PYTHONPATH:. "$PYTHON" - <<-EOT
	from beam import *
	run = modes(box([10, 1, 1], [L, H, H]), count=10, ranks=2, **steel)
	t = run.table("modes")
	assert t["rigid"] == ["yes"] * 6 + ["no"] * 4, t
	assert np.all(t["frequency"][:6] == 0)
	want = unit * np.array([4.73004074, 7.85320462]) ** 2
	assert np.all(np.abs(t["frequency"][[6, 8]] / want - 1) <= 0.02), t
	for a in AXES:
	    assert abs(t["share_" + a][5] - 1) <= 1e-9, t
	assert run.last()["rigid_motions"] == 6
	# symmetry leaves three motions in a plane of them
	run = modes(box([4, 2, 2], [1, 0.2, 0.2]), symmetry=["ymin"], count=5,
	            **steel)
	assert run.table("modes")["rigid"] == ["yes"] * 3 + ["no"] * 2
	EOT
'

test_expect_success 'all modes of a small body: the masses sum to its mass' '
	PYTHONPATH=$PYTHONPATH:. "$PYTHON" - <<-EOT
	from beam import *
	run = modes(box([1, 1], [1, 1]), plane="stress", order=1, count=1000,
	            thickness=q(0.1, "m"), **steel)
	t = run.table("modes")
	assert len(t["mode"]) == 8 == run.last()["dofs"]
	for a in "xy":
	    assert abs(t["mass_" + a].sum() - 800) <= 1e-6, t
	EOT
'

test_done
