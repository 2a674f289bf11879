#!/bin/sh
test_description='trigger runs a workflow whenever something changes'
. "$(dirname "$0")/harness.sh"

cp "$FT_SRCDIR/workflows/examples/gauge.yaml" .

# Start a trigger with the arguments given; its output is in out.
start() {
	: >out
	fedtwin trigger "$@" >out 2>err &
	trigger=$!
}
stop() { # asks the trigger to end, and gives its exit status
	kill -TERM "$trigger"
	wait "$trigger"
}
await() { # PATTERN: the trigger has said so
	test_wait_for 30 grep -q "$1" out
}
journal_has() { # TEXT: of some trigger
	grep -aqs "$1" .fedtwin/triggers/*/journal
}
second_is_over() {
	test "$(date +%s)" -gt "$second"
}
replace() { # TEXT, as a careful program does
	printf "%b" "$1" >levels.new && mv levels.new levels.txt
}

test_expect_success 'a file that changes starts a cycle, one that is there does not' '
	fedtwin init . && printf "1\n2\n" >levels.txt &&
	start --file levels.txt gauge.yaml &&
	test_wait_for 30 journal_has levels.txt &&
	replace "1\n5\n" &&
	await "cycle 1: file .levels.txt. changed" &&
	await "cycle 1 succeeded: run " &&
	fedtwin data get highest.highest got && echo 5.0 >want &&
	test_cmp want got
'

test_expect_success 'the same content again does not' '
	replace "1\n5\n" && touch levels.txt &&
	replace "7\n" &&
	await "cycle 2 succeeded" &&
	test_grep ! "cycle 3" out
'

test_expect_success 'one trigger of a kind at a time' '
	test_expect_code 4 fedtwin trigger --file levels.txt gauge.yaml 2>err2 &&
	test_grep "is driven by\|process" err2
'

test_expect_success 'it ends when it is asked to' '
	stop
'

test_expect_success 'what changed while it was away is noticed' '
	replace "9\n" &&
	start --file levels.txt --cycles 1 gauge.yaml &&
	wait $trigger &&
	await "cycle 3 succeeded" &&
	rm got && fedtwin data get highest.highest got && echo 9.0 >want &&
	test_cmp want got
'

test_expect_success 'an object that changes starts a cycle' '
	fedtwin data put feed.levels levels.txt &&
	cat >from.yaml <<-\EOT &&
	fedtwin: 1
	workflow: from
	stages:
	  copy:
	    in: {x: "${store('"'"'feed.levels'"'"')}"}
	    shell: "cat \"${in.x}\" >o.txt"
	    out: {o: {type: file, path: o.txt}}
	EOT
	start --object feed.levels --cycles 1 from.yaml &&
	test_wait_for 30 journal_has feed.levels &&
	printf "11\n" >new.txt && fedtwin data put feed.levels new.txt &&
	wait $trigger &&
	test_grep "object .feed.levels. changed" out &&
	fedtwin data get copy.o got2 && test_cmp new.txt got2
'

test_expect_success 'the clock: a cycle gets its time, missed ones become one' '
	start --every "1 s" --time-param t0 --cycles 2 gauge.yaml &&
	wait $trigger &&
	test_grep "cycle 1: it is ....-..-..T..:..:..\.000000Z" out &&
	test_grep "cycle 2 succeeded" out &&
	second=$(date +%s) && test_wait_for 30 second_is_over &&
	start --every "1 s" --time-param t0 --cycles 1 gauge.yaml &&
	wait $trigger &&
	test_grep "the time passed while the trigger was away" out
'

cat >slow.yaml <<\EOT
fedtwin: 1
workflow: slow
stages:
  wait:
    in: {levels: levels.txt}
    shell: 'echo $$ >"$GATE.pid"; test "$(cat "${in.levels}")" = go || exec sleep 1000'
EOT
GATE=$PWD/gate
export GATE

test_expect_success 'a stale cycle is cancelled when told to' '
	replace stay &&
	start --file levels.txt --supersede --now --cycles 2 slow.yaml &&
	test_wait_for 30 test -s gate.pid &&
	replace go &&
	wait $trigger &&
	test_grep "cycle 1 superseded" out &&
	test_grep "cycle 2 succeeded" out
'

test_expect_success 'a trigger that is killed: its run goes on and is taken up' '
	replace stay && rm -f gate.pid &&
	start --file levels.txt --cycles 1 slow.yaml &&
	test_wait_for 30 test -s gate.pid &&
	await "started: run" &&
	kill -KILL $trigger && { wait $trigger || :; } &&
	kill -TERM "$(cat gate.pid)" &&
	start --file levels.txt --cycles 1 slow.yaml &&
	{ wait $trigger || test $? = 1; } &&
	test_grep "cycle 3 goes on: run" out
'

test_expect_success 'what cannot be watched or is nothing is refused' '
	test_expect_code 2 fedtwin trigger gauge.yaml 2>err &&
	test_grep "nothing to watch" err &&
	test_expect_code 2 fedtwin trigger --every "5 m" gauge.yaml 2>err &&
	test_grep "every" err &&
	test_expect_code 2 fedtwin trigger --every "1 ms" gauge.yaml 2>err
'

test_expect_success 'a workflow that is not valid fails its cycle, not the trigger' '
	echo "fedtwin: 1" >bad.yaml &&
	test_expect_code 1 fedtwin trigger --file levels.txt --now --cycles 1 bad.yaml >out 2>err &&
	test_grep "cycle 1 failed" out && test_grep "bad.yaml" err
'

test_done
