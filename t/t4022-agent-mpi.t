#!/bin/sh
test_description='fedtwin-agent and MPI: launchers, warm programs, checkpoints'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-heat fedtwin-mesh-box
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH
for var in $(env | sed -n 's/^\(SLURM[A-Z0-9_]*\)=.*/\1/p')
do
	unset "$var"
done

cat >tell.py <<\EOT
import json, os, subprocess, time
from heat import *

def attempt(where, program, n, **more):
    return {'tag': n, 'tag_text': 'run/heat[n=%d]/1' % n, 'dir': where,
            'argv': [program], 'env': [], 'modules': [], 'mpi': True,
            'resources': {'ranks': 2}} | more

def tell(attempts, mpirun=[], **more):
    site = {'name': 'here', 'slots': 2} | more.pop('site', {})
    with open('file.json', 'w') as f:
        json.dump({'schema': 1, 'tag': 'run/job/1', 'home': None,
                   'site': site | {'mpirun': mpirun},
                   'attempts': attempts} | more, f)

def start_agent():
    agent = os.environ['FT_BUILDDIR'] + '/fedtwin-agent'
    return subprocess.Popen([agent, 'file.json'])

def run_agent():
    return start_agent().wait()

def await_progress(agent, where):
    name = where + '/progress.ndjson'
    while not os.path.exists(name) or not open(name).read():
        assert agent.poll() is None
        time.sleep(0.02)

def record(where):
    with open(where + '/result.json') as f:
        return json.load(f)

HEAT = os.environ['FT_BUILDDIR'] + '/fedtwin-heat'
EOT

test_expect_success 'the launcher of the site gets ranks and nodes' '
	cat >prog <<-\EOT &&
	#!/bin/sh
	exit 0
	EOT
	chmod +x prog &&
	cat >launch <<-\EOT &&
	#!/bin/sh
	echo "$1 $2"
	shift 2
	exec "$@"
	EOT
	chmod +x launch &&
	"$PYTHON" - <<-EOT
	import sys
	sys.path.append(".")
	from tell import *
	here = os.getcwd()
	rows = [({"ranks": 2}, "n=2 N=1"), ({"ranks": 3}, "n=3 N=2"),
	        ({"ranks": 4, "nodes": 1}, "n=4 N=1"),
	        ({"ranks": 1, "threads": 4}, "n=1 N=2"), ({}, "n=1 N=1")]
	for i in range(len(rows)):
	    os.mkdir("l%d" % i)
	    open("l%d/task.json" % i, "w").write("{}")
	tell([attempt(here + "/l%d" % i, here + "/prog", i + 1, resources=res)
	      for i, (res, _) in enumerate(rows)],
	     mpirun=[here + "/launch", "n={ranks}", "N={nodes}"],
	     site={"slots": 4, "nodes": 2})
	assert run_agent() == 0
	for i, (_, want) in enumerate(rows):
	    got = open("l%d/stdout.txt" % i).read()
	    assert got == want + "\n", (want, got)
	EOT
'

test_expect_success 'small solves share one warm program' '
	cat >count <<-\EOT &&
	#!/bin/sh
	echo "$0" >>"$0.starts"
	exec mpirun "$@"
	EOT
	chmod +x count &&
	"$PYTHON" - <<-EOT &&
	import sys
	sys.path.append(".")
	from tell import *
	mesh = box([4, 4], [1, 1])
	where = [write_task("solve.heat", dict(
	             scheme="steady", conductivity=on(2, "W/m/K"),
	             fixed={"xmin": q(300 + i, "K")}), {"mesh": (mesh, "mesh")},
	             OUTPUTS, ranks=2) for i in range(4)]
	tell([attempt(w, HEAT, i + 1, serve=True, more=4 - i, outputs=True)
	      for i, w in enumerate(where)],
	     mpirun=[os.getcwd() + "/count", "--oversubscribe", "-n", "{ranks}"])
	assert run_agent() == 0
	ends = [record(w) for w in where]
	assert all(e["outcome"] == "ok" for e in ends), ends
	assert all("temperature" in e["outputs"] for e in ends), ends
	EOT
	test_line_count = 1 count.starts
'

test_expect_success 'the walltime is near: checkpoint, and the rest later' '
	"$PYTHON" - <<-EOT
	import sys, signal, time
	sys.path.append(".")
	from tell import *
	mesh = box([4, 4], [1, 1])
	def write(end_s, restart=None):
	    return write_task("solve.heat", dict(
	        scheme="bdf2", step=q(0.5, "s"), end=q(end_s, "s"),
	        initial_temperature=q(300, "K"), conductivity=on(35, "W/m/K"),
	        density=on(7200, "kg/m3"), specific_heat=on(440.5, "J/kg/K"),
	        fixed_function={"xmax": "300 + 50*sin(pi*t/20)"}, every=1000),
	        {"mesh": (mesh, "mesh")}, OUTPUTS, ranks=2,
	        restart=restart)
	long = 500000
	where = write(long)
	tell([attempt(where, HEAT, 1)])
	agent = start_agent()
	await_progress(agent, where)
	agent.send_signal(signal.SIGUSR1)
	assert agent.wait(60) == 1
	end = record(where)
	assert (end["outcome"], end["exit_code"]) == ("preempted", 75), end
	at = where + "/checkpoint"
	assert os.listdir(at)
	steps = json.loads(open(where + "/progress.ndjson").readlines()[-1])["step"]
	rest = write(long, restart=at)     # it is one of this calculation
	tell([attempt(rest, HEAT, 2)])
	agent = start_agent()
	await_progress(agent, rest)
	agent.terminate()
	assert agent.wait(60) == 1
	first = json.loads(open(rest + "/progress.ndjson").readline())["step"]
	assert first > steps, (first, steps)
	EOT
'

test_expect_success 'programs that do not handle the signal go on under mpirun' '
	"$PYTHON" - <<-EOT
	import sys, signal, time
	sys.path.append(".")
	from tell import *
	here = os.getcwd()
	os.mkdir("plain")
	open("plain/task.json", "w").write("{}")
	tell([attempt(here + "/plain", "/bin/sh", 1,
	              argv=["/bin/sh", "-c", "echo x; sleep 1.5; echo done"])])
	agent = start_agent()
	while not os.path.exists("plain/stdout.txt") or \
	        open("plain/stdout.txt").read() != "x\nx\n":
	    assert agent.poll() is None
	    time.sleep(0.02)
	agent.send_signal(signal.SIGUSR1)
	assert agent.wait(60) == 0, record("plain")
	assert open("plain/stdout.txt").read() == "x\nx\ndone\ndone\n"
	EOT
'

test_done
