#!/bin/sh
test_description='post.reduce: statistics, integrals, probes, lines, cuts, runs'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/stage/lib.sh"

post() {
	"$PYTHON" "$FT_SRCDIR/t/post.py" "$@"
}

out() { # NAME...: outputs, all of them tables
	sep=
	for name
	do
		printf '%s"%s": {"path": "%s.h5", "type": "table"}' \
			"$sep" "$name" "$name"
		sep=', '
	done
}

tables="$(out summary surfaces cuts lines samples probes across)"
all_out=$tables

# reduce_task PARAMS FIELD...: a run for each field; $cells their cells, $mesh
reduce_task() {
	params=$1
	shift
	fields=
	n=0
	for field
	do
		n=$((n + 1))
		cell=$(echo "${cells-}" | sed -n ${n}p)
		fields="$fields${fields:+, }{\"path\": \"$PWD/$field\", \
			\"type\": \"field\"${cell:+, \"cell\": $cell}}"
	done
	facets=
	test -z "$mesh" ||
		facets=", \"mesh\": [{\"path\": \"$PWD/$mesh\", \"type\": \"mesh\"}]"
	task_json post.reduce "{$params}" \
		"{\"fields\": [$fields]$facets}" "{$all_out}"
}

reduce() { # RANKS PARAMS FIELD...
	ranks=$1
	shift
	rm -f summary.h5 surfaces.h5 cuts.h5 lines.h5 samples.h5 probes.h5 across.h5
	reduce_task "$@" >task.json &&
	mpi "$ranks" fedtwin-post-reduce
}

must_refuse() { # LINE PARAMS FIELD...
	line=$1
	shift
	reduce_task "$@" >task.json &&
	must_say "$line" 1 fedtwin-post-reduce
}

cells=
mesh=
p() { # X Y Z
	printf '"x": %s, "y": %s, "z": %s' "$(m "$1")" "$(m "$2")" "$(m "$3")"
}
line="{$(p 0.5 1 0), \"to_x\": $(m 0.5), \"to_y\": $(m 1), \"to_z\": $(m 3),
	\"samples\": 4}"
plane() { # X Y Z NX NY NZ
	printf '{%s, "normal_x": %s, "normal_y": %s, "normal_z": %s}' \
		"$(p "$1" "$2" "$3")" "$4" "$5" "$6"
}

test_expect_success 'meshes and fields' '
	box_task "5, 4, 6" false >task.json &&
	mpi 1 fedtwin-mesh-box && mv mesh.h5 hex.h5 &&
	box_task "5, 4, 6" true >task.json &&
	mpi 1 fedtwin-mesh-box && mv mesh.h5 tet.h5 &&
	box_task "4, 6" true >task.json &&
	mpi 1 fedtwin-mesh-box && mv mesh.h5 tri.h5 &&
	post field hex.h5 u.h5 "W m-2" "x*y + z" &&
	post field tet.h5 v.h5 "W m-2" "x + z" &&
	post field tri.h5 w.h5 K "x - y"
'

test_expect_success 'mean, deviation and integral are exact for what the cells hold' '
	reduce 1 "\"groups\": [\"*\", \"domain\"], \"quantiles\": [0, 0.5, 1]" u.h5 &&
	post table summary.h5 group volume integral mean >got &&
	printf "%s\n" "0 6 12 2" "1 6 12 2" >want &&
	test_cmp want got &&
	post table summary.h5 min min_x min_y min_z max max_x max_y max_z >got &&
	printf "%s\n" "0 0 0 0 5 1 2 3" "0 0 0 0 5 1 2 3" >want &&
	test_cmp want got &&
	: "E[(xy + z)^2] = 4/9 + 3/2 + 3" &&
	post table summary.h5 sd >got &&
	"$PYTHON" -c "import sys, math; s = math.sqrt(4/9 + 3/2 + 3 - 4)
sys.exit(any(abs(float(l) - s) > 1e-9 for l in open(\"got\")))" &&

	post attribute summary.h5 integral units >unit &&
	test_grep "^W m$" unit &&
	test ! -e surfaces.h5 && test ! -e probes.h5 && test ! -e across.h5
'

test_expect_success 'surfaces, with the facets that the mesh has: W m-2 over m2 is W' '
	mesh=hex.h5 &&
	reduce 1 "\"surfaces\": [\"zmax\", \"xmin\"]" u.h5 &&
	post table surfaces.h5 group area integral min max >got &&
	printf "%s\n" "0 2 7 3 5" "1 6 9 0 3" >want &&
	test_cmp want got &&
	post attribute surfaces.h5 integral units >unit &&
	test_grep "^W$" unit
'

test_expect_success 'cuts: along cells, through them, and on their faces' '
	reduce 1 "\"planes\": [$(plane 0 0 1.25 0 0 -2), $(plane 0 0 1 0 0 1),
		$(plane 0.5 1 1.5 1 1 1)]" v.h5 &&
	post table cuts.h5 plane area integral mean >got &&
	cat >want <<-\EOT &&
	0 2 3.5 1.75
	1 2 3 1.5
	2 3.464101615 6.92820323 2
	EOT
	test_cmp want got
'

test_expect_success 'probes and lines; the integral along a line' '
	reduce 1 "\"probes\": [{$(p 0.3 0.7 1.1)}, {$(p 1 2 3)}],
		\"lines\": [$line]" u.h5 &&
	post table probes.h5 >got &&
	printf "%s\n" "0 0.3 0.7 1.1 1.31" "1 1 2 3 5" >want &&
	test_cmp want got &&
	post table samples.h5 s value >got &&
	printf "%s\n" "0 0.5" "1 1.5" "2 2.5" "3 3.5" >want &&
	test_cmp want got &&
	post table lines.h5 line length integral mean >got &&
	echo "0 3 6 2" >want &&
	test_cmp want got
'

test_expect_success 'flat meshes: areas, and lines where a plane cuts' '
	mesh= &&
	reduce 1 "\"planes\": [$(plane 0.3 0 0 1 0 0)]" w.h5 &&
	post table summary.h5 area integral mean >got &&
	echo "2 -1 -0.5" >want && test_cmp want got &&
	post table cuts.h5 length integral >got &&
	echo "2 -1.4" >want && test_cmp want got
'

test_expect_success 'values of cells, components of vectors and tensors' '
	post cells hex.h5 c.h5 K z &&
	reduce 1 "\"probes\": [{$(p 0.1 0.1 0.6)}]" c.h5 &&
	post table summary.h5 integral min max max_z >got &&
	echo "9 0.25 2.75 2.75" >want && test_cmp want got &&
	post table probes.h5 value >got && echo 0.75 >want && test_cmp want got &&
	post field hex.h5 vector.h5 m 3 4 0*x &&
	reduce 1 "" vector.h5 &&
	post table summary.h5 mean >got && echo 5 >want && test_cmp want got &&
	reduce 1 "\"component\": \"y\"" vector.h5 &&
	post table summary.h5 mean >got && echo 4 >want && test_cmp want got
'

runs=$(cat <<EOT
{"power": {"value": 1, "unit": "W"}, "name": "low end", "n": 3}
{"power": {"value": 2, "unit": "W"}, "name": "high", "n": 0.5}
{"power": {"value": 4, "unit": "W"}, "name": "low end", "n": 1}
EOT
)

test_expect_success 'runs: parameters beside the numbers, and statistics across' '
	for k in 1 2 6
	do
		post field tri.h5 r$k.h5 K "$k*x" || return 1
	done &&
	mesh= &&
	cells=$runs &&
	reduce 1 "\"quantiles\": [0.5], \"probes\": [{$(p 1 0 0)}]" \
		r1.h5 r2.h5 r6.h5 &&
	post table summary.h5 run power name n mean >got &&
	cat >want <<-\EOT &&
	0 1 0 3 0.5
	1 2 1 0.5 1
	2 4 0 1 3
	EOT
	test_cmp want got &&
	post attribute summary.h5 name flag_meanings >words &&
	test_grep "^low_end high$" words &&
	post attribute summary.h5 power units >unit && test_grep "^W$" unit &&
	post table across.h5 >got &&
	cat >want <<-\EOT &&
	0 0 0 0 0 0 0
	0 1 1.5 1.322875656 0.5 3 1
	0 2 3 2.645751311 1 6 2
	1 3 3 2.645751311 1 6 2
	EOT
	test_cmp want got
'

test_expect_success 'runs on several meshes have tables, but no fields' '
	cells=$(echo "$runs" | sed 2q) &&
	mesh= &&
	box_task "2, 3" false >task.json &&
	mpi 1 fedtwin-mesh-box &&
	post field mesh.h5 coarse.h5 K "x" &&
	all_out="$(out summary across), \"least\": {\"path\": \"least.h5\",
		\"type\": \"field\"}" &&
	for ranks in 1 2
	do
		reduce $ranks "" r1.h5 coarse.h5 >log 2>&1 &&
		test -s summary.h5 && test -s across.h5 &&
		test ! -e least.h5 &&
		test_grep "not all runs have their values at the same places: .least." log ||
		return 1
	done &&
	all_out=$tables
'

test_expect_success 'the bytes are the same on 1, 2 and 4 ranks' '
	cells= &&
	mesh=tet.h5 &&
	post field tet.h5 rough.h5 K "sin(9*x)*exp(y) + sqrt(z)" &&
	for ranks in 1 2 4
	do
		reduce $ranks "\"quantiles\": [0.05, 0.5, 0.95],
			\"surfaces\": [\"xmin\", \"zmax\"], \"lines\": [$line],
			\"probes\": [{$(p 0.3 0.7 1.1)}],
			\"planes\": [$(plane 0.5 1 1.5 1 2 3)]" rough.h5 &&
		cat summary.h5 surfaces.h5 cuts.h5 lines.h5 samples.h5 \
			probes.h5 >all$ranks || return 1
	done &&
	cmp all1 all2 && cmp all1 all4
'

test_expect_success 'what cannot be reduced is refused in the words of the user' '
	cells= &&
	mesh= &&
	must_refuse "parameter '\''probes'\'': point 1, (2, 0, 0) m, is outside the mesh" \
		"\"probes\": [{$(p 2 0 0)}]" u.h5 &&
	must_refuse "parameter '\''groups'\'': '\''u.h5'\'' has no group '\''zmax'\'' of cells; it has '\''domain'\''" \
		"\"groups\": [\"zmax\"]" u.h5 &&
	must_refuse "parameter '\''surfaces'\'': '\''w.h5'\'' has no group '\''top'\'' of facets; it has '\''xmin'\'', '\''xmax'\'', '\''ymin'\'', '\''ymax'\''" \
		"\"surfaces\": [\"top\"]" w.h5 &&
	must_refuse "the cut by plane 0 of '\''u.h5'\'' is empty; to look at the face of a body, name its group in '\''surfaces'\''" \
		"\"planes\": [$(plane 0 0 0 0 0 1)]" u.h5 &&
	must_refuse "parameter '\''planes'\'': the normal of plane 1 is zero; give normal_x, normal_y or normal_z" \
		"\"planes\": [$(plane 0 0 0 0 0 0)]" u.h5 &&
	must_refuse "parameter '\''lines'\'': line 1 ends where it begins" \
		"\"lines\": [{$(p 0 0 0), \"to_x\": $(m 0), \"to_y\": $(m 0), \"to_z\": $(m 0), \"samples\": 2}]" u.h5 &&
	must_refuse "parameter '\''quantiles'\'': 1.5 is not from 0 to 1" \
		"\"quantiles\": [1.5]" u.h5 &&
	must_refuse "parameter '\''component'\'' is '\''x'\'', but '\''u.h5'\'' has one value at each place" \
		"\"component\": \"x\"" u.h5 &&
	must_refuse "parameter '\''component'\'' is '\''xy'\'', but '\''vector.h5'\'' has magnitude x y z" \
		"\"component\": \"xy\"" vector.h5 &&
	post field hex.h5 bad.h5 K "where(z > 2.9, nan, z)" &&
	must_refuse "'\''bad.h5'\'' is not finite at 30 points, first at (0, 0, 3) m" \
		"" bad.h5
'

test_expect_success 'runs that do not go together are refused' '
	post field tri.h5 other.h5 W x &&
	must_refuse "'\''other.h5'\'' is in '\''W'\'', but the first input is in '\''K'\''" \
		"" w.h5 other.h5 &&
	cells=$(echo "$runs" | sed "2s/\"W\"/\"K\"/") &&
	must_refuse "parameter '\''power'\'' is in '\''K'\'' in run 1, but in '\''W'\'' in run 0" \
		"" r1.h5 r2.h5 &&
	cells=$(echo "$runs" | sed "2s/, \"n\": 0.5//") &&
	must_refuse "run 1 has 2 parameters, but run 0 has 3" "" r1.h5 r2.h5 &&
	cells= &&
	mesh=tri.h5 &&
	must_refuse "'\''u.h5'\'' is on another mesh than input '\''mesh'\''" \
		"" u.h5
'

cat >twin.yaml <<\EOT
fedtwin: 1
workflow: twin
stages:
  box:
    module: mesh.box
    with: {cells: [3, 2, 4], size: [1 m, 2 m, 3 m], simplex: true}
  heat:
    module: solve.heat
    in: {mesh: "${box.mesh}"}
    matrix: {top: [310 K, 400 K]}
    with:
      order: 2
      conductivity: 2 W/m/K
      source: 12 W/m^3
      fixed: {zmin: 300 K, zmax: "${matrix.top}"}
  reduce:
    module: post.reduce
    in: {fields: "${heat.temperature}", mesh: "${box.mesh}"}
    with:
      surfaces: [xmin]
      probes: [{x: 0.4 m, y: 0.9 m, z: 1.5 m}]
      planes: [{z: 1.5 m, normal_z: 1}]
EOT

test_expect_success 'a matrix of runs with cells of second order, through the engine' '
	fedtwin init &&
	fedtwin run twin.yaml &&
	: "T = 300 + (top - 300) z/3 + 3 z (3 - z); its mean adds 4.5" &&
	for t in summary surfaces probes across cuts
	do
		fedtwin data get reduce.$t $t.csv || return 1
	done &&
	awk -F, "NR > 1 { printf \"%d %d %.6f\\n\", \$1, \$2, \$13 }" \
		summary.csv >got &&
	printf "%s\n" "0 310 309.500000" "1 400 354.500000" >want &&
	test_cmp want got &&
	awk -F, "NR > 1 { printf \"%d %d %.6f\\n\", \$1, \$2, \$7 }" \
		probes.csv >got &&
	printf "%s\n" "0 310 311.750000" "1 400 356.750000" >want &&
	test_cmp want got
'

test_expect_success 'fields of all runs, in their unit' '
	fedtwin data get reduce.most most.h5 &&
	fedtwin data get reduce.deviation deviation.h5 &&
	"$PYTHON" -c "
import h5py
most, sd = h5py.File(\"most.h5\"), h5py.File(\"deviation.h5\")
t = most[\"VTKHDF/PointData/temperature\"]
z = most[\"VTKHDF/Points\"][:, 2]
assert t.attrs[\"units\"] == b\"K\"
assert t.attrs[\"long_name\"] == b\"greatest temperature of 2 runs\", t.attrs[\"long_name\"]
assert abs(t[()] - (300 + 100*z/3 + 3*z*(3 - z))).max() < 1e-8
s = sd[\"VTKHDF/PointData/temperature\"][()]
assert abs(s - 30*z/2**0.5).max() < 1e-8
"
'

test_done
