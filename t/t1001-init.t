#!/bin/sh
test_description='fedtwin init makes a project, once'
. "$(dirname "$0")/harness.sh"

test_expect_success 'a project is made, also in a directory that is not there' '
	fedtwin init a/b &&
	test -f a/b/.fedtwin/FORMAT &&
	test_grep "\"format\":" a/b/.fedtwin/FORMAT
'

test_expect_success 'a second time it is refused and nothing changes' '
	cp a/b/.fedtwin/FORMAT before &&
	test_expect_code 4 fedtwin init a/b 2>err &&
	test_grep "a/b" err &&
	test_cmp before a/b/.fedtwin/FORMAT
'

test_expect_success 'outside of a project commands say so and how to go on' '
	test_expect_code 4 fedtwin data ls 2>err &&
	test_grep "fedtwin init" err
'

test_expect_success 'a project of a newer format is refused, not touched' '
	fedtwin init new &&
	sed "s/\"incompat\":\[\]/\"incompat\":[\"packs\"]/" \
		new/.fedtwin/FORMAT >f && cp f new/.fedtwin/FORMAT &&
	test_expect_code 4 fedtwin -C new data ls 2>err &&
	test_grep "packs" err
'

test_done
