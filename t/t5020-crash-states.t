#!/bin/sh
test_description='a power cut at any moment loses nothing acknowledged'
. "$(dirname "$0")/harness.sh"

test_need eatmydata

# The short form judges some states of each scenario; the long one:
#     CRASH_LONG=1 CRASH_STATES=100000 t/t5020-crash-states.t -v
CRASH_BIN=$FT_BUILDDIR/t/crash
export CRASH_BIN
form=states
lose=init # the scenario whose syncs are lost; empty: all
test -z "${CRASH_LONG-}" || form=long lose=

power_cut() {
	"$PYTHON" "$FT_SRCDIR/t/crash/power_cut.py" "$@"
}

test_expect_success 'every state is whole' '
	power_cut "$form" "${CRASH_STATES:-1200}" "${CRASH_SEED:-1}" >out &&
	cat out &&
	test_grep ", faults 0, seed" out
'

test_expect_success 'a sync that does nothing is caught, each in turn' '
	power_cut syncs ${lose:+"$lose"} >out &&
	cat out &&
	test_grep "^version file: [1-9].* 0 missed" out
'

test_expect_success 'so are a library and a disk that never sync' '
	power_cut nosync libeatmydata.so init publish >out &&
	cat out &&
	test_grep "^init: 0 syncs" out
'

test_done
