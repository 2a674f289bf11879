#!/bin/sh
test_description='mesh.gmsh: curved cells, in the order of VTK'
. "$(dirname "$0")/harness.sh"
test_need mpirun gmsh fedtwin-mesh-gmsh fedtwin-heat
PYTHONPATH=$FT_SRCDIR/t:.
export PYTHONPATH

cat >tools.py <<\EOT
from heat import *

LINEAR = '300 + 2*x - 3*y + 4*z'


def gmsh(text, **params):
    """A mesh of order 2 of a geometry."""
    with open('body.geo', 'w') as f:
        f.write(text + '\n')
    where = write_task('mesh.gmsh', dict({'order': 2}, **params),
                       {'geometry': ('body.geo', 'file')},
                       {'mesh': 'mesh', 'quality': 'table'})
    code, err = start('fedtwin-mesh-gmsh', where)
    assert code == 0 and not err, err
    return where + '/mesh.h5'


def patch(text, types, **params):
    """A linear temperature must be exact; the heat flux of it."""
    mesh = gmsh(text, **params)
    with h5py.File(mesh) as f:
        found = sorted(set(f['VTKHDF/Types'][()]))
    assert found == types, found
    run = heat(mesh, scheme='steady', conductivity=on(1, 'W/m/K'),
               exact=LINEAR, fixed_function={'rim': LINEAR})
    assert run.last()['l2_error'] < 1e-10, run.last()
    assert run.last()['h1_error'] < 1e-9, run.last()
    return columns(mesh.replace('mesh.h5', 'quality.h5'))


FLAT = """
Point(1) = {0, 0, 0};
Point(2) = {0, 1, 0};
Point(3) = {1, 1, 0};
Point(4) = {1, 0, 0};
Line(1) = {1, 2}; Line(2) = {2, 3}; Line(3) = {3, 4}; Line(4) = {4, 1};
Curve Loop(1) = {1, 2, 3, 4};  // the square looks down
Plane Surface(1) = {1};
Physical Surface("all") = {1};
Physical Curve("rim") = {1, 2, 3, 4};
"""
CUBE = """
SetFactory("OpenCASCADE");
Box(1) = {0, 0, 0, 1, 1, 1};
Transfinite Curve{:} = 3;
Transfinite Surface{:};
Recombine Surface{:};
Transfinite Volume{1};
Physical Volume("all") = {1};
Physical Surface("rim") = {1, 2, 3, 4, 5, 6};
"""
BALL = """
SetFactory("OpenCASCADE");
Sphere(1) = {0, 0, 0, 1};
Physical Volume("all") = {1};
Physical Surface("rim") = {1};
"""
ROD = """
SetFactory("OpenCASCADE");
Disk(1) = {0, 0, 0, 1};
Recombine Surface{1};
Extrude {0, 0, 1} {Surface{1}; Layers{2}; Recombine;}
Physical Volume("all") = {1};
Physical Surface("rim") = {1, 2, 3};
"""
EOT

test_expect_success 'patch tests: triangles and quads that look down' '
	"$PYTHON" - <<-\EOT
	from tools import *
	flat = dict(dimension=2, size=q(0.4, "m"))
	patch(FLAT, [21, 22], **flat)
	patch(FLAT + "Recombine Surface{1};", [21, 28], **flat)
	patch(FLAT + "Recombine Surface{1}; Mesh.SecondOrderIncomplete = 1;",
	      [21, 23], **flat)
	EOT
'

test_expect_success 'patch tests: solids, straight and curved' '
	"$PYTHON" - <<-\EOT
	from tools import *
	t = patch(BALL, [22, 24], size=q(0.6, "m"))
	assert t["part"][3:] == ["type.tetrahedron_of_second_order",
	                         "type.triangle_of_second_order"], t["part"]
	assert t["bad_cells"][0] == 0 and t["loose_facets"][0] == 0
	patch(ROD, [28, 29], size=q(0.6, "m"))
	patch(CUBE, [28, 29])
	patch(CUBE + "Mesh.SecondOrderIncomplete = 1;", [23, 25])
	EOT
'

test_expect_success 'curved cells fill a ball far better than straight ones' '
	"$PYTHON" - <<-\EOT
	from tools import *
	def volume(order):
	    """Heat made in the ball, by 1 W/m3."""
	    mesh = gmsh(BALL, order=order, size=q(0.6, "m"))
	    run = heat(mesh, scheme="steady", conductivity=on(1, "W/m/K"),
	               source=on(1, "W/m3"), fixed={"rim": q(300, "K")})
	    return run.last()["heat_in"]
	exact = 4 * math.pi / 3
	straight, curved = (abs(volume(n) / exact - 1) for n in (1, 2))
	assert curved < 1e-3 < 0.02 < straight, (straight, curved)
	EOT
'

test_expect_success 'refused: order 3, order 2 of a mesh, wedges of order 2' '
	. "$FT_SRCDIR/t/stage/lib.sh" &&
	cat >wedge.geo <<-\EOT &&
	SetFactory("OpenCASCADE");
	Disk(1) = {0, 0, 0, 1};
	Extrude {0, 0, 1} {Surface{1}; Layers{2}; Recombine;}
	Physical Volume("all") = {1};
	EOT
	gmsh_task "$PWD/wedge.geo" "{\"order\": 2}" >task.json &&
	must_say "the mesh has cells of type 13 of Gmsh; supported are order 1, and order 2 without wedges and pyramids" \
		1 fedtwin-mesh-gmsh &&
	rm -rf gmsh &&
	gmsh_task "$PWD/wedge.geo" "{\"order\": 3}" >task.json &&
	must_say "'\''order'\'' is 3, but must be 1 or 2" 1 fedtwin-mesh-gmsh &&
	: >made.msh &&
	gmsh_task "$PWD/made.msh" "{\"order\": 2}" >task.json &&
	must_say "'\''$PWD/made.msh'\'' is a mesh already; leave out '\''order'\''" \
		1 fedtwin-mesh-gmsh
'

test_done
