#!/bin/sh
test_description='post.picture: fields, meshes and curves as PNG'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/stage/lib.sh"

post() {
	"$PYTHON" "$FT_SRCDIR/t/post.py" "$@"
}

# picture_task PARAMS INPUT TYPE FILE...
picture_task() {
	params=$1 input=$2 type=$3
	shift 3
	list=
	for file
	do
		list="$list${list:+, }{\"path\": \"$PWD/$file\", \"type\": \"$type\"}"
	done
	task_json post.picture "{$params}" "{\"$input\": [$list]}" \
		'{"picture": {"path": "picture.png", "type": "file"}}'
}

draw() { # PARAMS INPUT TYPE FILE...
	rm -f picture.png
	picture_task "$@" >task.json &&
	mpi 1 fedtwin-post-picture
}

# Where a picture looks from, and what it cuts, as members of PARAMS.
from_side() { # RADIANS
	printf '"azimuth": {"value": %s, "unit": "rad"},
		"elevation": {"value": 0, "unit": "rad"}' "$1"
}

plane() { # X Y Z, and its normal
	printf '"plane": {"x": %s, "y": %s, "z": %s, ' \
		"$(m "$1")" "$(m "$2")" "$(m "$3")"
	printf '"normal_x": %s, "normal_y": %s, "normal_z": %s}' "$4" "$5" "$6"
}

must_refuse() { # LINE PARAMS INPUT TYPE FILE...
	line=$1
	shift
	picture_task "$@" >task.json &&
	must_say "$line" 1 fedtwin-post-picture
}

# Prints "r g b" at places given as fractions from the lower left corner.
cat >pixels.py <<\EOF
import sys
import vtk
reader = vtk.vtkPNGReader()
reader.SetFileName(sys.argv[1])
reader.Update()
image = reader.GetOutput()
w, h, _ = image.GetDimensions()
print(w, h)
for place in sys.argv[2:]:
    x, y = map(float, place.split(','))
    print(*(int(image.GetScalarComponentAsDouble(int(x*w), int(y*h), 0, i))
            for i in range(3)))
EOF

pixels() {
	"$PYTHON" pixels.py "$@"
}

test_expect_success 'meshes and fields' '
	box_task "4, 6" false >task.json &&
	mpi 1 fedtwin-mesh-box && mv mesh.h5 flat.h5 &&
	box_task "2, 2, 3" true >task.json &&
	mpi 1 fedtwin-mesh-box && mv mesh.h5 solid.h5 &&
	post cells flat.h5 half.h5 K "where(x < 0.5, 0, 1)" &&
	post field solid.h5 u.h5 "W m-2" "x + y + z" &&
	post field solid.h5 v.h5 m x y z
'

test_expect_success 'values have their colours, the rest is white' '
	draw "\"width\": 400, \"height\": 600" field field half.h5 &&
	pixels picture.png 0.3,0.5 0.5,0.5 0.01,0.01 >got &&
	: "OKLab, lightness 0.25 and 0.93" &&
	cat >want <<-\EOT &&
	400 600
	44 10 79
	250 238 74
	255 255 255
	EOT
	test_cmp want got
'

test_expect_success 'what is in front hides what is behind' '
	post field solid.h5 front.h5 K "where(y < 0.1, 1, 0)" &&
	draw "$(from_side -1.5708)" field field front.h5 &&
	pixels picture.png 0.4,0.5 >got &&
	draw "$(from_side 1.5708)" field field front.h5 &&
	pixels picture.png 0.4,0.5 >>got &&
	"$PYTHON" -c "
front, back = [list(map(int, l.split())) for l in open(\"got\")][1::2]
assert front[0] > 150 and front[2] < 80, front
assert back[0] < 60 and back[2] > back[1], back"
'

test_expect_success 'the same task gives the same bytes, elsewhere, too' '
	draw "\"title\": \"T of \\u03b1\", \"levels\": 7, \"edges\": true" \
		field field u.h5 &&
	mkdir -p elsewhere && mv picture.png first.png &&
	(cd elsewhere && cp ../task.json . &&
	 HOME=/nonexistent LC_ALL=C mpi 1 fedtwin-post-picture) &&
	cmp first.png elsewhere/picture.png
'

test_expect_success 'components, logarithms, cuts and groups are drawn' '
	draw "\"component\": \"z\"" field field v.h5 &&
	post field solid.h5 positive.h5 Pa "exp(9*z)" &&
	draw "\"log\": true" field field positive.h5 &&
	draw "$(plane 0 0 1.2 0 0 1)" field field u.h5 &&
	draw "" mesh mesh solid.h5 &&
	draw "\"zoom\": 3" mesh mesh flat.h5
'

test_expect_success 'rows of a table fall into a curve for each value of a column' '
	"$PYTHON" -c "
import h5py, numpy
with h5py.File(\"gauges.h5\", \"w\") as f:
    table = f.create_group(\"table\")
    table.attrs[\"columns\"] = numpy.bytes_(\"time,gauge,depth\")
    row = numpy.arange(20)
    for name, unit, value in ((\"time\", \"s\", row // 2),
                              (\"gauge\", \"1\", row % 2),
                              (\"depth\", \"m\", row % 2)):
        table[name] = value
        table[name].attrs[\"units\"] = numpy.bytes_(unit)
    table[\"gauge\"].attrs[\"flag_meanings\"] = numpy.bytes_(\"ford mill\")" &&
	draw "\"x\": \"time\", \"y\": [\"depth\"], \"by\": \"gauge\"" \
		tables table gauges.h5 &&
	"$PYTHON" - >got <<-\EOT &&
	import vtk
	reader = vtk.vtkPNGReader()
	reader.SetFileName("picture.png")
	reader.Update()
	image = reader.GetOutput()
	w, h, _ = image.GetDimensions()
	colour = lambda x, y: tuple(int(image.GetScalarComponentAsDouble(x, y, 0, k))
	                            for k in range(3))
	inside = [[colour(x, y) for y in range(h // 8, h)]
	          for x in (w // 4, w // 3, w // 2)]
	for column in inside:
	    print(column.count((0, 114, 178)) > 0, column.count((213, 94, 0)) > 0)
	    middle = column[h // 4:h // 2]
	    print((0, 114, 178) in middle or (213, 94, 0) in middle)
	EOT
	for column in 1 2 3; do printf "%s\n" "True True" False; done >want &&
	test_cmp want got &&
	must_refuse "'\''row'\'' takes one row of each table, so '\''by'\'' has none to divide; leave one of them out" \
		"\"x\": \"time\", \"y\": [\"depth\"], \"by\": \"gauge\", \"row\": 0" \
		tables table gauges.h5 &&
	must_refuse "there would be more than 12 curves; give fewer tables or columns, or '\''row'\''" \
		"\"x\": \"gauge\", \"y\": [\"depth\"], \"by\": \"time\"" \
		tables table gauges.h5 gauges.h5
'

test_expect_success 'what cannot be drawn is refused in the words of the user' '
	must_refuse "a logarithmic scale has positive values only, but the least is 0; give '\''min'\'', or leave '\''log'\'' out" \
		"\"log\": true" field field u.h5 &&
	must_refuse "parameter '\''min'\'' is -1, but a logarithmic scale has positive values only" \
		"\"log\": true, \"min\": -1" field field u.h5 &&
	must_refuse "parameter '\''min'\'' is 2, but must be less than '\''max'\'', 1" \
		"\"min\": 2, \"max\": 1" field field u.h5 &&
	must_refuse "the values, 0 to 6, lie outside '\''min'\'' and '\''max'\''" \
		"\"min\": 7" field field u.h5 &&
	must_refuse "parameter '\''plane'\'' cuts solid meshes, but this one is flat" \
		"$(plane 0 0 0 1 0 0)" field field half.h5 &&
	must_refuse "parameter '\''plane'\'' cuts nothing out of the mesh" \
		"$(plane 9 0 0 1 0 0)" field field u.h5 &&
	must_refuse "a picture of 199 x 640 points cannot be drawn; give 200 to 8000 for '\''width'\'', 150 to 8000 for '\''height'\''" \
		"\"width\": 199" field field u.h5 &&
	post field solid.h5 bad.h5 K "where(x > 0.9, nan, x)" &&
	must_refuse "'\''bad.h5'\'' is not finite at 12 points, first at (1, 0, 0) m" \
		"" field field bad.h5 &&
	must_refuse "there is nothing to draw; give one of '\''field'\'', '\''image'\'', '\''mesh'\'' and '\''tables'\''" \
		"" other field u.h5 &&
	picture_task "" field field u.h5 >task.json &&
	must_say "post.picture draws on one rank, not on 2; leave '\''ranks'\'' out" \
		2 fedtwin-post-picture
'

cp "$FT_SRCDIR/workflows/examples/pictures.yaml" .

test_expect_success 'pictures.yaml, through the engine' '
	fedtwin init &&
	fedtwin run pictures.yaml &&
	for p in hottest peak
	do
		fedtwin data get $p.picture $p.png &&
		pixels $p.png >size && test_grep "^900 640$" size || return 1
	done
'

test_expect_success 'columns that cannot be drawn' '
	file=$(fedtwin data show reduce.summary | sed -n "s/^ *file *//p") &&
	cp "$file" table.h5 &&
	columns=$("$PYTHON" -c "
import h5py
print(h5py.File(\"table.h5\")[\"table\"].attrs[\"columns\"].decode())") &&
	must_refuse "'\''table.h5'\'' has no column '\''gone'\''; it has: $columns" \
		"\"x\": \"run\", \"y\": [\"gone\"]" tables table table.h5 &&
	must_refuse "column '\''min_x'\'' is in '\''m'\'', but what is on the same axis is in '\''K'\''" \
		"\"x\": \"run\", \"y\": [\"min\", \"min_x\"]" tables table table.h5 &&
	must_refuse "a logarithmic axis has positive values only, but the least of '\''run'\'' is 0" \
		"\"x\": \"run\", \"y\": [\"min\"], \"log_x\": true" tables table table.h5 &&
	must_refuse "parameter '\''row'\'' is 3, but column '\''min'\'' has 3 rows" \
		"\"x\": \"run\", \"y\": [\"min\"], \"row\": 3" tables table table.h5 &&
	must_refuse "name a column for '\''x'\'', and one or more for '\''y'\''" \
		"" tables table table.h5
'

test_done
