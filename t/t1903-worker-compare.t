#!/bin/sh
test_description='fedtwin-worker compares two versions'
. "$(dirname "$0")/harness.sh"

tools=$FT_SRCDIR/t/worker
meta=$PWD/p/.fedtwin
mkdir -p "$meta/o" "$meta/tmp"

ask() { # REQUEST...: the last answer goes to 'answer'
	"$PYTHON" "$tools/ask.py" "$meta" "$@" >answers
	ask_code=$?
	tail -n 1 answers >answer
	return $ask_code
}

test_expect_success 'all pairs are compared' '
	"$PYTHON" "$tools/compare.py" "$meta" files >verdicts &&
	test "$(wc -l <verdicts)" -gt 40
'

while IFS='|' read -r name verdict
do
	test_expect_success "$name" '
		echo "$verdict" && test "$verdict" = ok
	'
done <verdicts

test_expect_success 'a damaged version is not compared' '
	set -- "$meta"/o/*/*.h5 &&
	chmod u+w "$1" &&
	"$PYTHON" - "$1" <<-\EOT &&
	import sys
	import h5py
	with h5py.File(sys.argv[1], "r+") as f:
	    f.attrs["more"] = 1
	EOT
	test_expect_code 1 ask \
		"{\"op\":\"compare\",\"path\":\"$1\",\"other\":\"$2\"}" &&
	test_grep "is damaged" answer &&
	test_expect_code 1 ask \
		"{\"op\":\"compare\",\"path\":\"$2\",\"other\":\"$1\"}" &&
	test_grep "is damaged" answer &&
	test_expect_code 1 ask "{\"op\":\"compare\",\"path\":\"$2\"}"
'

test_expect_success 'units: those of all arrays, each once' '
	"$PYTHON" - "$meta" <<-\EOT >path &&
	import glob, json, sys
	import h5py
	for path in glob.glob(sys.argv[1] + "/o/*/*.h5"):
	    with h5py.File(path, "r") as f:
	        if "vectors_of_cells" in str(f["fedtwin"].attrs["record"]):
	            print(path)
	EOT
	ask "{\"op\":\"units\",\"path\":\"$(head -n 1 path)\"}" &&
	test "[\"W/m2\", \"m\"]" = \
		"$(test_json "json.dumps(sorted(d[\"units\"]))" answer)"
'

test_expect_success 'memory does not depend on the size' '
	"$PYTHON" "$tools/compare_big.py" "$meta" big.h5
'

test_done
