#!/bin/sh
test_description='fedtwin-rest: arrays through a real slurmrestd'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/slurm.sh"
. "$FT_SRCDIR/t/adapter.sh"

slurm_need_rest

result_is() { # WANT
	expect "d[\"results\"][0][\"result\"]" "$1"
}

test_expect_success 'as large as the site allows, and one larger' '
	slurm_start alpha --rest --cpus 8 --conf MaxArraySize=100 &&
	slurm_token alpha && slurm_rest alpha >site.json &&
	adapter_start fedtwin-rest site.json &&
	ask submit "\"jobs\": [$(adapter_job r/large/1 true "\"array\": 101")]" &&
	result_is rejected && test_grep "array" answer &&
	send r/large/2 true "\"array\": 100, \"hold\": true" &&
	ask find_by_tag "\"prefix\": \"r/large/\"" && expect "d[\"complete\"]" &&
	expect "len(d[\"jobs\"])" 100 && expect "d[\"jobs\"][99][\"job\"]" "${job}_99" &&
	expect "{j[\"state\"] for j in d[\"jobs\"]} == {\"held\"}" &&
	ask status "\"jobs\": [\"$job\", \"${job}_100\"]" && expect "d[\"complete\"]" &&
	expect "[j[\"state\"] for j in d[\"jobs\"]]" "[\"not_found\", \"not_found\"]"
'

test_expect_success 'it is ended as a whole, by its tag' '
	ask cancel "\"jobs\": [\"$job\"], \"tags\": [\"r/large/1\"]" &&
	result_is not_found && test "$(states "$job" 0 99)" = "held held" &&
	ask cancel "\"jobs\": [\"$job\"], \"tags\": [\"r/large/2\"]" &&
	result_is ok && states "$job" 0 >got && test_grep "ended\|not_found" got
'

test_expect_success 'each element has its own end, and its own files' '
	send r/array/1 "echo \$SLURM_ARRAY_TASK_ID; exit \$SLURM_ARRAY_TASK_ID" \
		"\"array\": 4, \"stdout\": \"$PWD/100%-%a.out\"" &&
	test_wait_for 60 all_ended r/array/ 4 &&
	ask status "\"jobs\": [\"${job}_0\", \"${job}_3\", \"${job}_2\",
		\"${job}_1\", \"${job}_4\"]" &&
	expect "[j.get(\"exit_code\") for j in d[\"jobs\"]]" "[0, 3, 2, 1, null]" &&
	expect "d[\"jobs\"][4][\"state\"]" not_found &&
	expect "{j[\"tag\"] for j in d[\"jobs\"][:4]} == {\"r/array/1\"}" &&
	echo 3 >want && test_cmp want "100%-3.out"
'

test_expect_success 'one that waits is cancelled, the others run' '
	send r/wait/1 true "\"array\": 4, \"hold\": true" &&
	ask cancel "\"jobs\": [\"${job}_2\"], \"tags\": [\"r/wait/2\"]" &&
	result_is not_found &&
	ask cancel "\"jobs\": [\"${job}_2\"], \"tags\": [\"r/wait/1\"]" && result_is ok &&
	test "$(states "$job" 0 1 2 3)" = "held held not_found held" &&
	ask release "\"jobs\": [\"$job\"], \"tags\": [\"r/wait/1\"]" && result_is ok &&
	test_wait_for 60 all_ended r/wait/ 3
'

# The list "0,3-4,7-8,11-12,..." is longer than the 64 characters of slurmrestd.
test_expect_success 'a list that is cut: nothing is concluded from it' '
	send r/cut/1 true "\"array\": 100, \"hold\": true" &&
	slurm_on alpha scancel "${job}_[$(seq -s , 1 4 99),$(seq -s , 2 4 99)]" &&
	ask status "\"jobs\": [\"${job}_0\", \"${job}_3\", \"${job}_99\"]" &&
	expect "d[\"complete\"]" false &&
	expect "[j[\"job\"] for j in d[\"jobs\"]] == [\"${job}_0\", \"${job}_3\"]" &&
	ask find_by_tag "\"prefix\": \"r/cut/\"" && expect "d[\"complete\"]" false &&
	expect "0 < len(d[\"jobs\"]) < 50" &&
	ask cancel "\"jobs\": [\"${job}_99\"], \"tags\": [\"r/cut/2\"]" &&
	result_is not_found &&
	ask cancel "\"jobs\": [\"${job}_99\"], \"tags\": [\"r/cut/1\"]" && result_is ok &&
	ask cancel "\"jobs\": [\"$job\"], \"tags\": [\"r/cut/1\"]" && result_is ok &&
	adapter_stop
'

test_done
