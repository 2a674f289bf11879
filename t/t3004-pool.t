#!/bin/sh
test_description='MPI programs stay warm between tasks; only time tells'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-heat fedtwin-mesh-box

mkdir modules
cat >modules/test.probe.yaml <<EOT
fedtwin-module: 1
module: test.probe
version: "1"
program: $FT_BUILDDIR/t/stage/probe
mpi: true
serve: true
params:
  do: {type: string}
out:
  result: {type: field, unit: K, path: result.h5, optional: true}
EOT

# probe_twin DEED [KEY: VALUE]: three tasks, then the deed and three more.
probe_twin() {
	cat <<-EOF
	fedtwin: 1
	workflow: probe
	stages:
	  before:
	    module: test.probe
	    matrix: {n: [1, 2, 3]}
	    with: {do: nothing}
	    resources: {ranks: 2}
	    cache: never
	  deed:
	    module: test.probe
	    needs: before
	    with: {do: $1}
	    resources: {ranks: 2}
	    cache: never
	    ${2-}
	  after:
	    module: test.probe
	    needs: before
	    matrix: {n: [1, 2, 3]}
	    with: {do: nothing}
	    resources: {ranks: 2}
	    cache: never
	EOF
}

# heat_twin RANKS CELLS POWERS
heat_twin() {
	cat <<-EOF
	fedtwin: 1
	workflow: heat
	stages:
	  mesh:
	    module: mesh.box
	    matrix: {cells: [$2]}
	    with: {size: [1 m, 2 m], cells: ["\${matrix.cells}", 5]}
	    resources: {ranks: $1}
	  heat:
	    module: solve.heat
	    in: {mesh: "\${mesh.mesh{cells = matrix.cells}}"}
	    matrix: {cells: [$2], power: [$3]}
	    with:
	      conductivity: 2 W/m/K
	      fixed: {xmin: 300 K}
	      power: {domain: "\${matrix.power}"}
	    resources: {ranks: $1}
	EOF
}

cat >show.py <<\EOT
import json, sys
shown = json.load(sys.stdin)
for t in shown.get("tasks", []):
    job = t["job"] or ""
    print(t["task"], t["state"], t["attempts"],
          job if job.startswith("pool ") else "alone")
for o in shown.get("objects", []):
    print(o["ref"], o["content"])
EOT

# The tasks of the last run and where they were, a line each.
tasks() {
	fedtwin status last -t --json | "$PYTHON" show.py
}

# The contents of all objects, sorted.
contents() {
	fedtwin data ls --json | "$PYTHON" show.py | sort
}

# A file without what the launcher of Open MPI 5 adds, between rules.
said() { # FILE
	tr -d "\000" <"$1" | sed "/^-----/,/^-----/d"
}

for ranks in 1 2
do
	test_expect_success "$ranks ranks: the same bits, warm or not, in any order" '
		rm -rf .fedtwin &&
		fedtwin init &&
		heat_twin $ranks "6, 4, 5" "3 W, 1 W, 2 W, 4 W" >a.yaml &&
		heat_twin $ranks "4, 5, 6" "4 W, 2 W, 1 W, 3 W" >b.yaml &&
		fedtwin run --no-pool a.yaml &&
		tasks >got &&
		test_line_count = 15 got &&
		test_must_fail grep -v "succeeded 1 alone" got &&
		contents >cold &&
		for file in a.yaml b.yaml
		do
			fedtwin run --fresh $file &&
			tasks >got &&
			test_line_count = 15 got &&
			test_must_fail grep -v "succeeded 1 pool" got &&
			contents >warm &&
			test_cmp cold warm || return 1
		done
	'
done

test_expect_success 'files of a warm task are those of any other' '
	rm -rf .fedtwin &&
	fedtwin init &&
	probe_twin fail_on_last >fail.yaml &&
	test_expect_code 1 fedtwin run -k --no-pool fail.yaml &&
	work=$(echo .fedtwin/runs/*/work) &&
	ls "$work/deed.0.1" >want &&
	said "$work/deed.0.1/stderr.txt" >want.err &&
	fedtwin status last -t | grep deed | sed "s/ failed .* MiB/ failed/" >want.status &&
	rm -rf .fedtwin &&
	fedtwin init &&
	test_expect_code 1 fedtwin run -k fail.yaml &&
	work=$(echo .fedtwin/runs/*/work) &&
	ls "$work/deed.0.1" >got &&
	test_cmp want got &&
	test_cmp want.err "$work/deed.0.1/stderr.txt" && test -s want.err &&
	fedtwin status last -t | grep deed | sed "s/ failed .* MiB/ failed/" >got &&
	test_cmp want.status got &&
	tasks >got &&
	test_grep "^deed failed 1 pool 1$" got &&
	test_grep "^after.n=3. succeeded 1 pool 1$" got &&
	fedtwin why last/deed >got &&
	test_grep "^failed after 1 attempt in pool 1, outcome" got &&
	fedtwin why "last/after[n=1]" >got &&
	test_grep "^executed in this run, attempt 1 in pool 1$" got
'

test_expect_success 'who crashes a pool is tried alone, and is to blame' '
	probe_twin crash >crash.yaml &&
	test_expect_code 1 fedtwin run -k crash.yaml 2>err &&
	tasks >got &&
	test_grep "^deed failed 2 alone$" got &&
	grep after got >others &&
	test_line_count = 3 others &&
	test_must_fail grep -v "succeeded 1 pool" others &&
	test_grep "it is tried again alone" .fedtwin/runs/*/journal
'

test_expect_success 'who crashed by the fault of others costs no retry' '
	probe_twin crash_later >later.yaml &&
	fedtwin run later.yaml &&
	tasks >got &&
	test_grep "^deed succeeded 2 alone$" got
'

test_expect_success 'a time-out is that of one task' '
	probe_twin hang "timeout: 1 s" >hang.yaml &&
	test_expect_code 1 fedtwin run -k hang.yaml &&
	tasks >got &&
	test_grep "^deed failed 1 pool 1$" got &&
	grep -c "^after.*succeeded 1 pool" got >n &&
	echo 3 >want && test_cmp want n &&
	fedtwin status last -t >got &&
	test_grep "timed out after 1 s" got
'

test_expect_success 'the setting turns pools off' '
	FEDTWIN_POOL=false fedtwin run later.yaml &&
	tasks >got &&
	test_must_fail grep pool got
'

# tagged RUN: the processes that have its tag.
tagged() {
	grep -lzs "^FEDTWIN_TAG=$1/" /proc/[0-9]*/environ
}
untagged() {
	test -z "$(tagged "$1")"
}

test_expect_success 'a pool ends when its runner dies' '
	probe_twin nothing >none.yaml &&
	sed "s/do: nothing/do: hang/" none.yaml >hang.yaml && rm -f err &&
	{ fedtwin run -j 2 hang.yaml 2>err & } &&
	runner=$! &&
	test_wait_for 30 test_grep "before.n=1. running" err &&
	run=$(sed -n "s/.* run \([^ ]*\) of .*/\1/p" err) &&
	test_wait_for 30 grep -q step .fedtwin/runs/$run/work/before.0.1/progress.ndjson &&
	test -n "$(tagged $run/pool-1)" &&
	kill -9 $runner &&
	test_expect_code 137 wait $runner &&
	fedtwin cancel $run &&
	untagged $run
'

test_done
