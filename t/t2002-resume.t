#!/bin/sh
test_description='a killed runner: nothing finished is lost or done twice'
. "$(dirname "$0")/harness.sh"

LOG=$PWD/log
GATE=$PWD/gate
export LOG GATE

cat >a.yaml <<\EOT
fedtwin: 1
workflow: resume
stages:
  first:
    shell: 'echo first >>"$LOG"; echo 1 >o.txt; echo done'
    out: {o: {type: file, path: o.txt}}
  plain:
    in: {o: "${first.o}"}
    shell: 'echo plain >>"$LOG"'
  wait:
    needs: [plain]
    in: {o: "${first.o}"}
    shell: |
      echo wait >>"$LOG"
      echo $$ >"$GATE.pid"
      test ! -e "$GATE" || exec sleep 1000
      cp "${in.o}" o.txt
    out: {o: {type: file, path: o.txt}}
  last:
    in: {o: "${wait.o}"}
    shell: 'echo last >>"$LOG"; cp "${in.o}" o.txt'
    out: {o: {type: file, path: o.txt}}
EOT

newest_run() {
	find .fedtwin/runs -mindepth 1 -maxdepth 1 -printf "%f\n" | sort |
		tail -n 1
}

# Start the run in $1 and wait until the stage 'wait' is there; the runner's
# process is in $runner then, the stage's in gate.pid.
start() {
	rm -f log gate.pid && : >gate &&
	{
		fedtwin run --fresh "$1" >out 2>err &
		runner=$!
	} &&
	test_wait_for 30 test -s gate.pid &&
	run=$(newest_run)
}

reap() {
	wait "$runner" || true
}

test_expect_success 'killed while a stage runs' '
	fedtwin init . &&
	start a.yaml &&
	kill -KILL $runner && reap &&
	fedtwin status $run >out &&
	test_grep interrupted out &&
	kill -0 $(cat gate.pid)
'

test_expect_success 'resume ends what was left running and goes on' '
	old=$(cat gate.pid) && rm gate &&
	fedtwin resume $run &&
	test_gone $old &&
	printf "first\nplain\nwait\nwait\nlast\n" >want &&
	test_cmp want log &&
	fedtwin status $run >out &&
	test_grep succeeded out
'

test_expect_success 'a run that is done is left alone' '
	rm log &&
	fedtwin resume $run &&
	test ! -e log
'

test_expect_success 'a live runner keeps its run' '
	start a.yaml &&
	test_expect_code 4 fedtwin resume $run 2>err &&
	test_grep "driven by process $runner" err &&
	rm gate && kill -TERM $(cat gate.pid) && reap
'

test_expect_success 'failed: resume tries again what has no result' '
	fedtwin status $run >out &&
	test_grep failed out &&
	rm log &&
	fedtwin resume $run &&
	printf "wait\nlast\n" >want &&
	test_cmp want log
'

# The state after a crash between two steps: a journal that ends early.
cut_journal() { # RUN KIND TASK: up to and without the record
	"$PYTHON" - ".fedtwin/runs/$1/journal" "$2" "$3" <<-\EOT
	import json, struct, sys

	data = open(sys.argv[1], "rb").read()
	at = 8
	while at < len(data):
	    length, = struct.unpack_from("<I", data, at)
	    length &= (1 << 25) - 1
	    record = json.loads(data[at + 40:at + 40 + length])
	    if record["k"] == sys.argv[2] and record.get("t", -1) == int(sys.argv[3]):
	        open(sys.argv[1], "r+b").truncate(at)
	        sys.exit(0)
	    at += 40 + length
	sys.exit("no such record")
	EOT
}

test_expect_success 'finished, not yet published: published, not executed' '
	rm -rf .fedtwin log gate && fedtwin init . &&
	fedtwin run a.yaml &&
	run=$(ls .fedtwin/runs) &&
	rm log &&
	cut_journal $run ended 0 &&
	echo 1 >.fedtwin/runs/$run/work/first.0.1/o.txt &&
	mv .fedtwin/runs keep && rm -rf .fedtwin && fedtwin init . &&
	rm -rf .fedtwin/runs && mv keep .fedtwin/runs &&
	fedtwin resume $run &&
	printf "plain\nwait\nlast\n" >want &&
	test_cmp want log &&
	fedtwin data get last.o got &&
	echo 1 >want && test_cmp want got
'

test_expect_success 'published, not yet in the journal: taken over' '
	rm -rf .fedtwin log && fedtwin init . &&
	fedtwin run a.yaml &&
	run=$(ls .fedtwin/runs) && rm log &&
	cut_journal $run done 0 &&
	fedtwin resume $run &&
	test ! -e log &&
	fedtwin status $run --json >json &&
	test "$(test_json "d[\"tasks\"][0][\"state\"]" json)" = succeeded &&
	fedtwin fsck
'

test_expect_success 'before anything was started' '
	rm -rf .fedtwin log && fedtwin init . &&
	fedtwin run a.yaml &&
	run=$(ls .fedtwin/runs) && rm -r .fedtwin/o/* log &&
	cut_journal $run intent 0 &&
	fedtwin resume $run &&
	fedtwin status $run >out && test_grep succeeded out
'

test_expect_success 'only the end is missing' '
	rm -f log &&
	cut_journal $run end -1 &&
	fedtwin resume $run &&
	test ! -e log
'

test_expect_success 'the workflow in force is the one that was stored' '
	rm -rf .fedtwin log && fedtwin init . &&
	start a.yaml && kill -KILL $runner && reap &&
	rm gate && cp a.yaml keep.yaml && echo nonsense >a.yaml &&
	fedtwin resume $run &&
	cp keep.yaml a.yaml &&
	printf "first\nplain\nwait\nwait\nlast\n" >want &&
	test_cmp want log
'

test_expect_success 'many kills: every stage finishes once' '
	cat >many.yaml <<-\EOT &&
	fedtwin: 1
	workflow: many
	stages:
	  a:
	    matrix: {i: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]}
	    shell: "echo ${matrix.i} >o.txt"
	    out: {o: {type: file, path: o.txt}}
	  sum:
	    in: {o: "${a.o}"}
	    run: [sh, -c, "cat \"$@\" >s.txt", sh, "${in.o}"]
	    out: {s: {type: file, path: s.txt}}
	EOT
	rm -rf .fedtwin err && fedtwin init . &&
	{
		fedtwin run many.yaml >out 2>err &
		runner=$!
	} &&
	test_wait_for 10 grep -q running err &&
	kill -KILL $runner && reap &&
	for delay in 0.01 0.02 0.03 0.04 0.05 0.07 0.09 0.11 0.13
	do
		timeout -s KILL $delay fedtwin resume || true
	done &&
	fedtwin resume &&
	fedtwin data get sum.s all &&
	seq 12 >want && test_cmp want all &&
	fedtwin fsck
'

test_done
