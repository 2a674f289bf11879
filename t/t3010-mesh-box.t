#!/bin/sh
test_description='mesh.box: quads, hexahedra, triangles, tetrahedra'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/stage/lib.sh"

box=fedtwin-mesh-box

# What check_mesh.py prints for a box of 1 x 2 (x 3) m, on 1 rank; the bytes are
# the same on 2, 3 and 4.
makes() { # TITLE CELLS SIMPLEX, the expected text on stdin
	cat >expected
	title=$1 cells=$2 simplex=$3
	test_expect_success "$title" '
		cp expected want &&
		box_task "$cells" "$simplex" >task.json &&
		mpi 1 $box &&
		"$PYTHON" "$FT_SRCDIR/t/stage/check_mesh.py" mesh.h5 >got &&
		test_cmp want got &&
		mv mesh.h5 one.h5 &&
		for n in 2 3 4
		do
			mpi $n $box && test_cmp one.h5 mesh.h5 || return 1
		done
	'
}

makes 'quads' 4,5 false <<\EOT
20 30
domain 2 20 2
xmin 1 5 2
xmax 1 5 2
ymin 1 4 1
ymax 1 4 1
EOT
makes 'triangles' 4,5 true <<\EOT
40 30
domain 2 40 2
xmin 1 5 2
xmax 1 5 2
ymin 1 4 1
ymax 1 4 1
EOT
makes 'hexahedra' 3,4,5 false <<\EOT
60 120
domain 3 60 6
xmin 2 20 6
xmax 2 20 6
ymin 2 15 3
ymax 2 15 3
zmin 2 12 2
zmax 2 12 2
EOT
makes 'tetrahedra' 3,4,5 true <<\EOT
360 120
domain 3 360 6
xmin 2 40 6
xmax 2 40 6
ymin 2 30 3
ymax 2 30 3
zmin 2 24 2
zmax 2 24 2
EOT
makes 'a single cell, so ranks without points' 1,1 false <<\EOT
1 4
domain 2 1 2
xmin 1 1 2
xmax 1 1 2
ymin 1 1 1
ymax 1 1 1
EOT

test_expect_success 'sides lie where their names say; origin and name count' '
	task_json mesh.box "{\"cells\": [2, 2, 2],
		\"size\": [$(m 1), $(m 1), $(m 1)], \"domain\": \"steel\",
		\"origin\": [$(m -1), $(m 5), $(m 0.25)]}" "{}" \
		"{\"mesh\": {\"path\": \"mesh.h5\"}}" >task.json &&
	mpi 2 $box &&
	"$PYTHON" - <<-\EOT
	import h5py, numpy
	f = h5py.File("mesh.h5")
	g = f["VTKHDF"]
	assert f["groups/name"][0] == b"steel"
	low, high = numpy.array([-1, 5, 0.25]), numpy.array([0, 6, 1.25])
	x = g["Points"][:]
	assert (x.min(0) == low).all() and (x.max(0) == high).all()
	offset, node = g["Offsets"][:], g["Connectivity"][:]
	for k in range(6):
	    cells = numpy.flatnonzero(g["CellData/group"][:] == 2 + k)
	    side = (high if k % 2 else low)[k // 2]
	    centre = numpy.array([low + 0.5])
	    for c in cells:
	        p = x[node[offset[c]:offset[c + 1]]]
	        assert (p[:, k // 2] == side).all()
	        normal = numpy.cross(p[1] - p[0], p[2] - p[0])
	        assert numpy.dot(normal, p[0] - centre[0]) > 0, "inwards"
	EOT
'

test_expect_success 'edges of a box are groups where they are asked for' '
	task_json mesh.box "{\"cells\": [1, 2, 3],
		\"size\": [$(m 1), $(m 2), $(m 4)], \"edges\": true}" "{}" \
		"{\"mesh\": {\"path\": \"mesh.h5\"}}" >task.json &&
	mpi 1 $box &&
	cp mesh.h5 one.h5 &&
	mpi 3 $box &&
	test_cmp one.h5 mesh.h5 &&
	"$PYTHON" "$FT_SRCDIR/t/stage/check_mesh.py" mesh.h5 >all &&
	sed 1,8d all >got &&
	cat >want <<-\EOT &&
	xmin_ymin 1 3 4
	xmax_ymin 1 3 4
	xmin_ymax 1 3 4
	xmax_ymax 1 3 4
	xmin_zmin 1 2 2
	xmax_zmin 1 2 2
	xmin_zmax 1 2 2
	xmax_zmax 1 2 2
	ymin_zmin 1 1 1
	ymax_zmin 1 1 1
	ymin_zmax 1 1 1
	ymax_zmax 1 1 1
	EOT
	test_cmp want got &&
	"$PYTHON" - <<-\EOT
	import h5py
	f = h5py.File("mesh.h5")
	g, names = f["VTKHDF"], [n.decode() for n in f["groups/name"]]
	x, o, c = g["Points"][:], g["Offsets"][:], g["Connectivity"][:]
	for k, id in enumerate(g["CellData/group"]):
	    name = names[id - 1]
	    if "_" not in name:
	        continue
	    for side in name.split("_"):
	        axis, at = "xyz".index(side[0]), side[1:] == "max"
	        assert (x[c[o[k]:o[k + 1]], axis] == [1, 2, 4][axis] * at).all()
	EOT
'

refuse() { # TITLE PARAMS LINE
	title=$1 params=$2 line=$3
	test_expect_success "refused: $title" '
		task_json mesh.box "$params" "{}" \
			"{\"mesh\": {\"path\": \"no.h5\"}}" >task.json &&
		must_say "$line" 2 $box &&
		test ! -e no.h5
	'
}
two="[$(m 1), $(m 1)]"
refuse 'no cells' "{\"size\": $two}" "parameter 'cells' is missing"
refuse 'one dimension' "{\"cells\": [3], \"size\": [$(m 1)]}" \
	"'cells' has 1 entries; give 2 for a rectangle, 3 for a box"
refuse 'four dimensions' "{\"cells\": [3, 3, 3, 3], \"size\": [$(m 1)]}" \
	"'cells' has 4 entries; give 2 for a rectangle, 3 for a box"
refuse 'fewer sizes than cells' "{\"cells\": [1, 1, 1], \"size\": $two}" \
	"'size' has 2 entries, but 'cells' has 3"
refuse 'zero cells' "{\"cells\": [1, 0], \"size\": $two}" \
	"'cells' along y is 0, but must be 1 or more"
refuse 'half a cell' "{\"cells\": [1, 0.5], \"size\": $two}" \
	"parameter 'cells[1]' must be an integer, not 0.5"
refuse 'no length' "{\"cells\": [1, 1], \"size\": [$(m 1), $(m 0)]}" \
	"'size' along y is 0 m, but must be more than 0"
refuse 'a size in seconds' "{\"cells\": [1, 1], \"size\":
	[$(m 1), {\"value\": 1, \"unit\": \"s\"}]}" \
	"parameter 'size[1]' is in 's', not in 'm'"
refuse 'a bare number as size' "{\"cells\": [1, 1], \"size\": [$(m 1), 1]}" \
	"parameter 'size[1]' must be a number with a unit, not 1"
refuse 'more points than can be numbered' \
	"{\"cells\": [46340, 46340], \"size\": $two}" \
	"'cells' asks for 2.15e+09 points; the most is 2147483647"
refuse 'edges of a rectangle' \
	"{\"cells\": [1, 1], \"size\": $two, \"edges\": true}" \
	"'edges' needs three entries in 'cells'; the sides of a rectangle are groups anyway"
refuse 'a name that stands for all' \
	"{\"cells\": [1, 1], \"size\": $two, \"domain\": \"*\"}" \
	"'domain' cannot be the name of a group: '*'"

test_expect_success 'a directory that is not there' '
	box_task 1,1 false | sed "s,mesh.h5,none/mesh.h5," >task.json &&
	test_must_fail mpi 2 $box 2>err &&
	test_grep "^cannot create .none/mesh.h5.: No such file" err &&
	test_line_count = 1 err
'

test_expect_success 'arguments are left to PETSc, a file in the home is not read' '
	box_task 1,1 false >task.json &&
	echo "-log_view" >"$HOME/.petscrc" &&
	test_when_finished "rm $HOME/.petscrc" &&
	mpi 1 $box >out &&
	test_must_be_empty out &&
	mpi 1 $box -log_view >out &&
	test_grep "PETSc Performance Summary" out
'

test_done
