# What the tests of stage programs share; a test sources it after harness.sh.
# shellcheck shell=sh

# task_json MODULE PARAMS INPUTS OUTPUTS: each a JSON object, but for MODULE.
task_json() {
	cat <<-EOT
	{"schema": 1, "run": "r", "task": "t", "attempt": 1,
	 "module": "$1", "module_version": "1.0", "params": $2,
	 "inputs": $3, "outputs": $4,
	 "seed": 0, "ranks": 1, "threads": 1, "restart": null}
	EOT
}

m() { # metres as a quantity
	printf '{"value": %s, "unit": "m"}' "$1"
}

# box_task CELLS SIMPLEX: a box of 1 x 2 (x 3) m.
box_task() {
	size="$(m 1), $(m 2)"
	case $1 in *,*,*) size="$size, $(m 3)" ;; esac
	task_json mesh.box "{\"cells\": [$1], \"size\": [$size],
		\"simplex\": $2}" '{}' '{"mesh": {"path": "mesh.h5", "type": "mesh"}}'
}

# gmsh_task FILE PARAMS: mesh an absolute path.
gmsh_task() {
	task_json mesh.gmsh "$2" \
		"{\"geometry\": [{\"path\": \"$1\", \"type\": \"file\"}]}" \
		'{"mesh": {"path": "mesh.h5", "type": "mesh"},
		  "quality": {"path": "quality.h5", "type": "table"}}'
}

# probe_task DO [MESH]
probe_task() {
	task_json test.probe "{\"do\": \"$1\"}" \
		"{\"mesh\": [{\"path\": \"${2-}\", \"type\": \"mesh\"}]}" \
		'{"result": {"path": "result.h5", "type": "field", "unit": "K"}}'
}

mpi() { # RANKS PROGRAM ARGUMENT...
	n=$1
	shift
	timeout 120 sh "$FT_SRCDIR/t/mpirun.sh" -n "$n" "$@"
}

# The program must fail and say just this one line.
must_say() { # LINE RANKS PROGRAM ARGUMENT...
	printf '%s\n' "$1" >want
	shift
	test_must_fail mpi "$@" 2>err &&
	test_cmp want err
}

probe=$FT_BUILDDIR/t/stage/probe
