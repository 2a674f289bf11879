#!/bin/sh
test_description='fedtwin undo goes back; what was undone is never lost'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

# The first line of all.text in the current state.
now() {
	fedtwin data get all.text - | head -n 1
}

test_expect_success 'nothing to undo: said so' '
	fedtwin init &&
	test_expect_code 4 fedtwin undo 2>err &&
	test_grep "nothing to undo on branch .main" err
'

test_expect_success 'one state back: its objects are the current ones' '
	write_sweep && fedtwin run sweep.yaml &&
	fedtwin run -p size="3 mm" sweep.yaml &&
	fedtwin run -p size="4 mm" sweep.yaml &&
	test "$(now)" = "load 1 N size 4 mm" &&
	fedtwin undo >out && test_grep "main: undone 1 state, " out &&
	test "$(now)" = "load 1 N size 3 mm" &&
	fedtwin log >out && test "$(grep -c "^state" out)" = 3 &&
	test "$(grep -c "undone$" out)" = 1
'

test_expect_success 'the same from an index made anew' '
	rm .fedtwin/index.sqlite &&
	test "$(now)" = "load 1 N size 3 mm" &&
	rm .fedtwin/index.sqlite && fedtwin redo &&
	test "$(now)" = "load 1 N size 4 mm"
'

test_expect_success 'several at once, and no further than the first' '
	fedtwin undo 7 >out && test_grep "undone 2 states" out &&
	test "$(now)" = "load 1 N size 2 mm" &&
	test_expect_code 4 fedtwin undo 2>err &&
	test_grep "nothing to undo" err
'

test_expect_success 'JSON' '
	fedtwin redo 2 >out && fedtwin undo --json >json &&
	"$PYTHON" - <<\EOT
import json
m = json.load(open("json"))
assert m["branch"] == "main" and m["states"] == 1, m
assert len(m["from"]) == 64 and m["from"] != m["to"]
EOT
'

test_expect_success 'a run after undo keeps both lines' '
	fedtwin run -p size="9 mm" sweep.yaml >out 2>err &&
	test_grep "goes on as branch main-2" out &&
	test "$(now)" = "load 1 N size 9 mm" &&
	fedtwin data get --at main-2 all.text - >old &&
	test_grep "size 4 mm" old &&
	fedtwin data get main-2:all.text - >old && test_grep "size 4 mm" old &&
	test_expect_code 4 fedtwin redo 2>err &&
	test_grep "nothing to redo" err &&
	fedtwin undo && test "$(now)" = "load 1 N size 3 mm" && fedtwin redo
'

test_expect_success 'a file that is put after undo does, too' '
	fedtwin undo && echo hello >f && fedtwin data put note.f f &&
	fedtwin branch >out && test_grep main-3 out &&
	fedtwin data ls --at main-3 >out && ! grep note.f out
'

test_expect_success 'what is no number is refused' '
	test_expect_code 2 fedtwin undo x 2>err &&
	test_grep "no number of states" err &&
	test_expect_code 2 fedtwin undo 0 2>err
'

test_expect_success 'nothing of it is anything but one record' '
	before=$(wc -c <.fedtwin/oplog/0.log) &&
	fedtwin undo 2 && after=$(wc -c <.fedtwin/oplog/0.log) &&
	test $((after - before)) -lt 700 &&
	fedtwin fsck
'

test_done
