#!/bin/sh
test_description='fedtwin doctor: is everything there?'
. "$(dirname "$0")/harness.sh"

test_expect_success 'here everything is' '
	fedtwin doctor >out &&
	test_grep "^ok *mpirun" out && test_grep "^ok *fedtwin-worker" out &&
	test_grep "^ok *project *not in one" out
'

# No list of names here: what 'make install' installs is what is looked for.
test_expect_success 'every program that is installed is looked for' '
	make -s -C "$FT_BUILDDIR" install-pkglibexecPROGRAMS DESTDIR="$PWD/root" &&
	find root -type f -exec basename {} \; | sort >want &&
	test_grep "^fedtwin-worker" want &&
	fedtwin doctor --json >json &&
	grep -o "\"check\": *\"fedtwin-[^\"]*" json | sed "s/.*\"//" | sort >got &&
	test_cmp want got
'

# A build tree of which nothing but fedtwin is there.
test_expect_success 'programs that are not there, and modules without theirs' '
	mkdir -p half/share && cp "$FT_BUILDDIR/fedtwin" half/ &&
	echo "$FT_SRCDIR" >half/share/uninstalled &&
	test_expect_code 4 env PATH=/usr/bin:/bin half/fedtwin doctor >out &&
	while read -r program
	do
		test_grep "^missing *$program .*/half/$program" out || return 1
	done <want &&
	test_grep "installation is not complete" out &&
	test_grep "^warning *solve.heat *what it starts is not there" out &&
	test_grep "built without solvers" out &&
	test_grep "^ok *modules *[0-9]* of [0-9]* can be used" out
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
