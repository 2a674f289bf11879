# Tasks that an agent serves, on this machine: the cost of a pilot without a
# batch system.  Sourced by run.sh, after warm.sh.
# shellcheck shell=sh

pilot_tasks=${BENCH_PILOT:-1000}
# Both in turns, so that a machine that gets busy gets so for both.
pilot_rounds=3

# What a pilot replaces: one job with a loop that leaves an exit file a task.
write_exit_loop() {
	cat <<-EOT
	i=0
	while test \$i -lt $pilot_tasks
	do
		i=\$((i + 1))
		/bin/true
		echo \$? >exit.\$i.part && mv exit.\$i.part exit.\$i
	done
	EOT
}

middle() { # of the numbers in standard input
	sort -n | awk '{ x[NR] = $1 } END { print x[int((NR + 1) / 2)] }'
}

bench_pilot_trivial() {
	write_exit_loop >exits.sh
	for round in $(seq $pilot_rounds)
	do
		mkdir "$round" && (cd "$round" && "$build/t/bench/pilot" \
			"$build/fedtwin-agent" "$pilot_tasks" /bin/true) >>own &&
			"$measure" -r 1 sh -c "cd $round && sh ../exits.sh" >>peer ||
			return
	done
	own=$(middle <own)
	peer=$(calc "$(middle <peer) / $pilot_tasks" 4)
	row "trivial tasks by an agent: $pilot_tasks" "$(calc "$own")" ms/task \
		'exit files in sh' "$(calc "$peer")" "$(calc "$own / $peer")"
}

# The directories of the same solves, as fedtwin makes them.
make_solves() {
	fedtwin init tasks-of >init.log &&
		(cd tasks-of && fedtwin run ../warm.yaml >run.log 2>&1) || return
	mkdir tasks && n=0 || return
	for dir in tasks-of/.fedtwin/runs/*/work/heat.*
	do
		n=$((n + 1))
		mkdir "task.$n" && cp "$dir/task.json" "task.$n" || return
		test $n -gt "$cold" || cp -r "task.$n" tasks || return
	done
	test "$n" = "$solves"
}

bench_pilot_solves() {
	write_mesh >mesh.yaml
	write_solves "$solves" >warm.yaml
	write_loop | sed 's|\.\./tasks|tasks|' >loop.sh
	make_solves || return
	own=$("$build/t/bench/pilot" -a 1 -r 2 "$build/fedtwin-agent" "$solves" \
		"$build/fedtwin-heat") &&
		peer=$("$measure" -r 1 sh loop.sh) || return
	peer=$(calc "$peer / $cold" 4)
	row "small MPI solves by an agent: $solves" "$(calc "$own")" ms/task \
		'mpirun in a loop' "$(calc "$peer" 1)" "$(calc "$own / $peer" 3)"
}

bench_pilot() {
	mkdir trivial && (cd trivial && bench_pilot_trivial) || return
	if ! has mpirun || ! test -x "$build/fedtwin-heat"
	then
		return 0
	fi
	mkdir solves && (cd solves && bench_pilot_solves)
}
