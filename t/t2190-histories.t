#!/bin/sh
test_description='random histories of the scheduler keep every invariant'
. "$(dirname "$0")/harness.sh"

# A million take some minutes: HISTORIES=1000000 t/t2190-histories.t
histories=${HISTORIES:-20000}
sim=$FT_BUILDDIR/t/sim/sim

test_expect_success "$histories histories" '
	"$sim" --histories "$histories" --from "${HISTORY_SEED:-0}" >out &&
	test_grep "^$histories histories from seed" out
'

test_expect_success 'one history can be replayed, and is the same again' '
	"$sim" --seed 4711 >one && "$sim" --seed 4711 >two &&
	test_cmp one two && test_grep "history 4711 ended after" one
'

test_done
