#!/bin/sh
# Run verification workflows and write one report.
#
#	run_all.sh WORK REPORT [NAME...]
#
# Each workflow NAME.yaml beside this script (all, when none is named) is run
# in a project of its own, WORK/NAME, so that what has not changed is reused.
# REPORT becomes a Markdown page with the cases of all.  Exit status 1 when a
# workflow fails or a case does not pass.  'make verify' calls it; see
# share/doc/verify.md.

here=$(cd "$(dirname "$0")" && pwd -P) || exit 1
test $# -ge 2 || {
	echo "usage: $0 WORK REPORT [NAME...]" >&2
	exit 2
}
work=$1 report=$2
shift 2
if test $# = 0
then
	for file in "$here"/*.yaml
	do
		file=${file##*/}
		set -- "$@" "${file%.yaml}"
	done
fi

# The page of a workflow whose run did not come as far as its report.
no_page() { # NAME
	printf '## %s\n\nThe workflow failed before its report:\n\n' "$1"
	tail -n 5 "$work/$1.log" | sed 's/^/    /'
}

mkdir -p "$work" || exit 1
status=0
for name
do
	rm -f "$work/$name.md"
	echo "$name" >&2
	test -d "$work/$name" || fedtwin init "$work/$name" >/dev/null || exit 1
	result='all cases pass'
	(
		cd "$work/$name" || exit 1
		fedtwin run "$here/$name.yaml" >"../$name.log" 2>&1
		ran=$?
		fedtwin data get report.page "../$name.md" 2>>"../$name.log" \
			>/dev/null || exit 1
		exit $ran
	) || {
		status=1
		result="FAILED, see $work/$name.log"
		test -f "$work/$name.md" || no_page "$name" >"$work/$name.md"
	}
	echo "  $result" >&2
done

{
	printf '# Verification report\n\n'
	printf 'Made by `make verify` on %s with %s; ' "$(date -u +%Y-%m-%d)" \
		"$(fedtwin version | head -n 1)"
	printf 'see [verify.md](verify.md).\n\n'
	for name
	do
		cat "$work/$name.md"
	done | awk '/^[0-9]+ of [0-9]+ cases pass$/ { good += $1; all += $3 }
		END { printf "**%d of %d cases pass**, in ", good, all }'
	printf '%d workflows.\n' $#
	for name
	do
		printf '\n'
		cat "$work/$name.md"
		printf '\nMade by `workflows/verify/%s.yaml`.\n' "$name"
	done
} >"$report.new" && mv "$report.new" "$report" || exit 1
grep -F '**' "$report" | sed -n '1s/\*\*//gp' >&2
exit $status
