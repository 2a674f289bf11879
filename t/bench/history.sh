# A long history, and a large file: what must not depend on how many versions
# there are, and what must not cost more than its bytes.  Sourced by run.sh.
# shellcheck shell=sh

versions=${BENCH_VERSIONS:-1000000}
mib=${BENCH_WRITE:-512}

# All versions are bound, and one object was put twice, so that there is
# something to undo: each run of the measurement goes back and forth.
bench_history() {
	fedtwin init >/dev/null &&
		"$build/t/bench/lookups" -f "$versions" || return
	for text in one two
	do
		echo $text >file.txt &&
			fedtwin data put bench.file file.txt >put.log || return
	done
	own=$("$measure" -r 21 fedtwin data ls --newest 50) || return
	row "$versions versions: newest 50" "$(calc "$own" 1)" ms '' '' ''
	own=$("$measure" -r 21 fedtwin data ls --max 50) || return
	row 'first 50 cells' "$(calc "$own" 1)" ms '' '' ''
	own=$("$measure" -r 21 -p 'fedtwin redo || :' fedtwin undo) || return
	row 'undo' "$(calc "$own" 1)" ms '' '' ''
	own=$("$measure" -r 21 fedtwin data put bench.file file.txt) || return
	row 'data put' "$(calc "$own" 1)" ms '' '' ''
	own=$("$measure" -r 1 fedtwin fsck --rebuild) || return
	row 'index rebuild' "$(calc "1000 * $versions / $own" 0)" versions/s \
		'' '' ''
}

bench_write() {
	if ! has mpirun || ! test -x "$build/t/bench/stage_write"
	then
		return 0
	fi
	OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
	export OMPI_ALLOW_RUN_AS_ROOT OMPI_ALLOW_RUN_AS_ROOT_CONFIRM
	mpirun -n 2 --map-by :OVERSUBSCRIBE --bind-to none \
		"$build/t/bench/stage_write" "$mib" "$repeats" >figures || return
	{ read -r raw && read -r own; } <figures
	row "MPI write of $mib MiB, 2 ranks" "$(calc "$own" 0)" ms \
		'collective MPI-IO' "$(calc "$raw" 0)" "$(calc "$own / $raw")"
}
