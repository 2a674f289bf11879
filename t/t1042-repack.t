#!/bin/sh
test_description='repack puts many small results into few files'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

now="--older-than 0s"
top=$PWD

files() {
	find .fedtwin/o -name "*.h5" | wc -l
}

# The bytes of every version file, by name.
sums() {
	find .fedtwin/o .fedtwin/trash -name "*.h5" -exec sha256sum {} + |
		sed "s|.fedtwin/.*/||" | sort
}

test_expect_success 'a dry run and what is too young change nothing' '
	run_sweep && sums >sums &&
	fedtwin repack >out && test_grep "packed 0 versions" out &&
	fedtwin repack -n $now >out && test_grep "would pack 7 versions" out &&
	fedtwin repack -n $now --small-below 6KiB >out &&
	test_grep "would pack 3 versions" out &&
	test "$(files)" = 7 && ! test -e .fedtwin/pack
'

test_expect_success 'small files become one container' '
	fedtwin repack $now --json >json &&
	test "$(test_json "[d[\"packed\"], d[\"containers\"], d[\"files_removed\"]]" \
		json)" = "[7, 1, 7]" &&
	test "$(files)" = 0 &&
	pack=$(ls .fedtwin/pack/*.pack) &&
	test "$(sha256sum <"$pack" | cut -c1-64)" = "$(basename "$pack" .pack)"
'

test_expect_success 'fsck at every level knows them' '
	for level in "" --full --deep
	do
		fedtwin fsck $level >out &&
		test_grep "7 versions, 0 missing, 0 damaged, 0 orphans: clean" out ||
		return 1
	done &&
	test "$(files)" = 0 && test -z "$(ls .fedtwin/tmp)"
'

test_expect_success 'a run reuses them without making files of them' '
	fedtwin run sweep.yaml >out 2>&1 && test_grep "4 cached" out &&
	test "$(files)" = 0
'

test_expect_success 'a version that is read becomes the same file again' '
	fedtwin data get all.text got.txt && test_grep "load 1 N" got.txt &&
	test "$(files)" = 1 && sums >got && test -z "$(comm -13 sums got)" &&
	fedtwin data verify && test "$(files)" = 7 &&
	sums >got && test_cmp sums got &&
	fedtwin lineage all.text &&
	fedtwin repack $now >out && test_grep "removed 7 files" out &&
	test "$(files)" = 0
'

test_expect_success 'a task that needs one gets it' '
	echo "cat \"\$@\" >\"\$out\"; echo >>\"\$out\"" >>join.sh &&
	sed -i "s/sh, join.sh/sh, join2.sh/" sweep.yaml && cp join.sh join2.sh &&
	fedtwin run sweep.yaml >out 2>&1 && test_grep "3 cached" out &&
	fedtwin fsck --deep
'

test_expect_success 'gc takes packed versions, restore and purge work' '
	fedtwin repack $now && test "$(files)" = 1 && # alone it gains nothing
	fedtwin data show all.text~1 --json >json &&
	test_json "d[\"versions\"][0][\"version\"]" json >old &&
	fedtwin repack $now &&
	fedtwin gc --grace 0s --keep-states 1 >out &&
	test_grep "went to the trash: 1 version" out &&
	test_expect_code 4 fedtwin data show "$(cat old)" &&
	fedtwin lineage "$(cat old)" >out && test_grep "by all" out &&
	fedtwin fsck --deep &&
	fedtwin gc --list --json >json &&
	fedtwin gc --restore "$(test_json "d[\"removals\"][0][\"id\"]" json)" &&
	fedtwin data show "$(cat old)" && fedtwin fsck --deep &&
	fedtwin repack $now && fedtwin gc --grace 0s --keep-states 1 &&
	fedtwin gc --purge && fedtwin fsck --deep &&
	test_expect_code 4 fedtwin data show "$(cat old)" &&
	fedtwin lineage "$(cat old)" >out && test_grep "by all" out
'

test_expect_success 'a container of which most was removed is given up' '
	ls .fedtwin/pack >before &&
	fedtwin data evict make.t make.note && fedtwin gc --purge &&
	fedtwin repack $now >out && test_grep "gave up" out &&
	fedtwin fsck --deep &&
	test "$(ls .fedtwin/pack | comm -12 - before | wc -l)" -lt \
		"$(wc -l <before)" &&
	fedtwin data get all.text again.txt
'

test_expect_success 'an index made anew, and an oplog made anew from the files' '
	mkdir anew && cd anew && run_sweep && fedtwin repack $now &&
	fedtwin data ls --json | grep "\"version\"" | sort >want &&
	rm -f .fedtwin/index.sqlite* &&
	fedtwin fsck --deep &&
	fedtwin data ls --json | grep "\"version\"" | sort >got &&
	test_cmp want got &&
	rm -rf .fedtwin/oplog .fedtwin/index.sqlite* &&
	fedtwin fsck --rebuild &&
	fedtwin data ls --json | grep "\"version\"" | sort >got &&
	test_cmp want got && fedtwin fsck --deep >out &&
	test_grep "container that the oplog does not name" out
'

test_expect_success 'packed versions are exported' '
	cd "$top" && mkdir from && cd from && run_sweep && fedtwin repack $now &&
	fedtwin export ../all.fta && cd .. && mkdir to && cd to &&
	fedtwin init && fedtwin import ../all.fta && fedtwin fsck --deep >out &&
	test_grep "7 versions, 0 missing" out
'

test_expect_success 'they are read where the project must not be written' '
	cd "$top" && mkdir closed && cd closed && run_sweep &&
	fedtwin repack $now && fedtwin data ls >/dev/null &&
	chmod -R a+rX,a-w .fedtwin && chmod a-w . &&
	if test "$(id -u)" = 0
	then
		reader="setpriv --reuid 65534 --regid 65534 --clear-groups"
		$reader test -x "$FT_BUILDDIR/fedtwin" || reader=
	else
		reader=
	fi &&
	mkdir "$top/tmp" && chmod 1777 "$top/tmp" &&
	env HOME="$top/tmp" XDG_CACHE_HOME="$top/tmp" TMPDIR="$top/tmp" \
		$reader fedtwin data get all.text "$top/tmp/got" &&
	test_grep "load 1 N" "$top/tmp/got" && ! ls -d "$top"/tmp/fedtwin-?????? &&
	chmod -R u+w .
'

test_expect_success 'a damaged container is found and never believed' '
	cd "$top" && mkdir damaged && cd damaged && run_sweep &&
	fedtwin repack $now &&
	pack=$(ls .fedtwin/pack/*.pack) && cp "$pack" good &&
	chmod u+w "$pack" &&
	printf X | dd of="$pack" bs=1 seek=600 conv=notrunc 2>/dev/null &&
	fedtwin fsck &&
	test_expect_code 4 fedtwin fsck --full >out &&
	test_grep "another digest" out &&
	test_expect_code 4 fedtwin data verify 2>err &&
	test_grep "is damaged: a member has another digest" err &&
	head -c 5000 good >"$pack" &&
	test_expect_code 4 fedtwin fsck >out && test_grep "is short" out &&
	rm -f "$pack" &&
	test_expect_code 4 fedtwin fsck >out &&
	fedtwin run sweep.yaml >out 2>&1 && test_grep "4 succeeded" out
'

test_expect_success 'beside a run files stay' '
	cd "$top" && mkdir beside && cd beside && run_sweep &&
	cat >slow.yaml <<-EOT &&
	fedtwin: 1
	workflow: slow
	stages:
	  slow:
	    shell: "touch $PWD/begun; until test -e $PWD/go; do sleep 0.02; done; echo s >s"
	    out: {s: {type: file, path: s}}
	EOT
	fedtwin run -d slow.yaml >id && test_wait_for 20 test -e begun &&
	before=$(files) && test "$before" -ge 7 &&
	fedtwin repack $now >out && test_grep "a run is under way" out &&
	test "$(files)" -ge "$before" &&
	touch go && fedtwin wait "$(cat id)" &&
	fedtwin repack $now >out && test "$(files)" -le 1 && fedtwin fsck --deep
'

test_expect_success 'options that make no sense' '
	test_expect_code 2 fedtwin repack --small-below 5 &&
	test_expect_code 2 fedtwin repack --small-below 1GiB &&
	test_expect_code 2 fedtwin repack --older-than soon &&
	test_expect_code 2 fedtwin repack all
'

test_done
