#!/bin/sh
test_description='solve.heat: contacts, across which the temperature jumps'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-heat fedtwin-mesh-box fedtwin-post-reduce
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

# A wall of 100 mm and 50 mm that touch.
cat >wall.py <<\EOT
from heat import *

def wall(cells, simplex=False, body='left right', at=0.1):
    left, right = body.split()
    return bodies(box(cells, [0.15, 0.1, 0.07][:len(cells)], simplex),
                  lambda c: left if c[0] < at else right,
                  lambda c: 'joint' if abs(c[0] - at) < 1e-9 else None)

steady = dict(scheme='steady',
              conductivity=on(50, 'W/m/K', 'left') | on(10, 'W/m/K', 'right'),
              fixed=on(400, 'K', 'xmin') | on(300, 'K', 'xmax'))

def row(run, condition, group):
    """A row of the balance: area and heat."""
    t = run.table('balance')
    which = [i for i, key in enumerate(zip(t['condition'], t['group']))
             if key == (condition, group)]
    assert len(which) == 1, t
    return t['area'][which[0]], t['heat'][which[0]]

def joint(**law):
    return {'joint': law}

R = q(1e-3, 'm2 K/W')
EOT

test_expect_success 'both sides of a wall: each kind of element, ranks' '
	"$PYTHON" - <<-EOT
	from wall import *
	for cells, simplex, order, ranks in [
	        ([3, 2], True, 1, 2), ([3, 1], False, 2, 1),
	        ([3, 1, 1], True, 2, 1), ([3, 2, 1], False, 1, 3)]:
	    area = 0.1 if len(cells) == 2 else 0.007
	    flow = area * 100 / (0.1 / 50 + 1e-3 + 0.05 / 10)
	    run = heat(wall(cells, simplex), ranks=ranks, order=order,
	               contact=joint(resistance=R), **steady)
	    near(run.last()["heat_in"], flow, 1e-11)
	    near(run.last()["heat_out"], flow, 1e-11)
	    near(row(run, "contact", "joint")[0], area, 1e-12)
	    near(row(run, "contact", "joint")[1], flow, 1e-11)
	    t = run.field("temperature")
	    with h5py.File(run.where + "/temperature.h5") as f:
	        x = f["VTKHDF/Points"][:, 0]
	    sides = np.sort(t[abs(x - 0.1) < 1e-9]).reshape(2, -1)
	    assert abs(sides[0] - 362.5).max() < 1e-8, sides
	    assert abs(sides[1] - 375).max() < 1e-8, sides
	    assert run.last()["dofs"] == len(x), (run.last(), len(x))
	EOT
'

test_expect_success 'heat goes from the body that the mesh lists first' '
	"$PYTHON" - <<-EOT
	from wall import *
	# bodies() lists that of the first cell first: swap the numbers
	def swap(g):
	    names = g.parent["groups/name"][()]
	    ids = g.parent["groups/id"][()]
	    i, k = [list(names).index(n) for n in (b"left", b"right")]
	    cells = g["CellData/group"][()]
	    for a, b in (i, k), (k, i):
	        g["CellData/group"][cells_of(cells, ids[a])] = ids[b]
	    names[i], names[k] = names[k], names[i]
	    g.parent["groups/name"][...] = names
	def cells_of(cells, which):
	    return np.flatnonzero(cells == which)
	mesh = wall([3, 2])
	run = heat(rewrite(mesh, swap), contact=joint(resistance=R), **steady)
	near(row(run, "contact", "joint")[1], -1250, 1e-10)

	# one body: along the normal (t_y, -t_x) of the facets
	for turn in False, True:
	    def change(g):
	        offset, nodes = g["Offsets"][()], g["Connectivity"][()]
	        x = g["Points"][()]
	        for a in offset[:-1][g["Types"][()] == 3]:
	            p, r = nodes[a:a + 2]
	            if x[p, 0] == x[r, 0] and turn == (x[r, 1] > x[p, 1]):
	                nodes[a:a + 2] = r, p
	        g["Connectivity"][...] = nodes
	    mesh = rewrite(wall([3, 2], body="body body"), change)
	    run = heat(mesh, contact=joint(conductance=q(1000, "W/m2/K")),
	               scheme="steady", conductivity=on(10, "W/m/K"),
	               fixed=steady["fixed"])
	    near(row(run, "contact", "joint")[1],
	         (-1 if turn else 1) * 10 / (0.15 / 10 + 1e-3), 1e-10)
	EOT
'

# Straight lines in three bodies, T = level of the body + x + y with k = 1:
# the jump across a contact is R times the slope along its normal.
test_expect_success 'three contacts meet: each kind of element, ranks' '
	"$PYTHON" - <<-EOT
	from wall import *
	def body(c):
	    return "right" if c[0] > 0.5 else "low" if c[1] < 0.5 else "top"
	def contact(c):
	    if abs(c[0] - 0.5) < 1e-9:
	        return "low right" if c[1] < 0.5 else "top right"
	    return "low top" if abs(c[1] - 0.5) < 1e-9 > c[0] - 0.5 else None
	def r(value):
	    return {"resistance": q(value, "m2 K/W")}
	for cells, simplex, order, ranks in [
	        ([2, 2], True, 2, 2), ([4, 4], False, 1, 3),
	        ([2, 2, 1], True, 1, 2), ([2, 2, 2], False, 2, 2)]:
	    mesh = bodies(box(cells, [1] * len(cells), simplex), body, contact)
	    given = dict(
	        scheme="steady", conductivity=on(1, "W/m/K"), order=order,
	        contact={"low right": r(3), "top right": r(1), "low top": r(2)},
	        flux=on(-1, "W/m2", "xmin", "ymin") | on(1, "W/m2", "ymax"),
	        fixed_function={"xmax": "305 + x + y"},
	        exact="300 + x + y + 5*step(x - 0.5)"
	              " + 4*step(0.5 - x)*step(y - 0.5)"
	              " + 2*step(0.5 - x)*step(0.5 - y)")
	    one, many = [heat(mesh, ranks=n, **given) for n in (1, ranks)]
	    for run in one, many:
	        assert run.last()["l2_error"] < 1e-9, run.last()
	        assert run.last()["imbalance"] < 1e-8, run.last()
	    same(many.field("temperature"), one.field("temperature"))
	    points = [order * n + 1 for n in cells]
	    twice = points[1] + (points[0] + 1) // 2 # the middle: three times
	    dofs = (points[0] * points[1] + twice) * math.prod(points[2:])
	    assert one.last()["dofs"] == dofs, one.last()
	EOT
'

test_expect_success 'a contact that ends inside a body' '
	"$PYTHON" - <<-EOT
	from wall import *
	def slit(top):
	    return bodies(box([4, 8], [1, 2], False), lambda c: "body",
	                  lambda c: "slit" if abs(c[0] - 0.5) < 1e-9
	                  and c[1] < top else None)
	given = dict(scheme="steady", conductivity=on(2, "W/m/K"),
	             fixed=on(310, "K", "xmin") | on(300, "K", "xmax"))
	def flow(mesh, r, **more):
	    run = heat(mesh, contact={"slit": {"resistance": q(r, "m2 K/W")}},
	               **given, **more)
	    return run.last()["heat_in"], run.last()["dofs"]
	mesh = slit(1)
	# four facets: five points, of which the last is joined
	flows = [flow(mesh, r) for r in (1e-9, 0.1, 1, 1e9)]
	assert [dofs for _, dofs in flows] == [45 + 4] * 4, flows
	near(flows[0][0], 40, 1e-7)
	assert flows[0][0] > flows[1][0] > flows[2][0] > flows[3][0] > 20, flows
	# a slit that nothing crosses: cut the mesh by hand
	def cut(g):
	    x, nodes = g["Points"][()], g["Connectivity"][()]
	    offset, kind = g["Offsets"][()], g["Types"][()]
	    old = [i for i in range(len(x))
	           if abs(x[i, 0] - 0.5) < 1e-9 and x[i, 1] < 1 - 1e-9]
	    new = {i: len(x) + k for k, i in enumerate(old)}
	    for c in range(len(kind)):
	        mine = slice(offset[c], offset[c + 1])
	        if x[nodes[mine], 0].mean() > 0.5:
	            nodes[mine] = [new.get(i, i) for i in nodes[mine]]
	    replace(g, "Points", np.vstack([x, x[old]]))
	    replace(g, "NumberOfPoints", [len(x) + len(old)])
	    g["Connectivity"][...] = nodes
	apart = heat(rewrite(slit(0), cut), **given)
	near(flows[3][0], apart.last()["heat_in"], 1e-7)
	assert apart.last()["dofs"] == 49, apart.last()
	# one facet alone has no point to split, but for its middle
	small = bodies(box([2, 3], [1, 3], False), lambda c: "body",
	               lambda c: "slit" if abs(c[0] - 0.5) < 1e-9
	               and 1 < c[1] < 2 else None)
	whole = flow(small, 1e-9, order=2)
	assert whole[1] == 5 * 7 + 1, whole
	near(whole[0], 60, 1e-7)
	assert flow(small, 1, order=2)[0] < 59.9
	run = try_heat(small, ranks=2, contact={"slit": {"resistance": R}}, **given)
	assert run.code == 1 and "ends inside a body at each" in run.err[0], run.err
	EOT
'

test_expect_success 'multigrid needs no more for a small resistance' '
	"$PYTHON" - <<-EOT
	from wall import *
	for cells, simplex, order in [
	        ([24, 16], True, 1), ([12, 8, 4], False, 1), ([12, 8], True, 2)]:
	    mesh = wall(cells, simplex)
	    rows = [heat(mesh, order=order, contact=joint(
	        resistance=q(r, "m2 K/W")), **steady).last()
	        for r in (1e-2, 1e-9)]
	    near(rows[1]["heat_in"] / (0.1 if len(cells) == 2 else 0.007),
	         100 / (0.1 / 50 + 1e-9 + 0.05 / 10), 1e-9)
	    assert rows[1]["iterations"] < 2 * rows[0]["iterations"], rows
	EOT
'

test_expect_success 'a resistance that depends on temperature: the root' '
	"$PYTHON" - <<-EOT
	from wall import *
	# flow density f: sides 400 - f/500 and 300 + f/200, their mean for T
	def root(r):
	    low, high = 0, 1e5
	    for _ in range(200):
	        f = (low + high) / 2
	        a, b = 400 - f / 500, 300 + f / 200
	        low, high = (f, high) if a - b > f * r((a + b) / 2) else (low, f)
	    return f
	mesh = wall([3, 2], True)
	rows = [
	    (joint(resistance_function="1e-3*exp((T - 350)/20)"),
	     lambda t: 1e-3 * math.exp((t - 350) / 20)),
	    (joint(conductance_function="interp(T, 300, 500, 400, 3000)"),
	     lambda t: 1 / (500 + 25 * (t - 300))),
	]
	for ranks, (law, r) in zip((1, 2), rows):
	    run = heat(mesh, ranks=ranks, newton_tolerance=1e-12, contact=law,
	               **steady)
	    near(row(run, "contact", "joint")[1], 0.1 * root(r), 1e-9)
	    assert run.last()["imbalance"] < 1e-9, run.last()
	EOT
'

# Equal blocks of thickness L, insulated outside: the distance of each to the
# mean cools like a wall with the Biot number 2 L / (R k).
test_expect_success 'two blocks that cool: the series, 1 and 2 ranks' '
	"$PYTHON" - <<-EOT
	from wall import *
	L, k, r, end = 0.1, 10, 5e-3, 400
	mesh = bodies(box([16, 1], [2 * L, 0.01], False),
	              lambda c: "left" if c[0] < L else "right",
	              lambda c: "joint" if abs(c[0] - L) < 1e-9 else None)
	runs = [heat(mesh, ranks=ranks, scheme="bdf2", order=2, step=q(2, "s"),
	             end=q(end, "s"), conductivity=on(k, "W/m/K"),
	             density=on(1000, "kg/m3"), specific_heat=on(500, "J/kg/K"),
	             initial_function="400 - 100*step(x - 0.1)",
	             contact=joint(resistance=q(r, "m2 K/W")), summary_every=100, probes=[
	                 {"x": q(x, "m"), "y": q(0, "m")} for x in (0, 0.05, 0.2)])
	        for ranks in (1, 2)]
	same(runs[1].field("temperature"), runs[0].field("temperature"))
	bi, fo, theta = 2 * L / (r * k), k / 5e5 * end / L**2, [0, 0]
	for n in range(40):
	    low, high = n * math.pi, (n + 0.5) * math.pi
	    for _ in range(100):
	        z = (low + high) / 2
	        low, high = (z, high) if z * math.tan(z) < bi else (low, z)
	    for i, x in enumerate((0, 0.5)):
	        theta[i] += (4 * math.sin(z) / (2 * z + math.sin(2 * z))
	                     * math.exp(-z * z * fo) * math.cos(z * x))
	t = runs[0].table("probes")["temperature"][-3:]
	want = [350 + 50 * theta[0], 350 + 50 * theta[1], 350 - 50 * theta[0]]
	print(t, want)
	assert abs(t - want).max() < 2e-3, (t, want)
	assert runs[0].table()["imbalance"].max() < 1e-8, runs[0].table()
	EOT
'

# A quarter of a ring with round sides; radii 1, 2, 3.
test_expect_success 'a contact on curved facets: a ring, and its picture' '
	"$PYTHON" - <<-EOT
	from wall import *
	def round(x):
	    r, angle = 1 + 2 * x[:, 0], math.pi / 2 * x[:, 1]
	    return np.stack([r * np.sin(angle), -r * np.cos(angle), 0 * r], axis=1)
	mesh = moved(raised(bodies(
	    box([4, 6], [1, 1], False),
	    lambda c: "left" if c[0] < 0.5 else "right",
	    lambda c: "joint" if abs(c[0] - 0.5) < 1e-9 else None)), round)
	run = heat(mesh, ranks=2, contact=joint(conductance=q(5, "W/m2/K")),
	           **steady)
	near(row(run, "contact", "joint")[0], math.pi, 1e-5)
	flow = math.pi / 2 * 100 / (math.log(2) / 50 + 1 / 10 + math.log(1.5) / 10)
	near(row(run, "contact", "joint")[1], flow, 1e-5)
	where = write_task("post.picture", dict(title="a ring"), {"field": (
	    run.where + "/temperature.h5", "field")}, {"picture": "file"})
	code, err = start("fedtwin-post-picture", where)
	assert code == 0, err
	EOT
'

test_expect_success 'a restart has the same bytes; fields of it start others' '
	"$PYTHON" - <<-EOT
	from wall import *
	mesh = wall([3, 2], True)
	moving = dict(
	    scheme="bdf2", step=q(10, "s"), conductivity=steady["conductivity"],
	    density=on(1000, "kg/m3"), specific_heat=on(500, "J/kg/K"),
	    fixed_function={"xmax": "300 + t"}, contact=joint(resistance=R))
	start = dict(initial_temperature=q(400, "K"))
	half = heat(mesh, end=q(50, "s"), checkpoint=q(0, "s"), **start, **moving)
	whole = heat(mesh, end=q(100, "s"), **start, **moving)
	again = heat(mesh, end=q(100, "s"), restart=half.checkpoint(), **start,
	             **moving)
	assert again.bytes("temperature") == whole.bytes("temperature")
	# a field that is split as here: one step on from the middle
	given = dict(end=q(10, "s"), **moving)
	on_from = [heat(mesh, ranks=ranks, initial=half.where + "/temperature.h5",
	                **given).field("temperature") for ranks in (1, 2)]
	same(on_from[1], on_from[0])
	t = half.field("temperature")
	assert t.shape == on_from[0].shape and abs(t - on_from[0]).max() < 50
	# fields on the mesh as it is, also where its order is raised as well
	cold = heat(mesh, scheme="steady", conductivity=on(1, "W/m/K"),
	            fixed_function={"xmin": "350 + 10*x", "xmax": "350 + 10*x"})
	for order in 1, 2:
	    warm = heat(mesh, ranks=3, order=order,
	                initial=cold.where + "/temperature.h5", **given)
	    still = heat(mesh, order=order, initial_function="350 + 10*x", **given)
	    same(warm.field("temperature"), still.field("temperature"))
	EOT
'

test_expect_success 'what cannot be is refused in the words of the user' '
	"$PYTHON" - <<-EOT
	from wall import *
	mesh = wall([3, 2])
	def cut_short(g, n):
	    ends = g["Offsets"][()][:n + 1]
	    replace(g, "Connectivity", g["Connectivity"][()][:ends[-1]])
	    replace(g, "Offsets", ends)
	    replace(g, "Types", g["Types"][()][:n])
	    replace(g["CellData"], "group", g["CellData/group"][()][:n])
	    g["NumberOfCells"][...] = n
	    g["NumberOfConnectivityIds"][...] = ends[-1]
	# the two facets of the contact are the last ones
	empty = rewrite(mesh, lambda g: cut_short(g, len(g["Types"]) - 2))
	def twice(g):
	    g["Connectivity"][-2:] = g["Connectivity"][-4:-2]
	law = dict(resistance=R)
	rows = [
	    (mesh, {"xmin": law}, "group \"xmin\" has a facet with a body on one "
	     "side only (cell "),
	    (empty, joint(**law), "group \"joint\" is empty"),
	    (rewrite(mesh, twice), joint(**law), "that is listed twice"),
	    (mesh, {"jiont": law}, "no group \"jiont\"; did you mean \"joint\"?"),
	    (mesh, {"left": law}, "this cannot be given for group \"left\""),
	    (mesh, {"*": law}, "needs the name of a group"),
	    (mesh, joint(resistance=q(0, "m2 K/W")),
	     "parameter \"contact.joint.resistance\" must be positive, not 0"),
	    (mesh, joint(conductance=q(-1, "W/m2/K")), "must be positive, not -1"),
	    (mesh, joint(resistance=q(1, "W/m2/K")), "contact.joint.resistance"),
	    (mesh, joint(resistance=1e-3), "contact.joint.resistance"),
	    (mesh, joint(), "parameter \"contact.joint\" needs one of"),
	    (mesh, joint(conductance=q(1, "W/m2/K"), **law), "needs one of"),
	    (mesh, joint(resistance_function="300 - T"),
	     "parameter \"contact\" must be positive, but is -50 at x = 0.1"),
	    (mesh, joint(conductance_function="1/(T - T)"), "not finite"),
	    (mesh, joint(conductance_function="Q"), "unknown name \"Q\""),
	]
	for i, (mesh, contact, message) in enumerate(rows):
	    run = try_heat(mesh, ranks=1 if i else 2, contact=contact, **steady)
	    said = run.err[0].replace(chr(39), chr(34)) if run.err else ""
	    assert run.code == 1 and message in said, (message, run.code, run.err)
	    assert not [n for n in os.listdir(run.where) if ".h5" in n], contact
	for more in dict(flux=on(1, "W/m2", "joint")), dict(
	        fixed=on(300, "K", "joint", "xmin")):
	    run = try_heat(wall([3, 2]), contact=joint(**law), **(steady | more))
	    assert run.code == 1, run.err
	    assert "can have no other condition" in run.err[0], run.err
	# a contact joins parts, but holds nothing
	run = try_heat(wall([3, 2]), contact=joint(**law), **(steady | dict(
	    fixed={}, flux=on(1, "W/m2", "xmin"))))
	assert "a steady temperature needs a group" in run.err[0], run.err
	EOT
'

# 400 K to 375 K on 100 mm, 362.5 K to 300 K on 50 mm
test_expect_success 'fields of contacts are reduced, but not on the mesh' '
	"$PYTHON" - <<-EOT
	from wall import *
	def place(x):
	    return dict(x=q(x, "m"), y=q(0.04, "m"), z=q(0, "m"))
	def reduce(field, mesh=None, **params):
	    inputs = dict({"mesh": (mesh, "mesh")} if mesh else {},
	                  fields=(field, "field"))
	    where = write_task("post.reduce", params, inputs,
	                       {n: "table" for n in ("summary", "surfaces",
	                                             "probes", "lines",
	                                             "samples")}, 2)
	    return Result(where, *start("fedtwin-post-reduce", where, 2))
	for order in 1, 2:
	    mesh = wall([3, 2])
	    t = heat(mesh, order=order, contact=joint(resistance=R), **steady)
	    field = t.where + "/temperature.h5"
	    run = reduce(field, groups=["left", "right"],
	                 probes=[place(x) for x in (0.02, 0.09, 0.11, 0.14)])
	    assert run.code == 0, run.err
	    summary = run.table("summary")
	    for i, low, high, area in (0, 375, 400, 0.01), (1, 300, 362.5, 0.005):
	        near(summary["min"][i], low, 1e-9)
	        near(summary["max"][i], high, 1e-9)
	        near(summary["mean"][i], (low + high) / 2, 1e-9)
	        near(summary["area"][i], area, 1e-12)
	    for got, want in zip(run.table("probes")["value"],
	                         (395, 377.5, 350, 312.5)):
	        near(got, want, 1e-9)
	    run = reduce(field, mesh, surfaces=["ymin"])
	    assert run.code == 1 and "at a contact" in run.err[0], run.err
	    assert "without \"mesh\"" in run.err[0].replace(chr(39), chr(34))
	EOT
'

test_done
