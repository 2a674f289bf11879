#!/bin/sh
test_description='mesh.quality: what is good and bad about any mesh'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-mesh-quality fedtwin-mesh-box
PYTHONPATH=$FT_SRCDIR/t:.
export PYTHONPATH

cat >tools.py <<\EOT
import shutil
from heat import *


def quality(mesh, processes=1, **params):
    where = write_task('mesh.quality', params, {'mesh': (mesh, 'mesh')},
                       {'quality': 'table', 'partition': 'table',
                        'cells': 'field'}, processes)
    return Result(where, *start('fedtwin-mesh-quality', where, processes))


def good(mesh, **params):
    result = quality(mesh, **params)
    assert result.code == 0 and not result.err, result.err
    return result


def change(mesh, what):
    """A copy of a mesh in which what(file) changed something."""
    copy = mesh[:-3] + '-%s.h5' % what.__name__
    shutil.copy(mesh, copy)
    with h5py.File(copy, 'r+') as f:
        what(f)
    return copy


def row(result, part):
    t = result.table('quality')
    i = list(t['part']).index(part)
    return {k: v[i] for k, v in t.items() if k != 'part'}


def refused(line, *args, **params):
    q = quality(*args, **params)
    assert q.code == 1 and q.err[-1] == line, q.err
EOT

test_expect_success 'cubes are ideal; groups and sums are right' '
	"$PYTHON" - <<-\EOT
	from tools import *
	q = good(box([2, 3, 4], [2, 3, 4]))
	m, f = row(q, "mesh"), row(q, "group.zmax")
	near(m["volume"], 24, 1e-14)
	near(row(q, "group.domain")["volume"], 24, 1e-14)
	near(f["area"], 6, 1e-14)
	assert m["cells"] == 24 and m["points"] == 60 and f["points"] == 12
	for name, want in dict(scaled_jacobian_min=1, angle_min=90,
	                       angle_max=90, edge_ratio_max=1).items():
	    near(m[name], want, 1e-12)
	for name in ("bad_cells", "ungrouped_cells", "loose_facets",
	             "orphan_points", "duplicate_points", "empty_groups"):
	    assert m[name] == 0, name
	same(q.field("cells")[:24], np.ones(24), 1e-14)
	assert not os.path.exists(q.where + "/partition.h5")
	EOT
'

test_expect_success 'what is wrong with a mesh is counted' '
	"$PYTHON" - <<-\EOT
	from tools import *
	mesh = box([2, 2], [1, 1])
	def twisted(f):
	    n = f["VTKHDF/Connectivity"]
	    n[1], n[2] = n[2], n[1]
	def ungrouped(f):
	    f["VTKHDF/CellData/group"][1] = 0
	def loose(f):
	    f["VTKHDF/Connectivity"][16:18] = [0, 4]
	def orphan(f):
	    n = f["VTKHDF/Connectivity"]
	    n[...] = np.where(n[...] == 8, 4, n[...])
	def duplicate(f):
	    f["VTKHDF/Points"][8] = f["VTKHDF/Points"][7]
	for what, count in ((twisted, "bad_cells"), (loose, "loose_facets"),
	                    (ungrouped, "ungrouped_cells"),
	                    (orphan, "orphan_points"),
	                    (duplicate, "duplicate_points")):
	    assert row(good(change(mesh, what)), "mesh")[count] == 1, count
	EOT
'

test_expect_success 'groups may have any numbers' '
	"$PYTHON" - <<-\EOT
	from tools import *
	mesh = box([2, 2], [1, 3])
	def renumbered(f):
	    for name in "groups/id", "VTKHDF/CellData/group":
	        f[name][...] = 7000 - f[name][...]
	q = good(change(mesh, renumbered))
	assert q.bytes("quality") == good(mesh).bytes("quality")
	near(row(q, "group.xmax")["length"], 3, 1e-14)
	EOT
'

test_expect_success 'a limit on the worst cell' '
	"$PYTHON" - <<-\EOT
	from tools import *
	mesh = box([4, 4], [1, 1], True)
	least = row(good(mesh), "mesh")["scaled_jacobian_min"]
	near(least, math.sqrt(2 / 3), 1e-12)
	good(mesh, least_jacobian=float(least))
	refused("the worst cell has a scaled Jacobian of 0.8165, less than "
	        "\x27least_jacobian\x27, 0.817", mesh, least_jacobian=0.817)
	EOT
'

test_expect_success 'dividing a square: balance, cut, ghosts, neighbours' '
	"$PYTHON" - <<-\EOT
	from tools import *
	t = good(box([8, 8], [1, 1]), ranks=[1, 2, 4, 81]).table("partition")
	assert list(t["ranks"]) == [1, 2, 4, 81]
	assert t["cut_faces"][0] == t["ghosts"][0] == t["neighbours"][0] == 0
	assert t["edge_cut"][0] == t["point_imbalance"][0] == 0
	near(t["point_imbalance"][1], 41 / 40.5 - 1, 1e-12)
	assert 8 <= t["cut_faces"][1] <= 16 and t["neighbours"][1] == 1
	near(t["edge_cut"][1], t["cut_faces"][1] / 112, 1e-12)
	assert t["cut_faces"][2] >= 16 and t["ghosts"][2] > t["ghosts"][1] > 0
	assert t["neighbours"][2] <= 3
	assert t["point_imbalance"][3] == 0 and t["edge_cut"][3] == 1
	EOT
'

test_expect_success 'solvers divide as foretold' '
	"$PYTHON" - <<-\EOT
	from tools import *
	mesh = box([5, 7, 6], [1, 1, 1], True)
	t = good(mesh, ranks=[3]).table("partition")
	where = write_task("test.divide", {}, {"mesh": (mesh, "mesh")}, {}, 3)
	code, err = start("t/stage/divide", where, 3)
	assert code == 0, err
	points, cells, ghosts = map(int, open(where + "/divided").read().split())
	near(1 + t["point_imbalance"][0], 3 * points / (6 * 8 * 7), 1e-12)
	near(1 + t["cell_imbalance"][0], 3 * cells / (6 * 5 * 7 * 6), 1e-12)
	assert t["ghosts"][0] == ghosts, (t, ghosts)
	EOT
'

test_expect_success 'refused: no rank, more ranks than points, two ranks' '
	"$PYTHON" - <<-\EOT
	from tools import *
	mesh = box([2, 2], [1, 1])
	good(mesh, ranks=[9])
	for n in 10, 0:
	    refused("\x27ranks\x27 has %d, but must be 1 to 9, for a mesh of 9 "
	            "points" % n, mesh, ranks=[2, n])
	refused("mesh.quality works on one rank; leave out \x27ranks\x27 in "
	        "\x27resources\x27", mesh, 2)
	EOT
'

test_expect_success 'a gate in a workflow: examples/mesh-quality.yaml' '
	fedtwin init &&
	fedtwin run "$FT_SRCDIR/workflows/examples/mesh-quality.yaml" &&
	test_must_fail fedtwin run -p least=0.9 \
		"$FT_SRCDIR/workflows/examples/mesh-quality.yaml" 2>err &&
	test_grep "scaled Jacobian of 0.[0-9]*, less than .least_jacobian." err
'

test_done
