#!/bin/sh
# mpirun without the launcher's own remarks, which stand between dashed lines.
# Open MPI 4 has --quiet, here as a variable, for Open MPI 5 no longer knows it.
#
# usage: mpirun.sh ARGUMENT...

remarks=$(mktemp) || exit 1
trap 'rm -f "$remarks"' EXIT
OMPI_MCA_orte_execute_quiet=1 mpirun "$@" 2>"$remarks"
code=$?
awk '/^----------*$/ { within = !within; next } !within' "$remarks" >&2
exit $code
