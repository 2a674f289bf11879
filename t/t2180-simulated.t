#!/bin/sh
test_description='a workflow on a simulated site: time, chance, and no trace'
. "$(dirname "$0")/harness.sh"

examples=$FT_SRCDIR/workflows/examples

# The site file 'NAME.yaml' with these lines among its options.
write_site() { # NAME SLOTS OPTION...
	{
		printf 'fedtwin-site: 1\nsite: %s\nadapter: fake\n' "$1"
		printf 'slots: %s\noptions:\n' "$2"
		shift 2
		printf '  %s\n' "$@"
	} >"$1.yaml"
}

write_many() { # TASKS [LINE]...
	{
		printf 'fedtwin: 1\nworkflow: many\nstages:\n  t:\n'
		printf '    run: ["false"]\n    matrix: {i: {from: 1, to: %s}}\n' \
			"$1"
		shift
		for line
		do
			printf '    %s\n' "$line"
		done
	} >many.yaml
}

test_expect_success 'the example runs on the site that is installed' '
	fedtwin init &&
	fedtwin run --site simulated "$examples/simulated.yaml" >out &&
	test_grep "succeeded: 10002 tasks: 10002 succeeded in 1[0-9] h" out
'

test_expect_success 'nothing was executed and nothing is kept' '
	test "$(ls .fedtwin/runs/*/work | wc -l)" -eq 0 &&
	fedtwin data ls >out && test_must_be_empty out &&
	fedtwin log >out && test_must_be_empty out
'

test_expect_success 'it takes as long as tasks and slots say' '
	write_site two 2 "duration: 10 min" &&
	write_many 10 &&
	fedtwin run --site two.yaml many.yaml >out &&
	test_grep "10 succeeded in 50 min" out &&
	fedtwin run --site two.yaml -j 5 many.yaml >out &&
	test_grep "10 succeeded in 20 min" out
'

test_expect_success 'a simulated task is not taken for one that was done' '
	test_expect_code 1 fedtwin run -k many.yaml >out 2>/dev/null &&
	test_grep "10 failed" out
'

test_expect_success 'a project has sites of its own' '
	mkdir sites && mv two.yaml sites &&
	fedtwin run --site two many.yaml >out &&
	test_grep "in 50 min" out
'

test_expect_success 'the same seed gives the same history, another a new one' '
	write_site dice 3 "duration: 10 min" "spread: 0.5" "seed: 7" \
		"end: {node_fail: 0.1, preempted: 0.1, lost: 0.1}" \
		"submit: {retry_after: 0.1, unknown_outcome: 0.2}" &&
	write_many 100 &&
	fedtwin run --site dice.yaml many.yaml >one &&
	fedtwin run --site dice.yaml many.yaml >two &&
	sed -i "s/seed: 7/seed: 8/" dice.yaml &&
	fedtwin run --site dice.yaml many.yaml >three &&
	for i in one two three
	do
		sed "s/^run [^ ]*//" $i >$i.out || return 1
	done &&
	test_grep "100 succeeded" one &&
	test_cmp one.out two.out &&
	! test_cmp one.out three.out >/dev/null
'

test_expect_success 'failures of tasks are retried as the stage says' '
	write_site weak 10 "end: {error: 1}" &&
	write_many 1 "retry: {max: 2, backoff: 10 min}" &&
	test_expect_code 1 fedtwin run --site weak.yaml many.yaml >out 2>err &&
	test_grep "1 failed in 30 min" out &&
	test_grep "simulated outcome: error" err &&
	fedtwin status last --json >out &&
	test_grep "\"attempts\":[ ]*3" out
'

test_expect_success 'a walltime ends what takes longer' '
	write_site slow 1 "duration: 2 h" &&
	write_many 1 "resources: {walltime: 1 h}" &&
	test_expect_code 1 fedtwin run --site slow.yaml many.yaml >out 2>err &&
	test_grep "1 failed in 1 h" out &&
	test_grep "simulated outcome: timeout" err
'

test_expect_success 'the deadline is one of simulated time' '
	write_many 10 &&
	test_expect_code 6 fedtwin run --site slow.yaml --deadline "5 h" \
		many.yaml >out &&
	test_grep "2 succeeded" out &&
	test_grep "in 5 h" out
'

test_expect_success 'a resumed run stays at its site' '
	fedtwin resume >out &&
	test_grep "10 succeeded" out
'

test_expect_success 'a real clock waits, and what runs can be cancelled' '
	write_site real 4 "clock: real" "duration: 1000 s" &&
	fedtwin run --site real.yaml -d many.yaml >id &&
	fedtwin cancel "$(cat id)" &&
	fedtwin status "$(cat id)" >out &&
	test_grep "cancelled" out
'

test_expect_success 'declared outputs need a word' '
	test_expect_code 1 fedtwin run --site sites/two.yaml \
		"$examples/simulated.yaml" 2>err &&
	test_grep "makes no outputs; .outputs: none. among its options" err
'

test_expect_success 'a site that refuses for good fails the task' '
	write_site closed 1 "submit: {denied: 1}" &&
	test_expect_code 1 fedtwin run --site closed.yaml many.yaml 2>err &&
	test_grep "simulated answer: denied" err
'

test_expect_success 'wrong options name their place' '
	write_site bad 1 "durasion: 2 h" &&
	test_expect_code 3 fedtwin run --site bad.yaml many.yaml 2>err &&
	test_grep "bad.yaml:6:3: .*unknown key .durasion." err &&
	write_site bad 1 "end: {error: 0.6, oom: 0.5}" &&
	test_expect_code 3 fedtwin run --site bad.yaml many.yaml 2>err &&
	test_grep "the chances in .end. add up to 1.1" err
'

test_expect_success 'an unknown site, and one without its adapter' '
	test_expect_code 2 fedtwin run --site mars many.yaml 2>err &&
	test_grep "unknown site .mars." err &&
	test_expect_code 3 fedtwin run --site ./mars.yaml many.yaml 2>err &&
	test_grep "mars.yaml" err
'

test_done
