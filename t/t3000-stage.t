#!/bin/sh
test_description='the stage library: tasks, failures, progress, restart'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/stage/lib.sh"

test_expect_success 'parameters, groups and gathered inputs on every rank' '
	cat >task.json <<-\EOT &&
	{"schema": 1, "task": "t", "module": "test.probe", "seed": 42,
	 "params": {"do": "params", "number": 0.5, "integer": 9007199254740991,
	   "bool": true, "list": [1, 2.25],
	   "source": {"*": {"value": 0, "unit": "m2.kg.s-3"},
	              "chip": {"value": 45.5, "unit": "m2.kg.s-3"}}},
	 "inputs": {"gathered": [
	   {"path": "/b.h5", "type": "table",
	    "cell": {"power": {"value": 9, "unit": "m2.kg.s-3"}}},
	   {"path": "/a.h5", "type": "table",
	    "cell": {"power": {"value": 4, "unit": "W"}}}]},
	 "outputs": {}, "unknown": "members are ignored"}
	EOT
	cat >want <<-\EOT &&
	0.5 9007199254740991 1 2.25 seed 42
	chip 45.5 W
	air 0 W
	/b.h5 9 W
	/a.h5 4 W
	EOT
	mpi 2 "$probe" >got 2>err &&
	test_cmp want got &&
	test_must_be_empty err
'

# What is wrong with a task.json is one line, and the same on 1 and 2 ranks.
refuse() { # TITLE JSON LINE
	printf '%s' "$2" >bad.json
	printf '%s\n' "$3" >want
	test_expect_success "refused: $1" '
		cp bad.json task.json &&
		for n in 1 2
		do
			test_must_fail mpi $n "$probe" 2>err &&
			test_cmp want err || return 1
		done
	'
}
head='"schema": 1, "task": "t", "module": "test.probe"'
tail='"inputs": {}, "outputs": {}'
refuse 'an empty file' '' "'task.json' is not JSON: unexpected end of data"
refuse 'a file that was cut off' '{"schema": 1, ' "'task.json' is not JSON: \
unexpected end of data"
refuse 'no object' '[1]' "'task.json' does not hold a JSON object"
refuse 'no schema' '{}' "'task.json' has no 'schema'"
refuse 'a schema of the future' '{"schema": 2}' \
	"'task.json' has schema 2; this program understands 1"
refuse 'another module' "{\"schema\": 1, \"task\": \"t\",
	\"module\": \"solve.heat\", \"params\": {}, $tail}" \
	"'task.json' is for module 'solve.heat'; probe carries out 'test.probe'"
refuse 'a missing member' "{$head, \"params\": {}, \"inputs\": {}}" \
	"'task.json': 'outputs' is missing or not a JSON object"
refuse 'a missing parameter' "{$head, \"params\": {}, $tail}" \
	"parameter 'do' is missing"
refuse 'a parameter of another type' "{$head, \"params\": {\"do\": 1}, $tail}" \
	"parameter 'do' must be a text, not 1"
refuse 'a restart that is no path' \
	"{$head, \"params\": {\"do\": \"x\"}, $tail, \"restart\": 1}" \
	"'restart' is neither null nor a path"
refuse 'another unit' "{$head, \"params\": {\"do\": \"params\", \"number\": 1,
	\"integer\": 1, \"bool\": true, \"list\": [1, 2], \"source\":
	{\"*\": {\"value\": 1, \"unit\": \"kg.s-3.K-1\"}}}, $tail}" \
	"parameter 'source.*' is in 'kg.s-3.K-1', not in 'W'"

test_expect_success 'FEDTWIN_TASK names the task; no task is an error' '
	rm -f task.json &&
	mkdir elsewhere &&
	probe_task fail_everywhere >elsewhere/task.json &&
	must_say "cannot open '\''task.json'\'': No such file or directory" \
		1 "$probe" &&
	FEDTWIN_TASK=$PWD/elsewhere/task.json &&
	export FEDTWIN_TASK &&
	test_when_finished "unset FEDTWIN_TASK" &&
	must_say "rank 0 gives up" 1 "$probe"
'

test_expect_success 'one rank fails: one line, all ranks end' '
	probe_task fail_on_last >task.json &&
	must_say "rank 2 gives up" 3 "$probe"
'

test_expect_success 'all ranks fail: still one line' '
	probe_task fail_everywhere >task.json &&
	must_say "rank 0 gives up" 3 "$probe"
'

test_expect_success 'an error of PETSc is one line' '
	probe_task fail_in_petsc >task.json &&
	must_say "Argument out of range: row 7 of 5, in fail_in_petsc()" \
		2 "$probe"
'

test_expect_success 'ranks that end at different places are found' '
	probe_task end_early >task.json &&
	must_say "'\''probe'\'' ended on some ranks before others" 2 "$probe"
'

test_expect_success 'a rank that fails while others wait for it ends them' '
	probe_task fail_alone >task.json &&
	test_must_fail mpi 2 "$probe" 2>err &&
	tail -n 1 err >got &&
	echo "rank 1 gives up alone" >want &&
	test_cmp want got
'

test_expect_success 'progress goes to a file, at most ten lines a second' '
	probe_task progress >task.json &&
	rm -f progress.ndjson &&
	mpi 2 "$probe" &&
	head -n 1 progress.ndjson >first &&
	echo "{\"step\":1,\"of\":1000,\"residual\":1}" >want &&
	test_cmp want first &&
	tail -n 1 progress.ndjson >last &&
	echo "{\"step\":1000,\"of\":1000,\"residual\":0.001}" >want &&
	test_cmp want last &&
	test_line_count -le 20 progress.ndjson
'

test_expect_success 'a FIFO that nobody reads holds up nothing' '
	rm progress.ndjson &&
	mkfifo progress.ndjson &&
	mpi 1 "$probe" &&
	rm progress.ndjson
'

test_expect_success 'a checkpoint: status 75, and the next attempt finds it' '
	probe_task restart >task.json &&
	echo "out of time at step 5" >want &&
	test_expect_code 75 mpi 2 "$probe" 2>err &&
	test_cmp want err &&
	echo "half way" >want &&
	test_cmp want checkpoint/state &&
	test ! -e checkpoint/state.part &&
	sed "s,null,\"$PWD/checkpoint\"," task.json >next &&
	mkdir second && mv next second/task.json &&
	(cd second && mpi 2 "$probe") >got &&
	echo "goes on from $PWD/checkpoint/state" >want &&
	test_cmp want got
'

test_done
