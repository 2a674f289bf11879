#!/bin/sh
test_description='an optional stage may fail: the rest goes on without it'
. "$(dirname "$0")/harness.sh"

state() { # of the task $1 in the file json
	test_json "[t[\"state\"] for t in d[\"tasks\"] if t[\"task\"] == \"$1\"][0]" \
		json
}

test_expect_success 'the example: a broken sensor does not fail the run' '
	fedtwin init . &&
	cp "$FT_SRCDIR/workflows/examples/optional.yaml" . &&
	fedtwin run optional.yaml >out 2>err &&
	test_grep "succeeded: .*1 failed (1 optional failed)" out &&
	test_grep "warning: optional task .read\[item=north\]. failed" err &&
	test_grep ! "error:" err
'

test_expect_success 'a gather leaves out what is missing' '
	fedtwin data get summary.all all.txt &&
	printf "east 21.5\nwest 21.5\n" >want &&
	test_cmp want all.txt
'

test_expect_success 'a consumer whose input has nothing is skipped, and why' '
	fedtwin status last --json >json &&
	test "$(state detail)" = skipped &&
	test "$(state "read[item=north]")" = failed &&
	fedtwin why last/detail >out &&
	test_grep "its input .reading. failed: .read." out &&
	fedtwin why "last/read[item=north]" >out &&
	test_grep "optional: the run went on" out &&
	fedtwin status last >out &&
	test_grep "read *2 succeeded, 1 failed (optional)" out
'

test_expect_success 'a failure is not kept: the next run tries again' '
	fedtwin run -p broken=none optional.yaml >out &&
	test_grep ! failed out &&
	fedtwin data get detail.name name.txt &&
	test "$(cat name.txt)" = north
'

cat >chain.yaml <<\EOT
fedtwin: 1
workflow: chain
stages:
  a:
    optional: true
    retry: {max: 1}
    shell: 'echo x >>"$LOG"; exit 3'
    out: {o: {type: file, path: o.txt}}
  b:
    in: {o: "${a.o}"}
    shell: 'cp ${in.o} o.txt'
    out: {o: {type: file, path: o.txt}}
  c:
    in: {o: "${b.o}"}
    shell: 'cat ${in.o}'
  d:
    needs: [a]
    shell: 'echo done >o.txt'
    out: {o: {type: file, path: o.txt}}
EOT

test_expect_success 'it fails for good only after its retries' '
	LOG=$PWD/log && export LOG &&
	fedtwin run chain.yaml >out &&
	test $(wc -l <log) = 2 &&
	fedtwin status last --json >json &&
	test "$(state a)" = failed && test "$(state b)" = skipped &&
	test "$(state c)" = skipped && test "$(state d)" = succeeded
'

cat >hard.yaml <<\EOT
fedtwin: 1
workflow: hard
stages:
  a:
    optional: true
    shell: 'exit 3'
  b:
    needs: [a]
    shell: 'test -e "$MARK"'
  c:
    needs: [b]
    shell: ':'
EOT

test_expect_success 'other failures fail the run; resuming keeps the optional' '
	MARK=$PWD/mark && export MARK &&
	test_expect_code 1 fedtwin run hard.yaml &&
	: >mark &&
	fedtwin resume last >out &&
	test_grep "2 succeeded, 1 failed (1 optional failed)" out &&
	fedtwin status last --json >json &&
	test "$(test_json "d[\"tasks\"][0][\"attempts\"]" json)" = 1
'

test_expect_success 'only true and false will do' '
	sed "s/optional: true/optional: perhaps/" hard.yaml >bad.yaml &&
	test_expect_code 3 fedtwin check bad.yaml 2>err &&
	test_grep "bad.yaml:5:15: error FT0104" err
'

test_done
