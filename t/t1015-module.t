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

test_expect_success 'new: what it writes runs as it is' '
	mkdir own && cd own && fedtwin init &&
	fedtwin module new -n lab.decay >planned && test ! -e modules &&
	fedtwin module new lab.decay >out 2>err && test_cmp planned out &&
	while read -r file; do test -f "$file" || return 1; done <out &&
	test_grep "fedtwin run lab.decay.example.yaml" err &&
	! grep -r "@" modules lab.decay.example.yaml &&
	fedtwin fmt --check lab.decay.example.yaml modules/lab.decay.yaml &&
	fedtwin module show lab.decay >out && test_grep half_life out &&
	fedtwin run lab.decay.example.yaml &&
	fedtwin data get "decay.curve{half_life=20 s}" t.csv &&
	tail -n 1 t.csv >got && echo 60,0.125 >want && test_cmp want got &&
	sed "s/1 min/-1 s/" lab.decay.example.yaml >bad.yaml &&
	test_expect_code 1 fedtwin run bad.yaml 2>err &&
	test_grep "give a time after 0" err
'

test_expect_success 'new: nothing is overwritten, names and languages are checked' '
	echo mine >modules/lab.decay.py &&
	test_expect_code 2 fedtwin module new lab.decay 2>err &&
	test_grep "lab.decay.yaml. is there already" err &&
	rm modules/lab.decay.yaml &&
	test_expect_code 2 fedtwin module new lab.decay 2>err &&
	test_grep "lab.decay.py. is there already" err &&
	test ! -e modules/lab.decay.yaml &&
	test_expect_code 2 fedtwin module new ../up 2>err &&
	test_grep "no name of a module" err &&
	test_expect_code 2 fedtwin module new -l cobol a.b 2>err &&
	test_grep "language python" err && test_grep "language c" err &&
	test_expect_code 2 fedtwin module new -l python --physics a.b 2>err &&
	test_grep "no template of a physics in the language .python" err &&
	test_grep "language c" err && ! test_grep "language python" err &&
	test_expect_code 4 fedtwin -C / module new a.b &&
	cd ..
'

# t3070-module-c.t compiles and runs them.
test_expect_success 'new: a stage and a physics in C' '
	cd own &&
	for kind in "--language c" --physics "--physics -l c"
	do
		name=lab.${kind##*-}; name=${name%% *} &&
		fedtwin module new -n $kind $name >planned &&
		test ! -e modules/$name &&
		fedtwin module new $kind $name >out 2>err && test_cmp planned out &&
		test_grep "make -C modules/$name" err &&
		while read -r file; do test -f "$file" || return 1; done <out &&
		! grep -rE "@[A-Z]+@" modules/$name* $name.example.yaml &&
		fedtwin fmt --check $name.example.yaml modules/$name.yaml &&
		fedtwin module show $name >out && test_grep "(MPI)" out || return 1
	done &&
	cd ..
'

test_expect_success 'new: a folder is not added to, a compiler is needed' '
	cd own && mkdir modules/lab.mine &&
	test_expect_code 2 fedtwin module new -l c lab.mine 2>err &&
	test_grep "modules/lab.mine. is there already" err &&
	test ! -e modules/lab.mine.yaml &&
	test_expect_code 4 env CC="nosuchcc -O2" fedtwin module new -l c a.b 2>err &&
	test_grep "there is no .nosuchcc." err && test_grep "install make" err &&
	mkdir bin && ln -s "$(command -v fedtwin)" bin/ &&
	test_expect_code 4 env PATH="$PWD/bin" fedtwin module new --physics a.b 2>err &&
	test_grep "there is no .make." err && test ! -e modules/a.b.yaml &&
	cd ..
'

test_done
