#!/bin/sh
test_description='fedtwin wait ends with the run, and with its status'
. "$(dirname "$0")/harness.sh"
# shellcheck source=t/steer.sh
. "$FT_SRCDIR/t/steer.sh"

test_expect_success 'a run that succeeds: 0, not before its end' '
	steer_workflow && fedtwin init &&
	id=$(fedtwin run -d -j 3 gated.yaml) &&
	{ fedtwin wait $id >out 2>err & } &&
	waiter=$! &&
	steer_started a1 a2 a3 &&
	kill -0 $waiter &&
	steer_go a1 a2 a3 b1 b2 b3 &&
	wait $waiter &&
	test_grep "run $id succeeded" out
'

test_expect_success 'one that has ended' '
	fedtwin wait $id >out &&
	test_grep "run $id succeeded" out
'

test_expect_success 'the timeout comes first: 6, the run goes on' '
	rm go.* && : >started &&
	id=$(fedtwin run -d --fresh -j 1 gated.yaml) &&
	steer_started a1 &&
	test_expect_code 6 fedtwin wait --timeout "0.1 s" $id 2>err &&
	test_grep "goes on after 0.1 s" err &&
	test_expect_code 6 fedtwin wait -t "0 s" $id &&
	fedtwin status $id >out && test_grep running out
'

test_expect_success 'cancelled: 5' '
	{ fedtwin wait $id >out 2>err & } &&
	waiter=$! &&
	fedtwin cancel $id &&
	{ wait $waiter; test $? = 5; } &&
	test_grep cancelled out
'

test_expect_success 'the runner dies: 4, and what to do' '
	: >started &&
	id=$(fedtwin run -d --fresh -j 1 gated.yaml) &&
	steer_started a1 &&
	{ fedtwin wait $id >out 2>err & } &&
	waiter=$! &&
	runner=$(test_json "d[\"pid\"]" .fedtwin/runs/$id/lease) &&
	kill -KILL $runner &&
	{ wait $waiter; test $? = 4; } &&
	test_grep interrupted out && test_grep "fedtwin resume $id" err &&
	test_expect_code 4 fedtwin wait $id &&
	fedtwin cancel $id
'

test_expect_success 'a task fails: 1' '
	printf "fedtwin: 1\nworkflow: bad\nstages:\n  a: {run: [\"false\"]}\n" \
		>bad.yaml &&
	id=$(fedtwin run -d bad.yaml) &&
	test_expect_code 1 fedtwin wait $id
'

test_expect_success 'a timeout needs a unit; a run has to exist' '
	test_expect_code 2 fedtwin wait --timeout 5 $id 2>err &&
	test_grep "timeout" err &&
	test_expect_code 2 fedtwin wait --timeout "-1 s" $id &&
	test_expect_code 4 fedtwin wait 1999
'

test_done
