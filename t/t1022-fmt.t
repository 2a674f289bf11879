#!/bin/sh
test_description='fedtwin fmt: one form, every comment, the same meaning'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

cat >messy.yaml <<\EOT
# What it is for.

workflow: messy   # its name
fedtwin:  1
stages:


    # makes it
    make:
        out:  {text: {path: t.txt, type: file}}  # one
        shell: |
            echo "# no comment"   # kept as it is
              printf 'x' >t.txt
        matrix: { i: [1, 2] }   # two tasks
        # behind the last key
    use:
      in: {t: '${make.text}'}
      run:
      - cat
      - "${in.t}"  # all of them
# the end
EOT
cat >want.yaml <<\EOT
# What it is for.

fedtwin: 1
workflow: messy  # its name
stages:
  # makes it
  make:
    shell: |
      echo "# no comment"   # kept as it is
        printf 'x' >t.txt
    out: {text: {type: file, path: t.txt}}  # one
    matrix: {i: [1, 2]}  # two tasks
    # behind the last key
  use:
    run:
      - cat
      - "${in.t}"  # all of them
    in: {t: "${make.text}"}
# the end
EOT

test_expect_success 'it prints the canonical form' '
	fedtwin fmt messy.yaml >got.yaml &&
	test_cmp want.yaml got.yaml
'

test_expect_success 'which is canonical' '
	fedtwin fmt want.yaml >got.yaml &&
	test_cmp want.yaml got.yaml
'

test_expect_success 'check names what would change, and changes nothing' '
	cp messy.yaml kept.yaml &&
	test_expect_code 1 fedtwin fmt --check messy.yaml want.yaml >out &&
	echo messy.yaml >names && test_cmp names out &&
	test_cmp kept.yaml messy.yaml &&
	fedtwin fmt --check want.yaml >out && test_must_be_empty out
'

test_expect_success 'write keeps mode and link, and leaves a good file alone' '
	cp messy.yaml mode.yaml && chmod 640 mode.yaml &&
	ln -s mode.yaml link.yaml &&
	fedtwin fmt -w link.yaml 2>err &&
	test_grep "link.yaml: formatted" err &&
	test -L link.yaml && test_cmp want.yaml mode.yaml &&
	test "$(stat -c %a mode.yaml)" = 640 &&
	stat -c "%i %Y" mode.yaml >before &&
	fedtwin fmt -w mode.yaml 2>err && test_must_be_empty err &&
	stat -c "%i %Y" mode.yaml >after && test_cmp before after
'

test_expect_success 'a file that is not valid is left alone' '
	printf "a: [1,\nb: 2\n" >bad.yaml && cp bad.yaml kept.yaml &&
	cp messy.yaml good.yaml &&
	test_expect_code 3 fedtwin fmt -w bad.yaml good.yaml 2>err &&
	test_grep "bad.yaml:1:4: error" err &&
	test_cmp kept.yaml bad.yaml && test_cmp want.yaml good.yaml &&
	printf "a: 1\na: 2\n" >bad.yaml &&
	test_expect_code 3 fedtwin fmt bad.yaml >out 2>err &&
	test_must_be_empty out &&
	test_expect_code 3 fedtwin fmt gone.yaml 2>err &&
	test_expect_code 2 fedtwin fmt --check -w good.yaml 2>err
'

test_expect_success 'modules and sites have an order of their own' '
	cat >site.yaml <<-\EOF &&
	slots: 4
	adapter: local
	site: here
	fedtwin-site: 1
	EOF
	fedtwin fmt site.yaml >out &&
	printf "fedtwin-site: 1\nsite: here\nadapter: local\nslots: 4\n" >want &&
	test_cmp want out
'

test_expect_success 'format and comments make nothing run again' '
	write_sweep && fedtwin init &&
	fedtwin run sweep.yaml >out && test_grep "4 succeeded" out &&
	sed -i "s/^stages:/stages: # all/; s/^  make:/\n\n  # first\n  make:/" \
		sweep.yaml &&
	test_expect_code 1 fedtwin fmt --check sweep.yaml &&
	fedtwin run sweep.yaml >out && test_grep "4 cached" out &&
	fedtwin fmt -w sweep.yaml && fedtwin fmt --check sweep.yaml &&
	fedtwin run sweep.yaml >out && test_grep "4 cached" out
'

# Formatting refuses to change a meaning by itself.
test_expect_success 'whatever can be read can be formatted, once for all' '
	for file in "$FT_SRCDIR"/workflows/*.yaml \
		"$FT_SRCDIR"/workflows/*/*.yaml "$FT_SRCDIR"/share/*/*.yaml \
		"$FT_SRCDIR"/t/fuzz/corpus/yaml/*
	do
		fedtwin fmt "$file" >one.yaml 2>err || {
			! grep "cannot be formatted" err || return 1
			continue
		}
		fedtwin fmt one.yaml >two.yaml && test_cmp one.yaml two.yaml ||
			return 1
	done
'

test_done
