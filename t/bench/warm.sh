# Small MPI solves: warm programs against one mpirun each.  Sourced by run.sh.
# shellcheck shell=sh

solves=${BENCH_SOLVES:-200}
# That many are started one by one: each of them takes a third of a second.
cold=$(((solves + 9) / 10))

write_mesh() {
	cat <<-\EOT
	fedtwin: 1
	workflow: solves
	stages:
	  mesh:
	    module: mesh.box
	    with: {size: [1 m, 1 m], cells: [16, 16]}
	EOT
}

write_solves() { # N
	write_mesh
	cat <<-EOT
	  heat:
	    module: solve.heat
	    in: {mesh: "\${mesh.mesh}"}
	    matrix: {q: {from: 1, to: $1}}
	    with:
	      conductivity: 237 W/m/K
	      source: {domain: "\${matrix.q} kW/m3"}
	      fixed: {xmin: 300 K}
	    resources: {ranks: 2}
	EOT
}

# The same tasks, each in its directory, without fedtwin.
write_loop() {
	cat <<-EOT
	for task in ../tasks/*
	do
		(cd "\$task" && rm -f ./*.h5 &&
			mpirun -n 2 --map-by :OVERSUBSCRIBE --bind-to none \\
				'$build/fedtwin-heat') || exit
	done
	EOT
}

# mpirun refuses root otherwise.
OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_ALLOW_RUN_AS_ROOT OMPI_ALLOW_RUN_AS_ROOT_CONFIRM

bench_solves() {
	if ! has mpirun || ! test -x "$build/fedtwin-heat"
	then
		return 0
	fi
	mkdir tasks || return
	write_mesh >mesh.yaml
	write_solves "$solves" >warm.yaml
	write_solves "$cold" >cold.yaml
	write_loop >loop.sh
	fedtwin init tasks-of >init.log &&
		(cd tasks-of && fedtwin run ../cold.yaml >run.log 2>&1) || return
	for dir in tasks-of/.fedtwin/runs/*/work/heat.*
	do
		mkdir "tasks/${dir##*/}" &&
			cp "$dir/task.json" "tasks/${dir##*/}" || return
	done
	new='rm -rf p && fedtwin init p && cd p && fedtwin run ../mesh.yaml'
	own=$(median -p "$new" sh -c 'cd p && fedtwin run ../warm.yaml') ||
		return
	peer=$(median -p "$new" sh -c \
		'cd p && fedtwin run --no-pool ../cold.yaml') || return
	loop=$(median -p "$new" sh -c 'cd p && sh ../loop.sh') || return
	own=$(calc "$own / $solves" 4)
	row "small MPI solves: $solves, 2 ranks" "$(calc "$own" 1)" ms/task \
		'run --no-pool' "$(calc "$peer / $cold" 1)" \
		"$(calc "$own / ($peer / $cold)" 3)"
	row '' '' '' 'mpirun in a loop' "$(calc "$loop / $cold" 1)" \
		"$(calc "$own / ($loop / $cold)" 3)"
}
