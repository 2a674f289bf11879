#!/bin/sh
test_description='private Slurm clusters: two side by side, MPI, faults, an end'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/slurm.sh"

slurm_need
test_need mpicc mpirun

submit() { # NAME [OPTION...]; the script on stdin
	submit_to=$1
	shift
	slurm_on "$submit_to" sbatch --parsable -o "$PWD/$submit_to.out" "$@"
}

cat >hosts.c <<\EOT
#include <mpi.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    char host[MPI_MAX_PROCESSOR_NAME];
    int rank, size, length, sum = 0;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Get_processor_name(host, &length);
    MPI_Allreduce(&rank, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    printf("%s %d of %d, sum %d\n", host, rank, size, sum);
    return MPI_Finalize();
}
EOT
cat >want-hosts <<\EOT
n1 0 of 4, sum 6
n1 1 of 4, sum 6
n2 2 of 4, sum 6
n2 3 of 4, sum 6
EOT

test_expect_success 'two clusters, each runs a job of its own' '
	slurm_start alpha && slurm_start beta --nodes 1 --conf KillWait=3 &&
	a=$(echo "#!/bin/sh
		echo \$SLURM_CLUSTER_NAME \$(hostname)" | submit alpha) &&
	b=$(echo "#!/bin/sh
		echo \$SLURM_CLUSTER_NAME \$(hostname); exit 5" | submit beta) &&
	slurm_ended alpha "$a" COMPLETED && slurm_ended beta "$b" FAILED &&
	echo "alpha n1" >want && test_cmp want alpha.out &&
	echo "beta n1" >want && test_cmp want beta.out
'

test_expect_success 'mpirun over two nodes, two ranks on each' '
	mpicc -o hosts hosts.c &&
	test_mpi_of_jobs &&
	job=$(printf "#!/bin/sh\nmpirun ./hosts\n" |
		submit alpha -N 2 -n 4 --mem 200 -e err) &&
	slurm_ended alpha "$job" COMPLETED &&
	sort alpha.out >got && test_cmp want-hosts got
'

test_expect_success 'the same through srun' '
	slurm_on alpha srun --mpi=pmix -N 2 -n 4 ./hosts | sort >got &&
	test_cmp want-hosts got
'

test_expect_success 'a daemon is stopped, killed and started again' '
	slurm_ask alpha stop slurmctld &&
	test_must_fail slurm_ask alpha stop slurmctld 2>err &&
	test_grep "alpha: .slurmctld. does not run" err &&
	slurm_ask alpha start slurmctld &&
	slurm_ask alpha signal munged KILL &&
	slurm_ask alpha start munged &&
	test_must_fail slurm_ask alpha start n7 2>err &&
	test_grep "no daemon .n7" err &&
	slurm_on alpha srun true
'

test_expect_success 'what a job left running ends with its cluster' '
	cat >orphan <<-\EOT &&
	#!/bin/sh
	setsid sh -c "echo >orphan-lives; exec sleep 1234.5" &
	exec sleep 1234.5
	EOT
	submit beta <orphan && test_wait_for 60 test -f orphan-lives &&
	pgrep -f "^sleep 1234\.5$" &&
	slurm_ask beta signal n1 KILL &&
	slurm_stop beta &&
	test_must_fail pgrep -f "^sleep 1234\.5$"
'

test_expect_success 'a cluster ends with a test that is killed' '
	cat >killed.t <<-EOT &&
	#!/bin/sh
	test_description=killed
	. "$FT_SRCDIR/t/harness.sh"
	. "$FT_SRCDIR/t/slurm.sh"
	slurm_start gamma --nodes 1
	pgrep -f "work/gamma --nodes 1" >pids
	kill -9 \$\$
	EOT
	cluster=$test_root/../killed/work &&
	test_expect_code 137 sh killed.t &&
	test_line_count -ge 2 "$cluster/pids" &&
	while read -r pid
	do
		test_gone "$pid" || return
	done <"$cluster/pids" &&
	rm -rf "$test_root/../killed"
'

test_done
