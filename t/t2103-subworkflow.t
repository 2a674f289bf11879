#!/bin/sh
test_description='a stage uses another workflow, whose stages take its place'
. "$(dirname "$0")/harness.sh"

# Files of a workflow: FILE (line by line on stdin).
put() {
	mkdir -p "$(dirname "$1")" && cat >"$1"
}

states() { # of all tasks of the last run, as task=state
	fedtwin status last --json >states.json &&
	test_json "\" \".join(t[\"task\"] + \"=\" + t[\"state\"] for t in d[\"tasks\"])" \
		states.json
}

test_expect_success 'the example: once for each cell of the matrix' '
	fedtwin init . &&
	for f in subworkflow.yaml rod.yaml ambient.txt
	do
		cp "$FT_SRCDIR/workflows/examples/$f" . || return 1
	done &&
	fedtwin run subworkflow.yaml >out &&
	test_grep "succeeded: 6 tasks" out &&
	fedtwin data get table.rods - >rods &&
	printf "345.00\n291.72\n" >want &&
	test_cmp want rods
'

test_expect_success 'objects are called outer.inner.output' '
	test "$(fedtwin data get "rod.cool.temperature{time=60 s}" -)" = 291.72 &&
	fedtwin data ls rod.excess.excess >out &&
	test_line_count = 3 out &&
	fedtwin why "last/rod.cool[time=10 s]" &&
	fedtwin lineage "rod.cool.temperature{time=10 s}" >out &&
	test_grep "site.ambient" out &&
	fedtwin fsck &&
	fedtwin graph subworkflow.yaml >out &&
	test_grep "\"rod.excess\" -> \"rod.cool\"" out
'

test_expect_success 'one parameter, one cell: the rest is reused' '
	sed "s/60 s/40 s/" subworkflow.yaml >other.yaml &&
	fedtwin run other.yaml >out &&
	test_grep "2 succeeded, 4 cached\|3 succeeded, 3 cached" out
'

test_expect_success 'it runs alone: its inputs have defaults' '
	fedtwin run rod.yaml >out &&
	test "$(fedtwin data get cool.temperature -)" = 300.12
'

test_expect_success 'a run is recalled when its files are gone' '
	mkdir gone && mv ./*.yaml ambient.txt gone &&
	fedtwin status last >out && test_grep "cool *1 succeeded" out &&
	mv gone/* .
'

put deep/top.yaml <<\EOT
fedtwin: 1
workflow: top
stages:
  a:
    use: mid/mid.yaml
    matrix: {x: [1, 2]}
    env: {WHO: "top${matrix.x}", ONLY: top}
    with: {n: "${matrix.x * 10}"}
    in: {seed: "seed${matrix.x}.txt"}
  all:
    shell: 'cat ${in.o} >o.txt'
    in: {o: "${a.o}"}
    out: {o: {type: file, path: o.txt}}
  one:
    shell: 'cat ${in.o} >o.txt'
    in: {o: "${a.o{x = 2, y = 2}}"}
    out: {o: {type: file, path: o.txt}}
EOT
put deep/seed1.txt </dev/null
echo s1 >deep/seed1.txt
echo s2 >deep/seed2.txt
put deep/mid/mid.yaml <<\EOT
fedtwin: 1
workflow: mid
params: {n: {type: integer}}
inputs: {seed: {type: file}}
outputs: {o: "${b.o}"}
stages:
  b:
    use: leaf.yaml
    matrix: {y: [1, 2]}
    with: {m: "${params.n + matrix.y}"}
    in: {seed: "${inputs.seed}", word: word.txt}
EOT
echo word >deep/mid/word.txt
put deep/mid/leaf.yaml <<\EOT
fedtwin: 1
workflow: leaf
params: {m: {type: integer}, k: {type: integer, default: 7}}
inputs: {seed: {type: file}, word: {type: file}}
outputs: {o: "${last.o}"}
stages:
  first:
    shell: 'echo ${params.m} $(cat ${in.s} ${in.w}) $WHO $ONLY >o.txt'
    env: {WHO: leaf}
    in: {s: "${inputs.seed}", w: "${inputs.word}"}
    out: {o: {type: file, path: o.txt}}
  wide:
    matrix: {z: [a, b]}
    shell: 'echo ${params.m} ${matrix.z} $(cat ${in.o}) >o.txt'
    in: {o: "${first.o}"}
    out: {o: {type: file, path: o.txt}}
  last:
    shell: 'cat ${in.all} ${in.b} >o.txt'
    in: {all: "${wide.o}", b: "${wide.o{z = 'b'}}"}
    out: {o: {type: file, path: o.txt}}
EOT

test_expect_success 'nested: each inner stage sees its own cell, paths and env' '
	fedtwin run deep/top.yaml >out &&
	test_grep "succeeded: 18 tasks" out &&
	for c in "11 s1" "12 s1" "21 s2" "22 s2"
	do
		m=${c% *} s=${c#* }
		for z in a b b
		do
			echo "$m $z $m $s word leaf top"
		done
	done >want &&
	fedtwin data get all.o - >got &&
	test_cmp want got &&
	tail -n 3 want >want.one &&
	fedtwin data get one.o - >got &&
	test_cmp want.one got &&
	fedtwin data get "a.b.wide.o{x=1,y=2,z=b}" - >got &&
	test "$(cat got)" = "12 b 12 s1 word leaf top"
'

put all.yaml <<\EOT
fedtwin: 1
workflow: all
params: {on: {type: boolean, default: true}}
stages:
  first: {shell: ':'}
  sub:
    use: inner.yaml
    when: "${params.on and matrix.x > 1}"
    matrix: {x: [1, 2]}
    optional: true
    needs: first
    seed: "${matrix.x + 40}"
    cache: never
  after:
    needs: [sub]
    shell: ':'
EOT
put inner.yaml <<\EOT
fedtwin: 1
workflow: inner
outputs: {o: "${p.o}"}
stages:
  p:
    python: |
      import json
      with open("o.txt", "w") as f: print(json.load(open("task.json"))["seed"], file=f)
    out: {o: {type: file, path: o.txt}}
  q: {needs: p, shell: 'exit 3'}
EOT

test_expect_success 'when, optional, seed, cache and needs hold for all inside' '
	fedtwin run all.yaml >out &&
	test_grep "1 failed (1 optional failed)" out &&
	test "$(states)" = "first=succeeded sub.p[x=1]=skipped sub.p[x=2]=succeeded sub.q[x=1]=skipped sub.q[x=2]=failed after=succeeded" &&
	test "$(fedtwin data get "sub.p.o{x=2}" -)" = 42 &&
	fedtwin why "last/sub.p[x=1]" >out &&
	test_grep "skipped by .when." out &&
	fedtwin plan all.yaml >out && test_grep "cache: never" out &&
	fedtwin run -p on=false all.yaml &&
	test "$(states)" = "first=cached sub.p[x=1]=skipped sub.p[x=2]=skipped sub.q[x=1]=skipped sub.q[x=2]=skipped after=cached"
'

# bad WHERE CODE MESSAGE: the files on hand are refused so.
bad() {
	test_expect_code 3 fedtwin check bad.yaml 2>err &&
	test_grep "$1: error $2: $3" err
}

use() { # what stands in the stage that uses rod.yaml
	printf "fedtwin: 1\nworkflow: bad\nstages:\n  u:\n    use: %s\n" "$1" \
		>bad.yaml
	shift
	for l
	do
		echo "    $l"
	done >>bad.yaml
}

test_expect_success 'parameters are checked as those of a module' '
	use rod.yaml "with: {after: 3 m}" &&
	bad bad.yaml:6:19 FT0203 ".*" &&
	use rod.yaml "with: {aftre: 3 s}" &&
	bad bad.yaml:6:12 FT0110 "workflow .rod.yaml. has no parameter .aftre." &&
	test_grep "did you mean .after." err &&
	use rod.yaml "matrix: {t: [1 s, -1 s]}" "with: {after: \"\${matrix.t}\"}" &&
	bad bad.yaml:7:19 FT0204 ".*" &&
	use deep/mid/mid.yaml "in: {seed: ambient.txt}" &&
	bad bad.yaml:4:3 FT0103 "stage .u. lacks the parameter .n. of workflow"
'

test_expect_success 'inputs and outputs are checked as between stages' '
	use rod.yaml "in: {ambinet: ambient.txt}" &&
	bad bad.yaml:6:10 FT0109 "workflow .rod.yaml. has no input .ambinet." &&
	test_grep "did you mean .ambient." err &&
	use rod.yaml "in: {ambient: rod.yaml}" &&
	bad bad.yaml:6:19 FT0113 "input .ambient. does not take the file" &&
	use deep/mid/mid.yaml "with: {n: 1}" &&
	bad bad.yaml:4:3 FT0103 "stage .u. lacks the input .seed. (a file)" &&
	use rod.yaml &&
	echo "  v: {shell: \":\", in: {t: \"\${u.heat}\"}}" >>bad.yaml &&
	bad bad.yaml:6:30 FT0109 "the workflow of stage .u. has no output .heat." &&
	test_grep "there is temperature" err &&
	test_expect_code 3 fedtwin check deep/mid/mid.yaml 2>err &&
	test_grep "mid.yaml:4:10: error FT0103: the input .seed. of the workflow has no default" err
'

test_expect_success 'stages inside may have loops' '
	cat >i.yaml <<-\EOT &&
	fedtwin: 1
	workflow: i
	params: {n: {type: integer}}
	outputs: {o: "${s.o}"}
	stages:
	  s:
	    shell: "echo ${params.n}${turn} >o.txt"
	    loop: {max: 2}
	    out: {o: {type: file, path: o.txt}}
	EOT
	cat >bad.yaml <<-\EOT &&
	fedtwin: 1
	workflow: loops
	stages:
	  u: {use: i.yaml, matrix: {x: [1, 2]}, with: {n: "${matrix.x}"}}
	  v:
	    shell: "cat ${in.o} >o.txt"
	    in: {o: "${u.o}"}
	    out: {o: {type: file, path: o.txt}}
	EOT
	fedtwin run bad.yaml &&
	test "$(fedtwin data get v.o - | tr "\n" " ")" = "12 22 "
'

test_expect_success 'a table that is given may be one task for each row' '
	cat >i.yaml <<-\EOT &&
	fedtwin: 1
	workflow: i
	inputs: {t: {type: table}}
	outputs: {o: "${s.o}"}
	stages:
	  s:
	    foreach: "${inputs.t}"
	    shell: "echo ${item.w} >o.txt"
	    out: {o: {type: file, path: o.txt}}
	EOT
	cat >bad.yaml <<-\EOT &&
	fedtwin: 1
	workflow: rows
	stages:
	  t:
	    shell: "printf \"w\nx\ny\n\" >t.csv"
	    out: {t: {type: table, path: t.csv}}
	  u: {use: i.yaml, in: {t: "${t.t}"}}
	  v:
	    shell: "cat ${in.o} >o.txt"
	    in: {o: "${u.o}"}
	    out: {o: {type: file, path: o.txt}}
	EOT
	fedtwin run bad.yaml &&
	test "$(fedtwin data get v.o - | tr "\n" " ")" = "x y " &&
	sed -i.bak "s/type: table, path/type: file, path/" bad.yaml &&
	bad bad.yaml:7:28 FT0113 "input .t. takes a table, but .t.t. is a file" &&
	test_grep ! "input .foreach." err
'

test_expect_success 'keys that only a program has are refused' '
	use rod.yaml "retry: {max: 1}" &&
	bad bad.yaml:6:5 FT0102 "a stage that uses a workflow cannot have .retry." &&
	use rod.yaml "shell: echo" &&
	bad bad.yaml:6:5 FT0112 "stage .u. has more than one action" &&
	use nowhere.yaml &&
	bad bad.yaml:5:10 FT0006 "the file .nowhere.yaml. is not there"
'

test_expect_success 'an axis inside cannot have the name of one outside' '
	use other.yaml "matrix: {time: [1, 2]}" &&
	bad other.yaml:16:20 FT0003 "axis .time. of stage .u.rod. is an axis of .u., too"
'

test_expect_success 'what is inside does not see what is outside' '
	sed "s/start: /unlikely: /" rod.yaml >r.yaml &&
	use r.yaml "matrix: {start: [1, 2]}" &&
	bad r.yaml:17:15 FT0110 "unknown parameter .start." &&
	printf "fedtwin: 1\nworkflow: i\nstages:\n  s: {shell: \"echo \${matrix.x}\"}\n" >i.yaml &&
	use i.yaml "matrix: {x: [1, 2]}" &&
	bad i.yaml:4:22 FT0302 "unknown axis .x."
'

test_expect_success 'an axis inside cannot depend on the cell outside' '
	cat >i.yaml <<-\EOT &&
	fedtwin: 1
	workflow: i
	params: {n: {type: integer}}
	stages:
	  s:
	    foreach: "${range(0, params.n)}"
	    shell: ":"
	EOT
	use i.yaml "with: {n: 2}" && fedtwin check bad.yaml &&
	use i.yaml "matrix: {x: [1, 2]}" "with: {n: \"\${matrix.x}\"}" &&
	bad i.yaml:6:26 FT0302 "the parameter .n. depends on the matrix of .u."
'

test_expect_success 'recursion is an error' '
	use bad.yaml &&
	bad bad.yaml:5:10 FT0111 "the workflow .bad.yaml. uses itself" &&
	printf "fedtwin: 1\nworkflow: i\nstages: {s: {use: bad.yaml}}\n" >i.yaml &&
	use i.yaml &&
	bad i.yaml:3:19 FT0111 "the workflow .bad.yaml. uses itself"
'

deep() { # workflows that use one another $1 deep
	n=1
	while test "$n" -lt "$1"
	do
		printf "fedtwin: 1\nworkflow: w\nstages: {s: {use: %d.yaml}}\n" \
			$((n + 1)) >"$n.yaml"
		n=$((n + 1))
	done
	printf "fedtwin: 1\nworkflow: w\nstages: {s: {shell: \":\"}}\n" >"$n.yaml"
}

test_expect_success 'sixteen deep, not more' '
	use 1.yaml && deep 16 && fedtwin check bad.yaml &&
	deep 17 && bad 16.yaml:3:19 FT0002 "workflows use one another more than 16 deep"
'

test_expect_success 'an output of a workflow is one reference' '
	printf "fedtwin: 1\nworkflow: i\noutputs: {o: \"a \${s.o}\", p: \"\${t.o}\", q: \"\${s.q}\"}\nstages: {s: {shell: \":\"}}\n" >bad.yaml &&
	bad bad.yaml:3:14 FT0303 "the output .o. of the workflow must be one reference" &&
	test_grep "bad.yaml:3:29: error FT0108: the output .p." err &&
	test_grep "bad.yaml:3:42: error FT0109: the output .q." err
'

test_expect_success 'whole names have at most 200 characters' '
	long=$(printf "%064d" 0 | tr 0 a) &&
	printf "fedtwin: 1\nworkflow: w\nstages: {%s: {shell: \":\"}}\n" $long >3.yaml &&
	printf "fedtwin: 1\nworkflow: w\nstages: {%s: {use: 3.yaml}}\n" $long >2.yaml &&
	printf "fedtwin: 1\nworkflow: w\nstages: {%s: {use: 2.yaml}}\n" $long >1.yaml &&
	fedtwin run 1.yaml &&
	use 1.yaml && sed -i.bak "s/^  u:/  abcde:/" bad.yaml && fedtwin check bad.yaml &&
	sed -i.bak "s/^  abcde:/  abcdef:/" bad.yaml &&
	bad 3.yaml:3:10 FT0002 "the whole name of stage .a*. has more than 200"
'

test_done
