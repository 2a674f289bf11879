#!/bin/sh
test_description='a gc that is killed between any two steps loses nothing'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

# shellcheck source=t/kill-at-calls.sh
. "$FT_SRCDIR/t/kill-at-calls.sh"

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
