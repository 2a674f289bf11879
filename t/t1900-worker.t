#!/bin/sh
test_description='fedtwin-worker publishes, verifies and reads versions'
. "$(dirname "$0")/harness.sh"

tools=$FT_SRCDIR/t/worker
meta=$PWD/p/.fedtwin
record='{"schema":1,"object":"demo.out","stage":"demo","user":"ann"}'
mkdir -p "$meta/o" "$meta/tmp"

ask() { # REQUEST...: the last answer goes to 'answer'
	"$PYTHON" "$tools/ask.py" "$meta" "$@" >answers
	ask_code=$?
	tail -n 1 answers >answer
	return $ask_code
}

publish() { # FILE TYPE UNIT
	ask "{\"op\":\"publish\",\"src\":\"$PWD/$1\",\"type\":\"$2\",
		\"unit\":$(test -n "$3" && echo "\"$3\"" || echo null),
		\"record\":$record}"
}

path_of() { # ANSWER
	test_json '"'"$meta"'/o/%s/%s.h5" % (d["version"][:2], d["version"])' \
		"$1"
}

op() { # OP FILE [MEMBERS]
	ask "{\"op\":\"$1\",\"path\":\"$2\"${3:+,$3}}"
}

"$PYTHON" "$tools/make.py" files || exit 1

test_expect_success 'hello names protocol and library' '
	ask "{\"op\":\"hello\"}" &&
	test 1 = "$(test_json "d[\"protocol\"]" answer)" &&
	test_json "d[\"hdf5\"]" answer | grep "^1\.1[0-9]\."
'

while IFS='|' read -r name type unit message
do
	test_expect_success "good $type: $name" '
		publish "files/$name.h5" "$type" "$unit" &&
		path=$(path_of answer) &&
		test -f "$path" &&
		test 440 = "$(stat -c %a "$path")" &&
		test "$(sha256sum <"$path" | cut -d" " -f1)" = \
			"$(test_json "d[\"file\"]" answer)" &&
		test "$(stat -c %s "$path")" = "$(test_json "d[\"size\"]" answer)" &&
		want=$(test_json "d[\"content\"]" answer) &&
		"$PYTHON" "$tools/content.py" "$path" >content &&
		test_grep "^$want " content &&
		op verify "$path" "\"deep\":true" &&
		test "$want" = "$(test_json "d[\"content\"]" answer)" &&
		test -z "$(ls "$meta/tmp")"
	'
done <files/good

while IFS='|' read -r name type unit message
do
	test_expect_success "refused as $type: $name" '
		find "$meta" | sort >before &&
		test_expect_code 1 publish "files/$name.h5" "$type" "$unit" &&
		test_json "d[\"message\"]" answer >text &&
		test_grep -e "$message" text &&
		test FT_EFORMAT = "$(test_json "d[\"code\"]" answer)" &&
		find "$meta" | sort >after &&
		test_cmp before after
	'
done <files/bad

test_expect_success 'content does not depend on format, chunks and packing' '
	publish files/field.h5 field K &&
	test_json "d[\"content\"]" answer >one &&
	test_json "d[\"version\"]" answer >>one &&
	publish files/chunked_and_packed.h5 field K &&
	test_json "d[\"content\"]" answer >two &&
	test_json "d[\"version\"]" answer >>two &&
	publish files/oldest.h5 field K &&
	test_json "d[\"content\"]" answer >three &&
	test_json "d[\"version\"]" answer >>three &&
	test_cmp one two &&
	test_cmp one three
'

test_expect_success 'the same bytes give the same file, whenever' '
	publish files/field.h5 field K &&
	cp "$(path_of answer)" first.h5 &&
	rm -f "$(path_of answer)" &&
	test_wait_for 3 eval "test \$(date +%s) -gt $(stat -c %Y first.h5)" &&
	publish files/field.h5 field K &&
	cmp first.h5 "$(path_of answer)"
'

test_expect_success 'a version that exists is checked before it is taken' '
	publish files/field.h5 field K &&
	path=$(path_of answer) &&
	chmod u+w "$path" &&
	"$PYTHON" -c "
import h5py
with h5py.File(\"$path\", \"r+\") as f:
    f[\"VTKHDF/Points\"][2, 1] = 7" &&
	test_expect_code 1 publish files/field.h5 field K &&
	test_json "d[\"message\"]" answer >text &&
	test_grep "exists already, but" text &&
	rm "$path"
'

test_expect_success 'record: the lineage, with what publishing added' '
	publish files/field.h5 field K &&
	path=$(path_of answer) &&
	test_json "d[\"content\"]" answer >want &&
	op record "$path" &&
	test_json "d[\"record\"][\"content\"]" answer >got &&
	test_cmp want got &&
	echo "field K demo.out ann" >want &&
	test_json "\" \".join(d[\"record\"][k] for k in
		(\"type\", \"unit\", \"object\", \"user\"))" answer >got &&
	test_cmp want got
'

test_expect_success 'describe: points, cells, groups, range' '
	op describe "$path" &&
	echo "[4, 3, 300, 303, 2]" >want &&
	test_json "[d[\"summary\"][\"points\"], d[\"summary\"][\"cells\"],
		int(d[\"summary\"][\"min\"]), int(d[\"summary\"][\"max\"]),
		len(d[\"summary\"][\"groups\"])]" answer >got &&
	test_cmp want got
'

test_expect_success 'describe: columns, rows' '
	publish files/table.h5 table "" &&
	op describe "$(path_of answer)" &&
	echo "3 [\"s\", \"1\", null] [0.0, 0.5]" >want &&
	echo "$(test_json "d[\"summary\"][\"rows\"]" answer)" \
		"$(test_json "[c.get(\"units\")
			for c in d[\"summary\"][\"columns\"]]" answer)" \
		"$(test_json "[float(d[\"summary\"][\"columns\"][0][k])
			for k in (\"min\", \"max\")]" answer)" >got &&
	test_cmp want got
'

test_expect_success 'a file comes back byte for byte, under its name' '
	head -c 3000001 /dev/urandom >plot.png &&
	ask "{\"op\":\"publish\",\"src\":\"$PWD/plot.png\",\"type\":\"file\",
		\"media_type\":\"image/png\",\"record\":$record}" &&
	path=$(path_of answer) &&
	echo "plot.png image/png" >want &&
	test_json "\" \".join(d[\"summary\"][k]
		for k in (\"name\", \"media_type\"))" answer >got &&
	test_cmp want got &&
	op extract "$path" "\"dest\":\"$PWD/back.png\"" &&
	test 3000001 = "$(test_json "d[\"size\"]" answer)" &&
	cmp plot.png back.png
'

test_expect_success 'an empty file is a file' '
	: >empty &&
	publish empty file "" &&
	op extract "$(path_of answer)" "\"dest\":\"$PWD/empty.back\"" &&
	cmp empty empty.back
'

test_expect_success 'nothing leaves a damaged version' '
	publish plot.png file "" &&
	cp "$(path_of answer)" damaged.h5 &&
	chmod u+w damaged.h5 &&
	printf x | dd of=damaged.h5 bs=1 seek=2000000 conv=notrunc &&
	rm -f back.png &&
	test_expect_code 1 op extract "$PWD/damaged.h5" \
		"\"dest\":\"$PWD/back.png\"" &&
	test ! -e back.png &&
	test -z "$(ls ./*.part 2>/dev/null)"
'

test_expect_success 'adopt: an orphan gets its name' '
	publish files/field.h5 field K &&
	path=$(path_of answer) &&
	mv "$path" orphan.h5 &&
	chmod 600 orphan.h5 &&
	op adopt "$PWD/orphan.h5" &&
	cmp orphan.h5 "$path" &&
	test 440 = "$(stat -c %a "$path")" &&
	op adopt "$path" &&
	test_json "d[\"record\"][\"object\"]" answer | grep "^demo.out$"
'

test_expect_success 'adopt: not a version, nothing happens' '
	find "$meta" | sort >before &&
	test_expect_code 1 op adopt "$PWD/files/field.h5" &&
	test_json "d[\"message\"]" answer | grep "not a version file" &&
	find "$meta" | sort >after &&
	test_cmp before after
'

test_expect_success 'verify: a changed record, id or content is found' '
	"$PYTHON" - "$path" <<-\EOT &&
	import h5py, os, shutil, sys
	for name in ("record", "version_id", "content"):
	    copy = name + ".h5"
	    shutil.copy(sys.argv[1], copy)
	    os.chmod(copy, 0o600)
	    with h5py.File(copy, "r+") as f:
	        a = f["fedtwin"].attrs
	        value = a[name].replace(b"a", b"b")
	        assert value != a[name]
	        a.modify(name, value)
	shutil.copy(sys.argv[1], "value.h5")
	os.chmod("value.h5", 0o600)
	with h5py.File("value.h5", "r+") as f:
	    f["VTKHDF/PointData/temperature"][2] = 300.5
	EOT
	for name in record version_id content value
	do
		test_expect_code 1 op verify "$PWD/$name.h5" "\"deep\":true" &&
		test FT_EFORMAT = "$(test_json "d[\"code\"]" answer)" ||
		return 1
	done
'

test_expect_success 'verify: a newer format says so' '
	cp "$path" newer.h5 && chmod 600 newer.h5 &&
	"$PYTHON" -c "
import h5py
with h5py.File(\"newer.h5\", \"r+\") as f:
    f[\"fedtwin\"].attrs.modify(\"format_version\", [2, 0])" &&
	test_expect_code 1 op verify "$PWD/newer.h5" &&
	test FT_EVERSION = "$(test_json "d[\"code\"]" answer)"
'

test_expect_success 'missing, unreadable kinds of files' '
	test_expect_code 1 op verify "$PWD/none.h5" &&
	test FT_ENOENT = "$(test_json "d[\"code\"]" answer)" &&
	test_expect_code 1 publish files file "" &&
	test_json "d[\"message\"]" answer | grep "not a regular file" &&
	mkfifo pipe &&
	test_expect_code 1 publish pipe file "" &&
	test_json "d[\"message\"]" answer | grep "not a regular file"
'

test_expect_success 'bad requests are answered, the worker goes on' '
	cat >requests <<-\EOT &&
	no json
	[]
	{"op":"hello"}
	{"id":4}
	{"id":5,"op":"nonsense"}
	{"id":6,"op":"verify"}
	{"id":7,"op":"publish","src":"/x","type":"cake","record":{}}
	{"id":8,"op":"publish","src":"/x","type":"file","record":{}}
	{"id":9,"op":"publish","src":"/x","type":"file","record":{"schema":1}}
	{"id":10,"op":"publish","src":"/x","type":"file","file_name":"../x",
	{"id":11,"op":"publish","src":"/x","type":"file","file_name":"../x","record":{"schema":1,"object":"a.b"}}
	{"id":12,"op":"publish","src":"/x","type":"file","record":{"schema":1,"object":"a.b","type":"mesh"}}
	{"id":13,"op":"publish","src":"/x","type":"file","record":{"schema":1,"object":"a.b","content":"x"}}
	{"id":14,"op":"extract","path":"/x"}
	{"id":15,"op":"hello"}
	EOT
	fedtwin-worker "$meta" <requests >answers &&
	test_line_count = 15 answers &&
	test "$(grep -c "\"ok\":false" answers)" = 14 &&
	tail -n 1 answers | grep "\"id\":15,\"ok\":true"
'

test_expect_success 'the worker has no network, no children, no programs' '
	mkfifo in out &&
	{ fedtwin-worker "$meta" <in >out & } &&
	pid=$! &&
	exec 3>in 4<out &&
	echo "{\"id\":1,\"op\":\"hello\"}" >&3 &&
	read -r line <&4 &&
	{ test "$FT_SANITIZERS" = yes ||
		test_grep "^Seccomp:.*2" "/proc/$pid/status"; } &&
	exec 3>&- 4<&- &&
	wait $pid
'

test_expect_success 'usage' '
	test_expect_code 2 fedtwin-worker 2>err &&
	test_grep "^usage: fedtwin-worker" err &&
	test_expect_code 2 fedtwin-worker relative 2>err
'

test_done
