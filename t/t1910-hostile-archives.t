#!/bin/sh
test_description='archives that are not what they must be are refused whole'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

tools=$FT_SRCDIR/t/archive

# Everything in the project that could have changed.
state_of_project() {
	(cd "$1" && find .fedtwin/o .fedtwin/tmp .fedtwin/runs | sort &&
		sha256sum .fedtwin/oplog/0.log && ls)
}

test_expect_success 'a good archive, taken apart and put together' '
	mkdir source target && (cd source && run_sweep &&
		fedtwin run -p size="3 mm" sweep.yaml) &&
	(cd source && fedtwin export ../good.fta) &&
	(cd target && fedtwin init && echo 1 >a.txt &&
		fedtwin data put mine.a a.txt) &&
	(cd target && fedtwin import -n ../good.fta) &&
	state_of_project target >before
'

"$PYTHON" "$tools/hostile.py" list >cases
while IFS='|' read -r name code message
do
	test_expect_success "refused: $name" '
		"$PYTHON" "$tools/hostile.py" make good.fta "$name" bad.fta &&
		test_expect_code "$code" fedtwin -C target import ../bad.fta \
			>out 2>err &&
		test_grep "$message" err &&
		test_grep ! "[[:cntrl:]]" err &&
		state_of_project target >after && test_cmp before after
	' </dev/null
done <cases

test_expect_success 'the project is whole and still takes the good one' '
	fedtwin -C target fsck --deep >out && test_grep ": clean" out &&
	fedtwin -C target import ../good.fta >out &&
	test_grep "14 versions .* verified, 14 new" out
'

test_done
