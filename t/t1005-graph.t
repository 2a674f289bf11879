#!/bin/sh
test_description='fedtwin graph draws the stages'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

test_expect_success 'dot' '
	write_sweep &&
	fedtwin graph sweep.yaml >out &&
	test_grep "^digraph \"sweep\"" out &&
	test_grep "\"make\" -> \"all\" \[label=\"note\"\]" out &&
	test_grep "3 tasks" out
'

test_expect_success 'an unknown format is refused' '
	test_expect_code 2 fedtwin graph -f png sweep.yaml 2>err &&
	test_grep "dot or svg" err
'

test_expect_success 'svg needs Graphviz and says so' '
	mkdir -p bin && ln -sf "$(command -v fedtwin)" bin/ &&
	test_expect_code 4 env PATH="$PWD/bin" fedtwin graph -f svg sweep.yaml 2>err &&
	test_grep "graphviz" err
'

test_done
