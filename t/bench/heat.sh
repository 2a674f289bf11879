# Assembling and solving a heat problem against dolfinx, which Debian installs
# for its own python3.  Sourced by run.sh.

# Of the median run: assembly, solve, both (s of CPU), unknowns.
heat_median() { # COMMAND...
	for _ in $(seq "$repeats")
	do
		OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 "$@" 2>>log |
			awk '{ print $1, $2, $1 + $2, $4 }'
	done | sort -n -k3 |
		awk '{ line[NR] = $0 } END { print line[int((NR + 1) / 2)] }'
}

heat_rows() { # WHAT CELLS-A-SIDE ORDER
	heat_median "$build/t/bench/heat" "$2" "$3" >own
	heat_median /usr/bin/python3 "$here/heat.py" "$2" "$3" >peer
	read -r assembly solve both unknowns <own || return
	test -n "$unknowns" || return
	if ! read -r peer_assembly peer_solve peer_both _ <peer ||
		test -z "$peer_both"
	then
		row "$1, $unknowns unknowns" "$both" 's CPU' '' '' ''
		return
	fi
	row "$1, $unknowns unknowns" "$both" 's CPU' dolfinx "$peer_both" \
		"$(calc "$both / $peer_both")"
	row '  assembly' "$assembly" 's CPU' '' "$peer_assembly" \
		"$(calc "$assembly / $peer_assembly")"
	row '  multigrid and solve' "$solve" 's CPU' '' "$peer_solve" \
		"$(calc "$solve / $peer_solve")"
}

bench_heat() {
	side=${BENCH_HEAT:-64}
	test -x "$build/t/bench/heat" || return 0
	heat_rows 'heat, Q1' "$side" 1 &&
		heat_rows 'heat, Q2' "$((side / 2))" 2 || return
	for eighths in 4 5 6 8
	do
		n=$((side * eighths / 8 + 1))
		grow "$((n * n * n))" "$build/t/bench/heat" "$((n - 1))" 1 ||
			return
	done
	slope_rows 'heat, Q1'
}
