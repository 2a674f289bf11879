#!/bin/sh
test_description='a matrix that ran before is taken as a whole'
. "$(dirname "$0")/harness.sh"

LOG=$PWD/log
export LOG

cat >a.yaml <<\EOT
fedtwin: 1
workflow: many
params:
  base: {type: integer, default: 1}
stages:
  seed:
    shell: 'echo ${params.base} >s.txt'
    out: {s: {type: file, path: s.txt}}
  each:
    matrix: {i: {from: 1, to: 100}}
    in: {s: "${seed.s}"}
    shell: 'echo ${matrix.i} >>"$LOG"; cat "${in.s}" >o.txt; echo ${matrix.i} >>o.txt'
    out: {o: {type: file, path: o.txt}}
  sum:
    in: {o: "${each.o}"}
    shell: 'cat ${in.o} | awk "{ n += \$1 } END { print n }" >n.txt'
    out: {n: {type: file, path: n.txt}}
EOT

# How many records of kind $1 the journal of the newest run has.
records() {
	newest=$(find .fedtwin/runs -mindepth 1 -maxdepth 1 | sort | tail -n 1)
	grep -a -o "\"k\":\"$1\"" "$newest/journal" | wc -l | tr -d " "
}
count() {
	test -f log && wc -l <log | tr -d " " || echo 0
}

test_expect_success 'the first run executes every cell' '
	fedtwin init . &&
	fedtwin run a.yaml &&
	test $(count) = 100 &&
	test $(records taken) = 0
'

test_expect_success 'the second takes the stage in one record' '
	rm log &&
	fedtwin run a.yaml >out &&
	test_grep "nothing had to be executed" out &&
	test $(count) = 0 &&
	test $(records taken) = 1 && test $(records cached) = 2 &&
	fedtwin status last --json >json &&
	test "$(test_json "d[\"stages\"][1][\"counts\"][\"cached\"]" json)" = 100 &&
	fedtwin log --json >json &&
	test "$(test_json "len(d[\"states\"])" json)" = 1
'

test_expect_success 'a stage behind it finds each of its versions' '
	sed "s/ | awk/ | cat | awk/" a.yaml >b.yaml &&
	fedtwin run b.yaml &&
	test $(count) = 0 && test $(records taken) = 1 &&
	fedtwin data get sum.n got &&
	echo 5150 >want && test_cmp want got &&
	fedtwin data ls each.o >ls && test $(grep -c each.o ls) = 100 &&
	fedtwin fsck
'

test_expect_success 'layout and comments of the file do not matter' '
	sed "s/matrix: {i: /matrix: # cells\n      {  i: /" a.yaml >c.yaml &&
	fedtwin run c.yaml &&
	test $(count) = 0 && test $(records taken) = 1
'

test_expect_success 'another parameter, input or cell is another stage' '
	fedtwin run -p base=2 a.yaml &&
	test $(count) = 100 && test $(records taken) = 0 &&
	sed "s/to: 100/to: 101/" a.yaml >d.yaml &&
	rm log && fedtwin run d.yaml &&
	test $(count) = 1 && test $(records taken) = 0
'

test_expect_success 'what a change gives the same content ends there' '
	rm log &&
	sed "s/echo .{params.base} >s/echo 1 >s/" a.yaml >e.yaml &&
	fedtwin run e.yaml &&
	test $(count) = 0 && test $(records taken) = 1
'

test_expect_success 'a version that is gone is made again, alone' '
	id=$(fedtwin lineage --json "each.o{i=7}" >json &&
		test_json "d[\"versions\"][0][\"version\"]" json) &&
	rm -f .fedtwin/o/*/$id.h5 &&
	fedtwin run a.yaml &&
	test $(count) = 1 && test $(records taken) = 0
'

test_expect_success 'an index that was made anew only costs time' '
	rm log && fedtwin fsck --rebuild &&
	fedtwin run a.yaml &&
	test $(count) = 0 && test $(records taken) = 0 &&
	fedtwin run a.yaml &&
	test $(count) = 0 && test $(records taken) = 1
'

test_expect_success 'an interrupted run goes on behind it' '
	sed "s#cat .{in.o} |#test -e \"\$LOG.go\" \&\& &#" a.yaml >g.yaml &&
	test_expect_code 1 fedtwin run g.yaml &&
	test $(records taken) = 1 &&
	: >log.go &&
	fedtwin resume last &&
	test $(count) = 0 &&
	rm -f got && fedtwin data get sum.n got && test_cmp want got
'

test_expect_success 'and does the stage again when the memo is gone, too' '
	rm -f log.go log &&
	sed "s/print n/print  n/" g.yaml >h.yaml &&
	test_expect_code 1 fedtwin run h.yaml &&
	test $(records taken) = 1 &&
	fedtwin fsck --rebuild && : >log.go &&
	fedtwin resume last &&
	test $(count) = 0 &&
	rm -f got && fedtwin data get sum.n got && test_cmp want got
'

test_expect_success 'a fresh run takes nothing' '
	fedtwin run --fresh a.yaml &&
	test $(count) = 100 && test $(records taken) = 0
'

test_done
