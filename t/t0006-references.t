#!/bin/sh
test_description='what is named is there, what is there is named'
. "$(dirname "$0")/harness.sh"

# Prints the paths of the source tree that the pages named by the arguments
# speak of, one a line; not those of examples, nor NAME and its like.
paths_in() {
	awk '/^```/ { example = !example } !example' "$@" |
	grep -oE "(^|[ \`(])($top_dirs)/[A-Za-z0-9_./-]*[A-Za-z0-9_]" |
	sed 's/^[ `(]//' | grep -v 'NAME\|NNNN\|xxx\|\.\.\.' | sort -u
}
top_dirs='engine|adapters|solvers|workflows|data|share|t'

test_expect_success 'paths are found in a page' '
	cat >page <<-\EOT &&
	See `engine/base/err.h` (or solvers/heat), not t/t1xxx-NAME.t.
	```
	data/gone.geo:1:1: error
	```
	EOT
	printf "%s\n" engine/base/err.h solvers/heat >want &&
	paths_in page >got &&
	test_cmp want got
'

test_expect_success 'README and share/doc name files that exist' '
	paths_in "$FT_SRCDIR/README" "$FT_SRCDIR"/share/doc/*.md >paths &&
	while read -r path
	do
		test -e "$FT_SRCDIR/$path" || echo "$path"
	done <paths >missing &&
	test_must_be_empty missing
'

# Prints "DIRECTORY NAME" for each directory and file in the source tour: a line
# starts with a directory or goes on with the last one.
tour() {
	awk '
	/^Source tour/ { inside = 1 }
	/^Where does/ { inside = 0 }
	inside && /^    / {
		for (i = 1; i <= NF; i++) {
			if ($i ~ /^[a-z_0-9]+\/.*\/$/ || i == 1 && $i ~ /\/$/)
				print (dir = $i), "."
			else if ($i ~ /^[a-z_0-9]+(\.(h|c|sh|md)|\/)$/)
				print dir, $i
		}
	}' "$1"
}

test_expect_success 'every test is listed, so that it is run' '
	cat "$FT_SRCDIR"/*/local.mk "$FT_SRCDIR"/*/*/local.mk >lists &&
	for file in "$FT_SRCDIR"/t/t*.t "$FT_SRCDIR"/t/unit/test_*.c
	do
		name=${file#"$FT_SRCDIR"/} &&
		grep -qF "$name" lists || echo "$name"
	done >missing &&
	test_must_be_empty missing
'

test_expect_success 'the source tour names files that exist, and every layer' '
	tour "$FT_SRCDIR/README" >stops &&
	for layer in base text model data plan run cli worker
	do
		grep -q "^engine/$layer/" stops || echo "engine/$layer/"
	done >missing &&
	while read -r dir name
	do
		test -e "$FT_SRCDIR/$dir$name" || test -e "$FT_SRCDIR/$name" ||
			echo "$dir$name"
	done <stops >>missing &&
	test_must_be_empty missing
'

test_expect_success 'every example workflow is run by a test' '
	for file in "$FT_SRCDIR"/workflows/*.yaml \
		"$FT_SRCDIR"/workflows/examples/*.yaml
	do
		grep -qF "${file##*/}" "$FT_SRCDIR"/t/t[1-9]*.t ||
			echo "${file##*/}"
	done >untested &&
	test_must_be_empty untested
'

test_done
