#!/bin/sh
test_description='a run that is cancelled, or whose time is up, ends as a whole'
. "$(dirname "$0")/harness.sh"

UP=$PWD/up
export UP

cat >polite.yaml <<\EOT
fedtwin: 1
workflow: polite
stages:
  s:
    shell: 'echo $$ >"$UP"; exec sleep 1000'
  after:
    needs: [s]
    run: ["true"]
EOT
cat >stubborn.yaml <<\EOT
fedtwin: 1
workflow: stubborn
stages:
  s:
    shell: 'trap "" TERM; echo $$ >"$UP"; while :; do sleep 1000; done'
EOT

newest_run() {
	find .fedtwin/runs -mindepth 1 -maxdepth 1 -printf "%f\n" | sort |
		tail -n 1
}

start() {
	rm -f "$UP" &&
	{
		fedtwin run "$1" >out 2>err &
		runner=$!
	} &&
	test_wait_for 30 test -s "$UP" &&
	run=$(newest_run)
}

ended() { # CODE STATE
	wait "$runner"
	test_got=$?
	test "$test_got" = "$1" || { echo "exit code $test_got"; return 1; }
	test_gone "$(cat "$UP")" &&
	fedtwin status "$run" >out &&
	test_grep "$2" out
}

for signal in INT TERM HUP
do
	test_expect_success "SIG$signal cancels politely, exit 5" '
		{ test -d .fedtwin || fedtwin init .; } &&
		start polite.yaml &&
		kill -$signal $runner &&
		ended 5 cancelled
	'
done

test_expect_success 'a second signal ends at once' '
	start stubborn.yaml &&
	kill -TERM $runner &&
	test_wait_for 5 grep -q cancelling err &&
	kill -TERM $runner &&
	ended 5 cancelled
'

test_expect_success 'fedtwin cancel ends it and waits' '
	start polite.yaml &&
	fedtwin cancel -m "wrong mesh" $run &&
	ended 5 cancelled &&
	test_grep "wrong mesh" out
'

test_expect_success 'a run that has ended stays as it is' '
	fedtwin cancel $run >out &&
	test_grep "has ended already: cancelled" out
'

test_expect_success 'a run without a runner is cancelled, its processes end' '
	start polite.yaml &&
	kill -KILL $runner &&
	fedtwin cancel $run &&
	ended 137 cancelled
'

asks() { # PID: it has reached a runner
	find /proc/"$1"/fd -lname "socket:*" 2>/dev/null | grep -q .
}

test_expect_success 'a runner that dies while it is asked' '
	start polite.yaml &&
	kill -STOP $runner &&
	{
		fedtwin cancel $run &
		cancel=$!
	} &&
	test_wait_for 30 asks $cancel &&
	kill -KILL $runner &&
	wait $cancel &&
	ended 137 cancelled
'

test_expect_success 'cancelled runs can be resumed' '
	run=$(newest_run) &&
	rm -f "$UP" &&
	{
		fedtwin resume $run >out 2>err &
		runner=$!
	} &&
	test_wait_for 30 test -s "$UP" &&
	fedtwin cancel $run && ended 5 cancelled
'

test_expect_success 'the deadline ends a run: exit 6' '
	rm -f "$UP" &&
	test_expect_code 6 fedtwin run --deadline "0.3 s" polite.yaml &&
	test_gone $(cat "$UP") &&
	fedtwin status last --json >json &&
	test_json "[t[\"state\"] for t in d[\"tasks\"]]" json >got &&
	echo "[\"expired\", \"expired\"]" >want &&
	test_cmp want got
'

test_expect_success 'a project with a very long path has a control socket' '
	deep=$(printf "%0100d" 0) &&
	mkdir -p $deep/$deep && cp polite.yaml $deep/$deep &&
	fedtwin init $deep/$deep &&
	rm -f "$UP" &&
	{
		(cd $deep/$deep && exec fedtwin run polite.yaml) >out 2>err &
		runner=$!
	} &&
	test_wait_for 30 test -s "$UP" &&
	(cd $deep/$deep && fedtwin cancel last) &&
	{ wait $runner; test $? = 5; } &&
	test_gone $(cat "$UP")
'

test_done
