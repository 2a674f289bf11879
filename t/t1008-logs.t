#!/bin/sh
test_description='fedtwin logs prints what tasks wrote'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

test_expect_success 'of one task' '
	run_sweep &&
	fedtwin logs "last/make[load=2 N]" >out &&
	echo "made make[load=2 N]" >want &&
	test_cmp want out
'

test_expect_success 'of what failed; streams apart' '
	cat >fail.yaml <<\EOT &&
fedtwin: 1
workflow: fail
stages:
  bad: {shell: "echo to-out; echo to-err >&2; exit 1"}
EOT
	test_expect_code 1 fedtwin run fail.yaml &&
	fedtwin logs last >out && test_grep "==> bad <==" out &&
	test_grep to-out out && test_grep to-err out &&
	fedtwin logs last/bad --stderr >out && echo to-err >want &&
	test_cmp want out &&
	fedtwin logs last/bad --stdout >out && echo to-out >want &&
	test_cmp want out
'

test_expect_success 'a task that is not there, or was not executed' '
	test_expect_code 2 fedtwin logs last/bat 2>err &&
	test_grep "did you mean .bad.?" err &&
	fedtwin run sweep.yaml &&
	test_expect_code 4 fedtwin logs last/all 2>err &&
	test_grep "not executed" err
'

test_expect_success '-f follows until the end' '
	mkfifo gate &&
	cat >slow.yaml <<EOT &&
fedtwin: 1
workflow: slow
stages:
  a: {shell: "echo first; read x <$PWD/gate; echo \$x"}
EOT
	id=$(fedtwin run -d slow.yaml) &&
	{ timeout 60 fedtwin logs -f "$id/a" >out & } &&
	follower=$! &&
	echo last >gate &&
	wait $follower &&
	printf "first\nlast\n" >want &&
	test_cmp want out
'

test_done
