#!/bin/sh
test_description='a detached runner outlives its terminal and its own death'
. "$(dirname "$0")/harness.sh"
# shellcheck source=t/steer.sh
. "$FT_SRCDIR/t/steer.sh"

runner_of() {
	test_json 'd["pid"]' ".fedtwin/runs/$1/lease"
}

test_expect_success 'what is wrong with the workflow is said at once: exit 3' '
	fedtwin init &&
	printf "fedtwin: 1\nworkflow: w\nstages:\n  a: {rum: [\"true\"]}\n" \
		>wrong.yaml &&
	test_expect_code 3 fedtwin run -d wrong.yaml >out 2>err &&
	test_grep "rum" err && test_must_be_empty out &&
	test ! -e .fedtwin/runs/*
'

test_expect_success 'its session is its own, SIGHUP does not end it' '
	steer_workflow &&
	id=$(fedtwin run -d -j 1 gated.yaml) &&
	runner=$(runner_of $id) &&
	steer_started a1 &&
	test "$(ps -o sid= -p $runner | tr -d " ")" = $runner &&
	kill -HUP $runner &&
	steer_go a1 a2 a3 b1 b2 b3 &&
	fedtwin wait $id
'

test_expect_success 'its messages are in its log' '
	test_wait_for 30 grep -q "succeeded: 6 tasks" \
		.fedtwin/runs/$id/runner.log &&
	fedtwin logs $id --runner >out &&
	test_grep "a\[i=1\] running" out &&
	test_grep "run $id succeeded: 6 tasks" out &&
	fedtwin logs $id --runner -f >again && test_cmp out again
'

test_expect_success 'a run that was not detached has none' '
	fedtwin run gated.yaml &&
	test_expect_code 4 fedtwin logs last --runner 2>err &&
	test_grep "was not detached" err
'

test_expect_success 'killed while a task runs, resumed: nothing runs twice' '
	rm go.* && : >started &&
	id=$(fedtwin run -d --fresh -j 1 gated.yaml) &&
	steer_started a1 && steer_go a1 &&
	test_wait_for 30 grep -q "^[ab][12]$" started &&
	test_wait_for 30 steer_number 2 &&
	second=$(tail -n 1 started) &&
	kill -KILL $(runner_of $id) &&
	test_expect_code 4 fedtwin wait $id &&
	left=$(cat pid.$second) && kill -0 $left &&
	test "$(fedtwin resume -d -j 1 $id)" = $id &&
	test_wait_for 30 steer_number 3 &&
	test_gone $left && kill -0 $(cat pid.$second) &&
	steer_go a2 a3 b1 b2 b3 &&
	fedtwin wait $id &&
	sort started | uniq -c | awk "\$1 > 1 { print \$2 }" >twice &&
	echo $second >want && test_cmp want twice
'

test_expect_success 'a resume that cannot begin says so at once' '
	: >started && rm go.* &&
	id=$(fedtwin run -d --fresh -j 1 gated.yaml) &&
	steer_started a1 &&
	test_expect_code 4 fedtwin resume -d $id 2>err &&
	test_grep "is driven by process" err &&
	fedtwin cancel $id
'

# As SSHFS does: the first bind() of a runner is that of its socket.
without_sockets() {
	strace -f -qq -o /dev/null -e trace=bind \
		-e inject=bind:error=EPERM:when=1 "$@"
}

listens_anew() { # run $1 does, and not in $2
	test ! -e "$2" && test -S "$(cat ".fedtwin/runs/$1/control")"
}

test_expect_success 'where no file is a socket, one in /tmp serves, and goes' '
	: >started && rm -f go.* &&
	{ without_sockets fedtwin run --fresh -j 1 gated.yaml & } &&
	steer_started a1 && id=$(ls .fedtwin/runs | tail -n 1) &&
	first=$(dirname "$(cat .fedtwin/runs/$id/control)") &&
	test -S $first/control && test "$(stat -c %a $first)" = 700 &&
	fedtwin pause $id && fedtwin status $id >out && test_grep paused out &&
	kill -KILL $(runner_of $id) && test -e $first &&
	{ without_sockets fedtwin resume -j 1 $id & } &&
	test_wait_for 30 listens_anew $id $first &&
	second=$(dirname "$(cat .fedtwin/runs/$id/control)") &&
	steer_go a1 a2 a3 b1 b2 b3 && fedtwin unpause $id && fedtwin wait $id &&
	wait &&
	test ! -e $second && test ! -e .fedtwin/runs/$id/control &&
	rm go.*
'

test_expect_success 'what the file names is removed only where it was made' '
	: >started && id=$(fedtwin run -d --fresh -j 1 gated.yaml) &&
	steer_started a1 && kill -KILL $(runner_of $id) &&
	other=$(mktemp -d) && made=$(mktemp -d /tmp/fedtwin-control-XXXXXX) &&
	: >$other/control && rm .fedtwin/runs/$id/control &&
	printf "%s/../..%s/control" $made $other >.fedtwin/runs/$id/control &&
	fedtwin resume -d -j 1 $id && test -e $other/control &&
	fedtwin cancel $id && rm -r $other $made
'

# What a colleague of the group needs to go on with a run.
# The runner is another process: it has to find the modes of the project itself.
test_expect_success 'shared: the files of a run are the group'\''s' '
	mkdir group && cp gated.yaml group/ && : >started &&
	id=$(cd group && fedtwin init --shared >&2 && umask 077 &&
		fedtwin run -d -j 1 gated.yaml) &&
	steer_started a1 &&
	find group/.fedtwin/runs/$id ! -perm -g+w ! -path "*/work/*/*" >not &&
	test_must_be_empty not &&
	fedtwin -C group cancel $id
'

test_expect_success 'not shared: they are not, even with umask 002' '
	mkdir alone && cp gated.yaml alone/ && (cd alone && fedtwin init &&
		id=$(umask 002 && fedtwin run -d -j 1 gated.yaml) &&
		find .fedtwin/runs/$id -perm /g+w >../writable &&
		fedtwin cancel $id) &&
	test_must_be_empty writable
'

test_done
