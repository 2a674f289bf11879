#!/bin/sh
test_description='what a task takes may depend on its cell'
. "$(dirname "$0")/harness.sh"

scaling=$FT_SRCDIR/workflows/examples/scaling.yaml

# Two tasks, each with a copy of what it was told.
told() { # RESOURCES [LINE of the stage...]
	printf '%s\n' "fedtwin: 1" "workflow: told" "params:" \
		"  gib: {type: quantity, unit: GiB, default: 1 GiB}" \
		"stages:" "  s:" "    resources: $1" \
		"    shell: cp task.json told" \
		"    out: {told: {type: file, path: told}}"
	shift
	test $# -gt 0 || set -- "matrix: {i: [1, 2]}"
	printf '    %s\n' "$@"
}

# What the task of a cell was told.
told_of() { # CELL KEY
	fedtwin data get "s.told{$1}" - >told.json &&
	test_json "d[\"$2\"]" told.json
}

recorded() { # REF
	fedtwin lineage --json "$1" >lineage.json &&
	test_json 'd["versions"][0]["record"]["ranks"]' lineage.json
}

test_expect_success 'scaling.yaml: one rank, then two, with the same result' '
	fedtwin init && fedtwin run "$scaling" &&
	test "$(recorded "heat.temperature{ranks=1}")" = 1 &&
	test "$(recorded "heat.temperature{ranks=2}")" = 2 &&
	fedtwin diff --rtol 1e-9 \
		"heat.temperature{ranks=1}" "heat.temperature{ranks=2}" >out &&
	test_grep "ranks: 1 -> 2" out
'

test_expect_success 'one more number is one more task' '
	fedtwin plan "$scaling" -p "ranks=[1, 2, 3]" >out &&
	test_grep "^1 task would run, 3 would be reused" out
'

test_expect_success 'the braces of cells are hinted at' '
	test_expect_code 4 fedtwin diff "heat.temperature[ranks=1]" 2>err &&
	test_grep "cells of objects stand in braces" err
'

test_expect_success 'each cell is told its own, and asks for no more slots' '
	told "{ranks: \"\${matrix.i}\", threads: \"\${3 - matrix.i}\"}" >told.yaml &&
	fedtwin run told.yaml &&
	test "$(told_of i=1 ranks) $(told_of i=1 threads)" = "1 2" &&
	test "$(told_of i=2 ranks) $(told_of i=2 threads)" = "2 1"
'

test_expect_success 'equal expressions for equal tasks are as good as numbers' '
	told "{ranks: \"\${2 * 1}\"}" >two.yaml && fedtwin run two.yaml &&
	told "{ranks: 2}" >two.yaml && fedtwin plan two.yaml >out &&
	test_grep "^0 tasks would run, 2 would be reused" out
'

test_expect_success 'the memory of one cell is not enough' '
	told "{memory: \"\${matrix.i * 30 MB}\"}" "matrix: {i: [1, 10]}" \
		"retry: {max: 0}" >memory.yaml &&
	sed -i "s|shell: .*|shell: \"$PYTHON -c \\\\\"import time; x = bytearray(100000000); time.sleep(1)\\\\\"; cp task.json told\"|" \
		memory.yaml &&
	test_expect_code 1 fedtwin run -k memory.yaml 2>err &&
	fedtwin status -t last >out &&
	test_grep "^s\[i=1\]  *failed .*29 MiB allowed" out &&
	test_grep "^s\[i=10\]  *succeeded" out
'

# --- what is wrong ----------------------------------------------------------

while IFS='|' read -r what resources id message
do
	test_expect_success "refused: $what" '
		told "{$resources}" >wrong.yaml &&
		test_expect_code 3 fedtwin check wrong.yaml 2>err &&
		test_grep "^wrong.yaml:7:[0-9]*: error $id: $message" err
	'
done <<\EOT
no rank at all|ranks: "${matrix.i - 1}"|FT0204|'ranks' must be at least 1
half a thread|threads: "${matrix.i / 2}"|FT0104|'threads' must be a whole number
memory without a unit|memory: "${matrix.i}"|FT0203|'memory' lacks its unit
memory in seconds|memory: "${matrix.i * 1 s}"|FT0203|'memory' has the unit
an axis that is not there|ranks: "${matrix.j}"|FT0302|unknown axis 'j'
an object|ranks: "${s.told}"|FT0302|'s' cannot stand here
text|walltime: "${'long'}"|FT0201|'walltime'
EOT

test_expect_success 'text with a unit, and a parameter, are quantities' '
	told "{memory: \"\${matrix.i} GiB\", walltime: \"\${params.gib / 1 GiB * 1 min}\"}" \
		>right.yaml &&
	fedtwin check right.yaml
'

test_expect_success 'rows bring theirs; one that cannot be is its own failure' '
	cat >rows.yaml <<-\EOT &&
	fedtwin: 1
	workflow: rows
	stages:
	  table:
	    shell: printf "n [1]\n1\n0\n2\n" >t.csv
	    out: {t: {type: table, path: t.csv}}
	  s:
	    foreach: "${table.t}"
	    resources: {ranks: "${item.n}"}
	    shell: cp task.json told
	    out: {told: {type: file, path: told}}
	EOT
	test_expect_code 1 fedtwin run -k rows.yaml 2>err &&
	fedtwin status -t last >out &&
	test_grep "^s\[n=0\]  *failed  *rows.yaml:9:24: .*ranks.* must be at least 1, not 0" out &&
	test_grep "^s\[n=1\]  *succeeded" out &&
	test_grep "^s\[n=2\]  *succeeded" out && test "$(told_of n=2 ranks)" = 2
'

test_expect_success 'a manifest has no cells' '
	mkdir -p modules &&
	printf "%s\n" "fedtwin-module: 1" "module: my.tool" "version: 1.0" \
		"run: [\"true\"]" "resources: {ranks: \"\${matrix.i}\"}" \
		>modules/my.tool.yaml &&
	printf "%s\n" "fedtwin: 1" "workflow: w" "stages:" \
		"  s: {module: my.tool}" >tool.yaml &&
	test_expect_code 3 fedtwin check tool.yaml 2>err &&
	test_grep "cannot hold an expression" err
'

# --- what a site has --------------------------------------------------------

test_expect_success 'a plan finds what no queue of a site takes' '
	cat >alpha.yaml <<-EOT &&
	fedtwin-site: 1
	site: alpha
	adapter: slurm
	queues:
	- {queue: small, default: true, max_nodes: 1, cores_per_node: 4, max_walltime: 10 min}
	- {queue: big, max_nodes: 8, cores_per_node: 4, max_walltime: 5 min}
	EOT
	fedtwin plan "$scaling" --site ./alpha.yaml -p per_node=4 \
		-p "ranks=[1, 2, 4, 8, 32]" >out &&
	test_expect_code 3 fedtwin plan "$scaling" --site ./alpha.yaml \
		-p per_node=4 -p "ranks=[1, 2, 33]" 2>err &&
	test_grep "error FT0602: no queue takes task .heat\[ranks=33\].: alpha (small: 9 nodes of 1, big: 9 nodes of 8)" err
'

test_expect_success 'what is there already needs no queue' '
	fedtwin plan "$scaling" --site ./alpha.yaml -p "memory=1 TiB" >out &&
	test_grep "^0 tasks would run" out
'

test_expect_success 'of many that differ some are named' '
	told "{walltime: \"\${matrix.k * 1 s}\"}" \
		"matrix: {k: {from: 1, to: 40}}" >many.yaml &&
	fedtwin plan many.yaml --site ./alpha.yaml >out &&
	grep "^s\[k=[0-9]*\] at alpha: as a task of pilots: 40 tasks wait" out >named &&
	test_line_count = 16 named &&
	test_grep "^24 more tasks of s ask for something else" out &&
	fedtwin plan --json many.yaml --site ./alpha.yaml >out.json &&
	test "$(test_json "d[\"forms\"][-1][\"unlisted\"]" out.json)" = 24
'

test_expect_success 'those that ask for the same go together' '
	told "{ranks: \"\${matrix.n}\", walltime: 4 min}" "submit: array" \
		"matrix: {n: [1, 2], k: [1, 2, 3]}" >forms.yaml &&
	fedtwin plan forms.yaml --site ./alpha.yaml >out &&
	test_grep "^s\[n=1,k=1\] and 2 more at alpha: as a job array" out &&
	test_grep "^s\[n=2,k=1\] and 2 more at alpha: as a job array" out &&
	fedtwin plan --json forms.yaml --site ./alpha.yaml >out.json &&
	test "$(test_json "[(f[\"first\"], f[\"tasks\"]) for f in d[\"forms\"]]" out.json)" \
		= "[[\"s[n=1,k=1]\", 3], [\"s[n=2,k=1]\", 3]]"
'

# --- what somebody asks for meanwhile ---------------------------------------

test_expect_success 'ranks that were set count in task, lineage and key' '
	cat >set.yaml <<-EOT &&
	fedtwin: 1
	workflow: set
	stages:
	  gate:
	    cache: never
	    shell: $PYTHON $FT_SRCDIR/t/await.py $PWD/go
	  s:
	    needs: gate
	    resources: {ranks: 1}
	    shell: cp task.json told
	    out: {told: {type: file, path: told}}
	EOT
	id=$(fedtwin run -d set.yaml) && fedtwin set "$id/s" ranks=2 &&
	: >go && fedtwin wait "$id" && fedtwin data get s.told - >told.json &&
	test "$(test_json "d[\"ranks\"]" told.json)" = 2 &&
	test "$(recorded s.told)" = 2
'

test_expect_success 'so that a run with those of the workflow computes again' '
	fedtwin run set.yaml 2>err && test_grep "^[^ ]* s running" err &&
	test "$(recorded s.told)" = 1 &&
	sed -i "s/ranks: 1/ranks: 2/" set.yaml && fedtwin plan set.yaml >out &&
	test_grep "^s  *0  *1  *0" out
'

test_expect_success 'a rerun takes the ranks of then' '
	fedtwin log >log && fedtwin rerun s.told~1 >out &&
	test_grep "s.told: identical" out
'

test_done
