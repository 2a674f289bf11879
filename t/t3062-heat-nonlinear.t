#!/bin/sh
test_description='solve.heat: radiation, properties that vary, adaptive steps'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-heat fedtwin-mesh-box
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

test_expect_success 'NAFEMS T2: radiation from the end of a bar, 927.0 K' '
	"$PYTHON" - <<-EOT
	from heat import *
	mesh = box([10, 1], [0.1, 0.01], False)
	for order in 1, 2:
	    for ranks in 1, 2:
	        run = heat(mesh, ranks=ranks, scheme="steady", order=order,
	                   conductivity=on(55.6, "W/m/K"),
	                   fixed={"xmin": q(1000, "K")},
	                   radiation={"xmax": {"emissivity": 0.98,
	                                       "ambient": q(300, "K")}})
	        row = run.last()
	        near(row["t_min"], 927.0, 5e-4)
	        # the root of k (1000 - T) / L = e sigma (T^4 - 300^4)
	        near(row["t_min"], 927.003950, 1e-8)
	        assert row["imbalance"] <= 1e-8, row
	EOT
'

test_expect_success 'a bar alone in radiation takes the temperature around it' '
	"$PYTHON" - <<-EOT
	from heat import *
	run = heat(box([4, 4], [1, 1], True), scheme="steady",
	           conductivity=on(10, "W/m/K"), source=on(5000, "W/m3"),
	           radiation={"*": {"emissivity": 1, "ambient": q(3, "K")}})
	row = run.last()
	near(row["heat_out"], 5000, 1e-8)
	assert row["t_min"] > 300, row
	EOT
'

# k = 1 + 0.01 T: T + 0.005 T^2 is harmonic.
test_expect_success 'conductivity by temperature: exact by Kirchhoff, 2 ranks' '
	"$PYTHON" - <<-EOT
	from heat import *
	f = lambda t: t + 0.005 * t * t
	back = lambda s: 100 * (math.sqrt(1 + 0.02 * s) - 1)
	exact = "100*(sqrt(1 + 0.02*(%r + %r*x)) - 1)" % (f(300), f(400) - f(300))
	given = dict(fixed={"xmin": q(300, "K"), "xmax": q(400, "K")}, exact=exact,
	             scheme="steady", order=2)
	for simplex in False, True:
	    mesh, errors = box([8, 2], [1, 1], simplex), []
	    for k in "1 + 0.01*T", "interp(T, 200, 3, 500, 6)":
	        runs = [heat(mesh, ranks=ranks, conductivity_function={"*": k},
	                     **given) for ranks in (1, 2)]
	        same(runs[1].field("temperature"), runs[0].field("temperature"),
	             1e-9)
	        row = runs[0].last()
	        near(row["heat_in"], f(400) - f(300), 1e-5)
	        assert row["imbalance"] <= 1e-6, row
	        errors.append(row["l2_error"])
	    assert errors[0] < 1e-3 and errors[1] < 1e-3, errors
	EOT
'

# T = 300 + 10 sin(pi x) sin(pi y), k = 2 + 0.05 (T - 300)
test_expect_success 'a manufactured solution with k(T): order 3' '
	"$PYTHON" - <<-EOT
	from heat import *
	w = "sin(pi*x)*sin(pi*y)"
	grad2 = ("((10*pi*cos(pi*x)*sin(pi*y))^2"
	         " + (10*pi*sin(pi*x)*cos(pi*y))^2)")
	source = "(2 + 0.5*%s)*20*pi^2*%s - 0.05*%s" % (w, w, grad2)
	l2 = []
	for n in 4, 8, 16:
	    row = heat(box([n, n], [1, 1], True), scheme="steady", order=2,
	               conductivity_function={"*": "2 + 0.05*(T - 300)"},
	               source_function={"*": source}, fixed=on(300, "K"),
	               exact="300 + 10*" + w).last()
	    l2.append(row["l2_error"])
	print(slopes(l2))
	assert all(abs(s - 3) <= 0.1 for s in slopes(l2)), l2
	EOT
'

# dT/dt (1 + 0.01 T) = 10, everywhere alike: T + 0.005 T^2 = 10 t + start
test_expect_success 'specific heat by temperature: order 2 in time, or exact' '
	"$PYTHON" - <<-EOT
	from heat import *
	mesh, errors = box([1, 1], [1, 1], False), {"bdf2": [], "theta": []}
	f = lambda t: t + 0.005 * t * t
	want = 100 * (math.sqrt(1 + 0.02 * (f(300) + 4000)) - 1)
	for scheme in errors:
	    for n in 20, 40, 80:
	        row = heat(mesh, scheme=scheme, step=q(400 / n, "s"),
	                   end=q(400, "s"), conductivity=on(1, "W/m/K"),
	                   density=on(1, "kg/m3"), newton_tolerance=1e-12,
	                   specific_heat_function={"*": "1 + 0.01*T"},
	                   source=on(10, "W/m3"),
	                   initial_temperature=q(300, "K")).last()
	        errors[scheme].append(abs(row["t_max"] - want))
	assert all(abs(s - 2) <= 0.15 for s in slopes(errors["bdf2"])), errors
	# the midpoint is exact for a specific heat that is linear in T
	assert max(errors["theta"]) < 1e-9 * want, errors
	EOT
'

test_expect_success 'steps follow the error: cooling by radiation' '
	"$PYTHON" - <<-EOT
	from heat import *
	# rho c V dT/dt = -A sigma T^4 for a small body: T^-3 grows linearly
	mesh = box([1, 1], [0.01, 1], False)
	given = dict(scheme="bdf2", step=q(1000, "s"), end=q(5000, "s"),
	             conductivity=on(1e6, "W/m/K"), density=on(1000, "kg/m3"),
	             specific_heat=on(500, "J/kg/K"),
	             initial_temperature=q(1500, "K"),
	             radiation={"xmax": {"emissivity": 1, "ambient": q(0, "K")}})
	rate = 3 * 5.670374419e-8 / (1000 * 500 * 0.01)
	want = (1500**-3 + rate * 5000) ** (-1 / 3)
	errors, steps = [], []
	for tolerance in 1, 0.1:
	    run = heat(mesh, error=q(tolerance, "K"), **given)
	    row = run.last()
	    near(row["time"], 5000, 1e-12)
	    errors.append(abs(row["t_mean"] - want))
	    steps.append(row["step"])
	print(errors, steps, want)
	assert errors[0] < 20 and errors[1] < errors[0] / 2, errors
	assert steps[0] < steps[1] < 400, steps
	time = run.table()["time"]
	assert np.diff(time).max() > 20 * np.diff(time)[0], time
	EOT
'

test_expect_success 'a restart takes up adaptive steps: the same end' '
	"$PYTHON" - <<-EOT
	from heat import *
	mesh = box([6, 2], [0.1, 0.02], False)
	given = dict(scheme="bdf2", step=q(5, "s"), error=q(0.1, "K"),
	             conductivity_function={"*": "30 + 0.02*T"},
	             density=on(7200, "kg/m3"), specific_heat=on(440, "J/kg/K"),
	             initial_temperature=q(300, "K"), checkpoint=q(0, "s"),
	             fixed_function={"xmin": "300 + 50*(1 - exp(-t/4))"},
	             radiation={"xmax": {"emissivity": 0.9,
	                                 "ambient": q(300, "K")}})
	whole = heat(mesh, end=q(20, "s"), **given)
	assert os.path.exists(whole.checkpoint())
	again = heat(mesh, end=q(20, "s"), restart=whole.checkpoint(), **given)
	same(again.field("temperature"), whole.field("temperature"), 1e-15)
	longer = heat(mesh, end=q(40, "s"), restart=whole.checkpoint(), **given)
	direct = heat(mesh, end=q(40, "s"), **given)
	same(longer.field("temperature"), direct.field("temperature"), 1e-3)
	EOT
'

test_expect_success 'an initial field of first order starts one of second' '
	"$PYTHON" - <<-EOT
	from heat import *
	mesh = box([3, 3, 2], [1, 1, 1], True)
	linear = "300 + 3*x - 2*y + z"
	first = heat(mesh, scheme="steady", conductivity=on(1, "W/m/K"),
	             fixed_function={"*": linear})
	for ranks in 1, 3:
	    second = heat(mesh, ranks=ranks, order=2, scheme="theta",
	                  initial=first.where + "/temperature.h5", exact=linear,
	                  step=q(1, "s"), end=q(1, "s"),
	                  conductivity=on(1, "W/m/K"), density=on(1, "kg/m3"),
	                  specific_heat=on(1, "J/kg/K"),
	                  fixed_function={"*": linear})
	    assert second.last()["l2_error"] < 1e-9, second.last()
	EOT
'

test_expect_success 'what cannot be is refused in the words of the user' '
	"$PYTHON" - <<-EOT
	from heat import *
	mesh = box([4, 4], [1, 1], False)
	other = box([5, 4], [1, 1], False)
	steady = dict(scheme="steady", conductivity=on(1, "W/m/K"),
	              fixed={"xmin": q(300, "K")})
	moving = dict(scheme="bdf2", step=q(1, "s"), end=q(2, "s"),
	              density=on(1, "kg/m3"), specific_heat=on(1, "J/kg/K"),
	              initial_temperature=q(300, "K"), **{
	                  k: v for k, v in steady.items() if k != "scheme"})
	def radiation(**more):
	    return {"xmax": {"emissivity": 0.5, "ambient": q(300, "K"), **more}}
	rows = [
	    (steady, dict(radiation=radiation(emissivity=1.01)),
	     "must be between 0 and 1, not 1.01"),
	    (steady, dict(radiation=radiation(ambient=q(-1, "K"))),
	     "below absolute zero"),
	    (steady, dict(radiation={"xmxa": radiation()["xmax"]}),
	     "no group \"xmxa\"; did you mean \"xmax\"?"),
	    (steady, dict(conductivity_function={"domain": "1 + T"},
	                  conductivity=on(1, "W/m/K", "domain")),
	     "both have a value for group \"domain\""),
	    (steady, dict(conductivity_function={"domain": "1 - 0.01*T"}),
	     "must be positive, but is -"),
	    (steady, dict(conductivity_function={"domain": "sqrt(T - 400)"}),
	     "where the solution is 300"),
	    (steady, dict(fixed_function={"ymin": "T"}), "unknown name \"T\""),
	    (steady, dict(source_function={"*": "exp(T/10)"}, newton_iterations=5),
	     "did not converge in step 1"),
	    (steady, dict(radiation=radiation(), newton_tolerance=0),
	     "between 0 and 1"),
	    (steady, dict(conductivity=None), "\"conductivity\" is missing"),
	    (moving, dict(error=q(0, "K")), "must be positive"),
	    (moving, dict(error=q(1, "K"), scheme="theta"), "needs scheme"),
	    (moving, dict(error=q(1e-9, "K"),
	                  fixed_function={"xmax": "300 + 10*step(t - 1)"}),
	     "does a fixed temperature jump?"),
	]
	for given, change, message in rows:
	    params = {k: v for k, v in {**given, **change}.items()
	              if v is not None}
	    run = try_heat(mesh, **params)
	    said = run.err[0].replace(chr(39), chr(34)) if run.err else ""
	    assert run.code == 1 and message in said, (message, run.code, run.err)
	field = heat(other, **steady).where + "/temperature.h5"
	run = try_heat(mesh, initial=field, **{
	    k: v for k, v in moving.items() if k != "initial_temperature"})
	assert run.code == 1 and "is on another mesh" in run.err[0], run.err
	EOT
'

test_done
