#!/bin/sh
test_description='fedtwin-worker reads and writes tables as text'
. "$(dirname "$0")/harness.sh"

tools=$FT_SRCDIR/t/worker
meta=$PWD/p/.fedtwin
mkdir -p "$meta/o" "$meta/tmp"

publish() { # FILE
	"$PYTHON" "$tools/ask.py" "$meta" "{\"op\":\"publish\",
		\"src\":\"$PWD/$1\",\"type\":\"table\",
		\"record\":{\"schema\":1,\"object\":\"t.t\"}}" >answer
}

back() { # DEST, of the version in 'answer'
	path=$(test_json '"'"$meta"'/o/%s/%s.h5" % (d["version"][:2],
		d["version"])' answer) &&
	"$PYTHON" "$tools/ask.py" "$meta" "{\"op\":\"csv\",\"path\":\"$path\",
		\"dest\":\"$PWD/$1\"}" >answer
}

round_trip() { # TITLE, text on stdin
	cat >in.csv
	test_expect_success "there and back: $1" '
		publish in.csv &&
		back out.csv &&
		test_cmp in.csv out.csv
	'
}

round_trip 'numbers, integers, texts, missing values' <<\EOT
case,power [W],n [1],temperature [degC]
a,45,1,-0.1
b,,2,1e-9
"c, with comma",95.5,3,1.2345678901234567
"d ""quoted""",inf,9007199254740993,3e+300
EOT

round_trip 'texts that look like numbers' <<\EOT
site,n [1]
"001",1
"1e5",2
"nan",3
EOT

round_trip 'no rows' <<\EOT
a [K],b
EOT

round_trip 'one column with gaps' <<\EOT
a [K]
1

3
EOT

round_trip 'UTF-8, spaces kept in texts, units with commas' <<\EOT
Größe,"u [m, s]",µ [W/m2]
"  ü ",1,2
ß,3,4.5
EOT

test_expect_success 'there and back: a name that begins as a byte order mark' '
	printf "\"\357\273\277a\",b\nx,y\n" >in.csv &&
	publish in.csv &&
	back out.csv &&
	test_cmp in.csv out.csv
'

# TITLE, place and pattern of the message; the text on stdin
refused() {
	cat >in.csv
	place=$2 message=$3
	test_expect_success "refused: $1" '
		test_expect_code 1 publish in.csv &&
		test_json "d[\"message\"]" answer >text &&
		test_grep "in.csv$place.*$message" text &&
		test -z "$(find "$meta" -type f)"
	'
}

chmod -R u+w "$meta" && rm -rf "$meta" && mkdir -p "$meta/o" "$meta/tmp"

refused 'a bad number' :3:3 "'4x' in column 'b' is not a number" <<\EOT
a [K],b [K]
1,2
3,4x
EOT
refused 'a hexadecimal number' :2:1 "'0x10' in column 'a'" <<\EOT
a [K]
0x10
EOT
refused 'a number that is too large' :2:1 "'1e999' in column 'a'" <<\EOT
a [K]
1e999
EOT
refused 'numbers without a unit' :1 "holds numbers but has no unit" <<\EOT
power,t [K]
1,2
EOT
refused 'an empty unit' :1:1 "the unit of column 'a' is empty" <<\EOT
a []
1
EOT
refused 'a unit of blanks' :1:1 "the unit of column 'a' is empty" <<\EOT
a [ ]
1
EOT
refused 'a unit of two lines' :1:1 "the unit of column 'a' is not" <<\EOT
"a [m
s]"
1
EOT
refused 'too many fields' :2:5 "more fields than the header (2)" <<\EOT
a [K],b [K]
1,2,3
EOT
refused 'too few fields' :3:1 "has 1 fields, the header 2" <<\EOT
a [K],b [K]
1,2
3
EOT
refused 'a column twice' :1:7 "column 'a' is there twice" <<\EOT
a [K],a
1,x
EOT
refused 'a column without name' :1:7 "cannot be the name" <<\EOT
a [K],
1,2
EOT
refused 'a path as name' :1:1 "cannot be the name" <<\EOT
a/b [K]
1
EOT
refused 'row' :1:1 "'row' is the name of the row numbers" <<\EOT
row [1]
1
EOT
refused 'a quote that does not end' :2:1 'does not end' <<\EOT
a
"x
EOT
refused 'something behind a quote' :2:1 'follows the closing quote' <<\EOT
a
"x"y
EOT
refused 'a quote inside a field' :2:1 'a quote inside' <<\EOT
a
x"y
EOT

printf 'a\nx\001y\n' >bytes
refused 'a control character' :2:1 'not printable' <bytes
printf 'a\nx\377y\n' >bytes
refused 'not UTF-8' :2:1 'not printable' <bytes
printf 'a\nx\0y\n' >bytes
refused 'a zero byte' :2:1 'a zero byte' <bytes
printf '' >bytes
refused 'nothing' "' is empty" '' <bytes 2>/dev/null

head -c 4096 /dev/zero | tr '\0' x >long
{ echo a; cat long; echo; } >in.csv
test_expect_success 'a field at the limit' '
	publish in.csv
'
chmod -R u+w "$meta" && rm -rf "$meta" && mkdir -p "$meta/o" "$meta/tmp"
{ echo a; cat long; echo x; } >bytes
refused 'a field one past the limit' :2:1 'longer than 4096 bytes' <bytes

seq -s, -f 'c%g [1]' 1024 >in.csv
test_expect_success '1024 columns' '
	publish in.csv
'
chmod -R u+w "$meta" && rm -rf "$meta" && mkdir -p "$meta/o" "$meta/tmp"
seq -s, -f 'c%g [1]' 1025 >bytes
refused '1025 columns' : 'more than 1024 columns' <bytes

test_expect_success 'CR LF, a byte order mark and no end of line' '
	printf "\357\273\277a [K],b\r\n1,x\r\n2,y" >in.csv &&
	publish in.csv &&
	back out.csv &&
	printf "a [K],b\n1,x\n2,y\n" >want &&
	test_cmp want out.csv
'

test_expect_success 'more rows than are held at once' '
	awk "BEGIN { print \"i [1],x [m],t\";
		for (i = 0; i < 300000; i++) print i \",\" i \".5,row\" i }" \
		>in.csv &&
	publish in.csv &&
	back out.csv &&
	test 300000 = "$(test_json "d[\"rows\"]" answer)" &&
	cmp in.csv out.csv
'

test_expect_success 'h5py sees types, units and the dimension scale' '
	printf "a [K],n [1],t\n1.5,1,x\n,2,yy\n" >in.csv &&
	publish in.csv &&
	path=$(test_json "\"$meta/o/%s/%s.h5\" % (d[\"version\"][:2],
		d[\"version\"])" answer) &&
	"$PYTHON" - "$path" <<-\EOT
	import h5py, math, sys
	with h5py.File(sys.argv[1]) as f:
	    t = f["table"]
	    assert t.attrs["columns"] == b"a,n,t", t.attrs["columns"]
	    assert t["a"].dtype == "f8" and t["a"].attrs["units"] == b"K"
	    assert t["a"][0] == 1.5 and math.isnan(t["a"][1])
	    assert t["n"].dtype == "i8" and list(t["n"]) == [1, 2]
	    assert list(t["t"]) == [b"x", b"yy"]
	    assert h5py.h5ds.is_scale(t["row"].id)
	    assert t["a"].dims[0][0] == t["row"]
	EOT
'

# Numbers only: netCDF-C 4.9 crashes on fixed-length texts (objects.md).
test_expect_success 'xarray opens the table' '
	printf "a [K],n [1]\n1.5,1\n,2\n" >in.csv &&
	publish in.csv &&
	path=$(test_json "\"$meta/o/%s/%s.h5\" % (d[\"version\"][:2],
		d[\"version\"])" answer) &&
	"$PYTHON" - "$path" <<-\EOT
	import sys, xarray
	d = xarray.open_dataset(sys.argv[1], group="table")
	assert dict(d.sizes) == {"row": 2}, d.sizes
	assert float(d["a"][0]) == 1.5 and d["a"].attrs["units"] == "K"
	assert list(d["n"].values) == [1, 2]
	EOT
'

# --- rows --------------------------------------------------------------------

rows() { # [MEMBERS]: of the version in 'published'
	path=$(test_json '"'"$meta"'/o/%s/%s.h5" % (d["version"][:2],
		d["version"])' published) &&
	"$PYTHON" "$tools/ask.py" "$meta" \
		"{\"op\":\"rows\",\"path\":\"$path\"${1:+,$1}}" >answer
}

while IFS='|' read -r members from values
do
	test_expect_success "rows: ${members:-all}" '
		printf "%s\n" "name,t [degC],n [1]" "a,0.1,1" "\"\",-3,2" \
			"\"x,\"\"y\",1e300,9007199254740993" >in.csv &&
		publish in.csv &&
		cp answer published &&
		rows "$members" &&
		echo "3 $from $values" >want &&
		test_json "\"%d %d %s\" % (d[\"rows\"], d[\"from\"],
			[c[\"values\"] for c in d[\"columns\"]])" answer >got &&
		test_cmp want got
	'
done <<\EOT
|0|[['a', '', 'x,"y'], [0.1, -3, 1e+300], [1, 2, 9007199254740993]]
"max":3|0|[['a', '', 'x,"y'], [0.1, -3, 1e+300], [1, 2, 9007199254740993]]
"from":-1|2|[['x,"y'], [1e+300], [9007199254740993]]
"from":-1,"max":1|2|[['x,"y'], [1e+300], [9007199254740993]]
"from":-9|0|[['a', '', 'x,"y'], [0.1, -3, 1e+300], [1, 2, 9007199254740993]]
"from":-9223372036854775808|0|[['a', '', 'x,"y'], [0.1, -3, 1e+300], [1, 2, 9007199254740993]]
"from":1,"max":2|1|[['', 'x,"y'], [-3, 1e+300], [2, 9007199254740993]]
"from":3,"max":0|3|[[], [], []]
"from":9223372036854775807|3|[[], [], []]
EOT

test_expect_success 'rows: names, units and kinds' '
	rows &&
	echo "[(\"name\", None, \"text\"), (\"t\", \"degC\", \"number\"), \
(\"n\", \"1\", \"number\")]" | tr \" "'\''" >want &&
	test_json "str([(c[\"name\"], c[\"unit\"], c[\"kind\"])
		for c in d[\"columns\"]])" answer >got &&
	test_cmp want got
'

test_expect_success 'rows: of an empty table there is no last one' '
	echo "a [K],b" >in.csv &&
	publish in.csv &&
	cp answer published &&
	rows "\"from\":-1" &&
	test "0 0 [[], []]" = "$(test_json "\"%d %d %s\" % (d[\"rows\"],
		d[\"from\"], [c[\"values\"] for c in d[\"columns\"]])" answer)"
'

while IFS='|' read -r title members text code message
do
	test_expect_success "rows refused: $title" '
		printf "$text" >in.csv &&
		publish in.csv &&
		cp answer published &&
		test_expect_code 1 rows "$members" &&
		test_json "d[\"message\"]" answer >got &&
		test_grep -e "$message" got &&
		test "$code" = "$(test_json "d[\"code\"]" answer)"
	'
done <<\EOT
a missing number||a [K],b\n1,x\n,y\n|FT_EFORMAT|column 'a' has no finite number in row 2
infinity in the last row|"from":-1|a [K]\n1\ninf\n|FT_EFORMAT|column 'a' has no finite number in row 2
one row too many|"max":1|a [K]\n1\n2\n|FT_EUSAGE|the table has 2 rows (limit: 1)
a negative limit|"max":-1|a [K]\n1\n|FT_EUSAGE|'max' is negative
EOT

test_expect_success 'rows refused: two lines in a text' '
	"$PYTHON" -c "
import h5py, numpy as np
with h5py.File(\"in.h5\", \"w\") as f:
    g = f.create_group(\"table\")
    g.attrs[\"columns\"] = np.bytes_(b\"b\")
    g[\"b\"] = np.array([b\"x\", bytes([120, 10, 121])])
    g[\"row\"] = np.arange(2, dtype=\"i8\")
    g[\"row\"].make_scale(\"row\")
    g[\"b\"].dims[0].attach_scale(g[\"row\"])" &&
	publish in.h5 &&
	cp answer published &&
	test_expect_code 1 rows &&
	test_grep "column .b. has no printable text in row 2" answer
'

test_expect_success 'rows: 8 MiB of values and not one more' '
	"$PYTHON" -c "
print(\"a [1]\")
for i in range(1 << 20): print(i % 10)" >in.csv &&
	publish in.csv &&
	cp answer published &&
	rows &&
	test 1048576 = "$(test_json "len(d[\"columns\"][0][\"values\"])" answer)" &&
	echo 1 >>in.csv &&
	publish in.csv &&
	cp answer published &&
	test_expect_code 1 rows &&
	test_grep "8388616 bytes (limit: 8388608)" answer &&
	rows "\"from\":-1" &&
	test "[1]" = "$(test_json "str(d[\"columns\"][0][\"values\"])" answer)"
'

test_expect_success 'rows: a file is no table, a damaged table gives none' '
	echo text >in &&
	"$PYTHON" "$tools/ask.py" "$meta" "{\"op\":\"publish\",
		\"src\":\"$PWD/in\",\"type\":\"file\",
		\"record\":{\"schema\":1,\"object\":\"t.f\"}}" >published &&
	test_expect_code 1 rows &&
	test_grep "is of type .file., not .table." answer &&
	printf "a [K]\n1\n2\n" >in.csv &&
	publish in.csv &&
	cp answer published &&
	rows &&
	chmod u+w "$path" &&
	"$PYTHON" -c "
import h5py
with h5py.File(\"$path\", \"r+\") as f:
    f[\"table/a\"][1] = 7" &&
	test_expect_code 1 rows "\"from\":-1" &&
	test_grep "content digest is not the recorded one" answer
'

test_done
