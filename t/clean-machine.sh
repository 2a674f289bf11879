#!/bin/sh
# Does on bare Debian machines what the README tells a newcomer to do.
#
# Usage: t/clean-machine.sh [-u] [-d DIR] [SUITE...]    (as root)
#
# For each suite (default: bookworm and trixie) a fresh root is made with
# debootstrap, the committed state of this tree is cloned into it, and there
#	./bootstrap demo
#	./bootstrap check	with CI=true: a skipped test is a failure
# run as on a machine of its own, in the C locale.  -u runs them as an ordinary user with
# sudo instead of as root.  DIR (default: /var/tmp/fedtwin-clean) keeps bare
# roots and downloaded packages for the next time, and the logs.
#
# Run by hand: it needs root, a network and some minutes.

set -u

usage() {
	sed -n 's/^# \(Usage: .*\)/\1/p' "$0" >&2
	exit 2
}

die() {
	echo "clean-machine: $*" >&2
	exit 1
}

# The mirror that this machine's apt takes Debian from, whatever its format.
find_mirror() {
	apt-get indextargets --format '$(REPO_URI)' \
		'Created-By: Packages' 'Origin: Debian' | head -n 1
}

bare_root() { # SUITE: make $dir/SUITE.bare unless it is there
	test -e "$dir/$1.bare/.complete" && return
	rm -rf --one-file-system "$dir/$1.bare"
	mkdir -p "$dir/$1.debs"
	debootstrap --variant=minbase --cache-dir="$dir/$1.debs" \
		"$1" "$dir/$1.bare" "$mirror" >"$dir/$1.debootstrap.log" 2>&1 ||
		die "debootstrap failed; see $dir/$1.debootstrap.log"
	touch "$dir/$1.bare/.complete"
}

fresh_root() { # SUITE: a copy of the bare root, with a clone of this tree
	rm -rf --one-file-system "$dir/$1.root"
	cp -a "$dir/$1.bare" "$dir/$1.root"
	cp /etc/resolv.conf "$dir/$1.root/etc/resolv.conf"
	apt-config dump Acquire::http::Proxy Acquire::https::Proxy \
		>"$dir/$1.root/etc/apt/apt.conf.d/90proxy" 2>/dev/null
	mkdir -p "$dir/$1.root/home/$user"
	git clone -q --no-hardlinks "$source" "$dir/$1.root$clone"
	# apt keeps what it has downloaded here.
	mkdir -p "$dir/$1.debs/partial"
}

# Runs a shell command in the root of a suite, in a mount namespace of its own,
# so that nothing stays mounted.  Not in a chroot: there tests could make no
# namespaces of their own.
inside() { # SUITE COMMAND
	unshare --mount --propagation private sh -c '
		root=$1 debs=$2 command=$3
		mount --bind "$root" "$root" && cd "$root" &&
		mount --bind /proc proc &&
		mount --rbind /dev dev &&
		mount --rbind /sys sys &&
		mount --bind "$debs" var/cache/apt/archives &&
		pivot_root . mnt &&
		exec /usr/bin/env -i HOME=/root TERM=dumb \
			PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
			sh -c "umount -l /mnt && cd / && $command"
	' inside "$dir/$1.root" "$dir/$1.debs" "$2" </dev/null
}

add_user() { # SUITE
	inside "$1" "apt-get -q update && apt-get -q -y install sudo &&
		useradd -s /bin/sh $user && chown -R $user /home/$user &&
		echo '$user ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/$user" \
		>"$dir/$1.user.log" 2>&1 ||
		die "no user could be made; see $dir/$1.user.log"
}

step() { # SUITE NAME COMMAND
	log=$dir/$1.$2.log
	run="cd $clone && $3"
	test -z "$as_user" || run="su - $user -c '$run'"
	start=$(date +%s)
	if inside "$1" "$run" >"$log" 2>&1
	then
		result=ok
	else
		result=FAILED
		failed=1
	fi
	printf '%-9s %-6s %-7s %4d s  %s\n' "$1" "$2" $result \
		$(($(date +%s) - start)) "$(tail -n 1 "$log")"
}

user=ft
clone=/home/$user/fedtwin
dir=/var/tmp/fedtwin-clean
as_user=
while getopts ud: option
do
	case $option in
	u) as_user=1 ;;
	d) dir=$OPTARG ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))
test $# -gt 0 || set -- bookworm trixie

test "$(id -u)" = 0 || die 'only root can make and enter a root'
for program in debootstrap unshare pivot_root git
do
	command -v $program >/dev/null || die "$program is not installed"
done
source=$(cd "$(dirname "$0")/.." && pwd -P)
git -C "$source" rev-parse -q --verify HEAD >/dev/null ||
	die "$source is not a git clone"
test -z "$(git -C "$source" status --porcelain)" ||
	echo 'clean-machine: only what is committed is tested' >&2
mirror=$(find_mirror)
test -n "$mirror" || die 'apt knows of no Debian mirror'
mkdir -p "$dir" && dir=$(cd "$dir" && pwd -P) || exit 1

failed=0
for suite
do
	bare_root "$suite"
	fresh_root "$suite"
	test -z "$as_user" || add_user "$suite"
	step "$suite" demo './bootstrap demo'
	step "$suite" check 'CI=true ./bootstrap check'
done
echo "logs: $dir/SUITE.demo.log, $dir/SUITE.check.log"
exit $failed
