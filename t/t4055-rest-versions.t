#!/bin/sh
test_description='fedtwin-rest: what each version of slurmrestd says and takes'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/adapter.sh"

# The real one is in t4050; Debian has no newer one.  The replies here have the
# form that Slurm's data parsers of these versions give.

test_need fedtwin-rest

says() { # METHOD /PATH: what it is answered with is on stdin
	cat >"says/new" && mv says/new "says/$1$(echo "$2" | tr / _)"
}

# A site that offers the versions given; the last one counts.
offer() {
	for version
	do
		echo "\"/slurm/$version/ping\": {}, \"/slurmdb/$version/job\": {},"
	done >paths &&
	echo "{\"paths\": {$(cat paths) \"/slurm/v0.1.0/ping\": {}}}" |
		says GET /openapi/v3 &&
	echo "{\"meta\": {\"slurm\": {\"release\": \"25.05\", \"cluster\": \"far\"}}}" |
		says GET "/slurm/$version/diag" &&
	adapter_start fedtwin-rest site.json && expect "d[\"api\"]" "$version"
}

sent() { # EXPRESSION WANT: of the job that was submitted last
	grep ^POST says/log | tail -n 1 | sed "s/^[^{]*//" >body &&
	sent_got=$(test_json "$1" body) && test "$sent_got" = "$2" && return
	echo "$1 is $sent_got, not $2" >&2
	return 1
}

submit() { # VERSION
	echo "{\"job_id\": 12}" | says POST "/slurm/$1/job/submit" &&
	ask submit "\"jobs\": [$(adapter_job r/a/1 true "\"nodes\": 1, \"ranks\": 2,
		\"gpus\": 1, \"exclude\": [\"n1\", \"n2\"], \"signal_s\": 60, \"walltime_s\": 61,
		\"env\": {\"A\": \"b=c\"}, \"hold\": true")]" &&
	expect "d[\"results\"][0][\"job\"]" 12 &&
	sent "d[\"job\"][\"comment\"]" r/a/1 && sent "d[\"job\"][\"time_limit\"]" 2 &&
	sent "d[\"job\"][\"hold\"]" true && sent "d[\"job\"][\"tasks_per_node\"]" 2
}

test_expect_success 'a server' '
	mkdir says &&
	{ "$PYTHON" "$FT_SRCDIR/t/junk_server.py" says 7>&- 8>&- & } &&
	server=$! && test_at_exit "kill $server" &&
	test_wait_for 30 test -s says/url &&
	echo "{\"site\": \"far\", \"endpoint\": {\"url\": \"$(cat says/url)/\"}}" >site.json
'

test_expect_success 'up to v0.0.38 a job is options of sbatch' '
	for v in v0.0.36 v0.0.37 v0.0.38
	do
		offer $v && submit $v && sent "d[\"script\"][:2]" "#!" &&
		sent "d[\"job\"][\"environment\"][\"A\"]" "b=c" &&
		sent "d[\"job\"][\"no_requeue\"]" true &&
		sent "d[\"job\"][\"exclude_nodes\"]" n1,n2 &&
		sent "d[\"job\"][\"gres\"]" gpu:1 && sent "d[\"job\"][\"nodes\"]" "[1, 1]" &&
		sent "sorted(k for k in d[\"job\"] if \"signal\" in k or \"warn\" in k)" "[]" &&
		adapter_stop || return
	done
'

test_expect_success 'from v0.0.39 on it has fields of its own' '
	for v in v0.0.39 v0.0.40 v0.0.41 v0.0.42
	do
		offer v0.0.38 $v && submit $v &&
		sent "\"A=b=c\" in d[\"job\"][\"environment\"]" true &&
		sent "d[\"job\"][\"requeue\"]" false &&
		sent "d[\"job\"][\"excluded_nodes\"]" n1,n2 &&
		sent "d[\"job\"][\"minimum_nodes\"], d[\"job\"][\"maximum_nodes\"]" "[1, 1]" &&
		sent "d[\"job\"][\"minimum_cpus\"]" 2 &&
		sent "d[\"job\"][\"kill_warning_flags\"]" "[\"BATCH_JOB\"]" &&
		sent "d[\"job\"][\"kill_warning_delay\"]" 60 &&
		case $v in
		v0.0.39) sent "d[\"job\"][\"tres_per_node\"]" gres:gpu:1 ;;
		*) sent "d[\"job\"][\"tres_per_node\"]" gres/gpu:1 ;;
		esac &&
		case $v in
		v0.0.4[12]) sent "d[\"job\"][\"script\"][:2]" "#!" ;;
		*) sent "d[\"script\"][:2]" "#!" ;;
		esac && adapter_stop || return
	done
'

test_expect_success 'v0.0.39: raw exit codes that are set or not' '
	offer v0.0.39 && says GET /slurm/v0.0.39/jobs <<-\EOT &&
	{"jobs": [{"job_id": 1, "comment": "r/a/1", "job_state": "FAILED",
	  "exit_code": {"set": true, "infinite": false, "number": 768},
	  "derived_exit_code": {"set": true, "infinite": false, "number": 9},
	  "priority": {"set": true, "infinite": false, "number": 5}, "hold": false,
	  "start_time": 1700000000, "end_time": 1700000001},
	 {"job_id": 2, "comment": "r/a/2", "job_state": "PENDING", "hold": true,
	  "state_reason": "JobHeldUser", "exit_code": {"set": false, "number": 0}}]}
	EOT
	ask status "\"jobs\": [\"1\", \"2\"]" &&
	expect "d[\"jobs\"][0][\"outcome\"], d[\"jobs\"][0][\"exit_code\"]" "[\"error\", 3]" &&
	expect "d[\"jobs\"][0][\"step\"][\"signal\"]" 9 &&
	expect "d[\"jobs\"][0][\"start_s\"]" 1700000000 &&
	expect "d[\"jobs\"][1][\"state\"], d[\"jobs\"][1][\"reason\"]" \
		"[\"held\", \"JobHeldUser\"]" && adapter_stop
'

test_expect_success 'v0.0.42: states are lists, exit codes have a status' '
	offer v0.0.40 v0.0.42 && says GET /slurm/v0.0.42/jobs <<-\EOT &&
	{"jobs": [{"job_id": 1, "comment": "r/a/1", "job_state": ["FAILED"],
	  "exit_code": {"status": ["ERROR"], "return_code": {"set": true, "infinite": false,
	   "number": 3}, "signal": {"id": {"set": false, "infinite": false, "number": 0}, "name": ""}},
	  "end_time": {"set": true, "infinite": false, "number": 1700000001},
	  "restart_cnt": 1, "node_count": {"set": true, "infinite": false, "number": 2}},
	 {"job_id": 2, "comment": "r/a/2", "job_state": ["FAILED"], "exit_code": {"status":
	  ["SIGNALED"], "return_code": {"set": false}, "signal": {"id": {"set": true, "number": 15}}}},
	 {"job_id": 3, "comment": "r/a/3", "job_state": ["COMPLETED", "COMPLETING"],
	  "exit_code": {"status": ["SUCCESS"], "return_code": {"set": true, "number": 0}}},
	 {"job_id": 4, "comment": "r/a/4", "job_state": ["PENDING", "REQUEUE_HOLD"]},
	 {"job_id": 5, "comment": "r/a/5", "job_state": ["RUNNING", "CONFIGURING"]},
	 {"job_id": 6, "comment": "r/a/6", "job_state": ["OUT_OF_MEMORY"], "exit_code": {"status":
	  ["SIGNALED"], "return_code": {"set": true, "number": 0},
	  "signal": {"id": {"set": true, "number": 125}}}},
	 {"job_id": 7, "comment": "r/a/7", "job_state": ["CANCELLED"],
	  "exit_code": {"status": ["PENDING"], "return_code": {"set": false}}},
	 {"job_id": 8, "comment": "r/a/8", "job_state": ["FUSED"]}]}
	EOT
	ask find_by_tag "\"prefix\": \"r/a/1\"" && expect "d[\"complete\"]" &&
	ask find_by_tag "\"prefix\": \"r/a/\"" && expect "d[\"complete\"]" false &&
	expect "len(d[\"jobs\"])" 7 &&
	expect "\" \".join(j[\"state\"] for j in d[\"jobs\"][:7])" \
		"ended ended ending held queued ended ended" &&
	expect "\" \".join(str(j.get(\"outcome\")) for j in d[\"jobs\"][:7])" \
		"error error None None None oom cancelled" &&
	expect "[j.get(\"exit_code\", -1) for j in d[\"jobs\"][:7]]" \
		"[3, 0, -1, -1, -1, 0, -1]" &&
	expect "[j.get(\"signal\", -1) for j in d[\"jobs\"][:7]]" \
		"[0, 15, -1, -1, -1, 9, -1]" &&
	expect "d[\"jobs\"][0][\"restarts\"], d[\"jobs\"][0][\"node_count\"]" "[1, 2]" &&
	echo "{\"jobs\": [{\"job_id\": 9, \"comment\": {\"job\": \"r/a/9\"}, \"nodes\": \"n7\",
		\"state\": {\"current\": [\"FAILED\"], \"reason\": \"None\"}, \"exit_code\":
		{\"status\": [\"ERROR\"], \"return_code\": {\"set\": true, \"number\": 4}}}]}" |
		says GET /slurmdb/v0.0.42/job/9 &&
	ask status "\"jobs\": [\"9\"]" && expect "d[\"jobs\"][0][\"exit_code\"]" 4 &&
	expect "d[\"jobs\"][0][\"host\"]" n7
'

test_expect_success 'v0.0.42: queues and nodes' '
	says GET /slurm/v0.0.42/partitions <<-\EOT &&
	{"meta": {"slurm": {"cluster": "far"}}, "partitions": [{"name": "main",
	  "nodes": {"configured": "n[1-2]", "total": 2}, "partition": {"state": ["UP"]},
	  "maximums": {"time": {"set": true, "infinite": false, "number": 60},
	   "nodes": {"set": false, "infinite": true, "number": 0}}}]}
	EOT
	says GET /slurm/v0.0.42/nodes <<-\EOT &&
	{"nodes": [{"name": "n1", "cpus": 8, "real_memory": 2000, "gres": "gpu:a100:2(S:0-1)",
	  "state": ["IDLE"], "partitions": ["main"]},
	 {"name": "n2", "cpus": 4, "real_memory": 1000, "gres": "gpu:2(", "state": ["IDLE", "DRAIN"],
	  "partitions": ["main"]}, {"name": "n3", "cpus": 64, "partitions": ["other"]}]}
	EOT
	echo "{\"statistics\": {\"req_time\": {\"set\": true, \"number\": 1700000000}}}" |
		says GET /slurm/v0.0.42/diag && ask probe &&
	expect "d[\"cluster\"]" far && expect "d[\"time_s\"]" 1700000000.0 &&
	expect "[d[\"queues\"][0][k] for k in (\"nodes\", \"nodes_up\", \"cores_per_node\",
		\"memory_per_node_bytes\", \"gpus_per_node\", \"max_walltime_s\", \"max_nodes\")]" \
		"[2, 1, 4, 1048576000, 2, 3600, null]" && adapter_stop
'

test_done
