#!/bin/sh
# Compares fedtwin with its neighbours on this machine, in one run, and prints
# ratios; share/doc/benchmarks.md says what is measured and why.
#
# Usage: make bench [BENCH="start tasks ..."] [BENCH_TASKS=10000]
#	[BENCH_AGAIN=100000] [BENCH_COMMITS=100] [BENCH_VERSIONS=1000000]
#	[BENCH_SOLVES=200] [BENCH_PILOT=1000] [BENCH_WRITE=512] [BENCH_REPEATS=5]
#	[BENCH_HEAT=64] [BENCH_FLOOD=2000] [BENCH_SLURM_TASKS=1000]
#	[BENCH_SLURM_SOLVES=200] [BENCH_SLURM_PENDING=3000]
#	[BENCH_SLURM_ARRAY=10000] [BENCH_ELASTIC=27]
#
# Every figure is a median.  A peer that is not installed is left out.

set -u
tasks=${BENCH_TASKS:-10000}
again=${BENCH_AGAIN:-100000}
commits=${BENCH_COMMITS:-100}
repeats=${BENCH_REPEATS:-5}

here=$(cd "$(dirname "$0")" && pwd -P) || exit 1
build=${FT_BUILDDIR:-$(pwd -P)}
test -x "$build/fedtwin" || {
	echo "$0: no fedtwin in $build; call it with 'make bench'" >&2
	exit 1
}
PATH=$build:$PATH
measure=$build/t/bench/measure
work=$build/t/scratch/bench
rm -rf "$work" && mkdir -p "$work/home" && cd "$work" || exit 1
HOME=$work/home LC_ALL=C.UTF-8
export PATH HOME LC_ALL

median() { # COMMAND...: in ms
	"$measure" -r "$repeats" "$@"
}
has() {
	command -v "$1" >/dev/null
}
calc() { # an expression of awk
	awk "BEGIN { printf \"%.${2:-2}f\", $1 }"
}
row() { # WHAT FEDTWIN UNIT PEER PEER-VALUE RATIO
	printf '%-34s %10s %-10s %-18s %10s %8s\n' "$@"
}

# --- start-up ---------------------------------------------------------------

bench_start() {
	own=$("$measure" -r 101 fedtwin version) || return
	true=$("$measure" -r 101 true) || return
	row 'start-up: version' "$(calc "$own")" ms 'true' "$(calc "$true")" \
		"$(calc "$own / $true" 1)"
	has git || return 0
	peer=$("$measure" -r 101 git --version) || return
	row '' '' '' 'git --version' "$(calc "$peer")" "$(calc "$own / $peer" 1)"
}

# --- check ------------------------------------------------------------------

# Two modules, and $1 groups of four stages: a mesh, a solution of 21 cells,
# and two programs behind it.
write_modules() {
	mkdir -p modules &&
	cat >modules/bench.mesh.yaml <<-\EOT &&
	fedtwin-module: 1
	module: bench.mesh
	version: "1"
	run: ["true"]
	params:
	  size: {type: quantity, unit: m, each: list}
	  cells: {type: integer, each: list, min: 1}
	out: {mesh: {type: mesh}}
	EOT
	cat >modules/bench.solve.yaml <<-\EOT
	fedtwin-module: 1
	module: bench.solve
	version: "1"
	run: ["true"]
	in: {mesh: {type: mesh}}
	params:
	  conductivity: {type: quantity, unit: W/m/K, each: group}
	  source: {type: quantity, unit: W/m^3, each: group, optional: true}
	  thickness: {type: quantity, unit: m, default: 1 m}
	  degree: {type: integer, default: 1, min: 1, max: 2}
	  solver: {type: string, default: cg, choices: [cg, gmres]}
	out: {temperature: {type: field, unit: K}, summary: {type: table}}
	EOT
}

write_stages() {
	cat <<-\EOT
	fedtwin: 1
	workflow: large
	params:
	  size: {type: quantity, unit: mm, default: 2 mm}
	  k: {type: quantity, unit: W/m/K, default: 237 W/m/K}
	stages:
	EOT
	i=0
	while test "$i" -lt "$1"
	do
		i=$((i + 1))
		cat <<-EOT
		  mesh$i:
		    module: bench.mesh
		    with: {size: [1 cm, "\${params.size}"], cells: [4, $i]}
		  heat$i:
		    module: bench.solve
		    in: {mesh: "\${mesh$i.mesh}"}
		    matrix:
		      power: [45 W/m^3, 65 W/m^3, 95 W/m^3]
		      angle: {from: 0, to: 90, step: 15}
		    with:
		      conductivity: "\${params.k}"
		      source: {box: "\${matrix.power}"}
		    resources: {ranks: 2, memory: 2 GiB, walltime: 10 min}
		    retry: {max: 2, on: [oom, timeout], scale: {memory: 2}}
		  peak$i:
		    run: [sort, -n, "\${in.t}"]
		    in: {t: "\${heat$i.summary{power = 65 W/m^3}}"}
		    out: {peak: {type: file, path: peak.txt}}
		  plot$i:
		    shell: cat \${in.t} >all.txt
		    in: {t: "\${peak$i.peak}"}
		    out: {all: {type: file, path: all.txt}}
		EOT
	done
}

bench_check() {
	fedtwin init >/dev/null && write_modules && write_stages 50 >large.yaml ||
		return
	own=$("$measure" -r 51 fedtwin check large.yaml) || return
	row 'check of 200 stages' "$(calc "$own")" ms '' '' ''
}

# --- tasks ------------------------------------------------------------------

# A matrix of $1 cells that each run $2; the rest are more lines of the stage.
write_workflow() { # CELLS COMMAND [LINE...]
	cat <<-EOT
	fedtwin: 1
	workflow: bench
	stages:
	  t:
	    run: $2
	    matrix: {i: {from: 1, to: $1}}
	EOT
	shift 2
	printf '    %s\n' "$@"
}

write_ninja() { # EDGES COMMAND
	printf 'rule t\n  command = %s\n' "$2"
	seq "$1" | sed 's/.*/build t&: t/'
}

write_snakefile() { # JOBS
	cat <<-EOT
	rule all:
	    input: expand("out/{i}", i=range($1))
	rule t:
	    output: touch("out/{i}")
	    shell: "true"
	EOT
}

# What an earlier run left is moved away, not deleted: ext4 is slow to give out
# inodes that were freed seconds ago, and whoever runs next would pay for that.
away() { # NAME...
	echo "mv $* \"\$(mktemp -d ../old.XXXXXX)\" 2>/dev/null || :"
}
new="$(away .fedtwin); fedtwin init"

# Snakemake needs a minute for what the others do in seconds: a tenth of it.
bench_snakemake() { # sets $snake to ms per task
	snake=
	has snakemake || return 0
	write_snakefile "$((tasks / 10))" >Snakefile
	snake=$(median -p "$(away out .snakemake)" snakemake -q -j 2) || return
	snake=$(calc "$snake * 10 / $tasks" 4)
}

peer_rows() { # OWN PEER VALUE DIGITS ...
	while test $# -ge 4
	do
		test -z "$3" || row '' '' '' "$2" "$(calc "$3")" \
			"$(calc "$1 / $3" "$4")"
		shift 4
	done
}

bench_tasks() {
	write_workflow "$tasks" '["true"]' 'cache: never' >t.yaml
	own=$(median -p "$new" fedtwin run -j 2 t.yaml) || return
	own=$(calc "$own / $tasks" 4)
	row "trivial tasks: $tasks, 2 at once" "$(calc "$own")" ms/task '' '' ''
	peer=
	if has ninja
	then
		write_ninja "$tasks" true >build.ninja
		peer=$(median -p 'rm -f .ninja*' ninja -j 2) || return
		peer=$(calc "$peer / $tasks" 4)
	fi
	bench_snakemake || return
	peer_rows "$own" ninja "$peer" 2 "$own" snakemake "$snake" 3
}

# Each task leaves one small result: a version with lineage, durable; what the
# others leave is an empty file.
bench_versions() {
	write_workflow "$tasks" '[touch, o.txt]' \
		'out: {o: {type: file, path: o.txt}}' >t.yaml
	own=$(median -p "$new" fedtwin run -j 2 t.yaml) || return
	own=$(calc "$own / $tasks" 4)
	row "tasks with a version: $tasks" "$(calc "$own")" ms/task '' '' ''
	peer=
	if has ninja
	then
		# shellcheck disable=SC2016 # ninja's variable
		write_ninja "$tasks" 'touch $out' >build.ninja
		peer=$(median -p "$(away '.ninja*' 't?*[0-9]')" ninja -j 2) ||
			return
		peer=$(calc "$peer / $tasks" 4)
	fi
	bench_snakemake || return
	peer_rows "$own" ninja "$peer" 2 "$own" snakemake "$snake" 3
}

bench_again() {
	write_workflow "$again" '[touch, o.txt]' \
		'out: {o: {type: file, path: o.txt}}' >t.yaml
	fedtwin init >/dev/null && fedtwin run -j 2 t.yaml >out 2>&1 || return
	own=$(median fedtwin run -j 2 t.yaml) || return
	row "second run of $again tasks" "$(calc "$own" 0)" ms '' '' ''
	peer=
	if has ninja
	then
		# shellcheck disable=SC2016
		write_ninja "$again" 'touch $out' >build.ninja
		ninja -j 2 >out 2>&1 || return
		peer=$(median ninja -j 2) || return
	fi
	peer_rows "$own" 'ninja, no work' "$peer" 2
}

bench_plan() {
	write_workflow 1000 '["true"]' >t.yaml
	sed -i 's/to: 1000}/&, j: {from: 1, to: 1000}/' t.yaml
	fedtwin init >/dev/null || return
	own=$(median fedtwin plan t.yaml) || return
	row 'plan of 1,000,000 cells' "$(calc "$own" 0)" ms '' '' ''
	own=$("$measure" -m -r "$repeats" fedtwin plan t.yaml) || return
	row '' "$(calc "$own * 1024 / 1e6" 0)" B/task '' '' ''
}

# --- durable commits --------------------------------------------------------

# Each of these makes $commits durable versions of files of 12 KB.
write_put() {
	cat <<-\EOT
	while read -r i
	do
		fedtwin data put "bench.f$i" "../files/$i" || exit
	done <../numbers
	EOT
}

# By default git does not sync the objects that a commit names.
write_git() {
	cat <<-\EOT
	while read -r i
	do
		cp "../files/$i" . &&
		git add "$i" && git commit -q -m "$i" || exit
	done <../numbers
	EOT
}
new_repo="$(away r); git init -q r && cd r && git config user.name bench &&
	git config user.email bench@localhost && git config gc.auto 0 &&
	git config core.fsync committed,loose-object,index,reference"

bench_commits() {
	mkdir files || return
	seq "$commits" >numbers
	while read -r i
	do
		head -c 12288 /dev/urandom >"files/$i"
	done <numbers
	write_put >put.sh
	write_git >git.sh
	new_p="$(away p); fedtwin init p"
	put=$(median -p "$new_p" sh -c 'cd p && sh ../put.sh') || return
	one=$(median -p "$new_p" sh -c \
		"cd p && exec '$build/t/bench/commits' $commits 1") || return
	many=$(median -p "$new_p" sh -c \
		"cd p && exec '$build/t/bench/commits' $commits 64") || return
	peer=
	has git && peer=$(median -p "$new_repo" sh -c 'cd r && sh ../git.sh')
	commit_row 'durable commits: data put' "$put"
	commit_row 'durable commits: one at a time' "$one"
	commit_row 'durable commits: 64 at once' "$many"
}

commit_row() { # WHAT MS
	if test -n "$peer"
	then
		row "$1" "$(calc "$2 / $commits")" ms 'git add+commit' \
			"$(calc "$peer / $commits")" "$(calc "$2 / $peer")"
	else
		row "$1" "$(calc "$2 / $commits")" ms '' '' ''
	fi
}

# --- a large store ----------------------------------------------------------

bench_lookups() {
	fedtwin init >/dev/null &&
		"$build/t/bench/lookups" "$again" >figures || return
	{ read -r key && read -r file && read -r new && read -r same; } <figures
	row "$again results: by cache key" "$(calc "$key" 1)" us '' '' ''
	row 'is a file there' "$(calc "$file" 1)" us '' '' ''
	row 'record the state of all' "$(calc "$new" 0)" ms '' '' ''
	row 'the same state again' "$(calc "$same" 0)" ms '' '' ''
}

# shellcheck source=t/bench/warm.sh
. "$here/warm.sh"
# shellcheck source=t/bench/pilot.sh
. "$here/pilot.sh"
# shellcheck source=t/bench/slurm.sh
. "$here/slurm.sh"
# shellcheck source=t/bench/history.sh
. "$here/history.sh"
# shellcheck source=t/bench/simulated.sh
. "$here/simulated.sh"
# shellcheck source=t/bench/slope.sh
. "$here/slope.sh"
# shellcheck source=t/bench/elasticity.sh
. "$here/elasticity.sh"
# shellcheck source=t/bench/heat.sh
. "$here/heat.sh"
# shellcheck source=t/bench/flood.sh
. "$here/flood.sh"

# --- report -----------------------------------------------------------------

fedtwin version | head -n 1
for peer in ninja snakemake git
do
	has $peer && echo "$peer $($peer --version | sed 's/[^0-9]*//')"
done
echo "$(getconf _NPROCESSORS_ONLN) cores, $(stat -f -c %T .)," \
	"medians of $repeats; ratio: fedtwin to peer"
echo
row what fedtwin '' peer value ratio
parts="start check tasks versions again plan commits lookups history write"
parts="$parts solves pilot slurm simulated heat flood elasticity"
for part in ${BENCH:-$parts}
do
	if ! { mkdir "$work/$part" && cd "$work/$part" && "bench_$part"; }
	then
		echo "$0: $part: a measurement failed; see $work" >&2
		exit 1
	fi
done
cd "$build" && chmod -R u+w "$work" && rm -rf "$work"
