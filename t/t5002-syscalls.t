#!/bin/sh
test_description='every system call of a commit may fail'
. "$(dirname "$0")/harness.sh"

test_need strace

# A leak checker traces its process, which strace does already.
ASAN_OPTIONS=detect_leaks=0
export ASAN_OPTIONS

# The short form fails the calls that change files, in turn with EIO and
# ENOSPC; CRASH_LONG=1 fails every call with both.
crash=$FT_BUILDDIR/t/crash/crash
changing='fsync fdatasync write pwrite64 fallocate link linkat unlink unlinkat
	rename mkdir ftruncate fchmod fchown openat sendto'

# Prints "CALL MOST": the calls of one commit and how often one process makes
# them at most.
count_calls() {
	strace -f -qq -o trace -e signal=none \
		"$crash" publish sample sources 2 1 >/dev/null &&
	awk '
	{ sub(/\(.*/, "", $2); n[$1 " " $2]++ }
	END {
		for (key in n) {
			split(key, part, " ")
			if (n[key] > most[part[2]])
				most[part[2]] = n[key]
		}
		for (call in most)
			if (call ~ /^[a-z_0-9]+$/)
				print call, most[call]
	}' trace | sort
}

# One commit in which call number $2 of kind $1 fails with $3, in the engine
# and in each worker.  It ends well or with a message, and the store is whole.
fail_call() {
	rm -rf project &&
	cp -a sample project && cp acks sources/acks || return 1
	timeout 60 strace -f -qq -o trace -e "inject=$1:error=$3:when=$2" \
		"$crash" publish project sources 3 1 >>sources/acks 2>err
	status=$?
	case "$1 $status" in
	# Without these the C library or the loader ends a program as it likes;
	# and a close that fails closes all the same, unless it is injected.
	exit*\ * | execve\ * | brk\ * | m*map\ * | mprotect\ * | futex\ * | \
	arch_prctl\ * | set_*\ * | close\ *) ;;
	*\ 0) ;;
	*)
		if test $status -ge 124 && test $status != 127 || ! test -s err
		then
			echo "$1 number $2 with $3: status $status, no message"
			return 1
		fi
		;;
	esac
	"$crash" check project sources sources/acks >out 2>&1 && return
	echo "$1 number $2 with $3: the store is not whole" && cat out err
	return 1
}

fail_each() { # reads "CALL MOST"
	runs=0 bad=0
	while read -r call most
	do
		number=1
		while test $number -le "$most"
		do
			errors='EIO ENOSPC'
			test -n "${CRASH_LONG-}" || case $((number % 2)) in
			0) errors=EIO ;;
			1) errors=ENOSPC ;;
			esac
			for error in $errors
			do
				fail_call "$call" "$number" "$error" ||
					bad=$((bad + 1))
				runs=$((runs + 1))
			done
			number=$((number + 1))
		done
	done
	echo "$runs runs, $bad bad"
	test $runs -gt 50 && test $bad = 0
}

test_expect_success 'a store to begin with' '
	mkdir sources &&
	"$crash" init sample &&
	"$crash" publish sample sources 1 2 >acks &&
	count_calls >calls &&
	grep "^fdatasync" calls &&
	grep "^link" calls
'

test_expect_success 'each call fails once' '
	if test -n "${CRASH_LONG-}"
	then
		cat calls
	else
		for call in $changing
		do
			grep "^$call " calls
		done
	fi >chosen &&
	fail_each <chosen
'

test_done
