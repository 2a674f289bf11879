#!/bin/sh
test_description='the example and flows of env.flood, through the engine'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-flood fedtwin-gdal

test_expect_success 'flood.yaml: a levee keeps a village dry for longer' '
	fedtwin init &&
	fedtwin run "$FT_SRCDIR/workflows/examples/flood.yaml" &&
	fedtwin data get "flood.gauges{crest=0 m}" open.csv &&
	fedtwin data get "flood.gauges{crest=104 m}" levee.csv &&
	fedtwin data get "flood.balance{crest=104 m}" balance.csv &&
	fedtwin data get area.summary area.csv &&
	fedtwin data get "map.picture{crest=104 m}" map.png &&
	fedtwin data get curves.picture curves.png &&
	"$PYTHON" - <<-EOT
	import csv
	def peak(name, gauge):
	    rows = list(csv.DictReader(open(name)))
	    at = [r for r in rows if float(r["x [m]"]) == gauge]
	    return max(float(r["depth [m]"]) for r in at)
	print([[peak(n, g) for g in (500800, 500950, 500600)]
	       for n in ("open.csv", "levee.csv")])
	assert peak("levee.csv", 500600) < peak("open.csv", 500600)
	assert peak("levee.csv", 500800) > peak("open.csv", 500800)
	assert [float(r["area [m2]"]) for r in csv.DictReader(open("area.csv"))] == \
	    2 * [1600. * 800]
	assert all(abs(float(r["error [1]"])) < 1e-10
	           for r in csv.DictReader(open("balance.csv")))
	EOT
'

test_expect_success 'flood-flows.yaml: every case passes' '
	fedtwin run "$FT_SRCDIR/workflows/verify/flood-flows.yaml" &&
	fedtwin data get report.page page.md && cat page.md &&
	test_grep "^13 of 13 cases pass" page.md
'

test_done
