#!/bin/sh
test_description='a budget pauses a run before it costs more'
. "$(dirname "$0")/harness.sh"

json_is() { # FILE, python expression over d
	"$PYTHON" -c "
import json, sys
d = json.load(open(sys.argv[1]))
assert ($2), d" "$1"
}

test_expect_success 'the example: paused in time, with what and how' '
	fedtwin init . &&
	cp "$FT_SRCDIR/workflows/examples/budget.yaml" . &&
	test_expect_code 6 fedtwin run -j 2 budget.yaml >out 2>err &&
	test_grep "paused" out &&
	test_grep "budget: .* of 1 s core time spent" err &&
	test_grep "next: fedtwin resume .* --budget" out &&
	fedtwin status last --json >json &&
	json_is json "d[\"state\"] == \"paused\" and
		0.5 < d[\"budget\"][\"core_s_spent\"] <= 1 and
		d[\"budget\"][\"core_s\"] == 1" &&
	fedtwin status last >out && test_grep "^reason: budget: " out &&
	test_grep "core time spent$" out
'

test_expect_success 'a resume without more pauses again, and costs nothing' '
	spent=$(test_json "d[\"budget\"][\"core_s_spent\"]" json) &&
	test_expect_code 6 fedtwin resume last &&
	fedtwin status last --json >json &&
	test "$(test_json "d[\"budget\"][\"core_s_spent\"]" json)" = "$spent"
'

test_expect_success 'with more it goes on; what was spent still counts' '
	test_expect_code 6 fedtwin resume -j 1 --budget core_time="1.2 s" >out &&
	fedtwin set last core_time="1 h" &&
	fedtwin resume last >out && test_grep "9 succeeded" out &&
	fedtwin status last --json >json &&
	json_is json "d[\"budget\"][\"core_s_spent\"] >= 8 * 0.2 and
		d[\"budget\"][\"core_s\"] == 3600" &&
	fedtwin usage last --json >json &&
	json_is json "d[\"total\"][\"attempts\"] == 9"
'

cat >limit.yaml <<\EOT
fedtwin: 1
workflow: limit
stages:
  a:
    matrix: {i: [1, 2]}
    run: [sleep, "0.1"]
    cache: never
    resources: {walltime: 10 s}
EOT

test_expect_success 'a time limit beyond the budget: nothing is started' '
	test_expect_code 6 fedtwin run --budget core_time="9.9 s" limit.yaml \
		2>err &&
	test_grep "0 s of 9.9 s core time spent, the next task may take 10 s" \
		err &&
	test_grep "2 tasks are left" err && test_grep ! running err
'

test_expect_success 'both would be too much at a time: one after the other' '
	fedtwin run -j 2 --budget core_time="15 s" limit.yaml &&
	fedtwin status last --json >json &&
	json_is json "sorted(t[\"end\"] for t in d[\"tasks\"])[0] <=
		sorted(t[\"start\"] for t in d[\"tasks\"])[1]"
'

test_expect_success 'slots count: two of them cost twice as much' '
	sed "s/walltime: 10 s/walltime: 10 s, threads: 2/" limit.yaml >two.yaml &&
	test_expect_code 6 fedtwin run -j 2 --budget core_time="19 s" two.yaml \
		2>err &&
	test_grep "the next task may take 20 s" err
'

cat >guess.yaml <<\EOT
fedtwin: 1
workflow: guess
stages:
  a:
    matrix: {i: [1, 2, 3]}
    run: [sleep, "0.2"]
    cache: never
EOT

test_expect_success 'without a limit: what others of the stage took' '
	test_expect_code 6 fedtwin run -j 1 --budget core_time="0.39 s" guess.yaml \
		2>err &&
	test_grep "the next task may take 0\.[2-9]" err &&
	test "$(grep -c "succeeded in" err)" = 1 &&
	test_expect_code 6 fedtwin run -j 1 --budget core_time="0.15 s" \
		guess.yaml 2>err && # known from the run before
	test_grep "0 s of 0.15 s" err
'

test_expect_success 'what is reused costs nothing' '
	cat >reuse.yaml <<-\EOT &&
	fedtwin: 1
	workflow: reuse
	stages:
	  a: {matrix: {i: [1, 2]}, run: [sleep, "0.1"]}
	EOT
	fedtwin run reuse.yaml &&
	fedtwin run --budget core_time="1 ms" reuse.yaml >out &&
	test_grep "2 cached" out
'

test_expect_success 'a detached run ends as well' '
	id=$(fedtwin run -d -j 1 --budget core_time="0.39 s" guess.yaml) &&
	test_expect_code 6 fedtwin wait "$id" &&
	fedtwin status "$id" >out && test_grep "paused" out
'

test_expect_success 'a failure is more than a pause' '
	cat >fail.yaml <<-\EOT &&
	fedtwin: 1
	workflow: fail
	stages:
	  a: {run: ["false"], resources: {walltime: 1 s}}
	  b: {run: ["true"], needs: [a], resources: {walltime: 1 h}}
	EOT
	test_expect_code 1 fedtwin run --budget core_time="10 s" fail.yaml
'

# A meter that each task turns by 4 J.
meter() {
	mkdir -p cap/intel-rapl:0 && echo package-0 >cap/intel-rapl:0/name &&
	echo 1000000000 >cap/intel-rapl:0/max_energy_range_uj &&
	echo 0 >cap/intel-rapl:0/energy_uj &&
	cat >turn.sh <<-\EOT &&
	sleep 0.1
	read -r now <"$1"
	echo $((now + 4000000)) >"$1"
	EOT
	cat >energy.yaml <<-EOT
	fedtwin: 1
	workflow: energy
	stages:
	  a:
	    matrix: {i: [1, 2, 3, 4, 5]}
	    run: [sh, $PWD/turn.sh, $PWD/cap/intel-rapl:0/energy_uj]
	    cache: never
	EOT
}

test_expect_success 'energy' '
	meter &&
	FEDTWIN_POWERCAP=$PWD/cap test_expect_code 6 fedtwin run -j 1 \
		--budget energy="10 J" energy.yaml 2>err &&
	test_grep "8 J of 10 J energy spent, the next task may take" err &&
	FEDTWIN_POWERCAP=$PWD/cap fedtwin resume -j 1 --budget energy="1 kJ" >out &&
	test_grep "5 succeeded" out
'

test_expect_success 'energy without a meter is no budget' '
	cat >dark.yaml <<-\EOT &&
	fedtwin: 1
	workflow: dark
	stages:
	  a:
	    matrix: {i: [1, 2]}
	    run: [sleep, "0.3"]
	    resources: {threads: 4}
	EOT
	FEDTWIN_POWERCAP=/nonexistent test_expect_code 6 fedtwin run -j 4 \
		--budget energy="1 MJ" dark.yaml 2>err &&
	test_grep "does not meter energy" err
'

test_expect_success 'Ctrl-C while it winds up ends it as cancelled' '
	cat >wind.yaml <<-\EOT &&
	fedtwin: 1
	workflow: wind
	budget: {core_time: 1 h}
	stages:
	  b: {run: ["true"], timeout: 2 h}
	  a: {run: [sleep, "1000"]}
	EOT
	id=$(fedtwin run -d -j 2 wind.yaml) &&
	test_wait_for 30 sh -c "fedtwin status $id | grep -q \"a *1 running\"" &&
	fedtwin cancel "$id" &&
	fedtwin status "$id" >out && test_grep "cancelled" out
'

test_expect_success 'wrong budgets are refused before anything happens' '
	for budget in core_time=2 "core_time=2 kg" "cor_time=2 h" "2 h" \
		"core_time=0 s" "energy=2 h"
	do
		test_expect_code 2 fedtwin run --budget "$budget" guess.yaml \
			2>err || return 1
	done &&
	test_expect_code 2 fedtwin run --budget "core_tim=2 h" guess.yaml 2>err &&
	test_grep "did you mean .core_time.?" err
'

test_done
