#!/bin/sh
test_description='the workflows of solve.elasticity and solve.modes, through the engine'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-elasticity fedtwin-modes

test_expect_success 'elasticity.yaml: every case passes' '
	fedtwin init &&
	fedtwin run "$FT_SRCDIR/workflows/verify/elasticity.yaml" &&
	fedtwin data get report.page page.md &&
	test_grep "^17 of 17 cases pass" page.md &&
	cat page.md
'

test_expect_success 'modes.yaml: every case passes' '
	fedtwin run "$FT_SRCDIR/workflows/verify/modes.yaml" &&
	fedtwin data get report.page modes.md &&
	test_grep "^26 of 26 cases pass" modes.md &&
	cat modes.md
'

test_expect_success 'solids.yaml: every case passes' '
	fedtwin run "$FT_SRCDIR/workflows/verify/solids.yaml" &&
	fedtwin data get report.page solids.md && cat solids.md &&
	test_grep "^18 of 18 cases pass" solids.md
'

test_expect_success 'thermal-stress.yaml: from the heat of a chip to stress' '
	fedtwin run "$FT_SRCDIR/workflows/examples/thermal-stress.yaml" &&
	fedtwin data show stress.stress >shown &&
	test_grep "field in Pa" shown &&
	fedtwin data get stress.summary summary.h5 &&
	"$PYTHON" - <<-\EOT
	import h5py
	with h5py.File("summary.h5") as f:
	    row = {k: v[0] for k, v in f["table"].items()}
	assert row["force_imbalance"] <= 1e-8, row
	assert 5e7 <= row["max_von_mises"] <= 5e8, row
	EOT
'

test_done
