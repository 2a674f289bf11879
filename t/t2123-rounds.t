#!/bin/sh
test_description='a workflow runs turn after turn until its condition is met'
. "$(dirname "$0")/harness.sh"

LOG=$PWD/log
export LOG

put() {
	cat >"$1"
}

state() { # of the task $1 in the last run
	fedtwin status last --json >json &&
	test_json "[t[\"state\"] for t in d[\"tasks\"] if t[\"task\"] == \"$1\"][0]" \
		json
}

logged() { # WORD...: what ran, in order
	printf "%s\n" "$@" >want && test_cmp want log
}

# The mesh begins with 'start' cells, or as many as the turn before asks for;
# 'side' is a stage that nobody waits for but the next turn.
put turn.yaml <<\EOF
fedtwin: 1
workflow: turn
params: {start: {type: integer, default: 8}}
inputs:
  size: {type: file, optional: true}
outputs:
  field: "${solve.field}"
  size: "${estimate.size}"
  error: "${estimate.error}"
stages:
  mesh:
    in: {size: "${inputs.size}"}
    shell: |
      { cat ${in.size}; echo ${params.start}; } </dev/null | head -n 1 >mesh
      echo mesh $(cat mesh) >>"$LOG"
    out: {mesh: {type: file, path: mesh}}
  solve:
    in: {mesh: "${mesh.mesh}"}
    shell: cp ${in.mesh} field; echo solve $(cat field) >>"$LOG"
    out: {field: {type: file, path: field}}
  estimate:
    in: {field: "${solve.field}"}
    shell: |
      n=$(cat ${in.field})
      printf 'error [1]\n%s\n' $n >error.csv
      echo $((n / 2)) >size
      echo estimate $n >>"$LOG"
    out:
      error: {type: table, path: error.csv}
      size: {type: file, path: size}
EOF

put outer.yaml <<\EOF
fedtwin: 1
workflow: outer
params: {tolerance: {type: number, default: 3}}
stages:
  adapt:
    use: turn.yaml
    loop:
      until: "${out.error.error < params.tolerance}"
      max: 5
      carry: {size: "${out.size}"}
  show:
    in: {f: "${adapt.field}", second: "${adapt.field{turn = 2}}"}
    shell: cat ${in.f} ${in.second} >shown; echo show >>"$LOG"
    out: {shown: {type: file, path: shown}}
EOF

test_expect_success 'before: the first turn, and how many may follow' '
	fedtwin init . && fedtwin check outer.yaml &&
	fedtwin plan outer.yaml >out &&
	test_grep "^adapt.mesh *1 *0 *0 .*; up to 4 more turns" out &&
	test_grep "^adapt.estimate *1 *0 *0 .*; up to 4 more turns" out &&
	test_grep "4 tasks would run, 0 would be reused, .* up to 4 more turns" out
'

test_expect_success 'turn after turn, until the condition holds' '
	fedtwin run outer.yaml >out 2>err &&
	logged "mesh 8" "solve 8" "estimate 8" "mesh 4" "solve 4" "estimate 4" \
		"mesh 2" "solve 2" "estimate 2" show &&
	test_grep "10 tasks: 10 succeeded" out &&
	test_grep "adapt.estimate\[turn=3\]: converged after turn 3: out.error.error < params.tolerance, out.error.error = 2" err
'

test_expect_success 'the last turn stands for the loop, a chosen one for itself' '
	printf "2\n4\n" >want && fedtwin data get show.shown - >got &&
	test_cmp want got &&
	test "$(fedtwin data get adapt.mesh.mesh -)" = 2 &&
	test "$(fedtwin data get "adapt.mesh.mesh{turn=1}" -)" = 8
'

test_expect_success 'why: how it ended, and that the others were not needed' '
	fedtwin why "last/adapt.mesh[turn=3]" >out &&
	test_grep "the loop converged after turn 3" out &&
	fedtwin why "last/adapt.solve[turn=4]" >out &&
	test_grep "not needed: the loop ended before" out &&
	test_grep "the loop converged after turn 3" out
'

test_expect_success 'lineage goes from turn to turn' '
	fedtwin lineage adapt.solve.field >out &&
	test_grep "by adapt.solve\[turn=3\]" out &&
	test_grep "by adapt.estimate\[turn=2\]" out &&
	test_grep "by adapt.mesh\[turn=1\]" out
'

test_expect_success 'unchanged: everything is reused, and it ends where it did' '
	rm log && fedtwin plan outer.yaml >out &&
	test_grep "0 tasks would run, 10 would be reused, 0 skipped" out &&
	test_grep ! "more turns" out &&
	fedtwin run outer.yaml >out && test_grep "10 tasks: 10 cached" out &&
	test ! -e log
'

test_expect_success 'a stricter condition goes on from the turns that are there' '
	fedtwin plan -p tolerance=1.5 outer.yaml >out &&
	test_grep "^adapt.mesh *1 *3 *0 .*; up to 1 more turns" out &&
	test_grep "^adapt.solve *1 *3 *0 .*; up to 1 more turns" out &&
	fedtwin run -p tolerance=1.5 outer.yaml >out &&
	logged "mesh 1" "solve 1" "estimate 1" show
'

test_expect_success 'too few turns: the loop fails, what depends on it waits' '
	rm log && test_expect_code 1 fedtwin run -p tolerance=0 outer.yaml 2>err &&
	logged "mesh 0" "solve 0" "estimate 0" &&
	test_grep "adapt.estimate\[turn=5\]. failed: did not converge in 5 turns: out.error.error" err &&
	test "$(state show)" = waiting &&
	test "$(state "adapt.mesh[turn=5]")" = succeeded
'

test_expect_success 'resuming comes to the same without running a turn again' '
	rm log && test_expect_code 1 fedtwin resume last && test ! -e log
'

test_expect_success 'on_max: accept takes the last turn' '
	sed "s/max: 5/max: 5\n      on_max: accept/" outer.yaml >accept.yaml &&
	fedtwin run -p tolerance=0 accept.yaml >out 2>err &&
	test_grep "did not converge in 5 turns: .*; accepted" err &&
	printf "0\n4\n" >want && fedtwin data get show.shown - >got &&
	test_cmp want got
'

test_expect_success 'without a condition it does max turns' '
	sed "/until:/d; s/max: 5/max: 2/" outer.yaml >fixed.yaml &&
	fedtwin run fixed.yaml >out 2>err &&
	test_grep "ended after turn 2, the last" err &&
	test_grep "7 tasks: " out
'

test_expect_success 'each cell of a matrix loops on its own' '
	cat >matrix.yaml <<-\EOF &&
	fedtwin: 1
	workflow: matrix
	stages:
	  adapt:
	    use: turn.yaml
	    matrix: {start: [16, 3]}
	    with: {start: "${matrix.start}"}
	    loop:
	      while: "${out.error.error > 3}"
	      max: 4
	      carry: {size: "${out.size}"}
	  show:
	    in: {f: "${adapt.field}"}
	    shell: cat ${in.f} >shown
	    out: {shown: {type: file, path: shown}}
	EOF
	fedtwin run matrix.yaml >out 2>err &&
	printf "2\n3\n" >want && fedtwin data get show.shown - >got &&
	test_cmp want got && test_grep "16 tasks: " out &&
	fedtwin status last >out && test_grep "2 of 2 loops ended" out
'

test_expect_success 'a task that is executed again takes all turns along' '
	rm -f log && fedtwin run outer.yaml >out && test ! -e log &&
	fedtwin retry "last/adapt.solve[turn=2]" >out 2>err &&
	logged "solve 8" "solve 4" "solve 2" &&
	fedtwin status last >out && test_grep "converged after turn 3" out &&
	test_grep "adapt.mesh *3 cached" out
'

test_expect_success 'a failure in a turn: the turn waits, and goes on when it is mended' '
	sed "s/    shell: cp \(.*\)/    shell: test \$(cat \${in.mesh}) != 4 || test -e \$LOG.go; cp \1/" \
		turn.yaml >fails.yaml && sed "s/turn.yaml/fails.yaml/" outer.yaml >f.yaml &&
	rm -f log && test_expect_code 1 fedtwin run f.yaml 2>err &&
	test "$(state "adapt.solve[turn=2]")" = failed &&
	test "$(state "adapt.estimate[turn=2]")" = waiting && : >log.go &&
	logged "solve 8" && fedtwin resume last >out 2>err &&
	test_grep "10 tasks: 3 succeeded, 7 cached" out &&
	logged "solve 8" "solve 4" "solve 2"
'

test_expect_success 'a killed runner: the turn goes on where it was' '
	rm -f log log.go && cat >kill.yaml <<-\EOF &&
	fedtwin: 1
	workflow: kill
	inputs: {last: {type: file, optional: true}}
	outputs: {all: "${b.all}", n: "${b.n}"}
	params: {k: {type: number, default: 0}}
	stages:
	  a:
	    in: {last: "${inputs.last}"}
	    shell: |
	      echo a${params.k} >>"$LOG"
	      { cat ${in.last}; echo ${params.k}; } </dev/null >o
	    out: {o: {type: file, path: o}}
	  side:
	    in: {o: "${a.o}"}
	    shell: echo s${params.k} >>"$LOG"; echo >s
	    out: {s: {type: file, path: s}}
	  b:
	    in: {o: "${a.o}", s: "${side.s}"}
	    shell: |
	      echo b${params.k} >>"$LOG"
	      test ${params.k} != 2 || test -e "$LOG.go" || exec sleep 100
	      cp ${in.o} all; printf "n [1]\n${params.k}\n" >n.csv
	    out: {all: {type: file, path: all}, n: {type: table, path: n.csv}}
	EOF
	cat >killed.yaml <<-\EOF &&
	fedtwin: 1
	workflow: killed
	stages:
	  go:
	    use: kill.yaml
	    with: {k: "${turn}"}
	    loop: {until: "${out.n.n > 2}", max: 9, carry: {last: "${out.all}"}}
	EOF
	{ fedtwin run killed.yaml >/dev/null 2>&1 & runner=$!; } &&
	test_wait_for 60 grep -q b2 log &&
	kill -9 $runner && { wait $runner || test $? = 137; } && : >log.go &&
	fedtwin resume last >out &&
	test_grep "9 tasks: 9 succeeded" out &&
	logged a1 s1 b1 a2 s2 b2 b2 a3 s3 b3 &&
	printf "1\n2\n3\n" >want && fedtwin data get go.b.all - >got &&
	test_cmp want got
'

test_expect_success 'when: of a stage in single turns, of all in none' '
	rm -f log && sed "s/^  side:/  side:\n    when: \"\${params.k != 2}\"/;
		s/, s: \"\${side.s}\"//" kill.yaml >when.yaml &&
	sed "s/kill.yaml/when.yaml/" killed.yaml >w.yaml && : >log.go &&
	fedtwin run w.yaml >out && test_grep "9 tasks: .*1 skipped" out &&
	fedtwin plan w.yaml >out &&
	test_grep "0 tasks would run, 8 would be reused, 1 skipped" out &&
	sed "s/    use: /    when: \"\${turn < 3}\"\n    use: /" w.yaml >few.yaml &&
	fedtwin run few.yaml >out 2>err &&
	test_grep "ended with a turn in which all was skipped" err &&
	printf "1\n2\n" >want && fedtwin data get go.b.all - >got &&
	test_cmp want got &&
	sed "s/    use: /    when: \"\${1 > 2}\"\n    use: /" w.yaml >never.yaml &&
	fedtwin run never.yaml >out && test_grep "3 tasks: 3 skipped" out
'

test_expect_success 'a workflow that is used inside goes round with the others' '
	put deep.yaml <<-\EOF &&
	fedtwin: 1
	workflow: deep
	inputs: {size: {type: file, optional: true}}
	outputs: {size: "${inner.size}", error: "${inner.error}"}
	stages:
	  inner: {use: turn.yaml, in: {size: "${inputs.size}"}}
	EOF
	sed "s/turn.yaml/deep.yaml/; /^  show:/,\$d" outer.yaml >nested.yaml &&
	fedtwin run nested.yaml >out 2>err && test_grep "9 tasks: " out &&
	test_grep "adapt.inner.estimate\[turn=3\]: converged after turn 3" err
'

# refused WHERE CODE: the file bad.yaml, which uses used.yaml
refused() {
	test_expect_code 3 fedtwin check bad.yaml 2>err &&
	test_grep "$1: error $2" err
}

bad_loop() { # LOOP
	cat >bad.yaml <<-EOF
	fedtwin: 1
	workflow: bad
	stages:
	  first: {shell: x, out: {o: {type: file, path: o}}}
	  go:
	    use: used.yaml
	    loop: $1
	EOF
}

bad_inner() { # KEYS of a stage of used.yaml
	sed "s/^  solve:/  solve:\n    $1/" turn.yaml >used.yaml &&
	bad_loop "{max: 2, carry: {size: \"\${out.size}\"}}"
}

test_expect_success 'several cases in a turn: a stage for each' '
	put case.yaml <<-\EOF &&
	fedtwin: 1
	workflow: case
	params: {load: {type: integer, default: 1}}
	inputs: {mesh: {type: file}}
	outputs: {field: "${solve.field}"}
	stages:
	  solve:
	    in: {mesh: "${inputs.mesh}"}
	    shell: |
	      echo $(($(cat ${in.mesh}) * ${params.load})) >field
	      echo load ${params.load} $(cat field) >>"$LOG"
	    out: {field: {type: file, path: field}}
	EOF
	put cases.yaml <<-\EOF &&
	fedtwin: 1
	workflow: cases
	inputs: {size: {type: file, optional: true}}
	outputs: {size: "${estimate.size}", error: "${estimate.error}"}
	stages:
	  mesh:
	    in: {size: "${inputs.size}"}
	    shell: "{ cat ${in.size}; echo 4; } </dev/null | head -n 1 >mesh"
	    out: {mesh: {type: file, path: mesh}}
	  push: {use: case.yaml, in: {mesh: "${mesh.mesh}"}}
	  pull:
	    use: case.yaml
	    in: {mesh: "${mesh.mesh}"}
	    with: {load: 10}
	  estimate:
	    in: {a: "${push.field}", b: "${pull.field}"}
	    shell: |
	      cat ${in.a} ${in.b} >>"$LOG"
	      { echo "error [1]"; cat ${in.b}; } >error.csv
	      echo $(($(cat ${in.a}) / 2)) >size
	    out:
	      error: {type: table, path: error.csv}
	      size: {type: file, path: size}
	EOF
	put both.yaml <<-\EOF &&
	fedtwin: 1
	workflow: both
	stages:
	  adapt:
	    use: cases.yaml
	    loop:
	      until: "${out.error.error < 25}"
	      max: 5
	      carry: {size: "${out.size}"}
	EOF
	rm -f log && fedtwin run both.yaml >out &&
	grep -v load log >turns && printf "4\n40\n2\n20\n" >want &&
	test_cmp want turns && grep -c load log >count && echo 4 >want &&
	test_cmp want count && test_grep "8 tasks: 8 succeeded" out
'

test_expect_success 'what the loop of a workflow cannot be' '
	cp turn.yaml used.yaml &&
	bad_loop "{until: \"\${out.error.error < 1}\"}" &&
	refused bad.yaml:7:11 "FT0103.*lacks the key .max." &&
	bad_loop "{max: 2, until: \"\${report.x < 1}\"}" &&
	refused bad.yaml:7:30 "FT0302: the turns of .go. have several stages" &&
	bad_loop "{max: 2, until: \"\${out.field.x < 1}\"}" &&
	refused bad.yaml:7:30 "FT0302: output .field. is a file" &&
	bad_loop "{max: 2, until: \"\${out.error < 1}\"}" &&
	refused bad.yaml:7:30 "FT0302: a column has to follow" &&
	bad_loop "{max: 2, until: \"\${out.none.x < 1}\"}" &&
	refused bad.yaml:7:30 "FT0302: the workflow of stage .go. has no output .none." &&
	test_grep "hint: there is field, size, error" err &&
	bad_loop "{max: 2, carry: {sise: \"\${out.size}\"}}" &&
	refused bad.yaml:7:28 "FT0109: workflow .used.yaml. has no input .sise." &&
	bad_loop "{max: 2, carry: {size: \"\${out.sise}\"}}" &&
	refused bad.yaml:7:34 "FT0109: the workflow of stage .go. has no output .sise." &&
	bad_loop "{max: 2, carry: {size: \"\${out.error}\"}}" &&
	refused bad.yaml:7:34 "FT0113: input .size. takes a file, but .go.error. is a table"
'

test_expect_success 'what a stage in there cannot have' '
	bad_inner "matrix: {a: [1, 2]}" &&
	refused used.yaml:18:5 "FT0115: stage .go.solve. cannot have .matrix.: the loop of .go. repeats its workflow" &&
	test_grep "hint: .*write a stage for each case of a turn" err &&
	bad_inner "foreach: [1, 2]" &&
	refused used.yaml:18:5 "FT0115: stage .go.solve. cannot have .foreach." &&
	bad_inner "loop: {max: 2}" &&
	refused used.yaml:18:5 "FT0115: stage .go.solve. cannot have .loop." &&
	bad_inner "needs: mesh" &&
	refused used.yaml:18:5 "FT0115: stage .go.solve. cannot have .needs." &&
	bad_inner "env: {T: \"\${turn}\"}" &&
	refused used.yaml:18:17 "FT0302: .turn. cannot stand here" &&
	sed "s/^  estimate:/  estimate:\n    optional: true/" turn.yaml >used.yaml &&
	bad_loop "{max: 2, until: \"\${out.error.error < 1}\", carry: {size: \"\${out.size}\"}}" &&
	refused bad.yaml:7:27 "FT0115: the condition looks at what .go.estimate. makes, which is optional" &&
	sed "s/, optional: true//" turn.yaml >used.yaml &&
	bad_loop "{max: 2, carry: {size: \"\${out.size}\"}}" &&
	refused bad.yaml:5:3 "FT0103: stage .go. lacks the input .size."
'

test_expect_success 'nothing outside waits for a turn and feeds one' '
	cat >bad.yaml <<-\EOF &&
	fedtwin: 1
	workflow: bad
	stages:
	  go:
	    use: used.yaml
	    in: {late: "${between.o}"}
	    loop: {max: 2}
	  between:
	    in: {o: "${go.early}"}
	    shell: cp ${in.o} o
	    out: {o: {type: file, path: o}}
	EOF
	cat >used.yaml <<-\EOF &&
	fedtwin: 1
	workflow: used
	inputs: {late: {type: file}}
	outputs: {early: "${a.o}"}
	stages:
	  a: {shell: echo >o, out: {o: {type: file, path: o}}}
	  b: {in: {l: "${inputs.late}"}, shell: cat l}
	EOF
	refused "used.yaml:6:3" "FT0111: stages depend on each other in a circle" &&
	sed "/loop:/d" bad.yaml >fine.yaml && fedtwin check fine.yaml
'

test_done
