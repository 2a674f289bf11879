#!/bin/sh
test_description='examples: what is tried again, what is drawn and left out'
. "$(dirname "$0")/harness.sh"

test_expect_success 'retry: more memory, more time, another try' '
	fedtwin init . &&
	cp "$FT_SRCDIR"/workflows/examples/retry.yaml . &&
	fedtwin run retry.yaml 2>err &&
	fedtwin status last --json >json &&
	for stage in 0 1 2
	do
		test "$(test_json "d[\"tasks\"][$stage][\"attempts\"]" json)" = 2 ||
			return 1
	done &&
	test_grep "hungry is tried again: used .* MiB of memory, .* allowed" err &&
	test_grep "slow is tried again: timed out after 0.3 s" err &&
	test_grep "flaky is tried again: no licence" err &&
	fedtwin logs last/after >out && test_grep "all three are done" out
'

test_expect_success 'and what has to run every time does' '
	fedtwin run retry.yaml >out &&
	test_grep "4 tasks: 1 succeeded, 3 cached" out
'

test_expect_success 'ensemble: a seed for each member, cells left out' '
	cp "$FT_SRCDIR"/workflows/examples/ensemble.yaml . &&
	fedtwin run ensemble.yaml >out &&
	test_grep "9 tasks: 6 succeeded, 3 skipped" out &&
	fedtwin data get spread.spread got &&
	"$PYTHON" - <<-\EOF
	import random
	drawn = [0.0]
	for seed in range(1, 5):
	    random.seed(seed)
	    drawn.append(round(1.5 * random.random(), 6))
	n, spread = open("got").read().split()
	assert int(n) == 5 and abs(float(spread) - max(drawn)) < 1e-5, (n, spread)
	EOF
'

test_done
