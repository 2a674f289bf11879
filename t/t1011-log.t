#!/bin/sh
test_description='fedtwin log shows the history of the project'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

test_expect_success 'a state for each run that changed something' '
	run_sweep && fedtwin run sweep.yaml &&
	fedtwin run -p size="3 mm" sweep.yaml &&
	fedtwin log >out &&
	test "$(grep -c "^state" out)" = 2 &&
	test_grep "(main)" out && test_grep "7 objects, 7 changed" out
'

test_expect_success 'JSON links a state to its parent' '
	fedtwin log --json >json &&
	"$PYTHON" - <<\EOT
import json
s = json.load(open("json"))["states"]
assert len(s) == 2 and s[0]["parent"] == s[1]["state"]
assert s[1]["parent"] is None and s[0]["names"] == "main"
EOT
'

test_expect_success '-m limits it' '
	fedtwin log -m 1 >out && test "$(grep -c "^state" out)" = 1
'

test_done
