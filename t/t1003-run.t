#!/bin/sh
test_description='fedtwin run: results, reuse, exit codes, streams'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

test_expect_success 'a first run executes everything' '
	write_sweep && fedtwin init &&
	fedtwin run sweep.yaml >out 2>err &&
	test_grep "succeeded: 4 tasks: 4 succeeded" out &&
	test_grep "make\[load=2 N\] succeeded" err &&
	fedtwin data get all.text all.txt &&
	cat >want <<\EOT &&
load 1 N size 2 mm
load 2 N size 2 mm
load 3 N size 2 mm
EOT
	test_cmp want all.txt
'

test_expect_success 'a second run executes nothing and says so' '
	fedtwin run sweep.yaml >out &&
	test_grep "4 tasks: 4 cached" out &&
	test_grep "nothing had to be executed" out
'

test_expect_success 'comments and white space change nothing' '
	sed -i "1i # a comment" sweep.yaml && echo >>sweep.yaml &&
	fedtwin run sweep.yaml >out &&
	test_grep "4 tasks: 4 cached" out
'

test_expect_success 'another parameter runs again, only what depends on it' '
	fedtwin run -p size="3 mm" sweep.yaml >out &&
	test_grep "4 tasks: 4 succeeded" out &&
	fedtwin run sweep.yaml >out &&
	test_grep "4 tasks: 4 cached" out
'

test_expect_success 'a changed script runs its stage again' '
	echo "echo more >>\"\$out\"" >>join.sh &&
	fedtwin run sweep.yaml >out &&
	test_grep "4 tasks: 1 succeeded, 3 cached" out
'

test_expect_success 'equal content stops the wave: early cut-off' '
	sed -i "s/echo \"made/echo \"remade/" sweep.yaml &&
	fedtwin run sweep.yaml >out &&
	test_grep "4 tasks: 3 succeeded, 1 cached" out
'

test_expect_success '--fresh reuses nothing' '
	fedtwin run --fresh sweep.yaml >out &&
	test_grep "4 tasks: 4 succeeded" out
'

test_expect_success '--json: one document on stdout, progress on stderr' '
	fedtwin run --json sweep.yaml >json 2>err &&
	"$PYTHON" - <<\EOT
import json
d = json.load(open("json"))
assert d["schema"] == 1 and d["state"] == "succeeded", d
assert [t["state"] for t in d["tasks"]] == ["cached"] * 4
EOT
'

test_expect_success 'a failed task: status 1, its cause, what depends on it waits' '
	cat >fail.yaml <<\EOT &&
fedtwin: 1
workflow: fail
stages:
  good: {run: [sh, -c, "echo x >x"], out: {x: {type: file, path: x}}}
  bad:
    shell: echo "no water in the pump" >&2; exit 3
    needs: [good]
  later: {run: ["true"], needs: [bad]}
EOT
	test_expect_code 1 fedtwin run fail.yaml >out 2>err &&
	test_grep "bad" err && test_grep "no water in the pump" err &&
	test_grep "fedtwin logs" err &&
	test_grep "1 failed" out && test_grep "1 waiting" out
'

test_expect_success 'an output beside the workflow is not the stage'"'"'s' '
	cat >own.yaml <<\EOT &&
fedtwin: 1
workflow: own
stages:
  a:
    run: [cp, "${in.s}", all.txt]
    in: {s: sweep.yaml}
    out: {o: {type: file, path: all.txt}}
EOT
	cp all.txt before.txt &&
	fedtwin run own.yaml &&
	test_cmp before.txt all.txt &&
	fedtwin data get a.o - >got && test_cmp sweep.yaml got
'

test_expect_success 'a stage without outputs is done once, or always if it says so' '
	cat >tell.yaml <<EOT &&
fedtwin: 1
workflow: tell
stages:
  once: {shell: "echo once >>$PWD/told"}
  always: {shell: "echo always >>$PWD/told", cache: never}
EOT
	fedtwin run -j 1 tell.yaml && fedtwin run -j 1 tell.yaml >out &&
	test_grep "1 succeeded, 1 cached" out &&
	sort told >got && printf "always\nalways\nonce\n" >want &&
	test_cmp want got
'

test_expect_success 'cells with the same recipe keep their own names' '
	cat >same.yaml <<\EOT &&
fedtwin: 1
workflow: same
stages:
  a:
    matrix: {i: [1, 2, 3]}
    shell: echo hi >f
    out: {f: {type: file, path: f}}
  b: {run: [cat, "${in.f}"], in: {f: "${a.f{i = 2}}"}}
EOT
	fedtwin run same.yaml && fedtwin run same.yaml >out &&
	test_grep "4 cached" out &&
	fedtwin data ls a. >out && test "$(grep -c "^a.f{i=[123]}" out)" = 3
'

test_expect_success '--keep-going runs what does not depend on it' '
	cat >keep.yaml <<\EOT &&
fedtwin: 1
workflow: keep
stages:
  bad: {run: ["false"]}
  after: {run: ["true"], needs: [bad]}
  slow: {run: [sleep, "0.3"]}
  other: {run: ["true"], needs: [slow]}
EOT
	test_expect_code 1 fedtwin run -k keep.yaml >out 2>err &&
	test_grep "2 succeeded" out && test_grep "1 failed" out
'

test_expect_success 'an invalid workflow: status 3, no run' '
	echo "fedtwin: 7" >seven.yaml &&
	ls .fedtwin/runs >before &&
	test_expect_code 3 fedtwin run seven.yaml 2>err &&
	ls .fedtwin/runs >after && test_cmp before after
'

test_expect_success '--deadline ends the run: status 6' '
	cat >slow.yaml <<\EOT &&
fedtwin: 1
workflow: slow
stages: {a: {run: [sleep, "60"]}}
EOT
	test_expect_code 6 timeout 30 fedtwin run --deadline "0.5 s" slow.yaml >out &&
	test_grep "1 expired" out &&
	test_expect_code 2 fedtwin run --deadline 5 slow.yaml 2>err &&
	test_grep "deadline" err
'

test_expect_success '-n shows the plan and runs nothing' '
	ls .fedtwin/runs >before &&
	fedtwin run -n sweep.yaml >out &&
	test_grep "0 tasks would run, 4 would be reused" out &&
	ls .fedtwin/runs >after && test_cmp before after
'

test_expect_success '-d prints the id; the run goes on without us' '
	cat >later.yaml <<EOT &&
fedtwin: 1
workflow: later
stages:
  a:
    shell: read x <$PWD/gate; echo \$x >x
    out: {x: {type: file, path: x}}
EOT
	mkfifo gate &&
	id=$(fedtwin run -d later.yaml) &&
	fedtwin status "$id" >out && test_grep "running" out &&
	echo done >gate &&
	fedtwin logs -f "$id/a" &&
	until fedtwin status "$id" | grep -q succeeded; do :; done &&
	test "$(fedtwin data get a.x -)" = done
'

test_done
