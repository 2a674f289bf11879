#!/bin/sh
test_description='fedtwin-slurm: jobs that the controller has forgotten'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/slurm.sh"
. "$FT_SRCDIR/t/adapter.sh"

slurm_need
test_need slurmdbd mariadbd mariadb-install-db

# The controller of the cluster $1 has forgotten the job $2.
forgotten() {
	! slurm_on "$1" scontrol show job "$2"
}

test_expect_success 'without accounting: not found, in a complete answer' '
	slurm_start bare --nodes 1 --conf MinJobAge=2 &&
	slurm_site bare >bare.json && adapter_start fedtwin-slurm bare.json &&
	send r/bare/1 "exit 3" && wait_until "$job" ended && old=$job &&
	slurm_start alpha --accounting --conf MinJobAge=2 &&
	test_wait_for 120 forgotten bare "$old" &&
	test "$(state "$old")" = not_found && expect "d[\"complete\"]" &&
	adapter_stop && slurm_stop bare
'

test_expect_success 'with it: how they ended, and whose they were' '
	slurm_site alpha 20 >site.json && adapter_start fedtwin-slurm site.json &&
	ask probe && expect "d[\"accounting\"]" &&
	send r/kept/1 "exit 3" && failed=$job &&
	send r/kept/2 "kill -SEGV \$\$" && killed=$job &&
	send r/kept/3 "touch began; exec sleep 600" && cancelled=$job &&
	send r/kept/4 "exit \$SLURM_ARRAY_TASK_ID" "\"array\": 3" && array=$job &&
	test_wait_for 60 test -f began && slurm_on alpha scancel "$cancelled" &&
	for job in "$failed" "$killed" "$cancelled" "${array}_2"
	do
		wait_until "$job" ended || return
	done &&
	for job in "$failed" "$killed" "$cancelled" "${array}_2"
	do
		test_wait_for 120 forgotten alpha "$job" || return
	done &&
	ask status "\"jobs\": [\"$failed\", \"$killed\", \"$cancelled\",
		\"${array}_2\", \"${array}_0\", \"4711\"]" &&
	test_json "[j.get(\"outcome\") for j in d[\"jobs\"]]" answer >got &&
	echo "[\"error\", \"error\", \"cancelled\", \"error\", \"ok\", null]" >want &&
	test_cmp want got &&
	expect "d[\"jobs\"][0][\"exit_code\"]" 3 &&
	expect "d[\"jobs\"][1][\"signal\"]" 11 &&
	expect "d[\"jobs\"][3][\"exit_code\"]" 2 &&
	expect "[j.get(\"tag\") for j in d[\"jobs\"]]" \
		"[\"r/kept/1\", \"r/kept/2\", \"r/kept/3\", \"r/kept/4\", \"r/kept/4\", null]" &&
	expect "d[\"jobs\"][0][\"host\"]" n1 &&
	expect "d[\"jobs\"][0][\"end_s\"] >= d[\"jobs\"][0][\"start_s\"] > 1e9" &&
	expect "d[\"jobs\"][5][\"state\"]" not_found
'

test_expect_success 'accounting away: left out, and the answer not complete' '
	slurm_ask alpha stop slurmdbd &&
	send r/now/1 "exit 0" && wait_until "$job" ended &&
	ask status "\"jobs\": [\"$job\", \"$failed\"]" &&
	expect "d[\"complete\"]" false &&
	expect "[j[\"job\"] for j in d[\"jobs\"]]" "[\"$job\"]" &&
	slurm_ask alpha start slurmdbd && wait_until "$failed" ended
'

test_done
