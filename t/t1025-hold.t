#!/bin/sh
test_description='fedtwin hold keeps tasks from starting, the others go on'
. "$(dirname "$0")/harness.sh"
# shellcheck source=t/steer.sh
. "$FT_SRCDIR/t/steer.sh"

test_expect_success 'a cell and a stage are held' '
	steer_workflow && fedtwin init &&
	{ fedtwin run -j 1 gated.yaml >out 2>err & } &&
	runner=$! &&
	steer_started a1 &&
	fedtwin hold "last/a[i=2]" b >out &&
	test_grep "held in run" out &&
	steer_go a1 &&
	steer_started a1 a3 &&
	id=$(ls .fedtwin/runs) &&
	test_wait_for 30 steer_counted started "$id" 2
'

test_expect_success 'why and status say who holds it' '
	fedtwin why "last/a[i=2]" >out &&
	test_grep "held by .* since .*release \"$id/a\[i=2\]\"" out &&
	fedtwin status last >out &&
	test_grep "held: 4 tasks; fedtwin release" out &&
	fedtwin status -t last >out &&
	test_grep "a\[i=2\] .*(held)" out
'

test_expect_success 'after a resume they are still held' '
	kill -KILL $runner && { wait $runner || :; } &&
	: >started &&
	{ fedtwin resume -j 1 >out 2>err & } &&
	runner=$! &&
	steer_started a3 &&
	steer_go a3 &&
	test_wait_for 30 grep -q "a\[i=3\] succeeded" err &&
	fedtwin hold "last/a[i=2]" &&
	test "$(steer_count started "$id")" = 3 &&
	steer_go a2 b1 b2 b3 &&
	fedtwin release last/a b &&
	wait $runner &&
	test "$(steer_count done $id)" = 6
'

test_expect_success 'what cannot be held is refused, by name' '
	test_expect_code 2 fedtwin hold last/a 2>err &&
	test_grep "has ended: succeeded" err &&
	test_expect_code 2 fedtwin hold last 2>err &&
	test_grep "names no task" err
'

test_expect_success 'started tasks, unknown tasks' '
	rm -f go.* && : >started &&
	{ fedtwin run --fresh -j 1 gated.yaml >out 2>err & } &&
	runner=$! &&
	steer_started a1 &&
	test_expect_code 2 fedtwin hold "last/a[i=1]" 2>err &&
	test_grep "has started already" err &&
	test_expect_code 2 fedtwin hold "last/a[i=4]" 2>err &&
	test_grep "no stage or task .a\[i=4\]" err &&
	test_expect_code 2 fedtwin hold last/bb 2>err &&
	test_grep "did you mean .b.?" err &&
	test "$(steer_count hold $(ls .fedtwin/runs | tail -n 1))" = 0 &&
	fedtwin cancel last && { wait $runner || :; }
'

test_done
