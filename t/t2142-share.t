#!/bin/sh
test_description='runs of a project share the machine by weight and priority'
. "$(dirname "$0")/harness.sh"
# shellcheck source=t/steer.sh
. "$FT_SRCDIR/t/steer.sh"

steer_workflow
# The same with c and d for a and b.
sed 's/gate a/gate c/; s/gate b/gate d/; s/workflow: gated/workflow: other/' \
	gated.yaml >other.yaml

runner_of() {
	test_json 'd["pid"]' ".fedtwin/runs/$1/lease"
}

many() { # NAME TASKS
	cat <<-EOT
	fedtwin: 1
	workflow: $1
	stages:
	  $1:
	    matrix: {i: [$(seq -s , "$2")]}
	    run: [sleep, "0.05"]
	EOT
}

# How many tasks $2 started between the first and the last start of run $1.
starts_beside() {
	"$PYTHON" - ".fedtwin/runs/$1/journal" ".fedtwin/runs/$2/journal" <<-\EOT
	import json, struct, sys

	def starts(path):
	    data, at = open(path, "rb").read(), 8
	    while at + 40 <= len(data):
	        length, = struct.unpack_from("<I", data, at)
	        length &= (1 << 25) - 1
	        record = json.loads(data[at + 40:at + 40 + length])
	        if record["k"] == "started":
	            yield record["at"]
	        at += 40 + length

	one, two = (list(starts(path)) for path in sys.argv[1:])
	print(sum(one[0] <= at <= one[-1] for at in two))
	EOT
}

test_expect_success 'weights 2 and 1: starts 2 to 1' '
	fedtwin init &&
	many one 200 >one.yaml && many two 80 >two.yaml &&
	one=$(fedtwin run -d -j 3 one.yaml) &&
	two=$(fedtwin run -d -j 3 --weight 2 two.yaml) &&
	fedtwin wait $two &&
	beside=$(starts_beside $two $one) &&
	echo "$beside beside 80" &&
	test $beside -ge 30 && test $beside -le 54 &&
	fedtwin wait $one
'

test_expect_success 'what runs is left alone; what it frees others get' '
	one=$(fedtwin run -d -j 2 gated.yaml) &&
	steer_started a1 a2 &&
	two=$(fedtwin run -d -j 2 other.yaml) &&
	steer_go a1 &&
	steer_started a1 a2 c1
'

test_expect_success 'a killed runner has no share' '
	kill -KILL $(runner_of $one) &&
	steer_started a1 a2 c1 c2 &&
	steer_go c1 c2 c3 d1 d2 d3 &&
	fedtwin wait $two &&
	steer_go a2 a3 b1 b2 b3 &&
	fedtwin resume $one
'

test_expect_success 'priority comes first' '
	rm go.* && : >started &&
	one=$(fedtwin run -d --fresh -j 1 gated.yaml) &&
	steer_started a1 &&
	two=$(fedtwin run -d --fresh -j 1 --priority 5 other.yaml) &&
	steer_go a1 a2 a3 b1 b2 b3 c1 c2 c3 d1 d2 d3 &&
	fedtwin wait $one && fedtwin wait $two &&
	sed "/^c3$/q" started >first &&
	test_grep c1 first && test_grep c2 first &&
	test_grep ! a2 first && test_grep ! a3 first
'

test_expect_success 'a paused run leaves everything to the others' '
	rm go.* && : >started &&
	one=$(fedtwin run -d --fresh -j 1 --weight 1000 gated.yaml) &&
	steer_started a1 &&
	fedtwin pause $one &&
	two=$(fedtwin run -d --fresh -j 1 other.yaml) &&
	steer_go a1 c1 c2 c3 d1 d2 d3 &&
	fedtwin wait $two &&
	fedtwin set $one weight=2 priority=1 &&
	test "$(steer_count set $one)" = 2 &&
	steer_go a2 a3 b1 b2 b3 &&
	fedtwin unpause $one && fedtwin wait $one
'

test_expect_success 'what is no weight or priority' '
	test_expect_code 2 fedtwin run --weight 0 one.yaml 2>err &&
	test_grep "weight" err &&
	test_expect_code 2 fedtwin run --priority high one.yaml 2>err &&
	test_grep "no whole number" err
'

test_done
