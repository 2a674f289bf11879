#!/bin/sh
test_description='post.reduce and post.picture: images, with cells without data'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/stage/lib.sh"

post() {
	"$PYTHON" "$FT_SRCDIR/t/post.py" "$@"
}

# reduce_task PARAMS IMAGE...
reduce_task() {
	params=$1
	shift
	list=
	for file
	do
		list="$list${list:+, }{\"path\": \"$PWD/$file\", \"type\": \"image\"}"
	done
	outputs=
	for name in summary=table cuts=table samples=table lines=table \
		probes=table across=table least_image=image most_image=image \
		mean_image=image deviation_image=image
	do
		outputs="$outputs${outputs:+, }\"${name%=*}\": {\"path\": \
			\"${name%=*}.h5\", \"type\": \"${name#*=}\"}"
	done
	task_json post.reduce "{$params}" "{\"images\": [$list]}" "{$outputs}"
}

reduce() { # RANKS PARAMS IMAGE...
	ranks=$1
	shift
	rm -f ./*_image.h5 summary.h5 across.h5 cuts.h5 probes.h5
	reduce_task "$@" >task.json &&
	mpi "$ranks" fedtwin-post-reduce
}

must_refuse() { # LINE PARAMS IMAGE...
	line=$1
	shift
	reduce_task "$@" >task.json &&
	must_say "$line" 1 fedtwin-post-reduce
}

# Four rows of six squares of 2 m; the one in the south-west has no data.
test_expect_success 'images' '
	post image a.h5 m 6 4 2 "where((i == 0) & (j == 0), nan, i + 10*j)" &&
	post image b.h5 m 6 4 2 "where((i == 0) & (j == 0), 7, 2*i)" &&
	post image c.h5 m 5 4 2 "i" &&
	post image empty.h5 m 6 4 2 "nan + i"
'

test_expect_success 'squares with data count, each with its area' '
	reduce 1 "\"quantiles\": [0.5]" a.h5 &&
	post table summary.h5 area integral min min_x min_y max max_x max_y q50 >got &&
	echo "92 1680 1 3 1 35 11 7 20" >want &&
	test_cmp want got &&
	post attribute summary.h5 integral units >unit &&
	test_grep "^m3$" unit
'

test_expect_success 'cuts and probes; a square has one value' '
	reduce 1 "\"planes\": [{\"x\": $(m 4.5), \"y\": $(m 0), \"z\": $(m 0),
			\"normal_x\": 1, \"normal_y\": 0, \"normal_z\": 0}],
		\"probes\": [{\"x\": $(m 2.1), \"y\": $(m 1.9), \"z\": $(m 0)},
			{\"x\": $(m 12), \"y\": $(m 8), \"z\": $(m 0)}]" a.h5 &&
	post table cuts.h5 length mean min max >got &&
	echo "8 17 2 32" >want &&
	test_cmp want got &&
	post table probes.h5 value >got &&
	printf "%s\n" 1 35 >want &&
	test_cmp want got
'

test_expect_success 'what several runs are like, and nothing where one has no data' '
	reduce 1 "" a.h5 b.h5 &&
	post values least_image.h5 >got &&
	cat >want <<-\EOT &&
	nan 1 2 3 4 5
	0 2 4 6 8 10
	0 2 4 6 8 10
	0 2 4 6 8 10
	EOT
	test_cmp want got &&
	post values most_image.h5 >got &&
	cat >want <<-\EOT &&
	nan 2 4 6 8 10
	10 11 12 13 14 15
	20 21 22 23 24 25
	30 31 32 33 34 35
	EOT
	test_cmp want got &&
	post values mean_image.h5 | sed 2q >got &&
	printf "%s\n" "nan 1.5 3 4.5 6 7.5" "5 6.5 8 9.5 11 12.5" >want &&
	test_cmp want got &&
	cat ./*_image.h5 summary.h5 across.h5 >one &&
	reduce 2 "" a.h5 b.h5 &&
	cat ./*_image.h5 summary.h5 across.h5 >two &&
	cmp one two &&
	reduce 1 "" a.h5 c.h5 >log &&
	test_grep "not all runs have their values at the same places" log &&
	test -s across.h5 && test ! -e least_image.h5
'

test_expect_success 'what an image cannot give is refused' '
	must_refuse "parameter '\''groups'\'': '\''a.h5'\'' is an image, which has no groups" \
		"\"groups\": [\"soil\"]" a.h5 &&
	must_refuse "parameter '\''probes'\'': point 1, (13, 1) m, is outside '\''a.h5'\''" \
		"\"probes\": [{\"x\": $(m 13), \"y\": $(m 1), \"z\": $(m 0)}]" \
		a.h5 &&
	must_refuse "parameter '\''probes'\'': '\''a.h5'\'' has no data at point 1, (1, 1) m" \
		"\"probes\": [{\"x\": $(m 1), \"y\": $(m 1), \"z\": $(m 0)}]" \
		a.h5 &&
	must_refuse "all of '\''empty.h5'\'' is empty" "" empty.h5 &&
	"$PYTHON" -c "
import h5py, numpy
with h5py.File(\"c.h5\", \"a\") as f:
    f[\"x\"] = numpy.arange(5.)
    f[\"x\"].attrs[\"units\"] = numpy.bytes_(\"degrees_east\")" &&
	must_refuse "the points of '\''c.h5'\'' are in '\''degrees_east'\'', but lengths and areas need metres; raster.read makes them, with '\''crs'\''" \
		"" c.h5
'

picture_task() { # PARAMS IMAGE
	task_json post.picture "{$1}" \
		"{\"image\": [{\"path\": \"$PWD/$2\", \"type\": \"image\"}]}" \
		'{"picture": {"path": "picture.png", "type": "file"}}'
}

test_expect_success 'a map has the colours of the values, white without data' '
	post image big.h5 m 1500 1000 2 \
		"where(j < 300, nan, where(i < 750, 0, 1))" &&
	picture_task "\"width\": 400, \"height\": 300" big.h5 >task.json &&
	mpi 1 fedtwin-post-picture &&
	"$PYTHON" - >got <<-\EOT &&
	import vtk
	reader = vtk.vtkPNGReader()
	reader.SetFileName("picture.png")
	reader.Update()
	image = reader.GetOutput()
	for x, y in [(120, 180), (240, 180), (180, 100)]:
	    print(*(int(image.GetScalarComponentAsDouble(x, y, 0, k))
	            for k in range(3)))
	EOT
	cat >want <<-\EOT &&
	44 10 79
	250 238 74
	255 255 255
	EOT
	test_cmp want got
'

test_expect_success 'an image without data, or with a plane, is not drawn' '
	picture_task "" empty.h5 >task.json &&
	must_say "the image has no data" 1 fedtwin-post-picture &&
	picture_task "\"component\": \"x\"" a.h5 >task.json &&
	must_say "parameter '\''component'\'' is for fields, not for an image" \
		1 fedtwin-post-picture
'

test_done
