#!/bin/sh
# mpirun without the launcher's own remarks, which stand between dashed lines.
# Open MPI 4 has --quiet, here as a variable, for Open MPI 5 no longer knows it,
# ends its remarks with a zero byte, and now and then finds a server gone.
#
# usage: mpirun.sh ARGUMENT...

remarks=$(mktemp) || exit 1
trap 'rm -f "$remarks"' EXIT
trap 'exit 143' TERM
OMPI_MCA_orte_execute_quiet=1 mpirun "$@" 2>"$remarks"
code=$?
tr -d '\000' <"$remarks" |
	awk '/^----------*$/ { within = !within; next }
	/PMIX ERROR/ { next }
	!within' >&2
exit $code
