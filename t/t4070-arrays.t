#!/bin/sh
test_description='runs at a Slurm site: jobs, arrays and pilots, and the choice'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/slurm.sh"

slurm_need

in_p() {
	(cd p && "$@")
}

# The site file, with further lines on stdin.
site_file() {
	cat >extra && cat >p/sites/alpha.yaml <<-EOT &&
	fedtwin-site: 1
	site: alpha
	adapter: slurm
	endpoint: {config: $PWD/alpha/slurm.conf}
	lost_after: 5 s
	storage: {visibility_wait: 1 s}
	EOT
	cat extra >>p/sites/alpha.yaml &&
	test_grep limits extra || echo "limits: {status_interval: 1 s}" \
		>>p/sites/alpha.yaml
}

# many FILE N SHELL-TEXT [LINES OF THE STAGE]: a matrix of N cells
many() {
	cat >"p/$1" <<-EOT
	fedtwin: 1
	workflow: ${1%.yaml}
	params: {top: {type: string, default: $PWD}}
	stages:
	  s:
	    shell: |
	      $3
	      echo \${matrix.n} >n.txt
	    matrix: {n: {from: 1, to: $2}}
	    out: {n: {type: file, path: n.txt}}
	$4
	EOT
}

# The jobs of the last run that were made of WHAT, as their files tell.
made() { # WHAT
	for run in p/.fedtwin/runs/*/
	do
		: # the last one
	done &&
	find "$run/jobs" -name "$1" | wc -l
}

elements() { # N: that many jobs have the arrays of the last run
	for run in p/.fedtwin/runs/*/
	do
		: # the last one
	done &&
	test "$(sed -n "s/^{.*\"jobs\":\([0-9]*\)}$/\1/p" \
		"$run"/jobs/array-*.json | awk "{ n += \$1 } END { print n }")" = "$1"
}

results() { # N
	rm -rf p/got && in_p fedtwin data get "s.n" got >out 2>err
	for n in $(seq "$1")
	do
		in_p fedtwin data get "s.n{n=$n}" got.txt >out 2>err &&
		test "$(cat p/got.txt)" = "$n" && rm p/got.txt || return
	done
}

why_has() { # TASK PATTERN
	in_p fedtwin why "last/$1" >why.txt && test_grep "$2" why.txt
}

runner() {
	for lease in p/.fedtwin/runs/*/lease
	do
		: # the last one
	done &&
	test_json 'd["pid"]' "$lease"
}

jobs() {
	slurm_on alpha squeue -h -r -o "%i %T" "$@"
}

test_expect_success 'a project, and a cluster that takes arrays of eight' '
	slurm_start alpha --nodes 2 --conf MaxArraySize=8 &&
	fedtwin init p && mkdir p/sites && site_file </dev/null &&
	many m.yaml 12 true
'

test_expect_success 'the plan tells what tasks would go as, and why' '
	in_p fedtwin plan m.yaml --site alpha >out &&
	test_grep "^s at alpha: as a job array: 12 tasks are alike, and nothing is known of their length$" out &&
	in_p fedtwin plan m.yaml --site alpha --json >out.json &&
	test "$(test_json "[d[\"forms\"][0][k] for k in (\"stage\", \"site\", \"form\")]" out.json)" = "[\"s\", \"alpha\", \"array\"]" &&
	in_p fedtwin plan m.yaml --json >out.json &&
	test "$(test_json "d[\"forms\"]" out.json)" = "[]" &&
	many one.yaml 1 true && in_p fedtwin plan one.yaml --site alpha >out &&
	test_grep "as a job of its own: no other task like it waits" out &&
	many short.yaml 12 true "    timeout: 10 s" &&
	in_p fedtwin plan short.yaml --site alpha >out &&
	test_grep "as tasks of pilots: 12 tasks wait, and none takes longer than 10 s" out
'

test_expect_success 'the script of an array is shown, and is one' '
	in_p fedtwin plan m.yaml --site alpha --show-script >script &&
	test_grep "^exec .*fedtwin-agent. .*/jobs/array-N.json. \"\$n\"$" script &&
	sh -n script &&
	in_p fedtwin plan one.yaml --site alpha --show-script >script &&
	test_grep "^exec .*/jobs/STAGE.CELL.ATTEMPT.json.$" script
'

test_expect_success 'a uniform matrix goes as arrays, as large as the site has them' '
	in_p fedtwin run m.yaml --site alpha >out 2>err && results 12 &&
	test "$(made "array-*.json")" = 2 && elements 12 &&
	test "$(made "s.*.json")" = 0 &&
	why_has "s[n=1]" "^placed at alpha: as element 0 of an array of 8: 12 tasks are alike"
'

test_expect_success 'what failed is tried again singly' '
	many fail.yaml 4 "if test \${matrix.n} = 3 && mkdir \${params.top}/failed; then exit 1; fi" "    retry: {max: 1}" &&
	in_p fedtwin run fail.yaml --site alpha >out 2>err && results 4 &&
	elements 4 && test "$(made "s.2.2.json")" = 1 &&
	why_has "s[n=3]" "as a job of its own: an attempt at it has failed, it is retried alone"
'

test_expect_success 'as the stage asks for, if it can be had' '
	many job.yaml 3 true "    submit: job" &&
	in_p fedtwin run job.yaml --site alpha --fresh >out 2>err &&
	test "$(made "s.*.json")" = 3 && test "$(made "array-*")" = 0 &&
	why_has "s[n=1]" "as a job of its own: the stage asks for it" &&
	many pilot.yaml 3 true "    submit: pilot" &&
	in_p fedtwin run pilot.yaml --site alpha --fresh >out 2>err &&
	test "$(made "pilot-*.json")" -ge 1 && test "$(made "s.*.json")" = 0 &&
	why_has "s[n=1]" "as one of the tasks of a pilot: the stage asks for it" &&
	many array.yaml 1 true "    submit: array" &&
	in_p fedtwin run array.yaml --site alpha --fresh >out 2>err &&
	why_has "s[n=1]" "as a job of its own: no other task like it waits, although the stage asks for an array" &&
	many bad.yaml 1 true "    submit: batch" &&
	test_expect_code 3 in_p fedtwin check bad.yaml 2>err &&
	test_grep "auto" err
'

# Four at a time run on the cluster, and wait for a file.  What was never seen
# to wait, and is not there, is lost, not cancelled.
test_expect_success 'one that waits is cancelled, another from outside' '
	rm -f go began && many gate.yaml 8 \
		"echo \${matrix.n} >>\${params.top}/began; while ! test -e \${params.top}/go; do sleep 0.1; done" &&
	site_file <<-\EOT &&
	limits: {status_interval: 1 s, max_array: 100}
	EOT
	in_p fedtwin run gate.yaml --site alpha --fresh -d >out &&
	test_wait_for 60 test_line_count = 4 began &&
	waiting=$(jobs -t PENDING | sed "s/ .*//" | tail -n 1) &&
	n=$(($(echo "$waiting" | sed "s/.*_//") + 1)) &&
	test_wait_for 60 why_has "s[n=$n]" "queued at alpha" &&
	slurm_on alpha scancel "$waiting" &&
	test_wait_for 60 why_has "s[n=$n]" CANCELLED
'

# What was cancelled is tried again by a resume, alone.
test_expect_success 'the runner is killed: elements are found by their array' '
	pid=$(runner) && kill -KILL "$pid" && test_gone "$pid" &&
	in_p fedtwin resume last -d >out && touch go &&
	in_p fedtwin wait last --timeout "200 s" && results 8 &&
	sort -n began >got && seq 8 >want && test_cmp want got &&
	elements 8 && test "$(made "s.*.json")" = 1
'

test_expect_success 'accepted, but nobody heard it: no second array' '
	rm -f go began &&
	many frozen.yaml 3 "echo \${matrix.n} >>\${params.top}/began" \
		"    needs: gate" &&
	printf "%s\n" "  gate:" "    shell: \"touch \${params.top}/ready; while ! test -e \${params.top}/go; do sleep 0.1; done\"" \
		>>p/frozen.yaml &&
	site_file <<-\EOT &&
	limits: {status_interval: 1 s}
	answer_within: 8 s
	EOT
	in_p fedtwin run frozen.yaml --site alpha -d >out &&
	test_wait_for 60 test -e ready &&
	slurm_ask alpha signal slurmctld STOP && touch go &&
	test_wait_for 60 why_has "s[n=1]" "site alpha: " &&
	slurm_ask alpha signal slurmctld CONT &&
	in_p fedtwin wait last --timeout "200 s" && results 3 &&
	sort -n began >got && seq 3 >want && test_cmp want got
'

test_expect_success 'a site without arrays, and one with too little room' '
	site_file <<-\EOT &&
	limits: {status_interval: 1 s, max_array: 1}
	EOT
	many none.yaml 3 true && in_p fedtwin run none.yaml --site alpha --fresh >out &&
	test "$(made "s.*.json")" = 3 && results 3 &&
	slurm_stop alpha && rm -rf alpha &&
	slurm_start alpha --conf MaxJobCount=5 --conf MinJobAge=2 &&
	site_file </dev/null &&
	many full.yaml 8 true && in_p fedtwin run full.yaml --site alpha --fresh >out &&
	results 8 && test "$(made "array-*.json")" -ge 1
'

test_done
