#!/bin/sh
test_description='--serve: one task after another under one mpirun'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/stage/lib.sh"

attempt() { # NAME TASK...
	mkdir "$1" &&
	"$2" "$3" >"$1/task.json"
}

# Without what the tasks have used, which is another number each time.
plain() {
	sed 's/,"user_s":.*}/}/'
}

test_expect_success 'good and bad tasks, each with its streams' '
	attempt a probe_task progress &&
	attempt b probe_task fail_on_last &&
	attempt c probe_task fail_in_petsc &&
	attempt d probe_task progress &&
	mkdir empty &&
	printf "%s\n" "$PWD/a" "$PWD/b" "$PWD/empty" "$PWD/c" "$PWD/d" >dirs &&
	cat >want <<-EOT &&
	{"dir":"$PWD/a","exit_code":0}
	{"dir":"$PWD/b","exit_code":1}
	{"dir":"$PWD/empty","exit_code":1}
	{"dir":"$PWD/c","exit_code":1}
	{"dir":"$PWD/d","exit_code":0}
	EOT
	mpi 2 "$probe" --serve <dirs >raw 2>err &&
	plain <raw >got &&
	test_cmp want got &&
	test_must_be_empty err &&
	test_must_be_empty a/stderr.txt &&
	echo "rank 1 gives up" >want &&
	test_cmp want b/stderr.txt &&
	test_grep "No such file" empty/stderr.txt &&
	test_grep "row 7 of 5" c/stderr.txt &&
	test_grep "1000,\"residual\":0.001" d/progress.ndjson
'

test_expect_success 'an answer comes before the next task is given' '
	mkfifo to from &&
	{ mpi 2 "$probe" --serve <to >from & } &&
	exec 7>to 8<from &&
	echo "$PWD/a" >&7 &&
	read -r first <&8 &&
	first=$(echo "$first" | plain) &&
	test "$first" = "{\"dir\":\"$PWD/a\",\"exit_code\":0}" &&
	echo "$PWD/b" >&7 &&
	read -r second <&8 &&
	second=$(echo "$second" | plain) &&
	test "$second" = "{\"dir\":\"$PWD/b\",\"exit_code\":1}" &&
	exec 7>&- &&
	wait $!
'

test_expect_success 'a directory that is none is answered, and not the end' '
	echo "not absolute" >dirs &&
	echo "$PWD/none" >>dirs &&
	printf "/%5000s\n" x | tr " " y >>dirs &&
	echo "$PWD/a" >>dirs &&
	cat >want <<-EOT &&
	{"dir":"not absolute","exit_code":1}
	{"dir":"$PWD/none","exit_code":1}
	{"dir":"line of over 4095 bytes","exit_code":1}
	{"dir":"$PWD/a","exit_code":0}
	EOT
	mpi 2 "$probe" --serve <dirs >raw 2>err &&
	plain <raw >got &&
	test_cmp want got &&
	test_grep "cannot work in .$PWD/none.: No such file" err
'

test_expect_success 'what a task used is its own, the peak as well' '
	attempt e probe_task eat &&
	attempt f probe_task progress &&
	printf "%s\n" "$PWD/e" "$PWD/f" >dirs &&
	mpi 2 "$probe" --serve <dirs >got &&
	"$PYTHON" - <<-\EOF
	import json
	eat, small = [json.loads(line) for line in open("got")]
	assert eat["user_s"] + eat["system_s"] > 0
	# 64 MiB a rank, and given back
	assert eat["peak_rss_bytes"] > eat["rss_bytes"] + 120e6, eat
	assert small["peak_rss_bytes"] < eat["peak_rss_bytes"] - 120e6, small
	assert small["rss_bytes"] <= small["peak_rss_bytes"]
	EOF
'

test_expect_success 'a server that waits takes no time' '
	mkfifo none some &&
	{ mpi 2 "$probe" --serve <none >some & } &&
	exec 7>none 8<some &&
	echo "$PWD/a" >&7 &&
	read -r first <&8 &&
	"$PYTHON" - "$probe" <<-\EOF &&
	import os, sys, time
	def ticks():
	    n = 0
	    for pid in filter(str.isdigit, os.listdir("/proc")):
	        try:
	            here = os.readlink(f"/proc/{pid}/cwd").startswith(os.getcwd())
	            if here and os.readlink(f"/proc/{pid}/exe") == sys.argv[1]:
	                stat = open(f"/proc/{pid}/stat").read()
	                n += sum(map(int, stat.rsplit(")")[1].split()[11:13]))
	        except OSError:
	            pass
	    return n
	time.sleep(1)
	before = ticks()
	assert before > 0
	time.sleep(3)
	used = (ticks() - before) / os.sysconf("SC_CLK_TCK")
	assert used <= 0.06, used
	EOF
	exec 7>&- &&
	wait $!
'

test_expect_success 'no task at all is fine' '
	mpi 2 "$probe" --serve </dev/null >got &&
	test_must_be_empty got
'

test_done
