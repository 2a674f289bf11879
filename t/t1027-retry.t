#!/bin/sh
test_description='fedtwin retry executes tasks again, and what follows from them'
. "$(dirname "$0")/harness.sh"
# shellcheck source=t/steer.sh
. "$FT_SRCDIR/t/steer.sh"

# 'made' counts executions; 'source' is what a makes, unknown to the key.
cat >chain.yaml <<EOT
fedtwin: 1
workflow: chain
stages:
  a:
    matrix: {i: [1, 2]}
    shell: echo a\${matrix.i} >>$PWD/made; cat $PWD/source >o
    out: {o: {type: file, path: o}}
  b:
    matrix: {i: [1, 2]}
    in: {o: "\${a.o{i = matrix.i}}"}
    shell: echo b\${matrix.i} >>$PWD/made; cp "\${in.o}" p
    out: {p: {type: file, path: p}}
  c:
    in: {p: "\${b.p}"}
    run: [sh, -c, "echo c >>$PWD/made; cat \"\$@\" >q", sh, "\${in.p}"]
    out: {q: {type: file, path: q}}
  d:
    needs: [a]
    shell: echo d >>$PWD/made
EOT

made() { # NAME...: exactly these were executed since the last time
	printf '%s\n' "$@" | sort >want.made &&
	sort made >got.made && : >made &&
	test_cmp want.made got.made
}

test_expect_success 'a succeeded task is executed again, equal content ends it' '
	fedtwin init && echo 1 >source &&
	fedtwin run chain.yaml && made a1 a2 b1 b2 c d &&
	fedtwin retry "last/a[i=1]" >out &&
	test_grep "succeeded: 6 tasks" out &&
	made a1
'

test_expect_success 'new content goes on to what depends on it, and no further' '
	echo 2 >source &&
	fedtwin retry "last/a[i=2]" &&
	made a2 b2 c &&
	test "$(fedtwin data get c.q - | tr -d "\n")" = 12
'

test_expect_success 'a stage means all of its tasks' '
	fedtwin retry last/b c &&
	made b1 b2 c &&
	test "$(steer_count retry $(ls .fedtwin/runs))" = 3
'

test_expect_success 'nothing has failed; a task is unknown' '
	test_expect_code 2 fedtwin retry last 2>err &&
	test_grep "no task of run .* has failed" err &&
	test_expect_code 2 fedtwin retry last/x 2>err &&
	test_grep "no stage or task .x." err &&
	test_must_be_empty made
'

test_expect_success 'what failed is tried again by a live runner' '
	steer_workflow && rm -rf .fedtwin && fedtwin init &&
	cat >some.yaml <<-EOT &&
	fedtwin: 1
	workflow: some
	stages:
	  bad: {shell: "echo bad >>$PWD/made; test -e $PWD/repaired"}
	  after: {needs: [bad], shell: "echo after >>$PWD/made"}
	  slow: {shell: "$PWD/gate slow"}
	EOT
	id=$(fedtwin run -d -j 2 some.yaml) &&
	steer_started slow &&
	test_wait_for 30 grep -q "bad failed" .fedtwin/runs/$id/runner.log &&
	: >repaired &&
	fedtwin retry $id >out && test_grep "tries again" out &&
	test_wait_for 30 grep -q after made &&
	steer_go slow &&
	fedtwin wait $id &&
	made after bad bad
'

test_expect_success 'a task that runs is not repeated' '
	rm go.* && : >started &&
	id=$(fedtwin run -d --fresh -j 1 gated.yaml) &&
	steer_started a1 &&
	test_expect_code 2 fedtwin retry "$id/a[i=1]" 2>err &&
	test_grep "has not ended yet" err &&
	steer_go a1 && test_wait_for 30 steer_number 2 &&
	next=$(tail -n 1 started) &&
	case $next in
	b1)	test_expect_code 2 fedtwin retry "$id/a[i=1]" 2>err &&
		test_grep "task .b.i=1.. runs" err ;;
	esac &&
	fedtwin cancel $id
'

test_expect_success 'a retry of an interrupted run outlives its runner, too' '
	rm -rf .fedtwin go.* && : >started && fedtwin init &&
	steer_go a1 a2 a3 b1 b2 b3 &&
	fedtwin run -j 1 gated.yaml && : >started && rm go.a1 &&
	{ fedtwin retry "last/a[i=1]" >out 2>err & } &&
	runner=$! &&
	steer_started a1 &&
	kill -KILL $runner && { wait $runner || :; } &&
	steer_go a1 &&
	fedtwin resume >out &&
	test_grep "6 tasks" out &&
	printf "a1\na1\n" >want && test_cmp want started
'

test_expect_success 'a loop is repeated with all of its turns' '
	cp "$FT_SRCDIR/workflows/examples/loop.yaml" . &&
	fedtwin run loop.yaml && id=$(ls .fedtwin/runs | tail -n 1) &&
	n=$(steer_count started $id) &&
	fedtwin retry "last/solve[turn=3]" >out &&
	test_grep succeeded out &&
	test "$(steer_count started $id)" = $((n + n - 1)) &&
	fedtwin status last >out &&
	test_grep "solve *$((n - 1)) succeeded" out
'

test_expect_success 'rows that tasks were made of cannot be made again' '
	cat >rows.yaml <<-\EOT &&
	fedtwin: 1
	workflow: rows
	stages:
	  list:
	    run: [sh, -c, "printf \"n [1]\\n1\\n2\\n\" >t.csv"]
	    out: {t: {type: table, path: t.csv}}
	  each: {foreach: "${list.t}", run: ["true"]}
	EOT
	fedtwin run rows.yaml &&
	test_expect_code 2 fedtwin retry last/list 2>err &&
	test_grep "each.* are made of rows" err &&
	fedtwin retry last/each
'

test_done
