#!/bin/sh
test_description='fedtwin check names the place and the cure'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

test_expect_success 'a valid file' '
	write_sweep &&
	fedtwin check sweep.yaml >out 2>err &&
	test_must_be_empty out &&
	test_grep "sweep.yaml: valid: 2 stages, 4 tasks" err &&
	test ! -e .fedtwin
'

cat >bad.yaml <<\EOT
fedtwin: 1
workflow: bad
params:
  size: {type: quantity, unit: mm, default: 2 s}
stages:
  heat:
    module: solve.hea
  pump:
    run: ["true"]
    inn: {a: b}
    timeout: 5 parsnip
  a:
    run: ["true"]
    needs: [b]
  b:
    run: ["true"]
    needs: [a]
EOT

test_expect_success 'every error at once, each with its place' '
	test_expect_code 3 fedtwin check bad.yaml >out 2>err &&
	test_must_be_empty out &&
	test_grep "^bad.yaml:4:[0-9]*: error FT0203: " err &&
	test_grep "^bad.yaml:7:13: error FT0107: unknown module .solve.hea." err &&
	test_grep "^bad.yaml:10:5: error FT0102: unknown key .inn." err &&
	test_grep "^bad.yaml:11:[0-9]*: error FT0202: " err &&
	test_grep "error FT0111: " err
'

test_expect_success 'source line, caret and hint below' '
	grep -A2 "FT0107" err >got &&
	cat >want <<\EOT &&
bad.yaml:7:13: error FT0107: unknown module '\''solve.hea'\''
 7 |     module: solve.hea
   |             ^^^^^^^^^ hint: did you mean '\''solve.heat'\''?
EOT
	test_cmp want got
'

test_expect_success 'JSON has the same' '
	test_expect_code 3 fedtwin check --json bad.yaml >json &&
	"$PYTHON" - <<\EOT
import json
d = json.load(open("json"))
assert d["schema"] == 1 and d["valid"] is False
codes = [(x["line"], x["code"]) for x in d["diagnostics"]]
assert (7, "FT0107") in codes and (10, "FT0102") in codes, codes
assert codes == sorted(codes), codes
EOT
'

test_expect_success 'hints where no name is near' '
	cat >far.yaml <<-\EOT &&
	fedtwin: 1
	workflow: far
	params: {l: {type: quantity, unit: mm, default: 2 mm}}
	stages:
	  mesh:
	    module: mesh.gmsh
	    in: {geometry: a.geo}
	    with: {parameters: {l: "${params.l}"}}
	  heat:
	    module: solve.heat
	    in: {mesh: "${results.mesh}"}
	    with: {conductivity: 1 W/m/K, fixed: {a: 1 K}}
	EOT
	: >a.geo && test_expect_code 3 fedtwin check far.yaml 2>err &&
	test_grep "hint: there is mesh, heat$" err &&
	test_grep "hint: for its number in .mm., divide it by .1 mm." err
'

test_expect_success 'an expression in flow style has to be quoted' '
	cat >flow.yaml <<\EOT &&
fedtwin: 1
workflow: flow
params: {n: {type: integer, default: 1}}
stages:
  a: {run: [echo, ${params.n}]}
EOT
	test_expect_code 3 fedtwin check flow.yaml 2>err &&
	test_grep "^flow.yaml:5:" err &&
	test_grep "quote" err
'

test_expect_success 'a file that is not there, not YAML, not UTF-8, a directory' '
	test_expect_code 3 fedtwin check none.yaml 2>err &&
	test_grep "none.yaml" err &&
	printf "a: [1\n" >broken.yaml &&
	test_expect_code 3 fedtwin check broken.yaml 2>err &&
	test_grep "FT0001" err &&
	printf "a: \377\n" >latin.yaml &&
	test_expect_code 3 fedtwin check latin.yaml 2>err &&
	test_grep "FT0004" err &&
	mkdir -p dir.yaml &&
	test_expect_code 3 fedtwin check dir.yaml 2>err &&
	test_grep "dir.yaml" err
'

test_expect_success 'an alias bomb ends at a limit, quickly' '
	{
		echo "a0: &a0 [x, x, x, x, x, x, x, x, x, x]" &&
		for i in 1 2 3 4 5 6 7 8 9
		do
			p=$((i - 1)) &&
			echo "a$i: &a$i [*a$p, *a$p, *a$p, *a$p, *a$p, *a$p, *a$p, *a$p]" ||
			return 1
		done
	} >bomb.yaml &&
	test_expect_code 3 timeout 5 fedtwin check bomb.yaml 2>err &&
	test_grep "FT0002" err
'

test_expect_success 'a parameter that is given is checked, too' '
	test_expect_code 3 fedtwin check -p size="2 kg" sweep.yaml 2>err &&
	test_grep "kg" err && test_grep "mm" err &&
	test_expect_code 3 fedtwin check -p sise="2 mm" sweep.yaml 2>err &&
	test_grep "did you mean .size.?" err &&
	test_expect_code 2 fedtwin check -p size sweep.yaml 2>err &&
	test_grep "NAME=VALUE" err
'

test_done
