#!/bin/sh
test_description='fedtwin completion offers what the tables know'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

offers() {
	fedtwin __complete "$@"
}

test_expect_success 'commands, verbs, options' '
	offers ch >out && echo check >want && test_cmp want out &&
	offers data "" >out && printf "ls\nshow\nget\nput\nverify\nevict\npin\nunpin\nusage\n" >want &&
	test_cmp want out &&
	offers run --f >out && echo --fresh >want && test_cmp want out &&
	offers check "" >out && echo :file >want && test_cmp want out
'

test_expect_success 'runs, tasks, references, modules' '
	run_sweep &&
	offers status la >out && echo last >want && test_cmp want out &&
	offers logs last/a >out && echo last/all >want && test_cmp want out &&
	offers data show all >out && echo all.text >want && test_cmp want out &&
	offers module show mesh.b >out && echo mesh.box >want && test_cmp want out
'

test_expect_success 'the scripts are accepted by their shells' '
	fedtwin completion bash >c.bash && bash -n c.bash &&
	fedtwin completion zsh >c.zsh && test_grep compdef c.zsh &&
	fedtwin completion fish >c.fish && test_grep "complete -c fedtwin" c.fish &&
	test_expect_code 2 fedtwin completion tcsh 2>err
'

test_expect_success 'bash completes with it' '
	cat >try.bash <<\EOT &&
. ./c.bash
COMP_WORDS=(fedtwin data s) COMP_CWORD=2
_fedtwin
echo "${COMPREPLY[*]}"
EOT
	bash try.bash >out && echo show >want && test_cmp want out
'

test_done
