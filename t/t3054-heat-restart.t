#!/bin/sh
test_description='solve.heat: a restart continues with the same bits'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-heat fedtwin-mesh-box
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

cat >case.py <<\EOT
from heat import *
mesh = box([8, 5, 4], [0.1, 0.1, 0.1], True)

def run(end_s, **more):
    params = dict(
        scheme='bdf2', step=q(0.5, 's'), end=q(end_s, 's'),
        initial_temperature=q(300, 'K'), conductivity=on(35, 'W/m/K'),
        density=on(7200, 'kg/m3'), specific_heat=on(440.5, 'J/kg/K'),
        fixed_function={'xmax': '300 + 50*sin(pi*t/20)'},
        source=on(1e5, 'W/m3'), checkpoint=q(0, 's'),
        probes=[{'x': q(0.05, 'm'), 'y': q(0.05, 'm'), 'z': q(0.05, 'm')}])
    return try_heat(mesh, **(params | more))

def refused(result, text):
    assert result.code not in (0, 75) and result.err, result.err
    assert text in result.err[0], result.err
    assert not os.path.exists(result.where + '/summary.h5')
EOT

for scheme in bdf2 theta
do
	test_expect_success "$scheme: same bytes as without a break" '
		"$PYTHON" - <<-EOT
		import sys
		sys.path.append(".")
		from case import *
		for ranks in 1, 2:
		    whole = run(10, ranks=ranks, scheme="'$scheme'")
		    part = run(4, ranks=ranks, scheme="'$scheme'")
		    rest = run(10, ranks=ranks, scheme="'$scheme'",
		               restart=part.checkpoint())
		    assert whole.code == part.code == rest.code == 0, rest.err
		    for name in OUTPUTS:
		        assert whole.bytes(name) == rest.bytes(name), name
		EOT
	'
done

test_expect_success 'another number of ranks continues as well' '
	"$PYTHON" - <<-EOT
	import sys
	sys.path.append(".")
	from case import *
	whole = run(10)
	rest = run(10, ranks=2, restart=run(4).checkpoint())
	same(rest.field("temperature"), whole.field("temperature"))
	same(rest.table()["t_max"], whole.table()["t_max"])
	EOT
'

test_expect_success 'a checkpoint of something else is refused' '
	"$PYTHON" - <<-EOT
	import sys
	sys.path.append(".")
	from case import *
	at = run(4).checkpoint()
	text = "is not one of this calculation"
	refused(run(10, restart=at, scheme="theta"), text)
	refused(run(10, restart=at, step=q(0.25, "s")), text)
	refused(run(3.5, restart=at), text)
	refused(run(10, restart=at, probes=[]), text)
	refused(run(10, restart=os.path.abspath("nowhere")), "nowhere")
	name = at + "/" + os.listdir(at)[0]
	with open(name, "r+b") as f:
	    f.truncate(os.path.getsize(name) // 2)
	refused(run(10, restart=at), "")
	with open(name, "wb") as f:
	    f.write(b"no checkpoint at all" * 20)
	refused(run(10, restart=at), text)
	EOT
'

test_expect_success 'a run that is killed leaves a checkpoint that works' '
	"$PYTHON" - <<-EOT
	import sys, time
	sys.path.append(".")
	from case import *
	whole = run(200)
	where = os.path.abspath("killed")
	os.mkdir(where)
	os.symlink(whole.where + "/task.json", where + "/task.json")
	child = subprocess.Popen(
	    [os.environ["FT_BUILDDIR"] + "/fedtwin-heat"], cwd=where,
	    env=dict(os.environ, FEDTWIN_TASK=where + "/task.json"))
	while not os.path.isdir(where + "/checkpoint") or not [
	        n for n in os.listdir(where + "/checkpoint")
	        if not n.endswith(".part")]:
	    assert child.poll() is None
	    time.sleep(0.01)
	child.kill()
	assert child.wait() == -9
	rest = run(200, restart=where + "/checkpoint")
	assert rest.code == 0, rest.err
	for name in OUTPUTS:
	    assert whole.bytes(name) == rest.bytes(name), name
	EOT
'

test_expect_success 'a field can be the start of the next calculation' '
	"$PYTHON" - <<-EOT
	import sys
	sys.path.append(".")
	from case import *
	first = run(4, scheme="theta", fixed_function={})
	whole = run(8, scheme="theta", fixed_function={})
	params = json.load(open(first.where + "/task.json"))["params"]
	del params["initial_temperature"]
	second = try_heat(mesh, initial=first.where + "/temperature.h5", **params)
	assert second.code == 0, second.err
	same(second.field("temperature"), whole.field("temperature"))
	other = try_heat(box([2, 2, 2], [1, 1, 1]),
	                 initial=first.where + "/temperature.h5", **params)
	refused(other, "another mesh")
	EOT
'

test_done
