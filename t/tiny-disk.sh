# A tiny file system on ./disk that nobody else sees: in a user namespace, or
# as root.  Without a right to mount, the commands run with $full empty.
# shellcheck shell=sh

on_tiny_disk() { # SIZE COMMANDS
	mkdir -p disk &&
	mount="mount -t tmpfs -o size=$1 none disk"
	if unshare -rm sh -c "$mount" 2>/dev/null
	then
		unshare -rm sh -c "$mount && full=yes && $2"
	elif unshare -m sh -c "$mount" 2>/dev/null
	then
		unshare -m sh -c "$mount && full=yes && $2"
	else
		sh -c "$2"
	fi
}
