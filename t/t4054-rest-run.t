#!/bin/sh
test_description='runs through slurmrestd: tokens that end, faults, nothing twice'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/slurm.sh"

slurm_need_rest
test_need mpirun fedtwin-hello
test_mpi_of_jobs

in_p() {
	(cd p && "$@")
}

# A run of two tasks, the first of which waits for the file go.
begin_run() {
	rm -f began go && in_p fedtwin run gate.yaml -p top="$PWD" --fresh \
		--site alpha -d >out && test_wait_for 60 test -s began
}

ended_well() {
	in_p fedtwin wait last --timeout "90 s" && test_line_count -eq 2 began &&
	sort -u began >once && test_line_count -eq 2 once
}

has() { # PATTERN COMMAND...
	has_pattern=$1 && shift &&
	in_p "$@" >shown.txt 2>&1
	grep -e "$has_pattern" shown.txt
}

runner() {
	for lease in p/.fedtwin/runs/*/lease
	do
		: # the last one
	done &&
	test_json 'd["pid"]' "$lease"
}

discover() { # NAME OPTION...
	in_p fedtwin site add --discover --adapter slurmrest \
		--credential "file:$PWD/token" -e "url=$(cat alpha/tls.url)" "$@"
}

test_expect_success 'a certificate that nobody vouches for is refused' '
	slurm_start alpha --rest && slurm_token alpha && fedtwin init p &&
	test_expect_code 4 discover beta 2>err &&
	test_grep "the certificate is not trusted" err &&
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj "/CN=somebody else" -keyout other.key -out other.crt &&
	test_expect_code 4 discover beta -e "ca=$PWD/other.crt" 2>err &&
	test_grep "the certificate is not trusted" err &&
	test_expect_code 4 discover beta -e "ca=$PWD/nowhere.crt" 2>err &&
	test_must_fail test -e p/sites/beta.yaml
'

test_expect_success 'a site is discovered and tested' '
	discover alpha -e "ca=$PWD/alpha/ca.crt" &&
	test_grep "adapter: slurmrest" p/sites/alpha.yaml &&
	test_grep "queue: debug" p/sites/alpha.yaml &&
	in_p fedtwin site test alpha >out && test_grep ! FAIL out &&
	test_grep "^adapter *ok *slurmrest 22\|^adapter *ok *slurmrest 2" out &&
	test_grep "^MPI on 2 nodes *ok" out
'

test_expect_success 'a run, of which the token leaves no trace' '
	sed -i "s/^limits:.*/&\n  status_interval: 1 s/" p/sites/alpha.yaml &&
	printf "lost_after: 5 s\nanswer_within: 10 s\npilot: {use: never}\n" \
		>>p/sites/alpha.yaml &&
	cat >p/gate.yaml <<-\EOT &&
	fedtwin: 1
	workflow: gate
	params: {top: {type: string}}
	stages:
	  s:
	    shell: |
	      echo $FEDTWIN_TAG >>${params.top}/began
	      while ! test -e ${params.top}/go; do sleep 0.1; done
	      echo done >n.txt
	    out: {n: {type: file, path: n.txt}}
	  t:
	    shell: |
	      echo $FEDTWIN_TAG >>${params.top}/began
	      cp "${in.n}" m.txt
	    in: {n: "${s.n}"}
	    out: {m: {type: file, path: m.txt}}
	EOT
	begin_run && touch go && ended_well &&
	in_p fedtwin data get t.m - >got && echo done >want && test_cmp want got &&
	test_must_fail grep -r -e "$(sed "s/.*\.//" token)" p
'

test_expect_success 'the token ends: the run waits for another one' '
	slurm_token alpha 6 && begin_run &&
	test_wait_for 60 has "waits for a credential" fedtwin site test alpha &&
	test_grep "identity. of the site file" shown.txt &&
	touch go &&
	test_wait_for 60 has "^waiting: 1 task: site alpha: waits for a credential" \
		fedtwin status last &&
	has "waits for a credential.*renew it" fedtwin why last/t &&
	test_line_count = 1 began && slurm_token alpha 600 && ended_well
'

test_expect_success 'a run that begins without a token waits for one' '
	mv token away && rm -f began && touch go &&
	in_p fedtwin run gate.yaml -p top="$PWD" --fresh --site alpha -d >out &&
	test_wait_for 60 has "waits for a credential: cannot read" \
		fedtwin status last && mv away token && ended_well
'

test_expect_success 'slurmrestd is killed and comes back' '
	begin_run && slurm_ask alpha signal slurmrestd KILL && touch go &&
	test_wait_for 60 has "^waiting: 1 task: site alpha: " fedtwin status last &&
	test_line_count = 1 began && slurm_ask alpha start slurmrestd && ended_well
'

test_expect_success 'the controller freezes: accepted unheard, run once' '
	begin_run && slurm_ask alpha signal slurmctld STOP && touch go &&
	test_wait_for 60 has "^waiting: 1 task: site alpha: " fedtwin status last &&
	slurm_ask alpha signal slurmctld CONT && ended_well
'

test_expect_success 'the runner is killed and resumed: its job is found' '
	begin_run && kill -9 "$(runner)" &&
	test_wait_for 60 has "interrupted" fedtwin status last &&
	touch go && in_p fedtwin resume last >out 2>err && ended_well
'

test_done
