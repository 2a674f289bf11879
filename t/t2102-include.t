#!/bin/sh
test_description='a workflow includes parameters and stages of other files'
. "$(dirname "$0")/harness.sh"

test_expect_success 'the example: included stages and parameters are its own' '
	fedtwin init . &&
	cp "$FT_SRCDIR/workflows/examples/include.yaml" \
		"$FT_SRCDIR/workflows/examples/population.yaml" . &&
	fedtwin run -p size=9 include.yaml >out &&
	test_grep "succeeded: 3 tasks" out &&
	test "$(fedtwin data get mean.mean -)" = 5 &&
	test "$(fedtwin data get largest.largest -)" = 9
'

test_expect_success 'a run is recalled when its files are gone' '
	rm include.yaml population.yaml &&
	fedtwin status last >out &&
	test_grep "sample *1 succeeded" out &&
	fedtwin why last/sample
'

test_expect_success 'a change of the included text is another workflow' '
	cp "$FT_SRCDIR/workflows/examples/include.yaml" \
		"$FT_SRCDIR/workflows/examples/population.yaml" . &&
	fedtwin run -p size=9 include.yaml >out && test_grep "3 cached" out &&
	fedtwin log --json >one &&
	echo "# another remark" >>population.yaml &&
	fedtwin run -p size=9 include.yaml >out && test_grep "3 cached" out &&
	fedtwin log --json >two &&
	! cmp -s one two
'

test_expect_success 'paths are relative to the file that names them' '
	mkdir -p lib/deep &&
	echo 42 >lib/deep/n.txt &&
	cat >main.yaml <<-\EOT &&
	fedtwin: 1
	workflow: main
	include: [lib/mid.yaml]
	stages:
	  last:
	    shell: "cat ${in.n} >o.txt"
	    in: {n: "${copy.n}"}
	    out: {o: {type: file, path: o.txt}}
	EOT
	cat >lib/mid.yaml <<-\EOT &&
	fedtwin: 1
	include: deep/copy.yaml
	EOT
	cat >lib/deep/copy.yaml <<-\EOT &&
	fedtwin: 1
	stages:
	  copy:
	    shell: "cat ${in.n} >o.txt"
	    in: {n: n.txt}
	    out: {n: {type: file, path: o.txt}}
	EOT
	fedtwin run main.yaml &&
	test "$(fedtwin data get last.o -)" = 42
'

test_expect_success 'an error stands in the file that it is in' '
	sed "s/n.txt}/m.txt}/" lib/deep/copy.yaml >copy &&
	mv copy lib/deep/copy.yaml &&
	test_expect_code 3 fedtwin check main.yaml 2>err &&
	test_grep "lib/deep/copy.yaml:5:13: error FT0114" err &&
	test_grep "5 |     in: {n: m.txt}" err
'

test_expect_success 'a name that stands twice: both places' '
	cat >twice.yaml <<-\EOT &&
	fedtwin: 1
	workflow: twice
	include: population.yaml
	params:
	  size: {type: integer, default: 1}
	stages:
	  sample: {shell: ":"}
	EOT
	test_expect_code 3 fedtwin check twice.yaml 2>err &&
	test_grep "twice.yaml:5:3: error FT0003: the parameter .size. stands in .population.yaml. at line 5" err &&
	test_grep "twice.yaml:7:3: error FT0003: the stage .sample. stands in .population.yaml. at line 7" err
'

test_expect_success 'what is included twice counts once' '
	printf "fedtwin: 1\ninclude: population.yaml\n" >a.yaml &&
	printf "fedtwin: 1\ninclude: ./population.yaml\n" >b.yaml &&
	printf "fedtwin: 1\nworkflow: w\ninclude: [a.yaml, b.yaml]\n" >w.yaml &&
	fedtwin check w.yaml
'

test_expect_success 'a circle is an error that names it' '
	printf "fedtwin: 1\ninclude: b.yaml\n" >a.yaml &&
	printf "fedtwin: 1\ninclude: a.yaml\n" >b.yaml &&
	test_expect_code 3 fedtwin check w.yaml 2>err &&
	test_grep "b.yaml:2:10: error FT0111: files include each other in a circle: a.yaml <- b.yaml <- a.yaml" err
'

deep() { # files that include one another $1 deep
	printf "fedtwin: 1\nworkflow: d\ninclude: 1.yaml\n" >deep.yaml
	n=1
	while test "$n" -lt "$1"
	do
		printf "fedtwin: 1\ninclude: %d.yaml\n" $((n + 1)) >"$n.yaml"
		n=$((n + 1))
	done
	printf "fedtwin: 1\nstages: {s: {shell: \":\"}}\n" >"$n.yaml"
}

test_expect_success 'sixteen deep, not more' '
	deep 16 && fedtwin check deep.yaml &&
	deep 17 && test_expect_code 3 fedtwin check deep.yaml 2>err &&
	test_grep "16.yaml:2:10: error FT0002" err
'

test_expect_success 'a file that is missing, or no part of a workflow' '
	printf "fedtwin: 1\nworkflow: w\ninclude: [populatoin.yaml, c.yaml]\n" >w.yaml &&
	printf "fedtwin: 1\nworkflow: c\nstages: {s: {shell: \":\"}}\n" >c.yaml &&
	test_expect_code 3 fedtwin check w.yaml 2>err &&
	test_grep "w.yaml:3:11: error FT0006: the file .populatoin.yaml. is not there" err &&
	test_grep "did you mean .population.yaml." err &&
	test_grep "c.yaml:2:1: error FT0102: unknown key .workflow. in the included file" err &&
	printf "workflow: c\n" >c.yaml &&
	test_expect_code 3 fedtwin check w.yaml 2>err &&
	test_grep "c.yaml:1:1: error FT0101" err
'

test_done
