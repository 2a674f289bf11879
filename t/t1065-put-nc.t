#!/bin/sh
test_description='fedtwin data put: variables of netCDF and HDF5 files'
. "$(dirname "$0")/harness.sh"

fedtwin init >/dev/null || exit 1
make=$FT_SRCDIR/t/put_nc.py

keep() { # FILE VARIABLE [DIM=I]...: t.t is to be compared with it
	n=$((n + 1)) && fedtwin data get t.t $n.h5 &&
	file=$1 variable=$2 && shift 2 &&
	echo "$file $variable $n.h5 $*" >>pairs
}
n=0

# shellcheck disable=SC2086
put() { # FILE VARIABLE OPTION...: slices are compared, too
	file=$1 variable=$2 && shift 2 && cuts= &&
	for option
	do
		case $option in *=*) cuts="$cuts $option" ;; esac
	done &&
	fedtwin data put t.t "$file" --array "$variable" "$@" &&
	keep "$file" "$variable" $cuts
}

test_expect_success 'netCDF writes files in every format' '
	"$PYTHON" "$make" write && ls *.nc >files && test_line_count = 21 files
'

for form in cdf1 cdf2 cdf5 nc4 nc4c
do
	test_expect_success "$form: packed, missing, falling, cut, swapped" '
		f=climate-$form.nc &&
		put $f t2m --slice time=1 && put $f t2m --slice time=2 &&
		put $f rain --slice time=2 &&
		put $f wind --slice time=0 && put $f wind --slice time=2 \
			--slice height=1 && put $f wind --slice time=1 --slice lat=0 &&
		put $f wind --slice time=0 --slice lon=3 &&
		put $f swapped && put $f salt --unit g/kg && put $f bare -u 1 &&
		put $f u1 && put $f lat_bnds --slice bnds=1 --unit degree
	'

	test_expect_success "$form: every type of numbers, its extremes" '
		kinds="i1 i2 i4 f4 f8" && case $form in
		cdf5 | nc4) kinds="$kinds u1 u2 u4 i8 u8" ;;
		esac &&
		for kind in $kinds
		do
			put numbers-$form.nc $kind || return 1
		done
	'

	test_expect_success "$form: the only variable need not be named" '
		fedtwin data put t.t only-$form.nc --slice y=2 &&
		keep only-$form.nc b y=2
	'

	test_expect_success "$form: axes of one point, and without a length" '
		put odd-$form.nc point &&
		put odd-$form.nc levels --length-unit 1 &&
		fedtwin data put t.x odd-$form.nc --array plain --spacing "2 mm" &&
		fedtwin data put t.x odd-$form.nc --array mixed --spacing "2 mm" &&
		fedtwin data put t.x odd-$form.nc --array five --slice level=0 \
			--spacing 1m
	'
done

test_expect_success 'what xarray writes, and plain HDF5' '
	put xarray.nc p && fedtwin data put t.t xarray.nc && keep xarray.nc p &&
	put plain.h5 t -t image -u K --spacing "0.5 mm" &&
	put plain.h5 packed -t image -u K --spacing "0.5 mm" &&
	put plain.h5 deep/inside/t -t image --spacing "0.5 mm"
'

test_expect_success 'all in xarray and VTK as the files are' '
	test_line_count -ge 90 pairs && "$PYTHON" "$make" check pairs
'

test_expect_success 'grid, units and times are where they should be' '
	fedtwin data put t.t climate-nc4.nc --array t2m --slice time=2 &&
	fedtwin data get t.t one.h5 && "$PYTHON" - <<-\EOT
	import h5py, numpy
	f = h5py.File("one.h5")
	g = f["VTKHDF"]
	assert list(g.attrs["WholeExtent"]) == [0, 19, 0, 4, 0, 0]
	assert numpy.allclose(g.attrs["Origin"], [0, 50, 0])
	assert numpy.allclose(g.attrs["Spacing"], [.1, 2.5, 1])
	t = g["PointData/t2m"]
	assert t.attrs["units"] == b"K"
	assert t.attrs["standard_name"] == b"air_temperature"
	assert t.fletcher32 and numpy.isfinite(t[()]).all()
	assert [d.keys() for d in t.dims] == [["lat"], ["lon"]]
	assert f["time"][()] == 12 and f["time"].attrs["calendar"] == b"standard"
	EOT
'

test_expect_success 'one version, however often it is read' '
	fedtwin data show t.t >a && sleep 1 &&
	fedtwin data put t.t climate-nc4.nc --array t2m --slice time=2 &&
	fedtwin data show t.t >b && grep content a >want &&
	grep content b >got && test_cmp want got
'

test_expect_success 'what was cut and converted stands in the lineage' '
	fedtwin data put t.t climate-cdf2.nc --array wind --slice time=0 &&
	fedtwin lineage t.t --json >json && test_grep "\"slice\"" json &&
	test_grep "\"was\": *\"km\"" json && test_grep "\"scale\": *1000" json &&
	fedtwin data show t.t >out && test_grep "^t.t  image" out
'

test_expect_success 'as it is with --type file' '
	fedtwin data put t.f climate-cdf1.nc -t file &&
	fedtwin data get t.f back && cmp climate-cdf1.nc back
'

# --- what cannot be told, or is no image -------------------------------------

while IFS='|' read -r code message options
do
	test_expect_success "refused: $options" '
		eval "test_expect_code $code fedtwin data put t.y $options" \
			2>err && test_grep "$message" err &&
		test_grep ! worker err
	' </dev/null
done <<\EOT
4|which variable|climate-nc4.nc
4|hint: give --array: .*rain|climate-cdf1.nc
4|there is no variable 'x'|climate-cdf1.nc --array x
4|there is no variable '/t2m/'|climate-nc4.nc --array /t2m/
4|'crs' is text|climate-cdf1.nc --array crs
4|'names' is text|climate-nc4.nc --array names
4|'number' is a single number|odd-cdf5.nc --array number
4|has 3 times along 'time'|climate-nc4.nc --array t2m
4|hint: choose one: --slice time=0|climate-cdf1.nc --array t2m
4|has 3 times along 'time'|climate-nc4.nc --array track
4|has the indices 0 to 2, not 3|climate-cdf5.nc --array t2m --slice time=3
4|has no dimension 'times'|climate-nc4.nc --array t2m --slice times=0
2|: --slice wants NAME=INDEX|climate-nc4.nc --slice time
2|: --slice wants NAME=INDEX|climate-nc4.nc --slice time=-1
2|: --slice wants NAME=INDEX|climate-nc4.nc --slice time=1x
2|: --slice wants NAME=INDEX|climate-nc4.nc --slice =1
2|says the unit 'psu' of 'salt', which is not known|climate-nc4.nc --array salt
2|does not say the unit of 'bare'|climate-cdf1.nc --array bare
2|'furlongs per' is not a unit|climate-cdf1.nc --array bare -u 'furlongs per'
2|are in 'Pa', not in 'hPa'|climate-cdf1.nc --array swapped -u hPa
2|says the units of its axes itself|climate-cdf1.nc --array swapped --length-unit km
2|is not a unit of length|climate-cdf1.nc --array swapped --length-unit K
2|the unit of its axis 'level' ('level')|odd-nc4.nc --array levels
2|: --spacing wants a length|odd-nc4.nc --array plain --spacing 1s
2|: --spacing wants a length|odd-nc4.nc --array plain --spacing '0 m'
4|'gauss' is not evenly spaced|odd-cdf1.nc --array gaussian
4|hint: interpolate|odd-nc4.nc --array gaussian
4|'still' is not evenly spaced|odd-nc4.nc --array stills
4|'hole' has a coordinate that is missing|odd-cdf5.nc --array holes
4|'east' and 'west' are both the x axis|odd-nc4c.nc --array both
4|is a dimension without coordinates|odd-nc4.nc --array plain
4|is a dimension without coordinates|odd-cdf1.nc --array mixed
4|has the dimension 'd3' twice|odd-cdf2.nc --array square
4|has 3 values along 'level'|odd-cdf2.nc --array five
4|'table' cannot be the name of a dimension|odd-cdf2.nc --array taken --spacing 1m
4|'scale_factor' of 'scaled' is not one number|odd-nc4.nc --array scaled --spacing 1m
2|can become an image or a file|odd-nc4.nc -t table
2|: --slice and --spacing are of netCDF|plain.h5 -t table --slice a=1
4|'soft' is not a plain link|plain.h5 -t image --array soft -u K
4|'other' is not a plain link|plain.h5 -t image --array other -u K
4|is a virtual dataset|plain.h5 -t image --array virtual -u K
4|'holes' is incomplete|plain.h5 -t image --array holes -u K
4|are a compound type|plain.h5 -t image --array v -u K
4|is packed with filter|plain.h5 -t image --array lzf -u K
4|no variable 'deep'|plain.h5 -t image --array deep -u K
4|no variable 'deep/../t'|plain.h5 -t image --array deep/../t -u K
2|does not say the unit of 't'|plain.h5 -t image --array t
EOT

# --- hostile files -----------------------------------------------------------

test_expect_success 'damaged files are made' '
	mkdir bad && "$PYTHON" "$make" damage bad >list &&
	test_line_count -ge 36 list
'

while IFS='|' read -r file message
do
	test_expect_success "refused: $file" '
		test_expect_code 4 fedtwin data put t.x "bad/$file" \
			--spacing 1m 2>err && test_grep "$file" err && test_grep "$message" err &&
		test_grep ! worker err
	' </dev/null
done <list

test_expect_success 'truncated anywhere: an error, never an image' '
	"$PYTHON" "$make" cut bad >cuts && test_line_count = 36 cuts &&
	while read -r file
	do
		test_expect_code 4 fedtwin data put t.z "bad/$file" --array b \
			2>err && test_grep ! worker err || return 1
	done <cuts
'

test_expect_success 'nothing of them is left' '
	! fedtwin data show t.y && ls .fedtwin/tmp >left &&
	test_must_be_empty left && fedtwin fsck
'

test_done
