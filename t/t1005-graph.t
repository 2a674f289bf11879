#!/bin/sh
test_description='fedtwin graph draws the stages'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

# Stages NAME_0 ... that take from one to three of the stages before them.
write_many() { # N
	"$PYTHON" - "$1" <<\EOT
import sys
n = int(sys.argv[1])
print("fedtwin: 1\nworkflow: many\nstages:")
for i in range(n):
    print(f"  stage_{i}:\n    run: ['true']\n"
          "    out: {result: {type: file, path: a}, b: {type: file, path: b}}")
    if i:
        print("    in:")
    for k in {(i * 7) // 9, max(i - 3, 0), i // 2} if i else ():
        print(f"      x{k}: ${{stage_{k}.{'result' if k % 2 else 'b'}}}")
EOT
}

# What a picture must be: boxes apart, texts inside, arrows to the right.
check_svg() { # FILE BOXES
	"$PYTHON" - "$@" <<\EOT
import re, sys
import xml.etree.ElementTree as ET
root = ET.parse(sys.argv[1]).getroot()
ns = "{http://www.w3.org/2000/svg}"
assert root.find(ns + "title").text and root.find(ns + "desc").text
assert root.get("role") == "img"
style = root.find(ns + "style").text
assert "prefers-color-scheme:dark" in style and "url(" not in style
w, h = float(root.get("width")), float(root.get("height"))
boxes = []
for g in root.findall(ns + "g"):
    r = g.find(ns + "rect")
    x, y, bw, bh = (float(r.get(k)) for k in ("x", "y", "width", "height"))
    assert 0 <= x and 0 <= y and x + bw <= w and y + bh <= h
    for t in g.findall(ns + "text"):
        assert y < float(t.get("y")) < y + bh
        assert x < float(t.get("x"))
        size = float(t.get("font-size"))
        assert float(t.get("x")) + 0.6 * size * len(t.text) <= x + bw, t.text
    boxes.append((x, y, x + bw, y + bh))
assert len(boxes) == int(sys.argv[2]), len(boxes)
for i, a in enumerate(boxes):
    for b in boxes[:i]:
        assert a[2] < b[0] or b[2] < a[0] or a[3] < b[1] or b[3] < a[1]
for t in root.findall(ns + "text"):  # labels stand between the columns
    x, y = float(t.get("x")), float(t.get("y"))
    end = x + 0.6 * float(t.get("font-size")) * len(t.text)
    assert not any(b[1] < y < b[3] and x < b[2] and b[0] < end for b in boxes)
for p in root.findall(ns + "path"):
    if "line" in p.get("class"):
        n = [float(v) for v in re.findall(r"-?[\d.]+", p.get("d"))]
        assert n[0] <= n[2] < n[7], p.get("d")
EOT
}

test_expect_success 'dot' '
	write_sweep &&
	fedtwin graph sweep.yaml >out &&
	test_grep "^digraph \"sweep\"" out &&
	test_grep "\"make\" -> \"all\" \[label=\"note\"\]" out &&
	test_grep "3 tasks" out &&
	fedtwin graph -o file.dot sweep.yaml >empty &&
	test_must_be_empty empty &&
	test_cmp out file.dot
'

test_expect_success 'an unknown format is refused, and so is nothing to draw' '
	test_expect_code 2 fedtwin graph -f png sweep.yaml 2>err &&
	test_grep "dot or svg" err &&
	test_expect_code 2 fedtwin graph 2>err &&
	test_grep "either a workflow file or a run" err &&
	test_expect_code 2 fedtwin graph --run last sweep.yaml &&
	test_expect_code 3 fedtwin graph nonesuch.yaml
'

test_expect_success 'svg needs no other program' '
	mkdir -p bin && ln -sf "$(command -v fedtwin)" bin/ &&
	env PATH="$PWD/bin" fedtwin graph -f svg sweep.yaml >sweep.svg &&
	check_svg sweep.svg 2 &&
	test_grep "3 tasks" sweep.svg &&
	test_grep ">note<" sweep.svg &&
	fedtwin graph sweep.yaml -o named.svg &&
	test_cmp sweep.svg named.svg
'

test_expect_success 'one, 60 and 200 stages: nothing overlaps' '
	for n in 1 60 200
	do
		write_many $n >many.yaml &&
		fedtwin graph many.yaml -o many.svg &&
		check_svg many.svg $n || break
	done
'

test_expect_success 'a run: colours and counts' '
	fedtwin init && fedtwin run sweep.yaml &&
	fedtwin graph last -f svg >run.svg &&
	check_svg run.svg 2 &&
	test_grep "3 succeeded" run.svg &&
	test_grep "class=\"ok\"" run.svg &&
	fedtwin run sweep.yaml &&
	fedtwin graph --run last -o run.svg &&
	test_grep "3 cached" run.svg &&
	test_expect_code 4 fedtwin graph nonesuch 2>err &&
	test_grep "nonesuch" err
'

test_expect_success 'JSON' '
	fedtwin graph --json sweep.yaml >json &&
	test "$(test_json "d[\"edges\"][0][\"from\"]" json)" = make &&
	test "$(test_json "d[\"edges\"][0][\"output\"]" json)" = note &&
	test "$(test_json "d[\"stages\"][0][\"tasks\"]" json)" = 3 &&
	test "$(test_json "d[\"run\"]" json)" = null &&
	fedtwin graph --json last >json &&
	test "$(test_json "d[\"stages\"][0][\"counts\"]" json)" = "{\"cached\": 3}"
'

test_done
