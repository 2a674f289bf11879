#!/bin/sh
test_description='fedtwin import: an archive into a project'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

test_need zstd

# What must be equal in two projects: objects, digests and history.
contents() { # PROJECT
	fedtwin -C "$1" log --json | sed "/\"branch\"/d" &&
	fedtwin -C "$1" data ls --json &&
	(cd "$1/.fedtwin/o" && find . -type f -exec sha256sum {} +) | sort
}

test_expect_success 'export, delete, import: everything is equal' '
	mkdir one && (cd one && run_sweep && fedtwin run -p size="3 mm" sweep.yaml &&
		printf "depth [m]\n1.5\n" >depth.csv &&
		fedtwin data put survey.depth depth.csv) &&
	contents one >want && fedtwin -C one export ../a.fta &&
	mv one gone && fedtwin import a.fta --into one >out &&
	test_grep "from project .one., exported by" out &&
	test_grep "15 versions .* verified, 15 new" out &&
	contents one >got && test_cmp want got &&
	fedtwin -C one fsck --deep >out && test_grep ": clean" out
'

test_expect_success 'the results are used, not computed again' '
	cp gone/sweep.yaml gone/join.sh one &&
	fedtwin -C one run -p size="3 mm" sweep.yaml >out 2>&1 &&
	fedtwin -C one status last --json >json &&
	test 4 = "$(grep -c "\"state\":\"cached\"" json)"
'

test_expect_success 'show and lineage say where a version is from' '
	fedtwin -C one data show all.text >out &&
	test_grep "from  *project .one., exported by" out &&
	fedtwin -C one data show all.text --json >json &&
	test one = "$(test_json "d[\"versions\"][0][\"foreign\"][\"project\"]" json)" &&
	fedtwin -C one lineage all.text >out &&
	test_grep "imported from project .one." out &&
	fedtwin -C gone data show all.text --json >json &&
	test_grep "\"foreign\": *null" json
'

test_expect_success 'the same archive again changes nothing' '
	fedtwin import a.fta --into two &&
	sha256sum two/.fedtwin/oplog/0.log >want &&
	fedtwin -C two import ../a.fta >out && test_grep " 0 new" out &&
	test_grep "branch .main. is here already" out &&
	sha256sum two/.fedtwin/oplog/0.log >got && test_cmp want got
'

test_expect_success 'no branch moves: a name that is taken gets another' '
	mkdir three && (cd three && fedtwin init && echo 1 >a.txt &&
		fedtwin data put mine.a a.txt) &&
	fedtwin -C three data ls >want &&
	fedtwin -C three import ../a.fta >out &&
	test_grep "branch .main. is called .main-imported." out &&
	fedtwin -C three data ls >got && test_cmp want got &&
	fedtwin -C three data get main-imported:all.text - >got &&
	fedtwin -C gone data get all.text - >want && test_cmp want got &&
	fedtwin -C three import ../a.fta >out &&
	test_grep "branch .main-imported. is here already" out &&
	fedtwin -C gone export ../n.fta --no-history &&
	fedtwin -C three import ../n.fta >out &&
	test_grep "is called .main-imported-2." out && test_grep " 0 new" out
'

test_expect_success '--as names the branch, and never replaces one' '
	fedtwin -C three import ../a.fta --as colleague >out &&
	test_grep "branch .main. is called .colleague." out &&
	fedtwin -C three data show colleague:all.text &&
	test_expect_code 4 fedtwin -C three import ../a.fta --as main 2>err &&
	test_grep "there is a branch .main. already" err &&
	test_expect_code 2 fedtwin -C three import ../a.fta --as ../x 2>err &&
	test_grep "not a name" err
'

test_expect_success '-n verifies and lists, and changes nothing' '
	mkdir four && fedtwin -C four init &&
	find four ! -name "index*" ! -name LOCK | sort >want && sha256sum four/.fedtwin/oplog/0.log >>want &&
	fedtwin -C four import -n ../a.fta >out &&
	test_grep "^[0-9a-f]*  make.t{load=2 N}  table" out &&
	test_grep "15 versions .* verified, 15 would be new" out &&
	test_grep "branch .main. would be new" out &&
	fedtwin -C four import -n --json ../a.fta >json &&
	test 15 = "$(test_json "len(d[\"versions\"])" json)" &&
	test_grep "\"imported\": *false" json &&
	find four ! -name "index*" ! -name LOCK | sort >got &&
	sha256sum four/.fedtwin/oplog/0.log >>got &&
	test_cmp want got &&
	fedtwin import -n a.fta --into five && test ! -e five
'

test_expect_success 'branches, what was undone, tags, the current branch' '
	mkdir hist && (cd hist && run_sweep && fedtwin tag first &&
		fedtwin branch trial && fedtwin switch trial &&
		fedtwin run -p size="3 mm" sweep.yaml &&
		fedtwin run -p size="4 mm" sweep.yaml && fedtwin undo &&
		fedtwin export ../h.fta) >out &&
	test_grep "of 2 branches with 3 states" out &&
	fedtwin import h.fta --into hist2 &&
	fedtwin -C hist branch --json >want && fedtwin -C hist2 branch --json >got &&
	test_cmp want got &&
	fedtwin -C hist tag --json >want && fedtwin -C hist2 tag --json >got &&
	test_cmp want got &&
	contents hist >want && contents hist2 >got && test_cmp want got &&
	fedtwin -C hist2 redo && fedtwin -C hist2 data get all.text - >got &&
	test_grep "size 4 mm" got &&
	fedtwin -C hist export ../t.fta -b trial >out &&
	test_grep "of 1 branch with 3 states" out &&
	fedtwin -C hist export ../t.fta -f -b main >out &&
	test_grep "of 1 branch with 1 state," out &&
	fedtwin import t.fta --into hist3 && fedtwin -C hist3 tag >out &&
	test_grep first out
'

test_expect_success 'a tag or branch that is taken gets another name' '
	mkdir hist4 && (cd hist4 && run_sweep && fedtwin tag first &&
		fedtwin branch trial) &&
	fedtwin -C hist4 import ../h.fta >out &&
	test_grep "branch .main. is called .main-imported." out &&
	test_grep "branch .trial. is called .trial-imported." out &&
	test_grep "tag .first. is called .first-imported." out &&
	test_expect_code 2 fedtwin -C hist4 import ../h.fta --as x 2>err &&
	test_grep "has 2 branches" err
'

test_expect_success 'from standard input, as in a pipe between two hosts' '
	(fedtwin -C gone export - | fedtwin import - --into six) 2>err >out &&
	contents six >got && contents gone >want && test_cmp want got
'

test_expect_success 'objects alone become those of a branch' '
	fedtwin -C gone export ../o.fta all.text "make.t{load=2 N}" &&
	fedtwin import o.fta --into seven &&
	fedtwin -C seven data ls >out && test_line_count = 3 out &&
	fedtwin -C seven data get all.text - >got &&
	fedtwin -C gone data get all.text - >want && test_cmp want got
'

test_expect_success 'what stayed behind is named, and no damage' '
	fedtwin -C seven fsck --deep >out &&
	test_grep "info: .*made from version .* not in the store" out &&
	test_grep ": clean" out &&
	fedtwin -C seven lineage all.text >out &&
	test_grep "not in this project" out &&
	fedtwin -C gone export ../c.fta all.text --closure &&
	fedtwin -C seven import ../c.fta >out && test_grep "main-imported" out &&
	fedtwin -C seven fsck --deep >out && test_grep ! "info" out
'

test_expect_success 'exported again, a version keeps where it is from' '
	mv seven away && fedtwin -C away export ../again.fta all.text &&
	fedtwin import again.fta --into eight &&
	fedtwin -C eight data show all.text >out &&
	test_grep "from  *project .gone." out
'

test_expect_success 'a version file that was lost comes back' '
	file=$(fedtwin -C two data show all.text | sed -n "s/^  file *//p") &&
	cp "$file" want && rm -f "$file" &&
	test_expect_code 4 fedtwin -C two fsck &&
	fedtwin -C two import ../a.fta && cmp want "$file" &&
	fedtwin -C two fsck --deep
'

test_expect_success 'versions that gc removed come back with an archive' '
	mkdir gone2 && cp -r gone/.fedtwin gone2/ && cd gone2 &&
	id=$(fedtwin data show all.text~1 |
		sed -n "s/^  version *//p") &&
	fedtwin data evict "$id" &&
	test_expect_code 4 fedtwin export ../x.fta 2>err &&
	test_grep "was removed from the store" err && cd .. &&
	fedtwin -C gone2 import ../a.fta &&
	fedtwin -C gone2 data get all.text~1 - >got &&
	fedtwin -C gone data get all.text~1 - >want && test_cmp want got &&
	fedtwin -C gone2 fsck --deep >out && test_grep ": clean" out &&
	fedtwin -C gone2 export ../x.fta
'

test_expect_success 'packed versions are here already' '
	mkdir packed && cp -r gone/.fedtwin packed/ &&
	fedtwin -C packed repack --older-than 0s &&
	fedtwin -C packed import ../a.fta >out && test_grep " 0 new" out &&
	find packed/.fedtwin/o -name "*.h5" >left && test_must_be_empty left &&
	fedtwin -C packed export ../p.fta &&
	fedtwin import p.fta --into unpacked &&
	contents unpacked >got && contents gone >want && test_cmp want got
'

test_expect_success 'an orphan of an import that was killed is taken' '
	mkdir nine && fedtwin -C nine init &&
	cp -r gone/.fedtwin/o/. nine/.fedtwin/o/ &&
	fedtwin -C nine import ../a.fta >out && test_grep "15 new" out &&
	fedtwin -C nine fsck --deep >out && test_grep " 0 orphans: clean" out
'

test_expect_success 'manifests come along, so that it can be run again' '
	mkdir origin && (cd origin && fedtwin init && mkdir modules &&
		cat >modules/my.tool.yaml <<-\EOF &&
		fedtwin-module: 1
		module: my.tool
		version: "1"
		run: [sh, -c, "echo tool >out.txt"]
		out: {text: {type: file, path: out.txt}}
		EOF
		cat >tool.yaml <<-\EOF &&
		fedtwin: 1
		workflow: tool
		stages: {t: {module: my.tool}}
		EOF
		fedtwin run tool.yaml && fedtwin workflow --json >../want &&
		fedtwin export --no-history ../flat.fta &&
		fedtwin export ../tool.fta) &&
	fedtwin import tool.fta --into whole && fedtwin import flat.fta --into flat &&
	for dir in whole flat
	do
		(cd $dir && fedtwin workflow --json >../have &&
			grep -v \"state\": ../want >../w && grep -v \"state\": ../have >../h &&
			cmp ../w ../h && fedtwin run >out && test_grep "1 cached" out) || return 1
	done
'

test_expect_success 'a state in several records' '
	"$PYTHON" "$FT_SRCDIR/t/archive/hostile.py" parts a.fta parts.fta &&
	fedtwin import parts.fta --into ten &&
	fedtwin -C ten data ls --json >got && fedtwin -C gone data ls --json >want &&
	test_cmp want got && fedtwin -C ten export ../parts2.fta &&
	for file in parts parts2
	do
		zstd -dcq $file.fta | tar -xOf - records.ndjson |
			grep "\"kind\":\"state" >$file || return 1
	done &&
	test_cmp parts parts2
'

test_expect_success 'what cannot be imported, and leaves no project' '
	test_expect_code 4 fedtwin import none.fta --into eleven 2>err &&
	test_grep "cannot open .none.fta." err && test ! -e eleven &&
	mkdir eleven && echo mine >eleven/mine &&
	test_expect_code 4 fedtwin import eleven/mine --into eleven 2>err &&
	test mine = "$(ls -A eleven)" &&
	test_expect_code 4 fedtwin import a.fta --into gone 2>err &&
	test_grep "is a project already\|exists already" err &&
	fedtwin -C gone data ls >out && test_grep all.text out &&
	mkdir outside && (cd outside &&
		test_expect_code 4 fedtwin import ../a.fta 2>err) &&
	test_expect_code 4 fedtwin -C two import . 2>err
'

test_done
