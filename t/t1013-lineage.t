#!/bin/sh
test_description='fedtwin lineage tells how a version was made'
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

test_expect_success '--depth stops early; a version id is a reference, too' '
	id=$(fedtwin data ls --json all | sed -n "s/.*\"version\": *\"\(.*\)\",/\1/p") &&
	fedtwin lineage "$(echo $id | cut -c1-10)" >out && test_grep "^all.text" out &&
	test_expect_code 4 fedtwin lineage 0000000000 2>err
'

test_done
