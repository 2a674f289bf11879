#!/bin/sh
test_description='solve.heat: one program serves many tasks'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-heat fedtwin-mesh-box
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

test_expect_success 'tasks in a row give what single runs give' '
	"$PYTHON" - <<-EOT
	from heat import *
	mesh = box([6, 5, 4], [1, 1, 1], True)
	good = dict(scheme="steady", conductivity=on(2, "W/m/K"),
	            fixed=on(300, "K", "xmin"), source=on(1000, "W/m3"))
	cases = [good, good | dict(fixed=on(300, "K", "left")),
	         good | dict(petsc_options="-heat_pc_type jacobi"), good,
	         good | dict(iterations=1), good]
	single = [try_heat(mesh, ranks=2, **case) for case in cases]
	dirs = [write_task("solve.heat", case, {"mesh": (mesh, "mesh")}, OUTPUTS,
	                   2) for case in cases]
	done = subprocess.run(
	    ["sh", os.environ["FT_SRCDIR"] + "/t/mpirun.sh", "-n", "2",
	     os.environ["FT_BUILDDIR"] + "/fedtwin-heat", "--serve"],
	    input="".join(d + "\n" for d in dirs), capture_output=True,
	    text=True, timeout=300)
	assert done.returncode == 0, done.stderr
	answers = [json.loads(line) for line in done.stdout.splitlines()]
	assert [a["dir"] for a in answers] == dirs
	assert [a["exit_code"] for a in answers] == [0, 1, 0, 0, 1, 0]
	for alone, where in zip(single, dirs):
	    served = Result(where, 0, [])
	    if alone.code:
	        with open(where + "/stderr.txt") as f:
	            assert f.read().splitlines() == alone.err[:1], alone.err
	        continue
	    for name in "temperature", "flux", "summary", "balance":
	        assert served.bytes(name) == alone.bytes(name), name
	EOT
'

test_done
