#!/bin/sh
test_description='the verification workflows of solve.heat, through the engine'
. "$(dirname "$0")/harness.sh"

test_expect_success 'nafems-t3.yaml meets its target' '
	fedtwin init &&
	fedtwin run "$FT_SRCDIR/workflows/verify/nafems-t3.yaml" &&
	fedtwin data get report.page page1.md &&
	test_grep "after 32 s | K | 309.7531 | 309.7.*(absolute) | yes" page1.md
'

test_expect_success 'heat-mms.yaml has order 2 on every element' '
	fedtwin run "$FT_SRCDIR/workflows/verify/heat-mms.yaml" &&
	fedtwin data get report.page page2.md &&
	test_grep "^10 of 10 cases pass" page2.md
'

test_expect_success 'nafems-t2-t4.yaml meets its targets' '
	fedtwin run "$FT_SRCDIR/workflows/verify/nafems-t2-t4.yaml" &&
	fedtwin data get report.page page3.md &&
	test_grep "^2 of 2 cases pass" page3.md
'

test_expect_success 'heat-contact.yaml: a thin layer is a contact resistance' '
	fedtwin run "$FT_SRCDIR/workflows/verify/heat-contact.yaml" &&
	fedtwin data get report.page page4.md &&
	test_grep "^8 of 8 cases pass" page4.md
'

test_expect_success 'heat-series.yaml meets series and closed forms' '
	fedtwin run "$FT_SRCDIR/workflows/verify/heat-series.yaml" &&
	fedtwin data get report.page page5.md && cat page5.md &&
	test_grep "^13 of 13 cases pass" page5.md
'

test_done
