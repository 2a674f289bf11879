#!/bin/sh
test_description='conform.py: adapters that keep to the protocol, and others'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/slurm.sh"

slurm_need

# A mutant may leave jobs behind, which end by themselves in a minute; none
# may outlive the test.
test_at_exit 'for file in conform-*/.fedtwin-example/*/pid; do
		kill -s KILL -- "-$(cat "$file")"; done'

adapters=$FT_SRCDIR/share/adapters

conform() { # PROGRAM SITE.json
	"$PYTHON" "$adapters/conform.py" --within 60 "$@" >out 2>err
}

# mutant SED-SCRIPT TITLE: the example, so changed, fails the test TITLE
mutant() {
	sed "$1" "$adapters/example.py" >mutant.py && chmod +x mutant.py &&
	test_must_fail cmp -s "$adapters/example.py" mutant.py &&
	test_expect_code 1 conform ./mutant.py site.json --within 3 &&
	test_grep "^not ok [0-9]* - $2" out
}

echo '{"site": "example", "adapter": "program"}' >site.json

test_expect_success 'the example keeps to it; what it cannot do is skipped' '
	conform "$adapters/example.py" site.json &&
	test_grep "^1..19$" out && test_grep ! "^not ok" out &&
	test $(grep -c SKIP out) = 4 &&
	test_must_fail ls -d conform-*
'

test_expect_success 'the example has about a hundred lines' '
	grep -v "^ *#\|^\"\"\"\|^$" "$adapters/example.py" >lines &&
	test_line_count -lt 125 lines
'

test_expect_success 'absent jobs reported as ended' '
	mutant "s/.state.: .not_found./\"state\": \"ended\", \"tag\": \"\", \
		\"outcome\": \"ok\"/" "a job that never was"
'

test_expect_success 'a tag that is not kept, a cancel by id alone' '
	mutant "s/write_text(job\[.tag.\])/write_text(\"t\")/" "a job that works" &&
	mutant "s/ or tag not in .*:/:/" "cancel"
'

test_expect_success 'an exit code lost, the variables of the engine passed on' '
	mutant "s/.exit_code.: code if/\"exit_code\": 0 if/" "a job that fails" &&
	mutant "s/ | (job.get(.env.) or {})//" "a job that works"
'

test_expect_success 'one bad job spoils the others; no id; nonsense kills it' '
	mutant "s/return {.result.: .rejected./raise ValueError() #/;
		/.reason.: .a tag/d" "several jobs" &&
	mutant "s/.id.: number/\"id\": 1/" "several requests" &&
	mutant "s/except (ValueError, /except (/" "a line that is no request"
'

test_expect_success 'jobs that end with the adapter' '
	mutant "s/^main()/main(); [os.killpg(int((d \/ \"pid\").read_text()), 9) \
		for d in jobs.iterdir() if alive(d)]/" "end of input"
'

test_expect_success 'no adapter at all' '
	test_expect_code 1 conform ./nowhere site.json &&
	test_grep "^Bail out" out &&
	test_expect_code 1 conform /bin/true site.json &&
	test_grep "Bail out! the adapter has ended" out
'

test_expect_success 'fedtwin-slurm keeps to it, on a real cluster' '
	slurm_start alpha && slurm_site alpha 20 >slurm.json &&
	conform fedtwin-slurm slurm.json && test_grep ! "^not ok\|SKIP" out
'

test_done
