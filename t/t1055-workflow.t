#!/bin/sh
test_description='a state knows what it was made by, and is run again without it'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

test_expect_success 'nothing was run: said so' '
	fedtwin init && test_expect_code 4 fedtwin workflow 2>err &&
	test_grep "no state yet" err &&
	test_expect_code 2 fedtwin run 2>err && test_grep "no state yet" err
'

test_expect_success 'the text that was executed, whatever became of the file' '
	write_sweep && cp sweep.yaml first.yaml && fedtwin run sweep.yaml &&
	sed -i "s/made \${task.name}/done \${task.name}/" sweep.yaml &&
	fedtwin run -p size="3 mm" sweep.yaml && rm sweep.yaml &&
	fedtwin workflow main~1 >out && cmp first.yaml out &&
	fedtwin workflow >out && test_grep "done " out
'

test_expect_success 'run without a file reuses all of it' '
	fedtwin run >out 2>err && test_grep "4 cached" out &&
	fedtwin undo && fedtwin run >out 2>err && test_grep "4 cached" out
'

test_expect_success 'with its parameters, some of them changed' '
	fedtwin redo && fedtwin plan -p size="5 mm" >out && test_grep 4 out &&
	fedtwin data get all.text - >text && test_grep "size 3 mm" text &&
	fedtwin undo && fedtwin run -p size="7 mm" &&
	fedtwin data get all.text - >text && test_grep "size 7 mm" text &&
	fedtwin run -p size="8 mm" && fedtwin run >out && test_grep "4 cached" out &&
	fedtwin data get all.text - >text && test_grep "size 8 mm" text
'

test_expect_success 'from a directory, with files that it includes' '
	mkdir -p flows/parts && mv first.yaml join.sh flows/parts/ &&
	sed "s/^workflow: .*/workflow: sub/" flows/parts/first.yaml \
		>flows/parts/sub.yaml &&
	cat >flows/whole.yaml <<-\EOT &&
	fedtwin: 1
	workflow: whole
	params: {size: {type: quantity, unit: mm, default: 2 mm}}
	stages:
	  part:
	    use: parts/sub.yaml
	    with: {size: "${params.size}"}
	EOT
	fedtwin run -p size="4 mm" flows/whole.yaml &&
	rm flows/whole.yaml flows/parts/sub.yaml &&
	mkdir -p else && (cd else && fedtwin run >out && test_grep "4 cached" out)
'

test_expect_success 'its files, written somewhere else' '
	fedtwin workflow -o copy >out && test -f copy/whole.yaml &&
	test -f copy/parts/sub.yaml && fedtwin check copy/whole.yaml &&
	test_expect_code 4 fedtwin workflow -o copy 2>err &&
	test_grep "exists already" err
'

test_expect_success 'the manifests that were in force' '
	mkdir -p modules && cat >tool.py <<-\EOT &&
	open("out.txt", "w").write("tool")
	EOT
	cp tool.py modules/ && cat >modules/my.tool.yaml <<-\EOT &&
	fedtwin-module: 1
	module: my.tool
	version: "1"
	python: tool.py
	params: {n: {type: integer, default: 1}}
	out: {text: {type: file, path: out.txt}}
	EOT
	cat >tool.yaml <<-\EOT &&
	fedtwin: 1
	workflow: tool
	stages: {t: {module: my.tool}}
	EOT
	fedtwin run tool.yaml &&
	sed -i "s/default: 1/default: 2/; s/version: .1./version: \"2\"/" \
		modules/my.tool.yaml &&
	fedtwin run >out && test_grep "1 cached" out &&
	fedtwin run tool.yaml >out && test_grep "1 succeeded" out &&
	fedtwin undo && fedtwin workflow --json >json &&
	"$PYTHON" - <<\EOT &&
import json
w = json.load(open("json"))
(name, digest, text), = w["modules"]
assert name == "my.tool" and "default: 1" in text, w["modules"]
assert w["file"] == "tool.yaml" and w["directory"] == ".", w
EOT
	fedtwin run >out && test_grep "1 cached" out
'

test_expect_success 'a copy of the project runs from its own place' '
	mkdir ../moved && cp -R .fedtwin modules flows ../moved/ &&
	(cd ../moved && fedtwin undo &&
		fedtwin run >out && test_grep "cached" out)
'

test_expect_success 'a file that was put is of the workflow before' '
	echo x >f && fedtwin data put note.f f &&
	fedtwin workflow >out && test_grep "workflow: tool" out
'

test_expect_success 'a program that has gone is an error now' '
	rm modules/tool.py && test_expect_code 3 fedtwin run 2>err &&
	test_grep tool.py err
'

test_done
