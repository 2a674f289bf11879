#!/bin/sh
test_description='fedtwin cancel ends a run and all of its processes'
. "$(dirname "$0")/harness.sh"

test_expect_success 'a run with a runner' '
	mkfifo up &&
	cat >slow.yaml <<EOT &&
fedtwin: 1
workflow: slow
stages:
  a: {shell: "sleep 600 & echo \$! >$PWD/up; wait"}
  b: {run: ["true"], needs: [a]}
EOT
	fedtwin init &&
	id=$(fedtwin run -d slow.yaml) &&
	read -r child <up &&
	timeout 60 fedtwin cancel -m "wrong material" "$id" >out &&
	test_grep "cancelled" out &&
	test_gone "$child" &&
	fedtwin status "$id" >out &&
	test_grep "cancelled" out && test_grep "wrong material" out
'

test_expect_success 'Ctrl-C: status 5' '
	{ fedtwin run slow.yaml >out 2>err & } &&
	runner=$! &&
	read -r child <up &&
	kill -INT $runner &&
	test_expect_code 5 wait $runner &&
	test_gone "$child" &&
	test_grep "2 cancelled" out
'

test_expect_success 'a run whose runner is gone' '
	{ fedtwin run slow.yaml >out 2>err & } &&
	runner=$! &&
	read -r child <up &&
	kill -9 $runner &&
	{ wait $runner || :; } &&
	timeout 60 fedtwin cancel last &&
	test_gone "$child" &&
	fedtwin status last >out && test_grep cancelled out
'

test_expect_success 'one that has ended stays as it ended' '
	fedtwin cancel "$id" >out && test_grep "ended already: cancelled" out
'

test_expect_success 'single tasks: the run goes on without them' '
	. "$FT_SRCDIR/t/steer.sh" &&
	steer_workflow &&
	id=$(fedtwin run -d -j 1 gated.yaml) &&
	steer_started a1 &&
	fedtwin hold "$id/a[i=3]" &&
	fedtwin cancel -m "not needed" "$id/a[i=1]" "a[i=2]" "a[i=3]" >out &&
	test_grep "cancelled in run" out &&
	test_expect_code 1 timeout 60 fedtwin wait $id &&
	test_gone $(cat pid.a1) &&
	fedtwin status -t $id >out &&
	test_grep "a\[i=2\] *cancelled .*cancelled by .*: not needed" out &&
	test_grep "b\[i=1\] *waiting" out &&
	echo a1 >want && test_cmp want started
'

test_expect_success 'tasks that cannot be cancelled' '
	test_expect_code 2 fedtwin cancel "$id/a[i=1]" 2>err &&
	test_grep "has no runner" err &&
	test_expect_code 2 fedtwin cancel $id b 2>err &&
	test_grep "no task of a run" err
'

test_done
