#!/bin/sh
test_description='what a provider asks for is kept: submissions in a second'
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
	slurm_on alpha scontrol -o show job >jobs &&
	sed -n "s/.* JobName=$1 .* SubmitTime=\([^ ]*\) .*/\1/p" jobs >times &&
	test_line_count -eq 4 times &&
	"$PYTHON" -c "
from datetime import datetime
t = [datetime.fromisoformat(line.strip()) for line in open(\"times\")]
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

test_done
