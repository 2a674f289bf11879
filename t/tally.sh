#!/bin/sh
# tally.sh RESULT.trs...: what "make check" did, in one line.
#
# A skipped test is a failure where nothing may be missing (CI=true); a test
# that left no result failed.

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
