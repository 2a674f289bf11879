#!/bin/sh
test_description='env.flood: the scheme of local inertia'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-flood
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

test_expect_success 'a lake with islands stays at rest, to the last bit' '
	"$PYTHON" - <<-EOT
	from flood import *
	z = np.random.default_rng(1).normal(100, 1, (40, 300))
	z[20:30, 20:30] += 10
	z[5, 7] = z[0, 0] = np.nan
	run = flood(image("z", z, 2.0), scheme="inertial", manning=0, end=10,
	            ranks=2, initial_level=101.3,
	            boundaries=[{"side": "west", "kind": "level", "level": 101.3}])
	assert np.nanmax(run.image("max_speed")) == 0
	assert np.nanmax(np.abs(run.image("velocity_x"))) == 0
	assert run.table()["volume"][-1] == run.table()["volume"][0]
	EOT
'

test_expect_success 'flow down a slope gets as deep as Manning says' '
	"$PYTHON" - <<-EOT
	from flood import *
	n, slope, q, dx = 0.03, 1e-3, 1.0, 10.0
	want = (n * q / slope ** 0.5) ** 0.6
	x = (np.arange(60) + 0.5) * dx
	for turn in False, True:
	    z = np.tile(-slope * x, (5, 1))
	    ends = "west", "east"
	    if turn:
	        z, ends = z.T[::-1].copy(), ("north", "south")
	    run = flood(image("z", z, dx), scheme="inertial", manning=n,
	        end=4000, report_every=4000, boundaries=[
	            dict(side=ends[0], kind="discharge", discharge=5 * dx * q),
	            dict(side=ends[1], kind="free")])
	    h = run.image("depth")
	    u = run.image("velocity_y" if turn else "velocity_x")
	    print(np.abs(h / want - 1).max(), np.abs(np.abs(u) * h / q - 1).max())
	    assert np.abs(h / want - 1).max() < 1e-4
	    assert np.abs(np.abs(u) * h / q - 1).max() < 1e-4
	EOT
'

test_expect_success 'friction knows no direction: a slope along a diagonal' '
	"$PYTHON" - <<-EOT
	from flood import *
	n, slope, depth = 0.03, 2e-3, 0.5
	i = np.arange(60) * 20.0
	z = 10 - slope / 2 ** 0.5 * np.add.outer(i, i)
	run = flood(image("z", z, 20.0), scheme="inertial", manning=n, end=200,
	            inputs=dict(initial_depth=image("h", 0 * z + depth, 20.0)))
	u, v = (run.image("velocity_" + a)[30, 30] for a in "xy")
	want = depth ** (2 / 3) * slope ** 0.5 / n
	print(u, v, want)
	assert abs(u / v - 1) < 1e-12 and abs(math.hypot(u, v) / want - 1) < 0.01
	EOT
'

test_expect_success 'a wave that runs over a flat dry bed' '
	"$PYTHON" - <<-EOT
	from flood import *
	from flood_exact import FlatWave
	for dx, theta, most in (50.0, 0.9, 0.02), (50.0, 1.0, 0.02):
	    wave = FlatWave(dx, 5000)
	    t = np.linspace(0, 3600, 361)
	    q = table("q", time=("s", t), q=("m3/s", wave.inflow(t) * 3 * dx))
	    run = flood(image("z", wave.z, dx), scheme="inertial", theta=theta,
	        manning=wave.n, end=3600, report_every=3600,
	        inputs=dict(series=q), boundaries=[
	            dict(side="west", kind="discharge", series="q")])
	    off = run.image("depth")[1] - wave.at(3600)
	    print(dx, theta, math.sqrt((off ** 2).mean()))
	    assert math.sqrt((off ** 2).mean()) < most
	    assert run.table()["supercritical_area"][-1] <= 3 * 3 * dx ** 2
	EOT
'

test_expect_success 'a slow flood: the same as by the whole equations' '
	"$PYTHON" - <<-EOT
	from flood import *
	rng = np.random.default_rng(5)
	z = rng.normal(0, 0.05, (60, 40))
	z[:, 18:22] -= 0.4
	q = table("q", time=("min", [0, 20, 60]), q=("m3/s", [0, 10, 10]))
	runs = [flood(image("z", z, 20.0), scheme=scheme, manning=0.05, end=3600,
	    report_every=600, inputs=dict(series=q),
	    inflows=[dict(x=400, y=30, series="q")],
	    gauges=[gauge("a", 400, 300), gauge("b", 390, 150)])
	    for scheme in ("inertial", "second")]
	a, b = runs[0].image("depth"), runs[1].image("depth")
	wet = b > 0.1
	print(wet.mean(), np.abs(a - b)[wet].mean() / b[wet].mean())
	assert wet.mean() > 0.05
	assert np.abs(a - b)[wet].mean() < 0.05 * b[wet].mean()
	for name in "ab":
	    a, b = (r.gauge(name)["depth"][-1] for r in runs)
	    assert abs(a / b - 1) < 0.05, (a, b)
	a, b = (r.image("arrival")[:, 20] for r in runs)
	both = np.isfinite(a) & np.isfinite(b)
	assert both.sum() > 20
	assert np.abs(a - b)[both].mean() < 0.05 * 3600
	EOT
'

test_expect_success 'rain on a plane runs off as a kinematic wave' '
	"$PYTHON" - <<-EOT
	from flood import *
	n, dx, rain, slope = 50, 2.0, 50e-3 / 3600, 0.02
	z = np.tile((n - 1 - np.arange(n)) * dx * slope, (3, 1))
	run = flood(image("z", z, dx), scheme="inertial", manning=0.03, end=900,
	            report_every=30, rain=rain,
	            boundaries=[{"side": "east", "kind": "free"}])
	rows = run.table()
	q = np.diff(rows["outflow"]) / 30 / (3 * dx)
	t = rows["time"][1:] - 15
	want = np.minimum(slope ** 0.5 / 0.03 * (rain * t) ** (5 / 3),
	                  rain * n * dx)
	print(np.abs(q - want).max() / want.max(), q[-1] / want[-1] - 1)
	assert np.abs(q - want).max() < 0.06 * want.max()
	assert abs(q[-1] / want[-1] - 1) < 1e-6
	# thin water does not alternate between steps
	assert (np.diff(q) > -1e-9).all()
	EOT
'

test_expect_success 'ranks and kernels give the same bits; nothing is lost' '
	"$PYTHON" - <<-EOT
	from flood import *
	rng = np.random.default_rng(2)
	z = np.add.outer(np.linspace(0, 2, 70), np.linspace(30, 0, 300))
	z += rng.normal(0, 0.3, z.shape)
	z[30:38, 100:120] = z[60:66, 3] = np.nan
	ground = image("z", z, 5.0)
	rough = image("n", np.where(z > 2, 0.06, 0.03), 5.0, "1")
	case = dict(
	    scheme="inertial", end=250, rain=1e-5, inputs=dict(roughness=rough),
	    infiltration="green_ampt", infiltration_rate=1e-6, suction=0.1,
	    moisture_deficit=0.3,
	    inflows=[{"x": 20, "y": 20, "discharge": 5},
	             {"x": 1400, "y": 40, "x2": 1400, "y2": 300, "discharge": 20}],
	    boundaries=[{"side": "east", "kind": "free"},
	                {"side": "north", "kind": "fall"}],
	    structures=[{"x": 1400, "y": 171, "x2": 900, "y2": 171,
	                 "crest": 1, "width": 4},
	                {"x": 1400, "y": 171, "x2": 850, "y2": 171,
	                 "crest": 1, "width": 4},
	                {"x": 1400, "y": 171, "x2": 800, "y2": 171,
	                 "crest": 1, "width": 4}],
	    gauges=[gauge("a", 300, 174), gauge("b", 1400, 50)])
	one = flood(ground, kernel="generic", **case)
	assert one.table()["outflow"][-1] > 0.1
	print(np.abs(one.table()["error"]).max())
	assert np.abs(one.table()["error"]).max() < 1e-13
	assert_same(ground, one, [dict(ranks=2), dict(ranks=4),
	                          dict(kernel="avx2")], **case)
	EOT
'

test_expect_success 'edges: still water stays behind free, leaves by fall' '
	"$PYTHON" - <<-EOT
	from flood import *
	assert_edges(scheme="inertial")
	EOT
'

test_expect_success 'water that gets faster than its waves is counted' '
	"$PYTHON" - <<-EOT
	from flood import *
	z = np.tile(np.linspace(20, 0, 40), (4, 1))
	for scheme in "inertial", "second":
	    rows = flood(image("z", z, 5.0), scheme=scheme, manning=0.01, end=60,
	        boundaries=[dict(side="west", kind="discharge", discharge=10),
	                    dict(side="east", kind="free")]).table()
	    print(rows["supercritical_area"], rows["flooded_area"])
	    assert rows["supercritical_area"][0] == 0
	    assert rows["supercritical_area"][-1] > 0.8 * rows["flooded_area"][-1]
	EOT
'

test_expect_success 'a restart ends with the same bytes' '
	"$PYTHON" - <<-EOT
	from flood import *
	z = np.random.default_rng(3).normal(0, 0.3, (20, 300))
	ground = image("z", z, 5.0)
	q = table("q", time=("min", [0, 2, 20]), q=("m3/s", [0, 5, 1]))
	def run(end, scheme="inertial", **more):
	    r = try_flood(ground, end=end, manning=0.03, report_every=30,
	        checkpoint=0, inputs=dict(series=q), rain=1e-5, scheme=scheme,
	        infiltration="constant", infiltration_rate=1e-6,
	        inflows=[dict(x=200, y=50, series="q")],
	        boundaries=[dict(side="all", kind="free")],
	        gauges=[gauge("g", 220, 50), gauge("h", 2, 50)], **more)
	    assert r.code == 0 or "restart" in more, r.err
	    return r
	def content(r, name):
	    with open("%s/%s.h5" % (r.where, name), "rb") as f:
	        return f.read()
	whole, part = run(180), run(90)
	at = part.where + "/checkpoint"
	rest = run(180, restart=at)
	assert rest.code == 0, rest.err
	for name in OUTPUTS:
	    assert content(whole, name) == content(rest, name), name
	two = run(180, restart=at, ranks=2)
	for name in "depth", "velocity_x", "velocity_y", "max_speed":
	    assert np.array_equal(two.image(name), whole.image(name)), name
	other = run(180, scheme="first", restart=at)
	assert other.code == 1 and "does not fit this task" in other.err[0]
	EOT
'

test_done
