#!/bin/sh
test_description='fedtwin-rest: a real slurmrestd over TCP, TLS and a socket'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/slurm.sh"
. "$FT_SRCDIR/t/adapter.sh"

slurm_need_rest

conform() { # WHERE
	slurm_rest alpha "$1" 20 >site.json &&
	"$PYTHON" "$FT_SRCDIR/share/adapters/conform.py" --within 40 \
		fedtwin-rest site.json >out 2>err && test_grep ! "^not ok" out &&
	test_grep "^1..19$" out
}

shown() { # JOB PATTERN
	slurm_on alpha scontrol -d -o show job "$1" >shown && test_grep "$2" shown
}

# rejected MEMBERS WHY: a job that can never start
rejected() {
	ask submit "\"jobs\": [$(adapter_job r/never/1 true "$1")]" &&
	expect "d[\"results\"][0][\"result\"]" rejected &&
	test_grep "$2" answer
}

test_expect_success 'over TCP it keeps to the protocol' '
	slurm_start alpha --rest --node Gres=gpu:2 --conf GresTypes=gpu &&
	slurm_token alpha && conform url &&
	test "$(grep SKIP out | sed "s/.*SKIP//" | tr -d "\n")" = " no estimate"
'

test_expect_success 'over a Unix socket without a token, too' '
	slurm_rest_own alpha && conform own
'

test_expect_success 'over TLS, what it offers' '
	slurm_rest alpha tls >site.json && adapter_start fedtwin-rest site.json &&
	expect "d[\"adapter\"]" slurmrest && expect "len(d[\"api\"])" 7 &&
	ask probe && expect "d[\"queues\"][0][\"name\"]" debug &&
	expect "[d[\"queues\"][0][k] for k in (\"up\", \"nodes\", \"nodes_up\",
		\"cores_per_node\", \"gpus_per_node\", \"max_nodes\",
		\"memory_per_node_bytes\", \"max_walltime_s\")]" \
		"[true, 2, 2, 2, 2, null, 2097152000, null]" &&
	expect "abs(d[\"time_s\"] - __import__(\"time\").time()) < 60" &&
	expect "d[\"accounting\"]" false
'

test_expect_success 'a job as it was asked for' '
	send "r/all of it/1" "exit 0" "\"nodes\": 1, \"ranks\": 2, \"threads\": 1,
		\"gpus\": 1, \"memory_bytes\": 104857601, \"walltime_s\": 61,
		\"queue\": \"debug\", \"exclude\": [\"n1\"], \"hold\": true,
		\"signal_s\": 60, \"env\": {\"A\": \"b=c\"}" &&
	shown "$job" "Comment=r/all of it/1" && shown "$job" "Requeue=0" &&
	shown "$job" "TimeLimit=00:02:00" && shown "$job" "ExcNodeList=n1" &&
	shown "$job" "NumNodes=1\(-1\)\? NumCPUs=2 NumTasks=2" &&
	shown "$job" "MinMemoryNode=101M" && shown "$job" "gpu:1" &&
	shown "$job" "Partition=debug" && test "$(state "$job")" = held &&
	ask release "\"jobs\": [\"$job\"]" && wait_until "$job" ended &&
	expect "d[\"jobs\"][0][\"host\"]" n2 &&
	expect "[d[\"jobs\"][0][k] for k in (\"exit_code\", \"signal\", \"restarts\")]" \
		"[0, 0, 0]"
'

test_expect_success 'whichever of its versions is asked for' '
	adapter_stop && cp site.json newest.json && : >spoken &&
	for v in 36 37 38 39 40 41 42
	do
		sed "s/\"endpoint\": {/&\"api\": \"v0.0.$v\", /" newest.json >site.json &&
		adapter_start fedtwin-rest site.json || return
		if grep -q "does not offer" answer
		then
			adapter_stop && continue
		fi
		expect "d[\"api\"]" "v0.0.$v" && echo "$v" >>spoken &&
		send "r/v$v/1" "exit 3" "\"hold\": true, \"nodes\": 1, \"ranks\": 2,
			\"exclude\": [\"n1\"], \"memory_bytes\": 104857600,
			\"walltime_s\": 61, \"gpus\": 1" &&
		test "$(state "$job")" = held && shown "$job" "Requeue=0" &&
		shown "$job" "TimeLimit=00:02:00" && shown "$job" "ExcNodeList=n1" &&
		ask release "\"jobs\": [\"$job\"]" && wait_until "$job" ended &&
		expect "d[\"jobs\"][0][\"exit_code\"]" 3 && ask probe &&
		expect "d[\"queues\"][0][\"nodes\"]" 2 && adapter_stop || return
	done &&
	test_line_count -gt 1 spoken && cp newest.json site.json &&
	adapter_start fedtwin-rest site.json
'

test_expect_success 'what the site will never have is rejected at once' '
	rejected "\"nodes\": 3, \"ranks\": 3" "3 nodes are more than the 2" &&
	rejected "\"ranks\": 5" "5 cores are more than the 4" &&
	rejected "\"threads\": 3" "3 cores of a node are more than the 2" &&
	rejected "\"nodes\": 1, \"ranks\": 3" "3 cores of a node" &&
	rejected "\"memory_bytes\": 2097152001" "2001 MiB of a node" &&
	rejected "\"gpus\": 3" "3 GPUs of a node are more than the 2" &&
	rejected "\"queue\": \"nowhere\"" "partition" &&
	send r/fits/1 true "\"nodes\": 2, \"ranks\": 4, \"gpus\": 2,
		\"memory_bytes\": 2097152000" && wait_until "$job" ended
'

test_expect_success 'the job of somebody else with our id is let alone' '
	other=$(slurm_on alpha sbatch --parsable -o /dev/null --wrap "sleep 60") &&
	test "$(state "$other")" = not_found &&
	ask cancel "\"jobs\": [\"$other\"]" &&
	expect "d[\"results\"][0][\"result\"]" not_found &&
	slurm_on alpha scancel "$other"
'

test_expect_success 'requests before open, and a version that it has not' '
	echo "{\"id\": 1, \"op\": \"probe\"}" | fedtwin-rest >answer &&
	expect "d[\"ok\"]" false && test_grep "no site was opened" answer &&
	adapter_stop && sed "s/\"endpoint\": {/&\"api\": \"v0.0.9\", /" \
		site.json >api.json && adapter_start fedtwin-rest api.json &&
	expect "d[\"error\"]" rejected &&
	test_grep "slurmrestd does not offer v0.0.9" answer && adapter_stop
'

test_done
