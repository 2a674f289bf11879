#!/bin/sh
# mpirun without the launcher's own remarks, which stand between dashed lines.
# Open MPI 4 has --quiet, here as a variable, for Open MPI 5 no longer knows it,
# ends its remarks with a zero byte, and now and then finds a server gone.
#
# One rank needs no launcher, and starts in a third of the time without.  Such
# ranks would share one directory for what Open MPI keeps, and each clears it.
#
# usage: mpirun.sh -n RANKS PROGRAM ARGUMENT...

own=$(mktemp -d) || exit 1
remarks=$own/remarks
trap 'rm -rf "$own"' EXIT
trap 'exit 143' TERM
if test "$2" = 1
then
	shift 2
	OMPI_MCA_ess_singleton_isolated=1 TMPDIR=$own "$@" 2>"$remarks"
else
	# Ranks that wait leave their cores to others.
	OMPI_MCA_orte_execute_quiet=1 OMPI_MCA_mpi_yield_when_idle=1 \
		mpirun "$@" 2>"$remarks"
fi
code=$?
tr -d '\000' <"$remarks" |
	awk '/^----------*$/ { within = !within; next }
	/PMIX ERROR/ { next }
	!within' >&2
exit $code
