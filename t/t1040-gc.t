#!/bin/sh
test_description='gc removes what nothing leads to, and can take it back'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

at_once="--grace 0s --work 1day"

json_of() { # KEY of the JSON on standard input, the first one
	sed -n "s/^ *\"$1\": *\"\\([^\"]*\\)\".*/\\1/p" | head -n 1
}

version_of() {
	fedtwin data show "$1" --json | json_of version
}

test_expect_success 'what a state binds stays' '
	run_sweep &&
	fedtwin gc $at_once >out &&
	test_grep "7 versions in a state that is kept" out &&
	test_grep "nothing to remove" out &&
	fedtwin gc --list 2>err && test_grep "nothing was ever removed" err
'

test_expect_success 'the grace protects what is young' '
	version_of all.text >old &&
	fedtwin run -p size="3 mm" sweep.yaml &&
	fedtwin gc --keep-states 1 >out &&
	test_grep "7 versions younger than the grace" out &&
	test_grep "nothing to remove" out
'

test_expect_success 'a dry run tells what would go, and changes nothing' '
	fedtwin gc -n $at_once --keep-states 1 >out &&
	test_grep "make.note  *3 .*only in states before the horizon" out &&
	test_grep "would go to the trash: 7 versions" out &&
	fedtwin gc -n $at_once --keep-since "1 hour" >out &&
	test_grep "nothing to remove" out &&
	fedtwin gc -n $at_once --keep-states 1 --json >json &&
	test_grep "\"dry_run\": *true" json &&
	fedtwin fsck >out && test_grep "14 versions, 0 missing" out &&
	test -z "$(ls .fedtwin/trash)"
'

test_expect_success 'states before the horizon lose their payloads' '
	fedtwin gc $at_once --keep-states 1 >out &&
	test_grep "went to the trash: 7 versions" out &&
	fedtwin gc --list --json | json_of id >removal &&
	fedtwin fsck --deep &&
	fedtwin data verify &&
	test "$(fedtwin log | grep -c "^state")" = 2
'

test_expect_success 'reading one says what happened and what to do' '
	test_expect_code 4 fedtwin data show "$(cat old)" 2>err &&
	test_grep "gc $(cat removal)" err &&
	test_grep "gc --restore $(cat removal)" err &&
	test_expect_code 4 fedtwin data get "$(cat old)" 2>err &&
	test_grep "was removed" err &&
	fedtwin lineage "$(cat old)" >out && test_grep "by all" out
'

test_expect_success 'a run would take it from the trash' '
	fedtwin plan sweep.yaml --json >json &&
	test_grep "\"reuse\": *4" json && test_grep "from the trash" json
'

test_expect_success 'restore takes all of it back' '
	fedtwin gc --restore "$(cat removal)" >out &&
	test_grep "7 versions are back" out &&
	fedtwin data get "$(cat old)" again.txt &&
	test_grep "load 1 N size 2 mm" again.txt &&
	fedtwin fsck --deep >out && test_grep "14 versions, 0 missing" out &&
	fedtwin gc --list >out && test_grep restored out &&
	test_expect_code 4 fedtwin gc --restore 20200101-000000-0000 2>err &&
	test_grep "there is no removal" err
'

test_expect_success 'pins protect' '
	fedtwin data pin -m "the reference" "$(cat old)" &&
	fedtwin gc $at_once --keep-states 1 >out &&
	test_grep "1 version pinned" out &&
	test_grep "went to the trash: 6 versions" out &&
	fedtwin data show "$(cat old)" &&
	fedtwin data unpin "$(cat old)" &&
	fedtwin gc $at_once --keep-states 1 >out &&
	test_grep "went to the trash: 1 version" out &&
	test_expect_code 4 fedtwin data show "$(cat old)"
'

test_expect_success 'purge destroys, but keeps how it was made' '
	fedtwin gc --purge >out && test_grep "purged: 1 version" out &&
	test -z "$(ls .fedtwin/trash)" &&
	test_expect_code 4 fedtwin data show "$(cat old)" 2>err &&
	test_grep rerun err &&
	fedtwin lineage "$(cat old)" >out && test_grep "by all" out &&
	removal=$(fedtwin gc --list --json | json_of id) &&
	test_expect_code 4 fedtwin gc --restore "$removal" 2>err &&
	test_grep "was purged" err &&
	fedtwin fsck --deep
'

test_expect_success 'an index made anew knows the same' '
	fedtwin gc --list --json >want &&
	rm -f .fedtwin/index.sqlite* &&
	fedtwin gc --list --json >got && test_cmp want got &&
	fedtwin fsck --rebuild && fedtwin gc --list --json >got &&
	test_cmp want got
'

test_expect_success 'the next run brings back evicted results' '
	fedtwin run sweep.yaml &&
	fedtwin data evict -n make.t >out && test_grep "would evict 3" out &&
	fedtwin data evict make.t all.text >out &&
	test_grep "evicted 4 payloads" out &&
	fedtwin data ls >out && test_grep "all.text.*removed" out &&
	fedtwin data ls --json >json && test_grep "\"removed\": *true" json &&
	test_expect_code 4 fedtwin data show all.text 2>err &&
	test_grep "evict " err &&
	fedtwin data evict all.text >out && test_grep "evicted 0" out &&
	fedtwin run sweep.yaml &&
	fedtwin data show all.text && fedtwin data show make.t &&
	fedtwin fsck --deep
'

test_expect_success 'what is pinned is not evicted' '
	fedtwin data pin make.note &&
	test_expect_code 2 fedtwin data evict all.text make.note 2>err &&
	test_grep "is pinned" err &&
	fedtwin data show all.text &&
	test_expect_code 4 fedtwin data evict no.such
'

# Starts a workflow whose second stage waits for the file "go"; its runner is
# process $runner.
start_slow() { # FILE TEXT
	rm -f go begun
	cat >"$1" <<-EOT
	fedtwin: 1
	workflow: slow
	stages:
	  quick: {shell: "echo $2 >q", out: {q: {type: file, path: q}}}
	  slow:
	    in: {q: "\${quick.q}"}
	    shell: "touch $PWD/begun; until test -e $PWD/go; do sleep 0.02; done; echo s >s"
	    out: {s: {type: file, path: s}}
	EOT
	fedtwin run "$1" >log 2>&1 &
	runner=$!
	test_wait_for 20 test -e begun
}

kill_runner() {
	kill -9 "$runner"
	wait "$runner" || :
}

test_expect_success 'the result of a run that has not ended stays' '
	start_slow slow.yaml a &&
	fedtwin gc --grace 0s --keep-states 1 --purge >live &&
	kill_runner &&
	fedtwin gc --grace 0s --keep-states 1 >dead &&
	test_grep "1 version of a run that has not ended" live &&
	test_grep "1 version of a run that has not ended" dead &&
	touch go && fedtwin resume &&
	fedtwin data show quick.q && fedtwin fsck --deep
'

start_afar() { # VERSION
	rm -f go begun
	cat >afar.yaml <<-EOT
	fedtwin: 1
	workflow: afar
	stages:
	  slow:
	    in: {x: "\${store(\"$1\")}"}
	    shell: |
	      touch $PWD/begun; until test -e $PWD/go; do sleep 0.02; done
	      cp \${in.x} copy
	    out: {s: {type: file, path: copy}}
	EOT
	fedtwin run --fresh afar.yaml >log 2>&1 &
	runner=$!
	test_wait_for 20 test -e begun
}

# Nothing leads to what a live run takes by its id but the run itself.
test_expect_success 'what a live run takes from elsewhere stays' '
	printf "x [1]\\n1\\n" >one.csv && printf "x [1]\\n2\\n" >two.csv &&
	fedtwin data put --type table from.afar one.csv &&
	id=$(version_of from.afar) &&
	fedtwin data put --type table from.afar two.csv &&
	start_afar "$id" &&
	test_expect_code 2 fedtwin data evict "$id" 2>err &&
	test_grep "a run that has not ended needs" err &&
	fedtwin gc --grace 0s --keep-states 1 >out &&
	test_grep "1 version of a run that has not ended" out &&
	touch go && wait $runner && fedtwin data show slow.s &&
	fedtwin gc --grace 0s --keep-states 1 -n >out &&
	test_grep "^from.afar  *1 .*before the horizon" out
'

test_expect_success 'trash that a live run may read is not destroyed' '
	start_slow again.yaml b &&
	fedtwin data evict slow.s >out &&
	fedtwin gc --purge >out && test_grep "in the trash: [1-9]" out &&
	kill_runner && touch go && fedtwin resume &&
	fedtwin gc --purge >out && test_grep "purged: 1 version" out
'

test_expect_success 'what only a deleted branch led to goes after the grace' '
	fedtwin branch side && fedtwin switch side &&
	echo 1 >one && fedtwin data put only.here one &&
	fedtwin undo && fedtwin gc -n --grace 0s >out &&
	test_grep "nothing to remove" out &&
	fedtwin redo && fedtwin switch main &&
	fedtwin gc -n --grace 0s >out && test_grep "nothing to remove" out &&
	fedtwin branch --delete --force side &&
	fedtwin gc -n --grace 1day >out && test_grep "nothing to remove" out &&
	fedtwin gc --grace 0s >out &&
	test_grep "only.here  *1 .*no branch or tag leads to" out
'

test_expect_success 'a tag keeps what the horizon would let go' '
	echo 2 >two && fedtwin data put kept.here two && fedtwin tag v1 &&
	echo 3 >three && fedtwin data put kept.here three &&
	echo 4 >four && fedtwin data put kept.here four &&
	fedtwin gc --grace 0s --keep-states 1 >out &&
	test_grep "^kept.here  *1 .*before the horizon" out &&
	fedtwin data get kept.here - --at v1 >got && test_cmp two got
'

test_expect_success 'directories of runs that ended long ago' '
	ls .fedtwin/runs >runs.before &&
	fedtwin gc -n --work 0s >out && test_grep "would be removed: 0 runs" out &&
	fedtwin gc --work 0s >out && test_grep "removed: 0 runs" out &&
	test -z "$(ls -d .fedtwin/runs/*/work 2>/dev/null)" &&
	fedtwin status >out && test_grep slow.yaml out &&
	fedtwin gc --runs 0s >out &&
	test_grep "removed: $(wc -l <runs.before) runs" out &&
	test -z "$(ls .fedtwin/runs)" &&
	fedtwin data ls && fedtwin fsck --deep
'

test_expect_success 'options that make no sense' '
	test_expect_code 2 fedtwin gc --grace soon 2>err &&
	test_grep "takes a duration" err &&
	test_expect_code 2 fedtwin gc --grace -1s &&
	test_expect_code 2 fedtwin gc --keep-since soon &&
	test_expect_code 2 fedtwin gc --keep-states 0 &&
	test_expect_code 2 fedtwin gc all
'

test_done
