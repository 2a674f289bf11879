#!/bin/sh
test_description='a repack that is killed between any two steps loses nothing'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

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

test_expect_success 'a project with versions that may be packed' '
	run_sweep && fedtwin data ls >want &&
	cp -a .fedtwin whole
'

prepare() {
	rm -rf .fedtwin && cp -a whole .fedtwin
}

check_read() {
	fedtwin data verify >verify.out
}

# Whole at every level, everything can be read, and the next repack finishes.
check_killed() {
	fedtwin fsck --full >fsck.out && check_read &&
		fedtwin data ls >got && test_cmp want got &&
		fedtwin repack --older-than 0s >/dev/null &&
		fedtwin fsck --deep >fsck.out &&
		grep "7 versions, 0 missing, 0 damaged, 0 orphans" fsck.out
}

test_expect_success 'kills of a repack' '
	kill_everywhere repack --older-than 0s
'

test_expect_success 'kills while packed versions become files again' '
	prepare && fedtwin repack --older-than 0s &&
	rm -rf whole && cp -a .fedtwin whole &&
	kill_everywhere data verify
'

test_expect_success 'kills while a container is given up' '
	prepare && fedtwin data evict make.t make.note && fedtwin gc --purge &&
	rm -rf whole && cp -a .fedtwin whole && fedtwin data ls >want &&
	check_read() {
		test_must_fail fedtwin data verify 2>verify.err &&
			fedtwin data verify all.text
	} &&
	kill_everywhere repack --older-than 0s
'

test_done
