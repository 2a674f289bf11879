#!/bin/sh
test_description='fedtwin-rest: jobs that only the accounting remembers'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/slurm.sh"
. "$FT_SRCDIR/t/adapter.sh"

slurm_need_rest
test_need slurmdbd mariadbd mariadb-install-db

forgotten() { # JOB
	! slurm_on alpha scontrol show job "$1"
}

test_expect_success 'how they ended, and whose they were' '
	slurm_start alpha --rest --accounting --nodes 1 --conf MinJobAge=2 &&
	slurm_token alpha && slurm_rest alpha url 20 >site.json &&
	adapter_start fedtwin-rest site.json && expect "d[\"ok\"]" &&
	ask probe && expect "d[\"accounting\"]" &&
	send r/kept/1 "exit 3" && failed=$job &&
	send r/kept/2 "exit 0" && good=$job &&
	send r/kept/3 "touch began; exec sleep 600" && cancelled=$job &&
	other=$(slurm_on alpha sbatch --parsable -o /dev/null --wrap true) &&
	test_wait_for 40 test -f began && slurm_on alpha scancel "$cancelled" &&
	for job in "$failed" "$good" "$cancelled"
	do
		wait_until "$job" ended || return
	done &&
	for job in "$failed" "$good" "$cancelled" "$other"
	do
		test_wait_for 60 forgotten "$job" || return
	done &&
	ask status "\"jobs\": [\"$failed\", \"$good\", \"$cancelled\", \"$other\",
		\"4711\", \"no id\", \"../diag\"]" && expect "d[\"complete\"]" &&
	expect "\" \".join(str(j.get(\"outcome\")) for j in d[\"jobs\"])" \
		"error ok cancelled None None None None" &&
	expect "\" \".join(j.get(\"tag\", \"-\") for j in d[\"jobs\"])" \
		"r/kept/1 r/kept/2 r/kept/3 - - - -" &&
	expect "d[\"jobs\"][0][\"host\"]" n1 &&
	expect "d[\"jobs\"][0][\"end_s\"] >= d[\"jobs\"][0][\"start_s\"] > 1e9" &&
	expect "d[\"jobs\"][0].get(\"exit_code\") in (None, 3)" &&
	expect "d[\"jobs\"][1][\"exit_code\"]" 0
'

test_expect_success 'elements of an array, each for itself' '
	send r/kept/4 "exit \$SLURM_ARRAY_TASK_ID" "\"array\": 2" && array=$job &&
	test_wait_for 60 forgotten "$array" &&
	ask status "\"jobs\": [\"${array}_1\", \"${array}_0\", \"${array}_2\"]" &&
	expect "\" \".join(str(j.get(\"outcome\")) for j in d[\"jobs\"])" \
		"error ok None" && expect "d[\"jobs\"][0][\"tag\"]" r/kept/4
'

test_expect_success 'the accounting away: left out, and the answer not complete' '
	slurm_ask alpha stop slurmdbd &&
	send r/now/1 "exec sleep 600" && ask status "\"jobs\": [\"$job\", \"$failed\"]" &&
	expect "d[\"complete\"]" false &&
	expect "\" \".join(j[\"job\"] for j in d[\"jobs\"])" "$job" &&
	ask cancel "\"jobs\": [\"$job\"]" && slurm_ask alpha start slurmdbd &&
	wait_until "$failed" ended && adapter_stop
'

test_done
