#!/bin/sh
test_description='a physics of its own on what the solvers share'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-mesh-box
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

cat >case.py <<\EOT
from heat import *
SI.update({'m2/s': 'm2.s-1', 'm/s': 'm.s-1', '1/s': 's-1', '1': '1'})
# u = 1 + x y^2, k = 1 + u: -div(k grad u) + u^3 = f
F = ("-(y^4 + 4*x^2*y^2) - (2 + x*y^2)*2*x + (1 + x*y^2)^3")
EXACT = "1 + x*y^2"

def solve(mesh, ranks=1, **more):
    params = dict(diffusivity_function={"*": "1 + u"}, exact=EXACT, order=2,
                  rate=q(1, '1/s'),
                  fixed_function={"*": EXACT}, source_function={"*": F})
    params = {k: v for k, v in {**params, **more}.items() if v is not None}
    where = write_task("test.diffusion", params, {"mesh": (mesh, "mesh")},
                       {"u": "field", "summary": "table"}, ranks)
    return Result(where, *start("t/physics/diffusion", where, ranks))
EOT

test_expect_success 'it converges with the order of its elements, 1 and 2 ranks' '
	"$PYTHON" - <<-EOT
	import sys
	sys.path.append(".")
	from case import *
	for order in 1, 2:
	    l2 = []
	    for n in 4, 8:
	        mesh = box([n, n], [1, 1], True)
	        runs = [solve(mesh, ranks, order=order) for ranks in (1, 2)]
	        assert runs[0].code == runs[1].code == 0, runs[0].err
	        same(runs[1].field("u"), runs[0].field("u"), 1e-9)
	        l2.append(runs[0].last()["l2_error"])
	    assert abs(slopes(l2)[0] - order - 1) <= 0.15, l2
	EOT
'

test_expect_success 'its errors are in the words of the user' '
	"$PYTHON" - <<-EOT
	import sys
	sys.path.append(".")
	from case import *
	mesh = box([2, 2], [1, 1], True)
	for change, message in (
	    (dict(fixed_function={"xmn": "1"}), "did you mean"),
	    (dict(diffusivity_function=None), "diffusivity"),
	    (dict(diffusivity=on(0, "m2/s"), diffusivity_function=None),
	     "must be positive, not 0"),
	    (dict(source_function={"*": "1/(x - x)"}), "is not finite at x ="),
	    (dict(order=3), "must be 1 or 2"),
	    (dict(fixed_function=None), "touches no group with"),
	    (dict(fixed=on(1, "1", "domain")), "domain"),
	):
	    run = solve(mesh, **change)
	    assert run.code == 1 and message in run.err[0], (change, run.err)
	EOT
'

test_done
