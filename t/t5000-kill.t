#!/bin/sh
test_description='kill -9 of engine and worker loses nothing acknowledged'
. "$(dirname "$0")/harness.sh"

# A thousand kills take some minutes: CRASH_KILLS=1000 t/t5000-kill.t
kills=${CRASH_KILLS:-40}
crash=$FT_BUILDDIR/t/crash/crash

test_expect_success "$kills kills at random moments" '
	mkdir sources &&
	"$crash" init project &&
	"$crash" kill project sources "${CRASH_SEED:-1}" "$kills" &&
	test -s sources/acks
'

test_expect_success 'the index made anew from the oplog says the same' '
	rm project/.fedtwin/index.sqlite* &&
	"$crash" reopen project sources sources/acks
'

test_expect_success 'so does an oplog made anew from the files' '
	rm project/.fedtwin/oplog/0.log &&
	"$crash" reopen project sources sources/acks >out &&
	test_grep "orphans 0, missing 0, damaged 0" out
'

test_done
