#!/bin/sh
test_description='fedtwin redo goes forward over what was undone'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

size() {
	fedtwin data get all.text - | sed -n '1s/.*size //p'
}

test_expect_success 'nothing was undone: nothing to redo' '
	run_sweep &&
	for s in 3 4 5; do
		fedtwin run -p size="$s mm" sweep.yaml || return 1
	done &&
	test_expect_code 4 fedtwin redo 2>err &&
	test_grep "nothing to redo on branch .main" err
'

test_expect_success 'step by step, in the order in which it was made' '
	fedtwin undo 3 && test "$(size)" = "2 mm" &&
	fedtwin redo && test "$(size)" = "3 mm" &&
	fedtwin redo && test "$(size)" = "4 mm" &&
	fedtwin undo && test "$(size)" = "3 mm" &&
	fedtwin redo 2 >out && test "$(size)" = "5 mm" &&
	test_grep "redone 2 states" out &&
	test_expect_code 4 fedtwin redo
'

test_expect_success 'more than there are: as far as it goes' '
	fedtwin undo 3 && fedtwin redo 99 >out &&
	test_grep "redone 3 states" out && test "$(size)" = "5 mm"
'

test_expect_success 'redo is possible in another process, after a kill' '
	fedtwin undo 2 && rm -f .fedtwin/index.sqlite* &&
	fedtwin redo && test "$(size)" = "4 mm" && fedtwin redo
'

test_expect_success 'operations tell what happened' '
	fedtwin log -o -m 2 >out &&
	test "$(grep -c redo out)" = 2 &&
	fedtwin log -o --json >json &&
	"$PYTHON" - <<\EOT
import json
ops = json.load(open("json"))["operations"]
assert ops[0]["what"] == "redo" and ops[-1]["what"] == "run", ops
assert ops[-1]["from"] is None and len(ops[0]["to"]) == 64
EOT
'

test_done
