#!/bin/sh
test_description='fedtwin-slurm: an outage is never taken for an end'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/slurm.sh"
. "$FT_SRCDIR/t/adapter.sh"

slurm_need

# The adapter is given so many seconds to answer, and whoever reads the answer on
# a busy machine ten more.  t/slurm.sh has Slurm itself wait 1 s to connect and
# 2 s for an answer.
WITHIN=5

# unavailable OP [MEMBERS]: said in time
unavailable() {
	began=$(date +%s) && ask "$@" &&
	expect "d[\"ok\"]" false && expect "d[\"error\"]" unavailable &&
	test $(($(date +%s) - began)) -le $((WITHIN + 10))
}

# submits RESULT TAG: one job, with this result; in time
submits() {
	began=$(date +%s) &&
	ask submit "\"jobs\": [$(adapter_job "$2" "echo x >>$PWD/ran" \
		"\"walltime_s\": $((minutes * 60))")]" &&
	expect "d[\"results\"][0][\"result\"]" "$1" &&
	test $(($(date +%s) - began)) -le $((WITHIN + 10))
}

# A request that is known to be feasible is sent at once; the question whether
# it is can fail without any doubt about the job.  The first job shows that the
# nodes are back.
ask_first() {
	minutes=$1
	send "r/warm/$1" true && wait_until "$job" ended &&
	send "r/warm/$1" true "\"walltime_s\": $(($1 * 60))" &&
	wait_until "$job" ended
}

# The one job of this tag has ended well.
found_ended() {
	ask find_by_tag "\"prefix\": \"$1\"" >>asked &&
	expect "[j[\"outcome\"] for j in d[\"jobs\"]]" "[\"ok\"]"
}

# The site answers: the job that was in doubt was accepted, or it was not.
found_or_not() {
	ask find_by_tag "\"prefix\": \"$1\"" >>asked && expect "d[\"ok\"]"
}

test_expect_success 'the controller is away: unavailable, and nothing sent' '
	slurm_start alpha --conf SlurmdTimeout=300 &&
	slurm_site alpha $WITHIN >site.json &&
	slurm_ask alpha stop slurmctld &&
	adapter_start fedtwin-slurm site.json && expect "d[\"ok\"]" &&
	unavailable probe &&
	unavailable status "\"jobs\": [\"1\"]" &&
	unavailable find_by_tag "\"prefix\": \"r/\"" &&
	unavailable cancel "\"jobs\": [\"1\"]" &&
	unavailable submit "\"jobs\": [$(adapter_job r/no/1 true)]"
'

test_expect_success 'the same adapter works when it is back' '
	slurm_ask alpha start slurmctld && ask probe && expect "d[\"ok\"]" &&
	ask find_by_tag "\"prefix\": \"r/\"" && expect "d[\"jobs\"]" "[]" &&
	send r/back/1 "exit 3" && wait_until "$job" ended
'

test_expect_success 'it went away after the first contact' '
	slurm_ask alpha stop slurmctld &&
	unavailable status "\"jobs\": [\"$job\"]" &&
	unavailable submit "\"jobs\": [$(adapter_job r/no/2 true)]" &&
	slurm_ask alpha start slurmctld && wait_until "$job" ended &&
	expect "d[\"jobs\"][0][\"exit_code\"]" 3
'

test_expect_success 'it freezes: the fate is unknown, the job runs once' '
	rm -f ran && ask_first 1 && slurm_ask alpha signal slurmctld STOP &&
	submits unknown_outcome r/frozen/1 &&
	unavailable status "\"jobs\": [\"$job\"]" &&
	unavailable find_by_tag "\"prefix\": \"r/frozen/\"" &&
	slurm_ask alpha signal slurmctld CONT &&
	test_wait_for 60 found_ended r/frozen/1 && test_line_count = 1 ran
'

test_expect_success 'of several jobs, one is in doubt and the others wait' '
	ask_first 2 && slurm_ask alpha signal slurmctld STOP &&
	ask submit "\"jobs\": [$(adapter_job r/of/1 true "\"walltime_s\": 120"),
		$(adapter_job r/of/2 true), {}]" &&
	test_json "[r[\"result\"] for r in d[\"results\"]]" answer >got &&
	echo "[\"unknown_outcome\", \"retry_after\", \"retry_after\"]" >want &&
	test_cmp want got && slurm_ask alpha signal slurmctld CONT &&
	test_wait_for 60 found_ended r/of/ &&
	expect "d[\"jobs\"][0][\"tag\"]" r/of/1
'

test_expect_success 'munge away: not in time, or not at all, but no end' '
	ask_first 3 && slurm_ask alpha stop munged &&
	unavailable status "\"jobs\": [\"$job\"]" &&
	slurm_ask alpha start munged && wait_until "$job" ended &&
	ask find_by_tag "\"prefix\": \"r/munge/\"" && expect "d[\"ok\"]" &&
	expect "d[\"jobs\"]" "[]"
'

test_expect_success 'munge hangs: answered in time all the same' '
	ask_first 4 && slurm_ask alpha signal munged STOP &&
	submits unknown_outcome r/hang/1 &&
	test_grep "did not answer in time" answer &&
	unavailable status "\"jobs\": [\"$job\"]" &&
	test_grep "did not answer in time" answer &&
	slurm_ask alpha signal munged CONT && wait_until "$job" ended &&
	test_wait_for 60 found_or_not r/hang/
'

test_expect_success 'requests that wait for one that hangs are answered too' '
	slurm_ask alpha signal munged STOP && began=$(date +%s) &&
	printf "{\"id\": %d, \"op\": \"probe\"}\n" 901 902 903 >&7 &&
	for n in 901 902 903
	do
		read -r line <&8 && echo "$line" >answer &&
		expect "d[\"id\"]" $n && expect "d[\"error\"]" unavailable || return
	done &&
	test $(($(date +%s) - began)) -le $((WITHIN + 10)) &&
	slurm_ask alpha signal munged CONT
'

test_expect_success 'the worker dies: another one is started' '
	ask probe && worker=$(pgrep -P "$(adapter_pid)") &&
	kill -9 "$worker" && wait_until "$job" ended &&
	test "$(pgrep -P "$(adapter_pid)")" != "$worker"
'

test_expect_success 'the adapter dies: its worker with it' '
	worker=$(pgrep -P "$(adapter_pid)") &&
	kill -9 "$(adapter_pid)" && test_gone "$worker" &&
	adapter_start fedtwin-slurm site.json && wait_until "$job" ended &&
	worker=$(pgrep -P "$(adapter_pid)") &&
	adapter_stop && test_gone "$worker"
'

test_done
