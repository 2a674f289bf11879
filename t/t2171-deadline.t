#!/bin/sh
test_description='a deadline decides what comes first, and a miss is foreseen'
. "$(dirname "$0")/harness.sh"

json_is() { # FILE, python expression over d
	"$PYTHON" -c "
import json, sys
d = json.load(open(sys.argv[1]))
assert ($2), d" "$1"
}

order() { # names of stages as they started, from the JSON $1
	"$PYTHON" -c "
import json, sys
tasks = json.load(open(sys.argv[1]))['tasks']
tasks.sort(key=lambda t: t['start'])
print(*[t['task'].split('[')[0] for t in tasks])" "$1"
}

test_expect_success 'the example is done in time' '
	fedtwin init . &&
	cp "$FT_SRCDIR/workflows/examples/deadline.yaml" . &&
	fedtwin run -j 1 deadline.yaml 2>err &&
	test_grep ! "will be missed" err &&
	fedtwin status last --json >json &&
	json_is json "\"deadline\" in d and d[\"state\"] == \"succeeded\""
'

# Without outputs, so that nothing waits for the store.
cat >chain.yaml <<\EOT
fedtwin: 1
workflow: chain
stages:
  mesh: {run: [sleep, "0.1"], cache: never}
  solve: {run: [sleep, "0.3"], cache: never, needs: [mesh]}
  survey: {run: [sleep, "0.1"], cache: never, matrix: {i: [1, 2, 3]}}
EOT

test_expect_success 'without a deadline the order is as ever' '
	fedtwin run -j 1 chain.yaml &&
	fedtwin status last --json >json &&
	order json >got && test_grep "^survey" got &&
	json_is json "\"deadline\" not in d and \"forecast\" not in d"
'

test_expect_success 'with one the longest path comes first' '
	fedtwin run -j 1 --deadline "1 h" chain.yaml &&
	fedtwin status last --json >json &&
	echo mesh solve survey survey survey >want &&
	order json >got && test_cmp want got
'

test_expect_success 'the longest is not the one with the most stages' '
	sed "s/0.3/0.01/; s/mesh: {run: .sleep, \"0.1\"/mesh: {run: [sleep, \"0.01\"/" \
		chain.yaml >short.yaml &&
	sed -i "s/workflow: chain/workflow: short/" short.yaml &&
	fedtwin run -j 1 short.yaml &&
	fedtwin run -j 1 --deadline "1 h" short.yaml &&
	fedtwin status last --json >json &&
	order json >got && test_grep "^survey survey survey mesh solve" got
'

test_expect_success 'a miss is foreseen before it happens' '
	test_expect_code 6 fedtwin run -j 1 --fresh --deadline "0.4 s" \
		deadline.yaml 2>err &&
	test_grep "the deadline will be missed: the run will end about .* late" \
		err &&
	test_grep "longest path mesh -> solve, [0-9.]* s" err &&
	grep -n "will be missed" err >missed && grep -n "^cancelling" err >end &&
	test "$(cut -d: -f1 missed)" -lt "$(cut -d: -f1 end)" &&
	fedtwin status last --json >json &&
	json_is json "d[\"state\"] == \"expired\" and d[\"forecast\"][\"late\"]
		and d[\"forecast\"][\"end\"] > d[\"deadline\"]"
'

test_expect_success 'a resume of what has expired goes on without' '
	fedtwin resume last 2>err >out &&
	test_grep "goes on without one" err && test_grep "succeeded" out
'

test_expect_success 'or with another one' '
	test_expect_code 6 fedtwin run -j 1 --fresh --deadline "0.2 s" \
		deadline.yaml &&
	fedtwin resume last --deadline "1 h" 2>err &&
	test_grep ! "without one" err &&
	fedtwin status last --json >json &&
	json_is json "d[\"state\"] == \"succeeded\" and \"deadline\" in d"
'

drive() { # a script that has Screen
	"$PYTHON" -c 'import sys; sys.path.insert(0, sys.argv[1] + "/t")
from screen import *
exec(sys.stdin.read())' "$FT_SRCDIR"
}

# Never seen before, but it says itself how far it is.
test_expect_success 'progress foretells, and status and why tell' '
	mkfifo go && cat >steps.yaml <<-EOT &&
	fedtwin: 1
	workflow: steps
	stages:
	  long:
	    shell: |
	      echo "{\\"step\\": 1, \\"of\\": 100000}" >&3
	      read -r x <"$PWD/go"
	  then:
	    needs: [long]
	    run: ["true"]
	EOT
	id=$(fedtwin run -d --deadline "5 min" steps.yaml) &&
	test_wait_for 60 sh -c "fedtwin status $id | grep -q \"^forecast: .* late\"" &&
	fedtwin status $id >out && test_grep "longest path long" out &&
	fedtwin report $id -o late.html >out2 && test_grep "will end about" late.html &&
	test_grep "1 stage of unknown duration may take longer" out &&
	fedtwin why $id/then >out && test_grep "the run will end about .* late" out &&
	drive <<-EOT &&
	s = Screen(["fedtwin", "watch", "$id"], 120, 24)
	s.wait(r"^the run will end about .* late; longest path long")
	open("go", "w").write("x\n")
	assert s.end() == 0
	EOT
	fedtwin wait $id
'

test_expect_success 'an instant; one that has passed is refused' '
	test_expect_code 2 fedtwin run --deadline 2001-01-01T00:00Z \
		deadline.yaml 2>err &&
	test_grep "has passed already" err &&
	fedtwin run --deadline 2190-01-01T00:00+01:00 deadline.yaml &&
	fedtwin status last --json >json &&
	json_is json "d[\"deadline\"] == \"2189-12-31T23:00:00.000000Z\"" &&
	for deadline in tomorrow 5 2026-11-21T18:00 "0 s"
	do
		test_expect_code 2 fedtwin run --deadline "$deadline" \
			deadline.yaml 2>err || return 1
	done
'

test_expect_success 'a budget and a deadline change no recipe' '
	sed /^deadline/d deadline.yaml >calm.yaml &&
	fedtwin run --budget core_time="1 h" calm.yaml >out &&
	test_grep "5 cached" out
'

test_done
