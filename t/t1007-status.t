#!/bin/sh
test_description='fedtwin status lists runs and shows one'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

test_expect_success 'no runs' '
	fedtwin init && fedtwin status >out && test_grep "no runs yet" out
'

test_expect_success 'the list, newest first' '
	write_sweep && fedtwin run sweep.yaml && fedtwin run sweep.yaml &&
	fedtwin status >out &&
	test "$(wc -l <out)" = 3 &&
	test_grep "succeeded *4/4" out &&
	fedtwin status --json >json &&
	"$PYTHON" - <<\EOT
import json
runs = json.load(open("json"))["runs"]
assert [r["cached"] for r in runs] == [4, 0], runs
assert all(r["state"] == "succeeded" and r["tasks"] == 4 for r in runs)
EOT
'

test_expect_success 'one run: stages, tasks, JSON' '
	fedtwin status last >out && test_grep "make *3 cached" out &&
	first=$(fedtwin status | tail -n 1 | cut -d" " -f1) &&
	fedtwin status "$first" -t >out &&
	test_grep "make\[load=3 N\] *succeeded" out &&
	fedtwin status "$first" --json >json &&
	"$PYTHON" - <<\EOT
import json
d = json.load(open("json"))
assert d["schema"] == 1 and len(d["tasks"]) == 4
assert d["tasks"][0]["outputs"].keys() == {"note", "t"}
assert d["tasks"][0]["exit_code"] == 0 and d["tasks"][0]["attempts"] == 1
EOT
'

test_expect_success 'part of an id is enough; a wrong one is an error' '
	fedtwin status "${first#*-*-}" >out &&
	test_grep "run $first" out &&
	test_expect_code 4 fedtwin status nonesuch 2>err &&
	test_grep "nonesuch" err
'

test_done
