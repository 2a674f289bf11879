#!/bin/sh
test_description='fedtwin lineage tells how a version was made and what came of it'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

test_expect_success 'text: back to the first stage' '
	run_sweep &&
	fedtwin lineage all.text >out &&
	test_grep "^all.text" out && test_grep "from note" out &&
	test "$(grep -c "^  make.note" out)" = 3
'

test_expect_success 'JSON: the records themselves, digest and all' '
	fedtwin lineage all.text --json >json &&
	"$PYTHON" - <<\EOT
import hashlib, json
v = json.load(open("json"))["versions"]
assert len(v) == 4
r = v[0]["record"]
assert r["object"] == "all.text" and len(r["inputs"]) == 3
assert {i["version"] for i in r["inputs"]} == {x["version"] for x in v[1:]}
text = json.dumps(r, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
assert hashlib.sha256(text.encode()).hexdigest() == v[0]["version"], text
EOT
'

test_expect_success 'dot' '
	fedtwin lineage --dot all.text >out &&
	test_grep "^digraph lineage" out && test "$(grep -c -e "->" out)" = 3
'

test_expect_success 'down: what came of it; what was shown is named, not repeated' '
	fedtwin lineage --down "make.note{load=2 N}" >out &&
	cat >want <<\EOT &&
make.note
  into note
  all.text
EOT
	sed "/  by \|  run /d; s/  [0-9a-f]\{12\}$//" out >got && test_cmp want got &&
	fedtwin lineage --down make.note >out &&
	test "$(grep -c "^  all.text" out)" = 3 &&
	test "$(grep -c "^  all.text.*(see above)" out)" = 2 &&
	test "$(grep -c "by all," out)" = 1
'

test_expect_success 'both ways at once: the version itself once' '
	fedtwin lineage --up --down "make.note{load=2 N}" >out &&
	test "$(grep -c "^make.note" out)" = 1 && test_grep "into note" out &&
	fedtwin lineage --up --down all.text >out &&
	test "$(grep -c "^all.text" out)" = 1 && test_grep "from note" out &&
	test_must_fail test_grep "into" out &&
	fedtwin lineage --up --down "make.note{load=2 N}" --json >json &&
	"$PYTHON" - <<\EOT
import json
v = {x["record"]["object"]: x for x in json.load(open("json"))["versions"]}
assert set(v) == {"make.note", "all.text"}, v
assert v["make.note"]["into"] == [v["all.text"]["version"]]
assert v["all.text"]["from"] == [v["make.note"]["version"]]
assert not v["make.note"]["from"] and not v["all.text"]["into"]
EOT
'

test_expect_success 'dot goes down, too, and is what Graphviz reads' '
	fedtwin lineage --dot --down make.note >out &&
	test "$(grep -c -e "->" out)" = 3 && test "$(grep -c "style=bold" out)" = 3 &&
	dot -Tplain out >plain && test "$(grep -c "^edge" plain)" = 3
'

test_expect_success 'a run is all that it made; its id is told from digits of a version by a -' '
	fedtwin lineage last >out && test "$(grep -c "^[a-z]" out)" = 4 &&
	run=$(sed -n "s/^  run \([^ ]*\) .*/\1/p" out | head -n 1) &&
	fedtwin lineage "$run" >full && test_cmp out full &&
	fedtwin lineage "${run#*-}" >part && test_cmp out part &&
	fedtwin lineage "${run%-*}" >part && test_cmp out part &&
	test_expect_code 4 fedtwin lineage "${run%%-*}" 2>err &&
	test_grep "no version starts with" err &&
	test_expect_code 4 fedtwin lineage "x-${run#*-}" 2>err &&
	test_grep "no run" err
'

test_expect_success 'down goes to every branch' '
	fedtwin branch side && fedtwin switch side &&
	sed "s/all.txt/more.txt/" sweep.yaml >side.yaml && fedtwin run side.yaml &&
	fedtwin switch main && fedtwin lineage --down "make.note{load=1 N}" >out &&
	test "$(grep -c "^  all.text" out)" = 2 &&
	fedtwin lineage side:all.text >out && test_grep "^all.text" out
'

test_expect_success '--depth says that it left something out' '
	fedtwin lineage --depth 1 all.text >out && test_must_fail test_grep depth out &&
	fedtwin lineage --down --depth 1 make.note >out && test_must_fail test_grep depth out &&
	fedtwin lineage --up --depth 1 --json all.text >out && test_grep "\"cut\":false" out &&
	test_expect_code 2 fedtwin lineage --depth 0 all.text 2>err &&
	test_expect_code 2 fedtwin lineage --depth x all.text 2>err
'

test_expect_success 'a version id is a reference, too' '
	id=$(fedtwin data ls --json all | sed -n "s/.*\"version\": *\"\(.*\)\",/\1/p") &&
	fedtwin lineage "$(echo $id | cut -c1-10)" >out && test_grep "^all.text" out &&
	test_expect_code 4 fedtwin lineage 0000000000 2>err
'

test_expect_success 'a file beside the workflow is named as from there' '
	mkdir -p flows && cat >flows/file.yaml <<-\EOF &&
	fedtwin: 1
	workflow: file
	stages:
	  copy:
	    shell: cp ${in.text} out.txt
	    in: {text: note.txt}
	    out: {text: {type: file, path: out.txt}}
	EOF
	echo hello >flows/note.txt && fedtwin run flows/file.yaml &&
	fedtwin lineage copy.text --json >json && test_grep "\"path\":\"note.txt\"" json &&
	(cd flows && echo other >note.txt && fedtwin run file.yaml) &&
	fedtwin lineage copy.text --json >json && test_grep "\"path\":\"note.txt\"" json
'

test_done
