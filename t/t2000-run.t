#!/bin/sh
test_description='a run executes what is needed, once, in order'
. "$(dirname "$0")/harness.sh"

count() { # runs of the stages that append to the file $1
	test -f "$1" || { echo 0; return; }
	wc -l <"$1" | tr -d ' '
}

LOG=$PWD/log
export LOG

cat >a.yaml <<\EOT
fedtwin: 1
workflow: chain
params:
  n: {type: integer, default: 1}
stages:
  first:
    shell: 'echo first >>"$LOG"; echo ${params.n} >n.txt; echo done'
    out: {n: {type: file, path: n.txt}}
  half:
    in: {n: "${first.n}"}
    shell: 'echo half >>"$LOG"; read n <"${in.n}"; echo $((n / 2)) >half.txt'
    out: {n: {type: file, path: half.txt}}
  last:
    in: {n: "${half.n}"}
    shell: 'echo last >>"$LOG"; cp "${in.n}" out.txt'
    out: {n: {type: file, path: out.txt}}
EOT

test_expect_success 'stages run in the order of their data' '
	fedtwin init . &&
	fedtwin run a.yaml &&
	printf "first\nhalf\nlast\n" >want &&
	test_cmp want log
'

test_expect_success 'unchanged: a second run executes nothing and says so' '
	rm log &&
	fedtwin run a.yaml >out &&
	test $(count log) = 0 &&
	test_grep "nothing had to be executed" out &&
	fedtwin status last --json >json &&
	test "$(test_json "d[\"tasks\"][0][\"state\"]" json)" = cached
'

test_expect_success 'a result with the same content ends the change there' '
	fedtwin run -p n=0 a.yaml &&
	printf "first\nhalf\n" >want &&
	test_cmp want log
'

test_expect_success 'fresh reuses nothing' '
	rm log &&
	fedtwin run --fresh a.yaml &&
	test $(count log) = 3
'

test_expect_success 'the attempt directory keeps logs, not what is stored' '
	dir=$(ls -d .fedtwin/runs/*/work/first.0.1 | tail -n 1) &&
	test -f "$dir/task.json" && test -f "$dir/stdout.txt" &&
	test -f "$dir/result.json" && test ! -e "$dir/n.txt"
'

test_expect_success 'that of a silent task that went well is not kept' '
	test ! -e "$(dirname "$dir")/half.0.1" &&
	fedtwin logs last/half >out &&
	test_must_be_empty out
'

cat >matrix.yaml <<\EOT
fedtwin: 1
workflow: matrix
stages:
  make:
    matrix: {a: [1, 2], b: [x, y]}
    shell: 'echo ${matrix.a}${matrix.b} >o.txt'
    out: {o: {type: file, path: o.txt}}
  each:
    matrix: {a: [1, 2]}
    in: {o: "${make.o{a = matrix.a, b = 'y'}}"}
    shell: 'cat "${in.o}" >p.txt; echo ${matrix.a} >>p.txt'
    out: {p: {type: file, path: p.txt}}
  all:
    in: {o: "${make.o}"}
    run: [sh, -c, 'cat "$@" >all.txt', sh, "${in.o}"]
    out: {all: {type: file, path: all.txt}}
EOT

test_expect_success 'a gather keeps the order, a selector finds its cell' '
	fedtwin run matrix.yaml &&
	fedtwin data get all.all all.txt &&
	printf "1x\n1y\n2x\n2y\n" >want &&
	test_cmp want all.txt &&
	fedtwin data get "each.p{a=2}" p.txt &&
	printf "2y\n2\n" >want &&
	test_cmp want p.txt
'

cat >when.yaml <<\EOT
fedtwin: 1
workflow: when
stages:
  some:
    matrix: {i: [1, 2, 3]}
    when: "${matrix.i > 1}"
    shell: 'echo ${matrix.i} >o.txt'
    out: {o: {type: file, path: o.txt}}
  sum:
    in: {o: "${some.o}"}
    run: [sh, -c, 'cat "$@" >s.txt', sh, "${in.o}"]
    out: {s: {type: file, path: s.txt}}
  never:
    when: "${1 > 2}"
    shell: 'echo >o.txt'
    out: {o: {type: file, path: o.txt}}
  after:
    in: {o: "${never.o}"}
    run: ["false"]
  order:
    needs: [after]
    run: ["true"]
EOT

test_expect_success 'what is skipped is left out, and skips what needs it' '
	fedtwin run when.yaml &&
	fedtwin data get sum.s s.txt &&
	printf "2\n3\n" >want &&
	test_cmp want s.txt &&
	fedtwin status last --json >json &&
	test_json "{t[\"task\"]: t[\"state\"] for t in d[\"tasks\"]}" json >states &&
	test_grep "\"some\[i=1\]\": \"skipped\"" states &&
	test_grep "\"never\": \"skipped\", \"after\": \"skipped\"" states &&
	test_grep "\"order\": \"succeeded\"" states
'

cat >fail.yaml <<\EOT
fedtwin: 1
workflow: fail
stages:
  bad:
    shell: 'echo noise >&2; echo "no convergence at step 4" >&2; exit 3'
  after:
    needs: [bad]
    run: ["true"]
  other:
    run: ["true"]
EOT

test_expect_success 'a failure names its cause; keep going runs the rest' '
	test_expect_code 1 fedtwin run -k fail.yaml 2>err &&
	test_grep "no convergence at step 4 (exit status 3)" err &&
	fedtwin status last --json >json &&
	test_json "[t[\"state\"] for t in d[\"tasks\"]]" json >states &&
	echo "[\"failed\", \"waiting\", \"cached\"]" >want &&
	test_cmp want states
'

cat >retry.yaml <<\EOT
fedtwin: 1
workflow: retry
stages:
  flaky:
    shell: 'echo try >>"$LOG"; test $(wc -l <"$LOG") -ge 3; echo ok >o.txt'
    retry: {max: 5, on: [error]}
    out: {o: {type: file, path: o.txt}}
EOT

test_expect_success 'retried in fresh directories until it succeeds' '
	rm -f log &&
	fedtwin run retry.yaml &&
	test $(count log) = 3 &&
	run=$(ls .fedtwin/runs | tail -n 1) &&
	ls .fedtwin/runs/$run/work >got &&
	printf "flaky.0.1\nflaky.0.2\n" >want && # the third was silent
	test_cmp want got
'

cat >restart.yaml <<\EOT
fedtwin: 1
workflow: restart
stages:
  long:
    shell: |
      state=$(sed -n 's/.*"restart": *"\(.*\)".*/\1/p' task.json)
      if test -n "$state"; then cp "$state/state" o.txt; exit; fi
      mkdir checkpoint; echo half >checkpoint/state; exit 75
    out: {o: {type: file, path: o.txt}}
EOT

test_expect_success 'status 75 goes on from the checkpoint, free of charge' '
	fedtwin run restart.yaml &&
	fedtwin data get long.o o.txt &&
	echo half >want &&
	test_cmp want o.txt
'

cat >optional.yaml <<\EOT
fedtwin: 1
workflow: optional
stages:
  make:
    shell: 'echo a >a.txt'
    out:
      a: {type: file, path: a.txt}
      b: {type: file, path: b.txt, optional: true}
EOT

test_expect_success 'an optional output may be missing, and stays so' '
	fedtwin run optional.yaml &&
	fedtwin run optional.yaml >out &&
	test_grep "1 cached" out &&
	fedtwin data get make.a a.txt &&
	test_must_fail fedtwin data get make.b
'

test_expect_success 'a run can be looked at when its input has gone' '
	cat >gone.yaml <<-\EOT &&
	fedtwin: 1
	workflow: gone
	stages:
	  s:
	    in: {x: gone.txt}
	    run: [cp, "${in.x}", "${out.o}"]
	    out: {o: {type: file, path: o.txt}}
	EOT
	echo x >gone.txt && fedtwin run gone.yaml && rm gone.txt &&
	fedtwin status last >out && test_grep succeeded out &&
	fedtwin why last/s
'

test_expect_success 'no process, no lease and no socket is left' '
	run=$(ls .fedtwin/runs | tail -n 1) &&
	test_must_be_empty .fedtwin/runs/$run/lease &&
	test ! -e .fedtwin/runs/$run/control
'

test_done
