#!/bin/sh
test_description='the time of all ranks is counted'
. "$(dirname "$0")/harness.sh"

test_need mpirun

cat >burn.py <<\EOT
import os, time
while time.process_time() < 1:
    pass
t = os.times()
with open("cpu." + os.environ["OMPI_COMM_WORLD_RANK"], "w") as f:
    print(t.user + t.system, file=f)
EOT

cat >burn.yaml <<EOT
fedtwin: 1
workflow: burn
stages:
  burn:
    run: [$PYTHON, $PWD/burn.py]
    resources: {ranks: 2}
EOT

test_expect_success 'CPU time is that of both ranks, within a tenth' '
	fedtwin init . && fedtwin run -j 2 burn.yaml &&
	cat .fedtwin/runs/*/work/burn.0.1/cpu.* >cpu && test_line_count = 2 cpu &&
	fedtwin usage last --json >json &&
	"$PYTHON" - <<\EOT
import json
ranks = sum(float(line) for line in open("cpu"))
total = json.load(open("json"))["total"]
# The launcher itself takes some time, too.
assert ranks <= total["cpu_s"] + 0.02, (ranks, total)
assert total["cpu_s"] <= 1.1 * ranks + 0.3, (ranks, total)
EOT
'

test_expect_success 'core time is that of both slots' '
	"$PYTHON" - <<\EOT
import json
total = json.load(open("json"))["total"]
assert total["core_s"] >= 2, total
EOT
'

test_done
