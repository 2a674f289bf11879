#!/bin/sh
test_description='fedtwin set changes a run and what its waiting tasks get'
. "$(dirname "$0")/harness.sh"
# shellcheck source=t/steer.sh
. "$FT_SRCDIR/t/steer.sh"

test_expect_success 'jobs: more start at once' '
	steer_workflow && fedtwin init &&
	{ fedtwin run -j 1 gated.yaml >out 2>err & } &&
	runner=$! &&
	steer_started a1 &&
	fedtwin set last jobs=3 >out.set &&
	test_grep "set in run" out.set &&
	steer_started a1 a2 a3
'

test_expect_success 'jobs: fewer wait for what runs' '
	fedtwin set last jobs=1 &&
	steer_go a1 a2 &&
	test_wait_for 30 grep -q "a\[i=1\] succeeded" err &&
	test_wait_for 30 grep -q "a\[i=2\] succeeded" err &&
	steer_started a1 a2 a3 &&
	steer_go a3 &&
	test_wait_for 30 steer_number 4
'

test_expect_success 'a time limit of a waiting task' '
	fedtwin set "last/b[i=3]" timeout="0.2 s" &&
	steer_go b1 b2 &&
	{ wait $runner; test $? = 1; } &&
	fedtwin status last --json >json &&
	test_json "[t[\"outcome\"] for t in d[\"tasks\"] if t[\"state\"] == \
		\"failed\"]" json >got &&
	echo "[\"timeout\"]" >want && test_cmp want got
'

test_expect_success 'of a run without a runner: it counts when resumed' '
	fedtwin set "last/b[i=3]" timeout="1 h" >out &&
	test_grep "counts when the run is resumed" out &&
	steer_go b3 &&
	fedtwin resume
'

test_expect_success 'wrong keys, units and places are refused' '
	rm -f go.* && : >started &&
	{ fedtwin run --fresh -j 1 gated.yaml >out 2>err & } &&
	runner=$! &&
	steer_started a1 &&
	test_expect_code 2 fedtwin set last/b memory=4 2>err.1 &&
	test_grep "memory: " err.1 &&
	test_expect_code 2 fedtwin set last/b memory="4 h" 2>err.2 &&
	test_grep "memory: " err.2 &&
	test_expect_code 2 fedtwin set last memory="4 GB" 2>err.3 &&
	test_grep "set for a stage or task" err.3 &&
	test_expect_code 2 fedtwin set last/b jobs=2 2>err.4 &&
	test_grep "set for a run as a whole" err.4 &&
	test_expect_code 2 fedtwin set last jbos=2 2>err.5 &&
	test_grep "did you mean .jobs.?" err.5 &&
	test_expect_code 2 fedtwin set last jobs=0 2>err.6 &&
	test_grep "no whole number" err.6 &&
	test_expect_code 2 fedtwin set last jobs 2>err.7 &&
	test_grep "not of the form KEY=VALUE" err.7 &&
	fedtwin cancel last && { wait $runner || :; }
'

test_done
