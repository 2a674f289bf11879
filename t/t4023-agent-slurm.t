#!/bin/sh
test_description='fedtwin-agent in jobs of a real Slurm: what it is given there'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/slurm.sh"

slurm_need
test_need mpicc mpirun
agent=$FT_BUILDDIR/fedtwin-agent
home=$FT_BUILDDIR/t/agent/home
mkfifo orders

# attempt N SHELL-TEXT [MEMBERS]: an ATTEMPT on one line.
attempt() {
	mkdir -p "a$1" && echo '{"schema": 1}' >"a$1/task.json" &&
		printf '{"tag": %d, "tag_text": "run/t[n=%d]/1", "dir": "%s", ' \
			"$1" "$1" "$PWD/a$1" &&
		printf '"argv": ["/bin/sh", "-c", "%s"], "env": [], ' \
			"$(printf %s "$2" | sed 's/[\\"]/\\&/g')" &&
		printf '"modules": []%s}\n' "${3:+, $3}"
}
give() {
	{ printf "give " && attempt "$@"; } >&6
}
hears() { # PATTERN
	test_wait_for 60 grep "$1" heard
}

# submit FILE ATTEMPTS MEMBERS [OPTION...]: the job's number
submit() {
	cat >"$1" <<-EOT
	{"schema": 1, "tag": "run/pilot-1/1", "home": "$PWD/home.json",
	 "attempts": [$2], $3}
	EOT
	printf '#!/bin/sh\nexec "%s" "%s"\n' "$agent" "$PWD/$1" >script
	shift 3
	slurm_on alpha sbatch --parsable -o "$PWD/job.out" "$@" script
}

cat >hosts.c <<\EOT
#include <mpi.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    char host[MPI_MAX_PROCESSOR_NAME];
    int rank, size, length;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Get_processor_name(host, &length);
    printf("%s %d of %d\n", host, rank, size);
    return MPI_Finalize();
}
EOT
mpicc -o hosts hosts.c || exit 1
printf 'n1 0 of 4\nn1 1 of 4\nn2 2 of 4\nn2 3 of 4\n' >want

test_expect_success 'a pilot calls home from its node, and serves' '
	slurm_start alpha --conf KillWait=5 &&
	{ "$home" home.json <orders >>heard & } &&
	home_pid=$! &&
	exec 6>orders &&
	test_wait_for 60 test -s home.json &&
	job=$(submit pilot.json "" "\"serve\": true, \"walltime_s\": 120,
		\"site\": {\"name\": \"a\"}" -n 2 --mem 200 -t 2) &&
	hears "^joined run/pilot-1/1 job=$job host=n1 slots=2 left=>=100 serve=1 held=$" &&
	give 1 "hostname; exit 3" && give 2 "hostname" &&
	hears "^started 1 on n1" &&
	hears "^ended 1 .*: error 3" && hears "^ended 2 .*: ok" &&
	test "$(cat a2/stdout.txt)" = n1 &&
	test "$(test_json "d[\"host\"]" a2/result.json)" = n1 &&
	give 3 true "\"resources\": {\"memory_bytes\": 300e6}" &&
	hears "^ended 3 .*: error .*asks for 286 MiB of memory, .* has 200 MiB" &&
	echo finish >&6 &&
	hears "^left finished" &&
	slurm_ended alpha "$job" COMPLETED
'

test_expect_success 'the job of an attempt that failed has failed' '
	: >heard &&
	job=$(submit own.json "$(attempt 10 "exit 3")" \
		"\"site\": {\"name\": \"a\"}" -n 1 -t 2) &&
	slurm_ended alpha "$job" FAILED &&
	hears "^ended 10 .*: error 3"
'

test_expect_success 'scancel: what runs ends politely and has its record' '
	: >heard &&
	job=$(submit own.json "$(attempt 11 "sleep 60")" \
		"\"site\": {\"name\": \"a\"}" -n 1) &&
	hears "^started 11" &&
	slurm_on alpha scancel "$job" &&
	hears "^ended 11 .*: cancelled by site" &&
	hears "^left ended by the site" &&
	slurm_ended alpha "$job" CANCELLED &&
	test "$(test_json "d[\"by_site\"]" a11/result.json)" = true
'

test_expect_success 'scontrol signals: USR1 reaches the program' '
	: >heard &&
	trap="trap \"exit 75\" USR1; : >ready; while :; do sleep 0.1; done" &&
	job=$(submit own.json "$(attempt 12 "$trap")" \
		"\"site\": {\"name\": \"a\"}" -n 1) &&
	test_wait_for 60 test -e a12/ready &&
	slurm_on alpha scancel --batch -s USR1 "$job" &&
	hears "^ended 12 .*: preempted 75" &&
	slurm_ended alpha "$job" FAILED
'

for launcher in '"srun", "--mpi=pmix", "-N", "{nodes}", "-n", "{ranks}"' \
	'"mpirun", "-n", "{ranks}"' ''
do
	test_expect_success "MPI over two nodes: ${launcher:-the launcher as it is}" '
		: >heard && rm -rf a20 && test_mpi_of_jobs &&
		job=$(submit mpi.json "$(attempt 20 "exec $PWD/hosts" \
			"\"mpi\": true, \"resources\": {\"nodes\": 2, \"ranks\": 4}")" \
			"\"site\": {\"name\": \"a\", \"mpirun\": [$launcher]}" \
			-N 2 -n 4 --mem 200 -t 2) &&
		hears "^ended 20 .*: ok" &&
		slurm_ended alpha "$job" COMPLETED &&
		sort a20/stdout.txt >got && test_cmp want got
	'
done

exec 6>&-
wait "$home_pid"
test_done
