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

unit() { # NAME WRITTEN SI SCALE [ZERO]
	printf '"%s": {"written": "%s", "unit": "%s", "scale": %s, "zero": %s}' \
		"$1" "$2" "$3" "$4" "${5-0}"
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

# Two pictures: PARAMS INPUT TYPE FILE OTHER-FILE OTHER-PARAMS
both() {
	draw "$1" "$2" "$3" "$4" && mv picture.png first.png &&
	draw "$6" "$2" "$3" "$5"
}

same() { # which are equal, bit by bit
	both "$@" && cmp first.png picture.png
}

differ() {
	both "$@" && ! cmp -s first.png picture.png
}

test_expect_success 'values are shown in a unit, and look like values in it' '
	post field flat.h5 pa.h5 Pa "1e6*(x + y)" &&
	post field flat.h5 mpa.h5 MPa "x + y" &&
	mpa=$(unit unit MPa m-1.kg.s-2 1e6) &&
	same "$mpa" field field pa.h5 mpa.h5 "" &&
	differ "" field field pa.h5 mpa.h5 "" &&
	same "$mpa, \"min\": 0.5, \"levels\": 5" \
		field field pa.h5 mpa.h5 "\"min\": 0.5, \"levels\": 5" &&
	post field solid.h5 k.h5 K "273.15 + 64*x" &&
	post field solid.h5 c.h5 degC "64*x" &&
	same "$(unit unit degC K 1 273.15)" field field k.h5 c.h5 "" &&
	same "$(unit unit degC K 1 273.15)" field field c.h5 c.h5 "" &&
	post cells flat.h5 m-cells.h5 m "x/8" &&
	post cells flat.h5 mm-cells.h5 mm "125*x" &&
	same "$(unit unit mm m 0.001)" field field m-cells.h5 mm-cells.h5 "" &&
	post image m.h5 m 6 4 0.5 "i/8" && post image mm.h5 mm 6 4 0.5 "125*i" &&
	same "$(unit unit mm m 0.001)" image image m.h5 mm.h5 ""
'

test_expect_success 'lengths are, along axes and below a solid' '
	same "$(unit length_unit m m 1)" mesh mesh flat.h5 flat.h5 "" &&
	same "$(unit length_unit mm m 0.001)" mesh mesh solid.h5 solid.h5 "" &&
	for mesh in flat solid
	do
		differ "$(unit length_unit cm m 0.01)" mesh mesh \
			$mesh.h5 $mesh.h5 "" || return 1
	done
'

# FILE, and of time, depth and gauge the unit and a factor
cat >columns.py <<\EOF
import sys
import h5py
import numpy
with h5py.File(sys.argv[1], "w") as f:
    table = f.create_group("table")
    table.attrs["columns"] = numpy.bytes_("time,depth,gauge")
    row = numpy.arange(12)
    columns = {"time": row // 2, "depth": row % 5 + 1, "gauge": row % 2 + 1}
    for i, (name, value) in enumerate(columns.items()):
        unit, factor = sys.argv[2 + 2 * i:4 + 2 * i]
        table[name] = value * float(factor)
        table[name].attrs["units"] = numpy.bytes_(unit)
EOF

test_expect_success 'columns are, and what tells curves apart' '
	"$PYTHON" columns.py si.h5 s 3600 m 0.5 W 1000 &&
	"$PYTHON" columns.py shown.h5 h 1 cm 50 kW 1 &&
	columns="\"x\": \"time\", \"y\": [\"depth\"]" &&
	shown="$columns, $(unit unit cm m 0.01), $(unit x_unit h s 3600)" &&
	same "$shown" tables table si.h5 shown.h5 "$columns" &&
	by="\"by\": \"gauge\"" &&
	power=$(unit by_unit kW m2.kg.s-3 1000) &&
	same "$shown, $by, $power" tables table si.h5 shown.h5 "$columns, $by" &&
	differ "$shown, $by" tables table si.h5 shown.h5 "$columns, $by" &&
	same "$shown, \"row\": 7" tables table si.h5 shown.h5 \
		"$columns, \"row\": 7"
'

test_expect_success 'no unit is guessed' '
	columns="\"x\": \"time\", \"y\": [\"depth\"]" &&
	kelvin="K K 1" &&
	must_refuse "'\''u.h5'\'' is in '\''W m-2'\'', which cannot be shown in '\''MPa'\''" \
		"$(unit unit MPa m-1.kg.s-2 1e6)" field field u.h5 &&
	must_refuse "'\''mpa.h5'\'' is in '\''MPa'\'', which cannot be shown in '\''kPa'\''" \
		"$(unit unit kPa m-1.kg.s-2 1e3)" field field mpa.h5 &&
	must_refuse "'\''m.h5'\'' is in '\''m'\'', which cannot be shown in '\''K'\''" \
		"$(unit unit $kelvin)" image image m.h5 &&
	must_refuse "column '\''depth'\'' is in '\''m'\'', which cannot be shown in '\''K'\''" \
		"$columns, $(unit unit $kelvin)" tables table si.h5 &&
	must_refuse "column '\''time'\'' is in '\''s'\'', which cannot be shown in '\''K'\''" \
		"$columns, $(unit x_unit $kelvin)" tables table si.h5 &&
	must_refuse "column '\''gauge'\'' is in '\''W'\'', which cannot be shown in '\''K'\''" \
		"$columns, \"by\": \"gauge\", $(unit by_unit $kelvin)" \
		tables table si.h5 &&
	must_refuse "a length is in '\''m'\'', which cannot be shown in '\''K'\''" \
		"$(unit length_unit $kelvin)" field field u.h5 &&
	must_refuse "parameter '\''unit'\'' must be a unit, not \"MPa\"" \
		"\"unit\": \"MPa\"" field field u.h5 &&
	must_refuse "parameter '\''unit'\'' has nothing to be shown in it: this picture is of a mesh" \
		"$(unit unit $kelvin)" mesh mesh flat.h5 &&
	must_refuse "parameter '\''x_unit'\'' has nothing to be shown in it: this picture is of a map" \
		"$(unit x_unit $kelvin)" field field u.h5 &&
	must_refuse "parameter '\''length_unit'\'' has nothing to be shown in it: this picture is of tables" \
		"$columns, $(unit length_unit m m 1)" tables table si.h5
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

test_expect_success 'its pictures are those of values in their units' '
	fedtwin lineage hottest.picture --json >json &&
	test_grep "\"written\": *\"degC\"" json &&
	fedtwin lineage hottest.picture --prov >prov &&
	test_grep "\"prov:value\": *\"degC\"" prov &&
	fedtwin data get reduce.most most.h5 && chmod u+w most.h5 &&
	"$PYTHON" - <<-\EOF &&
	import h5py, numpy
	with h5py.File("most.h5", "r+") as f:
	    vtk = f["VTKHDF"]
	    values = vtk[vtk.attrs["fedtwin_field"].decode()]
	    assert values.attrs["units"].decode() == "K"
	    values[...] = values[...] - 273.15
	    values.attrs["units"] = numpy.bytes_("degC")
	EOF
	draw "\"title\": \"Highest temperature of all runs\", \"levels\": 12" \
		field field most.h5 &&
	cmp hottest.png picture.png
'

test_expect_success 'a unit of another dimension is known before the run' '
	sed "s/length_unit: mm/length_unit: s/" pictures.yaml >bad.yaml &&
	test_expect_code 3 fedtwin check bad.yaml 2>err &&
	test_grep "FT0203: .length_unit. has the unit .s., which is no .m." err &&
	cat >bad.yaml <<-\EOF &&
	fedtwin: 1
	workflow: bad
	stages:
	  plate: {module: mesh.box, with: {cells: [2, 2], size: [1 m, 1 m]}}
	  heat:
	    module: solve.heat
	    in: {mesh: "${plate.mesh}"}
	    with: {conductivity: 1 W/m/K, fixed: {xmin: 1 K}}
	  hot:
	    module: post.picture
	    in: {field: "${heat.temperature}"}
	    with: {unit: MPa}
	EOF
	test_expect_code 3 fedtwin check bad.yaml 2>err &&
	test_grep "bad.yaml:12:18: error FT0203: .unit. is .MPa., but .heat.temperature. is in .K." err &&
	sed "s/unit: MPa/unit: degF/" bad.yaml >good.yaml &&
	fedtwin check good.yaml
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
