#!/bin/sh
test_description='workflows as people write them who have read the manual once'
. "$(dirname "$0")/harness.sh"

PROJECT="Größe 空 it's"
fedtwin init "$PROJECT" >/dev/null
echo "hällo" >"$PROJECT/daten ü.txt"
cat >"$PROJECT/wf ü.yaml" <<\EOT
fedtwin: 1
workflow: blanks
stages:
  word:
    shell: cat ${in.x} >${out.o}
    in: {x: "daten ü.txt"}
    out: {o: {type: file, path: "aus ü 空.txt"}}
  quoted:
    shell: |
      # it does not matter that this isn't quoted
      n=$(wc -c <"${in.x}")
      echo "$(cat "${in.x}") $n" >"${out.o}"
    in: {x: "${word.o}"}
    out: {o: {type: file, path: o.txt}}
EOT

test_expect_success 'blanks, a quote and letters of all kinds in every path' '
	fedtwin run -C "$PROJECT" "wf ü.yaml" &&
	fedtwin data get -C "$PROJECT" word.o - >w.txt &&
	test_cmp "$PROJECT/daten ü.txt" w.txt &&
	fedtwin data get -C "$PROJECT" quoted.o - >q.txt &&
	echo "hällo 7" >want &&
	test_cmp want q.txt
'

cat >gather.yaml <<\EOT
fedtwin: 1
workflow: gather
params:
  name: {type: string, default: "x; echo broken >&2; '\"$(exit 1)`exit 1`"}
stages:
  cell:
    shell: echo "${matrix.a} ${matrix.load}" >${out.o}
    matrix: {a: [1, 2, 3], load: [45 W, 65 W]}
    out: {o: {type: file, path: "o o.txt"}}
  all:
    shell: cat ${in.o} >${out.o}
    in: {o: "${cell.o}"}
    out: {o: {type: file, path: all.txt}}
  some:
    shell: cat ${in.o} >${out.o}
    matrix: {load: [65 W]}
    in: {o: "${cell.o{load = matrix.load}}"}
    out: {o: {type: file, path: some.txt}}
  deck:
    shell: |
      cat >${out.o} <<END
      name = ${params.name}
      load = ${matrix.load}
      END
      echo ${params.name} >>${out.o}
    matrix: {load: [45 W]}
    out: {o: {type: file, path: deck.txt}}
EOT

test_expect_success 'a gathered input is words in the text for a shell' '
	fedtwin init . &&
	fedtwin run gather.yaml &&
	printf "%s W\n" "1 45" "1 65" "2 45" "2 65" "3 45" "3 65" >want &&
	fedtwin data get all.o all.txt &&
	test_cmp want all.txt &&
	printf "%s W\n" "1 65" "2 65" "3 65" >want &&
	fedtwin data get some.o some.txt &&
	test_cmp want some.txt
'

test_expect_success 'a value never becomes a command' '
	name="x; echo broken >&2; '\''\"\$(exit 1)\`exit 1\`" &&
	printf "%s\n" "name = $name" "load = 45 W" "$name" >want &&
	fedtwin data get deck.o deck.txt &&
	test_cmp want deck.txt
'

cat >again.yaml <<\EOT
fedtwin: 1
workflow: again
stages:
  s:
    shell: 'test -e "$HERE/mark" || { : >"$HERE/mark"; echo "no luck" >&2; exit 3; }'
    retry: {max: 1, on: [error]}
EOT

test_expect_success 'a second attempt is told, with its reason' '
	HERE=$PWD fedtwin run again.yaml 2>err &&
	test_grep "s is tried again: no luck" err
'

cat >same.yaml <<\EOT
fedtwin: 1
workflow: same
stages:
  x: {shell: "echo hi >o", out: {o: {type: file, path: o}}}
  y: {shell: "echo hi >o", needs: x, out: {o: {type: file, path: o}}}
  z: {shell: "cat ${in.y} >u", in: {y: "${y.o}"}, out: {u: {type: file, path: u}}}
EOT

test_expect_success 'two stages with one recipe, each with its object' '
	fedtwin init same && cp same.yaml same && cd same &&
	fedtwin run same.yaml >out &&
	test_grep "2 succeeded, 1 cached" out &&
	fedtwin data ls >list && test_grep "^x.o" list && test_grep "^y.o" list &&
	fedtwin run same.yaml >out && test_grep "3 cached" out &&
	sed "s/x:/other:/; s/needs: x/needs: other/" same.yaml >renamed.yaml &&
	fedtwin run renamed.yaml >out && test_grep "3 cached" out &&
	fedtwin data ls >list && test_grep "^other.o" list &&
	test_grep ! "^x.o" list &&
	cd ..
'

cat >cells.yaml <<\EOT
fedtwin: 1
workflow: cells
stages:
  f:
    foreach: [a, b]
    python: |
      import json
      task = json.load(open("task.json"))
      open("o", "w").write(task["cell"]["item"])
    out: {o: {type: file, path: o}}
EOT

test_expect_success 'each cell has its own result, however alike the commands are' '
	for i in 1 2
	do
		fedtwin run cells.yaml >out &&
		for item in a b
		do
			fedtwin data get "f.o{item=$item}" - >o &&
			test "$(cat o)" = $item || return 1
		done || return 1
	done &&
	test_grep "2 cached" out
'

cat >survey.yaml <<\EOT
fedtwin: 1
workflow: survey
stages:
  s:
    shell: 'cat "${in.d}" >o'
    in: {d: "${store('survey.depth')}"}
    out: {o: {type: file, path: o}}
EOT

test_expect_success 'what a person has put is there after every run' '
	echo 17 >depth.txt && fedtwin data put survey.depth depth.txt &&
	fedtwin run survey.yaml && fedtwin run cells.yaml &&
	fedtwin data get survey.depth - >o && test_cmp depth.txt o &&
	fedtwin run survey.yaml >out && test_grep "1 cached" out &&
	echo 18 >depth.txt && fedtwin data put survey.depth depth.txt &&
	fedtwin run survey.yaml && fedtwin data get s.o - >o &&
	test_cmp depth.txt o
'

test_done
