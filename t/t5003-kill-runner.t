#!/bin/sh
test_description='kill -9 of the runner: every result once, as if undisturbed'
. "$(dirname "$0")/harness.sh"

# Five hundred take some minutes: KILL_RUNNER=500 t/t5003-kill-runner.t
kills=${KILL_RUNNER:-20}

SIDE=$PWD/side
export SIDE
: >side

# 200 tasks: chosen cells, a gather, and stages without outputs.  What they
# write does not depend on 'round', what they are called by does.
cat >many.yaml <<\EOT
fedtwin: 1
workflow: many
params:
  round: {type: integer, default: 0}
stages:
  make:
    matrix: {i: {from: 1, to: 100}}
    env: {ROUND: "${params.round}"}
    shell: |
      echo "$ROUND ${task.name}" >>"$SIDE"
      seq ${matrix.i} >"${out.text}"
      sleep 0.0${matrix.i % 10}
    out: {text: {type: file, path: text.txt}}
  sum:
    matrix: {i: {from: 1, to: 60}}
    env: {ROUND: "${params.round}"}
    in: {text: "${make.text{i = matrix.i}}"}
    shell: |
      echo "$ROUND ${task.name}" >>"$SIDE"
      cksum <"${in.text}" >"${out.sum}"
    out: {sum: {type: file, path: sum.txt}}
  plain:
    matrix: {i: {from: 1, to: 39}}
    needs: [sum]
    env: {ROUND: "${params.round}"}
    shell: echo "$ROUND ${task.name}" >>"$SIDE"
  all:
    in: {sum: "${sum.sum}"}
    env: {ROUND: "${params.round}"}
    shell: |
      echo "$ROUND ${task.name}" >>"$SIDE"
      cat ${in.sum} >"${out.text}"
    out: {text: {type: file, path: all.txt}}
EOT

test_expect_success "$kills kills at random moments" '
	fedtwin init project &&
	"$PYTHON" "$FT_SRCDIR/t/kill_runner.py" project "$PWD/many.yaml" \
		"$kills" "${KILL_SEED:-1}"
'

test_expect_success 'the store is whole' '
	cd project && fedtwin fsck --full
'

test_done
