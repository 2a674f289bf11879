#!/bin/sh
test_description='fedtwin data put: MED files become meshes'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-damage.sh"

fedtwin init >/dev/null || exit 1
make=$FT_SRCDIR/t/put_med.py
measure=$FT_SRCDIR/t/measure_mesh.py

test_expect_success 'files of the MED library and of meshio' '
	"$PYTHON" "$make" write && ls ./*.med >files &&
	test_line_count = 16 files &&
	while read -r file
	do
		fedtwin data put t.t "$file" --length-unit m &&
		fedtwin data get t.t "$file.h5" || return 1
	done <files
'

test_expect_success 'volumes and areas of groups, whatever the hand of cells' '
	"$PYTHON" "$measure" solid.med.h5 mirrored.med.h5 >got &&
	cat >want <<-\EOT &&
	4 23 1,5,9,10,12,13,14
	body 3 2 1.16666667 8.1
	wedge 3 1 0.5 10.0833333
	a skin 2 2 1.5 7.25
	low 0 2 2 3
	wedge 0 1 1 3
	- 3 1 0.333333333 14.4
	EOT
	test_cmp want got &&
	"$PYTHON" "$measure" meshio.med.h5 >got &&
	cat >want <<-\EOT &&
	2 12 9,10,12
	body 3 2 1.16666667 8.1
	a skin 2 1 1 7
	EOT
	test_cmp want got &&
	"$PYTHON" "$measure" plain.med.h5 >got && test_line_count = 2 got
'

test_expect_success 'cells of second order have their nodes in place' '
	for kind in TR6 QU8 QU9 T10 H20 H27
	do
		"$PYTHON" "$measure" straight $kind.med.h5 \
			$kind-mirrored.med.h5 || return 1
	done
'

test_expect_success 'unit and conversion stand in the lineage' '
	fedtwin lineage t.t --json >json &&
	test_grep "\"format\": *\"med\"" json && test_grep "\"length_m\"" json
'

while IFS='|' read -r message options
do
	test_expect_success "refused: $options" '
		test_expect_code 2 fedtwin data put t.x solid.med $options \
			2>err && test_grep "$message" err
	' </dev/null
done <<\EOT
does not say the unit of its coordinates|
only the mesh is read, no field|--length-unit m -t field
can become a mesh or a file|--length-unit m -t table
EOT

refuses_damaged 35
refuses_cut -eq 12

leaves_nothing

test_done
