#!/bin/sh
test_description='mesh.gmsh: geometries of all kinds, groups, quality, same bytes'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/stage/lib.sh"

test_need gmsh

gmsh_program=fedtwin-mesh-gmsh
heatsink=$FT_SRCDIR/data/heatsink.geo

run_gmsh() { # RANKS FILE PARAMS: the result, checked, in got
	rm -rf gmsh mesh.h5 quality.h5 &&
	gmsh_task "$2" "$3" >task.json &&
	mpi "$1" $gmsh_program >log 2>err &&
	test_must_be_empty err &&
	"$PYTHON" "$FT_SRCDIR/t/stage/check_mesh.py" mesh.h5 >got
}

size() {
	printf '{"size": {"value": %s, "unit": "m"}}' "$1"
}

test_expect_success 'the heat sink at 2 mm' '
	run_gmsh 1 "$heatsink" "$(size 0.002)" &&
	read -r cells points <got &&
	test "$cells" -gt 10000 && test "$cells" -lt 30000 &&
	test_grep "^aluminium 3 $cells 2.48e-05$" got &&
	test_grep "^chip 2 [0-9]* 0.000192$" got &&
	test_grep "^bottom 2 [0-9]* 0.002208$" got &&
	test_grep "^air 2 [0-9]* 0.01684$" got &&
	test_line_count = 5 got &&
	test_grep "Gmsh [0-9]*\.[0-9]" log &&
	cp mesh.h5 first.h5 && cp quality.h5 first-quality.h5
'

test_expect_success 'a file system without symbolic links: the same mesh' '
	rm -rf gmsh mesh.h5 quality.h5 &&
	strace -f -qq -o trace -e inject=symlink,symlinkat:error=EPERM \
		$gmsh_program >log 2>err &&
	test_grep EPERM trace && test_must_be_empty err && cmp mesh.h5 first.h5
'

test_expect_success 'the quality table says the same, and that it is good' '
	"$PYTHON" - <<-\EOT
	import h5py, numpy, xarray
	d = xarray.open_dataset("first-quality.h5", group="table")
	part = dict(zip(d.part.flag_meanings.split(), d.part.flag_values))
	assert list(part)[:5] == ["mesh", "group.aluminium", "group.chip",
	                          "group.bottom", "group.air"]
	assert set(list(part)[5:]) == {"type.tetrahedron", "type.triangle"}
	row = lambda name: d.isel(row=int(part[name]))
	mesh, chip = row("mesh"), row("group.chip")
	assert abs(float(mesh.volume) - 2.48e-05) < 1e-15
	assert abs(float(chip.area) - 0.016 * 0.012) < 1e-15
	assert int(mesh.duplicate_points) == 0 and int(mesh.empty_groups) == 0
	assert float(mesh.scaled_jacobian_min) > 0.05
	assert float(mesh.scaled_jacobian_max) <= 1
	assert 0 < float(mesh.angle_min) < 70.6 < float(mesh.angle_max) < 180
	assert d.angle_min.units == "degree" and d.volume.units == "m3"
	assert numpy.isnan(d.isel(row=0).length) or int(d.length[0]) == 0
	EOT
'

test_expect_success 'VTK finds the same shapes as the quality table' '
	"$PYTHON" - >shapes <<-\EOT &&
	import vtk
	from vtk.util.numpy_support import vtk_to_numpy as array
	reader = vtk.vtkHDFReader()
	reader.SetFileName("first.h5")
	reader.Update()
	def quality(measure):
	    q = vtk.vtkMeshQuality()
	    q.SetInputData(reader.GetOutput())
	    getattr(q, "SetTetQualityMeasureTo" + measure)()
	    q.Update()
	    v = array(q.GetOutput().GetCellData().GetArray("Quality"))
	    types = array(reader.GetOutput().GetCellTypesArray())
	    return v[types == 10]
	print(quality("ScaledJacobian").min(), quality("ScaledJacobian").mean(),
	      quality("AspectRatio").max(), quality("EdgeRatio").max())
	EOT
	"$PYTHON" - <<-\EOT
	import h5py
	t = h5py.File("first-quality.h5")["table"]
	want = [float(x) for x in open("shapes").read().split()]
	got = [t[name][0] for name in ("scaled_jacobian_min",
	       "scaled_jacobian_mean", "aspect_max", "edge_ratio_max")]
	for w, g in zip(want, got):
	    assert abs(w - g) < 1e-9 * abs(w), (want, got)
	EOT
'

test_expect_success 'the angles are the dihedral ones' '
	"$PYTHON" - <<-\EOT
	import h5py, itertools, numpy
	g = h5py.File("first.h5")["VTKHDF"]
	tets = (g["Types"][:] == 10).sum()
	p = g["Points"][:][g["Connectivity"][:4 * tets].reshape(-1, 4)]
	unit = lambda v: v / numpy.linalg.norm(v, axis=1)[:, None]
	dot = lambda u, v: (u * v).sum(1)
	angles = []
	for a, b in itertools.combinations(range(4), 2):
	    c, d = [k for k in range(4) if k not in (a, b)]
	    e = unit(p[:, b] - p[:, a])
	    u, v = p[:, c] - p[:, a], p[:, d] - p[:, a]
	    u = unit(u - e * dot(u, e)[:, None])
	    v = unit(v - e * dot(v, e)[:, None])
	    angles.append(numpy.degrees(numpy.arccos(dot(u, v))))
	t = h5py.File("first-quality.h5")["table"]
	assert abs(t["angle_min"][0] - numpy.min(angles)) < 1e-9
	assert abs(t["angle_max"][0] - numpy.max(angles)) < 1e-9
	EOT
'

test_expect_success 'a second run gives the same bytes, whatever is around it' '
	mkdir -p home/.gmsh &&
	echo "Mesh.MeshSizeFactor = 3;" >home/.gmsh-options &&
	cp home/.gmsh-options home/.gmshrc &&
	HOME=$PWD/home LC_ALL=C TZ=Asia/Tokyo OMP_NUM_THREADS=2 \
		run_gmsh 2 "$heatsink" "$(size 0.002)" &&
	test_cmp first.h5 mesh.h5 &&
	test_cmp first-quality.h5 quality.h5
'

test_expect_success 'parameters reach the geometry' '
	run_gmsh 1 "$heatsink" "{\"size\": $(m 0.004),
		\"parameters\": {\"fins\": 3, \"fin_height\": 0.01}}" &&
	test_grep "^aluminium 3 [0-9]* 1.44e-05$" got
'

test_expect_success 'hxt gives another mesh of the same body' '
	run_gmsh 1 "$heatsink" "{\"size\": $(m 0.004),
		\"algorithm_3d\": \"hxt\", \"algorithm_2d\": \"frontal\"}" &&
	test_grep "^aluminium 3 [0-9]* 2.48e-05$" got
'

# --- STEP, BREP, MSH --------------------------------------------------------

test_expect_success 'a STEP file in millimetres becomes metres' '
	{
		echo "SetFactory(\"OpenCASCADE\");" &&
		echo "Box(1) = {0, 0, 0, 20, 30, 40};" &&
		echo "Save \"part.step\"; Save \"part.brep\";"
	} >part.geo &&
	gmsh part.geo - >log &&
	test_grep "SI_UNIT(.MILLI.,.METRE.)" part.step &&
	run_gmsh 1 "$PWD/part.step" "{\"size\": $(m 0.01),
		\"groups\": \"entities\"}" &&
	test_grep "^volume1 3 [0-9]* 2.4e-05$" got &&
	test_grep "^surface1 2 [0-9]* 0.0012$" got &&
	test_line_count = 8 got
'

test_expect_success 'an ending in capitals, and .stp' '
	cp part.step other.STP &&
	run_gmsh 1 "$PWD/other.STP" "{\"size\": $(m 0.01), \"heal\": true,
		\"groups\": \"entities\"}" &&
	test_grep "^volume1 3 [0-9]* 2.4e-05$" got
'

test_expect_success 'a BREP file takes its unit from the task' '
	run_gmsh 1 "$PWD/part.brep" "{\"size\": $(m 0.01),
		\"length_unit\": $(m 0.001), \"groups\": \"entities\"}" &&
	test_grep "^volume1 3 [0-9]* 2.4e-05$" got
'

test_expect_success 'a .geo that merges a part, with groups of its own' '
	{
		echo "SetFactory(\"OpenCASCADE\");" &&
		echo "v() = ShapeFromFile(\"part.brep\");" &&
		echo "Physical Volume(\"block of steel\", 7) = v();" &&
		echo "Physical Surface(9) = {1, 2};"
	} >assembly.geo &&
	rm -rf gmsh &&
	task_json mesh.gmsh "{\"size\": $(m 0.02), \"length_unit\": $(m 0.001)}" \
		"{\"geometry\": [{\"path\": \"$PWD/assembly.geo\", \"type\": \"file\"}],
		  \"parts\": [{\"path\": \"$PWD/part.brep\", \"type\": \"file\"}]}" \
		"{\"mesh\": {\"path\": \"mesh.h5\"}}" >task.json &&
	mpi 1 $gmsh_program >log &&
	"$PYTHON" "$FT_SRCDIR/t/stage/check_mesh.py" mesh.h5 >got &&
	test_grep "^block of steel 3 [0-9]* 2.4e-05$" got &&
	test_grep "^9 2 [0-9]* 0.0024$" got
'

test_expect_success 'meshes of Gmsh, in all their versions' '
	cat >two.geo <<-\EOT &&
	SetFactory("OpenCASCADE");
	Box(1) = {0, 0, 0, 1, 1, 1};
	Physical Volume("a") = {1};
	Physical Surface("left") = {1};
	Mesh.MeshSizeMax = 0.4;
	Mesh 3;
	Mesh.MshFileVersion = 2.2; Save "22.msh";
	Mesh.MshFileVersion = 4.1; Save "41.msh";
	Mesh.Binary = 1; Save "41b.msh";
	EOT
	gmsh two.geo - >log &&
	run_gmsh 1 "$PWD/41b.msh" "{}" &&
	test_grep "^a 3 [0-9]* 1$" got &&
	test_grep "^left 2 [0-9]* 1$" got &&
	mv got want &&
	run_gmsh 1 "$PWD/41.msh" "{}" && test_cmp want got &&
	run_gmsh 1 "$PWD/22.msh" "{}" && test_cmp want got
'

# --- kinds of cells ---------------------------------------------------------

test_expect_success 'hexahedra, wedges: the volume is right, the shape ideal' '
	cat >swept.geo <<-\EOT &&
	Point(1) = {0, 0, 0}; Point(2) = {1, 0, 0};
	Point(3) = {1, 1, 0}; Point(4) = {0, 1, 0};
	Line(1) = {1, 2}; Line(2) = {2, 3}; Line(3) = {3, 4}; Line(4) = {4, 1};
	Curve Loop(1) = {1, 2, 3, 4};
	Plane Surface(1) = {1};
	Transfinite Curve{1, 2, 3, 4} = 4;
	Transfinite Surface{1};
	DefineConstant[ quads = 1 ];
	If (quads)
	  Recombine Surface{1};
	EndIf
	out() = Extrude {0, 0, 1} { Surface{1}; Layers{3}; Recombine; };
	Physical Volume("v") = {out(1)};
	Physical Surface("top") = {out(0)};
	Physical Surface("side") = {out(2)};
	EOT
	run_gmsh 1 "$PWD/swept.geo" "{}" &&
	test_grep "^v 3 27 1$" got &&
	test_grep "^side 2 9 1$" got &&
	"$PYTHON" -c "
import h5py
t = h5py.File(\"quality.h5\")[\"table\"]
assert abs(t[\"scaled_jacobian_min\"][0] - 1) < 1e-12
assert abs(t[\"angle_min\"][0] - 90) < 1e-9
assert b\"type.hexahedron\" in t[\"part\"].attrs[\"flag_meanings\"]" &&
	run_gmsh 1 "$PWD/swept.geo" "{\"parameters\": {\"quads\": 0}}" &&
	test_grep "^v 3 54 1$" got &&
	test_grep "^top 2 18 1$" got
'

test_expect_success 'two dimensions, clockwise surfaces turned' '
	cat >flat.geo <<-\EOT &&
	Point(1) = {0, 0, 0, 0.3}; Point(2) = {2, 0, 0, 0.3};
	Point(3) = {2, 1, 0, 0.3}; Point(4) = {0, 1, 0, 0.3};
	Line(1) = {1, 2}; Line(2) = {2, 3}; Line(3) = {3, 4}; Line(4) = {4, 1};
	Curve Loop(1) = {-4, -3, -2, -1};
	Plane Surface(1) = {1};
	Physical Surface("plate") = {1};
	Physical Curve("hot") = {4};
	Physical Point("corner") = {1};
	EOT
	run_gmsh 1 "$PWD/flat.geo" "{\"dimension\": 2}" &&
	test_grep "^plate 2 [0-9]* 2$" got &&
	test_grep "^hot 1 [0-9]* 1$" got &&
	test_grep "^corner 0 1 1$" got &&
	test_line_count = 4 got
'

test_expect_success 'curves of a solid that are in a group' '
	cat >brick.geo <<-\EOT &&
	SetFactory("OpenCASCADE");
	Box(1) = {0, 0, 0, 3, 1, 1};
	Physical Volume("brick") = {1};
	Physical Surface("end") = {1};
	low() = Curve In BoundingBox {-0.1, -0.1, -0.1, 3.1, 0.1, 0.1};
	Physical Curve("seam") = {low()};
	Physical Point("corner") = {1};
	EOT
	run_gmsh 1 "$PWD/brick.geo" "$(size 1)" &&
	test_grep "^end 2 [0-9]* 1$" got &&
	test_grep "^seam 1 [0-9]* 3$" got &&
	test_grep "^corner 0 1 1$" got &&
	test_line_count = 5 got
'

test_expect_success 'points in a group: those in the mesh, also of order 2' '
	cat >disc.geo <<-\EOT &&
	Point(1) = {0, 0, 0, 0.5}; Point(2) = {1, 0, 0, 0.5};
	Point(3) = {-1, 0, 0, 0.5}; Point(4) = {0, 0.5, 0, 0.1};
	Circle(1) = {2, 1, 3}; Line(2) = {3, 2};
	Curve Loop(1) = {1, 2};
	Plane Surface(1) = {1};
	Point{4} In Surface{1};
	DefineConstant[ centre = 0 ];
	Physical Surface("disc") = {1};
	Physical Point("inside") = {4};
	Physical Point("ends") = {2, 3};
	If (centre)
	  Physical Point("centre") = {1};
	EndIf
	EOT
	run_gmsh 1 "$PWD/disc.geo" "{\"dimension\": 2}" &&
	test_grep "^inside 0 1 1$" got && test_grep "^ends 0 2 2$" got &&
	rm -rf gmsh &&
	gmsh_task "$PWD/disc.geo" "{\"dimension\": 2, \"order\": 2}" \
		>task.json &&
	mpi 1 $gmsh_program >log &&
	"$PYTHON" "$FT_SRCDIR/t/measure_mesh.py" mesh.h5 >got &&
	test_grep "^inside 0 1 1 0.5$" got && test_grep "^ends 0 2 2 2$" got
'

test_expect_success 'a point in a group that is not in the mesh is refused' '
	rm -rf gmsh &&
	gmsh_task "$PWD/disc.geo" \
		"{\"dimension\": 2, \"parameters\": {\"centre\": 1}}" \
		>task.json &&
	test_must_fail mpi 1 $gmsh_program 2>err &&
	test_grep "group .centre. has a point that no cell has" err
'

test_expect_success 'parts that only touch are told' '
	cat >touch.geo <<-\EOT &&
	SetFactory("OpenCASCADE");
	Box(1) = {0, 0, 0, 1, 1, 1};
	Box(2) = {1, 0, 0, 1, 1, 1};
	Physical Volume("both") = {1, 2};
	EOT
	run_gmsh 1 "$PWD/touch.geo" "$(size 1)" &&
	test_grep "points lie where another one lies" log &&
	"$PYTHON" -c "
import h5py
t = h5py.File(\"quality.h5\")[\"table\"]
assert t[\"duplicate_points\"][0] >= 4"
'

test_done
