#!/bin/sh
test_description='faults of a Slurm site: nothing lost, nothing run twice'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/slurm.sh"

slurm_need

# A run of one task that tells when it begins, and ends well when it may.
begin_run() {
	rm -f began go && run_task "$@" && test_wait_for 90 test -s began
}

run_task() { # ARGUMENT...
	in_p fedtwin run gate.yaml -p top="$PWD" --fresh --site alpha -d "$@" \
		>out
}

in_p() {
	(cd p && "$@")
}

# It succeeded, having begun $1 times, the last one's result is in the store.
succeeded() { # TIMES
	touch go && succeeds_within 60 &&
	test_line_count -eq "$1" began &&
	rm -f p/got.txt && in_p fedtwin data get s.n got.txt &&
	echo 'done' >want &&
	test_cmp want p/got.txt
}

# What is promised holds for a machine that has nothing else to do
# (share/doc/testing.md); here it may take four times as long.
known_within() { # SECONDS COMMAND...
	known_s=$((4 * $1))
	shift
	test_wait_for "$known_s" "$@"
}

succeeds_within() { # SECONDS
	in_p fedtwin wait last --timeout "$((4 * $1)) s"
}

fails_within() { # SECONDS
	test_expect_code 1 in_p fedtwin wait last --timeout "$((4 * $1)) s"
}

job() {
	slurm_on alpha squeue -h -o %i
}

# The controller writes what it knows every five seconds at the latest. The
# tag of a job, unlike its number, stands nowhere else in that.
state_saved() {
	test_wait_for 60 grep -q -a -F "$(slurm_on alpha squeue -h -o %k)" \
		alpha/state/job_state
}

node_is_back() { # NODE
	slurm_on alpha sinfo -h -n "$1" -o %T | grep -q "idle$"
}

has_line() { # PATTERN
	in_p fedtwin why last/s >why.txt && grep "$1" why.txt
}

runner() {
	for lease in p/.fedtwin/runs/*/lease
	do
		: # the last one
	done &&
	test_json 'd["pid"]' "$lease"
}

test_expect_success 'a cluster, and a task that can be held up' '
	slurm_start alpha --nodes 2 && fedtwin init p && mkdir p/sites &&
	cat >p/sites/alpha.yaml <<-EOT &&
	fedtwin-site: 1
	site: alpha
	adapter: slurm
	endpoint: {config: $PWD/alpha/slurm.conf}
	limits: {status_interval: 1 s}
	answer_within: 10 s
	lost_after: 5 s
	storage: {visibility_wait: 1 s}
	EOT
	cat >p/gate.yaml <<-\EOT
	fedtwin: 1
	workflow: gate
	params: {top: {type: string}}
	stages:
	  s:
	    shell: |
	      echo $FEDTWIN_TAG >>${params.top}/began
	      while ! test -e ${params.top}/go; do sleep 0.1; done
	      echo done >n.txt
	    out: {n: {type: file, path: n.txt}}
	EOT
'

test_expect_success 'cancelled from outside: known within 5 s, not repeated' '
	begin_run && slurm_on alpha scancel "$(job)" &&
	fails_within 5 &&
	test_line_count = 1 began && has_line "site alpha, job [0-9]*: CANCELLED"
'

test_expect_success 'its node fails: repeated on another one' '
	begin_run &&
	node=$(slurm_on alpha squeue -h -o %N) &&
	slurm_on alpha scontrol update nodename="$node" state=down reason=test &&
	known_within 20 test_line_count = 2 began && succeeded 2 &&
	test_wait_for 60 node_is_back "$node"
'

test_expect_success 'requeued by an administrator: repeated in a new place' '
	begin_run && id=$(job) &&
	test_must_fail slurm_on alpha scontrol requeue "$id" &&
	slurm_on alpha scontrol update jobid="$id" requeue=1 &&
	slurm_on alpha scontrol requeue "$id" &&
	known_within 30 test_line_count = 2 began && succeeded 2
'

test_expect_success 'the node is drained: what runs there ends well' '
	begin_run &&
	node=$(slurm_on alpha squeue -h -o %N) &&
	slurm_on alpha scontrol update nodename="$node" state=drain \
		reason=test && succeeded 1 &&
	slurm_on alpha scontrol update nodename="$node" state=resume &&
	test_wait_for 60 node_is_back "$node"
'

test_expect_success 'the controller is killed and comes back' '
	begin_run && state_saved && slurm_ask alpha signal slurmctld KILL &&
	slurm_ask alpha start slurmctld && succeeded 1
'

test_expect_success 'the end is known while the controller is away' '
	begin_run && state_saved && slurm_ask alpha signal slurmctld KILL &&
	touch go && succeeds_within 5 &&
	slurm_ask alpha start slurmctld && succeeded 1
'

# It is stopped, not killed: what it had not saved it would give again, the id
# of a job that the nodes remember.
test_expect_success 'submitted while the controller is away' '
	slurm_ask alpha stop slurmctld && rm -f began go && run_task &&
	known_within 20 has_line "site alpha: " &&
	slurm_ask alpha start slurmctld && test_wait_for 90 test -s began &&
	succeeded 1
'

test_expect_success 'munge goes away and comes back' '
	begin_run && slurm_ask alpha signal munged KILL &&
	sleep 3 && slurm_ask alpha start munged && succeeded 1
'

test_expect_success 'the helper is killed' '
	begin_run && pkill -KILL -P "$(runner)" fedtwin-slurm && succeeded 1
'

# It ends what it does not know; two others then have its id and the next one.
test_expect_success 'the controller forgets a job, another one has its id' '
	begin_run && slurm_ask alpha signal slurmctld KILL &&
	rm -f alpha/state/job_state* && slurm_ask alpha start slurmctld &&
	slurm_on alpha sbatch -o /dev/null --wrap "sleep 5" &&
	slurm_on alpha sbatch -o /dev/null --wrap "sleep 5" &&
	known_within 40 test_line_count = 2 began && succeeded 2
'

# Ids that come again leave marks on the nodes.
test_expect_success 'the cluster is made anew' '
	slurm_stop alpha && rm -rf alpha && slurm_start alpha --nodes 2
'

test_expect_success 'the time limit of the site: known within 45 s' '
	begin_run &&
	slurm_on alpha scontrol update jobid="$(job)" EndTime=now+2 &&
	fails_within 45 &&
	has_line "TIMEOUT" && test_line_count = 1 began
'

test_expect_success 'too much memory: known within 10 s' '
	cat >p/eat.yaml <<-\EOT &&
	fedtwin: 1
	workflow: eat
	stages:
	  s:
	    run: [python3, -c, "x = bytearray(400 << 20); import time; time.sleep(60)"]
	    resources: {memory: 100 MiB}
	EOT
	in_p fedtwin run eat.yaml --site alpha -d >out &&
	fails_within 20 &&
	has_line "outcome .oom."
'

test_expect_success 'its dead runner'"'"'s run is cancelled: so is the job' '
	begin_run && pid=$(runner) && kill -KILL "$pid" &&
	test_gone "$pid" && in_p fedtwin cancel last &&
	known_within 10 sh -c "! SLURM_CONF=$PWD/alpha/slurm.conf squeue -h |
		grep ." && test_line_count = 1 began
'

test_expect_success 'preempted: repeated, and no retry is spent' '
	slurm_stop alpha && rm -rf alpha &&
	slurm_start alpha --nodes 1 --conf PreemptType=preempt/partition_prio \
		--conf PreemptMode=CANCEL \
		--conf "PartitionName=high Nodes=ALL PriorityTier=10" &&
	begin_run &&
	slurm_on alpha sbatch -p high --exclusive -o /dev/null --wrap "sleep 3" &&
	known_within 40 test_line_count = 2 began && succeeded 2 &&
	grep -l "PREEMPTED" p/.fedtwin/runs/*/journal
'

test_expect_success 'the runner is killed: its job is adopted' '
	begin_run && pid=$(runner) && kill -KILL "$pid" &&
	test_gone "$pid" && in_p fedtwin resume last -d >out &&
	succeeded 1
'

test_expect_success 'the runner is killed, the job ends, then it is resumed' '
	begin_run && pid=$(runner) && kill -KILL "$pid" &&
	test_gone "$pid" && touch go &&
	test_wait_for 60 sh -c "ls p/.fedtwin/runs/*/work/s.0.1/result.json" &&
	in_p fedtwin resume last -d >out && succeeded 1
'

test_expect_success 'the agent is killed: the task is lost, and repeated' '
	begin_run && pkill -KILL -f "^[^ ]*/fedtwin-agent $PWD/p/" &&
	known_within 20 test_line_count = 2 began && succeeded 2
'

test_expect_success 'the controller answers late' '
	begin_run && slurm_ask alpha signal slurmctld STOP && sleep 3 &&
	slurm_ask alpha signal slurmctld CONT && succeeded 1
'

test_expect_success 'accepted, but nobody heard it: no second job' '
	rm -f began go && slurm_ask alpha signal slurmctld STOP && run_task &&
	test_wait_for 60 has_line "site alpha: " &&
	slurm_ask alpha signal slurmctld CONT &&
	test_wait_for 90 test -s began && sleep 3 &&
	slurm_on alpha squeue -h >jobs && test_line_count -le 1 jobs &&
	succeeded 1
'

test_done
