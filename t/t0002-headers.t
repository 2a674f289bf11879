#!/bin/sh
test_description='every header compiles alone'
. "$(dirname "$0")/harness.sh"

# Compiles each header of the directories given after $1, which is the include
# path; prints those that do not compile.
broken_headers() {
	include=$1
	shift
	find "$@" -name '*.h' | while read -r header
	do
		# An empty file that includes it twice also tests its guard.
		# shellcheck disable=SC2086 # several options
		printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
			$CC -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror \
			-fsyntax-only $include -x c - || echo "$header"
	done
}

test_expect_success 'a header that needs another one is found' '
	mkdir bad && echo "int f(size_t n);" >bad/f.h &&
	broken_headers "" "$PWD/bad" >got 2>err &&
	echo "$PWD/bad/f.h" >want &&
	test_cmp want got
'

test_expect_success 'headers of the engine' '
	broken_headers "$CPPFLAGS_ENGINE -I$FT_SRCDIR/engine" \
		"$FT_SRCDIR/engine" "$FT_SRCDIR/t" >got &&
	test_must_be_empty got
'

if test "$FT_SOLVERS" = yes
then
	test_expect_success 'headers of the solvers' '
		broken_headers "$CPPFLAGS_SOLVERS -I$FT_SRCDIR/solvers" \
			"$FT_SRCDIR/solvers" >got &&
		test_must_be_empty got
	'
fi

test_done
