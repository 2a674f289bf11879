#!/bin/sh
test_description='fedtwin switch changes the branch that runs go to'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

size() {
	fedtwin data get all.text - | sed -n '1s/.*size //p'
}

test_expect_success 'to a branch and back' '
	run_sweep && fedtwin switch -c thick >out &&
	test_grep "on branch thick at" out &&
	fedtwin run -p size="7 mm" sweep.yaml && test "$(size)" = "7 mm" &&
	fedtwin switch main && test "$(size)" = "2 mm" &&
	fedtwin switch thick && test "$(size)" = "7 mm"
'

test_expect_success 'a state is no branch: the hint tells what to do' '
	fedtwin tag v1 main && test_expect_code 4 fedtwin switch v1 2>err &&
	test_grep "switch -c NAME v1" err &&
	test_expect_code 4 fedtwin switch thik 2>err &&
	test_grep "did you mean .thick" err &&
	test_expect_code 2 fedtwin switch 2>err && test_grep "which branch" err
'

test_expect_success 'a branch somewhere else, and on it at once' '
	fedtwin switch -c again v1 && test "$(size)" = "2 mm" &&
	fedtwin switch thick
'

test_expect_success 'a run stays on the branch that it began on' '
	mkfifo gate && cat >wait.yaml <<-\EOT &&
	fedtwin: 1
	workflow: wait
	stages:
	  hold:
	    shell: cat ../../../../../gate >out.txt
	    cache: never
	    out: {text: {type: file, path: out.txt}}
	EOT
	id=$(fedtwin run -d wait.yaml) &&
	fedtwin switch main && echo go >gate && fedtwin wait "$id" &&
	test_must_fail fedtwin data show hold.text &&
	fedtwin data show thick:hold.text && test "$(size)" = "2 mm"
'

test_expect_success 'also when it is resumed' '
	fedtwin switch thick &&
	id=$(fedtwin run -d wait.yaml) && fedtwin cancel "$id" &&
	fedtwin switch main &&
	{ fedtwin resume "$id" & } && echo more >gate && wait $! &&
	test_must_fail fedtwin data show hold.text &&
	fedtwin data get thick:hold.text - >out && test_grep more out
'

test_expect_success '--at looks at any state, and changes nothing' '
	now=$(fedtwin branch) &&
	fedtwin log --at v1 -m 1 >out &&
	test_grep "tag v1" out &&
	fedtwin lineage --at thick hold.text >out &&
	fedtwin data ls --at "0 s ago" >out && test_grep all.text out &&
	test "$(fedtwin branch)" = "$now" &&
	test_expect_code 4 fedtwin data ls --at nothing 2>err &&
	test_grep "no state .nothing" err
'

test_expect_success 'a project that may only be read shows every branch' '
	fedtwin data ls --at thick >want && rm -f .fedtwin/index.sqlite* &&
	fedtwin branch -f fresh thick 2>&1 && cp -R .fedtwin keep &&
	sed s/\"ro_compat\":\\[\\]/\"ro_compat\":[\"later\"]/ keep/FORMAT \
		>.fedtwin/FORMAT &&
	fedtwin data ls --at thick >have && cmp want have &&
	test_expect_code 4 fedtwin undo 2>err && test_grep "read" err &&
	cp keep/FORMAT .fedtwin/FORMAT
'

test_done
