#!/bin/sh
test_description='submissions in a second; a site that is still needed'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/slurm.sh"

slurm_need

in_p() {
	(cd p && "$@")
}

# Four tasks, submitted as jobs of their own or as an array.
four() { # FORM
	cat >"p/$1.yaml" <<-EOT
	fedtwin: 1
	workflow: $1
	stages:
	  $1: {submit: $1, shell: "true", matrix: {n: [1, 2, 3, 4]}}
	EOT
}

# Seconds between the first and the last submission of the jobs of that name,
# as the controller has it, in whole seconds.
submitted_over() { # NAME
	slurm_on alpha scontrol -o show job >alpha.jobs &&
	sed -n "s/.* JobName=$1 .* SubmitTime=\([^ ]*\) .*/\1/p" alpha.jobs >submitted &&
	test_line_count -eq 4 submitted &&
	"$PYTHON" -c "
from datetime import datetime
t = [datetime.fromisoformat(line.strip()) for line in open(\"submitted\")]
print(round((max(t) - min(t)).total_seconds()))"
}

test_expect_success 'a cluster that takes a submission every two seconds' '
	slurm_start alpha --nodes 2 && fedtwin init p && mkdir p/sites &&
	cat >p/sites/alpha.yaml <<-EOT &&
	fedtwin-site: 1
	site: alpha
	adapter: slurm
	endpoint: {config: $PWD/alpha/slurm.conf}
	limits: {status_interval: 1 s, submits_per_s: 0.5}
	EOT
	four job && four array
'

# The clock has whole seconds: six may be seen as five.
test_expect_success 'four jobs take six seconds, and are told why' '
	in_p fedtwin run job.yaml --site alpha -d >out &&
	test_wait_for 60 sh -c "cd p && fedtwin why \"last/job[n=4]\" |
		grep \"as .submits_per_s. allows\"" &&
	in_p fedtwin wait last --timeout "200 s" &&
	submitted_over job >seconds && test "$(cat seconds)" -ge 5
'

test_expect_success 'an array counts as one' '
	in_p fedtwin run array.yaml --fresh --site alpha >out &&
	submitted_over array >seconds && test "$(cat seconds)" -eq 0
'

# The task's own limit ends it before the queue does, as far as the queue lets
# the job outlive it.
test_expect_success 'a task may ask for all the time that a queue has' '
	cat >>p/sites/alpha.yaml <<-EOT &&
	queues:
	- {queue: debug, max_walltime: 10 min, cores_per_node: 2, max_nodes: 2}
	EOT
	for minutes in 10 5
	do
		cat >p/all.yaml <<-EOT &&
		fedtwin: 1
		workflow: all
		stages:
		  s: {shell: "true", cache: never, submit: job, resources: {walltime: $minutes min}}
		EOT
		in_p fedtwin run all.yaml --site alpha >out || return 1
	done &&
	slurm_on alpha scontrol -o show job | grep " JobName=s " |
		grep -o "TimeLimit=[^ ]*" >limits &&
	printf "TimeLimit=00:%s:00\n" 10 08 >want && test_cmp want limits
'

test_expect_success 'more is refused by the plan, and warned of by the run' '
	sed "s/5 min/11 min/" p/all.yaml >p/more.yaml &&
	test_expect_code 3 in_p fedtwin plan more.yaml --site alpha 2>err &&
	test_grep "error FT0602: no queue takes task .s.: alpha (debug: 660 s of 600 s)" err &&
	test_expect_code 1 in_p fedtwin run more.yaml --site alpha 2>err &&
	test_grep "warning FT0602" err &&
	test_grep "s failed: site alpha: no queue takes the job: debug: 660 s of 600 s" err
'

runner() {
	for lease in p/.fedtwin/runs/*/lease
	do
		: # the last one
	done &&
	test_json 'd["pid"]' "$lease"
}

refused() {
	test_expect_code 4 in_p fedtwin site remove "$@" alpha 2>err &&
	test_grep "site .alpha. has unfinished runs: $(cat id)$" err &&
	test_grep "fedtwin cancel RUN" err && test -f p/sites/alpha.yaml &&
	test ! -e p/sites/alpha.yaml.removed
}

test_expect_success 'a site with a run is not removed' '
	cat >p/long.yaml <<-EOT &&
	fedtwin: 1
	workflow: long
	stages:
	  s: {shell: "touch $PWD/began; exec sleep 1000"}
	EOT
	in_p fedtwin run long.yaml --site alpha -d >out &&
	test_wait_for 90 test -e began &&
	in_p fedtwin status last --json >run.json &&
	test_json "d[\"run\"]" run.json >id && refused && refused -n
'

test_expect_success 'nor one whose runner is gone, unless it is forced' '
	pid=$(runner) && kill -KILL "$pid" && test_gone "$pid" && refused &&
	in_p fedtwin site remove --force -n alpha >out && test_grep "$(cat id)" out &&
	in_p fedtwin site remove --force alpha >out &&
	test_grep "not finished: $(cat id);.*nothing can be resumed" out &&
	test_must_fail in_p fedtwin resume last 2>err &&
	test_grep "sites/alpha.yaml" err &&
	mv p/sites/alpha.yaml.removed p/sites/alpha.yaml
'

test_expect_success 'it is removed when the run has ended' '
	in_p fedtwin resume last -d >out && in_p fedtwin cancel last &&
	test_expect_code 5 in_p fedtwin wait last &&
	in_p fedtwin site remove alpha && test ! -e p/sites/alpha.yaml &&
	test_wait_for 60 sh -c "! SLURM_CONF=$PWD/alpha/slurm.conf squeue -h | grep ."
'

test_done
