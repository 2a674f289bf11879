#!/bin/sh
test_description='fedtwin-slurm: arrays, and ids that are given to other jobs'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/slurm.sh"
. "$FT_SRCDIR/t/adapter.sh"

slurm_need

test_expect_success 'as large as the site allows, and one larger' '
	slurm_start alpha --cpus 8 --conf MaxArraySize=20 &&
	slurm_site alpha >site.json && adapter_start fedtwin-slurm site.json &&
	ask submit "\"jobs\": [$(adapter_job r/large/1 true "\"array\": 21")]" &&
	expect "d[\"results\"][0][\"result\"]" rejected &&
	test_grep "MaxArraySize of 20" answer &&
	send r/large/2 true "\"array\": 20, \"hold\": true" &&
	ask find_by_tag "\"prefix\": \"r/large/\"" &&
	expect "len(d[\"jobs\"])" 20 &&
	expect "d[\"jobs\"][19][\"job\"]" "${job}_19" &&
	expect "{j[\"state\"] for j in d[\"jobs\"]} == {\"held\"}" &&
	ask cancel "\"jobs\": [\"$job\"], \"tags\": [\"r/large/1\"]" &&
	expect "d[\"results\"][0][\"result\"]" not_found &&
	ask cancel "\"jobs\": [\"$job\"], \"tags\": [\"r/large/2\"]" &&
	expect "d[\"results\"][0][\"result\"]" ok &&
	ask find_by_tag "\"prefix\": \"r/large/\"" && test "$(states "$job" 0 19)" = "ended ended"
'

test_expect_success 'each element has its own end, and its own files' '
	send r/array/1 "echo \$SLURM_ARRAY_TASK_ID; exit \$SLURM_ARRAY_TASK_ID" \
		"\"array\": 4, \"stdout\": \"$PWD/100%-%a.out\"" &&
	test_wait_for 60 all_ended r/array/ 4 &&
	ask status "\"jobs\": [\"${job}_0\", \"${job}_3\", \"${job}_2\",
		\"${job}_1\", \"${job}_4\"]" &&
	test_json "[j.get(\"exit_code\") for j in d[\"jobs\"]]" answer >got &&
	echo "[0, 3, 2, 1, null]" >want && test_cmp want got &&
	expect "d[\"jobs\"][0][\"outcome\"]" ok &&
	expect "d[\"jobs\"][4][\"state\"]" not_found &&
	expect "{j[\"tag\"] for j in d[\"jobs\"][:4]} == {\"r/array/1\"}" &&
	echo 3 >want && test_cmp want "100%-3.out"
'

test_expect_success 'elements that wait and one that was cancelled waiting' '
	send r/wait/1 true "\"array\": 6, \"hold\": true" &&
	test "$(states "$job" 0 3 5)" = "held held held" &&
	ask cancel "\"jobs\": [\"${job}_3\"], \"tags\": [\"r/wait/1\"]" &&
	expect "d[\"results\"][0][\"result\"]" ok &&
	test "$(states "$job" 2 3 4)" = "held ended held" &&
	ask status "\"jobs\": [\"${job}_3\"]" &&
	expect "d[\"jobs\"][0][\"outcome\"]" cancelled &&
	expect "d[\"jobs\"][0][\"tag\"]" r/wait/1
'

test_expect_success 'the same from outside; the others still run' '
	slurm_on alpha scancel "${job}_[0,5]" &&
	test "$(states "$job" 0 1 2 3 4 5)" = "ended held held ended held ended" &&
	ask release "\"jobs\": [\"$job\"], \"tags\": [\"r/wait/1\"]" &&
	expect "d[\"results\"][0][\"result\"]" ok &&
	test_wait_for 60 all_ended r/wait/ 3 &&
	test "$(states "$job" 0 1 2 3 4 5)" = "ended ended ended ended ended ended"
'

test_expect_success 'the whole array is gone: nothing is concluded from that' '
	send r/gone/1 true "\"array\": 2, \"hold\": true" &&
	test "$(states "$job" 0 1)" = "held held" &&
	slurm_on alpha scancel "${job}_0" "${job}_1" &&
	states "$job" 0 1 >got && test_grep "ended\|not_found" got
'

saved() {
	test -n "$(find alpha/state/job_state -newer mark)"
}

# Slurm writes its state at most every 5 s: what it accepts just after that is
# lost when it is killed.  That it was just after is made sure of.
test_expect_success 'accepted, then lost: not found, and not by its tag' '
	send r/sure/1 true "\"hold\": true" && sure=$job &&
	touch mark && send r/sure/2 true "\"hold\": true" &&
	test_wait_for 60 saved && cp -a alpha/state saved-state &&
	send r/lost/1 true "\"hold\": true" && lost=$job &&
	slurm_ask alpha signal slurmctld KILL &&
	rm -rf alpha/state && mv saved-state alpha/state &&
	slurm_ask alpha start slurmctld &&
	ask find_by_tag "\"prefix\": \"r/lost/\"" && expect "d[\"jobs\"]" "[]" &&
	test "$(state "$lost")" = not_found && test "$(state "$sure")" = held
'

test_expect_success 'its id goes to another job, which the tag tells' '
	for n in 1 2 3 4 5 6
	do
		send r/heir/$n true "\"hold\": true" || return
		test "$job" -lt "$lost" || break
	done &&
	test "$job" = "$lost" && test "$(state "$lost")" = held &&
	expect "d[\"jobs\"][0][\"tag\"]" "r/heir/$n"
'

test_expect_success 'and it is safe from a cancel that means the lost one' '
	ask cancel "\"jobs\": [\"$lost\"], \"tags\": [\"r/lost/1\"]" &&
	expect "d[\"results\"][0][\"result\"]" not_found &&
	test "$(state "$lost")" = held &&
	ask cancel "\"jobs\": [\"$lost\"], \"tags\": [\"r/heir/$n\"]" &&
	wait_until "$lost" ended && adapter_stop
'

test_done
