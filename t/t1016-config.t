#!/bin/sh
test_description='fedtwin config: where a setting comes from'
. "$(dirname "$0")/harness.sh"

test_expect_success 'defaults' '
	fedtwin config list >out &&
	test_grep "^jobs *0 *default" out &&
	test "$(fedtwin config get color)" = auto
'

test_expect_success 'user, project, environment: the nearer one wins' '
	fedtwin init &&
	fedtwin config set --user jobs 3 && test "$(fedtwin config get jobs)" = 3 &&
	fedtwin config set jobs 2 && test "$(fedtwin config get jobs)" = 2 &&
	fedtwin config list >out && test_grep "^jobs *2 .*\.fedtwin/config.yaml" out &&
	test "$(FEDTWIN_JOBS=1 fedtwin config get jobs)" = 1 &&
	fedtwin config list --json >json && test_grep "\"origin\"" json
'

test_expect_success 'setting one key keeps comments and other keys' '
	printf "# mine\ncolor: never\n" >.fedtwin/config.yaml &&
	fedtwin config set python "/opt/py thon/bin/python3" &&
	printf "# mine\ncolor: never\npython: %s\n" "'"'/opt/py thon/bin/python3'"'" >want &&
	test_cmp want .fedtwin/config.yaml &&
	test "$(fedtwin config get python)" = "/opt/py thon/bin/python3"
'

test_expect_success 'a wrong key or value is refused and changes nothing' '
	test_expect_code 2 fedtwin config set job 3 2>err &&
	test_grep "did you mean .jobs.?" err &&
	test_expect_code 3 fedtwin config set jobs many 2>err &&
	test_cmp want .fedtwin/config.yaml
'

test_expect_success 'a broken file is reported with its place' '
	echo "jobs: [1" >.fedtwin/config.yaml &&
	test_expect_code 3 fedtwin config list 2>err &&
	test_grep "config.yaml:[0-9]*:[0-9]*: error" err
'

test_done
