# Runs at a Slurm cluster: the whole engine beside sbatch and the shell.  The
# cluster is a real one of this machine's own, tuned as well as is known.
# Sourced by run.sh, after warm.sh and pilot.sh.
# shellcheck shell=sh

slurm_tasks=${BENCH_SLURM_TASKS:-1000}
slurm_solves=${BENCH_SLURM_SOLVES:-200}
slurm_pending=${BENCH_SLURM_PENDING:-3000}
slurm_array=${BENCH_SLURM_ARRAY:-10000}
slurm_polls=10 # status polls over which processor time is taken
slurm_rounds=3 # of what is short: in turns with its peer

# What t/slurm.sh expects of a test.
FT_SRCDIR=$(cd "$here/../.." && pwd -P)
test_at_exit() {
	# shellcheck disable=SC2064 # what it is called with now
	trap "$1" EXIT
}
# shellcheck source=t/slurm.sh
. "$FT_SRCDIR/t/slurm.sh"

# Four nodes of 64 cores, which the machine does not have: that many jobs start
# in one turn of the scheduler, which is what tells how fast small jobs are.
tuned="batch_sched_delay=0,sched_min_interval=0,sched_interval=1"
tuned="$tuned,default_queue_depth=10000"

slurm_tuned() {
	slurm_start alpha --nodes 4 --cpus 64 --memory 256000 \
		--conf DefMemPerCPU=4000 \
		--conf "SchedulerParameters=$tuned" \
		--conf SlurmctldDebug=error --conf SlurmdDebug=error \
		--conf MaxJobCount=100000 --conf MaxArraySize=100001 \
		--conf MessageTimeout=60 || return
	SLURM_CONF=$PWD/alpha/slurm.conf
	export SLURM_CONF
}

slurm_project() {
	fedtwin init p >init.log && mkdir p/sites &&
	cat >p/sites/alpha.yaml <<-EOT
	fedtwin-site: 1
	site: alpha
	adapter: slurm
	slots: 100000
	endpoint: {config: $SLURM_CONF}
	limits: {status_interval: 1 s, max_in_flight: 100000}
	pilot: {max: 1, slots: 2, walltime: 1 h, idle: 60 s}
	EOT
}

submit_as() { # FORM CELLS: p/FORM.yaml
	write_workflow "$2" '["true"]' 'cache: never' "submit: $1" \
		>"p/$1.yaml"
}

at_alpha() { # ARGUMENT...: ms of a run
	"$measure" -r 1 fedtwin -C p run --site alpha "$@"
}

# --- trivial tasks ----------------------------------------------------------

now_ms() {
	echo "$(($(date +%s%N) / 1000000))"
}

# From the start of the first task to the end of the run, in ms.
busy_ms() {
	fedtwin -C p status last --json >status.json || return
	first=$(sed -n 's/^      "start":"\(.*\)",$/\1/p' status.json | sort |
		head -n 1)
	last=$(sed -n 's/^  "end":"\(.*\)",$/\1/p' status.json)
	echo "$(($(date -d "$last" +%s%N) / 1000000 -
		$(date -d "$first" +%s%N) / 1000000))"
}

slurm_is_idle() {
	test -z "$(squeue -h)"
}

# COMMAND..., until nothing of it is left at the cluster; in ms.
until_idle() {
	from=$(now_ms)
	"$@" >sbatch.log || return
	until slurm_is_idle
	do
		sleep 0.1
	done
	echo "$(($(now_ms) - from))"
}

sbatch_each() {
	for i in $(seq "$slurm_tasks")
	do
		sbatch -Q -o /dev/null true.sh || return
	done
}

# A job with a loop that leaves an exit file for each task: its own time.
loop_in_job() { # ROUND
	mkdir "loop.$1" &&
		until_idle sbatch -n 2 -D "loop.$1" -o took exits.sh >/dev/null &&
		cat "loop.$1/took"
}

write_scripts() {
	printf '%s\n' '#!/bin/sh' true >true.sh
	cat >exits.sh <<-EOT
	#!/bin/sh
	from=\$(date +%s%N)
	i=0
	while test \$i -lt $slurm_tasks
	do
		i=\$((i + 1))
		/bin/true
		echo \$? >exit.\$i
	done
	echo \$(((\$(date +%s%N) - from) / 1000000))
	EOT
}

slurm_trivial() {
	write_scripts
	for form in pilot job array
	do
		submit_as "$form" "$slurm_tasks" || return
	done
	at_alpha pilot.yaml >warm-up || return # the site is looked at once
	for round in $(seq $slurm_rounds)
	do
		at_alpha pilot.yaml >>pilot && busy_ms >>busy &&
			loop_in_job "$round" >>loop || return
	done
	each=$(until_idle sbatch_each) &&
		array=$(until_idle sbatch -Q -o /dev/null \
			-a "0-$((slurm_tasks - 1))" true.sh) &&
		own_each=$(at_alpha job.yaml) && own_array=$(at_alpha array.yaml)
}

per_task() { # MS
	calc "$1 / $slurm_tasks" 4
}

slurm_trivial_rows() {
	own=$(per_task "$(middle <pilot)")
	best=$each
	test "$array" -gt "$best" || best=$array
	row "trivial tasks by a pilot: $slurm_tasks" "$(calc "$own")" ms/task \
		'best of the next' "$(calc "$(per_task "$best")" 1)" \
		"$(calc "$own / $(per_task "$best")" 3)"
	row 'jobs of one task each' "$(calc "$(per_task "$own_each")" 1)" \
		ms/task 'sbatch each' "$(calc "$(per_task "$each")" 1)" \
		"$(calc "$own_each / $each")"
	row 'an array' "$(calc "$(per_task "$own_array")" 1)" \
		ms/task 'sbatch --array' "$(calc "$(per_task "$array")" 1)" \
		"$(calc "$own_array / $array")"
	own=$(per_task "$(middle <busy)")
	loop=$(per_task "$(middle <loop)")
	row 'in the allocation' "$(calc "$own")" ms/task 'loop of exit files' \
		"$(calc "$loop")" "$(calc "$own / $loop")"
}

# --- small MPI solves -------------------------------------------------------

# The same solves by an mpirun each, in an allocation of two.
slurm_loop_of_mpirun() {
	{ echo '#!/bin/sh' && write_loop | sed "s|\.\./tasks|tasks|" &&
		echo 'touch loop.done'; } >loop.sh
	until_idle sbatch -n 2 -o loop.log loop.sh && test -e loop.done
}

slurm_mpi() {
	solves=$slurm_solves cold=$(((slurm_solves + 9) / 10))
	write_mesh >mesh.yaml
	write_solves "$solves" >warm.yaml
	make_solves || return
	sed -i 's/^pilot: {/&use: always, /' p/sites/alpha.yaml &&
		fedtwin -C p run "$PWD/mesh.yaml" >mesh.log 2>&1 &&
		own=$(at_alpha "$PWD/warm.yaml") && busy=$(busy_ms) &&
		peer=$(slurm_loop_of_mpirun) || return
	peer=$(calc "$peer / $cold" 4)
	own=$(calc "$own / $solves" 4)
	busy=$(calc "$busy / $solves" 4)
	row "small MPI solves by a pilot: $solves" "$(calc "$own" 1)" ms/task \
		'mpirun each' "$(calc "$peer" 1)" "$(calc "$own / $peer" 3)"
	row 'in the allocation' "$(calc "$busy" 1)" ms/task '' '' \
		"$(calc "$busy / $peer" 3)"
}

# --- many that wait ---------------------------------------------------------

runner_pid() {
	sed 's/.*"pid": *\([0-9]*\).*/\1/' p/.fedtwin/runs/"$1"/lease
}

# Processor time of a process and of those that it has started, in ticks.
ticks_of() { # PID
	awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$1/stat" 2>/dev/null
	tr ' ' '\n' <"/proc/$1/task/$1/children" | while read -r child
	do
		ticks_of "$child"
	done
}

sum() {
	awk '{ n += $1 } END { print n + 0 }'
}

# How often the cluster was asked for all of its jobs.
asked() {
	sdiag | awk '/REQUEST_JOB_INFO / { sub(/.*count:/, ""); print $1 + 0 }'
}

slurm_holds() { # N: that many jobs or elements wait at the cluster
	test "$(squeue -h -r | wc -l)" -ge "$1"
}

# Milliseconds until the cluster holds the run FILE of N tasks; the run goes on,
# as $run.
until_held() { # FILE N
	from=$(now_ms)
	run=$(fedtwin -C p run -d --site alpha "$1") || return
	until slurm_holds "$2"
	do
		test "$(($(now_ms) - from))" -lt 300000 || return
	done
	took=$(($(now_ms) - from))
}

end_run() {
	fedtwin -C p cancel "$run" >cancel.log &&
		{ fedtwin -C p wait "$run" >wait.log 2>&1 || test $? = 5; } &&
		until slurm_is_idle
		do
			sleep 0.1
		done
}

slurm_waiting() {
	scontrol update NodeName=ALL State=DRAIN Reason=bench || return
	submit_as job "$slurm_pending"
	until_held job.yaml "$slurm_pending" || return
	pid=$(runner_pid "$run")
	sleep 3 # what follows the answers is done
	polls=$(asked) before=$(ticks_of "$pid" | sum)
	until test "$(($(asked) - polls))" -ge "$slurm_polls"
	do
		sleep 0.1
	done
	polls=$(($(asked) - polls)) ticks=$(($(ticks_of "$pid" | sum) - before))
	end_run || return
	ms=$(calc "$ticks * 1000 / $(getconf CLK_TCK) / $polls" 1)
	row "poll of $slurm_pending jobs that wait" "$ms" 'ms of CPU' '' '' ''
}

# At a cluster and in a project of its own, the first thing that is done there.
# Its runner is killed, not asked: to cancel would remove all that was made, and
# whoever makes files after that waits for ext4 (see run.sh).
slurm_submits_array() {
	slurm_tuned && slurm_project || return
	scontrol update NodeName=ALL State=DRAIN Reason=bench || return
	write_scripts
	submit_as array "$slurm_array"
	until_held array.yaml "$slurm_array" || return
	own=$took
	kill -KILL "$(runner_pid "$run")"
	scancel -u "$(id -un)"
	until slurm_is_idle
	do
		sleep 0.1
	done
	from=$(now_ms)
	sbatch -Q -H -o /dev/null -a "0-$((slurm_array - 1))" true.sh || return
	until slurm_holds "$slurm_array"
	do
		:
	done
	peer=$(($(now_ms) - from))
	slurm_stop alpha && mv alpha p "$(mktemp -d ../old.XXXXXX)" || return
	row "array of $slurm_array submitted" "$own" ms 'sbatch --array' "$peer" \
		"$(calc "$own / $peer" 1)"
}

bench_slurm() {
	PATH=$PATH:/usr/sbin:/sbin
	if ! has slurmctld || ! has slurmd || ! has munged || ! has sbatch
	then
		return 0
	fi
	slurm_submits_array && slurm_tuned && slurm_project && slurm_trivial &&
		slurm_trivial_rows || return
	if has mpirun && test -x "$build/fedtwin-heat"
	then
		slurm_mpi || return
	fi
	slurm_waiting && slurm_stop_all
}
