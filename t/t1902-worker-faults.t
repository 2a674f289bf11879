#!/bin/sh
test_description='fedtwin-worker on full disks, failing calls, damaged files'
. "$(dirname "$0")/harness.sh"

test_need strace unshare mount

tools=$FT_SRCDIR/t/worker
meta=$PWD/p/.fedtwin
mkdir -p "$meta/o" "$meta/tmp"
"$PYTHON" "$tools/make.py" files || exit 1

publish() { # META FILE TYPE
	"$PYTHON" "$tools/ask.py" "$1" "{\"op\":\"publish\",\"src\":\"$2\",
		\"type\":\"$3\",\"record\":{\"schema\":1,\"object\":\"a.b\"}}"
}

test_expect_success 'each call fails once, nothing is half done' '
	"$PYTHON" "$tools/faults.py" "$meta" files/field.h5 field K \
		pwrite64 write copy_file_range fsync link unlink fchmod mkdir \
		ftruncate >out &&
	test_json "d[\"faults\"]" out &&
	test "$(test_json "d[\"faults\"]" out)" -gt 20
'

test_expect_success 'the same while a table is written' '
	awk "BEGIN { print \"a [1]\"; for (i = 0; i < 70000; i++) print i }" \
		>t.csv &&
	"$PYTHON" "$tools/faults.py" "$meta" t.csv table "" pwrite64 fsync >out
'

# A small file is made in memory and written at once, a larger one in place.
head -c 200000 /dev/urandom >bytes
head -c 1200000 /dev/urandom >many
for file in bytes many
do
	test_expect_success "the same while bytes are packed: $file" '
		"$PYTHON" "$tools/faults.py" "$meta" $file file "" pwrite64 write \
			ftruncate fsync >out
	'
done

# Sizes around what fits, so that every step meets the end of the space once.
cat >full.sh <<\EOT
set -e
mount -t tmpfs -o size=$1,mode=700 tmpfs full
mkdir -p full/o full/tmp
shift
for size
do
	head -c $size many >part
	"$PYTHON" "$TOOLS/ask.py" "$PWD/full" "{\"op\":\"publish\",
		\"src\":\"$PWD/part\",\"type\":\"file\",\"record\":{\"schema\":1,
		\"object\":\"a.b\"}}" >answer || test $? = 1
	cat answer
	for path in $(find full/o -type f)
	do
		"$PYTHON" "$TOOLS/ask.py" "$PWD/full" "{\"op\":\"verify\",
			\"deep\":true,\"path\":\"$PWD/$path\"}"
		rm -f "$path"
	done
	test -z "$(ls full/tmp)"
done
EOT

while read -r title space sizes
do
	test_expect_success "a full disk, $title: nothing wrong stays" '
		mkdir -p full &&
		{ test "$(id -u)" = 0 && how=-m || how=-rm; } &&
		TOOLS=$tools unshare $how sh full.sh $space $sizes >out &&
		test_grep "\"ok\": true" out &&
		test_grep "FT_ENOSPC" out
	'
done <<\EOT
small 64k 100 4000 16000 30000 40000 48000 52000 56000 60000 64000 70000
large 1160k 1050000 1100000 1150000 1170000 1180000 1184000 1186000 1190000
EOT

while read -r file limits
do
	test_expect_success "a file size limit is met like a full disk: $file" '
	for blocks in $limits
	do
		rm -rf "$meta/o" && mkdir "$meta/o" &&
		{ (ulimit -f $blocks &&
			publish "$meta" "$PWD/$file" file) >out || test $? = 1; } &&
		test_grep "\"ok\": " out &&
		{ test -n "$(find "$meta/o" -type f)" ||
			test_grep "\"ok\": false" out; } &&
		test -z "$(ls "$meta/tmp")" || return 1
	done
'
done <<\EOT
bytes 1 8 64 100 200 300 390 395 400
many 1 1000 2000 2340 2345 2350 2360
EOT

test_expect_success 'no space at all is found before anything is copied' '
	truncate -s 8T sparse &&
	test_expect_code 1 publish "$meta" "$PWD/sparse" file >out &&
	test FT_ENOSPC = "$(test_json "d[\"code\"]" out)"
'

version_of() { # FILE: publish, and copy the version to 'version.h5'
	publish "$meta" "$PWD/files/$1.h5" field >answer &&
	rm -f version.h5 &&
	cp "$(test_json "\"$meta/o/%s/%s.h5\" % (d[\"version\"][:2],
		d[\"version\"])" answer)" version.h5 &&
	rm -rf "$meta/o" && mkdir "$meta/o"
}

test_expect_success '2000 damaged versions in the format of today' '
	version_of chunked_and_packed &&
	"$PYTHON" "$tools/mutants.py" "$meta" version.h5 2000 1 >out &&
	cat out
'

test_expect_success '2000 damaged versions in the oldest format' '
	version_of oldest &&
	"$PYTHON" "$tools/mutants.py" "$meta" version.h5 2000 2 >out &&
	cat out
'

test_done
