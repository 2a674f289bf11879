#!/bin/sh
# tally.sh RESULT.trs...: what "make check" did, in one line; before it, what the
# logs of failed tests say, and which tests took longest.
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

# What the tests took (t/timed.sh), all together and the ten longest.
costs() { # RESULT.trs...
	for trs
	do
		awk -v name="${trs%.trs}" '/^# took / {
			took = $3; computing = $5
		}
		END { if (took) print took, computing, name }' "${trs%.trs}.log"
	done 2>/dev/null | sort -rn | awk '
		{ took += $1; computing += $2 }
		NR <= 10 { line[NR] = sprintf("%9.1f s %9.1f s  %s", $1, $2, $3) }
		END {
			if (!NR) exit
			print "     took   computing"
			for (i = 1; i <= 10 && i <= NR; i++) print line[i]
			printf "%9.1f s %9.1f s  all %d\n", took, computing, NR
		}'
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

costs "$@"
if test "${CI-}" = true
then
	failed=$((failed + skipped))
elif test $skipped != 0
then
	echo "$skipped skipped"
fi
echo "$passed passed, $failed failed"
test $failed = 0
