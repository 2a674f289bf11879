#!/bin/sh
test_description='fedtwin unpause lets a paused run go on'
. "$(dirname "$0")/harness.sh"
# shellcheck source=t/steer.sh
. "$FT_SRCDIR/t/steer.sh"

test_expect_success 'the run goes on at once, with every slot' '
	steer_workflow && fedtwin init &&
	{ fedtwin run -j 2 gated.yaml >out 2>err & } &&
	runner=$! &&
	steer_started a1 a2 &&
	fedtwin pause last && steer_go a1 a2 &&
	test_wait_for 30 grep -q "a\[i=2\] succeeded" err &&
	fedtwin unpause last >out &&
	test_grep "goes on" out &&
	test_wait_for 30 steer_number 4 &&
	steer_go a3 b1 b2 b3 &&
	wait $runner
'

test_expect_success 'both acts are in the journal, once' '
	id=$(ls .fedtwin/runs) &&
	test "$(steer_count pause $id)" = 1 &&
	test "$(steer_count unpause $id)" = 1
'

test_done
