#!/bin/sh
test_description='a stage that misbehaves fails with its cause, and leaves nothing'
. "$(dirname "$0")/harness.sh"

# bad SHELL TYPE MESSAGE [KEY...]: the run fails with the message, and no
# version is there.
bad() {
	{
		printf 'fedtwin: 1\nworkflow: bad\nstages:\n  s:\n' &&
		printf '    shell: |\n      %s\n' "$1" &&
		case $2 in
		field) echo "    out: {o: {type: field, path: o, unit: K}}" ;;
		*) echo "    out: {o: {type: $2, path: o}}" ;;
		esac &&
		printf '    %s\n' "${4-doc: bad}"
	} >bad.yaml &&
	test_expect_code 1 fedtwin run bad.yaml >out 2>err &&
	test_grep "$3" err &&
	fedtwin data ls >list &&
	test_grep ! "s.o" list &&
	test -z "$(find .fedtwin/o -type f)" &&
	test -z "$(find .fedtwin/tmp -type f)"
}

PY=$PYTHON
MAKE=$PWD/make.py
export PY MAKE

cat >make.py <<\EOT
import sys

import h5py
import numpy

with h5py.File("o", "w", libver=("earliest", "v110")) as f:
    t = f.create_group("table")
    if sys.argv[1] == "external":
        f["elsewhere"] = h5py.ExternalLink("/etc/passwd", "/")
    t.attrs["columns"] = numpy.bytes_("x")
    d = t.create_dataset("x", data=numpy.arange(100000.0), chunks=(1000,),
                         fletcher32=True)
    d.attrs["units"] = numpy.bytes_("m")
EOT

cat >eat.py <<\EOT
import signal

x = bytearray(300 << 20)
signal.pause()
EOT

EAT=$PWD/eat.py
export EAT

test_expect_success 'crash' '
	fedtwin init . &&
	bad "kill -SEGV \$\$" file "signal 11 (Segmentation fault)"
'

test_expect_success 'killed' '
	bad "kill -KILL \$\$" file "signal 9 (Killed)"
'

test_expect_success 'hang' '
	bad "sleep 1000" file "timed out after 0.2 s" "timeout: 0.2 s"
'

test_expect_success 'out of memory' '
	bad "exec \$PY \$EAT" file "50 MiB allowed" \
		"resources: {memory: 50 MiB}" &&
	fedtwin status last --json >json &&
	test "$(test_json "d[\"tasks\"][0][\"outcome\"]" json)" = oom
'

test_expect_success 'flooded stdout' '
	bad "exec yes" file "wrote more than 64 MiB to stdout.txt"
'

test_expect_success 'no output' '
	bad "true" file "output .o. was not written"
'

test_expect_success 'an output that is no regular file' '
	bad "ln -s /etc/passwd o" file "not a regular file" &&
	bad "mkdir o" file "not a regular file"
'

test_expect_success 'not HDF5' '
	bad "echo hello >o" mesh "HDF5"
'

test_expect_success 'truncated HDF5' '
	bad "\$PY \$MAKE plain; truncate -s 100000 o" table "o"
'

test_expect_success 'external link' '
	bad "\$PY \$MAKE external" table "output .o.: .* is a link to another file"
'

test_expect_success 'another type' '
	bad "\$PY \$MAKE plain" field "o"
'

test_expect_success 'a program that is not there' '
	cat >bad.yaml <<-\EOT &&
	fedtwin: 1
	workflow: bad
	stages:
	  s:
	    run: [no-such-program]
	EOT
	test_expect_code 1 fedtwin run bad.yaml 2>err &&
	test_grep "cannot start .no-such-program.: No such file" err
'

test_expect_success 'an input file that is not there' '
	cat >bad.yaml <<-\EOT &&
	fedtwin: 1
	workflow: bad
	stages:
	  s:
	    in: {x: missing.txt}
	    run: ["true"]
	EOT
	test_expect_code 3 fedtwin run bad.yaml 2>err &&
	test_grep "missing.txt" err
'

test_expect_success 'more than there is' '
	cat >bad.yaml <<-\EOT &&
	fedtwin: 1
	workflow: bad
	stages:
	  s:
	    run: ["true"]
	    resources: {memory: 1000 TiB}
	EOT
	test_expect_code 1 fedtwin run bad.yaml 2>err &&
	test_grep "this machine has" err
'

test_expect_success 'a table that is refused names output, line and cure' '
	cat >bad.yaml <<-\EOT &&
	fedtwin: 1
	workflow: bad
	stages:
	  s:
	    shell: printf "n\n1\n" >n.csv
	    out: {t: {type: table, path: n.csv}}
	EOT
	test_expect_code 1 fedtwin run bad.yaml 2>err &&
	test_grep "s failed: output .t.:1: column .n. .*; write .n \[unit\]." err
'

test_expect_success 'odd bytes on stderr are shown harmlessly' '
	bad "printf \"\\\\033[31mred \\\\377\\\\n\" >&2; exit 1" file "31mred ?"
'

test_done
