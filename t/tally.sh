#!/bin/sh
# tally.sh RESULT.trs...: what "make check" did, in one line; before it, what the
# logs of failed tests say.
#
# A skipped test is a failure where nothing may be missing (CI=true); a test
# that left no result failed.

# What failed in a TAP log, with the diagnostics behind it.
excerpt() { # LOG
	echo "== $1"
	awk '/^not ok|^Bail out|^ERROR/ { show = 1 }
		/^ok|^PASS/ { show = 0 }
		show && !/^FAIL/ { print }' "$1" | tail -n 60
}

passed=0 failed=0 skipped=0
for trs
do
	test -s "$trs" || failed=$((failed + 1))
	while read -r key result _
	do
		test "$key" = :test-result: || continue
		case $result in
		PASS) passed=$((passed + 1)) ;;
		SKIP) skipped=$((skipped + 1)) ;;
		*) failed=$((failed + 1)) ;;
		esac
	done <"$trs"
	if grep -Eq '^:test-result: (FAIL|ERROR|XPASS)' "$trs"
	then
		excerpt "${trs%.trs}.log"
	fi
done 2>/dev/null

if test "${CI-}" = true
then
	failed=$((failed + skipped))
elif test $skipped != 0
then
	echo "$skipped skipped"
fi
echo "$passed passed, $failed failed"
test $failed = 0
