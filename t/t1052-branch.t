#!/bin/sh
test_description='fedtwin branch names states that go on'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

test_expect_success 'none in a new project' '
	fedtwin init && fedtwin branch 2>err && test_grep "no branches" err &&
	test_expect_code 4 fedtwin branch try 2>err &&
	test_grep "no state yet" err
'

test_expect_success 'a branch at the current state, or at another' '
	write_sweep && fedtwin run sweep.yaml && fedtwin run -p size="3 mm" sweep.yaml &&
	fedtwin branch try >out && test_grep "branch try at" out &&
	fedtwin branch old main~1 &&
	fedtwin branch >out && test "$(wc -l <out)" = 3 &&
	test "$(grep "^\*" out | awk "{print \$2}")" = main
'

test_expect_success 'it is made by one record, whatever it holds' '
	before=$(wc -c <.fedtwin/oplog/0.log) && fedtwin branch third &&
	after=$(wc -c <.fedtwin/oplog/0.log) &&
	test $((after - before)) -lt 700 && fedtwin branch -d third
'

test_expect_success 'every way to name a state' '
	id=$(fedtwin log --json -m 1 |
		sed -n "s/.*\"state\": *\"\([0-9a-f]*\)\".*/\1/p" | head -n 1) &&
	run=$(fedtwin log -m 1 | sed -n "s/.*run \([^ ]*\) of.*/\1/p") &&
	n=0 &&
	for at in main try "$run" "$id" "$(echo "$id" | cut -c 1-8)" \
		"0 s ago" 2100-01-01; do
		n=$((n + 1)) && fedtwin branch "b$n" "$at" >out &&
		test_grep "$(echo "$id" | cut -c 1-12)" out || return 1
	done &&
	fedtwin branch back "$run~1" && fedtwin branch back2 "~1" &&
	test_expect_code 4 fedtwin branch c main~9 2>err &&
	test_grep "not so many states" err &&
	test_expect_code 4 fedtwin branch c 2000-01-01 2>err &&
	test_grep "had no state at" err &&
	test_expect_code 4 fedtwin branch c tri 2>err &&
	test_grep "did you mean .try" err &&
	test_expect_code 2 fedtwin branch c main~x 2>err &&
	test_grep "no number behind" err
'

test_expect_success 'names are checked, and never taken twice' '
	test_expect_code 2 fedtwin branch "../x" 2>err &&
	test_grep "is no name" err &&
	test_expect_code 4 fedtwin branch try 2>err &&
	test_grep "there is a branch .try. already" err &&
	fedtwin tag v1 && test_expect_code 4 fedtwin branch v1 2>err &&
	test_grep "there is a tag" err
'

test_expect_success '--force moves one' '
	fedtwin branch --force try old >out && test_grep "branch try: " out &&
	fedtwin data get try:all.text - >text && test_grep "size 2 mm" text
'

test_expect_success 'deleting: only what is also elsewhere, but by force' '
	fedtwin branch -d old >out && test_grep "deleted branch old" out &&
	fedtwin switch -c side && fedtwin run -p size="5 mm" sweep.yaml &&
	test_expect_code 2 fedtwin branch -d side 2>err &&
	test_grep "is the current branch" err &&
	fedtwin switch main &&
	test_expect_code 2 fedtwin branch -d side 2>err &&
	test_grep "are on no other branch or tag" err &&
	id=$(fedtwin log --at side -m 1 | sed -n "s/state \([^ ]*\).*/\1/p") &&
	fedtwin branch -d --force side &&
	test_expect_code 4 fedtwin data ls --at side 2>err &&
	fedtwin branch side "$id" && fedtwin data ls --at side >out &&
	test_grep all.text out &&
	test_expect_code 4 fedtwin branch -d nosuch 2>err
'

test_expect_success 'JSON, and all of it from an index made anew' '
	rm .fedtwin/index.sqlite && fedtwin branch --json >json &&
	"$PYTHON" - <<\EOT
import json
b = {x["name"]: x for x in json.load(open("json"))["branches"]}
assert b["main"]["current"] and not b["try"]["current"]
assert "old" not in b and b["side"]["state"] != b["main"]["state"]
EOT
'

test_expect_success 'the graph of them all' '
	fedtwin run -p size="6 mm" sweep.yaml &&
	fedtwin log --graph --all >out && test_grep "^| \* state" out &&
	test_grep "^|/" out && fedtwin fsck
'

test_done
