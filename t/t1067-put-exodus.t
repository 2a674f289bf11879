#!/bin/sh
test_description='fedtwin data put: Exodus II files become meshes'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-damage.sh"

fedtwin init >/dev/null || exit 1
make=$FT_SRCDIR/t/put_exodus.py
measure=$FT_SRCDIR/t/measure_mesh.py

keep() { # FILE: keeps its mesh as FILE.h5
	fedtwin data put t.t "$1" --length-unit m &&
	fedtwin data get t.t "$1.h5"
}

test_expect_success 'files of every form, those of VTK and of meshio' '
	"$PYTHON" "$make" write && ls ./*.exo ./*.g ./*.e ./*.ex2 >files &&
	test_line_count = 18 files
'

test_expect_success 'all of them are what VTK reads' '
	while read -r file
	do
		keep "$file" || return 1
	done <files &&
	xargs "$PYTHON" "$make" compare <files
'

test_expect_success 'volumes of blocks and areas of side sets' '
	"$PYTHON" "$measure" solid-*.h5 >got &&
	cat >want <<-\EOT &&
	4 23 1,5,9,10,12,13,14
	the tetra 3 1 0.166666667 0.1
	the hex8 3 1 1 8
	the wedge 3 1 0.5 10.0833333
	the pyramid 3 1 0.333333333 14.4
	side 1 2 4 3.05901699 52.9678536
	side 2 2 4 3.83925596 69.3617443
	side 3 2 4 3.05901699 52.1298763
	side 4 2 4 2.55901699 37.3715399
	side 5 2 3 2.5 61.0833333
	side 6 2 1 1 10
	corners 0 3 3 11
	tip 0 1 1 4
	EOT
	test_cmp want got &&
	"$PYTHON" "$measure" numbers.exo.h5 >got && test_grep "^30 3 1 1 8$" got
'

test_expect_success 'a side that both of its elements name is there once' '
	"$PYTHON" "$measure" flat.exo.h5 >got &&
	test_grep "^inside 1 1 1 " got && test_grep "^west 2 1 1 1$" got
'

test_expect_success 'cells of second order have their nodes in place' '
	for kind in TRI6 quad8 QUAD9 TETRA10 HEX20 hex27
	do
		"$PYTHON" "$measure" straight $kind.exo.h5 || return 1
	done
'

test_expect_success 'unit and conversion stand in the lineage' '
	fedtwin lineage t.t --json >json &&
	test_grep "\"format\": *\"exodus\"" json &&
	test_grep "\"length_m\"" json
'

while IFS='|' read -r message options
do
	test_expect_success "refused: $options" '
		test_expect_code 2 fedtwin data put t.x bar.g $options 2>err &&
		test_grep "$message" err
	' </dev/null
done <<\EOT
does not say the unit of its coordinates|
is not a unit of length|--length-unit kg
only the mesh is read, no field|--length-unit m -t field
can become a mesh or a file|--length-unit m -t image
EOT

refuses_damaged 37
refuses_cut -eq 20

leaves_nothing

cat >heat.yaml <<\EOT
fedtwin: 1
workflow: bar
stages:
  heat:
    module: solve.heat
    in: {mesh: "${store('bar.mesh')}"}
    with:
      conductivity: {bar: 10 W/m/K}
      fixed: {cold: 300 K, hot: 400 K}
EOT

test_expect_success 'solve.heat runs on a mesh that was put' '
	fedtwin data put bar.mesh bar.g --length-unit mm &&
	fedtwin run heat.yaml && fedtwin data get heat.temperature t.h5 &&
	"$PYTHON" - <<-\EOT
	import h5py, numpy
	f = h5py.File("t.h5")["VTKHDF"]
	x, t = f["Points"][:, 0], f["PointData/temperature"][:]
	assert len(x) == 64
	assert numpy.allclose(t, 300 + 100 * x / x.max(), atol=1e-8)
	EOT
'

test_done
