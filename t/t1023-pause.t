#!/bin/sh
test_description='fedtwin pause starts nothing more, and survives the runner'
. "$(dirname "$0")/harness.sh"
# shellcheck source=t/steer.sh
. "$FT_SRCDIR/t/steer.sh"

test_expect_success 'what runs goes on, nothing more starts' '
	steer_workflow && fedtwin init &&
	{ fedtwin run -j 1 gated.yaml >out 2>err & } &&
	runner=$! &&
	steer_started a1 &&
	id=$(ls .fedtwin/runs) &&
	fedtwin pause -m "too hot" last >out.pause &&
	test_grep "run $id is paused" out.pause &&
	steer_go a1 &&
	test_wait_for 30 grep -q "a\[i=1\] succeeded" err &&
	test_grep "pause by .*: too hot" err &&
	test "$(steer_count started $id)" = 1
'

test_expect_success 'status and why say so' '
	fedtwin status $id >out &&
	test_grep "paused by .*: too hot; fedtwin unpause $id" out &&
	fedtwin status $id --json >json &&
	test "$(test_json "d[\"paused\"]" json)" = true &&
	fedtwin why "$id/a[i=2]" >out &&
	test_grep "the run is paused by .*: too hot" out
'

test_expect_success 'twice is once' '
	fedtwin pause $id >out &&
	test_grep "paused already" out &&
	test "$(steer_count pause $id)" = 1
'

test_expect_success 'resumed, it stays paused and says so' '
	kill -KILL $runner && { wait $runner || :; } &&
	{ fedtwin resume $id >out 2>err & } &&
	runner=$! &&
	test_wait_for 30 grep -q "the run is paused by" err &&
	test_grep "fedtwin unpause $id" err &&
	fedtwin status $id >out &&
	test_grep "paused by" out &&
	steer_go a2 a3 b1 b2 b3 &&
	fedtwin unpause $id &&
	wait $runner &&
	printf "%s\n" a1 a2 a3 b1 b2 b3 >want &&
	sort started >got && test_cmp want got
'

test_expect_success 'a run without a runner is paused for its resume' '
	rm -f go.* && : >started &&
	{ fedtwin run --fresh -j 1 gated.yaml >out 2>err & } &&
	runner=$! &&
	steer_started a1 &&
	kill -KILL $runner && { wait $runner || :; } &&
	lease=$(cat .fedtwin/runs/*/lease) &&
	fedtwin pause last >out &&
	test_grep "has no runner; when it is resumed it stays paused" out &&
	test "$(cat .fedtwin/runs/*/lease)" = "$lease" &&
	fedtwin unpause last >out &&
	test_grep "fedtwin resume" out &&
	fedtwin cancel last
'

test_expect_success 'a run that has ended is not paused; an unknown one neither' '
	test_expect_code 2 fedtwin pause $id 2>err &&
	test_grep "has ended: succeeded" err &&
	test_expect_code 4 fedtwin pause nonsense 2>err &&
	test_grep "no run .nonsense." err
'

test_done
