#!/bin/sh
test_description='fedtwin data put: meshes of second order'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/stage/lib.sh"

test_need gmsh

fedtwin init >/dev/null || exit 1
measure=$FT_SRCDIR/t/measure_mesh.py

content() { # OBJECT: the digest of its newest version
	fedtwin data show "$1" | sed -n 's/^  content *//p'
}

put_mesh() { # FILE: prints the content of the mesh
	fedtwin data put t.t "$1" --length-unit m >/dev/null && content t.t
}

head='SetFactory("OpenCASCADE"); Mesh.ElementOrder = 2; Mesh.MeshSizeMax = 2;'
save='Mesh.Binary = 0; Mesh.MshFileVersion = 2.2; Save "22.msh";
Mesh.MshFileVersion = 4.1; Save "41.msh";
Mesh.Binary = 1; Save "41b.msh";
Mesh.MshFileVersion = 2.2; Save "22b.msh";'
# The square looks down.
flat='Rectangle(1) = {0, 0, 0, 3, 2};
Rotate {{1, 0, 0}, {0, 1, 0}, Pi} {Surface{1};}
Physical Surface("all") = {1}; Physical Curve("left") = {4};'
box='Box(1) = {0, 0, 0, 3, 2, 1}; Physical Volume("all") = {1};
Physical Surface("left") = {1};'
hexes='Transfinite Curve{:} = 3; Transfinite Surface{:};
Recombine Surface{:}; Transfinite Volume{1};'

# A mesh in several forms: with these cells, straight, and the same groups.
same() { # NAME DIMENSION TYPES GEOMETRY [FORM...]
	echo "$head $4 Mesh $2; $save" >g.geo && gmsh g.geo - >log &&
	name=$1 types=$3 && shift 4 &&
	for form in 41 "$@"
	do
		put_mesh "$form.msh" &&
		fedtwin data get t.t "$name-$form.h5" || return 1
	done &&
	"$PYTHON" "$measure" straight "$name"-*.h5 >sums &&
	test_grep "^[0-9]* [0-9]* $types$" sums
}

test_expect_success 'triangles, quads with 9 and 8 nodes that look down' '
	same tri 2 21,22 "$flat" 22 41b 22b &&
	test_grep "^all 2 [0-9]* 6 34$" sums &&
	test_grep "^left 1 [0-9]* 2 " sums &&
	same quad9 2 21,28 "$flat Recombine Surface{1};" &&
	test_grep "^all 2 [0-9]* 6 34$" sums &&
	same quad8 2 21,23 "$flat Recombine Surface{1};\
		Mesh.SecondOrderIncomplete = 1;" &&
	test_grep "^all 2 [0-9]* 6 34$" sums
'

test_expect_success 'tetrahedra, hexahedra with 27 and 20 nodes' '
	same tet 3 22,24 "$box" 22 41b 22b &&
	test_grep "^all 3 [0-9]* 6 40$" sums &&
	test_grep "^left 2 [0-9]* 2 7.33333333$" sums &&
	same hex27 3 28,29 "$box $hexes" 22b &&
	test_grep "^all 3 8 6 40$" sums &&
	test_grep "^left 2 4 2 7.33333333$" sums &&
	same hex20 3 23,25 "$box $hexes Mesh.SecondOrderIncomplete = 1;" &&
	test_grep "^all 3 8 6 40$" sums
'

cat >ball.geo <<\EOT
SetFactory("OpenCASCADE");
Sphere(1) = {0, 0, 0, 1};
Physical Volume("ball") = {1};
Physical Surface("rim") = {1};
EOT

test_expect_success 'curved: what mesh.gmsh makes of a file, bit for bit' '
	gmsh_task "$PWD/ball.geo" "{\"size\": $(m 0.7), \"order\": 2}" \
		>task.json && mpi 1 fedtwin-mesh-gmsh >log &&
	fedtwin data put own.mesh mesh.h5 --type mesh && content own.mesh >want &&
	put_mesh gmsh/mesh.msh >got && test_cmp want got &&
	"$PYTHON" "$measure" mesh.h5 >sums &&
	awk "/^ball/ { v = \$4 / 4.18879 - 1 } /^rim/ { a = \$4 / 12.56637 - 1 }
		END { exit !(v * v < 4e-6 && a * a < 4e-6) }" sums
'

# --- VTK's files -------------------------------------------------------------

cat >vtu.py <<\EOT
"""The cells of meshes as files of VTK's, and the same after data put.

usage: vtu.py write NAME...      NAME-41.h5 becomes NAME.vtu
       vtu.py compare NAME...    NAME-41.h5 and NAME.h5
"""
import sys

import h5py
import numpy
import vtk


def cells(path):
    g = h5py.File(path)["VTKHDF"]
    types, offset = g["Types"][:], g["Offsets"][:]
    m = sum(types == types[0])
    return (g["Points"][:], types[:m], offset[:m + 1],
            g["Connectivity"][:offset[m]])


def write(name):
    points, types, offset, node = cells(name + "-41.h5")
    grid, p = vtk.vtkUnstructuredGrid(), vtk.vtkPoints()
    p.SetDataTypeToDouble()
    warm = vtk.vtkDoubleArray()
    warm.SetName("T")
    for x in points:
        p.InsertNextPoint(x)
        warm.InsertNextValue(300 + x[0])
    grid.SetPoints(p)
    grid.GetPointData().AddArray(warm)
    for i, t in enumerate(types):
        ids = node[offset[i]:offset[i + 1]]
        grid.InsertNextCell(int(t), len(ids), [int(n) for n in ids])
    w = vtk.vtkXMLUnstructuredGridWriter()
    w.SetFileName(name + ".vtu")
    w.SetInputData(grid)
    assert w.Write() == 1


for name in sys.argv[2:]:
    if sys.argv[1] == "write":
        write(name)
        continue
    for a, b in zip(cells(name + "-41.h5"), cells(name + ".h5")):
        assert numpy.array_equal(a, b), name
EOT

test_expect_success 'every type of cells through a file of VTK' '
	"$PYTHON" vtu.py write tri quad8 quad9 tet hex20 hex27 &&
	for name in tri quad8 quad9 tet hex20 hex27
	do
		put_mesh $name.vtu && fedtwin data get t.t $name.h5 || return 1
	done &&
	"$PYTHON" vtu.py compare tri quad8 quad9 tet hex20 hex27
'

test_expect_success 'a field of second order' '
	fedtwin data put t.f hex20.vtu -t field --array T -u K --length-unit m &&
	fedtwin data get t.f f.h5 && "$PYTHON" -c "
import h5py
g = h5py.File(\"f.h5\")[\"VTKHDF\"]
assert (g[\"PointData/T\"][:] == 300 + g[\"Points\"][:, 0]).all()"
'

# --- refused -----------------------------------------------------------------

refused() { # MESSAGE FILE
	test_expect_code 4 fedtwin data put t.x "$2" --length-unit m 2>err &&
	test_grep "$1" err && test_grep "$2" err && test_grep ! worker err
}

cat >two.msh <<\EOT
$MeshFormat
2.2 0 8
$EndMeshFormat
$Nodes
9
1 0 0 0
2 1 0 0
3 0 1 0
4 .5 0 0
5 .5 .5 0
6 0 .5 0
7 1 1 0
8 1 .5 0
9 .5 1 0
$EndNodes
$Elements
2
1 9 2 1 1 1 2 3 4 5 6
2 2 2 1 1 2 7 3
$EndElements
EOT

test_expect_success 'refused: order 3, prisms of order 2, two orders' '
	echo "$head $box Mesh.ElementOrder = 3; Mesh 3; $save" >g.geo &&
	gmsh g.geo - >log &&
	refused "Gmsh.s type 2[19]: only .* order 1 and 2" 41.msh &&
	test_grep "hint: make the mesh with Mesh.ElementOrder = 1" err &&
	refused "Gmsh.s type 2[19]" 22b.msh &&
	echo "$head Rectangle(1) = {0, 0, 0, 3, 2}; Extrude {0, 0, 1}\
		{Surface{1}; Layers{1}; Recombine;} Mesh 3; $save" >g.geo &&
	gmsh g.geo - >log && refused "Gmsh.s type 13" 41b.msh &&
	refused "cell 1 is of order 1, the first cell of order 2" two.msh
'

test_expect_success 'refused: a facet whose middle is not that of the face' '
	sed "s/^2 2 2 1 1 2 7 3/2 8 2 5 1 1 2 5/" two.msh >middle.msh &&
	refused "of group .5. is not a face" middle.msh &&
	sed "s/^2 2 2 1 1 2 7 3/2 8 2 5 1 1 2 4/" two.msh >face.msh &&
	put_mesh face.msh
'

test_expect_success 'refused: prisms of order 2 of VTK, points that lack' '
	"$PYTHON" - <<-\EOT &&
	import vtk
	cell = vtk.vtkQuadraticWedge()
	x = cell.GetParametricCoords()
	grid, p = vtk.vtkUnstructuredGrid(), vtk.vtkPoints()
	for i in range(15):
	    p.InsertNextPoint(x[3 * i:3 * i + 3])
	grid.SetPoints(p)
	grid.InsertNextCell(26, 15, list(range(15)))
	w = vtk.vtkXMLUnstructuredGridWriter()
	w.SetFileName("wedge.vtu")
	w.SetInputData(grid)
	assert w.Write() == 1
	EOT
	refused "VTK type 26: only .* order 1 and 2" wedge.vtu &&
	cat >few.vtu <<-\EOT &&
	<VTKFile type="UnstructuredGrid"><UnstructuredGrid>
	<Piece NumberOfPoints="5" NumberOfCells="1">
	<Points><DataArray type="Float64" NumberOfComponents="3">
	0 0 0 1 0 0 0 1 0 .5 0 0 .5 .5 0</DataArray></Points>
	<Cells>
	<DataArray type="Int64" Name="connectivity">0 1 2 3 4</DataArray>
	<DataArray type="Int64" Name="offsets">5</DataArray>
	<DataArray type="UInt8" Name="types">22</DataArray>
	</Cells></Piece></UnstructuredGrid></VTKFile>
	EOT
	refused "offsets of cell 0 (VTK type 22) do not make 6 points" few.vtu
'

test_done
