#!/bin/sh
test_description='a node that fails all attempts is left out'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/slurm.sh"

slurm_need
test_need nsenter

in_p() {
	(cd p && "$@")
}

why_has() { # TASK PATTERN
	in_p fedtwin why "last/$1" >why.txt && test_grep "$2" why.txt
}

outcomes() { # of the last run
	for run in p/.fedtwin/runs/*/
	do
		: # the last one
	done &&
	tr -d "\000" <"$run/journal" | grep -a -o "outcome\":\"[a-z_]*"
}

# N tasks that tell where they ran.
chain() { # FILE N
	cat >"p/$1" <<-EOT
	fedtwin: 1
	workflow: ${1%.yaml}
	stages:
	  s:
	    submit: job
	    shell: "hostname >n.txt"
	    matrix: {n: {from: 1, to: $2}}
	    out: {n: {type: file, path: n.txt}}
	EOT
}

test_expect_success 'two nodes, one of which has no files' '
	slurm_start alpha --nodes 2 --cpus 1 && fedtwin init p && mkdir p/sites &&
	cat >p/sites/alpha.yaml <<-EOT &&
	fedtwin-site: 1
	site: alpha
	adapter: slurm
	endpoint: {config: $PWD/alpha/slurm.conf}
	limits: {status_interval: 1 s}
	lost_after: 5 s
	storage: {visibility_wait: 1 s}
	EOT
	chain all.yaml 8 && mkdir -p p/.fedtwin/runs &&
	slurm_ask alpha hide n1 "$PWD/p/.fedtwin/runs"
'

test_expect_success 'after two faults nothing is submitted to it' '
	in_p fedtwin run all.yaml -j 1 --site alpha >out 2>err &&
	why_has "s[n=8]" "; not on n1, where attempts keep failing: left out for 10 min" &&
	outcomes >outcomes && test "$(grep -c ok outcomes)" = 8 &&
	test "$(grep -c -v ok outcomes)" = 2 &&
	in_p fedtwin data get "s.n{n=8}" got.txt && echo n2 >want &&
	test_cmp want p/got.txt
'

test_expect_success 'it is shown, why, and until when' '
	in_p fedtwin site show alpha >out &&
	test_grep "^left out: n1 of alpha until 20[0-9: -]*: 2 attempts in a row failed there, the last one: " out &&
	test_grep "; fedtwin site resume alpha --node n1$" out &&
	in_p fedtwin site show alpha --json >show.json && "$PYTHON" - <<-\EOT
	import json, os
	from datetime import datetime
	[n] = json.load(open("show.json"))["nodes_left_out"]
	assert n["node"] == "n1" and n["site"] == "alpha", n
	assert n["run"] in os.listdir("p/.fedtwin/runs"), n
	when = [datetime.fromisoformat(n[k][:19]) for k in ("since", "until")]
	assert 599 <= (when[1] - when[0]).total_seconds() <= 601, n
	EOT
'

test_expect_success 'another run of the project leaves it out from the start' '
	chain two.yaml 2 && in_p fedtwin run two.yaml --fresh -j 1 --site alpha >out 2>err &&
	outcomes >outcomes && test_line_count = 2 outcomes &&
	test "$(grep -c ok outcomes)" = 2 && why_has "s[n=1]" "; not on n1, where"
'

test_expect_success 'the last node is not left out, and that is said' '
	slurm_on alpha scontrol update nodename=n2 state=drain reason=test &&
	chain last.yaml 1 && in_p fedtwin run last.yaml --site alpha --fresh -d >out &&
	test_wait_for 90 why_has "s[n=1]" "if there were others: these are the last" &&
	in_p fedtwin status last >out && test_grep "^left out: n1 of alpha until" out &&
	in_p fedtwin status last --json >status.json &&
	test_json "d[\"nodes_left_out\"][0][\"node\"]" status.json >got &&
	echo n1 >want && test_cmp want got &&
	slurm_ask alpha show n1 "$PWD/p/.fedtwin/runs" &&
	in_p fedtwin wait last --timeout "200 s" &&
	rm p/got.txt && in_p fedtwin data get "s.n{n=1}" got.txt && echo n1 >want &&
	test_cmp want p/got.txt && in_p fedtwin status last >out &&
	test_grep ! "^left out" out &&
	slurm_on alpha scontrol update nodename=n2 state=resume
'

# While it is out nothing goes there, though Slurm would take it first.
test_expect_success 'a runner hears that it is let in again' '
	chain in.yaml 8 && in_p fedtwin run in.yaml --fresh -j 1 --site alpha -d >out &&
	test_wait_for 90 why_has "s[n=1]" "; not on n1, where" &&
	in_p fedtwin site resume alpha --node n1 -n >out &&
	test_grep "node .n1. of site .alpha. would get jobs again" out &&
	in_p fedtwin site resume alpha --node n1 >out &&
	test_grep "node .n1. of site .alpha. gets jobs again" out &&
	in_p fedtwin site show alpha >out && test_grep ! "left out" out &&
	in_p fedtwin site resume alpha --node n1 >out && test_grep "was not left out" out &&
	in_p fedtwin site resume alpha --node ../x >out && test_grep "was not left out" out &&
	in_p fedtwin wait last --timeout "200 s" &&
	rm p/got.txt && in_p fedtwin data get "s.n{n=8}" got.txt && echo n1 >want &&
	test_cmp want p/got.txt
'

test_done
