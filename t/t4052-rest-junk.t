#!/bin/sh
test_description='fedtwin-rest: replies that no slurmrestd would give'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/adapter.sh"

test_need fedtwin-rest

V=v0.0.38

# says METHOD /PATH: what it is answered with is on stdin
says() {
	cat >"junk/new" && mv junk/new "junk/$1$(echo "$2" | tr / _)"
}

is_asked() { # METHOD /PATH: how often
	grep -c "^$1 $2\\( \\|\$\\)" junk/log
}

unavailable() { # OP MEMBERS PATTERN
	ask "$1" "$2" && expect "d[\"ok\"]" false &&
	expect "d[\"error\"]" unavailable && test_grep "$3" answer
}

jobs_are() { # what the site says of all jobs is on stdin
	says GET /slurm/$V/jobs
}

status_is() { # PATTERN: no status, for this reason
	unavailable status "\"jobs\": [\"1\"]" "$1"
}

# What comes of a job that is submitted when the reply is on stdin.
submit_gives() { # RESULT [PATTERN]
	says POST /slurm/$V/job/submit &&
	ask submit "\"jobs\": [$(adapter_job r/a/1 true), $(adapter_job r/b/1 true)]" &&
	expect "d[\"results\"][0][\"result\"]" "$1" && test_grep "${2-}" answer
}

test_expect_success 'a server, and a site that is opened' '
	mkdir junk &&
	{ "$PYTHON" "$FT_SRCDIR/t/junk_server.py" junk 7>&- 8>&- & } &&
	server=$! && test_at_exit "kill $server" &&
	test_wait_for 30 test -s junk/url &&
	echo "{\"paths\": {\"/slurm/v0.0.37/ping\": {}, \"/slurm/$V/ping\": {},
		\"/slurm/v9/x\": 1}}" | says GET /openapi/v3 &&
	echo "{\"meta\": {\"Slurm\": {\"release\": \"22.05.8\"}}, \"errors\": []}" |
		says GET /slurm/$V/diag &&
	(umask 077 && echo e30.e30.abcdefghijklmnopqrstuvwxyz >token) &&
	echo "{\"site\": \"junk\", \"answer_within\": 5, \"endpoint\":
		{\"url\": \"$(cat junk/url)\"}, \"identity\":
		{\"credential\": \"file:$PWD/token\"}}" >site.json &&
	adapter_start fedtwin-rest site.json &&
	expect "d[\"version\"]" 22.05.8 && expect "d[\"api\"]" $V
'

test_expect_success 'what is no JSON, cut, too deep, of the wrong kind' '
	echo "<html>hello</html>" | jobs_are && status_is "is not what slurmrestd" &&
	echo "{\"jobs\": [" | jobs_are && status_is "is not what" &&
	: | jobs_are && status_is "is not what" &&
	printf "{\"jobs\": [{\"comment\": \"\\377\"}]}" | jobs_are && status_is "is not" &&
	"$PYTHON" -c "print(\"[\" * 1000000)" | jobs_are && status_is "is not" &&
	"$PYTHON" -c "print(\"{\\\"jobs\\\":\" + \"[\" * 64 + \"]\" * 64 + \"}\")" |
		jobs_are && status_is "is not" &&
	echo "[1]" | jobs_are && status_is "is not" &&
	echo "{\"jobs\": 5}" | jobs_are && status_is "no list of jobs" &&
	printf "!short\n{\"jobs\": []}" | jobs_are && status_is "" &&
	echo "!headers" | jobs_are && status_is ""
'

test_expect_success 'a body without an end, or with an end too late' '
	echo "!endless" | jobs_are && status_is "larger than 64 MiB" &&
	began=$(date +%s) && echo "!trickle" | jobs_are && status_is "" &&
	echo "!stall never" | jobs_are && status_is "" &&
	test $(($(date +%s) - began)) -le 40
'

test_expect_success 'jobs of the wrong kind are none, others are seen' '
	cat >jobs.json <<-\EOT &&
	{"errors": null, "jobs": [5, null, "x", [], {}, {"job_id": "7", "comment": "r/x/1"},
	 {"job_id": -1, "comment": "r/x/1"}, {"job_id": 1e300, "comment": "r/x/1"},
	 {"job_id": 4294967296, "comment": "r/x/1", "job_state": "FAILED"},
	 {"job_id": 8, "comment": ["r/x/1"], "job_state": "FAILED"},
	 {"job_id": 9, "comment": "r/x\u0000/1", "job_state": "FAILED"},
	 {"job_id": 1, "comment": "r/x/1", "job_state": "FAILED", "exit_code": "no",
	  "end_time": {"set": 1}, "node_count": -3, "restart_cnt": 1e99, "batch_host": 4}]}
	EOT
	jobs_are <jobs.json && ask status "\"jobs\": [\"1\", \"7\", \"8\", \"9\"]" &&
	expect "d[\"complete\"]" &&
	expect "[j[\"state\"] for j in d[\"jobs\"]]" \
		"[\"ended\", \"not_found\", \"not_found\", \"not_found\"]" &&
	expect "\" \".join(sorted(d[\"jobs\"][0]))" \
		"job node_count outcome raw reason restarts state tag" &&
	ask find_by_tag "\"prefix\": \"r/\"" && expect "len(d[\"jobs\"])" 1
'

test_expect_success 'elements without an end, and none at all' '
	cat >arrays.json <<-\EOT &&
	{"jobs": [{"job_id": 1, "array_job_id": 1, "array_task_id": null, "comment": "r/x/1",
	  "job_state": "PENDING", "array_task_string": "3,0-4294967295"},
	 {"job_id": 2, "array_job_id": 2, "array_task_id": -7, "comment": "r/y/1",
	  "job_state": "PENDING"}, {"job_id": 3, "array_job_id": 3, "comment": "r/z/1",
	  "job_state": "PENDING", "array_task_string": ["0-3"]}]}
	EOT
	jobs_are <arrays.json && ask find_by_tag "\"prefix\": \"r/x/\"" >found &&
	expect "d[\"complete\"]" false && expect "len(d[\"jobs\"])" 100000 &&
	ask status "\"jobs\": [\"1_3\", \"2_0\", \"3_0\"]" &&
	expect "[j[\"state\"] for j in d[\"jobs\"]]" \
		"[\"queued\", \"not_found\", \"not_found\"]"
'

test_expect_success 'a state that is not known is no state' '
	echo "{\"jobs\": [{\"job_id\": 1, \"comment\": \"r/x/1\", \"job_state\": \"MELTED\"}]}" |
		jobs_are && ask status "\"jobs\": [\"1\"]" &&
	expect "d[\"complete\"]" false && expect "d[\"jobs\"]" "[]"
'

test_expect_success 'no redirection is followed, and the token not shown' '
	printf "!status 302 Location: %s/elsewhere\n" "$(cat junk/url)" | jobs_are &&
	status_is "HTTP status 302" && test_must_fail is_asked GET /elsewhere &&
	echo "!token" | jobs_are && ask status "\"jobs\": [\"1\"]" &&
	expect "d[\"error\"]" rejected && test_grep "words are not shown" answer &&
	test_must_fail grep efghijklmnop answer &&
	printf "%s\n" "{\"errors\": [{\"error_number\": 2000, \"error\": \"a\\tb\\nc\"}]}" | jobs_are &&
	ask status "\"jobs\": [\"1\"]" && expect "d[\"reason\"]" "a b c (2000)"
'

test_expect_success 'busy, forbidden, not there' '
	echo "!status 503" | jobs_are && ask status "\"jobs\": [\"1\"]" &&
	expect "d[\"error\"]" retry_after &&
	echo "!status 403" | jobs_are && ask status "\"jobs\": [\"1\"]" &&
	expect "d[\"error\"]" denied && test_must_fail grep expired answer &&
	echo "!status 401" | jobs_are && ask status "\"jobs\": [\"1\"]" &&
	expect "d[\"expired\"]" && rm junk/log &&
	echo "!status 404" | jobs_are && status_is "" &&
	jobs_are <jobs.json && ask status "\"jobs\": [\"1\"]" && expect "d[\"ok\"]" &&
	test "$(is_asked GET /openapi/v3)" = 1
'

test_expect_success 'a submission: what each reply means' '
	echo "{\"job_id\": 4711}" | submit_gives ok 4711 &&
	echo "{\"job_id\": 4711, \"errors\": [{\"error_code\": 2015}]}" | submit_gives ok &&
	echo "{\"errors\": []}" | submit_gives unknown_outcome "no job_id" &&
	expect "d[\"results\"][1][\"result\"]" retry_after &&
	echo "{\"job_id\": 0}" | submit_gives unknown_outcome &&
	echo "{\"job_id\": \"12; rm\"}" | submit_gives unknown_outcome &&
	echo "junk" | submit_gives unknown_outcome &&
	echo "!status 500" | submit_gives unknown_outcome &&
	echo "!status 502" | submit_gives unknown_outcome &&
	echo "!endless" | submit_gives unknown_outcome &&
	echo "!status 403" | submit_gives denied &&
	echo "!status 400" | submit_gives rejected &&
	echo "!status 429" | submit_gives retry_after &&
	printf "!status 500\n{\"errors\": [{\"error_code\": 2050, \"error\": \"limit\"}]}" |
		submit_gives retry_after "limit (2050)" &&
	printf "!status 500\n{\"errors\": [{\"error_code\": 5005, \"error\": \"zero\"}]}" |
		submit_gives unknown_outcome &&
	printf "!status 500\n{\"errors\": [{\"error_code\": 2000, \"error\": \"queue\"}]}" |
		submit_gives rejected && expect "d[\"results\"][1][\"result\"]" rejected &&
	echo "!status 401" | says POST /slurm/$V/job/submit &&
	ask submit "\"jobs\": [$(adapter_job r/a/1 true)]" && expect "d[\"expired\"]" &&
	printf "!status 500\n{\"errors\": [{\"error_code\": 1800, \"error\": \"away\"}]}" |
		says POST /slurm/$V/job/submit &&
	unavailable submit "\"jobs\": [$(adapter_job r/a/1 true)]" away
'

test_expect_success 'a kept connection that dies: the job is sent once' '
	jobs_are <jobs.json && rm junk/log && ask status "\"jobs\": [\"1\"]" &&
	echo "!close" | submit_gives unknown_outcome &&
	test "$(is_asked POST /slurm/$V/job/submit)" = 1 &&
	ask status "\"jobs\": [\"1\"]" && rm junk/log &&
	echo "!stall never" | submit_gives unknown_outcome &&
	test "$(is_asked POST /slurm/$V/job/submit)" = 1
'

test_expect_success 'nobody there: nothing was sent' '
	kill $server && test_wait_for 30 test_must_fail kill -0 $server &&
	status_is "" && unavailable submit "\"jobs\": [$(adapter_job r/a/1 true)]" "" &&
	adapter_stop && test_must_fail grep -r efghijklmnop answer asked adapter.err
'

test_done
