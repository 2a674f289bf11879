# The test harness: a test sources this file and speaks TAP.
#
#	#!/bin/sh
#	test_description='fedtwin check names the place and the cure'
#	. "$(dirname "$0")/harness.sh"
#
#	test_expect_success 'title' '
#		test_expect_code 3 fedtwin check bad.yaml 2>err &&
#		test_grep "unknown key" err
#	'
#
#	test_done
#
# A test runs under "make check", or by hand from the build or the source
# directory (t/t1000-init.t -v).  Every test starts in an empty scratch
# directory with an empty $HOME; it is removed on success and kept on failure.
#
# The commands of one script are chained with && to its end: a broken chain,
# which would hide a failure, fails the test.  Put anything else in { }.
#
# Set for tests:
#	FT_SRCDIR, FT_BUILDDIR	absolute
#	FT_SOLVERS, FT_SANITIZERS	"yes" when configured so
#	PYTHON, CC	what configure found
#	PATH	finds fedtwin and its programs in the build directory
# shellcheck shell=sh

# --- where am I -------------------------------------------------------------

test_name=$(basename "$0" .t)
test_here=$(cd "$(dirname "$0")" && pwd -P) || exit 1

test_find_build() {
	set -- "${FT_BUILDDIR:-$PWD}" "$PWD/.." "$test_here/.." \
		"$test_here/../build"
	for test_dir
	do
		if test -f "$test_dir/t/settings"
		then
			(cd "$test_dir" && pwd -P)
			return
		fi
	done
	echo "$0: no configured build directory; run ./bootstrap first" >&2
	return 1
}

FT_BUILDDIR=$(test_find_build) || exit 1
# shellcheck source=/dev/null
. "$FT_BUILDDIR/t/settings"
export FT_SRCDIR FT_BUILDDIR FT_SOLVERS FT_SANITIZERS PYTHON CC

# --- an environment that is the same everywhere -----------------------------

for test_var in $(env | sed -n 's/^\(FEDTWIN_[A-Z0-9_]*\)=.*/\1/p') NO_COLOR \
	COLUMNS XDG_CONFIG_DIRS XDG_DATA_DIRS CDPATH TMPDIR MAKEFLAGS MAKELEVEL \
	MFLAGS
do
	unset "$test_var"
done

test_root=$FT_BUILDDIR/t/scratch/$test_name
test -d "$test_root" && chmod -R u+w "$test_root"
rm -rf "$test_root" && mkdir -p "$test_root/home" "$test_root/work" ||
	exit 1
HOME=$test_root/home
XDG_CONFIG_HOME=$HOME/.config
XDG_CACHE_HOME=$HOME/.cache
XDG_DATA_HOME=$HOME/.local/share
XDG_STATE_HOME=$HOME/.local/state
XDG_RUNTIME_DIR=$test_root/home
PATH=$FT_BUILDDIR:$PATH
LC_ALL=C.UTF-8 LANG=C.UTF-8 TZ=UTC TERM=dumb
export HOME XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME XDG_STATE_HOME
export XDG_RUNTIME_DIR PATH LC_ALL LANG TZ TERM

# A user name in lineage and in git must not depend on who runs the tests.
GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
export GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL

# Containers and CI run as root, on few cores, without a network.  Open MPI 4
# reads the first names, Open MPI 5 (PRRTE) the second.
OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
PRTE_ALLOW_RUN_AS_ROOT=1 PRTE_ALLOW_RUN_AS_ROOT_CONFIRM=1
OMPI_MCA_rmaps_base_oversubscribe=1
PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe
# Ranks here share memory; to look for networks takes Open MPI a second or two.
OMPI_MCA_btl=^tcp,ofi OMPI_MCA_pml=ob1
OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
export OMPI_ALLOW_RUN_AS_ROOT OMPI_ALLOW_RUN_AS_ROOT_CONFIRM
export PRTE_ALLOW_RUN_AS_ROOT PRTE_ALLOW_RUN_AS_ROOT_CONFIRM
export OMPI_MCA_rmaps_base_oversubscribe OMPI_MCA_btl OMPI_MCA_pml
export PRTE_MCA_rmaps_default_mapping_policy
export OMP_NUM_THREADS OPENBLAS_NUM_THREADS

# --- TAP --------------------------------------------------------------------

test_verbose=
test "${1-}" != -v || test_verbose=1
test_finished=
test_cleanup=:
test_last=:

exec 5>&1
: >"$test_root/results"
cd "$test_root/work" || exit 1

test_diag() { # makes stdin, whatever it holds, TAP diagnostics
	tr -d '\000' | awk '{ print "#	" $0 }' >&5
}

# Counted in a file: a test may stand in a pipeline, that is, in a subshell.
test_result() { # ok|not ok, title
	echo "$1" >>"$test_root/results"
	echo "$1 $(wc -l <"$test_root/results") - $2" >&5
}

test_exit() {
	test_code=$?
	eval "$test_cleanup" </dev/null >/dev/null 2>&1
	test -n "$test_finished" && exit $test_code
	eval "$test_last" </dev/null >/dev/null 2>&1
	echo "Bail out! $test_name ended before test_done" >&5
	test $test_code != 0 || test_code=1
	exit $test_code
}
trap test_exit EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Runs a script in this shell; its output goes to $test_root/output.  A process
# that it leaves behind must not hold the TAP stream open.
test_run() {
	if test -n "$test_verbose"
	then
		printf '# %s\n' "$1" >&2
		eval "$1" </dev/null >&2 5>&-
	else
		eval "$1" </dev/null >"$test_root/output" 2>&1 5>&-
	fi
}

# test_expect_success TITLE SCRIPT
test_expect_success() {
	test $# = 2 || { echo "Bail out! $1: two arguments needed" >&5; exit 1; }
	: >"$test_root/output"
	test_cleanup=:
	# 117 comes back only when every command hangs on the one before it.
	test_run "(exit 117) && $2"
	if test $? != 117
	then
		echo 'the && chain of this script is broken' \
			>>"$test_root/output"
		test_code=117
	else
		test_run "$2"
		test_code=$?
	fi
	if test -n "$test_verbose"
	then
		eval "$test_cleanup" </dev/null >&2
	else
		eval "$test_cleanup" </dev/null >>"$test_root/output" 2>&1
	fi
	test_cleanup=:
	if test $test_code = 0
	then
		test_result ok "$1"
		return
	fi
	test_result 'not ok' "$1"
	printf '%s\n' "$2" | test_diag
	echo "exit code $test_code, output:" | test_diag
	tail -n 200 "$test_root/output" | test_diag
}

# A test that is a Python program, on standard input; it finds modules here.
test_programs=0
test_program() { # TITLE
	test_programs=$((test_programs + 1))
	cat >"program$test_programs.py"
	test_expect_success "$1" '
		PYTHONPATH=$PYTHONPATH:. "$PYTHON" '"program$test_programs.py"'
	'
}

# A test that cannot run here: a skip, and a failure where nothing may be
# missing (CI=true).
test_skip() { # TITLE REASON
	if test "${CI-}" = true
	then
		test_result 'not ok' "$1: $2"
	else
		test_result ok "$1 # SKIP $2"
	fi
}

# test_need PROGRAM...: the whole file needs them.
test_need() {
	for test_program
	do
		command -v "$test_program" >/dev/null && continue
		test_skip "$test_name" "$test_program is not installed"
		test_done
	done
}

# Ranks of a job of several nodes need TCP, and the places that the job has.
# A rank of Open MPI 5 that is late in MPI_Init dies in ob1 of the first message
# of one that is not (open-mpi/ompi, issue 12495); UCX keeps the message.
test_mpi_of_jobs() {
	OMPI_MCA_btl=^ofi
	case $(mpirun --version 2>&1) in
	*'(Open MPI) 5.'*)
		OMPI_MCA_pml=ucx OMPI_MCA_pml_ucx_tls=any
		OMPI_MCA_pml_ucx_devices=any
		export OMPI_MCA_pml_ucx_tls OMPI_MCA_pml_ucx_devices
		;;
	esac
	unset OMPI_MCA_rmaps_base_oversubscribe
	unset PRTE_MCA_rmaps_default_mapping_policy
}

# test_gone PID: it has ended, whether or not somebody took note of it; what was
# killed just now may take a moment.
test_gone() {
	test_wait_for 10 test_has_ended "$1" && return
	echo "process $1 is still there"
	return 1
}

test_has_ended() { # PID
	case $(sed -n 's/^State:[	 ]*\(.\).*/\1/p' "/proc/$1/status" \
		2>/dev/null) in
	'' | Z | X) return 0 ;;
	esac
	return 1
}

test_done() {
	test_finished=1
	eval "$test_last" </dev/null >/dev/null 2>&1 5>&-
	test_failed=$(grep -c not "$test_root/results")
	echo "1..$(wc -l <"$test_root/results")" >&5
	cd / || exit 1
	if test "$test_failed" = 0
	then
		chmod -R u+w "$test_root" && rm -rf "$test_root"
		exit 0
	fi
	echo "# $test_failed failed; see $test_root" >&5
	exit 1
}

# --- for use in scripts -----------------------------------------------------

# Run SCRIPT when the current test ends, however it ends; the last one first.
test_when_finished() {
	test_cleanup="{ $*
		}; $test_cleanup"
}

# Run SCRIPT when the whole file ends, however it ends.
test_at_exit() {
	test_last="{ $*
		}; $test_last"
}

# test_expect_code N COMMAND...
test_expect_code() {
	test_want=$1
	shift
	"$@"
	test_got=$?
	test "$test_got" = "$test_want" && return
	echo "exit code $test_got, not $test_want: $*" >&2
	return 1
}

# Fails as a program should: neither success, nor a signal, nor "not found".
test_must_fail() {
	"$@"
	test_got=$?
	test $test_got -gt 0 && test $test_got -lt 126 && return
	echo "exit code $test_got, where a failure was expected: $*" >&2
	return 1
}

test_must_be_empty() {
	test -f "$1" || { echo "no file $1" >&2; return 1; }
	test -s "$1" || return 0
	echo "$1 is not empty:" >&2
	cat "$1" >&2
	return 1
}

test_cmp() { # WANT GOT
	diff -u "$@" >&2
}

# test_grep [!] [grep options] PATTERN FILE
test_grep() {
	test_negate=
	if test "$1" = '!'
	then
		test_negate=1
		shift
	fi
	for test_file; do :; done
	test -f "$test_file" || { echo "no file $test_file" >&2; return 1; }
	if test -n "$test_negate"
	then
		grep "$@" >&2 || return 0
		echo "found in $test_file: grep $*" >&2
	else
		grep "$@" >/dev/null && return
		echo "not found: grep $*" >&2
		cat "$test_file" >&2
	fi
	return 1
}

test_line_count() { # OPERATOR N FILE, as in: test_line_count = 3 out
	test_got=$(wc -l <"$3") || return 1
	test "$test_got" "$1" "$2" && return
	echo "$3 has $test_got lines, not $1 $2:" >&2
	cat "$3" >&2
	return 1
}

# Wait until COMMAND succeeds, at most SECONDS.
test_wait_for() { # SECONDS COMMAND...
	test_tries=$(($1 * 20))
	shift
	until "$@" >/dev/null 2>&1
	do
		test_tries=$((test_tries - 1))
		if test $test_tries -le 0
		then
			echo "waited in vain for: $*" >&2
			return 1
		fi
		sleep 0.05
	done
}

# test_json EXPRESSION FILE: print the value of a Python expression in which
# 'd' is the JSON document in FILE.
test_json() {
	"$PYTHON" -c '
import json, sys
d = json.load(open(sys.argv[2]))
v = eval(sys.argv[1])
print(v if isinstance(v, str) else json.dumps(v))' "$@"
}
