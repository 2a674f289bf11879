#!/bin/sh
test_description='runs at a Slurm site: jobs of one task, pilots, faults'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/slurm.sh"

slurm_need

# A site file for cluster $1, with further lines on stdin.
site_file() { # NAME
	mkdir -p p/sites &&
	cat >"p/sites/$1.yaml" <<-EOT &&
	fedtwin-site: 1
	site: $1
	adapter: slurm
	endpoint: {config: $PWD/$1/slurm.conf}
	limits: {status_interval: 1 s}
	lost_after: 5 s
	storage: {visibility_wait: 2 s}
	EOT
	cat >>"p/sites/$1.yaml"
}

content() { # REF
	in_p fedtwin lineage "$1" --json >record.json &&
	test_json 'd["versions"][0]["record"]["content"]' record.json
}

# The runner of the last run dies.
kill_runner() {
	for lease in p/.fedtwin/runs/*/lease
	do
		: # the last one
	done &&
	pid=$(test_json 'd["pid"]' "$lease") &&
	kill -KILL "$pid" && test_gone "$pid"
}

in_p() {
	(cd p && "$@")
}

# N of the four tasks of the last run went to a pilot, no more.
given_to_pilots() { # N
	for n in 1 2 3 4
	do
		in_p fedtwin why "last/s[n=$n]"
	done >why.txt
	test "$(grep -c "one of the tasks of a pilot" why.txt)" = "$1"
}

test_expect_success 'a project, and a cluster of two nodes' '
	slurm_start alpha --nodes 2 &&
	fedtwin init p && site_file alpha </dev/null &&
	cat >p/w.yaml <<-\EOT &&
	fedtwin: 1
	workflow: w
	stages:
	  make:
	    shell: "hostname >host.txt; echo ${matrix.n} >n.txt"
	    matrix: {n: [1, 2, 3]}
	    out: {host: {type: file, path: host.txt}, n: {type: file, path: n.txt}}
	  join:
	    shell: "cat ${in.n} >all.txt"
	    in: {n: "${make.n}"}
	    out: {all: {type: file, path: all.txt}}
	EOT
	in_p fedtwin check w.yaml
'

test_expect_success 'the script of a job is shown, and is one' '
	in_p fedtwin plan w.yaml --site alpha --show-script >script &&
	test_grep "^exec .*fedtwin-agent. .*/jobs/STAGE.CELL.ATTEMPT.json" \
		script && sh -n script &&
	test_expect_code 2 in_p fedtwin plan w.yaml --show-script 2>err &&
	test_grep "site .local. has no batch scripts" err
'

test_expect_success 'tasks run as jobs, their results come into the store' '
	in_p fedtwin run w.yaml --site alpha >out 2>err &&
	in_p fedtwin data get join.all all.txt &&
	printf "1\n2\n3\n" >want && test_cmp want p/all.txt &&
	in_p fedtwin lineage join.all --json >record.json &&
	test_grep "\"site\": *\"alpha\"" record.json &&
	test_grep "\"host\": *\"n[12]\"" record.json
'

test_expect_success 'the same content as on this machine' '
	content join.all >want && in_p fedtwin run w.yaml --fresh >out 2>err &&
	content join.all >got && test_grep ! "\"site\": *\"alpha\"" record.json &&
	test_cmp want got
'

test_expect_success 'many short tasks share pilots' '
	site_file alpha <<-\EOT &&
	pilot: {use: always, max: 2, slots: 2, walltime: 10 min, idle: 5 s}
	EOT
	cat >p/many.yaml <<-\EOT &&
	fedtwin: 1
	workflow: many
	stages:
	  s:
	    shell: "echo ${matrix.n} >n.txt"
	    matrix: {n: {from: 1, to: 40}}
	    out: {n: {type: file, path: n.txt}}
	EOT
	in_p fedtwin run many.yaml --site alpha >out 2>err &&
	test_grep "40 succeeded" out &&
	slurm_on alpha squeue -h -o "%j %T" >jobs && test_grep ! PENDING jobs &&
	ls p/.fedtwin/runs/*/jobs/pilot-1.json
'

one_pilot() { # which takes one task at a time
	site_file alpha <<-\EOT
	pilot: {use: always, max: 1, slots: 1, walltime: 10 min, idle: 60 s}
	EOT
}

test_expect_success 'short tasks wait at a pilot, and are not lost with it' '
	one_pilot &&
	cat >p/short.yaml <<-\EOT &&
	fedtwin: 1
	workflow: short
	params: {top: {type: string}}
	stages:
	  s:
	    shell: |
	      echo ${matrix.n} >>${params.top}/short
	      test ${matrix.n} = 1 || while ! test -e ${params.top}/on; do sleep 0.1; done
	      echo ${matrix.n} >n.txt
	    matrix: {n: {from: 1, to: 4}}
	    out: {n: {type: file, path: n.txt}}
	EOT
	in_p fedtwin run short.yaml -p top="$PWD" --site alpha -d >out &&
	test_wait_for 60 given_to_pilots 3 && test_line_count = 2 short &&
	job=$(slurm_on alpha squeue -h -n pilot -o %i) &&
	slurm_on alpha scancel "$job" && slurm_ended alpha "$job" CANCELLED &&
	touch on && in_p fedtwin wait last &&
	sort -u short >got && seq 4 >want && test_cmp want got &&
	test_line_count = 5 short
'

# The site signals all processes at once; the program may be first to end.
test_expect_success 'a program that ends before its pilot is cancelled runs again' '
	one_pilot &&
	cat >p/early.yaml <<-\EOT &&
	fedtwin: 1
	workflow: early
	params: {top: {type: string}}
	stages:
	  s:
	    shell: |
	      echo begun >>${params.top}/early
	      if ! test -e ${params.top}/again
	      then
	        while ! test -e ${params.top}/die; do sleep 0.1; done
	        exit 143
	      fi
	      echo 1 >n.txt
	    out: {n: {type: file, path: n.txt}}
	EOT
	in_p fedtwin run early.yaml -p top="$PWD" --site alpha -d >out &&
	run=$(sed -n "s/.*\(20[0-9]*-[0-9]*-[0-9a-f]*\).*/\1/p" out) &&
	test_wait_for 60 test -s early &&
	job=$(slurm_on alpha squeue -h -n pilot -t R -o %i) &&
	touch die && test_wait_for 60 grep -q 143 \
		"p/.fedtwin/runs/$run/work/s.0.1/result.json" &&
	touch again && slurm_on alpha scancel "$job" &&
	in_p fedtwin wait last && test_line_count = 2 early
'

test_expect_success 'a task that fails says why, at its place' '
	cat >p/bad.yaml <<-\EOT &&
	fedtwin: 1
	workflow: bad
	stages:
	  s:
	    shell: "echo the cause >&2; exit 7"
	    out: {n: {type: file, path: n.txt}}
	EOT
	site_file alpha </dev/null &&
	test_expect_code 1 in_p fedtwin run bad.yaml --site alpha >out 2>err &&
	test_grep "the cause" err
'

test_expect_success 'cancel ends the job at the site' '
	cat >p/long.yaml <<-\EOT &&
	fedtwin: 1
	workflow: long
	stages:
	  s:
	    shell: "touch started; exec sleep 1000"
	    out: {n: {type: file, path: n.txt}}
	EOT
	in_p fedtwin run long.yaml --site alpha -d >out &&
	test_wait_for 60 sh -c "ls p/.fedtwin/runs/*/work/s.0.1/started" &&
	in_p fedtwin cancel last &&
	test_expect_code 5 in_p fedtwin wait last &&
	test_wait_for 60 sh -c "! squeue -h | grep -q ." &&
	test_wait_for 60 test_must_fail pgrep -f "^sleep 1000"
'

test_expect_success 'a runner that is killed is resumed, its jobs are adopted' '
	cat >p/adopt.yaml <<-\EOT &&
	fedtwin: 1
	workflow: adopt
	params: {top: {type: string}}
	stages:
	  s:
	    shell: "echo x >>${params.top}/began; while ! test -e ${params.top}/go; do sleep 0.1; done; echo done >n.txt"
	    out: {n: {type: file, path: n.txt}}
	EOT
	in_p fedtwin run adopt.yaml -p top="$PWD" --site alpha -d >out &&
	test_wait_for 60 test -s began &&
	kill_runner && in_p fedtwin resume last -d >out2 && touch go &&
	in_p fedtwin wait last && test_line_count = 1 began &&
	in_p fedtwin data get s.n got.txt && echo done >want && test_cmp want p/got.txt
'

test_done
