#!/bin/sh
test_description='MPI stages run under mpirun, and end as one'
. "$(dirname "$0")/harness.sh"

test_need mpirun

cat >ranks.yaml <<\EOT
fedtwin: 1
workflow: ranks
stages:
  s:
    run: [sh, -c, 'echo $OMPI_COMM_WORLD_RANK/$OMPI_COMM_WORLD_SIZE >r.$OMPI_COMM_WORLD_RANK; test $OMPI_COMM_WORLD_RANK != 0 || echo done >o.txt; test -z "$FEDTWIN_PROGRESS_FD"']
    out: {o: {type: file, path: o.txt}}
    resources: {ranks: 3}
EOT

test_expect_success 'more ranks than cores, in the attempt directory' '
	fedtwin init . &&
	fedtwin run -j 2 ranks.yaml &&
	cat .fedtwin/runs/*/work/s.0.1/r.* >got &&
	printf "0/3\n1/3\n2/3\n" >want &&
	test_cmp want got
'

cat >fail.yaml <<\EOT
fedtwin: 1
workflow: fail
stages:
  s:
    run: [sh, -c, 'if test $OMPI_COMM_WORLD_RANK = 1; then echo "rank 1 diverged" >&2; exit 7; fi; sleep 1000']
    resources: {ranks: 2}
EOT

test_expect_success 'one rank fails: the task does, in its words' '
	test_expect_code 1 fedtwin run fail.yaml 2>err &&
	test_grep "rank 1 diverged (exit status 7)" err
'

cat >hang.yaml <<\EOT
fedtwin: 1
workflow: hang
stages:
  s:
    run: [sh, -c, 'trap "" TERM; echo $$ >pid.$OMPI_COMM_WORLD_RANK; while :; do sleep 1; done']
    resources: {ranks: 2}
EOT

ranks_up() {
	test -s ".fedtwin/runs/$1/work/s.0.1/pid.0" &&
		test -s ".fedtwin/runs/$1/work/s.0.1/pid.1"
}

test_expect_success 'cancelled: no rank is left, though they ignore SIGTERM' '
	run=$(fedtwin run -d hang.yaml) &&
	test_wait_for 30 ranks_up $run &&
	fedtwin cancel $run &&
	test_gone $(cat .fedtwin/runs/$run/work/s.0.1/pid.0) &&
	test_gone $(cat .fedtwin/runs/$run/work/s.0.1/pid.1) &&
	test_expect_code 0 fedtwin status $run >out &&
	test_grep cancelled out
'

test_done
