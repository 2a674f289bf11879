#!/bin/sh
test_description='meshes and fields: same bytes on any ranks, read elsewhere'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/stage/lib.sh"

# Large enough for several chunks in a dataset.
test_expect_success 'a mesh to read' '
	box_task 20,30,40 false >task.json &&
	mpi 2 fedtwin-mesh-box &&
	mv mesh.h5 box.h5
'

same_on_any_ranks() { # DO INPUT
	for n in 1 2 3 4
	do
		probe_task "$1" "$PWD/$2" >task.json &&
		mpi $n "$probe" &&
		mv result.h5 "$1.$n.h5" &&
		test_cmp "$1.1.h5" "$1.$n.h5" || return 1
	done
}

test_expect_success 'a mesh that is read and written keeps its bytes' '
	same_on_any_ranks copy_mesh box.h5 &&
	test_cmp box.h5 copy_mesh.1.h5
'

test_expect_success 'a field on points has the same bytes on any ranks' '
	same_on_any_ranks point_field box.h5
'

test_expect_success 'a field on cells has the same bytes on any ranks' '
	same_on_any_ranks cell_field box.h5
'

test_expect_success 'a field that is read and written keeps its bytes' '
	same_on_any_ranks copy_field point_field.1.h5 &&
	test_cmp point_field.1.h5 copy_field.1.h5 &&
	same_on_any_ranks copy_field cell_field.1.h5 &&
	test_cmp cell_field.1.h5 copy_field.1.h5
'

test_expect_success 'the time of day is not in a file' '
	probe_task point_field "$PWD/box.h5" >task.json &&
	mpi 2 "$probe" &&
	test_cmp point_field.1.h5 result.h5
'

test_expect_success 'VTK reads the mesh and both fields, values and all' '
	cat >read.py <<-\EOT &&
	import vtk
	from vtk.util.numpy_support import vtk_to_numpy as array

	def read(path):
	    reader = vtk.vtkHDFReader()
	    reader.SetFileName(path)
	    reader.Update()
	    return reader.GetOutput()

	mesh = read("box.h5")
	assert mesh.GetNumberOfPoints() == 21 * 31 * 41
	assert mesh.GetNumberOfCells() == 24000 + 2 * (600 + 800 + 1200)
	assert mesh.GetBounds() == (0, 1, 0, 2, 0, 3)
	group = array(mesh.GetCellData().GetArray("group"))
	assert (group == 1).sum() == 24000 and (group == 7).sum() == 600

	data = read("point_field.1.h5")
	x = array(data.GetPoints().GetData())
	t = array(data.GetPointData().GetArray("temperature"))
	assert abs(t - (300 + x @ [1, 2, 3])).max() < 1e-12
	assert t.min() == 300 and t.max() == 314

	v = array(read("cell_field.1.h5").GetCellData().GetArray("temperature"))
	assert v.shape == (29200, 3) and (v[:, 1] == range(29200)).all()
	EOT
	"$PYTHON" read.py
'

test_expect_success 'h5py and xarray read the field, with units' '
	"$PYTHON" - <<-\EOT &&
	import h5py
	f = h5py.File("point_field.1.h5")
	assert f["VTKHDF"].attrs["fedtwin_field"] == b"PointData/temperature"
	t = f["VTKHDF/PointData/temperature"]
	assert t.attrs["units"] == b"K" and t.attrs["long_name"] == b"made up"
	assert f.attrs["time"] == 2.5 and t[-1] == 314
	EOT
	"$PYTHON" - <<-\EOT
	import xarray
	d = xarray.open_dataset("point_field.1.h5", group="VTKHDF/PointData")
	assert d.temperature.units == "K" and float(d.temperature.max()) == 314
	EOT
'

# --- what is refused --------------------------------------------------------

# Change a copy of box.h5 with Python, in which f is the file.
broken() { # TITLE PYTHON LINE
	title=$1 change=$2 line=$3
	test_expect_success "refused: $title" '
		cp box.h5 bad.h5 &&
		"$PYTHON" -c "import h5py
f = h5py.File(\"bad.h5\", \"r+\")
$change" &&
		probe_task copy_mesh "$PWD/bad.h5" >task.json &&
		for n in 1 3
		do
			must_say "$(echo "$line" | sed "s,FILE,$PWD/bad.h5,")" \
				$n "$probe" || return 1
		done
	'
}
broken 'a file without a mesh' 'del f["VTKHDF"]' \
	"'FILE' is not a mesh: it has no '/VTKHDF'"
broken 'an image' 'import numpy
f["VTKHDF"].attrs["Type"] = numpy.bytes_("ImageData")' \
	"'FILE' is not a mesh: its type is 'ImageData', not 'UnstructuredGrid'"
broken 'a text of variable length' 'f["VTKHDF"].attrs["Type"] = "x"' \
	"attribute 'Type' of '/VTKHDF' in 'FILE' is not a fixed-length text"
broken 'a later version' 'f["VTKHDF"].attrs["Version"] = [2, 1]' \
	"'FILE' is VTKHDF version 2.1; 1.0 is understood"
broken 'no points' 'del f["VTKHDF/Points"]' \
	"'FILE' has no dataset '/VTKHDF/Points'"
broken 'a count that does not fit' 'f["VTKHDF/NumberOfPoints"][0] = 5' \
	"'/VTKHDF/Points' of 'FILE' has 26691 rows, 5 expected"
broken 'a negative count' 'f["VTKHDF/NumberOfCells"][0] = -1' \
	"'/VTKHDF/Types' of 'FILE' has 29200 rows, -1 expected"
broken 'a point that is not finite' 'f["VTKHDF/Points"][7, 2] = float("nan")' \
	"point 7 of 'FILE' is not finite"
broken 'a cell of an unknown type' 'f["VTKHDF/Types"][3] = 26' \
	"cell 3 of 'FILE' has unknown type 26"
broken 'a cell with too many nodes' 'f["VTKHDF/Types"][3] = 10' \
	"cell 3 of 'FILE', a tetrahedron, has 8 nodes"
broken 'an offset that points outside' 'o = f["VTKHDF/Offsets"]
o[:] = o[:] + (1 << 40)' \
	"an offset of 'FILE' lies outside the connectivity"
broken 'a node that is none' 'f["VTKHDF/Connectivity"][9] = 26691' \
	"a cell of 'FILE' refers to point 26691 of 26691"
broken 'a group that is not listed' 'f["VTKHDF/CellData/group"][0] = 99' \
	"cell 0 of 'FILE' is in group 99, which '/groups' does not list"
broken 'a group of another dimension' 'f["VTKHDF/CellData/group"][0] = 2' \
	"cell 0 of 'FILE', a hexahedron, is in group 'xmin' of dimension 2"
broken 'two groups with one number' 'f["groups/id"][1] = 1' \
	"'FILE' lists group number 1 twice, or it is below 1"
broken 'a group without a name' 'f["groups/name"][2] = b""' \
	"group 3 of 'FILE' has no name of its own"

# What all ranks write together has no checksums; the version that is made of it
# does.  What HDF5 says of one that does not fit depends on its version.
mkdir -p p/.fedtwin/o p/.fedtwin/tmp
publish() { # FILE TYPE UNIT VERSION
	"$PYTHON" "$FT_SRCDIR/t/worker/ask.py" "$PWD/p/.fedtwin" \
		"{\"op\": \"publish\", \"src\": \"$PWD/$1\", \"type\": \"$2\",
		\"unit\": $3, \"record\": {\"schema\": 1, \"object\": \"a.b\"}}" \
		>answer &&
	cp p/.fedtwin/o/??/"$(test_json "d[\"version\"]" answer)".h5 "$4"
}

# Change one bit of a chunk: the first, the last, or that in the middle.
rot() { # VERSION DATASET WHICH
	"$PYTHON" - "$@" <<-\EOT
	import sys
	import h5py
	data = bytearray(open(sys.argv[1], "rb").read())
	d = h5py.File(sys.argv[1])[sys.argv[2]].id
	i = {"first": 0, "last": -1, "middle": d.get_num_chunks() // 2}[sys.argv[3]]
	chunk = d.get_chunk_info(i % d.get_num_chunks())
	data[chunk.byte_offset + chunk.size // 2] ^= 4
	open("bad.h5", "wb").write(data)
	EOT
}

test_expect_success 'a mesh and a field as versions' '
	box_task 60,60,60 false >task.json &&
	mpi 2 fedtwin-mesh-box &&
	"$PYTHON" - <<-\EOT &&
	import h5py
	f = h5py.File("mesh.h5")["VTKHDF"]
	assert not f["Connectivity"].chunks and not f["Points"].chunks
	assert f["Types"].fletcher32 and f["CellData/group"].fletcher32
	EOT
	publish mesh.h5 mesh null mesh-version.h5 &&
	probe_task point_field "$PWD/mesh-version.h5" >task.json &&
	mpi 2 "$probe" &&
	publish result.h5 field "\"K\"" field-version.h5 &&
	probe_task copy_field "$PWD/field-version.h5" >task.json &&
	mpi 2 "$probe" &&
	publish result.h5 field "\"K\"" again.h5 &&
	cmp field-version.h5 again.h5
'

while read -r what file set which ranks
do
	test_expect_success "refused: a bit has changed in $set, $which, $ranks ranks" '
		rot $file.h5 $set $which &&
		probe_task $what "$PWD/bad.h5" >task.json &&
		test_must_fail mpi $ranks "$probe" 2>err &&
		test_grep "^cannot read ./$set. of .$PWD/bad.h5.: " err &&
		test_line_count = 1 err
	'
done <<\EOT
copy_mesh mesh-version VTKHDF/Connectivity first 1
copy_mesh mesh-version VTKHDF/Connectivity middle 2
copy_mesh mesh-version VTKHDF/Connectivity last 3
copy_mesh mesh-version VTKHDF/Points middle 2
copy_mesh mesh-version VTKHDF/Offsets last 2
copy_mesh mesh-version VTKHDF/Types first 2
copy_mesh mesh-version VTKHDF/CellData/group first 2
copy_mesh mesh-version groups/id first 2
copy_field field-version VTKHDF/PointData/temperature first 2
copy_field field-version VTKHDF/PointData/temperature middle 3
copy_field field-version VTKHDF/PointData/temperature last 1
EOT

test_expect_success 'a mesh that was cut off is refused at every length' '
	size=$(wc -c <box.h5) &&
	for part in 0 1 2 10 50 99
	do
		head -c $((size * part / 100)) box.h5 >bad.h5 &&
		probe_task copy_mesh "$PWD/bad.h5" >task.json &&
		test_must_fail mpi 2 "$probe" 2>err &&
		test_grep "^cannot open .*bad.h5.: " err &&
		test_line_count = 1 err || return 1
	done
'

test_expect_success 'a mesh that is not there' '
	probe_task copy_mesh "$PWD/none.h5" >task.json &&
	must_say "cannot read '\''$PWD/none.h5'\'': No such file or directory" \
		2 "$probe"
'

test_expect_success 'a mesh is no field' '
	probe_task copy_field "$PWD/box.h5" >task.json &&
	must_say "'\''$PWD/box.h5'\'' is not a field: '\''/VTKHDF'\'' has no attribute '\''fedtwin_field'\''" \
		2 "$probe"
'

test_expect_success 'a field in another unit' '
	cp point_field.1.h5 bad.h5 &&
	"$PYTHON" -c "import h5py, numpy
f = h5py.File(\"bad.h5\", \"r+\")
t = f[\"VTKHDF/PointData/temperature\"]
t.attrs[\"units\"] = numpy.bytes_(\"degC\")" &&
	probe_task copy_field "$PWD/bad.h5" >task.json &&
	test_must_fail mpi 2 "$probe" 2>err &&
	test_grep "is in .degC., not in .K." err
'

test_done
