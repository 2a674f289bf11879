# Kills a command at each of its system calls in turn, for tests that define
# "prepare" and "check_killed".
# shellcheck shell=sh

test_need strace
# A leak checker traces its process, which strace does already.
ASAN_OPTIONS=detect_leaks=0
export ASAN_OPTIONS

# A command ends with each of its calls of these in turn; in the short form with
# ever fewer of the later ones (CRASH_LONG=1: with all).
calls="rename renameat2 link unlink unlinkat rmdir mkdir fsync fdatasync
pwrite64 write"

leap=3
test -z "${CRASH_LONG-}" || leap=1000

# Kills "fedtwin ARGUMENTS" at its N-th call of CALL, for N from 1 on until it
# is not reached; after each kill "check_killed" has to succeed.
kill_at() { # CALL ARGUMENTS...
	call=$1
	shift
	n=1
	while test "$n" -le 200
	do
		prepare || return 1
		strace -qq -o trace -e trace="$call" -e signal=none \
			-e inject="$call:signal=KILL:when=$n" \
			fedtwin "$@" >out 2>err
		status=$?
		test $status = 137 || return 0
		kills=$((kills + 1))
		check_killed || {
			echo "killed at $call $n" >&2
			return 1
		}
		n=$((n + 1 + (n / leap)))
	done
}

kill_everywhere() { # ARGUMENTS...
	kills=0
	for call in $calls
	do
		strace -qq -e trace="$call" true 2>/dev/null || continue
		kill_at "$call" "$@" || return 1
	done
	echo "$kills kills" >&2
	test $kills -ge 8
}
