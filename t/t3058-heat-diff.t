#!/bin/sh
test_description='fedtwin diff on fields of the solver, against numpy'
. "$(dirname "$0")/harness.sh"

# One bar, two loads and two sizes of its elements.
cat >bar.yaml <<\EOT
fedtwin: 1
workflow: bar
params:
  cells: {type: integer, default: 12}
  end: {type: quantity, unit: degC, default: 30 degC}
stages:
  bar:
    module: mesh.box
    with: {cells: ["${params.cells}", 3], size: [100 mm, 10 mm]}
  heat:
    module: solve.heat
    in: {mesh: "${bar.mesh}"}
    with:
      conductivity: 35 W/m/K
      fixed: {xmin: 20 degC, xmax: "${params.end}"}
    resources: {ranks: 1}
EOT

test_expect_success 'two runs with another temperature at one end' '
	fedtwin init && fedtwin run bar.yaml && fedtwin tag cold &&
	fedtwin run -p end="310 K" bar.yaml && fedtwin tag warm &&
	test_expect_code 1 fedtwin diff cold warm >out &&
	test_grep "^  end  30 degC -> 36.85 degC\$" out &&
	test_grep "parameter fixed: " out &&
	test_grep "heat.temperature  differs  field  PointData/temperature: max 6.85 K" \
		out &&
	test_expect_code 1 fedtwin diff --json cold warm >json
'

test_expect_success 'the numbers are those of numpy, and so is the place' '
	for state in cold warm
	do
		for name in temperature flux
		do
			fedtwin data get --at $state heat.$name $state-$name.h5 ||
				return 1
		done
	done &&
	"$PYTHON" - <<-\EOT
	import json
	import h5py
	import numpy as np
	objects = json.load(open("json"))["objects"]["list"]
	for name, place in (("temperature", "PointData"), ("flux", "CellData")):
	    [o] = [o for o in objects if o["name"] == "heat." + name]
	    path = "/VTKHDF/%s/%s" % (place, name)
	    [array] = [a for a in o["compare"]["arrays"] if a["name"] == path]
	    x, y = (h5py.File("%s-%s.h5" % (s, name), "r") for s in ("cold", "warm"))
	    a, b = x[path][:], y[path][:]
	    gap = np.abs(a - b)
	    assert array["count"] == a.size and array["shape"] == list(a.shape)
	    assert array["differ"] == np.count_nonzero(a != b)
	    assert array["max_abs"] == gap.max()
	    index = tuple(array["where"]["index"])
	    assert index == np.unravel_index(gap.argmax(), gap.shape)
	    assert array["where"]["values"] == [a[index], b[index]]
	    both = np.maximum(np.abs(a), np.abs(b))
	    rel = np.max(gap[gap > 0] / both[gap > 0])
	    for key, want in (("max_rel", rel), ("l2", np.linalg.norm(gap)),
	                      ("l2_rel", np.linalg.norm(gap) / np.linalg.norm(a))):
	        assert abs(array[key] - want) <= 1e-12 * want, (key, array[key], want)
	    points = x["/VTKHDF/Points"][:]
	    at = points[index[0]]
	    if place == "CellData":
	        start = x["/VTKHDF/Offsets"][:]
	        ids = x["/VTKHDF/Connectivity"][start[index[0]]:start[index[0] + 1]]
	        at = points[ids].mean(axis=0)
	        length = np.linalg.norm(a - b, axis=1).max()
	        assert abs(array["max_length"] - length) <= 1e-12 * length
	    assert np.allclose(array["where"]["at"], at, rtol=1e-12, atol=1e-15)
	EOT
'

test_expect_success 'a tolerance in another unit covers it' '
	fedtwin diff --objects-only --only heat.temperature \
		--atol "6850.001 mK" cold warm >out &&
	test_grep "^objects: 1 equal within the tolerances" out &&
	test_expect_code 1 fedtwin diff --objects-only --only heat.temperature \
		--atol "6849.999 mK" cold warm
'

test_expect_success 'another mesh: values are not compared' '
	fedtwin run -p cells=15 bar.yaml &&
	test_expect_code 1 fedtwin diff --only heat.temperature cold main >out &&
	test_grep "another mesh: points 52 -> 64, cells 36 -> 45" out &&
	test_grep "temperature .K.: not compared: shape .52. -> .64." out &&
	test_grep "input mesh: bar.mesh" out
'

test_done
