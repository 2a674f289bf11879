#!/bin/sh
test_description='many processes write to one project at once'
. "$(dirname "$0")/harness.sh"

# Eight writers for some seconds; what a command acknowledged (it printed the
# version and ended with 0) must be there afterwards.
seconds=3

cat >sweep.yaml <<\EOT
fedtwin: 1
workflow: sweep
params:
  round: {type: integer, default: 0}
stages:
  make:
    matrix: {load: [1 N, 2 N]}
    shell: echo "load ${matrix.load} round ${params.round}" >note.txt
    out: {note: {type: file, path: note.txt}}
EOT

writer() { # NUMBER KIND
	me=$1 end=$(($(date +%s) + seconds)) i=0
	while test "$(date +%s)" -lt $end
	do
		i=$((i + 1))
		case $2 in
		put)
			printf 'a [m]\n%d.%d\n' "$me" $i >"in$me.csv" &&
			fedtwin data put "own.t$me" "in$me.csv" >>"acked$me" ;;
		undo) fedtwin undo || fedtwin redo ;;
		branch) fedtwin branch "b$me-$i" && fedtwin tag "t$me-$i" ;;
		run)
			fedtwin run -p "round=$me$i" sweep.yaml &&
			echo $i >>"ran$me" ;;
		read) fedtwin log >"seen$me" && fedtwin data ls >>"seen$me" ;;
		esac >>"out$me" 2>>"err$me" || echo $i >>"failed$me"
	done
	echo $i >"rounds$me"
}

test_expect_success 'put, undo, branch, run and read at once' '
	fedtwin init && printf "a [m]\n0\n" >a.csv &&
	fedtwin data put own.first a.csv &&
	{
		n=0
		for kind in put put put undo branch run run read
		do
			n=$((n + 1))
			: >acked$n && : >err$n
			writer $n $kind &
		done
		wait
	} &&
	for n in 1 2 3 5 6 7 8
	do
		test -s rounds$n && test ! -e failed$n || {
			cat err$n
			return 1
		}
	done
'

test_expect_success 'nothing is damaged, every acknowledged version is there' '
	fedtwin fsck --deep >out && test_grep ": clean" out &&
	! grep "error:" out &&
	cat acked* >acked && test -s acked &&
	while read -r name version
	do
		find ".fedtwin/o" -name "$version*.h5" >found &&
		test_line_count = 1 found || return 1
	done <acked &&
	fedtwin fsck --rebuild >out && test_grep ": clean" out &&
	while read -r name version
	do
		fedtwin lineage "$version" >out || return 1
	done <acked &&
	cat ran6 ran7 >ran && test -s ran
'

# --- without locks ------------------------------------------------------------

# Every lock is granted, as by a file server that forgot who has it.  (A program
# with sanitizers takes no library before theirs.)
if test "$FT_SANITIZERS" != yes
then
cat >nolock.c <<\EOT
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>

int fcntl64(int fd, int command, ...)
{
    int (*real)(int, int, ...) =
        (int (*)(int, int, ...))dlsym(RTLD_NEXT, "fcntl64");
    va_list ap;
    void *arg;

    va_start(ap, command);
    arg = va_arg(ap, void *);
    va_end(ap);
    return command == F_OFD_SETLK ? 0 : real(fd, command, arg);
}

int fcntl(int fd, int command, ...) __attribute__((alias("fcntl64")));
EOT

put_unlocked() { # NUMBER
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
	do
		printf 'a [m]\n%d.%d\n' "$1" $i >"in$1.csv"
		LD_PRELOAD=$PWD/nolock.so fedtwin data put "free.t$1" \
			"in$1.csv" >>"acked$1" 2>>"err$1" || echo $i >>refused
	done
}

test_expect_success 'writers that all believe to have the lock lose nothing' '
	$CC -shared -fPIC -o nolock.so nolock.c -ldl && : >refused &&
	rm -f acked* err* &&
	{
		for n in 1 2 3 4
		do
			put_unlocked $n &
		done
		wait
	} &&
	cat err* >err && cat acked* >acked && test -s acked && test -s refused &&
	test "$(($(wc -l <acked) + $(wc -l <refused)))" = 60 &&
	fedtwin fsck --deep >out && test_grep ": clean" out && ! grep "error:" out &&
	test "$(grep -c "although it was locked" err)" = "$(wc -l <refused)" &&
	while read -r name version
	do
		fedtwin lineage "$version" >out || return 1
	done <acked
'

# A file system that lacks something: $LACKS is "locks", "names" (it cannot sync
# directories) or "disk" (it fails to).
cat >lacking.c <<\EOT
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int lacks(const char *what)
{
    const char *set = getenv("LACKS");

    return set && strcmp(set, what) == 0;
}

int fsync(int fd)
{
    struct stat st;

    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) &&
        (lacks("names") || lacks("disk"))) {
        errno = lacks("names") ? EINVAL : EIO;
        return -1;
    }
    return (int)syscall(SYS_fsync, fd);
}

int fcntl64(int fd, int command, ...)
{
    va_list ap;
    void *arg;

    va_start(ap, command);
    arg = va_arg(ap, void *);
    va_end(ap);
    if (command == F_OFD_SETLK && lacks("locks")) {
        errno = ENOLCK;
        return -1;
    }
    return (int)syscall(SYS_fcntl, fd, command, arg);
}

int fcntl(int fd, int command, ...) __attribute__((alias("fcntl64")));
EOT

lacking() { # WHAT COMMAND...
	LACKS=$1
	shift
	# The worker that is linked statically has no call that can be replaced.
	LD_PRELOAD=$PWD/lacking.so LACKS=$LACKS \
		FEDTWIN_WORKER=$FT_BUILDDIR/t/crash/worker "$@"
}

test_expect_success 'a file system without locks is refused, with the cure' '
	$CC -shared -fPIC -o lacking.so lacking.c &&
	test_expect_code 4 lacking locks fedtwin data put l.t a.csv 2>err &&
	test_grep "cannot lock .*oplog/LOCK" err && test_grep "flock" err
'

test_expect_success 'one that cannot sync names is used, not one that fails' '
	lacking names fedtwin data put n.t a.csv &&
	test_expect_code 4 lacking disk fedtwin data put d.t a.csv 2>err &&
	test_grep "cannot sync directory" err &&
	fedtwin fsck --deep >out && test_grep "0 damaged" out &&
	fedtwin data ls >out && test_grep "n.t" out && ! grep "d.t" out
'
fi

test_done
