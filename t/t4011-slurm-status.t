#!/bin/sh
test_description='fedtwin-slurm: how every end of a job is reported'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/slurm.sh"
. "$FT_SRCDIR/t/adapter.sh"

slurm_need

control() { # WORD...
	slurm_on alpha scontrol "$@"
}

# Of the one job asked for.
is() { # MEMBER VALUE
	expect "d[\"jobs\"][0].get(\"$1\")" "$2"
}

# Slurm's word for a job that a signal ended.
signalled=JobLaunchFailure
test "$(slurmctld -V | tr -dc 0-9. | cut -d. -f1)" -lt 24 ||
	signalled="RaisedSignal:11(Segmentation fault)"

# OUTCOME EXIT-CODE SIGNAL RAW REASON: of $job, once it has ended
ends() {
	wait_until "$job" ended && is outcome "$1" && is exit_code "$2" &&
	is signal "$3" && is raw "$4" && is reason "$5"
}

restarted() { # JOB
	state "$1" && is restarts 1
}

# A script has begun.
reached() {
	test_wait_for 60 test -f "$1"
}

cat >epilog <<EOT
#!/bin/sh
touch $PWD/epilog-began
while test -f $PWD/epilog-waits
do
	sleep 0.02
done
EOT
chmod +x epilog
echo 'kill -9 $$' >step

test_expect_success 'a cluster where jobs can be pushed out' '
	slurm_start alpha --conf MinJobAge=300 \
		--conf PreemptType=preempt/partition_prio \
		--conf PreemptMode=CANCEL --conf "Epilog=$PWD/epilog" \
		--conf "PartitionName=low Nodes=n1 PriorityTier=1" \
		--conf "PartitionName=high Nodes=n1 PriorityTier=9" &&
	slurm_site alpha >site.json && adapter_start fedtwin-slurm site.json
'

# Slurm looks for jobs whose time is over every 30 s; this one is over now and
# will be seen at the end of this file.
test_expect_success 'a job whose time is over' '
	send r/time/1 "touch time-began; exec sleep 600" "\"walltime_s\": 60,
		\"queue\": \"debug\", \"exclude\": [\"n1\"]" &&
	slow=$job && reached time-began && control update jobid="$slow" EndTime=now
'

test_expect_success 'done, with an exit code, by a signal' '
	send r/ok/1 "exit 0" "\"exclude\": [\"n2\"]" && ok=$job && send r/exit/1 "exit 300" && job2=$job &&
	send r/segv/1 "kill -SEGV \$\$" && job3=$job &&
	send r/step/1 "srun sh ./step; exit 0" && job4=$job &&
	job=$ok && ends ok 0 0 COMPLETED None && is host n1 &&
	is node_count 1 && is restarts 0 && is tag r/ok/1 &&
	now=$(date +%s) &&
	expect "$now - 600 < d[\"jobs\"][0][\"start_s\"] \
		<= d[\"jobs\"][0][\"end_s\"] <= $now" &&
	job=$job2 && ends error 44 0 FAILED NonZeroExitCode &&
	job=$job3 && ends error 0 11 FAILED "$signalled" &&
	job=$job4 && ends ok 0 0 COMPLETED None &&
	is step "{\"exit_code\": 0, \"signal\": 9}"
'

test_expect_success 'running, suspended, ending, cancelled' '
	rm -f epilog-began && touch epilog-waits &&
	send r/run/1 "touch run-began; exec sleep 600" && reached run-began &&
	test "$(state "$job")" = running && is raw RUNNING &&
	control suspend "$job" && test "$(state "$job")" = suspended &&
	control resume "$job" && wait_until "$job" running &&
	ask cancel "\"jobs\": [\"$job\", \"999\", \"x\"]" &&
	test_json "[r[\"result\"] for r in d[\"results\"]]" answer >got &&
	echo "[\"ok\", \"not_found\", \"not_found\"]" >want &&
	test_cmp want got &&
	reached epilog-began && wait_until "$job" ending &&
	is outcome null && is exit_code null && rm epilog-waits &&
	wait_until "$job" ended && is outcome cancelled && is raw CANCELLED &&
	ask cancel "\"jobs\": [\"$job\"]" &&
	expect "d[\"results\"][0][\"result\"]" ok
'

test_expect_success 'cancelled from outside; never by an id alone' '
	send r/out/1 "touch out-began; exec sleep 600" && reached out-began &&
	ask cancel "\"jobs\": [\"$job\"], \"tags\": [\"r/out/2\"]" &&
	expect "d[\"results\"][0][\"result\"]" not_found &&
	test "$(state "$job")" = running &&
	slurm_on alpha scancel "$job" && ends cancelled 0 15 CANCELLED None
'

test_expect_success 'out of memory' '
	send r/oom/1 "touch oom-began; exec sleep 600" && reached oom-began &&
	SLURM_CONF=$PWD/alpha/slurm.conf "$PYTHON" - "$job" <<-\EOT &&
	import ctypes, sys
	slurm = ctypes.CDLL("libslurm.so", ctypes.RTLD_GLOBAL)
	slurm.slurm_init(None)
	sys.exit(slurm.slurm_complete_job(int(sys.argv[1]), 253))
	EOT
	ends oom 0 9 OUT_OF_MEMORY OutOfMemory
'

test_expect_success 'a node lost; it was told not to start again' '
	send r/node/1 "touch node-began; exec sleep 600" "\"exclude\": [\"n2\"]" &&
	reached node-began &&
	control update nodename=n1 state=down reason=test &&
	wait_until "$job" ended && is outcome node_fail && is raw NODE_FAIL &&
	is reason NodeDown && is restarts 0
'

test_expect_success 'pushed out by a more important job' '
	send r/low/1 "touch low-began; exec sleep 600" "\"queue\": \"low\",
		\"ranks\": 2" && low=$job && reached low-began &&
	send r/high/1 true "\"queue\": \"high\", \"ranks\": 2" && high=$job &&
	job=$low && wait_until "$job" ended && is outcome preempted &&
	is raw PREEMPTED && is restarts 0 && wait_until "$high" ended
'

test_expect_success 'a deadline that cannot be met' '
	job=$(slurm_on alpha sbatch --parsable -o /dev/null --hold \
		--comment r/dead/1 --wrap true) &&
	control update jobid="$job" Deadline=now+2minutes TimeLimit=2 &&
	ask status "\"jobs\": [\"$job\"]" && is state held &&
	control update jobid="$job" Deadline=now+1 && control release "$job" &&
	wait_until "$job" ended && is outcome timeout && is raw DEADLINE
'

test_expect_success 'started again by an administrator: counted' '
	job=$(slurm_on alpha sbatch --parsable --requeue -o /dev/null \
		--comment r/again/1 --wrap "touch again-began; sleep 600") &&
	reached again-began && control requeue "$job" &&
	test_wait_for 60 restarted "$job" && wait_until "$job" running &&
	is restarts 1 && is tag r/again/1 && slurm_on alpha scancel "$job" &&
	wait_until "$job" ended && is outcome cancelled && is restarts 1
'

test_expect_success 'one that may not be started again is not' '
	send r/once/1 "touch once-began; exec sleep 600" && reached once-began &&
	test_must_fail control requeue "$job" && test "$(state "$job")" = running &&
	slurm_on alpha scancel "$job"
'

test_expect_success 'queued, with the reason in the words of the site' '
	control update nodename=n1 state=drain reason=broken &&
	control update nodename=n2 state=drain reason=broken &&
	send r/drain/1 true && test "$(state "$job")" = queued &&
	control update nodename=n1 state=resume && wait_until "$job" ended &&
	control update nodename=n2 state=resume &&
	send r/hold/1 true "\"hold\": true" && test "$(state "$job")" = held &&
	is reason JobHeldUser
'

test_expect_success 'by tag: all of them, whatever became of them' '
	ask find_by_tag "\"prefix\": \"r/exit/\"" &&
	expect "len(d[\"jobs\"])" 1 && is exit_code 44 &&
	ask find_by_tag "\"prefix\": \"r/\"" &&
	expect "len(d[\"jobs\"]) >= 14 and d[\"complete\"]" &&
	ask find_by_tag "\"prefix\": \"other/\"" && expect "d[\"jobs\"]" "[]"
'

test_expect_success 'the job whose time was over' '
	job=$slow && ends timeout 0 15 TIMEOUT TimeLimit
'

test_expect_success 'all at once, in one answer' '
	ask status "\"jobs\": [\"$slow\", \"$ok\", \"12345\", \"x\", \"1_\"]" &&
	test_json "[j[\"state\"] for j in d[\"jobs\"]]" answer >got &&
	echo "[\"ended\", \"ended\", \"not_found\", \"not_found\", \"not_found\"]" \
		>want && test_cmp want got && adapter_stop
'

test_done
