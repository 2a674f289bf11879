#!/bin/sh
test_description='fedtwin-agent and home: tasks served, connections that break'
. "$(dirname "$0")/harness.sh"

agent=$FT_BUILDDIR/fedtwin-agent
home=$FT_BUILDDIR/t/agent/home
for var in $(env | sed -n 's/^\(SLURM[A-Z0-9_]*\)=.*/\1/p')
do
	unset "$var"
done
mkfifo orders

# open_home: in the background; it says what it hears in 'heard'.
open_home() {
	"$home" home.json <orders >>heard & 
	home_pid=$!
	exec 6>orders
	test_wait_for 60 test -s home.json
}
close_home() {
	echo "hang up" >&6
	exec 6>&-
	wait "$home_pid"
}

in_json() {
	printf %s "$1" | sed 's/[\\"]/\\&/g'
}

# attempt N SHELL-TEXT [MEMBERS]: an ATTEMPT on one line.
attempt() {
	mkdir -p "a$1" && echo '{"schema": 1}' >"a$1/task.json" &&
		printf '{"tag": %d, "tag_text": "run/t[n=%d]/1", "dir": "%s", ' \
			"$1" "$1" "$PWD/a$1" &&
		printf '"argv": ["/bin/sh", "-c", "%s"], "env": [], ' \
			"$(in_json "$2")" &&
		printf '"modules": []%s}\n' "${3:+, $3}"
}
give() {
	{ printf "give " && attempt "$@"; } >&6
}

# start_agent ATTEMPTS [MEMBERS]
start_agent() {
	cat >file.json <<-EOT
	{"schema": 1, "tag": "run/pilot-1/1", "home": "$PWD/home.json",
	 "site": {"name": "here", "slots": 2},
	 "attempts": [$1]${2:+, $2}}
	EOT
	"$agent" file.json &
	agent_pid=$!
}
hears() { # PATTERN
	test_wait_for 60 grep "$1" heard
}

test_expect_success 'a job with one attempt tells how it ended, and ends' '
	open_home &&
	start_agent "$(attempt 1 "echo {\\\"step\\\":1} >&3; exit 3")" &&
	test_expect_code 1 wait $agent_pid &&
	hears "^left finished" &&
	host=$(uname -n) &&
	cat >want <<-EOT &&
	joined run/pilot-1/1 job= host=$host slots=2 left=? serve=0 held=1
	ended 1 run/t[n=1]/1: error 3 exit status 3
	left finished
	EOT
	grep -v "^started\|^progress" heard >got &&
	test_cmp want got
'

test_expect_success 'tasks are served: accepted, started, progress, ended' '
	: >heard &&
	start_agent "" "\"serve\": true, \"walltime_s\": 90" &&
	hears "^joined .* left=<100 serve=1 held=$" &&
	give 2 "echo {\\\"step\\\":1} >&3; exit 3" &&
	hears "^ended 2" &&
	sed 1d heard >got &&
	cat >want <<-EOT &&
	accepted 2
	started 2 on $(uname -n)
	progress 2 {"step":1}
	ended 2 run/t[n=2]/1: error 3 exit status 3
	EOT
	test_cmp want got &&
	test "$(test_json "d[\"attempt_tag\"]" a2/result.json)" = "run/t[n=2]/1"
'

test_expect_success 'more than there are slots wait their turn' '
	for n in 3 4 5 6
	do
		give $n "while test ! -e $PWD/go; do sleep 0.05; done" || return
	done &&
	hears "^accepted 6" &&
	hears "^started 4" &&
	test_grep ! "^started [56]" heard &&
	: >go &&
	hears "^ended 3 .*: ok" && hears "^ended 6 .*: ok"
'

test_expect_success 'one that runs and one that waits are cancelled' '
	rm go &&
	give 7 "sleep 60" && give 8 "sleep 60" && give 9 true &&
	hears "^started 8" &&
	echo "cancel 9 0" >&6 && echo "cancel 7 1" >&6 &&
	echo "cancel 8 1" >&6 && echo "cancel 8 1" >&6 &&
	echo "cancel 12345 1" >&6 &&
	hears "^ended 7 .*: cancelled" && hears "^ended 8 .*: cancelled" &&
	hears "^ended 9 .*: cancelled" &&
	test ! -e a9/stdout.txt && test ! -e a9/result.json
'

test_expect_success 'what cannot be started there is refused' '
	give 10 true "\"timeout_s\": 80" &&
	hears "^refused 10: may take 80 s, the job has [0-9]* s left" &&
	give 11 true "\"timeout_s\": 20" &&
	hears "^ended 11 .*: ok" &&
	test ! -e a10/stdout.txt
'

test_expect_success 'the connection breaks: what ends meanwhile is told later' '
	give 12 "while test ! -e $PWD/go; do sleep 0.05; done" &&
	give 13 "while test ! -e $PWD/never; do sleep 0.05; done" &&
	hears "^started 13" &&
	close_home &&
	: >go &&
	test_wait_for 60 test -e a12/result.json &&
	rm home.json && : >heard &&
	open_home &&
	hears "^joined .* held=12,13" &&
	hears "^ended 12 .*: ok" &&
	hears "^started 13" &&
	echo "cancel 13 1" >&6 &&
	hears "^ended 13 .*: cancelled"
'

test_expect_success 'the runner is killed: the next one has another secret' '
	give 14 "while test ! -e $PWD/never; do sleep 0.05; done" &&
	hears "^started 14" &&
	cp home.json old.json &&
	kill -KILL $home_pid && exec 6>&- &&
	rm home.json && : >heard &&
	open_home &&
	test_must_fail cmp old.json home.json &&
	hears "^joined .* held=14" &&
	echo "cancel 14 1" >&6 &&
	hears "^ended 14 .*: cancelled"
'

test_expect_success 'told to finish: what runs may end, nothing more is begun' '
	rm -f go &&
	give 15 "while test ! -e $PWD/go; do sleep 0.05; done" &&
	give 16 "while test ! -e $PWD/go; do sleep 0.05; done" &&
	give 17 true &&
	hears "^accepted 17" &&
	echo finish >&6 &&
	hears "^refused 17: told to finish" &&
	give 18 true &&
	hears "^refused 18: about to end" &&
	: >go &&
	hears "^left finished" &&
	test_grep "^ended 15 .*: ok" heard &&
	test_grep "^ended 16 .*: ok" heard &&
	wait $agent_pid
'

test_expect_success 'nothing to do for a while: it leaves' '
	: >heard &&
	start_agent "" "\"serve\": true, \"idle_s\": 0.5" &&
	hears "^joined" &&
	give 20 true &&
	hears "^left idle" &&
	test_grep "^ended 20 .*: ok" heard &&
	wait $agent_pid
'

test_expect_success 'nobody at home for a while: it ends after its attempts' '
	mv home.json elsewhere.json &&
	start_agent "$(attempt 21 "sleep 0.5")" "\"serve\": true, \"idle_s\": 0.2" &&
	wait $agent_pid &&
	test "$(test_json "d[\"outcome\"]" a21/result.json)" = ok &&
	mv elsewhere.json home.json
'

test_expect_success 'SIGTERM is told before it leaves' '
	: >heard &&
	start_agent "" "\"serve\": true" &&
	hears "^joined" &&
	give 22 "sleep 60" && give 23 "sleep 60" && give 24 true &&
	hears "^started 23" && hears "^accepted 24" &&
	kill -TERM $agent_pid &&
	hears "^left ended by the site" &&
	test_grep "^ended 22 .*: cancelled by site" heard &&
	test_grep "^ended 23 .*: cancelled by site" heard &&
	test_grep "^refused 24: ended by the site" heard &&
	wait $agent_pid
'

test_expect_success 'the end of the walltime: no more tasks, a checkpoint' '
	: >heard &&
	start_agent "" "\"serve\": true, \"walltime_s\": 10, \"spare_s\": 60" &&
	hears "^joined" &&
	give 25 "trap \"exit 75\" USR1; sleep 60 & wait" &&
	hears "^started 25" &&
	hears "^ended 25 .*: preempted 75" &&
	hears "^left the walltime of the job is over" &&
	wait $agent_pid
'

# given SLOTS VARIABLE=VALUE...: what it says that it has
given() {
	: >heard
	want=$1
	shift
	cat >file.json <<-EOT
	{"schema": 1, "tag": "run/pilot-2/1", "home": "$PWD/home.json",
	 "site": {"name": "here"}, "attempts": [], "serve": true,
	 "walltime_s": 1000, "idle_s": 0}
	EOT
	env "$@" "$agent" file.json && test_grep "^joined .* $want" heard
}
test_expect_success 'what the variables of Slurm say of the job' '
	given slots=5 SLURM_JOB_CPUS_PER_NODE="2(x2),1" &&
	given slots=12 SLURM_JOB_CPUS_PER_NODE="12" &&
	for bad in "" x "2(x" "2(x2" "2;3" "-1" "0" 99999999999
	do
		given "slots=$(env -u OMP_NUM_THREADS nproc)" SLURM_JOB_CPUS_PER_NODE="$bad" || return
	done &&
	given "left=>=100" SLURM_JOB_END_TIME= &&
	given "left=<100" SLURM_JOB_END_TIME=$(($(date +%s) + 90)) &&
	given "left=<100" SLURM_JOB_END_TIME=1 &&
	given ".*" SLURM_JOB_ID=17 && test_grep " job=17 " heard &&
	given ".*" SLURM_JOB_ID=17 SLURM_ARRAY_JOB_ID=16 \
		SLURM_ARRAY_TASK_ID=3 && test_grep " job=16_3 " heard &&
	given ".*" SLURMD_NODENAME=n7 && test_grep " host=n7 " heard
'

test_expect_success 'a job ends although nobody is at home' '
	close_home &&
	start_agent "$(attempt 30 true)" &&
	wait $agent_pid &&
	test "$(test_json "d[\"outcome\"]" a30/result.json)" = ok
'

test_done
