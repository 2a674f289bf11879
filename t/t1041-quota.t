#!/bin/sh
test_description='a quota, and space that is kept for cleaning up'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"
# shellcheck source=t/tiny-disk.sh
. "$FT_SRCDIR/t/tiny-disk.sh"

test_expect_success 'usage by object, run and branch' '
	run_sweep &&
	fedtwin data usage >out &&
	test_grep "^make.note  *3 " out && test_grep "^(all)  *7 " out &&
	fedtwin data usage --by run >out && test_grep "^(all)  *7 " out &&
	fedtwin data usage --by branch >out && test_grep "^main  *7 " out &&
	fedtwin data usage --json >json &&
	test "$(test_json "sum(r[\"bytes\"] for r in d[\"rows\"]) == d[\"bytes\"]" \
		json)" = true &&
	test_expect_code 2 fedtwin data usage --by moon
'

test_expect_success 'what would go over the quota is refused, and named' '
	fedtwin data usage --json >json &&
	used=$(test_json "d[\"bytes\"]" json) &&
	echo hello >hello.txt &&
	fedtwin config set store.quota "$used byte" &&
	test_expect_code 4 fedtwin data put a.text hello.txt 2>err &&
	test_grep "over the quota" err && test_grep "make.t 2" err &&
	test_grep "data evict" err &&
	test_expect_code 4 fedtwin run -p size="3 mm" sweep.yaml 2>err &&
	test_grep "over the quota" err &&
	fedtwin fsck >out && test_grep "7 versions" out &&
	fedtwin data usage >out && test_grep "^(quota)" out
'

test_expect_success 'up to the quota everything is taken' '
	size=$(wc -c <hello.txt) &&
	fedtwin config set store.quota "$((used + size - 1)) byte" &&
	test_expect_code 4 fedtwin data put a.text hello.txt &&
	fedtwin config set store.quota "$((used + size)) byte" &&
	fedtwin data put a.text hello.txt
'

test_expect_success 'what was purged counts no more, what is in the trash does' '
	fedtwin data evict make.t &&
	test_expect_code 4 fedtwin data put b.text hello.txt &&
	fedtwin gc --purge && fedtwin data put b.text hello.txt
'

test_expect_success 'a setting that is no size' '
	test_expect_code 3 fedtwin config set store.quota 5 2>err &&
	test_grep "byte" err &&
	test_expect_code 3 fedtwin config set store.quota "5 m" &&
	fedtwin config list >out &&
	test_grep "^store.quota .*config.yaml" out &&
	test_grep "^store.ballast  *64 MiB  *default" out
'

test_expect_success 'ballast is there, as large as the setting says' '
	test -s .fedtwin/ballast &&
	fedtwin config set store.ballast "1 MiB" && fedtwin gc &&
	test "$(wc -c <.fedtwin/ballast)" -le 1048576 &&
	fedtwin config set store.ballast "0 byte" && fedtwin gc &&
	! test -e .fedtwin/ballast &&
	rm .fedtwin/config.yaml
'

# Without a right to mount the disk is not full, and the same must hold.
test_expect_success 'a full disk can be cleaned' '
	cat >full.sh <<-\EOT &&
	set -e
	mkdir -p disk/p
	cd disk/p
	fedtwin init
	test -s .fedtwin/ballast
	seq 1 400000 >numbers
	fedtwin data put a.numbers numbers
	rm numbers
	dd if=/dev/zero of=../filler bs=4k count=8192 2>/dev/null || :
	fedtwin data put a.more ../filler 2>../../refused && test -z "$1"
	fedtwin data evict a.numbers
	fedtwin gc --purge
	fedtwin fsck --full
	rm ../filler
	fedtwin gc
	test -s .fedtwin/ballast
	EOT
	on_tiny_disk 16m "sh -x full.sh \$full"
'

test_expect_success 'a full disk can be looked at' '
	mkdir full.d && cp sweep.yaml join.sh full.d/ && cat >look.sh <<-\EOT &&
	set -e
	mkdir -p disk/q
	cp full.d/* disk/q
	cd disk/q
	fedtwin init
	fedtwin run sweep.yaml
	fedtwin run -p size="3 mm" sweep.yaml
	fedtwin undo
	fedtwin data ls --at main >../../want
	dd if=/dev/zero of=../filler bs=4k count=8192 2>/dev/null || :
	fedtwin data ls >../../got
	fedtwin log --graph
	fedtwin branch
	rm ../filler
	EOT
	on_tiny_disk 16m "sh -x look.sh" && test_cmp want got
'

test_done
