#!/bin/sh
test_description='the commands of share/doc/steering.md, in their order'
. "$(dirname "$0")/harness.sh"
# shellcheck source=t/steer.sh
. "$FT_SRCDIR/t/steer.sh"

test_expect_success 'the page runs as it stands' '
	cp "$FT_SRCDIR/workflows/examples/steering.yaml" . &&
	sed -n "/^\`\`\`sh/,/^\`\`\`/{/^\`\`\`/!p}" \
		"$FT_SRCDIR/share/doc/steering.md" >page.sh &&
	test_grep "fedtwin retry" page.sh &&
	timeout 300 sh -ex page.sh >out 2>err
'

test_expect_success 'and says what it does' '
	test_grep "is paused: what runs goes on" out &&
	test_grep "paused by .*: the file system is slow" out &&
	test_grep "held by .* since" out &&
	test_grep "cancelled in run" out &&
	test_grep "^status 1" out &&
	test "$(tail -n 1 out)" = 36
'

test_expect_success 'every act is in the journal, one sample ran twice' '
	id=$(ls .fedtwin/runs) &&
	for kind in pause hold unpause release
	do
		test "$(steer_count $kind $id)" = 1 || return 1
	done &&
	test "$(steer_count set $id)" = 2 &&
	test "$(steer_count retry $id)" = 2 &&
	grep "sample\[i=1\] running" err >twice &&
	fedtwin logs $id --runner >log &&
	grep "sample\[i=1\] running" log >>twice &&
	test_line_count = 2 twice
'

test_done
