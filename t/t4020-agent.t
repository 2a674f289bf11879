#!/bin/sh
test_description='fedtwin-agent alone: the attempts of its file and their records'
. "$(dirname "$0")/harness.sh"

agent=$FT_BUILDDIR/fedtwin-agent
for var in $(env | sed -n 's/^\(SLURM[A-Z0-9_]*\)=.*/\1/p')
do
	unset "$var"
done

in_json() {
	printf %s "$1" | sed 's/[\\"]/\\&/g'
}

# attempt N SHELL-TEXT [MEMBERS]: an ATTEMPT in directory aN, which is made.
attempt() {
	mkdir -p "a$1" && echo '{"schema": 1}' >"a$1/task.json" &&
		tell_attempt "$@"
}
tell_attempt() {
	printf '{"tag": %d, "tag_text": "run/task[n=%d]/1", "dir": "%s",\n' \
		"$1" "$1" "$PWD/a$1"
	printf ' "argv": ["/bin/sh", "-c", "%s"], "env": ["WHO=me"],\n' \
		"$(in_json "$2")"
	printf ' "modules": []%s}\n' "${3:+, $3}"
}

# tell ATTEMPTS [MEMBERS]: the agent's file
tell() {
	cat >file.json <<-EOT
	{"schema": 1, "tag": "run/task/1", "home": null,
	 "site": {"name": "here", "slots": 2},
	 "attempts": [$1]${2:+, $2}}
	EOT
}

ended() { # N EXPRESSION: a value of the record of attempt N
	test_json "$2" "a$1/result.json"
}

test_expect_success 'what it is called with' '
	test_expect_code 2 "$agent" 2>err &&
	test_grep "^usage: fedtwin-agent FILE" err &&
	echo "{\"schema\": 2}" >new.json &&
	test_expect_code 4 "$agent" new.json 2>err &&
	test_grep "has schema 2; this program knows 1" err &&
	echo "{\"schema\": 1, \"tag\": \"t\"}" >short.json &&
	test_expect_code 4 "$agent" short.json 2>err &&
	test_grep "site" err &&
	tell "{\"tag\": 1, \"tag_text\": \"r/t/1\", \"dir\": \"rel\",
		\"argv\": [\"true\"], \"env\": [], \"modules\": []}" &&
	test_expect_code 4 "$agent" file.json 2>err &&
	test_grep "is not an absolute path" err
'

test_expect_success 'an attempt that does well' '
	tell "$(attempt 1 "echo \$WHO \$FEDTWIN_TAG; echo x >out.txt" \
		"\"outputs\": true")" &&
	echo "{\"outputs\": {\"o\": {\"path\": \"out.txt\"}}}" >a1/task.json &&
	"$agent" file.json &&
	echo "me run/task[n=1]/1" >want &&
	test_cmp want a1/stdout.txt &&
	test "$(ended 1 "[d[k] for k in (\"schema\", \"task\", \"attempt\", \
		\"attempt_tag\", \"job\", \"outcome\", \"exit_code\")]")" = \
		"[1, \"task[n=1]\", 1, \"run/task[n=1]/1\", \"run/task/1\", \"ok\", 0]" &&
	test "$(ended 1 "d[\"outputs\"]")" = \
		"{\"o\": {\"path\": \"out.txt\", \"size\": 2}}" &&
	test "$(ended 1 "d[\"host\"]")" = "$(uname -n)" &&
	test "$(ended 1 "d[\"end_ns\"] > d[\"start_ns\"] > 0")" = true
'

test_expect_success 'attempts that fail, and how' '
	tell "$(attempt 2 "echo no luck >&2; exit 3"),
		$(attempt 3 "exit 75"),
		$(attempt 4 "kill -9 \$\$"),
		$(attempt 5 "sleep 60" "\"timeout_s\": 0.2")" &&
	test_expect_code 1 "$agent" file.json &&
	test "$(ended 2 "[d[\"outcome\"], d[\"exit_code\"], d[\"reason\"]]")" = \
		"[\"error\", 3, \"no luck (exit status 3)\"]" &&
	test "$(ended 3 "[d[\"outcome\"], d[\"exit_code\"]]")" = \
		"[\"preempted\", 75]" &&
	test "$(ended 4 "[d[\"outcome\"], d[\"signal\"]]")" = "[\"error\", 9]" &&
	test "$(ended 5 "[d[\"outcome\"], d[\"reason\"]]")" = \
		"[\"timeout\", \"timed out after 0.2 s\"]"
'

test_expect_success 'a program that is not there, or is another one' '
	sum=$(sha256sum /bin/sh | cut -c1-64) &&
	tell "$(attempt 6 true | sed "s|/bin/sh|/no/such|"),
		$(attempt 7 true "\"program_sha256\": \"$sum\""),
		$(attempt 8 true "\"program_sha256\":
			\"$(echo "$sum" | tr 0-9a-f 1-9a-f0)\"")" &&
	test_expect_code 1 "$agent" file.json &&
	test "$(ended 6 "d[\"outcome\"]")" = error &&
	ended 6 "d[\"reason\"]" >got &&
	test_grep "cannot start ./no/such.: No such file" got &&
	test "$(ended 7 "d[\"outcome\"]")" = ok &&
	ended 8 "d[\"outcome\"] + \" \" + d[\"reason\"]" >got &&
	test_grep "^error ./bin/sh. on .* is not the program" got &&
	test_grep "$(echo "$sum" | cut -c1-12)" got &&
	test_must_be_empty a8/stdout.txt
'

test_expect_success 'no more at a time than there are slots' '
	mkdir lock &&
	text="for i in 1 2 3; do mkdir lock/\$i 2>/dev/null && break; done" &&
	text="cd ..; $text; echo \$i; sleep 0.5; rmdir lock/\$i" &&
	tell "$(for n in 10 11 12 13 14 15
		do
			test $n = 10 || echo ,
			attempt $n "$text"
		done)" &&
	"$agent" file.json &&
	cat a1[0-5]/stdout.txt | sort -u >got &&
	printf "1\n2\n" >want &&
	test_cmp want got
'

test_expect_success 'a directory and inputs that are seen late' '
	tell "$(tell_attempt 20 "echo here")" &&
	{ "$agent" file.json & } &&
	pid=$! &&
	sleep 0.3 &&
	mkdir late && : >late/task.json && mv late a20 &&
	sleep 0.3 &&
	test ! -e a20/stdout.txt &&
	echo "{\"inputs\": {\"a\": [{\"path\": \"$PWD/x.h5\"}],
		\"b\": [{}, {\"path\": \"$PWD/y/y.h5\"}]}}" >a20/task.json &&
	: >x.h5 &&
	sleep 0.3 &&
	test ! -e a20/stdout.txt &&
	mkdir y && : >y/y.h5 &&
	wait $pid &&
	test "$(ended 20 "d[\"outcome\"]")" = ok
'

test_expect_success 'one that is never seen' '
	tell "$(tell_attempt 21 true)" "\"visible_s\": 0.2" &&
	test_expect_code 1 "$agent" file.json 2>err &&
	test ! -e a21 &&
	test_grep "run/task\[n=21\]/1: cannot be seen on .* after 0 s: " err &&
	test_grep "a21/task.json.: No such file or directory" err
'

test_expect_success 'a job that is started again leaves the directory alone' '
	tell "$(attempt 22 "echo first")" &&
	"$agent" file.json &&
	cp a22/result.json record &&
	test_expect_code 1 "$agent" file.json &&
	test_cmp record a22/result.json &&
	test "$(cat a22/stdout.txt)" = first
'

test_expect_success 'SIGTERM: what runs ends politely, what waits is not begun' '
	text="trap \"echo polite; exit 1\" TERM; : >ready; sleep 60 & wait" &&
	tell "$(attempt 30 "$text"),
		$(attempt 31 ": >ready; sleep 60"), $(attempt 32 true)" &&
	{ "$agent" file.json & } &&
	pid=$! &&
	test_wait_for 60 test -e a30/ready &&
	test_wait_for 60 test -e a31/ready &&
	kill -TERM $pid &&
	test_expect_code 1 wait $pid &&
	test "$(cat a30/stdout.txt)" = polite &&
	test "$(ended 30 "[d[\"outcome\"], d[\"by_site\"], d[\"reason\"]]")" = \
		"[\"cancelled\", true, \"the site ended its job\"]" &&
	test "$(ended 31 "d[\"outcome\"]")" = cancelled &&
	test ! -e a32/stdout.txt
'

# Of the signals that a site sends to all processes of a job, the agent's may
# be the last.
test_expect_success 'a program that ends by SIGTERM before the agent gets it' '
	text=": >ready; until test -e ../go; do sleep 0.05; done; : >last" &&
	tell "$(attempt 37 "$text; kill -TERM \$\$"),
		$(attempt 38 "$text; exit 143")" &&
	{ "$agent" file.json & } &&
	pid=$! &&
	test_wait_for 60 test -e a37/ready &&
	test_wait_for 60 test -e a38/ready &&
	touch go &&
	test_wait_for 60 test -e a37/last &&
	test_wait_for 60 test -e a38/last &&
	kill -TERM $pid &&
	test_expect_code 1 wait $pid &&
	for n in 37 38
	do
		test "$(ended $n "[d[\"outcome\"], d[\"by_site\"]]")" = \
			"[\"cancelled\", true]" || return 1
	done
'

test_expect_success 'without one for the agent it is the end of its own doing' '
	tell "$(attempt 39 "kill -TERM \$\$")" &&
	test_expect_code 1 "$agent" file.json &&
	test "$(ended 39 "[d[\"outcome\"], d[\"signal\"]]")" = "[\"error\", 15]" &&
	test "$(ended 39 "\"by_site\" in d")" = false
'

test_expect_success 'SIGUSR1: who handles it goes on from a checkpoint' '
	text="trap \"exit 75\" USR1; : >ready; n=0" &&
	text="$text; while test \$n -lt 600; do sleep 0.1; n=\$((n+1)); done" &&
	tell "$(attempt 33 "$text"),
		$(attempt 34 ": >ready; sleep 1; echo done")" &&
	{ "$agent" file.json & } &&
	pid=$! &&
	test_wait_for 60 test -e a33/ready &&
	test_wait_for 60 test -e a34/ready &&
	kill -USR1 $pid &&
	test_expect_code 1 wait $pid &&
	test "$(ended 33 "[d[\"outcome\"], d[\"exit_code\"]]")" = \
		"[\"preempted\", 75]" &&
	test "$(ended 34 "d[\"outcome\"]")" = ok
'

test_expect_success 'the end of the walltime comes without a signal, too' '
	text="trap \"exit 75\" USR1; sleep 60 & wait" &&
	tell "$(attempt 35 "$text"),
		$(attempt 36 "sleep 60")" \
		"\"walltime_s\": 8, \"spare_s\": 60" &&
	test_expect_code 1 "$agent" file.json &&
	test "$(ended 35 "d[\"outcome\"]")" = preempted &&
	test "$(ended 36 "[d[\"outcome\"], d[\"by_site\"]]")" = \
		"[\"timeout\", true]"
'

test_expect_success 'a killed agent claims nothing' '
	tell "$(attempt 40 ": >ready; echo \$\$; exec sleep 60")" &&
	{ "$agent" file.json & } &&
	pid=$! &&
	test_wait_for 60 test -s a40/stdout.txt &&
	kill -KILL $pid &&
	test_expect_code 137 wait $pid &&
	test ! -e a40/result.json &&
	kill "$(cat a40/stdout.txt)"
'

test_expect_success 'what Slurm gave to the job' '
	text="test -e ../a50/ready && test -e ../a51/ready" &&
	text=": >ready; until $text; do sleep 0.05; done" &&
	tell "$(attempt 50 "$text"), $(attempt 51 "$text"),
		$(attempt 52 true "\"resources\": {\"nodes\": 3}")" &&
	sed "s/, \"slots\": 2//" file.json >slurm.json &&
	test_expect_code 1 env SLURM_JOB_CPUS_PER_NODE="1(x2)" \
		SLURM_JOB_NUM_NODES=2 SLURM_JOB_ID=7 SLURMD_NODENAME=n1 \
		"$agent" slurm.json &&
	test "$(ended 50 "d[\"host\"]")" = n1 &&
	test "$(ended 52 "d[\"reason\"]")" = "asks for 3 nodes, the job has 2" &&
	"$PYTHON" -c "
import json
a, b = (json.load(open(f\"a{n}/result.json\")) for n in (50, 51))
assert a[\"start_ns\"] < b[\"end_ns\"] and b[\"start_ns\"] < a[\"end_ns\"]"
'

test_done
