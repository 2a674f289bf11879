#!/bin/sh
test_description='fedtwin resume goes on where a killed runner stopped'
. "$(dirname "$0")/harness.sh"

# Stage b tells that it runs, then waits for the file 'go' to be a gate that
# opens: the first time nobody opens it.
test_expect_success 'a runner is killed while its second task runs' '
	mkfifo up go &&
	cat >two.yaml <<EOT &&
fedtwin: 1
workflow: two
stages:
  a: {run: [sh, -c, "echo a >>$PWD/executed; echo a >x"], out: {x: {type: file, path: x}}}
  b:
    shell: echo b >>$PWD/executed; echo \$\$ >$PWD/up; read x <$PWD/go; cp in/x/x y
    in: {x: "\${a.x}"}
    out: {y: {type: file, path: y}}
EOT
	fedtwin init &&
	{ fedtwin run two.yaml >out 2>err & } &&
	runner=$! &&
	read -r task <up &&
	kill -9 $runner &&
	{ wait $runner || :; } &&
	fedtwin status last >out &&
	test_grep "interrupted" out && test_grep "fedtwin resume" out
'

test_expect_success 'resume ends what was left running and repeats only that' '
	{ timeout 60 fedtwin resume >out 2>err & } &&
	resume=$! &&
	read -r again <up &&
	test "$again" != "$task" &&
	test_gone "$task" &&
	echo open >go &&
	wait $resume &&
	test_grep "2 tasks: 2 succeeded" out &&
	printf "a\nb\nb\n" >want &&
	test_cmp want executed &&
	test "$(fedtwin data get b.y -)" = a
'

test_expect_success 'a run that has ended is left alone' '
	fedtwin resume last >out &&
	test_grep "succeeded" out &&
	test_cmp want executed
'

test_expect_success 'an unknown run is named, with a hint' '
	test_expect_code 4 fedtwin resume 19990101 2>err &&
	test_grep "19990101" err
'

test_done
