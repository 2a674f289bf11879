#!/bin/sh
test_description='the harness reports what a test did'
. "$(dirname "$0")/harness.sh"

# Runs a test of its own with the body given on stdin.
inner() {
	mkdir -p t && {
		printf '#!/bin/sh\n. "%s/t/harness.sh"\n' "$FT_SRCDIR"
		cat
	} >t/t0000-inner.t &&
	sh t/t0000-inner.t >out 2>err
}

test_expect_success 'a passing script is ok and leaves nothing' '
	inner <<-\EOT &&
	test_expect_success "works" "true && test \$HOME != /root"
	test_done
	EOT
	cat >want <<-\EOT &&
	ok 1 - works
	1..1
	EOT
	test_cmp want out &&
	test ! -e "$FT_BUILDDIR/t/scratch/t0000-inner"
'

test_expect_success 'a failing script is shown with its output' '
	test_expect_code 1 inner <<-\EOT &&
	test_expect_success "breaks" "printf \"the reason\\0\" && false"
	test_done
	EOT
	test_grep "^not ok 1 - breaks" out &&
	test_grep "^#	the reason" out &&
	test_grep "^# 1 failed" out &&
	test -d "$FT_BUILDDIR/t/scratch/t0000-inner" &&
	rm -r "$FT_BUILDDIR/t/scratch/t0000-inner"
'

test_expect_success 'a broken && chain cannot hide a failure' '
	test_expect_code 1 inner <<-\EOT &&
	test_expect_success "hides" "
		false
		true
	"
	test_done
	EOT
	test_grep "^#	the && chain of this script is broken" out &&
	rm -r "$FT_BUILDDIR/t/scratch/t0000-inner"
'

test_expect_success 'a script that ends early bails out' '
	test_expect_code 1 inner <<-\EOT &&
	test_expect_success "ends" "exit 0"
	test_done
	EOT
	test_grep "^Bail out!" out &&
	rm -r "$FT_BUILDDIR/t/scratch/t0000-inner"
'

test_expect_success 'tests in a pipeline count' '
	test_expect_code 1 inner <<-\EOT &&
	echo x | test_expect_success "one" "true"
	echo x | test_expect_success "two" "false"
	test_expect_success "three" "true"
	test_done
	EOT
	test_grep "^not ok 2 - two" out &&
	test_grep "^ok 3 - three" out &&
	test_grep "^1..3" out &&
	rm -r "$FT_BUILDDIR/t/scratch/t0000-inner"
'

test_expect_success 'a skip is a failure where nothing may be missing' '
	test_expect_code 1 inner <<-\EOT &&
	CI=
	test_skip "one" "no such program"
	CI=true
	test_skip "two" "no such program"
	test_done
	EOT
	test_grep "^ok 1 - one # SKIP no such program" out &&
	test_grep "^not ok 2 - two: no such program" out &&
	rm -r "$FT_BUILDDIR/t/scratch/t0000-inner"
'

test_expect_success 'cleanups run after a failure, the last one first' '
	test_expect_code 1 inner <<-\EOT &&
	test_expect_success "fails" "
		test_when_finished \"echo first >>../log\" &&
		test_when_finished \"echo second >>../log\" &&
		false
	"
	test_done
	EOT
	printf "second\nfirst\n" >want &&
	test_cmp want "$FT_BUILDDIR/t/scratch/t0000-inner/log" &&
	rm -r "$FT_BUILDDIR/t/scratch/t0000-inner"
'

test_expect_success 'tally: one line, skips count only under CI' '
	printf ":test-result: PASS x\n:test-result: PASS y\n" >a.trs &&
	printf ":test-result: SKIP z\n" >b.trs &&
	CI= sh "$FT_SRCDIR/t/tally.sh" a.trs b.trs >out &&
	test_grep "^2 passed, 0 failed$" out &&
	CI=true test_expect_code 1 sh "$FT_SRCDIR/t/tally.sh" a.trs b.trs >out &&
	test_grep "^2 passed, 1 failed$" out
'

test_expect_success 'tally: what failed is shown, what passed is not' '
	printf ":test-result: PASS x\n:test-result: FAIL y\n" >c.trs &&
	printf "ok 1 - x\n# fine\nnot ok 2 - y\n# broken\n" >c.log &&
	test_expect_code 1 sh "$FT_SRCDIR/t/tally.sh" a.trs c.trs >out &&
	printf "%s\n" "== c.log" "not ok 2 - y" "# broken" \
		"3 passed, 1 failed" >want &&
	test_cmp want out
'

test_expect_success 'timed: the cost stands behind what the test says' '
	test_expect_code 7 sh "$FT_SRCDIR/t/timed.sh" 60 \
		sh -c "echo ok 1; sleep 0.1; exit 7" >out &&
	sed -n 1p out >first && echo "ok 1" >want && test_cmp want first &&
	test_grep "^# took [0-9]*\.[0-9][0-9] s, [0-9]*\.[0-9][0-9] s of" out &&
	test_grep ! "^# took 0\.0" out &&
	test_expect_code 124 sh "$FT_SRCDIR/t/timed.sh" 0.1 sleep 60 >out &&
	test_line_count = 1 out
'

test_expect_success 'timed: time that children compute' '
	sh "$FT_SRCDIR/t/timed.sh" 60 \
		"$PYTHON" -c "import time
while time.process_time() < 0.3: pass" >out &&
	awk "{ exit \$5 < 0.2 }" out
'

test_expect_success 'tally: the ten that took longest, and all' '
	for i in 1 2 3 4 5 6 7 8 9 10 11
	do
		echo ":test-result: PASS x" >t$i.trs &&
		echo "# took $i.50 s, 0.10 s of them computing" >t$i.log ||
			return 1
	done &&
	cp t1.trs silent.trs && echo "ok 1" >silent.log &&
	sh "$FT_SRCDIR/t/tally.sh" silent.trs t*.trs >out &&
	test_grep ! " t1$" out && test_grep ! silent out &&
	sed -n 2p out >first && test_grep "^ *11.5 s *0.1 s  t11$" first &&
	test_grep "^ *71.5 s *1.1 s  all 11$" out &&
	tail -n 1 out >last && echo "12 passed, 0 failed" >want &&
	test_cmp want last
'

test_expect_success 'tally: a test without a result failed' '
	test_expect_code 1 sh "$FT_SRCDIR/t/tally.sh" a.trs none.trs >out &&
	test_grep "^2 passed, 1 failed$" out
'

test_done
