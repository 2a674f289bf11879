#!/bin/sh
test_description='files on their way to a site and back: cuts, changes, deaths'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/far.sh"

far_need
test_need python3

in_p() {
	(cd p && "$@")
}

run_dir() { # of the last run
	for dir in p/.fedtwin/runs/*
	do
		: # the last one
	done
	echo "$dir"
}

# What attempt $2 of the last run says that it moved.
moved() { # KEY ATTEMPT
	test_json "int(d[\"usage\"].get(\"$1\", 0))" \
		"$(run_dir)/work/$2/result.json"
}

# A new input of $1 bytes, so that nothing of it is there yet; its copy is the
# output.
new_input() { # SIZE
	head -c "$1" /dev/urandom >p/big.bin
}

came_back() {
	rm -f p/back.bin && in_p fedtwin data get copy.o back.bin && cmp p/big.bin p/back.bin
}

test_expect_success 'a project, a site, and a stage that gives back what it got' '
	fedtwin init p && far_site far </dev/null &&
	cat >p/w.yaml <<-\EOT
	fedtwin: 1
	workflow: w
	stages:
	  copy:
	    shell: "cp ${in.f} o.bin; chmod u+w o.bin; echo again >>said.txt"
	    in: {f: big.bin}
	    out: {o: {type: file, path: o.bin}}
	EOT
'

test_expect_success 'cut on the way there: it goes on where it was' '
	far_wire far cut:down:1500000 && new_input 3000000 &&
	in_p fedtwin run --site far w.yaml >out 2>err && came_back &&
	test "$(moved moved_bytes copy.0.1)" -ge 3000000 &&
	test "$(moved moved_bytes copy.0.1)" -lt 3400000 &&
	find far -name "*.part" >got && test_must_be_empty got
'

test_expect_success 'cut on the way back: the same' '
	far_wire far cut:up:1500000 && new_input 3000000 &&
	in_p fedtwin run --site far w.yaml >out 2>err && came_back &&
	test "$(moved returned_bytes copy.0.1)" -lt 2500000 &&
	find p/.fedtwin -name "*.part" >got && test_must_be_empty got
'

test_expect_success 'a changed bit, there and back: refused, and sent again' '
	far_wire far flip:down:1000000 flip:up:1000000 && new_input 2000000 &&
	in_p fedtwin run --site far w.yaml >out 2>err && came_back &&
	test "$(run_dir | xargs -I D ls D/work)" = copy.0.1
'

gave_up() {
	grep -q "breaks again and again" far/jobs/*.out
}

test_expect_success 'a wire that changes everything: given up, and tried anew' '
	far_wire far always:down:200000 && new_input 1000000 &&
	in_p fedtwin run -d --site far w.yaml >out 2>err &&
	test_wait_for 120 gave_up && far_unwire &&
	in_p fedtwin wait --timeout "120 s" last && came_back &&
	test ! -e "$(run_dir)/work/copy.0.1/o.bin" &&
	test -e "$(run_dir)/work/copy.0.2/result.json"
'

test_expect_success 'agent killed in the middle: the next one goes on with its part' '
	far_wire far hold:down:1500000 && new_input 3000000 &&
	in_p fedtwin run -d --site far w.yaml >out 2>err &&
	test_wait_for 60 test -e far.wire/held &&
	pid=$(far_agent) && kill -KILL "$pid" && test_gone "$pid" &&
	find far/cache -name "*.part" -exec touch -d "2 minutes ago" {} + &&
	touch far.wire/go &&
	in_p fedtwin wait --timeout "120 s" last && came_back &&
	test "$(moved moved_bytes copy.0.2)" -lt 2500000
'

test_expect_success 'runner killed in the middle, resumed: one attempt, no loss' '
	far_wire far hold:up:1500000 && new_input 3000000 &&
	in_p fedtwin run -d --site far w.yaml >out 2>err &&
	test_wait_for 60 test -e far.wire/held &&
	pid=$(test_json "d[\"pid\"]" "$(run_dir)/lease") &&
	kill -KILL "$pid" && test_gone "$pid" && touch far.wire/go &&
	in_p fedtwin resume last >out 2>err && came_back &&
	test "$(run_dir | xargs -I D ls D/work)" = copy.0.1 &&
	test "$(moved returned_bytes copy.0.1)" -lt 2500000
'

test_expect_success 'no room for what comes back: said, and nothing is published' '
	far_wire far hold:up:100000 && new_input 3000000 &&
	in_p sh -c "trap \"\" XFSZ
		exec fedtwin run -d --site far w.yaml" >out 2>err &&
	test_wait_for 60 test -e far.wire/held &&
	prlimit --fsize=1000000 \
		--pid "$(test_json "d[\"pid\"]" "$(run_dir)/lease")" &&
	touch far.wire/go &&
	test_expect_code 1 in_p fedtwin wait --timeout "120 s" last &&
	in_p fedtwin why last/copy >got &&
	test_grep "could not be brought home: .*File too large" got &&
	in_p fedtwin run --site far w.yaml >out 2>err && came_back
'

why_says() {
	in_p fedtwin why last/copy | grep -q "$1"
}

test_expect_success 'no room at the site: said, and the site is to blame' '
	far_unwire && far_site tiny </dev/null &&
	sed -i "s|mount -t tmpfs none $PWD/p |&\&\& mount -t tmpfs -o size=2m \
none $PWD/tiny |" tiny.py && grep "size=2m" tiny.py && new_input 3000000 &&
	in_p fedtwin run -d --site tiny w.yaml >out 2>err &&
	test_wait_for 60 why_says "No space left on device" &&
	in_p fedtwin cancel last &&
	test_expect_code 5 in_p fedtwin wait --timeout "120 s" last &&
	grep "\"outcome\":\"node_fail\"" \
		"$(run_dir)/work/copy.0.1/result.json"
'

test_done
