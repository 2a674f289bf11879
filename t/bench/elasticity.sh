# Elastic deformation of tetrahedra of second order against CalculiX and
# dolfinx, which Debian installs for its own python3.  Sourced by run.sh.
# shellcheck shell=sh

# A cube of $1^3 blocks of six tetrahedra, held at one side, under its weight.
write_elastic() { # SIDE
	cat <<-EOT
	fedtwin: 1
	workflow: elastic
	stages:
	  mesh:
	    module: mesh.box
	    with: {size: [1 m, 1 m, 1 m], cells: [$1, $1, $1], simplex: true}
	  solve:
	    module: solve.elasticity
	    in: {mesh: "\${mesh.mesh}"}
	    with:
	      young: 210 GPa
	      poisson: 0.3
	      fixed: [xmin]
	      body_force: {"*": {z: -1 MN/m3}}
	      tolerance: 1e-8
	EOT
}

# The directory of the task, to run its program in again without fedtwin: $task;
# the mesh: $mesh.
elastic_task() { # SIDE
	test -d "of$1" || {
		write_elastic "$1" >"$1.yaml" && fedtwin init "of$1" >>log &&
			(cd "of$1" && fedtwin run "../$1.yaml" >>../log 2>&1)
	} || return
	for task in "$PWD/of$1"/.fedtwin/runs/*/work/solve.*
	do
		mesh=$(sed -n 's/.*"path":"\(.*\/o\/.*\.h5\)".*/\1/p' \
			"$task/task.json")
	done
	test -n "$mesh"
}
elastic_run="rm -f *.h5; exec '$build/fedtwin-elasticity'"

# Wall and processor time in s.
elastic_times() { # DIRECTORY COMMAND
	"$measure" -c -r "$repeats" sh -c "cd '$1' && $2" >figures &&
		read -r wall cpu <figures &&
		wall=$(calc "$wall / 1000") && cpu=$(calc "$cpu / 1000")
}

elastic_row() { # PEER: its times are in $wall and $cpu
	row '' "$own_wall" 's' "$1" "$wall" "$(calc "$own_wall / $wall")"
	row '' "$own_cpu" 's CPU' "$1" "$cpu" "$(calc "$own_cpu / $cpu")"
}

elastic_ccx() {
	has ccx && test -x /usr/bin/python3 || return 0
	for solver in ${BENCH_CCX:-spooles iterative}
	do
		name=$(echo "$solver" | tr '[:lower:]' '[:upper:]' | sed 's/^IT.*/& SCALING/')
		mkdir -p ccx && /usr/bin/python3 "$here/elasticity.py" inp "$mesh" |
			sed "s/SOLVER=SPOOLES/SOLVER=$name/" >ccx/cube.inp &&
			elastic_times ccx 'exec ccx cube' || return
		elastic_row "ccx $solver"
	done
}

# Its assembly and solution alone, beside the whole of fedtwin's program.
elastic_dolfinx() {
	heat_median /usr/bin/python3 "$here/elasticity.py" dolfinx "$mesh" >peer
	if read -r _ _ cpu _ <peer && test -n "$cpu"
	then
		row '' "$own_cpu" 's CPU' 'dolfinx, GAMG' "$cpu" \
			"$(calc "$own_cpu / $cpu")"
	fi
}

bench_elasticity() {
	test -x "$build/fedtwin-elasticity" || return 0
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
	export OMP_NUM_THREADS OPENBLAS_NUM_THREADS
	side=${BENCH_ELASTIC:-27}
	elastic_task "$side" && elastic_times "$task" "$elastic_run" || return
	own_wall=$wall own_cpu=$cpu
	row "elasticity, P2, $((3 * (2 * side + 1) * (2 * side + 1) *
		(2 * side + 1))) unknowns" "$wall" s '' '' ''
	elastic_ccx && elastic_dolfinx || return
	for eighths in 4 5 6 8
	do
		n=$((side * eighths / 8))
		elastic_task "$n" || return
		grow "$((3 * (2 * n + 1) * (2 * n + 1) * (2 * n + 1)))" \
			sh -c "cd '$task' && $elastic_run" || return
	done
	slope_rows elasticity
}
