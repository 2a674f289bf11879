#!/bin/sh
test_description='env.flood: boundaries, structures, soil, rain, restart'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-flood
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

test_expect_success 'a steady river keeps its discharge and its surface' '
	"$PYTHON" - <<-EOT
	from flood import *
	from flood_exact import MacDonald
	river = MacDonald(100)
	dx = river.dx
	run = flood(image("z", river.z, dx), manning=river.n, end=2000,
	    inputs=dict(initial_depth=image("h", river.h, dx)),
	    report_every=500, boundaries=[
	        {"side": "west", "kind": "discharge", "discharge": 2 * 3 * dx},
	        {"side": "east", "kind": "level", "level": river.level}])
	h = run.image("depth")[1]
	error = np.abs(h - river.h[1]).mean() / river.h[1].mean()
	print(error, h[50], run.table()["inflow"][-1])
	assert error < 0.005 and abs(h[50] / river.h[1][50] - 1) < 0.002
	assert abs(run.table()["inflow"][-1] - 2 * 3 * dx * 2000) < 1e-6
	# nothing overflows when velocities die away
	assert np.abs(run.image("velocity_y")).max() < 1e-12
	EOT
'

test_expect_success 'uniform flow stays uniform up to an edge that is free' '
	"$PYTHON" - <<-EOT
	from flood import *
	n, q, dx = 0.03, 1.0, 10.0
	x = (np.arange(60) + 0.5) * dx
	for slope, end in (1e-3, 5000), (0.01, 600):
	    want = (n * q / slope ** 0.5) ** 0.6
	    for scheme in "second", "first":
	        run = flood(image("z", np.tile(-slope * x, (3, 1)), dx),
	            scheme=scheme, manning=n, end=end, report_every=end,
	            boundaries=[
	                dict(side="west", kind="discharge", discharge=3 * dx * q),
	                dict(side="east", kind="free")])
	        h = run.image("depth")[1]
	        print(slope, scheme, h[30] / want - 1, h[-10:] / want - 1)
	        if scheme == "second":
	            assert np.abs(h[20:] / want - 1).max() < 0.01
	        else:  # steps of the bed make it slow, but everywhere alike
	            assert np.abs(h[20:] / h[30] - 1).max() < 1e-3
	EOT
'

test_expect_success 'rain on a plane runs off as a kinematic wave' '
	"$PYTHON" - <<-EOT
	from flood import *
	n, dx, rain, slope = 50, 2.0, 50e-3 / 3600, 0.02
	z = np.tile((n - 1 - np.arange(n)) * dx * slope, (3, 1))
	run = flood(image("z", z, dx), manning=0.03, end=900, report_every=30,
	            rain=rain, boundaries=[{"side": "east", "kind": "free"}])
	rows = run.table()
	q = np.diff(rows["outflow"]) / 30 / (3 * dx)
	t = rows["time"][1:] - 15
	want = np.minimum(slope ** 0.5 / 0.03 * (rain * t) ** (5 / 3),
	                  rain * n * dx)
	print(np.abs(q - want).max() / want.max())
	assert np.abs(q - want).max() < 0.02 * want.max()
	assert abs(q[-1] / want[-1] - 1) < 1e-3
	EOT
'

test_expect_success 'what falls, flows over a weir and soaks away' '
	"$PYTHON" - <<-EOT
	from flood import *
	z = np.zeros((8, 40))
	walls = [dict(x=102.5, y=-1, x2=102.5, y2=41, crest=9)]
	def case(**more):
	    return flood(image("z", z, 5.0), manning=0.03, walls=walls, **more)
	# a wall holds, a weir lets through what its formula says
	h = np.where(np.arange(40) < 20, 2.0, 0) * np.ones((8, 1))
	start = dict(initial_depth=image("h", h, 5.0))
	assert np.nanmax(case(end=60, inputs=start).image("depth")[:, 21:]) == 0
	run = case(end=1, inputs=start, report_every=1, structures=[
	    dict(x=50, y=20, x2=150, y2=20, crest=1.5, width=0.1)])
	got = (run.image("depth")[:, 21:] * 25).sum()
	assert abs(got / (1.7 * 0.1 * 0.5 ** 1.5) - 1) < 1e-2, got
	run = case(end=1, inputs=start, report_every=1, structures=[
	    dict(x=50, y=20, x2=150, y2=20, crest=0, width=0.1, height=0.1)])
	got = (run.image("depth")[:, 21:] * 25).sum()
	assert abs(got / (0.6 * 0.01 * (2 * 9.81 * 1.95) ** 0.5) - 1) < 1e-2, got
	# infiltration
	rows = case(end=60, rain=2e-5, infiltration="constant",
	            infiltration_rate=1e-5).table()
	assert abs(rows["infiltration"][-1] / rows["rain"][-1] - 0.5) < 1e-9
	rows = case(end=600, rain=1e-4, infiltration="horton", report_every=600,
	            infiltration_rate=1e-6, infiltration_initial=2e-5,
	            infiltration_decay=0.01).table()
	want = (600e-6 + 19e-6 / 0.01 * (1 - math.exp(-6))) * 8000
	assert abs(rows["infiltration"][-1] / want - 1) < 1e-3
	run = case(end=600, rain=1e-4, infiltration="green_ampt",
	           report_every=600, longest_step=1,
	           infiltration_rate=1e-6, suction=0.2, moisture_deficit=0.3)
	f = run.table()["infiltration"][-1] / 8000
	head = 0.3 * (0.2 + run.image("depth").mean() / 2)
	low, high = f - 0.06 * math.log(1 + f / 0.06), f - head * math.log(
	    1 + f / head)
	assert high < 600e-6 < low, (high, low)
	EOT
'

test_expect_success 'a culvert levels two pools; a flap holds one back' '
	"$PYTHON" - <<-EOT
	from flood import *
	z = np.zeros((8, 40))
	left = np.arange(40) < 20
	walls = [dict(x=102.5, y=-1, x2=102.5, y2=41, crest=9)]
	def case(h, end, **more):
	    pipe = dict(kind="culvert", x=50, y=20, x2=150, y2=20, crest=0.1,
	                crest2=0, diameter=0.5, manning=0.012,
	                entrance="concrete_headwall")
	    h = h * np.ones((8, 1))
	    h[:, 20] = 0  # on the wall
	    return flood(image("z", z, 5.0), manning=0.03, walls=walls, end=end,
	        report_every=end, inputs=dict(initial_depth=image("h", h, 5.0)),
	        structures=[dict(pipe, **more)])
	# full, both ends under water: as HDS-5 has it, by hand
	area, radius = math.pi / 16, 0.125
	heads = 1.5 + 2 * 9.81 * 0.012 ** 2 * 100 / radius ** (4 / 3)
	want = area * math.sqrt(2 * 9.81 * 1.0 / heads)
	for barrels in 1, 2:
	    got = (case(np.where(left, 2.0, 1), 1, barrels=barrels).image(
	        "depth")[:, 21:] - 1).sum() * 25
	    print(got, barrels * want)
	    assert abs(got / (barrels * want) - 1) < 0.01
	# a shorter one by its length, not by its ends
	short = (case(np.where(left, 2.0, 1), 1, length=20).image(
	    "depth")[:, 21:] - 1).sum() * 25
	assert short > 1.5 * want
	# both ways, but not through a flap; the level is the same in the end
	back = np.where(left, 0.5, 1.5)
	assert case(back, 10).image("depth")[:, :20].sum() > 8 * 20 * 0.5
	assert case(back, 10, flap=True).image("depth")[:, :20].sum() == 8 * 20 * 0.5
	h = case(np.where(left, 1.5, 0.5), 2400, diameter=1.5).image("depth")
	print(h[:, :20].mean(), h[:, 21:].mean())
	assert abs(h[:, :20].mean() - h[:, 21:].mean()) < 0.05
	EOT
'

test_expect_success 'edges: still water stays behind free, leaves by fall' '
	"$PYTHON" - <<-EOT
	from flood import *
	assert_edges()
	EOT
'

test_expect_success 'a restart ends with the same bytes' '
	"$PYTHON" - <<-EOT
	from flood import *
	z = np.random.default_rng(3).normal(0, 0.3, (20, 300))
	ground = image("z", z, 5.0)
	q = table("q", time=("min", [0, 2, 20]), q=("m3/s", [0, 5, 1]))
	def run(end, **more):
	    r = try_flood(ground, end=end, manning=0.03, report_every=30,
	        checkpoint=0, inputs=dict(series=q), rain=1e-5,
	        infiltration="green_ampt", infiltration_rate=1e-6,
	        suction=0.1, moisture_deficit=0.2,
	        inflows=[dict(x=200, y=50, series="q")],
	        gauges=[gauge("g", 220, 50)], **more)
	    assert r.code == 0 or "restart" in more, r.err
	    return r
	def content(r, name):
	    with open("%s/%s.h5" % (r.where, name), "rb") as f:
	        return f.read()
	for scheme in "first", "second":
	    whole, part = run(180, scheme=scheme), run(90, scheme=scheme)
	    at = part.where + "/checkpoint"
	    rest = run(180, scheme=scheme, restart=at)
	    assert rest.code == 0, rest.err
	    for name in OUTPUTS:
	        assert content(whole, name) == content(rest, name), name
	    two = run(180, scheme=scheme, restart=at, ranks=2)
	    assert np.array_equal(two.image("depth"), whole.image("depth"))
	other = run(180, scheme="first", restart=at)
	assert other.code == 1 and "does not fit this task" in other.err[0]
	EOT
'

test_done
