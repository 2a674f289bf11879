#!/bin/sh
test_description='fedtwin release lets held tasks start'
. "$(dirname "$0")/harness.sh"
# shellcheck source=t/steer.sh
. "$FT_SRCDIR/t/steer.sh"

test_expect_success 'one cell of a held stage is released' '
	steer_workflow && fedtwin init &&
	steer_go a1 &&
	{ fedtwin run -j 3 gated.yaml >out 2>err & } &&
	runner=$! &&
	test_wait_for 30 grep -q "^a3" started &&
	fedtwin hold last/b &&
	steer_go a2 a3 b1 b2 b3 &&
	test_wait_for 30 grep -q "a\[i=3\] succeeded" err &&
	fedtwin release "last/b[i=2]" >out.release &&
	test_grep "released in run" out.release &&
	test_wait_for 30 grep -q "b\[i=2\] succeeded" err &&
	test_grep ! "b\[i=3\] running" err
'

test_expect_success 'what is not held cannot be released' '
	test_expect_code 2 fedtwin release "last/b[i=2]" 2>err.2 &&
	test_grep "is not held" err.2
'

test_expect_success 'a run whose runner died: released, then resumed' '
	kill -KILL $runner && { wait $runner || :; } &&
	fedtwin release last/b >out &&
	test_grep "has no runner" out &&
	fedtwin resume &&
	printf "%s\n" a1 a2 a3 b1 b2 b3 >want &&
	sort -u started >got && test_cmp want got
'

test_done
