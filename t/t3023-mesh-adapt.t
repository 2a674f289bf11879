#!/bin/sh
test_description='mesh.adapt: estimated errors, sizes for the next mesh'
. "$(dirname "$0")/harness.sh"
test_need mpirun gmsh fedtwin-mesh-adapt fedtwin-mesh-gmsh fedtwin-heat
PYTHONPATH=$FT_SRCDIR/t:.
export PYTHONPATH

cat >tools.py <<\EOT
from heat import *

HARMONIC = "300 + 10*sin(2*x)*exp(2*y)"


def try_adapt(field, processes=1, **params):
    params = dict({'tolerance': 0.01}, **params)
    where = write_task('mesh.adapt', params, {'field': (field, 'field')},
                       {'error': 'field', 'size': 'field',
                        'summary': 'table'}, processes)
    return Result(where, *start('fedtwin-mesh-adapt', where, processes))


def adapt(field, processes=1, **params):
    result = try_adapt(field, processes, **params)
    assert result.code == 0 and not result.err, result.err
    return result


def solve(cells, simplex, u, order=1, **params):
    """The temperature u on a unit square or cube."""
    mesh = box(cells, [1] * len(cells), simplex)
    run = heat(mesh, scheme='steady', order=order,
               conductivity=on(2, 'W/m/K'),
               fixed_function={g: u for g in facets(len(cells))}, **params)
    return run.where + '/temperature.h5'


def refused(line, field, processes=1, **params):
    run = try_adapt(field, processes, **params)
    assert run.code == 1 and run.err[-1] == line, run.err
EOT

test_expect_success 'a linear field has no error on any element' '
	"$PYTHON" - <<-\EOT
	from tools import *
	for cells, simplex, order in (([3, 4], True, 1), ([3, 4], False, 2),
	                              ([2, 3, 2], True, 2),
	                              ([2, 3, 2], False, 1)):
	    field = solve(cells, simplex, "300 + x - 2*y", order,
	                  tolerance=1e-14)
	    run = adapt(field, exact="300 + x - 2*y")
	    assert run.last()["error"] < 1e-12, run.last()
	    assert run.last()["true_error"] < 1e-9, run.last()
	    near(run.last()["norm"], math.sqrt(5), 1e-12)
	    assert run.field("error").max() < 1e-12
	    size = run.field("size")
	    assert np.isfinite(size).all() and (size > 0).all()
	EOT
'

test_expect_success 'the estimate approaches the error as cells get smaller' '
	"$PYTHON" - <<-\EOT
	from tools import *
	for simplex, order, worst in ((True, 1, 0.01), (False, 1, 0.01),
	                              (True, 2, 0.03), (False, 2, 0.05)):
	    off = []
	    for n in 8, 16:
	        field = solve([n, n], simplex, HARMONIC, order)
	        run = adapt(field, exact=HARMONIC).last()
	        off.append(abs(run["effectivity"] - 1))
	    assert off[1] < worst and off[1] < off[0], (simplex, order, off)
	EOT
'

test_expect_success 'the parts of the cells add up; three ranks agree' '
	"$PYTHON" - <<-\EOT
	from tools import *
	field = solve([4, 4, 3], True, HARMONIC)
	one, three = adapt(field), adapt(field, 3)
	error = one.field("error")
	near(math.sqrt((error ** 2).sum()), one.last()["error"], 1e-12)
	same(three.field("error"), error, 1e-11)
	same(three.field("size"), one.field("size"), 1e-11)
	assert one.last()["points"] == 100 and one.last()["cells"] == 288
	EOT
'

test_expect_success 'a gradient that jumps with the material is no error' '
	cat >two.geo <<-\EOT &&
	SetFactory("OpenCASCADE");
	Rectangle(1) = {0, 0, 0, 1, 1};
	Rectangle(2) = {1, 0, 0, 1, 1};
	Coherence;
	Physical Surface("slow") = {1};
	Physical Surface("fast") = {2};
	Physical Curve("left") = {4};
	Physical Curve("right") = {6};
	EOT
	"$PYTHON" - <<-\EOT
	from tools import *
	where = write_task("mesh.gmsh", {"dimension": 2, "size": q(0.3, "m")},
	                   {"geometry": ("two.geo", "file")}, {"mesh": "mesh"})
	code, err = start("fedtwin-mesh-gmsh", where)
	assert code == 0, err
	with h5py.File(where + "/mesh.h5") as f:
	    p, n = f["VTKHDF/Points"], f["VTKHDF/Connectivity"]
	    ids = dict(zip(f["groups/name"], f["groups/id"]))
	    for name, x in (b"left", 0), (b"right", 2):
	        lines = np.flatnonzero(f["VTKHDF/CellData/group"][()] == ids[name])
	        first = f["VTKHDF/Offsets"][lines[0]]
	        assert p[n[first]][0] == x, "the curves have other numbers"
	run = heat(where + "/mesh.h5", scheme="steady",
	           conductivity={**on(1, "W/m/K", "slow"),
	                         **on(4, "W/m/K", "fast")},
	           fixed={"left": {"value": 300.0, "unit": "K"},
	                  "right": {"value": 310.0, "unit": "K"}})
	t = run.where + "/temperature.h5"
	blind = adapt(t).last()
	seeing = adapt(t, weight={"slow": 1.0, "fast": 4.0}).last()
	assert blind["error"] > 0.05 and seeing["error"] < 1e-12, (blind, seeing)
	# 8 K/m by 1 and 2 K/m by 4
	near(seeing["norm"], math.sqrt(64 + 16), 1e-12)
	EOT
'

test_expect_success 'sizes: bounds, most cells, a field that is good enough' '
	"$PYTHON" - <<-\EOT
	from tools import *
	field = solve([8, 8], True, HARMONIC)
	edge = (2 + math.sqrt(2)) / 24
	run = adapt(field, tolerance=1e-4, reduction=0.01)
	same(run.field("size"), np.full(81, edge / 4), 1e-12)
	near(run.last()["predicted_cells"], 128 * 16, 1e-12)
	run = adapt(field, tolerance=0.9)
	same(run.field("size"), np.full(81, edge * 2), 1e-12)
	run = adapt(field, tolerance=1e-4, most_cells=300)
	near(run.last()["predicted_cells"], 300, 1e-12)
	run = adapt(field, min_size=q(0.1, "m"), max_size=q(0.12, "m"),
	            tolerance=0.1, coarsen=10, refine=0.01)
	size = run.field("size")
	assert size.min() >= 0.1 - 1e-15 and size.max() <= 0.12 + 1e-15
	assert size.max() - size.min() > 0.005
	EOT
'

test_expect_success 'refused' '
	"$PYTHON" - <<-\EOT
	from tools import *
	field = solve([2, 2], True, HARMONIC)
	flux = field.replace("temperature.h5", "flux.h5")
	refused("input \x27field\x27 must have one value at each point", flux)
	refused("parameter \x27weight\x27: the mesh has no group of cells "
	        "\x27chip\x27", field, weight={"chip": 2.0})
	refused("parameter \x27weight\x27 of group \x27domain\x27 is 0, but must "
	        "be more than 0", field, weight={"*": 0.0})
	refused("\x27min_size\x27 is 2 m, more than \x27max_size\x27, 1 m", field,
	        min_size=q(2, "m"), max_size=q(1, "m"))
	refused("the error is not a finite number; are the field and "
	        "\x27exact\x27 finite everywhere?", field, exact="1/(x - x)")
	with h5py.File(field, "r+") as f:
	    f["VTKHDF/Points"][3] = [0, 0.5, 0.1]
	refused("the mesh has dimension 2, but z runs from 0 to 0.1 m; it must "
	        "lie in a plane of constant z", field)
	EOT
'

cat >gmsh_tools.py <<\EOT
import shutil
from tools import *


def mesh(geometry, size_field=None, processes=1, **params):
    inputs = {'geometry': (geometry, 'file')}
    if size_field:
        inputs['size_field'] = size_field, 'field'
    where = write_task('mesh.gmsh', params, inputs,
                       {'mesh': 'mesh', 'quality': 'table'}, processes)
    return Result(where, *start('fedtwin-mesh-gmsh', where, processes))


def size_field(mesh, size):
    """A size at each point of a mesh."""
    path = os.path.abspath('size-%d.h5' % len(os.listdir('.')))
    shutil.copy(mesh, path)
    with h5py.File(path, 'r+') as f:
        x = f['VTKHDF/Points'][()]
        d = f.create_dataset('VTKHDF/PointData/size', data=np.array(
            [float(size(*p)) for p in x]))
        d.attrs['units'] = np.bytes_('m')
        f['VTKHDF'].attrs['fedtwin_field'] = np.bytes_('PointData/size')
    return path


def edges(path):
    """Middles and lengths of the edges of triangles and tetrahedra."""
    with h5py.File(path) as f:
        x, kind = f['VTKHDF/Points'][()], f['VTKHDF/Types'][()]
        nodes = {5: 3, 10: 4}[kind[0]]
        n = f['VTKHDF/Connectivity'][:nodes * (kind == kind[0]).sum()]
    n = n.reshape(-1, nodes)
    a = np.concatenate([n[:, i] for i in range(nodes) for k in range(i)])
    b = np.concatenate([n[:, k] for i in range(nodes) for k in range(i)])
    return (x[a] + x[b]) / 2, np.linalg.norm(x[a] - x[b], axis=1)
EOT

test_expect_success 'gmsh makes cells of the sizes of a field' '
	cat >disc.geo <<-\EOT &&
	SetFactory("OpenCASCADE");
	Disk(1) = {0, 0, 0, 100};
	Physical Surface("disc") = {1};
	EOT
	"$PYTHON" - <<-\EOT
	from gmsh_tools import *
	mm = dict(dimension=2, length_unit=q(0.001, "m"))
	coarse = mesh("disc.geo", size=q(0.08, "m"), **mm)
	assert coarse.code == 0, coarse.err
	want = lambda x, y, z: 0.004 + 0.1 * abs(x)
	sizes = size_field(coarse.where + "/mesh.h5", want)
	fine = mesh("disc.geo", sizes, **mm)
	assert fine.code == 0 and not fine.err, fine.err
	middle, length = edges(fine.where + "/mesh.h5")
	ratio = length / [want(*p) for p in middle]
	assert 0.85 < np.median(ratio) < 1.15, np.median(ratio)
	assert np.percentile(ratio, 95) < 1.6, np.percentile(ratio, 95)
	rim = np.hypot(middle[:, 0], middle[:, 1]) > 0.0985
	assert rim.sum() > 30 and ratio[rim].max() < 2, ratio[rim].max()
	EOT
'

test_expect_success 'in space, too' '
	cat >ball.geo <<-\EOT &&
	SetFactory("OpenCASCADE");
	Sphere(1) = {0, 0, 0, 1};
	Physical Volume("ball") = {1};
	EOT
	"$PYTHON" - <<-\EOT
	from gmsh_tools import *
	coarse = mesh("ball.geo", size=q(0.7, "m"))
	assert coarse.code == 0, coarse.err
	fine = mesh("ball.geo", size_field(coarse.where + "/mesh.h5",
	                                   lambda x, y, z: 0.25))
	assert fine.code == 0 and not fine.err, fine.err
	even = mesh("ball.geo", size=q(0.25, "m"))
	_, length = edges(fine.where + "/mesh.h5")
	_, like = edges(even.where + "/mesh.h5")
	near(np.median(length), np.median(like), 0.1)
	assert length.max() < 1.3 * like.max(), (length.max(), like.max())
	EOT
'

test_expect_success 'refused: sizes that are none, other dimension, ranks' '
	"$PYTHON" - <<-\EOT
	from gmsh_tools import *
	def wrong(line, *args, **params):
	    run = mesh("disc.geo", *args, **params)
	    assert run.code == 1 and run.err[-1] == line, run.err
	square = box([2, 2], [1, 1])
	zero = size_field(square, lambda x, y, z: x)
	wrong("input \x27size_field\x27 is 0 m at (0, 0, 0) m, but must be more "
	      "than 0", zero, dimension=2)
	good = size_field(square, lambda x, y, z: 1)
	wrong("input \x27size_field\x27 has cells of dimension 2, but "
	      "\x27dimension\x27 is 3", good)
	wrong("with \x27size_field\x27 mesh.gmsh works on one rank; leave out "
	      "\x27ranks\x27 in \x27resources\x27", good, 2, dimension=2)
	EOT
'

test_expect_success 'solve, estimate, mesh anew: verify/heat-adaptive.yaml' '
	fedtwin init &&
	fedtwin run "$FT_SRCDIR/workflows/verify/heat-adaptive.yaml" &&
	fedtwin data get report.page page.md && cat page.md
'

error_of() { # REF
	rm -f summary.csv && fedtwin data get "$1" summary.csv >path &&
	"$PYTHON" - <<-\EOT
	import csv
	names, values = list(csv.reader(open("summary.csv")))
	print(*[v for n, v in zip(names, values) if n.startswith("error")])
	EOT
}

# In a project of its own: the turns are the same, and would be reused.
test_expect_success 'the example, with fewer turns: examples/adaptive.yaml' '
	mkdir example && cd example && fedtwin init &&
	fedtwin check "$FT_SRCDIR/workflows/examples/adaptive-turn.yaml" &&
	fedtwin run "$FT_SRCDIR/workflows/examples/adaptive.yaml" >out 2>err &&
	test_grep "adapt.estimate.turn=[2-5].: converged after turn" err &&
	fedtwin lineage adapt.mesh.mesh >lineage.txt &&
	test_grep "by adapt.estimate\[turn=1\]" lineage.txt &&
	"$PYTHON" - "$(error_of "adapt.estimate.summary{turn=1}")" \
		"$(error_of adapt.estimate.summary)" <<-\EOT
	import sys
	first, last = map(float, sys.argv[1:])
	assert last < 0.05 < first, (first, last)
	EOT
'

test_done
