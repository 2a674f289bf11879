#!/bin/sh
test_description='the example of warm programs'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-heat fedtwin-mesh-box

jobs() { # of the stage heat in the last run, and how many tasks each had
	fedtwin status last -t --json >json &&
	test_json '"\n".join("pool" if t["job"].startswith("pool ") else "alone"
		for t in d["tasks"] if t["task"].startswith("heat"))' json |
		sort | uniq -c | tr -s ' '
}

test_expect_success 'twenty solves, all of them in a pool' '
	fedtwin init &&
	fedtwin run "$FT_SRCDIR/workflows/examples/warm.yaml" &&
	echo " 20 pool" >want &&
	jobs >got &&
	test_cmp want got &&
	fedtwin data ls heat.temperature >got &&
	test_grep "20 W" got
'

test_expect_success 'a second run reuses them' '
	fedtwin run "$FT_SRCDIR/workflows/examples/warm.yaml" >out &&
	test_grep "21 cached" out
'

test_done
