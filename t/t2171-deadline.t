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

test_expect_success 'the longest path comes first, by what tasks took' '
	fedtwin run -j 1 --fresh deadline.yaml &&
	fedtwin status last --json >json &&
	order json >got && # the slot may be taken while the mesh is published
	test_grep "^mesh \(survey \)\?solve survey survey" got
'

test_expect_success 'without a deadline the order is as ever' '
	sed /^deadline/d deadline.yaml >calm.yaml &&
	fedtwin run -j 1 --fresh calm.yaml &&
	fedtwin status last --json >json &&
	order json >got && test_grep "^survey" got &&
	json_is json "\"deadline\" not in d and \"forecast\" not in d"
'

test_expect_success 'a miss is foreseen before it happens' '
	test_expect_code 6 fedtwin run -j 1 --fresh --deadline "0.4 s" \
		deadline.yaml 2>err &&
	test_grep "the deadline will be missed: the run will end about .* late" \
		err &&
	test_grep "longest path mesh -> solve, 0.4" err &&
	grep -n "will be missed" err >missed && grep -n "solve running" err >run &&
	test "$(cut -d: -f1 missed)" -lt "$(cut -d: -f1 run)" &&
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
	test_grep "1 stage of unknown duration not counted" out &&
	fedtwin why $id/then >out && test_grep "the run will end about .* late" out &&
	echo x >go && fedtwin wait $id
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
	fedtwin run calm.yaml >out && test_grep "5 cached" out
'

test_done
