#!/bin/sh
test_description='fedtwin demo: the heat sink end to end, readable elsewhere'
. "$(dirname "$0")/harness.sh"

# The demo is workflows/heatsink.yaml in a scratch project.

test_expect_success 'the demo runs and says what to type next' '
	fedtwin demo >out 2>err &&
	test_grep "succeeded: 5 tasks: 5 succeeded" out &&
	test_grep "fedtwin data ls" out
'

test_expect_success 'again: everything is reused' '
	fedtwin demo >out 2>err && test_grep "5 tasks: 5 cached" out
'

test_expect_success 'the results are what physics says' '
	cd fedtwin-demo &&
	fedtwin data get plot.peaks ../peaks.csv &&
	fedtwin data get plot.figure ../peak.svg &&
	fedtwin data get "heat.summary{power=45 W}" ../summary.csv &&
	cd .. &&
	test_grep "<svg" peak.svg &&
	"$PYTHON" - <<\EOT
import csv
rows = [[float(x) for x in r] for r in list(csv.reader(open("peaks.csv")))[1:]]
assert [r[0] for r in rows] == [45, 65, 95]
# Linear conduction: the rise over the air is proportional to the power.
rise = [(t - 298.15) / p for p, t in rows]
assert max(rise) / min(rise) - 1 < 1e-6, rise
assert 0.1 < rise[0] < 5, rise
head, *body = csv.reader(open("summary.csv"))
row = dict(zip([h.split(" [")[0] for h in head], map(float, body[-1])))
assert abs(row["imbalance"]) < 1e-8, row
assert abs(row["heat_in"] / 45 - 1) < 1e-8, row
EOT
'

test_expect_success 'h5py, xarray and VTK read a mesh, a field and a table' '
	cd fedtwin-demo &&
	fedtwin data get mesh.mesh ../mesh.h5 &&
	fedtwin data get "heat.temperature{power=95 W}" ../t.h5 &&
	fedtwin data get "heat.summary{power=95 W}" ../s.h5 &&
	cd .. &&
	"$PYTHON" "$FT_SRCDIR/t/read_elsewhere.py" mesh.h5 t.h5 s.h5 peaks.csv
'

test_done
