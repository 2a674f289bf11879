#!/bin/sh
test_description='fedtwin version, and what every command line obeys'
. "$(dirname "$0")/harness.sh"

test_expect_success 'version in words and as JSON' '
	fedtwin version >out &&
	test_grep "^fedtwin [0-9]" out &&
	fedtwin --version >out2 &&
	test_cmp out out2 &&
	fedtwin version --json >json &&
	test_grep "\"schema\": *1" json
'

test_expect_success 'no command: the overview, status 2' '
	test_expect_code 2 fedtwin >out &&
	test_grep "^usage: fedtwin" out &&
	test_grep "^  check " out
'

test_expect_success 'an unknown command, option or verb: nearest name' '
	test_expect_code 2 fedtwin chekc 2>err &&
	test_grep "unknown command .chekc." err &&
	test_grep "did you mean .check.?" err &&
	test_expect_code 2 fedtwin run --fersh x.yaml 2>err &&
	test_grep "did you mean .--fresh.?" err &&
	test_expect_code 2 fedtwin data shwo 2>err &&
	test_grep "did you mean .show.?" err
'

test_expect_success 'arguments are counted, values demanded' '
	test_expect_code 2 fedtwin check 2>err &&
	test_grep "needs FILE" err &&
	test_expect_code 2 fedtwin init a b 2>err &&
	test_grep "does not take .b." err &&
	test_expect_code 2 fedtwin run x.yaml -j 2>err &&
	test_grep "needs N" err &&
	test_expect_code 2 fedtwin run x.yaml -j zero 2>err &&
	test_grep "wants a positive number" err &&
	test_expect_code 2 fedtwin version --json=yes 2>err &&
	test_grep "takes no value" err
'

test_expect_success '--color: never by default off a terminal, always on demand' '
	test_expect_code 2 fedtwin chekc 2>err &&
	! grep "$(printf "\033")" err &&
	{ test_expect_code 3 fedtwin check --color=always none.yaml 2>err || :; } &&
	grep "$(printf "\033")" err &&
	test_expect_code 2 fedtwin version --color=red 2>err &&
	test_grep "auto, always or never" err
'

test_expect_success 'output that cannot be written is an error' '
	test_expect_code 4 fedtwin version >/dev/full 2>err &&
	test_grep "cannot write the output" err
'

test_expect_success 'a reader that goes away is no error' '
	mkfifo gone &&
	{
		read -r line <gone &&
		fedtwin help run 2>err
		echo $? >status
	} | {
		exec <&-
		echo >gone
	} &&
	test "$(cat status)" = 0 && test_must_be_empty err
'

test_expect_success '-C works elsewhere' '
	mkdir -p there && fedtwin init there &&
	fedtwin -C there status >out &&
	test_grep "no runs yet" out &&
	test_expect_code 4 fedtwin status -C nowhere 2>err &&
	test_grep "cannot work in .nowhere." err
'

test_done
