#!/bin/sh
test_description='fedtwin diff tells how states, runs and versions differ'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

states() { # the ids, oldest first, one a line
	fedtwin log --json >log.json &&
	test_json '"\n".join(s["state"] for s in reversed(d["states"]))' log.json
}

put() { # OBJECT FILE: the id of the version
	fedtwin data put "$@" >put.out &&
	fedtwin data show --json "$1" >show.json &&
	test_json 'd["versions"][0]["version"]' show.json
}

# Writes a table with the column "name [unit]" and the values.
table() { # FILE COLUMN VALUE...
	file=$1 && shift &&
	printf '%s\n' "$@" >"$file"
}

test_expect_success 'a state and itself: nothing, exit 0' '
	run_sweep && states >ids &&
	fedtwin diff "$(cat ids)" "$(cat ids)" >out &&
	test_must_be_empty out &&
	fedtwin diff main >out && test_must_be_empty out &&
	fedtwin diff --json main >json &&
	test true = "$(test_json "d[\"same\"]" json)"
'

test_expect_success 'another parameter: in the unit that the workflow gives it' '
	fedtwin run -p size="0.3 cm" sweep.yaml && states >ids &&
	set -- $(cat ids) && test $# = 2 &&
	test_expect_code 1 fedtwin diff "$1" "$2" >out &&
	test_grep "^--- state $(echo "$1" | cut -c1-12) " out &&
	test_grep "^+++ state $(echo "$2" | cut -c1-12) " out &&
	test_grep "^  size  2 mm -> 3 mm\$" out &&
	test_grep ! "^workflow" out &&
	test_grep "command: .*2 mm.* -> .*0.3 cm.*(3 of 3)" out &&
	test_grep "^objects: 4 differ, 3 the same" out &&
	test_grep "make.note{load=1 N}  differs  file" out &&
	test_grep "^    -load 1 N size 2 mm" out &&
	test_grep "^    +load 1 N size 0.3 cm" out
'

test_expect_success 'one argument: against the current state' '
	test_expect_code 1 fedtwin diff "$(head -n 1 ids)" >out1 &&
	test_expect_code 1 fedtwin diff $(cat ids) >out2 &&
	test_cmp out2 out1
'

test_expect_success 'runs, by id, by a part of it and as last; run against state' '
	fedtwin status --json >runs.json &&
	old=$(test_json "d[\"runs\"][1][\"run\"]" runs.json) &&
	test_expect_code 1 fedtwin diff "$old" last >out &&
	test_grep "^--- run $old " out &&
	test_grep "size  2 mm -> 3 mm" out &&
	test_grep "^objects: 4 differ, 3 the same" out &&
	test_expect_code 1 fedtwin diff "run:${old##*-}" last >out2 &&
	test_cmp out out2 &&
	fedtwin diff "$old" "$(head -n 1 ids)" >out && test_must_be_empty out
'

test_expect_success 'JSON: everything, with SI values' '
	test_expect_code 1 fedtwin diff --json $(cat ids) >json &&
	"$PYTHON" - <<-\EOT
	import json
	d = json.load(open("json"))
	assert d["schema"] == 1 and d["same"] is False
	assert d["a"]["kind"] == "state" and d["b"]["objects"] == 7
	assert d["params"] == [{
	    "name": "size", "state": "changed", "values": ["2 mm", "3 mm"],
	    "si": [{"value": 0.002, "unit": "m"}, {"value": 0.003, "unit": "m"}]}]
	assert d["workflow"]["same"] is True and d["workflow"]["texts"] == []
	assert [s["stage"] for s in d["recipes"]] == ["all", "make"]
	o = d["objects"]
	assert (o["differs"], o["same"], o["added"], o["left_out"]) == (4, 3, 0, 0)
	note = [x for x in o["list"] if x["name"] == "make.note{load=2 N}"][0]
	assert note["state"] == "differs" and len(note["versions"]) == 2
	assert note["cell"] == {"load": {"unit": "m.kg.s-2", "value": 2}}
	assert note["compare"]["file"]["removed"] == 1
	EOT
'

test_expect_success 'another workflow: its text by lines, added and removed cells' '
	sed -i "s/1 N, 2 N, 3 N/2 N, 3 N, 4 N/; s/^  size:.*/&\n  more: {type: integer, default: 7}/" \
		sweep.yaml &&
	fedtwin run -p size="3 mm" sweep.yaml && states >ids &&
	set -- $(cat ids) && shift &&
	test_expect_code 1 fedtwin diff "$1" "$2" >out &&
	test_grep "^  more  - -> 7" out &&
	test_grep "^  sweep.yaml: 1 removed, 2 added" out &&
	test_grep "^  -    matrix: {load: \[1 N, 2 N, 3 N\]}" out &&
	test_grep "make.t{load=1 N}  *removed" out &&
	test_grep "make.t{load=4 N}  *added" out
'

test_expect_success '--stat, --objects-only, --only, --max' '
	set -- $(cat ids) && shift &&
	test_expect_code 1 fedtwin diff --stat "$1" "$2" >out &&
	test_grep "1 removed, 2 added" out && test_grep ! "matrix:" out &&
	test_grep "make.t{load=1 N}" out && test_grep ! "what made" out &&
	test_expect_code 1 fedtwin diff --objects-only "$1" "$2" >out &&
	test_grep ! "more" out && test_grep ! "^workflow" out &&
	test_expect_code 1 fedtwin diff --only make.t --stat "$1" "$2" >out &&
	test_grep "^objects: 1 added, 1 removed, 2 the same" out &&
	test_grep ! "make.note{" out &&
	fedtwin diff --only nothing --objects-only "$1" "$2" &&
	test_expect_code 1 fedtwin diff -m 1 "$1" "$2" >out &&
	test_grep "^  ... and [0-9]* more objects" out
'

test_expect_success 'states by branch, tag, steps back and time' '
	set -- $(cat ids) &&
	fedtwin tag begin "$1" &&
	test_expect_code 1 fedtwin diff begin main >out &&
	test_expect_code 1 fedtwin diff "$1" "$3" >want && test_cmp want out &&
	test_expect_code 1 fedtwin diff main~2 main >out && test_cmp want out &&
	test_expect_code 1 fedtwin diff "~2" "0 s ago" >out &&
	test_cmp want out &&
	test_expect_code 1 fedtwin diff "~2" >out && test_cmp want out &&
	fedtwin diff --at begin "$1" >out && test_must_be_empty out &&
	fedtwin branch other main~1 &&
	fedtwin diff other "$2" >out && test_must_be_empty out &&
	fedtwin diff other:make.t make.t~1 >out && test_must_be_empty out
'

test_expect_success 'texts of a workflow that lie in other files' '
	mkdir inc && cd inc && fedtwin init &&
	cat >part.yaml <<-\EOT &&
	fedtwin: 1
	stages:
	  one:
	    shell: echo 1 >x.txt
	    out: {x: {type: file, path: x.txt}}
	EOT
	cat >all.yaml <<-\EOT &&
	fedtwin: 1
	workflow: all
	include: part.yaml
	stages:
	  two:
	    shell: cat ${in.x} >y.txt
	    in: {x: "${one.x}"}
	    out: {y: {type: file, path: y.txt}}
	EOT
	fedtwin run all.yaml &&
	sed -i "s/echo 1/echo 2/" part.yaml &&
	fedtwin run all.yaml &&
	test_expect_code 1 fedtwin diff main~1 >out &&
	test_grep "^  part.yaml: 1 removed, 1 added" out &&
	test_grep "^  +    shell: echo 2 >x.txt" out &&
	test_expect_code 1 fedtwin diff "$(fedtwin status --json |
		sed -n "s/.*\"run\": *\"\(.*\)\".*/\1/p" | tail -n 1)" last >out &&
	test_grep "^  part.yaml: 1 removed, 1 added" out &&
	cd ..
'

test_expect_success 'versions: by REF, by digits; cells belong together' '
	test_expect_code 1 fedtwin diff make.note~1 make.note >out &&
	test_grep "make.note{load=4 N}  *added" out &&
	test_expect_code 1 fedtwin diff "make.note{load=2 N}~2" >out &&
	test_grep "^    +load 2 N size 3 mm" out &&
	test_grep "^objects: 1 differ\$" out &&
	fedtwin data show --json "make.note{load=2 N}" >show.json &&
	id=$(test_json "d[\"versions\"][0][\"version\"]" show.json) &&
	test_expect_code 1 fedtwin diff "make.note{load=2 N}~2" "$id" >out2 &&
	test_grep "^    +load 2 N size 3 mm" out2 &&
	fedtwin diff "$id" >out && test_must_be_empty out
'

test_expect_success 'tables: by columns and rows' '
	table a.csv "h [m],t [degC],who" 1,10,ann 2,20,bob 3,30,cid &&
	table b.csv "h [m],t [degC],who" 1,10,ann 2.5,20,bob 3,30.5,dan &&
	put my.table a.csv && put my.table b.csv &&
	test_expect_code 1 fedtwin diff my.table~1 >out &&
	test_grep "    h \[m\]: 1 of 3 values differ, types i8 -> f8\$" out &&
	test_grep "largest 0.5 m in row 2: 2 -> 2.5" out &&
	test_grep "    t \[degC\]: 1 of 3 values differ" out &&
	test_grep "    who: 1 of 3 values differ" out &&
	test_grep "      row 3: cid -> dan" out
'

test_expect_success 'numbers are shown with the digits that tell them apart' '
	table a1.csv "h [m]" 1.5 2.5 && table b1.csv "h [m]" 1.5000000002 2.5 &&
	put near.t a1.csv && put near.t b1.csv &&
	test_expect_code 1 fedtwin diff near.t~1 >out &&
	test_grep "in row 1: 1.5 -> 1.5000000002\$" out
'

while IFS='|' read -r code options
do
	test_expect_success "tolerance: $options: exit $code" '
		table a2.csv "h [m],t [degC]" 1,10 2,20 &&
		table b2.csv "h [m],t [degC]" 1,10 2.5,21 &&
		{ test -f put.done ||
			{ put tol.t a2.csv && put tol.t b2.csv && >put.done; }; } &&
		eval "set -- $options" &&
		test_expect_code "$code" fedtwin diff "$@" tol.t~1
	'
done <<\EOT
1|
0|--atol '0.5 m' --atol '1 degC'
0|--atol '500 mm' --atol '1 K'
1|--atol '499 mm' --atol '1 K'
1|--atol '50 cm' --atol '0.999 K'
0|--atol '0.5 m' --atol '1.8 degF'
1|--atol '0.5 m' --atol '1.79 degF'
1|--atol '0.5 m'
0|--rtol 0.2
1|--rtol 0.19
0|--rtol 0.05 --atol '0.5 m'
1|--rtol 0
2|--rtol -1
2|--rtol 1x
2|--rtol nan
2|--atol '-1 m'
2|--atol '1 parsnip'
2|--atol 'm'
2|--atol '1 m' --atol '2 mm'
2|--stat --rtol 0.1
2|--first 101
2|--max 0
EOT

test_expect_success 'what agrees within the tolerances is said to' '
	fedtwin diff --rtol 0.2 tol.t~1 >out &&
	test_grep "^objects: 1 equal within the tolerances" out &&
	test_grep "tol.t  within" out &&
	test_grep "1 of 2 values differ, 0 beyond the tolerances" out
'

test_expect_success 'a tolerance that nothing has a unit for is pointed out' '
	test_expect_code 1 fedtwin diff --atol "1 Pa" tol.t~1 2>err &&
	test_grep "warning: --atol .1 Pa.: nothing that was compared" err &&
	test_expect_code 1 fedtwin diff --atol 0.5 tol.t~1 2>err &&
	test_grep "warning: --atol .0.5.: nothing" err
'

test_expect_success 'units are not converted, and that is said' '
	table a3.csv "h [m],p [m]" 1,1 && table b3.csv "h [mm],p [Pa]" 1000,1 &&
	put unit.t a3.csv && put unit.t b3.csv &&
	test_expect_code 1 fedtwin diff --atol "5 km" unit.t~1 >out &&
	test_grep "h: not compared: units m -> mm (of one dimension" out &&
	test_grep "p: not compared: units m -> Pa\$" out &&
	test_expect_code 1 fedtwin diff --json unit.t~1 >json &&
	test "True False" = "$(test_json "\" \".join(str(a[\"same_dimension\"])
		for a in d[\"objects\"][\"list\"][0][\"compare\"][\"arrays\"])" json)"
'

test_expect_success 'rows are paired by a key' '
	table a4.csv "site,h [m]" n,1 s,2 e,3 &&
	table b4.csv "site,h [m]" e,3 w,9 n,1.5 &&
	put key.t a4.csv && put key.t b4.csv &&
	test_expect_code 1 fedtwin diff --key site key.t~1 >out &&
	test_grep "without a partner: 1 of the first, 1 of the second" out &&
	test_grep "h \[m\]: 1 of 2 values differ" out &&
	test_grep "largest 0.5 m in row 1: 1 -> 1.5" out &&
	test_expect_code 2 fedtwin diff --key name key.t~1 2>err &&
	test_grep "no column .name. to pair rows by" err
'

test_expect_success 'fields: the largest difference, and where; NaN; meshes' '
	"$PYTHON" - "$FT_SRCDIR/t/worker" <<-\EOT &&
	import sys
	sys.path.insert(0, sys.argv[1])
	import h5py
	from make import field
	for name, values in (("a", (300, 301, 302, 303)),
	                     ("b", (300, 301, 302, 307)),
	                     ("c", (300, 301, float("nan"), 303))):
	    with h5py.File(name + ".h5", "w") as f:
	        field(f, values)
	with h5py.File("d.h5", "w") as f:
	    field(f, (300, 301, 302, 303))
	    f["VTKHDF/Points"][2] = (2, 2, 0)
	    f["VTKHDF/Connectivity"][:6] = [0, 1, 3, 1, 2, 3]
	EOT
	for f in a b c d
	do
		put my.field -t field -u K $f.h5 || return 1
	done &&
	test_expect_code 1 fedtwin diff my.field~3 my.field~2 >out &&
	test_grep "my.field  differs  field  PointData/temperature: max 4 K" out &&
	test_grep "largest 4 K in point 3 at (0, 1, 0): 303 -> 307" out &&
	fedtwin diff --atol "4 K" my.field~3 my.field~2 &&
	test_expect_code 1 fedtwin diff --atol "4 K" my.field~3 my.field~1 >out &&
	test_grep "1 with NaN on one side alone" out &&
	test_grep "point 2: 302 -> nan" out &&
	test_expect_code 1 fedtwin diff my.field~3 my.field >out &&
	test_grep "my.field  differs  field  another mesh: points 4 -> 4, " out &&
	test_grep "temperature .K.: not compared: another mesh" out
'

test_expect_success 'files: by lines, or by bytes' '
	printf "\0\1\2" >a.bin && printf "\0\1\3\4" >b.bin &&
	put my.file a.bin && put my.file b.bin &&
	test_expect_code 1 fedtwin diff my.file~1 >out &&
	test_grep "bytes: 3 -> 4, first difference at 2" out
'

test_expect_success 'what does not belong together is refused' '
	test_expect_code 4 fedtwin diff nothing 2>err &&
	test_grep "no state, run or version is called .nothing." err &&
	test_expect_code 2 fedtwin diff my.file last 2>err &&
	test_grep ".my.file. is a version, .last. is not" err &&
	test_expect_code 4 fedtwin diff my.files 2>err &&
	test_grep "did you mean .my.file." err &&
	test_expect_code 4 fedtwin diff state:0000 2>err &&
	test_expect_code 2 fedtwin diff a b c 2>err &&
	test_expect_code 2 fedtwin diff 2>err
'

test_expect_success 'digits that could mean two things are refused' '
	state=$(head -n 1 ids | cut -c1-4) &&
	mkdir ".fedtwin/runs/20200101-000000-$state" &&
	test_expect_code 2 fedtwin diff "$state" 2>err &&
	rmdir ".fedtwin/runs/20200101-000000-$state" &&
	test_grep "could mean several things" err &&
	test_grep "write .state:$state. or .run:$state." err &&
	test_expect_code 1 fedtwin diff "state:$state"
'

test_expect_success 'objects of two types' '
	test_expect_code 1 fedtwin diff my.file my.table >out &&
	test_grep "type file -> table" out
'

test_expect_success 'a file that is gone: another content, but not which' '
	a=$(put gone.t a.csv) && put gone.t b.csv &&
	path=.fedtwin/o/$(echo "$a" | cut -c1-2)/$a.h5 &&
	mv "$path" kept.h5 &&
	test_expect_code 1 fedtwin diff gone.t~1 >out &&
	test_grep "gone.t  differs  table  the file .*is gone" out
'

test_expect_success 'a damaged file: exit 4, no numbers' '
	cp kept.h5 "$path" && chmod u+w "$path" &&
	"$PYTHON" - "$path" <<-\EOT &&
	import sys
	import h5py
	with h5py.File(sys.argv[1], "r+") as f:
	    f["table/h"][0] = 5
	EOT
	test_expect_code 4 fedtwin diff gone.t~1 >out 2>err &&
	test_grep "is damaged" err && test_must_be_empty out
'

test_expect_success 'the output is bounded' '
	sed "s/\[2 N, 3 N, 4 N\]/{from: 1 N, to: 130 N, step: 1 N}/" sweep.yaml \
		>many.yaml &&
	fedtwin run many.yaml && fedtwin run -p size="9 mm" many.yaml &&
	states >ids &&
	test_expect_code 1 fedtwin diff $(tail -n 2 ids) >out &&
	test_grep "^  ... and 31 more objects" out &&
	test_grep "^... and 80 more objects" out &&
	test_grep "make (20 of 130 tasks looked at)" out &&
	test "$(wc -l <out)" -lt 400
'

test_expect_success 'a workflow file: what has been edited since the state' '
	mkdir edit && cd edit && run_sweep &&
	fedtwin diff sweep.yaml >out && test_must_be_empty out &&
	test_expect_code 1 fedtwin diff -p size="7 mm" sweep.yaml >out &&
	cat >want <<-EOT &&

	parameters
	  size  2 mm -> 7 mm
	EOT
	tail -n +3 out >got && test_cmp want got &&
	sed -i "s/1 N, 2 N, 3 N/1 N, 2 N/" sweep.yaml &&
	test_expect_code 1 fedtwin diff last sweep.yaml >out &&
	test_grep "^+++ sweep.yaml\$" out &&
	test_grep "^  +    matrix: {load: \[1 N, 2 N\]}" out &&
	test_grep ! "^objects" out &&
	test_expect_code 1 fedtwin diff --json sweep.yaml main >json &&
	test "file state" = "$(test_json \
		"d[\"a\"][\"kind\"] + \" \" + d[\"b\"][\"kind\"]" json)" &&
	sed -i "s/shell:/shel:/" sweep.yaml &&
	test_expect_code 3 fedtwin diff sweep.yaml 2>err &&
	test_grep "did you mean .shell." err &&
	cp sweep.yaml two.yaml &&
	test_expect_code 2 fedtwin diff sweep.yaml two.yaml 2>err &&
	test_expect_code 2 fedtwin diff sweep.yaml make.t 2>err &&
	test_grep "is a version" err &&
	test_expect_code 2 fedtwin diff -p size="1 mm" main 2>err &&
	test_grep "for a workflow file alone" err &&
	test_expect_code 4 fedtwin diff three.yaml 2>err &&
	cd ..
'

test_expect_success 'outside of a project' '
	mkdir "$test_root/elsewhere" && cd "$test_root/elsewhere" &&
	test_expect_code 4 fedtwin diff a b
'

test_done
