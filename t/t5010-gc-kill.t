#!/bin/sh
test_description='a gc that is killed between any two steps loses nothing'
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

test_expect_success 'a project with versions that may go' '
	run_sweep &&
	fedtwin run -p size="3 mm" sweep.yaml &&
	cp -a .fedtwin whole
'

prepare() {
	rm -rf .fedtwin && cp -a whole .fedtwin
}

# Whole, the present readable, and the next gc can be taken back to the
# beginning: nothing was destroyed.
check_killed() {
	fedtwin fsck --full >fsck.out && fedtwin data verify >/dev/null &&
		fedtwin gc --grace 1day --keep-states 1 >/dev/null &&
		restore_all && fedtwin fsck --deep >fsck.out &&
		grep "14 versions, 0 missing, 0 damaged, 0 orphans" fsck.out
}

restore_all() {
	fedtwin gc --list --json >list.json || return 1
	for id in $(test_json \
		"\" \".join(r[\"id\"] for r in d[\"removals\"])" list.json)
	do
		fedtwin gc --restore "$id" || return 1
	done
}

test_expect_success 'kills of a sweep' '
	kill_everywhere gc --grace 0s --keep-states 1
'

test_expect_success 'kills of a restore' '
	prepare && fedtwin gc --grace 0s --keep-states 1 &&
	rm -rf whole && cp -a .fedtwin whole &&
	fedtwin gc --list --json >list.json &&
	kill_everywhere gc --restore "$(test_json "d[\"removals\"][0][\"id\"]" \
		list.json)"
'

# Either nothing was destroyed, or the purge is on record and its lineage kept.
check_killed() {
	fedtwin fsck --full >fsck.out && fedtwin data verify >/dev/null &&
		fedtwin gc --purge >/dev/null && fedtwin fsck --deep >fsck.out &&
		test -z "$(ls .fedtwin/trash)" && fedtwin lineage "$old" >/dev/null
}

test_expect_success 'kills of a purge' '
	prepare &&
	old=$(basename "$(ls .fedtwin/trash/*/*.h5 | head -n 1)" .h5) &&
	kill_everywhere gc --purge
'

test_done
