#!/bin/sh
test_description='fedtwin module lists and shows modules'
. "$(dirname "$0")/harness.sh"

test_expect_success 'the modules of the tree' '
	fedtwin module list >out &&
	test_grep "^mesh.box " out && test_grep "^mesh.gmsh " out &&
	test_grep "^solve.heat " out &&
	fedtwin module list --json >json && test_grep "\"module\": *\"solve.heat\"" json
'

test_expect_success 'one module' '
	fedtwin module show solve.heat >out &&
	test_grep "conductivity" out && test_grep "temperature" out &&
	fedtwin module show --json solve.heat >json &&
	"$PYTHON" - <<\EOT
import json
m = json.load(open("json"))
assert m["mpi"] and {p["name"] for p in m["out"]} >= {"temperature", "summary"}
EOT
'

test_expect_success 'the module of a project comes first' '
	fedtwin init && mkdir modules &&
	cat >modules/my.tool.yaml <<\EOT &&
fedtwin-module: 1
module: my.tool
version: "2"
doc: Count the words of a file.
run: [sh, -c, "wc -w <\"$1\" >n.txt", sh, "${in.text}"]
in: {text: {type: file}}
out: {n: {type: file, path: n.txt}}
EOT
	fedtwin module list >out && test_grep "^my.tool *2 *Count" out &&
	echo "one two three" >words.txt &&
	cat >w.yaml <<\EOT &&
fedtwin: 1
workflow: w
stages:
  count: {module: my.tool, in: {text: words.txt}}
EOT
	fedtwin run w.yaml && test "$(fedtwin data get count.n -)" = 3
'

test_expect_success 'an unknown or broken module' '
	test_expect_code 3 fedtwin module show solve.hea 2>err &&
	test_grep "did you mean .solve.heat.?" err &&
	echo "module: broken" >modules/broken.yaml &&
	test_expect_code 3 fedtwin module show broken 2>err &&
	test_grep "broken.yaml" err
'

test_done
