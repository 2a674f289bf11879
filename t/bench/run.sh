#!/bin/sh
# Compares fedtwin with its neighbours on this machine, in one run, and prints
# ratios; share/doc/benchmarks.md says what is measured and why.
#
# Usage: make bench [BENCH_TASKS=500] [BENCH_COMMITS=100] [BENCH_REPEATS=5]
#
# Every figure is a median.  A peer that is not installed is left out.

set -u
tasks=${BENCH_TASKS:-500}
commits=${BENCH_COMMITS:-100}
repeats=${BENCH_REPEATS:-5}

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

# --- trivial tasks ----------------------------------------------------------

write_workflow() {
	cat <<-EOT
	fedtwin: 1
	workflow: trivial
	stages:
	  t:
	    run: ["true"]
	    cache: never
	    matrix:
	      i: [$(seq -s ', ' "$tasks")]
	EOT
}

write_ninja() {
	echo 'rule t'
	echo '  command = true'
	seq "$tasks" | sed 's/.*/build t&: t/'
}

write_snakefile() {
	cat <<-EOT
	rule all:
	    input: expand("out/{i}", i=range($tasks))
	rule t:
	    output: touch("out/{i}")
	    shell: "true"
	EOT
}

bench_tasks() {
	mkdir tasks && cd tasks || return
	write_workflow >trivial.yaml
	write_ninja >build.ninja
	write_snakefile >Snakefile
	own=$(median -p 'rm -rf .fedtwin && fedtwin init' \
		fedtwin run -j 2 trivial.yaml) || return
	own=$(calc "$own / $tasks" 4)
	row "trivial tasks: $tasks, 2 at once" "$(calc "$own")" ms/task '' '' ''
	if has ninja
	then
		peer=$(median -p 'rm -f .ninja*' ninja -j 2) || return
		peer=$(calc "$peer / $tasks" 4)
		row '' '' '' ninja "$(calc "$peer")" "$(calc "$own / $peer" 1)"
	fi
	if has snakemake
	then
		peer=$(median -p 'rm -rf out .snakemake' snakemake -q -j 2) ||
			return
		peer=$(calc "$peer / $tasks" 4)
		row '' '' '' snakemake "$(calc "$peer")" \
			"$(calc "$own / $peer" 3)"
	fi
	cd ..
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
new_repo='rm -rf r && git init -q r && cd r && git config user.name bench &&
	git config user.email bench@localhost && git config gc.auto 0 &&
	git config core.fsync committed,loose-object,index,reference'

bench_commits() {
	mkdir commits commits/files && cd commits || return
	seq "$commits" >numbers
	while read -r i
	do
		head -c 12288 /dev/urandom >"files/$i"
	done <numbers
	write_put >put.sh
	write_git >git.sh
	new='rm -rf p && fedtwin init p'
	put=$(median -p "$new" sh -c 'cd p && sh ../put.sh') || return
	one=$(median -p "$new" sh -c \
		"cd p && exec '$build/t/bench/commits' $commits 1") || return
	many=$(median -p "$new" sh -c \
		"cd p && exec '$build/t/bench/commits' $commits 64") || return
	peer=
	has git && peer=$(median -p "$new_repo" sh -c 'cd r && sh ../git.sh')
	commit_row 'durable commits: data put' "$put"
	commit_row 'durable commits: one at a time' "$one"
	commit_row 'durable commits: 64 at once' "$many"
	cd ..
}

commit_row() { # WHAT MS
	rate=$(calc "1000 * $commits / $2" 0)
	if test -n "$peer"
	then
		row "$1" "$rate" /s 'git add+commit' \
			"$(calc "1000 * $commits / $peer" 0)" \
			"$(calc "$peer / $2" 1)"
	else
		row "$1" "$rate" /s '' '' ''
	fi
}

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
if ! { bench_start && bench_tasks && bench_commits; }
then
	echo "$0: a measurement failed; see $work" >&2
	exit 1
fi
cd "$build" && chmod -R u+w "$work" && rm -rf "$work"
