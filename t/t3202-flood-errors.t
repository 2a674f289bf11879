#!/bin/sh
test_description='env.flood: mistakes are named in one line'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-flood
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

test_expect_success 'each mistake: what, where, and no result' '
	"$PYTHON" - <<-EOT
	from flood import *
	z = np.add.outer(np.linspace(0, 1, 12), np.linspace(2, 0, 20))
	z[3, 4] = np.nan
	ground = image("z", z, 5.0)
	def series(**cols):
	    cols = dict(dict(time=("s", [0, 10, 20]), q=("m3/s", [0, 1, 0])),
	                **cols)
	    return dict(inputs=dict(series=table("s%d" % len(os.listdir(".")),
	                                         **cols)))
	def hydro(**more):
	    return dict(dict(x=20, y=20, series="q"), **more)
	def weir(**more):
	    m = dict(dict(x=20, y=20, x2=40, y2=20, crest=1, width=1), **more)
	    return {k: v for k, v in m.items() if v is not None}
	def pipe(**more):
	    return weir(**dict(dict(kind="culvert", width=None, crest2=0,
	        diameter=1, manning=0.01, entrance="metal_headwall"), **more))
	bad = z.copy()
	bad[2, 2] = -0.01
	rows = [
	    (dict(manning=-0.1), "\"manning\" must not be negative"),
	    (dict(manning=None), "exactly one of the parameter \"manning\" and"),
	    (dict(inputs=dict(roughness=image("n", z, 5.0, "1"))),
	     "exactly one of"),
	    (dict(manning=None, inputs=dict(roughness=image("nn", bad, 5.0, "1"))),
	     "\"roughness\" is -0.01 at x = 12.5 m, y = 12.5 m"),
	    (dict(manning=None, inputs=dict(roughness=image("nm", z, 4.0, "1"))),
	     "does not have the terrain\"s points"),
	    (dict(end=None), "\"end\" is missing"),
	    (dict(end=0), "\"end\" must be positive"),
	    (dict(cfl=0.6), "\"cfl\" must be at most 0.5"),
	    (dict(scheme="third"), "\"scheme\" cannot be \"third\""),
	    (dict(scheme="inertial", cfl=0.68), "\"cfl\" must be at most 0.671"),
	    (dict(scheme="inertial", theta=0.5, cfl=0.51),
	     "\"cfl\" must be at most 0.5"),
	    (dict(scheme="inertial", theta=1.01),
	     "\"theta\" must be at most 1, not 1.01"),
	    (dict(scheme="inertial", theta=0), "\"theta\" must be positive"),
	    (dict(theta=0.9), "\"theta\" is for the scheme \"inertial\" only"),
	    (dict(inflows=[dict(x=500, y=10, discharge=1)]),
	     "inflow \"inflow 1\" at x = 500 m, y = 10 m is outside the terrain, "
	     "which reaches from (0, 0) to (100, 60)"),
	    (dict(inflows=[dict(x=22, y=17, discharge=1)]),
	     "lies where the terrain has no data"),
	    (dict(inflows=[dict(x=20, y=20)]), "exactly one of \"discharge\" and"),
	    (dict(inflows=[dict(x=20, y=20, discharge=-1)]),
	     "must not be negative"),
	    (dict(gauges=[gauge("g", -1, 5)]), "gauge \"g\" at x = -1 m"),
	    (dict(boundaries=[{"kind": "free", "side": "east", "from": 100.0}]),
	     "meets no edge of the terrain"),
	    (dict(boundaries=[{"kind": "free", "side": "up"}]), "cannot be \"up\""),
	    (dict(boundaries=[{"kind": "level", "side": "east"}]),
	     "exactly one of \"level\" and \"series\""),
	    (dict(structures=[weir(width=None)]), "the weir has no \"width\""),
	    (dict(structures=[weir(diameter=1)]),
	     "\"diameter\" is for culverts only"),
	    (dict(structures=[weir(kind="dam")]), "cannot be \"dam\""),
	    (dict(structures=[pipe(diameter=None)]),
	     "culvert \"structure 1\": give a \"diameter\", or \"width\" and"),
	    (dict(structures=[pipe(width=1, height=1)]), "give a \"diameter\", or"),
	    (dict(structures=[pipe(entrance="box_wingwalls_0")]),
	     "the entrance \"box_wingwalls_0\" is not one of a pipe"),
	    (dict(structures=[pipe(entrance="wood")]), "no entrance \"wood\""),
	    (dict(structures=[pipe(crest2=None)]), "crest2"),
	    (dict(structures=[pipe(manning=None)]), "manning"),
	    (dict(structures=[pipe(manning=-0.01)]), "must not be negative"),
	    (dict(structures=[pipe(barrels=0)]), "\"barrels\" be from 1 to 1000"),
	    (dict(structures=[pipe(length=0.9)]),
	     "is 0.9 m long, less than its ends differ in height"),
	    (dict(structures=[pipe(x2=20, y2=20)]), "is 0 m long"),
	    (dict(walls=[dict(x=200, y=0, x2=300, y2=9, crest=1)]),
	     "wall 1 is outside the terrain"),
	    (dict(infiltration="horton", infiltration_rate=1e-6),
	     "needs the parameters \"infiltration_initial\""),
	    (dict(initial_level=1,
	          inputs=dict(initial_depth=image("h", bad, 5.0))), "only one of"),
	    (dict(inputs=dict(initial_depth=image("h2", bad, 5.0))),
	     "it must not be negative or missing"),
	    (dict(inflows=[hydro()]), "the input \"series\" is not given"),
	    (dict(series(), inflows=[hydro(series="r")]), "has no column \"r\""),
	    (dict(series(q=("K", [0, 1, 0])), inflows=[hydro()]),
	     "is in \"K\"; it must be in m3/s"),
	    (dict(series(q=("m3/s", [0, np.nan, 0])), inflows=[hydro()]),
	     "row 2 of column \"q\" of the input \"series\" has a gap"),
	    (dict(series(time=("s", [0, 10, 10])), inflows=[hydro()]),
	     "time 10 s does not come after 10 s"),
	    (dict(series(time=("s", [1, 10, 20])), inflows=[hydro()]),
	     "it must cover 0 s to the end"),
	    (dict(series(time=("s", [0, 5, 9.9])), inflows=[hydro()]),
	     "reaches from 0 s to 9.9 s"),
	    (dict(series(q=("m3/s", [0, -1, 0])), inflows=[hydro()]),
	     "is negative: -1"),
	    (dict(kernel="sse9"), "no kernel \"sse9\""),
	]
	for i, (change, words) in enumerate(rows):
	    case = dict(end=10, manning=0.03)
	    case.update(change)
	    case = {k: v for k, v in case.items() if v is not None}
	    run = try_flood(ground, ranks=2 if i % 6 == 0 else 1, **case)
	    said = run.err[0].replace(chr(39), chr(34))
	    assert run.code == 1 and words in said, (change, run.err)
	    assert not [n for n in os.listdir(run.where) if ".h5" in n], change
	EOT
'

test_expect_success 'terrain that a flood cannot use' '
	"$PYTHON" - <<-EOT
	from flood import *
	z = np.zeros((12, 20))
	rows = [
	    (image("a", z, 5.0, axis="degrees_east"), "reproject it"),
	    (image("b", z, 5.0, unit="ft"), "heights are in \"ft\""),
	    (image("c", z, 5.0, dy=4.0), "cells are not square: 5 m by 4 m"),
	    (image("d", z * np.nan, 5.0), "no cell of the terrain has a height"),
	    (table("e", time=("s", [0, 1])), "is not an image"),
	]
	for path, words in rows:
	    run = try_flood(path, end=1, manning=0.03)
	    assert run.code == 1 and words in run.err[0].replace(
	        chr(39), chr(34)), run.err
	EOT
'

test_expect_success 'a flow that does not stay finite is stopped, and placed' '
	"$PYTHON" - <<-EOT
	from flood import *
	z = np.zeros((12, 20))
	u = z.copy()
	u[5, 7] = np.inf
	run = try_flood(image("z", z, 5.0), end=1, manning=0.03, initial_level=1,
	    inputs=dict(initial_velocity_x=image("u", u, 5.0, "m s-1")))
	assert run.code == 1, run.err
	assert "does not stay finite at 0 s" in run.err[0], run.err
	assert "x = 37.5 m, y = 27.5 m" in run.err[0], run.err
	EOT
'

test_done
