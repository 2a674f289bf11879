#!/bin/sh
test_description='a loop runs turn after turn until its condition is met'
. "$(dirname "$0")/harness.sh"

LOG=$PWD/log
export LOG

state() { # of the task $1 in the file json
	test_json "[t[\"state\"] for t in d[\"tasks\"] if t[\"task\"] == \"$1\"][0]" \
		json
}

tasks() { # number of tasks that the newest run shows
	fedtwin status last --json >json &&
	test_json 'len(d["tasks"])' json
}

test_expect_success 'the example: a reported number ends it' '
	fedtwin init . &&
	cp "$FT_SRCDIR"/workflows/examples/loop*.yaml . &&
	fedtwin run loop.yaml >out 2>err &&
	test_grep "succeeded: 18 tasks: 18 succeeded" out &&
	test $(tasks) = 18 &&
	fedtwin status last >out &&
	test_grep "report.change < params.tolerance, report.change = 0.0008068" out
'

test_expect_success 'the last turn stands for the loop, here and in the store' '
	fedtwin data get show.answer a.txt && fedtwin data get solve.x x.txt &&
	test_cmp x.txt a.txt && test "$(cat x.txt)" = 0.738760320 &&
	fedtwin data get "solve.x{turn=1}" x1.txt &&
	test "$(cat x1.txt)" = 0.540302306
'

test_expect_success 'unchanged: every turn is reused, and it ends where it did' '
	fedtwin run loop.yaml >out &&
	test_grep "18 tasks: 18 cached" out &&
	fedtwin plan loop.yaml >out &&
	test_grep "0 tasks would run, 18 would be reused, 0 skipped" out &&
	test_grep ! turns out
'

test_expect_success 'a stricter condition goes on from the turns that are there' '
	fedtwin plan -p tolerance=5e-4 loop.yaml >out &&
	test_grep "solve *1 *17 *0 .*; up to 32 more turns" out &&
	fedtwin run -p tolerance=5e-4 loop.yaml >out &&
	test_grep "succeeded: 20 tasks: 3 succeeded, 17 cached" out
'

test_expect_success 'why: how it ended, and that the others were not needed' '
	fedtwin why "last/solve[turn=19]" >out &&
	test_grep "the loop converged after turn 19" out &&
	fedtwin why "last/solve[turn=30]" >out &&
	test_grep "not needed: the loop ended before" out
'

test_expect_success 'each cell of a matrix loops on its own' '
	fedtwin run loop-matrix.yaml >out 2>err &&
	test_grep "ended after turn 4: not out.history.gap > params.tol" err &&
	test_grep "out.history.gap = 0.625 mm" err &&
	test_grep "close\[share=0.7,turn=2\]: ended after turn 2" err &&
	fedtwin data get compare.gaps gaps.txt &&
	fedtwin status last >out && test_grep "2 of 2 loops ended" out &&
	test "$(sed -n 1p gaps.txt)" = 0.625 &&
	test "$(sed -n 3p gaps.txt)" = 2.5
'

cat >count.yaml <<\EOT
fedtwin: 1
workflow: count
params:
  need: {type: number, default: 3}
  most: {type: integer, default: 5}
stages:
  a:
    shell: |
      echo ${turn} >>"$LOG"
      echo '{"n": ${turn}}' >>progress.ndjson
      echo ${turn} >o.txt
    out: {o: {type: file, path: o.txt}}
    loop: {until: "${report.n >= params.need}", max: "${params.most}"}
  b:
    in: {o: "${a.o}"}
    shell: cp ${in.o} o.txt
    out: {o: {type: file, path: o.txt}}
EOT

test_expect_success 'too few turns: the stage fails, what depends on it waits' '
	rm -f log &&
	test_expect_code 1 fedtwin run -p need=9 count.yaml >out 2>err &&
	test $(wc -l <log) = 5 &&
	test_grep "a\[turn=5\]. failed: did not converge in 5 turns: report.n" err &&
	fedtwin status last --json >json &&
	test "$(state "a[turn=4]")" = succeeded &&
	test "$(state "a[turn=5]")" = failed && test "$(state b)" = waiting
'

test_expect_success 'resuming comes to the same without running a turn again' '
	test_expect_code 1 fedtwin resume last &&
	test $(wc -l <log) = 5
'

test_expect_success 'more turns: a new run adds only those' '
	fedtwin run -p need=9 -p most=9 count.yaml >out &&
	printf "%s\n" 1 2 3 4 5 6 7 8 9 >want && test_cmp want log &&
	test_grep "5 succeeded, 5 cached" out
'

test_expect_success 'on_max: accept takes the last turn' '
	sed "s/max: \"/on_max: accept, max: \"/" count.yaml >accept.yaml &&
	fedtwin run -p need=99 accept.yaml >out 2>err &&
	test_grep "did not converge in 5 turns: .*; accepted" err &&
	fedtwin data get b.o o.txt && test "$(cat o.txt)" = 5
'

test_expect_success 'an optional loop that does not converge is left out' '
	sed "s/^  a:/  a:\\n    optional: true/" count.yaml >optional.yaml &&
	fedtwin run -p need=99 optional.yaml >out &&
	test_grep "1 failed (1 optional failed)" out &&
	test $(tasks) = 6 && test "$(state b)" = skipped
'

test_expect_success 'without a condition it does max turns' '
	sed "s/until: [^,]*, //" count.yaml >fixed.yaml &&
	fedtwin run fixed.yaml >out 2>err &&
	test_grep "a\[turn=5\]: ended after turn 5, the last" err
'

test_expect_success 'a false when skips the whole loop, as one task' '
	sed "s/^  a:/  a:\\n    when: \"\${params.need < 0}\"/" count.yaml \
		>when.yaml &&
	fedtwin run when.yaml >out &&
	test_grep "2 tasks: 2 skipped" out && test $(tasks) = 2
'

cat >bad.yaml <<\EOT
fedtwin: 1
workflow: bad
params:
  line: {type: string, default: '{"r": 1}'}
stages:
  a:
    shell: |
      echo '{"r": 0.5}' >>progress.ndjson
      echo ${params.line} >>progress.ndjson
      echo >o.txt
    out: {o: {type: file, path: o.txt}}
    loop: {until: "${report.r < 1}", max: 5}
EOT

diverges() { # LINE WORDS
	test_expect_code 1 fedtwin run -p "line=$1" bad.yaml 2>err &&
	test_grep "a\[turn=1\]. failed: diverged in turn 1: $2" err
}

test_expect_success 'what is not a number ends a loop at once as failed' '
	diverges "{\"r\": NaN}" ".r. is nan" &&
	diverges "{\"r\": Infinity}" ".r. is inf" &&
	diverges "{\"r\": -Infinity}" ".r. is -inf" &&
	diverges "{\"r\": inf}" ".r. is unreadable" &&
	diverges "{\"r\"" ".r. is unreadable"
'

test_expect_success 'what was not reported is an error that says so' '
	sed "s/report.r </report.residual </" bad.yaml >none.yaml &&
	test_expect_code 1 fedtwin run none.yaml 2>err &&
	test_grep "turn 1 did not report .residual." err
'

test_expect_success 'a stage without outputs loops, and is never reused' '
	cat >plain.yaml <<-\EOT &&
	fedtwin: 1
	workflow: plain
	stages:
	  a:
	    shell: echo ${turn} >>"$LOG"
	    loop: {max: 3}
	EOT
	rm log && fedtwin run plain.yaml && fedtwin run plain.yaml &&
	test $(wc -l <log) = 6
'

test_expect_success 'a killed runner: the loop goes on at the right turn' '
	cat >slow.yaml <<-\EOT &&
	fedtwin: 1
	workflow: slow
	stages:
	  a:
	    shell: |
	      echo ${turn} >>"$LOG"
	      test ${turn} != 3 || test -e "$LOG.go" || exec sleep 100
	      echo "{\"n\": ${turn}}" >>progress.ndjson
	      { cat ${in.last}; echo ${turn}; } >o.txt </dev/null
	    out: {o: {type: file, path: o.txt}}
	    loop: {until: "${report.n > 4}", max: 9, carry: {last: "${out.o}"}}
	EOT
	rm log &&
	{ fedtwin run slow.yaml >/dev/null 2>&1 & runner=$!; } &&
	test_wait_for 20 grep -q 3 log &&
	kill -9 $runner && { wait $runner || test $? = 137; } && : >log.go &&
	fedtwin resume last >out &&
	test_grep "5 tasks: 5 succeeded" out &&
	printf "%s\n" 1 2 3 3 4 5 >want && test_cmp want log &&
	fedtwin data get a.o got.txt &&
	printf "%s\n" 1 2 3 4 5 >want && test_cmp want got.txt
'

refused() { # LINE:COLUMN WORDS, of a stage with the loop in the file 'loop'
	{
		printf "fedtwin: 1\nworkflow: w\nstages:\n  a:\n    shell: x\n"
		printf "    out: {o: {type: file, path: o}, t: {type: table}}\n"
		cat loop
	} >refused.yaml
	test_expect_code 3 fedtwin check refused.yaml 2>err &&
	test_grep "refused.yaml:$1: error $2" err
}

test_expect_success 'what a loop cannot be' '
	echo "    loop: {until: \"\${1 < 2}\"}" >loop &&
	refused 7:11 "FT0103.*lacks the key .max." &&
	echo "    loop: {max: 100001}" >loop && refused 7:17 FT0204 &&
	echo "    loop: {max: 3, until: x, while: y}" >loop &&
	refused 7:37 "FT0104.*has .until. and .while." &&
	echo "    loop: {max: 3, until: \"\${report}\"}" >loop &&
	refused 7:30 "FT0302.*a name has to follow" &&
	echo "    loop: {max: 3, until: \"\${out.o.x < 1}\"}" >loop &&
	refused 7:30 "FT0302: output .o. is a file" &&
	echo "    loop: {max: 3, until: \"\${out.t < 1}\"}" >loop &&
	refused 7:30 "FT0302: a column has to follow" &&
	echo "    loop: {max: 3, until: \"\${turn + 1}\"}" >loop &&
	refused 7:27 "FT0303: .until. must be true or false" &&
	echo "    loop: {max: 3, carry: {x: o.txt}}" >loop &&
	refused 7:31 "FT0303: a turn carries an output" &&
	echo "    loop: {max: 3, carry: {x: \"\${out.p}\"}}" >loop &&
	refused 7:31 "FT0109: stage .a. has no output .p." &&
	echo "    matrix: {turn: [1, 2]}" >loop &&
	refused 7:20 "FT0106: an axis cannot be called .turn." &&
	echo "    env: {X: \"\${turn}\"}" >loop &&
	refused 7:17 "FT0302: .turn. cannot stand here"
'

test_done
