#!/bin/sh
test_description='attempts at a Slurm site: two alive, late files, checkpoints'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/slurm.sh"

slurm_need
test_need nsenter fedtwin-heat fedtwin-mesh-box

# What is promised holds for a machine that has nothing else to do
# (share/doc/testing.md); here it may take four times as long.
known_within() { # SECONDS COMMAND...
	known_s=$((4 * $1))
	shift
	test_wait_for "$known_s" "$@"
}

# A project PROJECT that knows the site.
project() { # PROJECT
	fedtwin init "$1" && mkdir "$1/sites" &&
	cat >"$1/sites/alpha.yaml" <<-EOT
	fedtwin-site: 1
	site: alpha
	adapter: slurm
	endpoint: {config: $PWD/alpha/slurm.conf}
	limits: {status_interval: 1 s}
	answer_within: 10 s
	lost_after: 5 s
	signal_before: 30 s
	storage: {visibility_wait: 1 s}
	EOT
}

in_p() {
	(cd p && "$@")
}

in_q() {
	(cd q && "$@")
}

job() { # NAME
	slurm_on alpha squeue -h -n "$1" -o %i
}

runner() {
	for lease in p/.fedtwin/runs/*/lease
	do
		: # the last one
	done &&
	test_json 'd["pid"]' "$lease"
}

begin_run() {
	rm -f began go && in_p fedtwin run gate.yaml --fresh --site alpha -d >out &&
	test_wait_for 90 test -s began
}

# It has succeeded: attempt $1 made the result, and the program began so often.
succeeded() { # ATTEMPT
	in_p fedtwin wait last --timeout "200 s" && test_line_count -eq "$1" began &&
	rm -f p/got.txt && in_p fedtwin data get s.n got.txt &&
	echo "$1" >want && test_cmp want p/got.txt
}

why_has() { # PROJECT TASK PATTERN
	(cd "$1" && fedtwin why "last/$2") >why.txt && test_grep "$3" why.txt
}

runs() { # NAME
	slurm_on alpha squeue -h -n "$1" -t RUNNING -o %i | grep .
}

nodes_are_idle() {
	test "$(slurm_on alpha sinfo -h -o "%T %D")" = "idle 2"
}

# Scripts that wait to be let go, wherever they run.
alive() { # N
	test "$(pgrep -f -c "while ! test -e $PWD/[g]o")" = "$1"
}

forgotten() { # JOB
	! slurm_on alpha scontrol show job "$1"
}

test_expect_success 'a cluster that soon gives up nodes, and forgets jobs' '
	slurm_start alpha --nodes 2 --memory 4000 --conf SlurmdTimeout=5 --conf MinJobAge=2 &&
	project p && project q &&
	cat >p/gate.yaml <<-EOT
	fedtwin: 1
	workflow: gate
	stages:
	  s:
	    shell: |
	      basename \$FEDTWIN_TAG >n.txt
	      echo \$\$ >>$PWD/began
	      while ! test -e $PWD/go; do sleep 0.1; done
	    out: {n: {type: file, path: n.txt}}
	EOT
'

# Slurm looks at the time of jobs every 30 s: this goes on in the background.
test_expect_success 'a job whose walltime will be near' '
	cat >q/save.yaml <<-EOT &&
	fedtwin: 1
	workflow: save
	stages:
	  save:
	    shell: |
	      from=\$(sed -n "s/.*\"restart\": *\"\(.*\)\".*/\1/p" task.json)
	      if test -n "\$from"; then
	        cat "\$from/state" >n.txt
	        exit 0
	      fi
	      trap "mkdir checkpoint; echo saved >checkpoint/state; exit 75" USR1
	      echo >$PWD/waiting
	      sleep 600 & wait
	    out: {n: {type: file, path: n.txt}}
	EOT
	in_q fedtwin run save.yaml --site alpha -d >out &&
	test_wait_for 90 test -e waiting &&
	slurm_on alpha scontrol update jobid="$(job save)" EndTime=now+28
'

test_expect_success 'files that its node sees late: it waits for them' '
	rm -f began go here && touch go &&
	cat >p/late.yaml <<-EOT &&
	fedtwin: 1
	workflow: late
	stages:
	  first:
	    site: local
	    shell: touch $PWD/first; while ! test -e $PWD/here; do sleep 0.1; done
	  s:
	    needs: first
	    site: alpha
	    shell: |
	      echo 1 >n.txt
	      echo x >>$PWD/began
	    out: {n: {type: file, path: n.txt}}
	EOT
	in_p fedtwin run late.yaml --fresh --site alpha,local -d >out &&
	test_wait_for 60 test -e first &&
	work=$(ls -d "$PWD"/p/.fedtwin/runs/*/work) &&
	slurm_ask alpha hide n1 "$work" && slurm_ask alpha hide n2 "$work" &&
	touch here && test_wait_for 90 runs s && test ! -e began &&
	slurm_ask alpha show n1 "$work" && slurm_ask alpha show n2 "$work" &&
	succeeded 1
'

test_expect_success 'it ended and was forgotten while nobody looked' '
	begin_run && id=$(job s) && pid=$(runner) && kill -KILL "$pid" &&
	test_gone "$pid" && touch go && test_wait_for 120 forgotten "$id" &&
	in_p fedtwin resume last -d >out && succeeded 1
'

test_expect_success 'the walltime was near: saved, submitted again, gone on' '
	in_q fedtwin wait last --timeout "200 s" &&
	in_q fedtwin data get save.n got.txt && echo saved >want &&
	test_cmp want q/got.txt &&
	grep -q "\"outcome\":\"preempted\"" q/.fedtwin/runs/*/journal
'

test_expect_success 'a solver is told that its time is over, and goes on later' '
	cat >p/heat.yaml <<-\EOT &&
	fedtwin: 1
	workflow: long
	stages:
	  box: {module: mesh.box, with: {cells: [4, 4], size: [1 m, 1 m]}}
	  heat:
	    module: solve.heat
	    in: {mesh: "${box.mesh}"}
	    with:
	      scheme: bdf2
	      step: 0.5 s
	      end: 8000 s
	      initial_temperature: 300 K
	      conductivity: 35 W/m/K
	      density: 7200 kg/m^3
	      specific_heat: 440.5 J/kg/K
	      fixed: {xmax: 350 K}
	EOT
	in_p fedtwin check heat.yaml &&
	in_p fedtwin run heat.yaml --site alpha -d >out &&
	first=heat.0.1/progress.ndjson &&
	test_wait_for 90 sh -c "grep -q step p/.fedtwin/runs/*/work/$first" &&
	slurm_on alpha scancel --batch -s USR1 "$(job heat)" &&
	in_p fedtwin wait last --timeout "200 s" &&
	saved=$(tail -n 1 p/.fedtwin/runs/*/work/$first) &&
	later=$(head -n 1 p/.fedtwin/runs/*/work/heat.0.2/progress.ndjson) &&
	"$PYTHON" -c "
import json, sys
saved, later = (json.loads(line)[\"step\"] for line in sys.argv[1:])
assert later > saved > 0, (saved, later)" "$saved" "$later"
'

test_expect_success 'it never saves anything: two attempts, and a reason' '
	cat >p/vain.yaml <<-\EOT &&
	fedtwin: 1
	workflow: vain
	stages:
	  s:
	    shell: exit 75
	    out: {n: {type: file, path: n.txt}}
	EOT
	in_p fedtwin run vain.yaml --site alpha -d >out &&
	test_expect_code 1 in_p fedtwin wait last --timeout "200 s" &&
	why_has p s "failed after 2 attempts" &&
	test_grep "twice in a row its time was over before it had saved" why.txt
'

# The script of the first attempt runs on.
test_expect_success 'its node is given up: the older attempt does not count' '
	begin_run && node=$(slurm_on alpha squeue -h -n s -o %N) &&
	slurm_ask alpha signal "$node" KILL &&
	known_within 40 test_line_count = 2 began && touch go && succeeded 2 &&
	slurm_ask alpha start "$node"
'

times_given_up() {
	grep -c "setting DOWN" alpha/log/slurmctld.log || :
}

given_up_after() { # TIMES
	test "$(times_given_up)" -gt "$1"
}

# Nobody believes anybody: the controller gives up all nodes, whose scripts run
# on.  When munge is back the node of the first attempt is the last to come, and
# its agent cannot be told that it is over.
test_expect_success 'munge is away until nodes are given up: two attempts run' '
	test_wait_for 90 nodes_are_idle && begin_run &&
	node=$(slurm_on alpha squeue -h -n s -o %N) && n=$(times_given_up) &&
	agent=$(pgrep -f "^[^ ]*/fedtwin-agent $PWD/p/") &&
	slurm_ask alpha stop munged && test_wait_for 90 given_up_after "$n" &&
	slurm_ask alpha signal "$node" STOP && kill -STOP "$agent" &&
	slurm_ask alpha start munged &&
	known_within 60 test_line_count = 2 began && alive 2
'

test_expect_success 'both come to their ends: the older one is refused' '
	touch go && test_wait_for 60 alive 0 && succeeded 2 &&
	kill -CONT "$agent" &&
	test_wait_for 60 test_has_ended "$agent" && succeeded 2 &&
	in_p fedtwin lineage s.n --json >lineage.json &&
	test_json "d[\"versions\"][0][\"record\"][\"host\"]" lineage.json >host &&
	test_grep ! "^$node$" host &&
	slurm_ask alpha signal "$node" CONT && test_wait_for 90 nodes_are_idle
'

test_done
