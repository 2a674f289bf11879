#!/bin/sh
test_description='gc and repack beside runs take nothing from them'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

# A run of three parameters in turn: the third round reuses, or makes again,
# what a gc without grace and horizon has taken from the first.
rounds=${CRASH_ROUNDS:-6}

clean_up() { # until the file "over" is there
	until test -e over
	do
		fedtwin gc --grace 0s --keep-states 1 --work 1day ||
			echo "gc: $?" >>bad
		fedtwin repack --older-than 0s || echo "repack: $?" >>bad
		sleep 0.1
	done >cleaning 2>&1
}

test_expect_success "$rounds rounds of runs, each with gc and repack beside it" '
	run_sweep && : >bad &&
	clean_up & cleaner=$! &&
	test_wait_for 20 test -e bad &&
	i=0 && while test $i -lt "$rounds"
	do
		i=$((i + 1)) &&
		fedtwin run -p size="$((i % 3 + 1)) mm" sweep.yaml >run.$i 2>&1 || {
			echo "run $i: $?" >>bad
			cat run.$i
		}
		fedtwin data get all.text got.$i ||
			echo "get $i: $?" >>bad
	done
	touch over && wait $cleaner &&
	test_must_be_empty bad
'

test_expect_success 'every run found or made what it needed' '
	i=0 && while test $i -lt "$rounds"
	do
		i=$((i + 1)) &&
		test_grep "size $((i % 3 + 1)) mm" got.$i || return 1
	done
'

test_expect_success 'the store is whole' '
	fedtwin gc --grace 0s --keep-states 1 &&
	fedtwin fsck --deep >out && test_grep " 0 missing, 0 damaged" out &&
	fedtwin data verify && fedtwin gc --purge && fedtwin fsck --deep
'

test_done
