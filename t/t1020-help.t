#!/bin/sh
test_description='fedtwin help and the manual say the same as the parser'
. "$(dirname "$0")/harness.sh"

# Every command that the overview lists.
fedtwin help | sed -n 's/^  \([a-z]*\)  *.*/\1/p' >commands

test_expect_success 'each command has help, a man page and a test' '
	test "$(wc -l <commands)" -gt 15 &&
	while read -r cmd
	do
		fedtwin help "$cmd" >out && test_grep "^usage: fedtwin $cmd" out &&
		fedtwin "$cmd" --help >out2 && test_cmp out out2 &&
		test -s "$FT_BUILDDIR/share/man/man1/fedtwin-$cmd.1" &&
		ls "$FT_SRCDIR"/t/t1*-"$cmd".t || return 1
	done <commands
'

test_expect_success 'each man page is clean and names every option' '
	while read -r cmd
	do
		page=$FT_BUILDDIR/share/man/man1/fedtwin-$cmd.1 &&
		MANWIDTH=100 man --warnings -l "$page" >text 2>warnings &&
		test_must_be_empty warnings &&
		for option in $(fedtwin help "$cmd" | sed -n "s/^  ...  *\(--[a-z-]*\).*/\1/p")
		do
			grep -q -e "$option" text || { echo "$cmd: $option"; return 1; }
		done || return 1
	done <commands
'

test_expect_success 'no page, source file or test without its command' '
	ls "$FT_BUILDDIR"/share/man/man1/fedtwin-*.1 |
		sed "s/.*fedtwin-\(.*\)\.1/\1/" | sort >pages &&
	sort commands >want && test_cmp want pages
'

test_expect_success 'the language of expressions' '
	fedtwin help expressions >out &&
	test_grep "mean(x, ...)" out &&
	test_grep "if(condition, a, b)" out
'

test_expect_success 'an unknown command' '
	test_expect_code 2 fedtwin help nonesuch 2>err &&
	test_grep "no command .nonesuch." err
'

test_done
