#!/bin/sh
test_description='fedtwin data: ls, show, get, put, verify'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

test_need unshare

test_expect_success 'ls: every object with its cell' '
	run_sweep &&
	fedtwin data ls >out &&
	test "$(wc -l <out)" = 8 &&
	test_grep "^all.text  *file" out &&
	test_grep "^make.t{load=2 N}  *table" out &&
	fedtwin data ls make.t >out && test "$(wc -l <out)" = 4 &&
	fedtwin data ls --json >json &&
	"$PYTHON" - <<\EOT
import json
o = json.load(open("json"))["objects"]
assert len(o) == 7 and all(len(x["version"]) == 64 for x in o)
assert [x["ref"] for x in o if x["object"] == "make.t"] == [
    "make.t{load=%d N}" % i for i in (1, 2, 3)]
EOT
'

test_expect_success 'ls --newest: what was made last, of any state' '
	fedtwin data ls --newest 2 --json >json &&
	"$PYTHON" - <<\EOT &&
import json
o = json.load(open("json"))["objects"]
assert len(o) == 2 and o[0]["object"] == "all.text", o
EOT
	fedtwin data ls --newest 100 >out && test "$(wc -l <out)" = 8 &&
	fedtwin data ls --newest 100 make.t >out && test "$(wc -l <out)" = 4 &&
	fedtwin data ls --newest 1 none 2>err && test_grep "no objects" err &&
	test_expect_code 2 fedtwin data ls --newest 0 2>err &&
	test_expect_code 2 fedtwin data ls --newest 2 --max 2 2>err &&
	test_grep "exclude each other" err
'

test_expect_success 'show: what a version holds' '
	fedtwin data show "make.t{load=2 N}" >out &&
	test_grep "rows *1" out && test_grep "column *force \[kN\]" out &&
	fedtwin data show all.text --json >json &&
	test_grep "\"content\": *\"sha256:" json
'

test_expect_success 'get: a file, a table as CSV, a version as HDF5, a matrix' '
	fedtwin data get all.text && test -f all.txt &&
	fedtwin data get "make.t{load=2 N}" t.csv &&
	head -n 1 t.csv >got && echo "load [N],force [kN]" >want &&
	test_cmp want got && test_grep "^2.*,0.002" t.csv &&
	fedtwin data get "make.t{load=2 N}" t.h5 &&
	"$PYTHON" -c "import h5py; print(h5py.File(\"t.h5\")[\"table/force\"][0])" >got &&
	echo 0.002 >want && test_cmp want got &&
	mkdir -p dest && fedtwin data get make.note dest &&
	test "$(ls dest | wc -l)" = 3 &&
	test_expect_code 2 fedtwin data get make.note one.txt 2>err &&
	test_grep "not a directory" err
'

test_expect_success 'get never overwrites' '
	echo mine >mine.txt &&
	test_expect_code 4 fedtwin data get all.text mine.txt 2>err &&
	test_grep "exists already" err && test "$(cat mine.txt)" = mine
'

test_expect_success 'a reference that is unknown or malformed' '
	test_expect_code 4 fedtwin data show all.texd 2>err &&
	test_grep "did you mean .all.text.?" err &&
	test_expect_code 2 fedtwin data show "make.t{load" 2>err &&
	test_expect_code 4 fedtwin data show "make.t{load=9 N}" 2>err &&
	test_expect_code 4 fedtwin data show nobranch:all.text 2>err
'

test_expect_success 'the version before: ~1' '
	fedtwin run -p size="3 mm" sweep.yaml &&
	test "$(fedtwin data get all.text - | head -n 1)" = "load 1 N size 3 mm" &&
	test "$(fedtwin data get all.text~1 - | head -n 1)" = "load 1 N size 2 mm" &&
	test_expect_code 4 fedtwin data show all.text~2 2>err
'

test_expect_success 'put: a file, a table; types are never guessed' '
	printf "depth [m]\n1.5\n2.5\n" >depth.csv &&
	fedtwin data put survey.depth depth.csv &&
	fedtwin data show survey.depth >out && test_grep "rows *2" out &&
	fedtwin data put survey.raw depth.csv -t file --media-type text/csv &&
	fedtwin data get survey.raw raw.csv && test_cmp depth.csv raw.csv &&
	test_expect_code 2 fedtwin data put survey.x t.h5 2>err &&
	test_grep -e --type err &&
	test_expect_code 2 fedtwin data put nodot depth.csv 2>err &&
	test_expect_code 4 fedtwin data put survey.y none.csv 2>err &&
	printf "depth\n1.5\n" >bare.csv &&
	test_expect_code 4 fedtwin data put survey.z bare.csv 2>err &&
	test_grep "unit" err &&
	fedtwin data ls >out && ! grep survey.z out
'

test_expect_success 'what was put says so, of no run' '
	fedtwin data show survey.depth >out && test_grep "^  put  " out &&
	test_grep ! "of run" out &&
	fedtwin log >out && test_grep "^  data put$" out &&
	fedtwin lineage survey.depth >out &&
	test_grep "put from file depth.csv on" out
'

test_expect_success 'verify finds a flipped bit, and only then complains' '
	fedtwin data verify >out && test_grep "are as recorded" out &&
	file=$(fedtwin data show survey.depth | sed -n "s/^  file *//p") &&
	chmod u+w "$file" && cp "$file" saved &&
	printf "\377" | dd of="$file" bs=1 seek=700 conv=notrunc &&
	test_expect_code 4 fedtwin data verify survey.depth 2>err &&
	test_expect_code 4 fedtwin data verify --all &&
	cp saved "$file" && chmod u-w "$file" &&
	fedtwin data verify survey.depth
'

test_expect_success 'what a failed run left out is told, and found' '
	mkdir gone && cd gone && fedtwin init >out &&
	fedtwin data ls 2>err && test_grep "no objects yet" err &&
	cat >w.yaml <<-\EOT &&
	fedtwin: 1
	workflow: w
	params:
	  n: {type: integer, default: 1}
	stages:
	  a:
	    run: [sh, -c, "echo ${params.n} >x"]
	    out: {x: {type: file, path: x}}
	  b:
	    run: [sh, -c, "test ${params.n} -lt 5 && cat ${in.x} >y"]
	    in: {x: "${a.x}"}
	    out: {y: {type: file, path: y}}
	EOT
	fedtwin run w.yaml 2>err &&
	fedtwin data ls 2>err && test_must_be_empty err &&
	test_expect_code 1 fedtwin run w.yaml -p n=7 2>err &&
	fedtwin data ls >out 2>err && test "$(wc -l <out)" = 2 &&
	test_grep "^run .* failed: 1 object of the state before is not here" \
		err &&
	state=$(sed -n "s/.*--at \([0-9a-f]*\).*/\1/p" err) &&
	fedtwin data put other.x w.yaml && fedtwin data ls 2>err &&
	test_must_be_empty err &&
	test_expect_code 4 fedtwin data get b.y - 2>err &&
	test_grep "no object .b.y. on branch .main. since run .*failed" err &&
	test_grep "at $state" err && fedtwin data get b.y - --at "$state" >got &&
	echo 1 >want && test_cmp want got &&
	test_expect_code 4 fedtwin data get b.x - 2>err &&
	test_grep ! since err && cd ..
'

# A namespace each, as in containers or on other hosts: all of them are process
# 1 of theirs.
test_expect_success 'readers with the same process id do not disturb each other' '
	fedtwin init hosts && cd hosts &&
	if test "$(id -u)" = 0; then who=; else who="-U --map-current-user"; fi &&
	for i in 1 2 3 4
	do
		seq $i 3 30000 >file.$i && fedtwin data put host.f$i file.$i || return
	done &&
	for round in 1 2 3 4 5
	do
		for i in 1 2 3 4
		do
			{ unshare $who -p -f fedtwin data get host.f$i - \
				>got.$i 2>err.$i & } || return
		done &&
		wait &&
		for i in 1 2 3 4
		do
			test_must_be_empty err.$i && test_cmp file.$i got.$i || return
		done
	done &&
	test -z "$(ls .fedtwin/tmp)" && cd ..
'

test_done
