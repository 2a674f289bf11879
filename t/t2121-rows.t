#!/bin/sh
test_description='foreach over the rows of a table that a stage has written'
. "$(dirname "$0")/harness.sh"

LOG=$PWD/log
export LOG

test_expect_success 'before: as many tasks as the table has rows' '
	fedtwin init . &&
	cp "$FT_SRCDIR"/workflows/examples/rows.yaml . &&
	fedtwin check rows.yaml 2>out &&
	test_grep "3 stages, 2 tasks and one for each row" out &&
	fedtwin plan rows.yaml >out &&
	test_grep "as many tasks as .sample.loads. has rows" out &&
	test_grep "; 1 stage has one for each row" out &&
	fedtwin plan --json rows.yaml >json &&
	test "$(test_json "d[\"unknown\"]" json)" = "[\"heat\"]"
'

test_expect_success 'the example: a task for each row, gathered in order' '
	fedtwin run rows.yaml >out &&
	test_grep "succeeded: 5 tasks: 5 succeeded" out &&
	fedtwin data get all.all all.txt &&
	printf "north 5 0\nnorth 6.111111111111111 15\n" >want &&
	printf "north 7.222222222222222 30\n" >>want && test_cmp want all.txt
'

test_expect_success 'tasks and results go by the columns' '
	fedtwin why "last/heat[power=55 W,angle=15,side=north]" >out &&
	test_grep executed out &&
	fedtwin data get "heat.result{power=65 W}" r.txt &&
	test "$(cat r.txt)" = "north 7.222222222222222 30"
'

test_expect_success 'unchanged: all is reused, and the plan knows it' '
	fedtwin run rows.yaml >out && test_grep "5 tasks: 5 cached" out &&
	fedtwin plan rows.yaml >out &&
	test_grep "heat *0 *3 *0" out && test_grep "0 tasks would run, 5" out
'

test_expect_success 'another row: only that is new' '
	fedtwin run -p n=4 rows.yaml >out &&
	test_grep "6 tasks: 3 succeeded, 3 cached" out
'

test_expect_success 'no rows: no tasks, and the stage is done' '
	fedtwin run -p n=0 rows.yaml >out &&
	test_grep "succeeded: 2 tasks: 2 succeeded" out &&
	fedtwin data get all.all none.txt && test_must_be_empty none.txt
'

test_expect_success 'many rows are reused, but not for other rows' '
	fedtwin run -p n=70 rows.yaml && fedtwin run -p n=70 rows.yaml >out &&
	test_grep "72 tasks: 72 cached" out &&
	sed "s/10 \* i/11 * i/" rows.yaml >other.yaml &&
	fedtwin run -p n=70 other.yaml >out &&
	test_grep "72 tasks: 71 succeeded, 1 cached" out
'

cat >table.yaml <<\EOT
fedtwin: 1
workflow: table
params:
  text: {type: string, default: "a [1]\n1\n"}
stages:
  make:
    shell: printf "%b" "${params.text}" >t.csv
    out: {t: {type: table, path: t.csv}}
  each:
    foreach: "${make.t}"
    shell: echo ${item.a} >>"$LOG"
  after:
    needs: [each]
    run: ["true"]
EOT

fails() { # TABLE WORDS
	test_expect_code 1 fedtwin run -p "text=$1" table.yaml >out 2>err &&
	test_grep "stage .each. has no tasks: $2" err &&
	fedtwin status last >out && test_grep "each *no tasks: " out
}

test_expect_success 'rows that cannot be tasks fail the stage, by name' '
	fails "a [1],b\n1,x\n2,y\n1,x\n" "rows 1 and 3 are equal: a=1,b=x" &&
	fails "a [1]\n1\n\"\"\n" "column .a. has no finite number in row 2" &&
	fails "a [furlong/moon]\n1\n" "column .a.: unknown unit" &&
	fails "turn [1]\n1\n" "a column cannot be called .turn." &&
	fails "a b [1]\n1\n" "the column .a b. has a name that"
'

test_expect_success 'a column that is not there is found at its place' '
	test_expect_code 1 fedtwin run -p "text=b [m]\n1\n" table.yaml 2>err &&
	test_grep "failed: table.yaml:11:19: .*unknown column .a." err
'

test_expect_success 'a resumed run tries the rows again' '
	test_expect_code 1 fedtwin run -p "text=turn [1]\n1\n" table.yaml &&
	test_expect_code 1 fedtwin resume last 2>err &&
	test_grep "cannot be called .turn." err &&
	test_expect_code 2 fedtwin why last/each 2>err &&
	test_grep "stage .each. has no tasks: a column cannot" err &&
	fedtwin status --json last >json &&
	test_grep "no tasks: a column cannot be called" json
'

test_expect_success 'a killed runner: the rows stay those of the journal' '
	cat >slow.yaml <<-\EOT &&
	fedtwin: 1
	workflow: slow
	stages:
	  make:
	    cache: never
	    shell: |
	      echo make >>"$LOG"
	      printf "a [1]\\n1\\n2\\n3\\n" >t.csv
	    out: {t: {type: table, path: t.csv}}
	  each:
	    foreach: "${make.t}"
	    shell: |
	      echo ${item.a} >>"$LOG"
	      test ${item.a} != 2 || test -e "$LOG.go" || exec sleep 100
	      echo ${item.a} >o.txt
	    out: {o: {type: file, path: o.txt}}
	  all:
	    in: {o: "${each.o}"}
	    shell: cat ${in.o} >all.txt
	    out: {all: {type: file, path: all.txt}}
	EOT
	rm -f log &&
	{ fedtwin run -j 1 slow.yaml >/dev/null 2>&1 & runner=$!; } &&
	test_wait_for 20 grep -q 2 log &&
	kill -9 $runner && { wait $runner || test $? = 137; } && : >log.go &&
	fedtwin resume last >out &&
	test_grep "succeeded: 5 tasks: 5 succeeded" out &&
	test "$(grep -c make log)" = 1 && test "$(grep -c 1 log)" = 1 &&
	fedtwin data get all.all got.txt &&
	printf "%s\n" 1 2 3 >want && test_cmp want got.txt
'

test_expect_success 'rows of a table in the store, and loops over them' '
	cat >stored.yaml <<-\EOT &&
	fedtwin: 1
	workflow: stored
	stages:
	  each:
	    foreach: "${store('"'make.t'"')}"
	    shell: |
	      echo "{\"n\": ${turn * item.a}}" >>progress.ndjson
	      echo ${turn} >o.txt
	    out: {o: {type: file, path: o.txt}}
	    loop: {until: "${report.n >= 3 * item.a}", max: 5}
	  all:
	    in: {o: "${each.o}"}
	    shell: cat ${in.o} >all.txt
	    out: {all: {type: file, path: all.txt}}
	EOT
	printf "a [1]\n1\n2\n" >t.csv && fedtwin data put make.t t.csv &&
	fedtwin run stored.yaml >out &&
	test_grep "7 tasks: 7 succeeded" out &&
	fedtwin data get all.all stored.txt &&
	printf "3\n3\n" >want && test_cmp want stored.txt
'

refused() { # LINE:COLUMN WORDS, of a stage with the lines in the file 'each'
	{
		printf "fedtwin: 1\nworkflow: w\nstages:\n  a:\n    shell: x\n"
		printf "    out: {o: {type: file, path: o}, t: {type: table}}\n"
		printf "  m:\n    shell: x\n    matrix: {i: [1, 2]}\n"
		printf "    out: {t: {type: table}}\n  b:\n"
		cat each
	} >refused.yaml
	test_expect_code 3 fedtwin check refused.yaml 2>err &&
	test_grep "refused.yaml:$1: error $2" err
}

test_expect_success 'what is wrong is found by check where it can be' '
	printf "    foreach: %s\n    shell: x\n" "\"\${a.o}\"" >each &&
	refused 12:14 "FT0113: input .foreach. takes a table" &&
	printf "    foreach: %s\n    shell: x\n" "\"\${m.t}\"" >each &&
	refused 12:14 "FT0113: .*takes one object, but .m.t. are 2" &&
	printf "    foreach: %s\n    shell: x\n" "\"\${c.t}\"" >each &&
	refused 12:17 "FT0108: unknown stage .c." &&
	printf "    foreach: %s\n    shell: echo %s\n" "\"\${a.t}\"" \
		"\${params.x}" >each &&
	refused 13:19 "FT0110" &&
	printf "    foreach: %s\n    shell: x\n    in: {x: %s}\n" \
		"\"\${b.t}\"" "\"\${a.o}\"" >each &&
	refused 11:3 "FT0111\|FT0109"
'

test_done
