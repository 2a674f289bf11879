#!/bin/sh
test_description='fedtwin tag gives a state a name that stays'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

test_expect_success 'a tag stays where it is' '
	run_sweep && fedtwin tag 2>err && test_grep "no tags" err &&
	fedtwin tag v1 >out && test_grep "tag v1 at" out &&
	fedtwin run -p size="3 mm" sweep.yaml &&
	fedtwin data get --at v1 all.text - >out && test_grep "size 2 mm" out &&
	fedtwin log >out && test_grep "(tag v1)" out && test_grep "(main)" out
'

test_expect_success 'of another state, moved by force only' '
	fedtwin tag v2 main~1 &&
	test_expect_code 4 fedtwin tag v2 main 2>err &&
	test_grep "there is a tag .v2. already" err &&
	fedtwin tag --force v2 main &&
	fedtwin data get --at v2 all.text - >out && test_grep "size 3 mm" out &&
	test_expect_code 4 fedtwin tag main 2>err && test_grep "branch" err
'

test_expect_success 'it keeps a branch from being the only name' '
	fedtwin switch -c side && fedtwin run -p size="8 mm" sweep.yaml &&
	fedtwin tag keep && fedtwin switch main && fedtwin branch -d side &&
	fedtwin data get --at keep all.text - >out && test_grep "size 8 mm" out &&
	fedtwin log --all >out && test_grep "tag keep" out
'

test_expect_success 'deleted, JSON, and an index made anew' '
	fedtwin tag -d v1 && test_expect_code 4 fedtwin tag -d v1 2>err &&
	test_grep "there is no tag" err &&
	test_expect_code 2 fedtwin tag -d 2>err && test_grep "wants the name of one tag" err &&
	rm .fedtwin/index.sqlite && fedtwin tag --json >json &&
	"$PYTHON" - <<\EOT &&
import json
t = [x["name"] for x in json.load(open("json"))["tags"]]
assert t == ["keep", "v2"], t
EOT
	fedtwin fsck
'

test_done
