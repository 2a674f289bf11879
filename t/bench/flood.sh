# Rates of env.flood, against what the machine's memory could do.  Sourced by
# run.sh.
# shellcheck shell=sh

# Bytes that a step must move for a cell, at 8 a number: depth, discharge and
# bed read, new values written (and read before), three peaks read; the second
# stage reads the first one's values, the bed and the beginning's, and writes.
flood_bytes_first=104
flood_bytes_second=208

# Columns of the median run by the first one.
flood_median() { # CELLS SCHEME CASE RANKS
	for _ in $(seq "$repeats")
	do
		"$python" "$here/flood.py" "$@" 2>>log
		rm -rf tmp*
	done | sort -n |
		awk '{ line[NR] = $0 } END { print line[int((NR + 1) / 2)] }'
}

flood_rates() { # SCHEME CELLS BYTES
	flood_median "$2" "$1" wet 1 >one && read -r rate wall _ _ <one &&
		test -n "$wall" || return
	row "flood, $1 order, $2^2 cells" "$rate" 'M/s CPU' 'triad, GB/s' \
		"$triad" "$(calc "$rate * $3 / 1000 / $triad")"
	flood_median "$2" "$1" half 1 >part && read -r rate _ _ _ <part || return
	row '  half of it dry: wet cells' "$rate" 'M/s CPU' '' '' ''
	flood_median "$2" "$1" wet 2 >two && read -r _ both _ _ <two || return
	row '  2 ranks, by the clock' "$both" 'M/s' '1 rank' "$wall" \
		"$(calc "$both / (2 * $wall)")"
}

# Slopes of time and memory over the number of cells, both as logarithms.
flood_slopes() { # CELLS
	for side in $(($1 / 8)) $(($1 / 4)) $(($1 / 2)) "$1"
	do
		flood_median "$side" second wet 1 |
			awk -v n="$side" '{ print log(n * n), log($4), log($3) }'
	done | awk '{ n++; x += $1; xx += $1 * $1
		y += $2; xy += $1 * $2; z += $3; xz += $1 * $3 }
		END { d = n * xx - x * x
			printf "%.2f %.2f\n", (n * xy - x * y) / d,
				(n * xz - x * z) / d }' >slopes
	read -r time memory <slopes || return
	row "  slope of time to $1^2 cells" "$time" '' '' '' ''
	row '  slope of memory' "$memory" '' '' '' ''
}

# Gerris works on a tree of cells, which has one level here.  Its case becomes a
# program by the compiler and Gerris's headers.
flood_gerris() {
	has gerris2D && has pkg-config && pkg-config --exists gerris2D ||
		return 0
	flood_median 256 second wet 1 >one && read -r rate _ _ _ <one || return
	for _ in $(seq "$repeats")
	do
		gerris2D -DLEVEL=8 -DSIDE=1280 "$here/dam.gfs" 2>&1 |
			awk -v cells=65536 -v steps=20 '{
				for (i = 1; i < NF; i++)
					if ($i == "cpu:")
						cpu[n++] = $(i + 1)
			}
			END { print 1e-6 * cells * steps / (cpu[1] - cpu[0]) }'
	done | sort -n |
		awk '{ line[NR] = $0 } END { print line[int((NR + 1) / 2)] }' >gerris
	read -r peer <gerris || return
	row 'flood, second order, 256^2 cells' "$rate" 'M/s CPU' 'Gerris' \
		"$(calc "$peer")" "$(calc "$rate / $peer" 0)"
}

bench_flood() {
	side=${BENCH_FLOOD:-2000}
	python=$(sed -n "s/^PYTHON='\(.*\)'/\1/p" "$build/t/settings")
	FT_SRCDIR=$(cd "$here/../.." && pwd -P) FT_BUILDDIR=$build
	OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
	export FT_SRCDIR FT_BUILDDIR
	export OMPI_ALLOW_RUN_AS_ROOT OMPI_ALLOW_RUN_AS_ROOT_CONFIRM
	if ! has mpirun || ! test -x "$build/fedtwin-flood"
	then
		return 0
	fi
	triad=$("$build/t/bench/triad") || return
	flood_rates first "$side" "$flood_bytes_first" &&
		flood_rates second "$side" "$flood_bytes_second" &&
		flood_slopes "$side" && flood_gerris
}
