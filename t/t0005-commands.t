#!/bin/sh
test_description='a command is one word in five places'
. "$(dirname "$0")/harness.sh"

# Every command has its row in the table, its file, its usage text, its man
# page and its test.  __complete prints the rows.

test_expect_success 'the table of commands' '
	fedtwin __complete "" >commands &&
	test_grep "^run$" commands &&
	test_grep "^version$" commands &&
	test_grep ! "^_" commands
'

test_expect_success 'each has a file engine/cli/cmd_NAME.c' '
	sed "s/.*/cmd_&.c/" commands >want &&
	while read -r file
	do
		test -f "$FT_SRCDIR/engine/cli/$file" || echo "$file"
	done <want >missing &&
	test_must_be_empty missing
'

test_expect_success 'each explains itself on stdout' '
	while read -r name
	do
		fedtwin "$name" --help >help 2>err &&
			grep -q "^usage: fedtwin $name" help &&
			test ! -s err || echo "$name"
	done <commands >wrong &&
	test_must_be_empty wrong
'

test_expect_success 'each has a man page, and each man page a command' '
	{ echo fedtwin.1 && sed "s/.*/fedtwin-&.1/" commands; } | sort >want &&
	ls "$FT_BUILDDIR/share/man/man1" | sort >got &&
	test_cmp want got
'

test_expect_success 'man shows every page without a warning' '
	for page in "$FT_BUILDDIR"/share/man/man1/*.1
	do
		MANWIDTH=80 man --warnings -l "$page" 2>&1 >/dev/null |
			sed "s|^|${page##*/}: |"
	done >warnings &&
	test_must_be_empty warnings
'

test_expect_success 'each has a test t/tNNNN-NAME.t' '
	while read -r name
	do
		ls "$FT_SRCDIR"/t/t[1-9][0-9][0-9][0-9]-"$name".t 2>/dev/null |
			grep -q . || echo "$name"
	done <commands >untested &&
	test_must_be_empty untested
'

test_done
