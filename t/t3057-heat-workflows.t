#!/bin/sh
test_description='the verification workflows of solve.heat, through the engine'
. "$(dirname "$0")/harness.sh"

test_expect_success 'nafems-t3.yaml meets its target' '
	fedtwin init &&
	fedtwin run "$FT_SRCDIR/workflows/verify/nafems-t3.yaml" &&
	fedtwin data get verdict.verdict verdict.txt &&
	test_grep "36\.6[01].* degC at 32 s, target 36\.6031" verdict.txt
'

test_expect_success 'heat-mms.yaml has order 2 on every element' '
	fedtwin run "$FT_SRCDIR/workflows/verify/heat-mms.yaml" &&
	fedtwin data get verdict.orders orders.txt &&
	test_line_count = 4 orders.txt &&
	cat orders.txt
'

test_done
