#!/bin/sh
test_description='fedtwin merge takes what one side has changed, and asks for the rest'
. "$(dirname "$0")/harness.sh"

write_two() {
	cat >two.yaml <<-\EOT
	fedtwin: 1
	workflow: two
	params:
	  left: {type: integer, default: 1}
	  right: {type: integer, default: 1}
	stages:
	  a:
	    shell: echo left ${params.left} >a.txt
	    out: {text: {type: file, path: a.txt}}
	  b:
	    shell: echo right ${params.right} >b.txt
	    out: {text: {type: file, path: b.txt}}
	  c:
	    shell: cat ${in.a} ${in.b} >c.txt
	    in: {a: "${a.text}", b: "${b.text}"}
	    out: {text: {type: file, path: c.txt}}
	EOT
}

text() {
	fedtwin data get "$1" -
}

test_expect_success 'two branches that changed other things' '
	fedtwin init && write_two && fedtwin run two.yaml &&
	fedtwin branch side && echo one >f && fedtwin data put note.one f &&
	fedtwin switch side && echo two >f && fedtwin data put note.two f &&
	fedtwin switch main &&
	fedtwin merge -n side >out && test_grep "theirs *note.two" out &&
	! grep note.one~ out &&
	test_must_fail fedtwin data show note.two &&
	fedtwin merge side >out && test_grep "merged .side" out &&
	test "$(text note.one)" = one && test "$(text note.two)" = two &&
	test "$(text c.text | tail -n 1)" = "right 1"
'

test_expect_success 'the state has two parents, and the graph shows it' '
	fedtwin log --json >json && "$PYTHON" - <<\EOT &&
import json
s = json.load(open("json"))["states"]
ids = {x["state"] for x in s}
assert s[0]["merge"] in ids and s[0]["parent"] in ids, s[0]
assert s[0]["merge"] != s[0]["parent"]
EOT
	fedtwin log --graph >out && test_grep "^|.$" out && test_grep "^|/" out
'

test_expect_success 'again: nothing to do' '
	fedtwin merge side >out && test_grep "nothing to merge" out &&
	fedtwin log --json -m 1 >new && fedtwin log --json -m 1 >again &&
	cmp new again
'

test_expect_success 'what only came of ours: the branch goes there' '
	fedtwin switch side && fedtwin merge main >out &&
	test_grep "went forward to" out && test "$(text note.one)" = one &&
	fedtwin log -o -m 1 >out && test_grep "side *merge" out
'

test_expect_success 'parameters of both; what depends on both is a conflict' '
	fedtwin switch main && fedtwin branch -f side &&
	fedtwin run -p left=2 && fedtwin switch side &&
	fedtwin run -p right=3 && fedtwin switch main &&
	test_expect_code 1 fedtwin merge side >out 2>err &&
	test_grep "conflict *c.text" out && test_grep "theirs *params.right" out &&
	test_grep "ours .*by .c. of run" out && test_grep "theirs .*by .c. of" out &&
	test_grep "1 conflict: nothing was changed" err &&
	test "$(text b.text)" = "right 1"
'

test_expect_success 'JSON tells the same' '
	test_expect_code 1 fedtwin merge -n --json side >json 2>err &&
	"$PYTHON" - <<\EOT
import json
m = json.load(open("json"))
by = {(c["kind"], c["name"]): c for c in m["changes"]}
assert m["conflicts"] == 1 and not m["merged"], m
assert by["object", "c.text"]["taken"] == "conflict"
assert by["object", "a.text"]["taken"] == "ours"
assert by["object", "b.text"]["taken"] == "theirs"
assert by["parameter", "right"]["theirs"] == "3"
EOT
'

test_expect_success 'computed anew from what was merged; the rest is reused' '
	fedtwin merge side --recompute >out 2>err && test_grep "2 cached" out &&
	test_grep "1 succeeded" out && text c.text >c &&
	printf "left 2\nright 3\n" >want && cmp want c &&
	fedtwin plan >out && fedtwin run >out && test_grep "3 cached" out
'

test_expect_success 'the same parameter on both sides is a conflict' '
	fedtwin branch -f side && fedtwin run -p left=5 -p right=3 &&
	fedtwin switch side && fedtwin run -p left=6 -p right=3 &&
	fedtwin switch main && cp .fedtwin/oplog/0.log before &&
	test_expect_code 1 fedtwin merge side --recompute >out 2>err &&
	test_grep "conflict *params.left" out && cmp before .fedtwin/oplog/0.log
'

test_expect_success 'decided by name, or all at once' '
	test_expect_code 2 fedtwin merge side --take params.left=mine 2>err &&
	test_grep "NAME=theirs" err &&
	test_expect_code 2 fedtwin merge side --take b.text=ours 2>err &&
	test_expect_code 2 fedtwin merge side --ours --theirs 2>err &&
	fedtwin merge side --take params.left=theirs --recompute >out 2>err &&
	test_grep "theirs *params.left" out && test "$(text a.text)" = "left 6" &&
	fedtwin undo 2 && fedtwin merge side --ours >out &&
	test "$(text a.text)" = "left 5" &&
	test_grep "goes on as branch main-2" out &&
	fedtwin undo && fedtwin merge side --theirs >out &&
	test "$(text a.text)" = "left 6" && fedtwin fsck --deep
'

test_expect_success 'the workflow on both sides' '
	fedtwin branch -f side && sed "s/echo left/echo LEFT/" two.yaml >l.yaml &&
	sed "s/echo right/echo RIGHT/" two.yaml >r.yaml &&
	fedtwin run l.yaml && fedtwin switch side && fedtwin run r.yaml &&
	fedtwin switch main &&
	test_expect_code 1 fedtwin merge side >out 2>err &&
	test_grep "conflict *workflow" out &&
	fedtwin merge side --take workflow=theirs --recompute >out &&
	fedtwin workflow >out && cmp r.yaml out && fedtwin run >out &&
	test_grep "3 cached" out
'

test_expect_success 'a cell that one side dropped is dropped' '
	cat >cells.yaml <<-\EOT &&
	fedtwin: 1
	workflow: cells
	stages:
	  m:
	    matrix: {n: [1, 2, 3]}
	    shell: echo ${matrix.n} >t.txt
	    out: {t: {type: file, path: t.txt}}
	EOT
	fedtwin switch -c cells && fedtwin run cells.yaml &&
	fedtwin branch fewer && echo x >f && fedtwin data put note.x f &&
	fedtwin switch fewer && sed -i "s/2, 3/3, 4/" cells.yaml &&
	fedtwin run cells.yaml && fedtwin switch cells &&
	fedtwin merge fewer >out && fedtwin data ls m. >out &&
	! grep "n=2" out && test_grep "n=4" out && fedtwin data show note.x
'

test_expect_success 'no such state' '
	test_expect_code 4 fedtwin merge sidee 2>err &&
	test_grep "did you mean .side" err
'

test_done
