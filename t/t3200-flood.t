#!/bin/sh
test_description='env.flood: exact solutions, water at rest, ranks and kernels'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-flood
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

test_expect_success 'dam breaks on wet and dry beds converge with order 0.8' '
	"$PYTHON" - <<-EOT
	from flood import *
	from flood_exact import dam_break

	def error(n, right, scheme):
	    dx = 10.0 / n
	    x = (np.arange(n) + 0.5) * dx - 5
	    h = np.tile(np.where(x < 0, 0.005, right), (3, 1))
	    run = flood(image("z", 0 * h, dx), scheme=scheme, manning=0, end=6,
	                inputs=dict(initial_depth=image("h", h, dx)))
	    return np.abs(run.image("depth")[1] -
	                  dam_break(x, 6, 0.005, right)).mean()

	for right in 0.001, 0:
	    e = [error(n, right, "second") for n in (100, 200)]
	    order = math.log2(e[0] / e[1])
	    print(right, e, order)
	    assert order > 0.8 and e[1] < 2e-5
	assert error(200, 0.001, "first") < 4e-5
	EOT
'

test_expect_success 'a lake with islands stays at rest' '
	"$PYTHON" - <<-EOT
	from flood import *
	z = np.random.default_rng(1).normal(100, 1, (40, 300))
	z[20:30, 20:30] += 10
	z[5, 7] = z[0, 0] = np.nan
	ground = image("z", z, 2.0)
	for scheme in "first", "second":
	    run = flood(ground, scheme=scheme, manning=0, end=10, ranks=2,
	                initial_level=101.3)
	    speed = np.nanmax(run.image("max_speed"))
	    print(scheme, speed)
	    assert speed < 1e-12
	    assert np.isnan(run.image("depth")[5, 7])
	EOT
'

test_expect_success 'a swinging lake loses less than 2 % of its amplitude' '
	"$PYTHON" - <<-EOT
	from flood import *
	from flood_exact import Thacker
	lake = Thacker(100)
	h, u, v = lake.at(0)
	dx = lake.dx
	run = flood(image("z", lake.z, dx), manning=0, end=lake.period,
	    inputs=dict(initial_depth=image("h", h, dx),
	                initial_velocity_x=image("u", u, dx, "m s-1"),
	                initial_velocity_y=image("v", v, dx, "m s-1")))
	h1 = run.image("depth")
	moved = np.hypot((h1 * lake.x).sum(), (h1 * lake.y).sum()) / h1.sum()
	begun = np.hypot((h * lake.x).sum(), (h * lake.y).sum()) / h.sum()
	print(moved / begun)
	assert 0.98 < moved / begun < 1.0
	EOT
'

test_expect_success 'ranks and kernels give the same bits' '
	"$PYTHON" - <<-EOT
	from flood import *
	rng = np.random.default_rng(2)
	z = np.add.outer(np.linspace(0, 2, 70), np.linspace(3, 0, 300))
	z += rng.normal(0, 0.05, z.shape)
	z[30:34, 100:120] = np.nan
	ground = image("z", z, 5.0)
	rough = image("n", np.where(z > 2, 0.06, 0.03), 5.0, "1")
	case = dict(
	    end=250, rain=1e-5, inputs=dict(roughness=rough),
	    infiltration="green_ampt", infiltration_rate=1e-6, suction=0.1,
	    moisture_deficit=0.3,
	    inflows=[{"x": 20, "y": 20, "discharge": 5},
	             {"x": 1400, "y": 40, "x2": 1400, "y2": 300, "discharge": 20}],
	    boundaries=[{"side": "east", "kind": "free"}],
	    structures=[{"x": 700, "y": 171, "x2": 900, "y2": 171,
	                 "crest": 1, "width": 4}],
	    gauges=[gauge("a", 300, 174), gauge("b", 1400, 50)])
	for scheme in "first", "second":
	    one = flood(ground, scheme=scheme, kernel="generic", **case)
	    assert one.table()["outflow"][-1] > 1
	    assert_same(ground, one, [dict(ranks=2 if scheme == "first" else 4),
	                              dict(kernel="avx2")], scheme=scheme, **case)
	EOT
'

test_done
