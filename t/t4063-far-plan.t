#!/bin/sh
test_description='what a run would have to move to a site is told beforehand'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/far.sh"

far_need
test_need python3

in_p() {
	(cd p && "$@")
}

# "BYTES AT_LEAST ABOUT" of an entry of the last plan's JSON.
entry() { # PYTHON-EXPRESSION
	test_json "'%d %s %s' % tuple(($1)[k] for k in ('bytes', 'at_least', 'about'))" \
		plan.json
}

plan_json() { # ARGUMENT...
	in_p fedtwin plan --json "$@" >plan.json
}

test_expect_success 'a project, two sites, files of known sizes' '
	fedtwin init p && far_site far </dev/null && far_site other </dev/null &&
	head -c 300000 /dev/urandom >p/base.bin &&
	echo "cat \"\$@\" | wc -c" >p/count.sh && script=$(wc -c <p/count.sh) &&
	cat >p/m.yaml <<-\EOT
	fedtwin: 1
	workflow: m
	params: {word: {type: string, default: one}}
	stages:
	  make:
	    shell: "head -c 1000 ${in.base} >part; echo ${params.word} >>part"
	    in: {base: base.bin}
	    matrix: {n: [1, 2]}
	    out: {part: {type: file, path: part}}
	  sum:
	    run: [sh, count.sh, "${in.parts}", "${in.base}"]
	    in: {parts: "${make.part}", base: base.bin}
	EOT
'

test_expect_success 'one site: a file that several need counts once in all' '
	in_p fedtwin plan -t --site far m.yaml >got &&
	test_grep "^make\[n=1\] *run *293.0 KiB to far *never" got &&
	test_grep "^make\[n=2\] *run *293.0 KiB to far *never" got &&
	test_grep "^sum *run *293.0 KiB to far *input" got &&
	test_grep "^make to far: 293.0 KiB to move$" got &&
	test_grep "^all to far: 293.0 KiB to move$" got &&
	test_grep "^the way to far was not measured yet$" got &&
	plan_json --site far m.yaml &&
	test "$(entry "d[\"tasks\"][1][\"moves\"][0]")" = "300000 False False" &&
	test "$(entry "d[\"tasks\"][2][\"moves\"][0]")" = \
		"$((300000 + script)) False False" &&
	test "$(entry "d[\"moves\"][0][\"stages\"][0]")" = "300000 False False" &&
	test "$(entry "d[\"moves\"][0]")" = "$((300000 + script)) False False" &&
	test "$(test_json "d[\"moves\"][0][\"tasks\"]" plan.json)" = 3 &&
	test "$(test_json "d[\"moves\"][0][\"site\"]" plan.json)" = far &&
	test "$(test_json "\"seconds\" in d[\"moves\"][0]" plan.json)" = false
'

test_expect_success 'who sees the project moves nothing, and is not asked' '
	in_p fedtwin plan -t m.yaml >got && test_must_fail grep "to move" got &&
	plan_json --site local m.yaml &&
	test "$(test_json "d[\"moves\"], \"moves\" in d[\"tasks\"][0]" plan.json)" = \
		"[[], false]"
'

test_expect_success 'several sites: what is not made yet may be elsewhere' '
	in_p fedtwin plan -t --site far,local m.yaml >got &&
	test_grep "^make\[n=1\] *run *293.0 KiB to far *never" got &&
	test_grep "^sum *run *at least 293.0 KiB to far *input" got &&
	test_grep "^sum to far: at least 293.0 KiB to move$" got &&
	test_grep "^all to far: at least 293.0 KiB to move$" got &&
	plan_json --site far,other m.yaml &&
	test "$(entry "d[\"tasks\"][0][\"moves\"][1]")" = "300000 False False" &&
	test "$(entry "d[\"tasks\"][2][\"moves\"][1]")" = \
		"$((300000 + script)) True False"
'

test_expect_success 'a stage that asks for a site: its results are there' '
	sed "s/    matrix:/    site: far\n    matrix:/" p/m.yaml >p/at.yaml &&
	plan_json --site far,other at.yaml &&
	test "$(entry "d[\"tasks\"][2][\"moves\"][0]")" = \
		"$((300000 + script)) False False" &&
	test "$(entry "d[\"tasks\"][2][\"moves\"][1]")" = \
		"$((300000 + script)) True False" &&
	test "$(test_json "[m[\"site\"] for m in d[\"tasks\"][0][\"moves\"]]" plan.json)" = \
		"[\"far\"]"
'

test_expect_success 'rows that are not known, turns that may come' '
	cat >p/rows.yaml <<-\EOT &&
	fedtwin: 1
	workflow: rows
	stages:
	  sample:
	    shell: "echo n >t.csv; echo 1 >>t.csv"
	    out: {t: {type: table, path: t.csv}}
	  each:
	    foreach: "${sample.t}"
	    shell: "cat ${in.base} >/dev/null"
	    in: {base: base.bin}
	EOT
	in_p fedtwin plan --site far rows.yaml >got &&
	test_grep "^sample to far: nothing to move$" got &&
	test_grep "^all to far: an unknown amount to move$" got &&
	cat >p/turns.yaml <<-\EOT &&
	fedtwin: 1
	workflow: turns
	stages:
	  t:
	    shell: "cat ${in.base} >o"
	    in: {base: base.bin}
	    out: {o: {type: file, path: o}}
	    loop: {max: 3, until: "${report.x < 1}", carry: {base: "${out.o}"}}
	EOT
	plan_json --site far turns.yaml &&
	test "$(entry "d[\"moves\"][0]")" = "300000 False False" &&
	test "$(test_json "len(d[\"tasks\"][1][\"moves\"])" plan.json)" = 0 &&
	plan_json --site far,local turns.yaml &&
	test "$(entry "d[\"moves\"][0]")" = "300000 True False"
'

test_expect_success 'after a run it is there, and the way was measured' '
	in_p fedtwin run --site far m.yaml >out 2>err &&
	in_p fedtwin plan --site far -p word=two m.yaml >got &&
	test_grep "^make to far: nothing to move$" got &&
	test_grep "^all to far: nothing to move$" got &&
	test_grep "^the way to far was measured: .*/s$" got &&
	echo "# new" >>p/count.sh && script=$(wc -c <p/count.sh) &&
	plan_json --site far -p word=two m.yaml &&
	test "$(entry "d[\"moves\"][0]")" = "$script False False" &&
	test_json "round(d[\"moves\"][0][\"seconds\"] * d[\"moves\"][0][\"rate_bytes_s\"])" \
		plan.json >got && grep -x "$script" got &&
	in_p fedtwin plan -t --site far -p word=two m.yaml >got &&
	test_grep "^sum *run *$script B to far in .* ms" got
'

test_expect_success 'and so it comes: the run moves what the plan said' '
	in_p fedtwin run --site far -p word=two m.yaml >out 2>err &&
	for dir in p/.fedtwin/runs/*
	do
		: # the last one
	done &&
	for task in make.0 make.1 sum.0
	do
		test_json "int(d[\"usage\"].get(\"moved_bytes\", 0))" \
			"$dir/work/$task.1/result.json" || return
	done >got && printf "0\n0\n%d\n" "$script" >want && test_cmp want got
'

test_expect_success 'a result that is reused goes where it is not' '
	echo "# newer" >>p/count.sh && script=$(wc -c <p/count.sh) &&
	plan_json --site far -p word=two m.yaml &&
	test "$(entry "d[\"moves\"][0]")" = "$script False False" &&
	plan_json --site other -p word=two m.yaml &&
	test "$(test_json "len(d[\"tasks\"][0][\"moves\"])" plan.json)" = 0 &&
	size=$(test_json "d[\"moves\"][0][\"bytes\"]" plan.json) &&
	test "$size" -ge $((302000 + script)) &&
	test "$(entry "d[\"moves\"][0]")" = "$size False True" &&
	in_p fedtwin plan --site other -p word=two m.yaml >got &&
	test_grep "^sum to other: about 29.* KiB to move$" got
'

test_expect_success 'what cannot be found makes it more than is known' '
	cat >p/gone.yaml <<-\EOT &&
	fedtwin: 1
	workflow: gone
	stages:
	  a: {shell: "echo >o", out: {o: {type: file, path: o}}}
	  b:
	    shell: "cat ${in.o} ${in.f}"
	    in: {o: "${a.o}", f: "${matrix.n}.txt"}
	    matrix: {n: {from: 1, to: 65}}
	EOT
	for n in $(seq 65)
	do
		printf "%02d" "$n" >p/$n.txt || return
	done &&
	plan_json --site other gone.yaml &&
	test "$(entry "d[\"moves\"][0]")" = "130 False False" &&
	rm p/65.txt && plan_json --site other gone.yaml &&
	test "$(entry "d[\"moves\"][0]")" = "128 True False" &&
	in_p fedtwin plan -t --site other gone.yaml >got &&
	test_grep "^b\[n=64\] *run *2 B to other" got &&
	test_grep "^b\[n=65\] *run *an unknown amount to other" got
'

test_done
