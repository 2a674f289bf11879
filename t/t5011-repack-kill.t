#!/bin/sh
test_description='a repack that is killed between any two steps loses nothing'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

# shellcheck source=t/kill-at-calls.sh
. "$FT_SRCDIR/t/kill-at-calls.sh"

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
