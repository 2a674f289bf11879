#!/bin/sh
test_description='a full disk is a clear error and loses nothing'
. "$(dirname "$0")/harness.sh"

crash=$FT_BUILDDIR/t/crash/crash
mkdir sources disk

# Runs a script with a tiny file system on ./disk that nobody else sees: in a
# user namespace, or as root.
on_tiny_disk() {
	mount='mount -t tmpfs -o size=8m none disk'
	if unshare -rm sh -c "$mount" 2>/dev/null
	then
		unshare -rm sh -c "$mount && $1"
	else
		unshare -m sh -c "$mount && $1"
	fi
}

# Without a right to mount the size of files is limited instead.
limit_files() {
	for blocks in 0 1 8 16 32 64 96 128 192 256
	do
		(
			trap '' XFSZ &&
			ulimit -f $blocks &&
			exec "$crash" publish project sources $blocks 3
		) >>sources/acks 2>>refused || :
	done
}

test_expect_success 'space that goes away while publishing' '
	export crash &&
	on_tiny_disk "
		\"\$crash\" init disk/project &&
		\"\$crash\" fill disk/project sources 1
	"
'

test_expect_success 'files that may not grow' '
	rm -f sources/* &&
	"$crash" init project &&
	limit_files &&
	test -s refused &&
	test -s sources/acks &&
	"$crash" check project sources sources/acks
'

test_done
