#!/bin/sh
test_description='fedtwin-slurm: jobs are what was asked for, or refused'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/slurm.sh"
. "$FT_SRCDIR/t/adapter.sh"

slurm_need

refused() { # REASON JOB
	ask submit "\"jobs\": [$2]" &&
	expect "d['results'][0]['result']" rejected &&
	test_grep "$1" answer
}

refuse() { # REASON MEMBERS
	refused "$1" "$(adapter_job r/bad/1 true "$2")"
}

shown() { # WORD...: scontrol says so of $job
	slurm_on alpha scontrol -d show job "$job" >shown || return
	for shown_word
	do
		test_grep " *$shown_word\( \|$\)" shown || return
	done
}

test_expect_success 'open says what there is, before any contact' '
	slurm_start alpha --conf GresTypes=gpu --conf MaxJobCount=12 \
		--conf MaxArraySize=8 --node "Gres=gpu:2 Feature=fast" \
		--conf "PartitionName=short Nodes=n1 MaxTime=2" &&
	slurm_site alpha >site.json &&
	SECRET=x adapter_start fedtwin-slurm site.json &&
	expect "d[\"ok\"] and d[\"protocol\"] == 1" &&
	expect "sorted(d[\"features\"])" "[\"array\", \"changes\", \"estimate\", \"hold\"]"
'

test_expect_success 'probe: limits, partitions, nodes, the clock' '
	before=$(date +%s) && ask probe && after=$(date +%s) &&
	expect "$before <= d[\"time_s\"] <= $after" &&
	expect "d[\"cluster\"]" alpha &&
	expect "d[\"limits\"]" \
		"{\"max_array\": 8, \"max_jobs\": 12, \"min_job_age_s\": 60}" &&
	expect "[q[\"name\"] for q in d[\"queues\"]]" "[\"debug\", \"short\"]" &&
	expect "d[\"queues\"][0][\"default\"]" &&
	expect "d[\"queues\"][0][\"nodes_up\"]" 2 &&
	expect "d[\"queues\"][0][\"cores_per_node\"]" 2 &&
	expect "d[\"queues\"][0][\"memory_per_node_bytes\"]" 2097152000 &&
	expect "d[\"queues\"][0][\"gpus_per_node\"]" 2 &&
	expect "d[\"queues\"][0][\"max_walltime_s\"]" null &&
	expect "d[\"queues\"][1][\"max_walltime_s\"]" 120
'

test_expect_success 'where, with what, and nothing of our own environment' '
	send r/env/1 "env; pwd >&2; exit 5" "\"ranks\": 3, \"threads\": 1,
		\"nodes\": 0, \"env\": {\"MINE\": \"a b\"}, \"walltime_s\": 61,
		\"memory_bytes\": 104857601" &&
	shown Requeue=0 TimeLimit=00:02:00 NumTasks=3 \
		Comment=r/env/1 Partition=debug MinMemoryNode=101M &&
	wait_until "$job" ended &&
	expect "d[\"jobs\"][0][\"exit_code\"]" 5 &&
	expect "d[\"jobs\"][0][\"tag\"]" r/env/1 &&
	test_grep "^MINE=a b$" r-env-1.out &&
	test_grep "^SLURM_NTASKS=3$" r-env-1.out &&
	test_grep ! "^SECRET=" r-env-1.out &&
	pwd >want && test_cmp want r-env-1.err
'

test_expect_success 'two nodes, as many ranks on each' '
	send r/two/1 "srun hostname" "\"ranks\": 4, \"nodes\": 2" &&
	wait_until "$job" ended &&
	printf "n1\nn1\nn2\nn2\n" >want && sort r-two-1.out >got &&
	test_cmp want got &&
	expect "d[\"jobs\"][0][\"node_count\"]" 2
'

test_expect_success 'excluded nodes, a percent sign in a name' '
	send r/n%2/1 hostname "\"exclude\": [\"n1\"]" &&
	wait_until "$job" ended && echo n2 >want && test_cmp want r-n%2-1.out
'

test_expect_success 'what sbatch would refuse is refused' '
	good="\"tag\": \"t\", \"script\": \"#!/bin/sh\\n\"" &&
	refused "no tag" "{\"script\": \"#!/bin/sh\\n\", \"dir\": \"$PWD\"}" &&
	refused "begin with .#!" "{\"tag\": \"t\", \"dir\": \"$PWD\",
		\"script\": \"echo\\n\"}" &&
	refused "DOS line breaks" "{\"tag\": \"t\", \"dir\": \"$PWD\",
		\"script\": \"#!/bin/sh\\r\\n\"}" &&
	refused "begin with .#!" "{\"tag\": \"t\", \"dir\": \"$PWD\",
		\"script\": \"#!/bin/sh\\u0000\"}" &&
	refused "not an absolute path" "{$good, \"dir\": \"here\"}" &&
	refused "no directory" "{$good, \"dir\": \"$PWD/nowhere\"}" &&
	refuse "nodes are too many" "\"nodes\": 2, \"ranks\": 1" &&
	refuse ".ranks. cannot be 0" "\"ranks\": 0" &&
	refuse ".memory_bytes. cannot be -1" "\"memory_bytes\": -1" &&
	refuse ".signal_s. cannot be" "\"signal_s\": 70000" &&
	refuse "cannot be a node" "\"exclude\": [\"n1,n2\"]" &&
	refuse "backslash" "\"stdout\": \"/tmp/a\\\\\\\\b\"" &&
	refuse "cannot be a variable" "\"env\": {\"A=B\": \"x\"}"
'

test_expect_success 'a script of 4 MiB, and one that is a byte longer' '
	"$PYTHON" - "$PWD" <<-\EOT >long &&
	import json, sys
	def job(tag, n):
	    return json.dumps({"tag": tag, "dir": sys.argv[1], "hold": True,
	                       "script": "#!/bin/sh\n".ljust(n, "#")})
	print(job("r/long/1", 4 << 20))
	print(job("r/long/2", (4 << 20) + 1))
	EOT
	refused "larger than 4 MiB" "$(tail -n 1 long)" &&
	ask submit "\"jobs\": [$(head -n 1 long)]" &&
	expect "d[\"results\"][0][\"result\"]" ok &&
	job=$(test_json "d[\"results\"][0][\"job\"]" answer) &&
	ask cancel "\"jobs\": [\"$job\"]"
'

test_expect_success 'what would wait for ever is refused' '
	refuse "never start" "\"ranks\": 3, \"nodes\": 3" &&
	refuse "never start" "\"ranks\": 5" &&
	refuse "never start" "\"memory_bytes\": 2098000000" &&
	refuse "never start" "\"queue\": \"nono\"" &&
	refuse "never start" "\"queue\": \"short\", \"walltime_s\": 121" &&
	refuse "never start" "\"constraint\": \"nosuch\"" &&
	refuse "never start" "\"gpus\": 3" &&
	send r/fits/1 true "\"queue\": \"short\", \"walltime_s\": 120" &&
	send r/fits/2 true "\"memory_bytes\": 2097152000" &&
	send r/fits/3 true "\"gpus\": 2, \"constraint\": \"fast\"" &&
	shown "TresPerNode=gres[:/]gpu:2" Features=fast
'

test_expect_success 'not so when it only has to wait for a node' '
	slurm_on alpha scontrol update nodename=n2 state=drain reason=test &&
	send r/waits/1 true "\"nodes\": 2, \"ranks\": 4" &&
	test "$(state "$job")" = queued &&
	slurm_on alpha scontrol update nodename=n2 state=resume &&
	wait_until "$job" ended && expect "d[\"jobs\"][0][\"outcome\"]" ok
'

test_expect_success 'a held job waits for its release, and again' '
	send r/held/1 true "\"hold\": true" &&
	test "$(state "$job")" = held &&
	ask release "\"jobs\": [\"$job\"], \"tags\": [\"r/other/1\"]" &&
	expect "d[\"results\"][0][\"result\"]" not_found &&
	test "$(state "$job")" = held &&
	ask release "\"jobs\": [\"$job\"], \"tags\": [\"r/held/1\"]" &&
	expect "d[\"results\"][0][\"result\"]" ok &&
	wait_until "$job" ended
'

test_expect_success 'estimate: a start, and nothing is submitted' '
	before=$(date +%s) &&
	ask estimate "\"jobs\": [$(adapter_job r/est/1 true),
		$(adapter_job r/est/2 true "\"ranks\": 5")]" &&
	expect "d[\"results\"][0][\"start_s\"] >= $before" &&
	expect "d[\"results\"][1][\"result\"]" rejected &&
	ask find_by_tag "\"prefix\": \"r/est/\"" && expect "d[\"jobs\"]" "[]"
'

test_expect_success 'of several, each has its own result; then it is full' '
	"$PYTHON" - "$PWD" <<-\EOT >jobs &&
	import json, sys
	print(json.dumps([{"tag": f"r/many/{i}", "dir": sys.argv[1], "hold": True,
	    "ranks": 5 if i == 1 else 1, "script": "#!/bin/sh\n"}
	    for i in range(14)]))
	EOT
	ask submit "\"jobs\": $(cat jobs)" &&
	test_json "\" \".join(r[\"result\"] for r in d[\"results\"])" answer \
		>got &&
	test_grep "^ok rejected ok .*retry_after$" got &&
	ask find_by_tag "\"prefix\": \"r/many/\"" &&
	expect "len(d[\"jobs\"]) == $(grep -o ok got | wc -l)"
'

test_expect_success 'requests that are none' '
	echo nonsense >&7 && read -r line <&8 && echo "$line" >answer &&
	expect "d[\"error\"]" protocol && expect "d[\"id\"]" null &&
	ask frobnicate && expect "d[\"error\"]" unsupported &&
	ask submit && expect "d[\"error\"]" protocol &&
	ask submit "\"jobs\": []" && expect "d[\"results\"]" "[]" &&
	ask find_by_tag && expect "d[\"error\"]" protocol &&
	ask close && expect "d[\"ok\"]" && adapter_stop
'

test_expect_success 'a file that is not there, and no minute lost over it' '
	echo "{\"endpoint\": {\"config\": \"/nowhere/slurm.conf\"}}" >none.json &&
	{ adapter_start fedtwin-slurm none.json || :; } &&
	expect "d[\"error\"]" rejected &&
	test_grep "cannot read ./nowhere/slurm.conf" answer &&
	adapter_stop
'

test_done
