#!/bin/sh
test_description='solve.elasticity: mistakes are named in one line'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-elasticity fedtwin-mesh-box
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

test_expect_success 'each wrong parameter: what, where, and no result' '
	"$PYTHON" - <<-EOT
	from elasticity import *
	flat = box([2, 2], [1, 1])
	steel = dict(young=on(2e11, "Pa"), poisson={"*": 0.3})
	base = dict(plane="stress", fixed=["xmin"], **steel)
	hot = dict(uniform_temperature=q(300, "K"),
	           reference_temperature=q(293, "K"), expansion=on(1e-5, "1/K"))
	rows = [
	    (dict(fixed=["left"]), "parameter \"fixed\": the mesh has no group "
	     "\"left\"; it has \"xmin\", \"xmax\", \"ymin\", \"ymax\""),
	    (dict(fixed=["domain"]), "this cannot be given for group \"domain\""),
	    (dict(fixed=["xmin", "xmin"]), "names group \"xmin\" twice"),
	    (dict(displacement={"xmin": vector("m", 0)}),
	     "group \"xmin\" is held along x by \"fixed\" and by "
	     "\"displacement\""),
	    (dict(body_force={"xmin": vector("N/m3", 1)}), "it has \"domain\""),
	    (dict(traction={"xmax": {}}), "has neither x nor y nor z"),
	    (dict(traction={"xmax": vector("Pa", z=1)}),
	     "cannot be given on a mesh of two dimensions"),
	    (dict(force={"*": vector("N", 1)}), "needs the name of a group"),
	    (dict(plane=None), "needs parameter \"plane\""),
	    (dict(thickness=q(0, "m")), "must be positive"),
	    (dict(young=on(0, "Pa")), "parameter \"young.*\" must be positive"),
	    (dict(young=on(-1, "Pa", "domain")),
	     "parameter \"young.domain\" must be positive, not -1"),
	    (dict(young=on(1, "Pa", "steel")), "\"steel\""),
	    (dict(poisson={"*": 0.5}), "must be between -1 and 0.5, both"),
	    (dict(poisson={"*": -1}), "must be between -1 and 0.5, both"),
	    (dict(poisson={"*": 3}), "must be between -1 and 0.5, both"),
	    (dict(poisson=None), "parameter \"poisson\" is missing"),
	    (dict(hot, expansion=None),
	     "parameter \"expansion\" is missing; a temperature needs it"),
	    (dict(hot, reference_temperature=None),
	     "parameter \"reference_temperature\" is missing"),
	    (dict(hot, temperature_function="x"), "at most one of"),
	    (dict(hot, uniform_temperature=None, temperature_function="1/(x-x)"),
	     "the temperature is not finite at x ="),
	    (dict(acceleration=vector("m/s2", 1)),
	     "parameter \"density\" is missing"),
	    (dict(traction_function={"xmax": functions("sin(x")}),
	     "parameter \"traction_function.xmax.x\": column 6"),
	    (dict(pressure_function={"xmax": "log(-x)"}),
	     "parameter \"pressure_function\": the function is not finite"),
	    (dict(fixed=None,
	          displacement_function={"xmin": functions("1/(x-x)", "0")}),
	     "the function is not finite at x ="),
	    (dict(body_function={"*": functions("wind(x)")}),
	     "unknown name \"wind\""),
	    (dict(probes=points((2, 0))), "point 1, (2, 0, 0) m, is outside"),
	    (dict(order=3), "parameter \"order\" must be 1 or 2"),
	    (dict(tolerance=0), "between 0 and 1"),
	    (dict(iterations=1, body_force={"*": vector("N/m3", 1, 2)},
	          petsc_options="-elasticity_pc_type none"),
	     "the linear solver did not converge"),
	    (dict(young=on(1e308, "Pa"), displacement={"xmax": vector("m", 9)}),
	     "finite"),
	]
	for change, text in rows:
	    params = {k: v for k, v in (base | change).items()
	              if v is not None}
	    run = try_elasticity(flat, ranks=1 + len(text) % 2, **params)
	    text = text.replace(chr(34), chr(39))
	    assert run.code not in (0, 75), (change, run.err)
	    assert run.err and text in run.err[0], (change, run.err)
	    assert not [n for n in os.listdir(run.where) if ".h5" in n]
	EOT
'

test_expect_success 'supports that leave motions: which ones' '
	"$PYTHON" - <<-EOT
	from elasticity import *
	steel = dict(young=on(2e11, "Pa"), poisson={"*": 0.3})
	flat = box([2, 2], [1, 1])
	solid = box([1, 1, 1], [1, 1, 1])
	turned = box([1, 1, 1], [1, 1, 1])
	spoil(turned, "Points", lambda x: x @ np.array(
	    [[0.6, 0.8, 0], [-0.8, 0.6, 0], [0, 0, 1]]))
	along, about = "displacement along ", "rotation about "
	rows = [
	    (flat, {}, [along + "x", along + "y", about + "z"]),
	    (flat, dict(symmetry=["xmin"]), [along + "y"]),
	    (flat, dict(displacement={"xmin": vector("m", None, 0)}),
	     [along + "x", about + "the line through (0, 0.5, 0) m along "
	      "(0, 0, 1)"]),
	    (solid, {}, [along + a for a in AXES] + [about + a for a in AXES]),
	    (solid, dict(symmetry=["xmin"]),
	     [along + "y", along + "z", about + "x"]),
	    (solid, dict(symmetry=["xmin", "ymin"]), [along + "z"]),
	    (solid, dict(symmetry=["xmin", "xmax"]),
	     [along + "y", along + "z", about + "x"]),
	    (turned, dict(symmetry=["xmin", "zmin"]),
	     [along + "(0.8, -0.6, 0)"]),
	]
	for mesh, supports, motions in rows:
	    for ranks in [1, 2][:1 + (mesh == turned)]:
	        run = try_elasticity(mesh, plane="strain", ranks=ranks,
	                             **supports, **steel)
	        assert run.code == 1 and "nothing holds the body" in run.err[0]
	        said = run.err[0].split("against: ")[1].split("; use")[0]
	        assert said == ", ".join(motions), (supports, run.err)
	EOT
'

test_expect_success 'meshes that would give wrong numbers are refused' '
	"$PYTHON" - <<-EOT
	from elasticity import *

	def refused(mesh, text, **more):
	    case = dict(plane="stress", young=on(2e11, "Pa"), poisson={"*": 0.3},
	                fixed=["xmin"]) | more
	    run = try_elasticity(mesh, ranks=2, **case)
	    text = text.replace(chr(34), chr(39))
	    assert run.code not in (0, 75) and text in run.err[0], run.err

	def swap(c):
	    c[:8] = c[[4, 5, 6, 7, 0, 1, 2, 3]]
	    return c
	mesh = box([2, 2, 2], [1, 1, 1])
	spoil(mesh, "Connectivity", swap)
	refused(mesh, "is inverted")

	mesh = box([2, 2], [1, 1])
	spoil(mesh, "Points", lambda x: x + np.outer(x[:, 0], [0, 0, 1]))
	refused(mesh, "shells cannot be computed")

	# a group without facets
	mesh = box([2, 2], [1, 1])
	with h5py.File(mesh, "r+") as f:
	    names = [n.decode() for n in f["groups/name"][()]]
	    gone = f["groups/id"][names.index("ymax")]
	    group = f["VTKHDF/CellData/group"]
	    group[...] = np.where(group[()] == gone, 0, group[()])
	refused(mesh, "parameter \"pressure\": group \"ymax\" is empty",
	        pressure={"ymax": q(1, "Pa")})
	refused(mesh, "group \"ymax\" is empty", fixed=["ymax"])

	# a plane of symmetry that is none
	mesh = box([2, 2], [1, 1])
	spoil(mesh, "Points",
	      lambda x: x + 0.1 * np.c_[x[:, 1] ** 2, 0 * x[:, 1:]])
	refused(mesh, "group \"xmax\" is not flat", symmetry=["xmax"])

	# pressure on a group inside the body: the middle of two halves
	mesh = box([2, 2], [1, 1])
	with h5py.File(mesh, "r+") as f:
	    c, o = f["VTKHDF/Connectivity"], f["VTKHDF/Offsets"][()]
	    names = [n.decode() for n in f["groups/name"][()]]
	    ids = f["groups/id"][()]
	    of = f["VTKHDF/CellData/group"][()]
	    facets_of = np.flatnonzero(of == ids[names.index("xmax")])
	    for k, cell in enumerate(facets_of):
	        c[o[cell]:o[cell + 1]] = [1 + 3 * k, 4 + 3 * k]
	refused(mesh, "group \"xmax\" has cells on both sides",
	        pressure={"xmax": q(1, "Pa")})
	EOT
'

test_expect_success 'a part that nothing holds is found' '
	"$PYTHON" - <<-EOT
	from elasticity import *
	# three cells in a row; the last one moves to points of its own
	mesh = box([3, 1], [3, 1])
	with h5py.File(mesh, "r+") as f:
	    c = f["VTKHDF/Connectivity"][()]
	    x = f["VTKHDF/Points"][()]
	    new = {2: len(x), 6: len(x) + 1}
	    c[8:12] = [new.get(i, i) for i in c[8:12]]
	    x = np.vstack([x, x[sorted(new)]])
	    f["VTKHDF/Connectivity"][...] = c
	    f["VTKHDF/NumberOfPoints"][...] = len(x)
	    kept = dict(f["VTKHDF/Points"].attrs)
	    del f["VTKHDF/Points"]
	    made = f.create_dataset("VTKHDF/Points", data=x)
	    for name, value in kept.items():
	        made.attrs[name] = value
	run = try_elasticity(mesh, plane="stress", fixed=["xmin"], order=1,
	                     young=on(1, "Pa"), poisson={"*": 0.3}, ranks=2)
	assert run.code == 1 and "part of the mesh that has" in run.err[0] and \
	    "displacement along x, displacement along y, rotation about z" in \
	    run.err[0], run.err
	EOT
'

test_done
