#!/bin/sh
test_description='fedtwin doctor: is everything there?'
. "$(dirname "$0")/harness.sh"

test_expect_success 'here everything is' '
	fedtwin doctor >out &&
	test_grep "^ok *mpirun" out && test_grep "^ok *fedtwin-worker" out &&
	test_grep "^ok *project *not in one" out
'

test_expect_success 'what is missing is named with its cure' '
	mkdir -p bin && ln -sf "$(command -v fedtwin)" bin/ &&
	test_expect_code 4 env PATH="$PWD/bin" fedtwin doctor >out &&
	test_grep "^missing *mpirun" out && test_grep "openmpi-bin" out &&
	test_expect_code 4 env PATH="$PWD/bin" fedtwin doctor --json >json &&
	test_grep "\"well\": *false" json
'

test_expect_success 'a damaged project shows' '
	fedtwin init && printf "a [m]\n1\n" >a.csv && fedtwin data put x.a a.csv &&
	fedtwin doctor >out && test_grep "^ok *project" out &&
	rm -rf .fedtwin/o && test_expect_code 4 fedtwin doctor >out &&
	test_grep "^missing *project" out
'

test_expect_success 'modes and the place of the index show' '
	fedtwin init shared && cd shared && fedtwin doctor >out &&
	test_grep "^ok *modes *only its owner" out && test_grep "^[a-z]* *index *on " out &&
	fedtwin init --shared >/dev/null && fedtwin doctor >out &&
	test_grep "^ok *modes *its group" out &&
	chmod 600 .fedtwin/FORMAT && fedtwin doctor >out &&
	test_grep "^warning *modes .*FORMAT: the group may not" out
'

test_done
