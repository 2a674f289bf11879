#!/bin/sh
test_description='fedtwin why explains the state of a task'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

test_expect_success 'why it ran, why it was reused' '
	run_sweep &&
	fedtwin why last/all >out && test -s out &&
	fedtwin run sweep.yaml &&
	fedtwin why last/all >out && test_grep "reuse\|cached\|same recipe" out
'

test_expect_success 'what had changed' '
	fedtwin run -p size="4 mm" sweep.yaml &&
	fedtwin why "last/make[load=1 N]" >out &&
	test_grep "2 mm" out && test_grep "4 mm" out
'

test_expect_success 'why it failed' '
	cat >fail.yaml <<\EOT &&
fedtwin: 1
workflow: fail
stages:
  bad: {shell: "echo pump broken >&2; exit 7"}
  next: {run: ["true"], needs: [bad]}
EOT
	test_expect_code 1 fedtwin run fail.yaml &&
	fedtwin why last/bad >out && test_grep "pump broken" out &&
	test_grep 7 out &&
	fedtwin why last/next >out && test_grep bad out &&
	fedtwin why last/next --json >json && test_grep "\"state\": *\"waiting\"" json
'

test_expect_success 'a task has to be named' '
	test_expect_code 2 fedtwin why last 2>err && test_grep "RUN/TASK" err
'

test_done
