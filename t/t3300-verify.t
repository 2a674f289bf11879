#!/bin/sh
test_description='verify.report and verify.pass: values against references'
. "$(dirname "$0")/harness.sh"

# A workflow whose cases are those of $1 and whose checks are standard input.
workflow() { # CASES-FILE
	cat <<-EOT
	fedtwin: 1
	workflow: verify
	stages:
	  made:
	    shell: cp "\${in.cases}" cases.csv
	    in: {cases: $1}
	    out: {cases: {type: table, path: cases.csv}}
	  report:
	    module: verify.report
	    in: {cases: "\${made.cases}", values: "\${made.cases}"}
	    with:
	      title: A <title> | with bars
	$(sed 's/^/      /')
	  verdict:
	    module: verify.pass
	    in: {cases: "\${report.cases}"}
	EOT
}

header='"case","unit","reference [1]","value [1]","tolerance [1]","measure"'

test_expect_success 'both kinds of cases, both measures, at the limit' '
	{
		echo "$header" &&
		echo "\"far\",\"K\",-300,-303,0.01,\"relative\"" &&
		echo "\"near | bars\",\"1\",0,-1e-10,1e-10,\"absolute\""
	} >good.csv &&
	workflow good.csv >good.yaml <<-\EOT &&
	checks:
	  - {case: first, column: value, row: 0, reference: -300, tolerance: 0.01}
	  - {case: last, column: tolerance, reference: 1.0e-10, tolerance: 0}
	EOT
	fedtwin init &&
	fedtwin run good.yaml &&
	fedtwin data get report.cases cases.csv &&
	cat >want <<-\EOT &&
	far,K,-300,-303,relative,-0.01,0.01,1
	near | bars,1,0,-1e-10,absolute,-1e-10,1e-10,1
	first,1,-300,-303,relative,-0.01,0.01,1
	last,1,1e-10,1e-10,relative,0,0,1
	EOT
	sed 1d cases.csv | tr -d \" >got &&
	test_cmp want got &&
	fedtwin data get report.page page.md &&
	test_grep "^## A &lt;title> .| with bars" page.md &&
	test_grep "near .| bars | 1 | 0 | -1e-10" page.md &&
	test_grep "^4 of 4 cases pass" page.md &&
	fedtwin data get verdict.verdict - >verdict &&
	test_grep "^4 of 4 cases pass" verdict
'

test_expect_success 'cases that do not pass are named, and reported all the same' '
	{
		echo "$header" &&
		echo "\"past the limit\",\"K\",300,303.1,0.01,\"relative\"" &&
		echo "\"no number\",\"K\",300,,0.01,\"relative\"" &&
		echo "\"fine\",\"K\",300,300,0,\"relative\""
	} >bad.csv &&
	workflow bad.csv >bad.yaml </dev/null &&
	test_expect_code 1 fedtwin run bad.yaml 2>err &&
	fedtwin data get report.page bad.md &&
	test_grep "^1 of 3 cases pass" bad.md &&
	test_grep "no number.*| nan |.*\*\*no\*\*" bad.md &&
	fedtwin logs last/verdict >log 2>&1 &&
	test_grep "2 of 3 cases do not pass: past the limit (error 0.01033, " log &&
	test_grep "; no number (error nan, tolerance 0.01)" log
'

refused() { # CHECK MESSAGE
	echo "checks: [$1]" | workflow good.csv >refused.yaml &&
	test_expect_code 1 fedtwin run refused.yaml 2>err &&
	fedtwin logs last/report >log 2>&1 &&
	test_grep "$2" log
}

test_expect_success 'what cannot be compared is refused' '
	refused "{case: a, column: gone, reference: 1, tolerance: 1}" \
		"case .a. is about column .gone., but the table has: case, unit" &&
	refused "{case: a, column: value, row: 2, reference: 1, tolerance: 1}" \
		"case .a. is about row 2, but the table has 2 rows" &&
	refused "{case: a, column: value, table: 1, reference: 1, tolerance: 1}" \
		"case .a. is about table 1, but .values. has 1" &&
	refused "{case: a, column: case, reference: 1, tolerance: 1}" \
		"case .a.: column .case. holds text" &&
	refused "{case: a, column: value, reference: 1, unit: K, tolerance: 1}" \
		"case .a. has its reference in .K., but column .value. is in .1." &&
	refused "{case: a, column: value, reference: 0, tolerance: 1}" \
		"case .a. has the reference 0, of which no error can be relative"
'

test_expect_success 'a table that lacks a column, or has no rows, is refused' '
	{ echo "case,value [1]" && echo "a,1"; } >short.csv &&
	workflow short.csv >short.yaml </dev/null &&
	test_expect_code 1 fedtwin run short.yaml 2>err &&
	fedtwin logs last/report >log 2>&1 &&
	test_grep "table 0 of .cases. has no column .unit.; it has: case, value" log &&
	echo "$header" >none.csv &&
	workflow none.csv >none.yaml </dev/null &&
	test_expect_code 1 fedtwin run none.yaml 2>err &&
	fedtwin logs last/report >log 2>&1 &&
	test_grep "there is no case; give tables as .cases., or .checks." log
'

test_expect_success 'run_all.sh collects the pages, also of what fails' '
	mkdir all && cp "$FT_SRCDIR/workflows/verify/run_all.sh" all &&
	cp good.csv bad.csv none.csv good.yaml bad.yaml none.yaml all &&
	test_expect_code 1 sh all/run_all.sh work report.md 2>err &&
	test_grep "FAILED, see work/bad.log" err &&
	test_grep "5 of 7 cases pass, in 3 workflows" err &&
	test_grep "near .| bars" report.md &&
	test_grep "past the limit" report.md &&
	test_grep "^## none" report.md &&
	test_grep "    .*there is no case" report.md &&
	sh all/run_all.sh work report.md good 2>err &&
	test_grep "4 of 4 cases pass, in 1 workflows" err
'

test_done
