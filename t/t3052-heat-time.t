#!/bin/sh
test_description='solve.heat: time schemes and the NAFEMS thermal benchmarks'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-heat fedtwin-mesh-box
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

# Linear in space, so that only the error of the time scheme is left.
time_order() { # TITLE ORDER STEPS PARAMS
	test_expect_success "$1 is of order $2 in time" '
		"$PYTHON" - <<-EOT
		from heat import *
		exact = "300 + x*cos(3*t)"
		mesh = box([2, 2], [1, 1])
		errors = []
		for steps in '"$3"':
		    run = heat(mesh, '"$4"', step=q(1 / steps, "s"),
		               end=q(1, "s"), initial_function=exact,
		               conductivity=on(2, "W/m/K"),
		               density=on(4, "kg/m3"),
		               specific_heat=on(5, "J/kg/K"), exact=exact,
		               fixed_function={"xmin": exact},
		               flux_function={"xmax": "2*cos(3*t)"},
		               source_function={"*": "-60*x*sin(3*t)"})
		    assert len(run.table()["time"]) == steps
		    assert max(run.table()["imbalance"]) <= 1e-8
		    errors.append(run.last()["l2_error"])
		assert all(abs(s - '"$2"') <= 0.1 for s in slopes(errors)), errors
		EOT
	'
}

time_order bdf2 2 '20, 40, 80' 'scheme="bdf2"'
time_order 'theta 0.5' 2 '20, 40, 80' 'scheme="theta"'
time_order 'theta 1' 1 '80, 160, 320' 'scheme="theta", theta=1'

test_expect_success 'NAFEMS T3: 36.60 degC after 32 s, within 0.1 %' '
	"$PYTHON" - <<-EOT
	from heat import *
	mesh = box([100, 1], [0.1, 0.01])
	for scheme in "bdf2", "theta":
	    runs = [heat(
	        mesh, ranks=ranks, scheme=scheme, step=q(0.25, "s"),
	        end=q(32, "s"), initial_temperature=q(273.15, "K"),
	        conductivity=on(35, "W/m/K"), density=on(7200, "kg/m3"),
	        specific_heat=on(440.5, "J/kg/K"),
	        fixed=on(273.15, "K", "xmin"),
	        fixed_function={"xmax": "273.15 + 100*sin(pi*t/40)"},
	        probes=[{"x": q(0.08, "m"), "y": q(0.004, "m")}])
	        for ranks in (1, 2)]
	    one, two = [run.table("probes")["temperature"] for run in runs]
	    near(one[-1] - 273.15, 36.6031, 1e-3)
	    same(two, one)
	    assert max(runs[1].table()["imbalance"]) <= 1e-8
	EOT
'

test_expect_success 'NAFEMS T4: 18.25 degC at E, within 0.2 %' '
	"$PYTHON" - <<-EOT
	from heat import *
	run = heat(
	    box([120, 200], [0.6, 1.0]), scheme="steady",
	    conductivity=on(52, "W/m/K"), fixed=on(373.15, "K", "ymin"),
	    convection={g: {"coefficient": q(750, "W/m2/K"),
	                    "ambient": q(273.15, "K")} for g in ("xmax", "ymax")},
	    probes=[{"x": q(0.6, "m"), "y": q(0.2, "m"), "z": q(0, "m")}])
	near(run.table("probes")["temperature"][-1] - 273.15, 18.25, 2e-3)
	assert run.last()["imbalance"] <= 1e-8
	EOT
'

test_expect_success 'summary_every thins the summary and the probes' '
	"$PYTHON" - <<-EOT
	from heat import *
	run = heat(
	    box([2, 2], [1, 1]), scheme="theta", step=q(1, "s"), end=q(7, "s"),
	    initial_temperature=q(300, "K"), summary_every=3,
	    conductivity=on(2, "W/m/K"), density=on(4, "kg/m3"),
	    specific_heat=on(5, "J/kg/K"), flux=on(10, "W/m2", "xmin"),
	    probes=[{"x": q(x, "m"), "y": q(1, "m")} for x in (0, 1)])
	assert list(run.table()["step"]) == [3, 6, 7]
	probes = run.table("probes")
	assert list(probes["time"]) == [3, 3, 6, 6, 7, 7]
	assert list(probes["probe"]) == [1, 2] * 3
	assert probes["temperature"][4] > probes["temperature"][5] > 300
	# 10 W into 20 J/K for 7 s
	near(run.last()["t_mean"], 303.5, 1e-12)
	EOT
'

test_done
