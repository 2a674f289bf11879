#!/bin/sh
test_description='fedtwin watch shows a run as it goes on'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

# A run whose tasks end when the files go-1 ... are there.
write_gated() {
	cat >gated.yaml <<-\EOT
	fedtwin: 1
	workflow: gated
	stages:
	  first:
	    shell: |
	      $PYTHON $FT_SRCDIR/t/await.py $FT_GATES/go-${matrix.i}
	      test ${matrix.i} != 3 || { echo "no third \\033[2Jway" >&2; exit 9; }
	    matrix: {i: [1, 2, 3]}
	    out: {a: {type: file, path: a, optional: true}}
	    cache: never
	  last:
	    run: ["true"]
	    needs: [first]
	EOT
	FT_GATES=$PWD && export FT_GATES && rm -f go-*
}

start_gated() {
	fedtwin run -j 2 --keep-going gated.yaml >/dev/null 2>&1 &
	runner=$!
	test_when_finished "kill -KILL $runner || :"
	test_wait_for 20 sh -c 'fedtwin status last | grep -q "2 running"'
}

drive() { # a script that has Screen
	"$PYTHON" -c 'import sys; sys.path.insert(0, sys.argv[1] + "/t")
from screen import *
exec(sys.stdin.read())' "$FT_SRCDIR"
}

test_expect_success 'no run, a run that has ended' '
	fedtwin init && test_expect_code 4 fedtwin watch 2>err &&
	write_sweep && fedtwin run sweep.yaml &&
	fedtwin watch >out && test_grep "succeeded: 4 tasks: 4 succeeded" out &&
	fedtwin watch last >again && test_cmp out again &&
	test_expect_code 4 fedtwin watch nonesuch
'

test_expect_success 'stages, tasks, a failure; ends with the run and as it' '
	write_gated && start_gated &&
	drive <<-\EOT
	s = Screen(["fedtwin", "watch"], 80, 24)
	s.wait(r"^gated  run \S+  running", r"^ first +╌+ 0/3  running 2",
	       r"^Running \(2\)", r"^ first\[i=1\]  \d+", r"^Waiting",
	       r"^q quit")
	assert s.other and not s.cursor
	open("go-1", "w").close()
	s.wait(r"^ first +━━━╌+ 1/3  running 2", r"25 %")
	open("go-3", "w").close()
	s.wait(r"failed 1", r"^Failures \(1\)", r"first\[i=3\]  no third")
	open("go-2", "w").close()
	assert s.end() == 1
	assert "failed: 4 tasks" in s.text(), s.text()
	EOT
'

test_expect_success 'keys: failures only, pause, cancel only when sure' '
	write_gated && start_gated &&
	drive <<-\EOT
	s = Screen(["fedtwin", "watch", "last"], 40, 10)
	s.wait(r"^gated", r"0/3", r"^q quit")
	s.type("f")
	s.wait(r"^No failures", r"f all")
	s.type("f")
	s.wait(r"^ first")
	s.type("p")
	s.wait(r"paused")
	s.type("p")
	s.wait(r"goes on")
	s.wait_gone(r"paused")
	s.type("c")
	s.wait(r"^cancel this run\?")
	s.type("n")
	s.wait(r"^q quit")
	s.type("cy")
	assert s.end() == 5
	assert "cancelled" in s.text()
	EOT
'

test_expect_success 'scrolling, another size, quitting: the run goes on' '
	write_gated && start_gated &&
	drive <<-\EOT &&
	s = Screen(["fedtwin", "watch"], 40, 8)
	s.wait(r"^ first", r"^q quit")
	top = s.text()
	assert "Waiting" not in top
	s.type("\033[B" * 3)
	s.wait(r"Running")
	s.wait_gone(r"^ first +╌")
	s.type("jjjjjjjjjjjjjjjjjj")
	s.wait(r"Waiting")
	s.type("\033[A" * 20)
	s.wait(r"^ first +╌")
	s.resize(100, 30)
	s.wait(r"Waiting", r"^ first +╌")
	assert s.text().split("\n")[29].startswith("q quit"), s.text()
	s.type("q")
	assert s.end() == 0
	assert "goes on" in s.text()
	EOT
	fedtwin status last >out && test_grep "2 running" out
'

test_expect_success 'a signal gives the terminal back' '
	write_gated && start_gated &&
	drive <<-\EOT
	for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
	    s = Screen(["fedtwin", "watch"], 80, 24)
	    s.wait(r"^q quit")
	    os.kill(s.pid, number)
	    assert s.end() == status
	s = Screen(["fedtwin", "watch"], 80, 24)
	s.wait(r"^q quit")
	assert not termios.tcgetattr(s.fd)[3] & termios.ECHO
	os.kill(s.pid, signal.SIGSEGV)
	assert s.end() == -signal.SIGSEGV
	assert s.was_other
	EOT
'

test_expect_success 'a runner that dies is noticed' '
	write_gated && start_gated &&
	export runner && drive <<-\EOT &&
	s = Screen(["fedtwin", "watch"], 80, 24)
	s.wait(r"^q quit")
	os.kill(int(os.environ["runner"]), signal.SIGKILL)
	assert s.end() == 4
	assert "interrupted" in s.text() and "fedtwin resume" in s.text()
	EOT
	fedtwin cancel last
'

test_expect_success 'off a terminal: a line for each change' '
	write_gated && start_gated &&
	{ fedtwin watch last >out 2>err & } &&
	watcher=$! &&
	test_wait_for 20 grep "run .* of gated.yaml" err &&
	touch go-1 go-2 go-3 &&
	test_expect_code 1 wait $watcher &&
	test_grep "first\[i=2\] succeeded" err &&
	test_grep "first\[i=3\] failed: no third" err &&
	test_grep "failed: 4 tasks" out
'

test_expect_success 'ten thousand tasks: little work, and nothing is missed' '
	{
		printf "fedtwin: 1\nworkflow: many\nstages:\n  all:\n" &&
		printf "    run: [\"true\"]\n    matrix: {i: [" &&
		seq -s , 1 10000 | tr -d "\n" &&
		printf "]}\n"
	} >many.yaml &&
	{ fedtwin run -j 2 many.yaml >/dev/null 2>&1 & } &&
	test_when_finished "kill -KILL $! || :" &&
	test_wait_for 20 sh -c "fedtwin status last | grep -q many" &&
	drive <<-\EOT &&
	s = Screen(["fedtwin", "watch"], 80, 24)
	s.wait(r"^ all +\S+ +\d+/10000", r"/s  eta ")
	began = time.monotonic()
	used = lambda: sum(map(int, open(f"/proc/{s.pid}/stat").read()
	                       .rsplit(")")[1].split()[11:13]))
	before, until = used(), began + 3
	while time.monotonic() < until:
	    s._read(0.1)
	share = (used() - before) / os.sysconf("SC_CLK_TCK") / 3
	print("share of a core:", share)
	assert share < 0.05, share
	s.type("q")
	assert s.end() == 0
	EOT
	fedtwin cancel last
'

test_done
