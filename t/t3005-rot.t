#!/bin/sh
test_description='nobody computes with a large result that has rotten'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-heat fedtwin-mesh-box

# Large enough that both ranks write the mesh together.
cat >mesh.yaml <<\EOT
fedtwin: 1
workflow: mesh
stages:
  mesh:
    module: mesh.box
    with: {size: [1 m, 1 m, 1 m], cells: [30, 30, 30]}
    resources: {ranks: 2}
EOT

cat >read.py <<\EOT
import sys
import h5py
with h5py.File(sys.argv[1]) as f:
    print(f["VTKHDF/Connectivity"][:].sum(), file=open("sum.txt", "w"))
EOT

cat mesh.yaml - >all.yaml <<\EOT
  heat:
    module: solve.heat
    in: {mesh: "${mesh.mesh}"}
    with:
      conductivity: 237 W/m/K
      source: {domain: 1 kW/m3}
      fixed: {xmin: 300 K}
    resources: {ranks: 2}
  sum:
    run: [python3, read.py, "${in.mesh}"]
    in: {mesh: "${mesh.mesh}"}
    out: {sum: {type: file, path: sum.txt}}
EOT
# shellcheck disable=SC2016 # a path of this test, not of the stage
sed -i "s,python3\, read.py,$PYTHON\, $PWD/read.py," all.yaml

test_expect_success 'a mesh, written by two ranks' '
	fedtwin init && fedtwin run mesh.yaml &&
	file=$(fedtwin data show mesh.mesh | sed -n "s/^  file *//p") &&
	fedtwin data verify mesh.mesh && fedtwin fsck --deep
'

test_expect_success 'one bit of it changes' '
	chmod u+w "$file" &&
	"$PYTHON" - "$file" <<-\EOT
	import sys
	import h5py
	with h5py.File(sys.argv[1]) as f:
	    chunk = f["VTKHDF/Connectivity"].id.get_chunk_info(1)
	with open(sys.argv[1], "r+b") as f:
	    f.seek(chunk.byte_offset + 5000)
	    byte = f.read(1)[0]
	    f.seek(-1, 1)
	    f.write(bytes([byte ^ 8]))
	EOT
'

test_expect_success 'a solver on two ranks and a script of h5py refuse it' '
	test_expect_code 1 fedtwin run all.yaml &&
	fedtwin logs last/heat >log 2>&1 &&
	test_grep "cannot read ./VTKHDF/Connectivity. of " log &&
	fedtwin logs last/sum >log 2>&1 &&
	test_grep "OSError: " log &&
	test_expect_code 4 fedtwin data show heat.temperature
'

test_expect_success 'fedtwin finds it' '
	test_expect_code 4 fedtwin data verify mesh.mesh 2>err &&
	test_expect_code 4 fedtwin fsck --deep >out 2>&1
'

test_done
