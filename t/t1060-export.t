#!/bin/sh
test_description='fedtwin export: branches and objects in one file'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

test_need zstd

members() { # ARCHIVE
	zstd -dcq "$1" | tar -tf -
}
read_member() { # ARCHIVE NAME
	zstd -dcq "$1" | tar -xOf - "$2"
}

test_expect_success 'all branches: manifest, lists, each version once' '
	run_sweep && fedtwin run -p size="3 mm" sweep.yaml &&
	fedtwin export a.fta >out &&
	test_grep "^14 versions (.*) of 1 branch with 2 states, .* in the" out &&
	members a.fta >names &&
	head -n 3 names >got &&
	printf "manifest.json\nversions.ndjson\nrecords.ndjson\n" >want &&
	test_cmp want got &&
	sed 1,3d names >got &&
	(cd .fedtwin && find o -name "*.h5") | LC_ALL=C sort >want &&
	test_cmp want got
'

test_expect_success 'the manifest says what is in it' '
	read_member a.fta manifest.json >manifest &&
	test 1 = "$(test_json "d[\"fedtwin_archive\"]" manifest)" &&
	test work = "$(test_json "d[\"project\"]" manifest)" &&
	test 14 = "$(test_json "d[\"versions\"][\"count\"]" manifest)" &&
	test main = "$(test_json "d[\"branches\"][0][\"name\"]" manifest)" &&
	for list in versions records
	do
		read_member a.fta $list.ndjson >$list &&
		test "$(sha256sum <$list | cut -c1-64)" = \
			"$(test_json "d[\"$list\"][\"sha256\"]" manifest)" ||
			return 1
	done
'

test_expect_success 'the records are those of the oplog, byte for byte' '
	while read -r record
	do
		grep -aqF "$record" .fedtwin/oplog/0.log || echo "$record"
	done <records >wrong &&
	test_must_be_empty wrong &&
	test_grep "\"kind\":\"workflow\"" records &&
	test_grep ! "\"kind\":\"ref\"" records
'

test_expect_success 'the same selection has the same bytes but for the time' '
	fedtwin export b.fta &&
	for file in a b
	do
		mkdir $file && zstd -dcq $file.fta | tar -xf - -C $file &&
		sed -i "s/\"exported_us\":[0-9]*//" $file/manifest.json || return 1
	done &&
	diff -r a b
'

test_expect_success 'an existing file is not replaced unless told to' '
	echo mine >mine.fta &&
	test_expect_code 4 fedtwin export mine.fta 2>err &&
	test_grep "exists already" err && test mine = "$(cat mine.fta)" &&
	fedtwin export -f mine.fta && members mine.fta
'

test_expect_success '-n writes nothing, --json counts' '
	ls >before && fedtwin export -n c.fta >out && ls >after &&
	touch after && ls >after2 && test ! -e c.fta &&
	test_grep "14 versions .* would be exported" out &&
	fedtwin export -n --json c.fta >json &&
	test 14 = "$(test_json "d[\"versions\"]" json)" &&
	test 2 = "$(test_json "d[\"states\"]" json)"
'

test_expect_success '- is standard output' '
	fedtwin export - 2>err >d.fta && members d.fta >got &&
	test_cmp names got && test_grep "14 versions" err &&
	test_expect_code 2 fedtwin export - --json >out 2>err
'

test_expect_success 'objects alone, and what they were made from' '
	fedtwin export o.fta all.text >out && test_grep "^1 version " out &&
	fedtwin export c.fta all.text --closure >out &&
	test_grep "^7 versions " out &&
	fedtwin export t.fta "make.t{load=2 N}" >out &&
	test_grep "^2 versions " out
'

test_expect_success 'a branch without its history' '
	fedtwin export n.fta --no-history >out &&
	test_grep "^7 versions (.*) of 1 branch, " out &&
	read_member n.fta records.ndjson >got &&
	test 1 = "$(grep -c "\"kind\":\"state\"" got)"
'

test_expect_success 'what is not there' '
	test_expect_code 4 fedtwin export x.fta -b nobody 2>err &&
	test_grep "no branch .nobody." err &&
	test_expect_code 4 fedtwin export x.fta all.texd 2>err &&
	test_grep "did you mean .all.text.?" err &&
	test_expect_code 2 fedtwin export x.fta -b main all.text 2>err &&
	test_expect_code 4 fedtwin export nowhere/x.fta 2>err &&
	test ! -e x.fta &&
	mkdir -p empty && (cd empty && fedtwin init &&
		test_expect_code 4 fedtwin export x.fta 2>err &&
		test_grep "nothing to export" err)
'

test_expect_success 'a damaged or missing version file leaves no archive' '
	file=$(fedtwin data show all.text | sed -n "s/^  file *//p") &&
	cp "$file" keep && chmod u+w "$file" && rm "$file" &&
	test_expect_code 4 fedtwin export x.fta 2>err &&
	test_grep "the file .$file. is gone" err && test_grep "fsck" err &&
	tr "l" "L" <keep >"$file" &&
	test_expect_code 4 fedtwin export x.fta 2>err &&
	test_grep "another digest than recorded" err &&
	head -c 100 keep >"$file" &&
	test_expect_code 4 fedtwin export x.fta 2>err &&
	test_grep "has 100 bytes, recorded are" err &&
	mv -f keep "$file" && fedtwin export x.fta &&
	! ls -d ./*.part-*
'

test_expect_success 'a full disk leaves no archive' '
	if test -w /dev/full
	then
		test_expect_code 4 fedtwin export - >/dev/full 2>err &&
		test_grep "No space left" err
	fi
'

test_done
