#!/bin/sh
test_description='a full disk or a read-only project: told, nothing lost'
. "$(dirname "$0")/harness.sh"

test_need unshare mount

# Run the script $1 where $PWD/disk is a file system of $2.
on_disk() {
	mkdir -p disk &&
	unshare -rm sh -euc "mount -t tmpfs -o $2 tmpfs disk && cd disk && $1"
}

cat >a.yaml <<\EOT
fedtwin: 1
workflow: full
stages:
  a:
    matrix: {i: [1, 2, 3, 4]}
    shell: 'head -c 100000 /dev/zero >o.bin; echo ${matrix.i} >>o.bin'
    out: {o: {type: file, path: o.bin}}
EOT
FILE=$PWD/a.yaml
export FILE

test_expect_success 'no room for results: exit 4, resumed with room' '
	on_disk "
		fedtwin init . &&
		head -c 3500000 /dev/zero >ballast &&
		code=0 &&
		{ fedtwin run -j 1 \$FILE >../out 2>../err || code=\$?; } &&
		rm ballast &&
		test \$code = 4 &&
		fedtwin status last >../status1 &&
		fedtwin resume last 2>../err2 &&
		fedtwin status last >../status2 &&
		fedtwin fsck
	" size=4m &&
	test_grep "publishing needs .*, .* are left" err &&
	test_grep "fedtwin resume" err &&
	test_grep interrupted status1 &&
	test_grep succeeded status2
'

test_expect_success 'no room for the journal itself' '
	on_disk "
		fedtwin init . &&
		{ cat /dev/zero >ballast 2>/dev/null || true; } &&
		code=0 &&
		{ fedtwin run \$FILE >../out 2>../err || code=\$?; } &&
		rm ballast &&
		test \$code = 4 &&
		fedtwin run \$FILE
	" size=4m &&
	test_grep "o space left" err
'

test_expect_success 'a read-only project: exit 4, before anything runs' '
	on_disk "
		fedtwin init . &&
		mount -o remount,ro . &&
		code=0 &&
		{ fedtwin run \$FILE >../out 2>../err || code=\$?; } &&
		test \$code = 4
	" size=2m &&
	test_grep "open for reading only" err
'

test_done
