#!/bin/sh
test_description='fsck finds damage, rebuild brings back what can be had'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

test_expect_success 'a clean store, at every level' '
	run_sweep &&
	fedtwin fsck >out && test_grep "7 versions.*: clean" out &&
	fedtwin fsck --full && fedtwin fsck --deep &&
	fedtwin fsck --json >json && test_grep "\"clean\": *true" json
'

test_expect_success 'the index may be deleted or damaged at any time' '
	fedtwin data ls >want &&
	rm -f .fedtwin/index.sqlite* &&
	fedtwin data ls >got && test_cmp want got &&
	printf garbage >.fedtwin/index.sqlite && rm -f .fedtwin/index.sqlite-* &&
	fedtwin data ls >got && test_cmp want got &&
	fedtwin fsck --rebuild && fedtwin data ls >got && test_cmp want got
'

test_expect_success 'a missing file is named' '
	file=$(fedtwin data show all.text | sed -n "s/^  file *//p") &&
	mv "$file" away &&
	test_expect_code 4 fedtwin fsck >out 2>err &&
	test_grep "$(basename "$file")" out && test_grep "1 missing" out &&
	mv away "$file" && fedtwin fsck
'

test_expect_success 'the oplog is gone: rebuilt from the version files' '
	fedtwin data ls --json | grep "\"version\"" | sort >want &&
	rm -rf .fedtwin/oplog .fedtwin/index.sqlite* &&
	test_expect_code 4 fedtwin data ls 2>err &&
	fedtwin fsck --rebuild >out &&
	fedtwin data ls --json | grep "\"version\"" | sort >got &&
	test_cmp want got && fedtwin fsck --deep
'

test_expect_success 'an orphan is reported and can be adopted' '
	mkdir other && (cd other && fedtwin init &&
		printf "a [m]\n1\n" >a.csv && fedtwin data put x.a a.csv) &&
	file=$(cd other && fedtwin data show x.a | sed -n "s/^  file *//p") &&
	shard=.fedtwin/o/$(basename "$file" | cut -c1-2) &&
	mkdir -p "$shard" && cp "$file" "$shard/" &&
	fedtwin fsck >out && test_grep "1 orphans" out &&
	fedtwin fsck --adopt >out && fedtwin fsck >out && test_grep "0 orphans" out
'

test_done
