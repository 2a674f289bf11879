#!/bin/sh
test_description='fedtwin data put: .vtu files become meshes and fields'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-damage.sh"

fedtwin init >/dev/null || exit 1
make=$FT_SRCDIR/t/put_mesh.py

keep() { # FILE SCALE [ARRAY]: keeps t.t, to be compared with FILE below
	n=$((n + 1)) && fedtwin data get t.t $n.h5 && echo "$* $n.h5" >>pairs
}
n=0

test_expect_success 'VTK writes files in every encoding' '
	"$PYTHON" "$make" write && ls ./*.vtu >files &&
	test_line_count -ge 24 files
'

for file in *.vtu
do
	test_expect_success "a mesh and a field of $file" '
		fedtwin data put t.t "$file" --length-unit mm &&
		keep "$file" 0.001 &&
		fedtwin data put t.t "$file" -t field --array T -u K \
			--length-unit m &&
		keep "$file" 1 T
	'
done

test_expect_success 'values of points and cells, vectors, integers' '
	for file in box-ascii box-binary-zlib solid-raw flat-binary
	do
		for array in PointData/v c CellData/cv n
		do
			fedtwin data put t.t $file.vtu -t field -u K \
				--array $array --length-unit cm &&
			keep $file.vtu 0.01 $array || return 1
		done
	done
'

test_expect_success 'every type of integers, with its extremes' '
	for file in whole whole-ascii whole-big
	do
		for bits in 8 16 32 64
		do
			fedtwin data put t.t $file.vtu -t field -u K \
				--array Int$bits --length-unit m &&
			keep $file.vtu 1 Int$bits &&
			fedtwin data put t.t $file.vtu -t field -u K \
				--array UInt$bits --length-unit m &&
			keep $file.vtu 1 UInt$bits || return 1
		done
	done
'

test_expect_success 'an integer that would lose digits is refused' '
	test_expect_code 4 fedtwin data put t.x wide.vtu -t field -u K \
		--array wide --length-unit m 2>err &&
	test_grep "wide.vtu:[0-9]*: .*value 3 is too large" err &&
	test_expect_code 4 fedtwin data put t.x wide.vtu -t field -u K \
		--array wider --length-unit m 2>err &&
	test_grep "value 5 is beyond 2^63" err
'

test_expect_success 'the text of a Float32 is a Float32' '
	fedtwin data put t.s single/short.vtu --length-unit m &&
	fedtwin data get t.s short.h5 && echo single/short.vtu 1 short.h5 >>pairs
'

test_expect_success 'all as VTK reads them' '
	"$PYTHON" "$make" check pairs
'

test_expect_success 'the unit and the conversion stand in the lineage' '
	fedtwin lineage t.t --json >json && test_grep "\"length_m\"" json &&
	test_grep "\"array\": *\"UInt64\"" json &&
	fedtwin data show t.t >out && test_grep "^t.t  field" out
'

test_expect_success 'as it is with --type file' '
	fedtwin data put t.f box-ascii.vtu -t file && fedtwin data get t.f back &&
	cmp box-ascii.vtu back
'

# --- nothing is guessed ------------------------------------------------------

while IFS='|' read -r message options
do
	test_expect_success "refused: $options" '
		test_expect_code 2 fedtwin data put t.x box-ascii.vtu $options \
			2>err && test_grep "$message" err
	' </dev/null
done <<\EOT
does not say the unit of its coordinates|
is not a unit of length|--length-unit kg
is not a unit of length|--length-unit fathomm
which array|-t field --length-unit m
which array|-t field --length-unit m --array T
which array|-t field --length-unit m -u K
is not a unit|-t field --length-unit m --array T -u kelvinn
a mesh has no values|--length-unit m --array T
a mesh has no values|--length-unit m -u K
can become a mesh|-t table --length-unit m
can become a mesh|-t image --length-unit m
are of files of other programs|-t file --length-unit m
cannot be the name|-t field --length-unit m --array a/b -u K
cannot be the name|-t field --length-unit m --array group -u K
EOT

test_expect_success 'an array that is not there, or twice' '
	test_expect_code 4 fedtwin data put t.x box-ascii.vtu --length-unit m \
		-t field --array X -u K 2>err &&
	test_grep "no array .X." err && test_grep "PointData/T" err &&
	test_expect_code 4 fedtwin data put t.x box-ascii.vtu --length-unit m \
		-t field --array CellData/T -u K 2>err &&
	test_grep "no array .CellData/T." err &&
	test_expect_code 4 fedtwin data put t.x box-ascii.vtu --length-unit m \
		-t field --array both -u K 2>err &&
	test_grep "is there twice" err && test_grep "PointData/both" err
'

# --- hostile files -----------------------------------------------------------

refuses_damaged 40
refuses_cut -ge 30

leaves_nothing

test_done
