#!/bin/sh
test_description='kill -9 of an import: nothing of it is there, or everything'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

# IMPORT_KILLS=1000 t/t5012-import-kill.t takes some minutes.
kills=${IMPORT_KILLS:-12}

test_expect_success "$kills kills at random moments" '
	mkdir source && (cd source && run_sweep &&
		fedtwin run -p size="3 mm" sweep.yaml) &&
	fedtwin -C source export ../a.fta &&
	"$PYTHON" "$FT_SRCDIR/t/archive/kill_import.py" a.fta "$kills" \
		"${CRASH_SEED:-1}"
'

test_done
