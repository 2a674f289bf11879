#!/bin/sh
test_description='fedtwin plan tells what would run, and why'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

test_expect_success 'outside of a project nothing was made before' '
	write_sweep &&
	fedtwin plan sweep.yaml >out &&
	test_grep "never ran before" out &&
	test_grep "4 tasks would run, 0 would be reused" out
'

test_expect_success 'after a run everything would be reused' '
	run_sweep &&
	fedtwin plan sweep.yaml >out &&
	test_grep "0 tasks would run, 4 would be reused" out
'

test_expect_success 'what has changed is named' '
	fedtwin plan -p size="5 mm" -t sweep.yaml >out &&
	test_grep "make\[load=1 N\] *run *command: .*2 mm.*5 mm" out &&
	test_grep "all *run *input .note. comes from .make., which will run" out &&
	echo "# new" >>join.sh &&
	fedtwin plan sweep.yaml >out &&
	test_grep "file .join.sh. has changed" out &&
	test_grep "1 task would run, 3 would be reused" out
'

test_expect_success 'JSON' '
	fedtwin plan --json sweep.yaml >json &&
	"$PYTHON" - <<\EOT
import json
d = json.load(open("json"))
assert (d["run"], d["reuse"], d["skip"]) == (1, 3, 0), d
assert d["tasks"][3]["why"].endswith("join.sh\u0027 has changed"), d
EOT
'

cat >skip.yaml <<\EOT
fedtwin: 1
workflow: skip
params: {on: {type: boolean, default: false}}
stages:
  a: {when: "${params.on}", shell: "echo x >a", out: {a: {type: file, path: a}}}
  b: {in: {a: "${a.a}"}, shell: "cat ${in.a}"}
EOT

test_expect_success 'why a stage would be skipped' '
	fedtwin plan skip.yaml >out &&
	test_grep "^a  *0  *0  *1  .when. is false" out &&
	test_grep "^b  *0  *0  *1  all that feeds input .a. is skipped" out
'

test_done
