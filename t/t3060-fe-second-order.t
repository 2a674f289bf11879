#!/bin/sh
test_description='elements of second order: patch tests, raising, VTK'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-heat fedtwin-mesh-box
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

# A quadratic temperature on straight cells, made by 'order: 2'.
patch_test() { # TITLE CELLS SIMPLEX RANKS
	test_expect_success "$1: a quadratic temperature on $4 ranks" '
		"$PYTHON" - <<-EOT
		from heat import *
		cells = '"$2"'
		dim = len(cells)
		exact = "300 + 3*x - 2*y^2 + x*y" + ("+ z^2" if dim == 3 else "")
		made = 2 * (2 if dim == 3 else 4)
		mesh = box(cells, [1, 1.2, 0.7][:dim], '"$3"')
		first = None
		for ranks in '"$4"':
		    run = heat(mesh, ranks=ranks, scheme="steady", order=2,
		               conductivity=on(2, "W/m/K"), exact=exact,
		               source=on(made, "W/m3"),
		               fixed_function={g: exact for g in facets(dim)})
		    row = run.last()
		    assert row["l2_error"] <= 1e-12 * 300, row
		    assert row["imbalance"] <= 1e-8, row
		    assert row["dofs"] == math.prod(2 * n + 1 for n in cells), row
		    t = run.field("temperature")
		    first = t if first is None else first
		    same(t, first, 1e-12)
		os.symlink(run.where, "'"$1"'")
		EOT
	'
}

patch_test quadrilaterals '[3, 4]' False '1, 2'
patch_test triangles '[3, 4]' True '1, 2'
patch_test hexahedra '[2, 3, 2]' False '1, 4'
patch_test tetrahedra '[2, 3, 2]' True '1, 2, 4'

# A linear temperature on cells whose sides are curved; the map bends what is
# inside only as far as the rule of the element integrates exactly.
curved_test() { # TITLE CELLS SIMPLEX
	test_expect_success "$1 with curved sides: a linear one, 1 and 2 ranks" '
		"$PYTHON" - <<-EOT
		from heat import *
		cells = '"$2"'
		dim = len(cells)
		linear = "300 + 3*x - 2*y + 5*z"
		def bend(x):
		    random = np.random.default_rng(7)
		    x = x.copy()
		    x[:, :dim] += random.uniform(-0.03, 0.03, x[:, :dim].shape)
		    return x
		mesh = moved(raised(box(cells, [1] * dim, '"$3"')), bend)
		runs = [heat(mesh, ranks=ranks, scheme="steady",
		             conductivity=on(2, "W/m/K"), exact=linear,
		             fixed_function={g: linear for g in facets(dim)})
		        for ranks in (1, 2)]
		for run in runs:
		    assert run.last()["l2_error"] <= 1e-12 * 300, run.last()
		same(runs[1].field("temperature"), runs[0].field("temperature"))
		EOT
	'
}

curved_test quadrilaterals '[3, 3]' False
curved_test triangles '[3, 3]' True
curved_test tetrahedra '[2, 2, 2]' True

test_expect_success 'hexahedra in a warped grid: a linear one, 1 and 2 ranks' '
	"$PYTHON" - <<-EOT
	from heat import *
	linear = "300 + 3*x - 2*y + 5*z"
	mesh = moved(box([2, 2, 2], [1, 1, 1], False), lambda x: x + 0.1 *
	             np.sin(7 * np.roll(x, 1, axis=1)))
	for ranks in 1, 2:
	    run = heat(mesh, ranks=ranks, scheme="steady", order=2,
	               conductivity=on(2, "W/m/K"), exact=linear,
	               fixed_function={g: linear for g in facets(3)})
	    assert run.last()["l2_error"] <= 1e-12 * 300, run.last()
	EOT
'

test_expect_success 'VTK interpolates such a field exactly inside its cells' '
	"$PYTHON" - <<-EOT
	import vtk
	from heat import *
	from vtk.util.numpy_support import vtk_to_numpy as array
	for name, dim in (("quadrilaterals", 2), ("triangles", 2),
	                  ("hexahedra", 3), ("tetrahedra", 3)):
	    reader = vtk.vtkHDFReader()
	    reader.SetFileName(name + "/temperature.h5")
	    reader.Update()
	    grid = reader.GetOutput()
	    t = array(grid.GetPointData().GetArray("temperature"))
	    random = np.random.default_rng(5)
	    for c in range(grid.GetNumberOfCells()):
	        cell, x, weight = grid.GetCell(c), [0, 0, 0], [0] * 27
	        ids = cell.GetPointIds()
	        inside = random.uniform(0, 1 / 3, 3) # also in a simplex
	        cell.EvaluateLocation(vtk.reference(0), inside, x, weight)
	        got = sum(weight[i] * t[ids.GetId(i)]
	                  for i in range(ids.GetNumberOfIds()))
	        want = 300 + 3 * x[0] - 2 * x[1]**2 + x[0] * x[1]
	        near(got, want + (x[2]**2 if dim == 3 else 0), 1e-13)
	    cut = vtk.vtkContourFilter()
	    cut.SetInputData(grid)
	    cut.SetInputArrayToProcess(0, 0, 0, 0, "temperature")
	    cut.SetValue(0, 300)
	    cut.Update()
	    assert cut.GetOutput().GetNumberOfPoints() > 0
	EOT
'

test_expect_success 'raised meshes keep points, cells and their order' '
	"$PYTHON" - <<-EOT
	from heat import *
	mesh = box([2, 3, 2], [1, 1.2, 0.7], True)
	with h5py.File(mesh) as f, \
	        h5py.File(raised(mesh)) as mine, \
	        h5py.File("tetrahedra/temperature.h5") as theirs:
	    x = theirs["VTKHDF/Points"][()]
	    old = f["VTKHDF/Points"][()]
	    assert (x[:len(old)] == old).all()
	    m = theirs["VTKHDF/NumberOfCells"][0]
	    nodes = theirs["VTKHDF/Connectivity"][()]
	    want = mine["VTKHDF/Connectivity"][:10 * m]
	    assert (theirs["VTKHDF/Types"][()] == 24).all()
	    same(x[nodes], mine["VTKHDF/Points"][()][want], 1e-15)
	EOT
'

test_expect_success 'what cannot be raised is refused by name' '
	"$PYTHON" - <<-EOT
	from heat import *
	box3 = box([1, 1, 1], [1, 1, 1], False)
	given = dict(scheme="steady", conductivity=on(2, "W/m/K"),
	             fixed={"xmin": q(300, "K")})
	def refused(mesh, message, **more):
	    run = try_heat(mesh, **{**given, **more})
	    assert run.code == 1 and message in run.err[0], run.err
	refused(raised(box3), "order", order=1)
	refused(box3, "must be 1 or 2", order=3)
	def mix(g):
	    types = g["Types"][()]
	    nodes, at = list(g["Connectivity"][()]), g["Offsets"][()]
	    # one facet gets a middle on each side, taken from the other corners
	    assert types[1] == 9
	    nodes[at[1]:at[2]] += [0, 1, 2, 3, 4]
	    types[1] = 28
	    at[2:] += 5
	    replace(g, "Types", types)
	    replace(g, "Offsets", at)
	    replace(g, "Connectivity", nodes)
	    replace(g, "NumberOfConnectivityIds", [len(nodes)])
	refused(rewrite(box3, mix), "cell 1 of the mesh", order=2)
	refused(moved(raised(box3), lambda x: x - 3 * x**2 * [1, 0, 0]),
	        "inverted")
	EOT
'

test_done
