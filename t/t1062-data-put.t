#!/bin/sh
test_description='fedtwin data put: units that were asked for, other formats'
. "$(dirname "$0")/harness.sh"

fedtwin init >/dev/null || exit 1

put() { # FILE [OPTION...]: as t.t
	fedtwin data put t.t "$@"
}
get() { # the table back as CSV
	fedtwin data get t.t - >got
}

# --- units of a CSV text -----------------------------------------------------

printf 'site,depth,n [1]\nA,1.5,1\nB,2.5,2\n' >bare.csv

test_expect_success 'a column without a unit is an error, never a guess' '
	test_expect_code 4 fedtwin data put t.t bare.csv 2>err &&
	test_grep "bare.csv:1: column .depth. holds numbers but has no unit" err
'

test_expect_success 'a unit that is asked for' '
	put bare.csv --unit depth=m && fedtwin data get t.t got.csv &&
	printf "site,depth [m],n [1]\nA,1.5,1\nB,2.5,2\n" >want &&
	test_cmp want got.csv &&
	put bare.csv -u depth=m -u "n=1" &&
	fedtwin lineage t.t --json >json && test_grep "\"units\"" json
'

test_expect_success 'units that do not fit' '
	test_expect_code 4 fedtwin data put t.x bare.csv -u deepth=m 2>err &&
	test_grep "bare.csv:1: there is no column .deepth." err &&
	test_expect_code 4 fedtwin data put t.x bare.csv -u depth=m -u n=kg 2>err &&
	test_grep "column .n. has the unit .1., not .kg." err &&
	test_expect_code 4 fedtwin data put t.x bare.csv -u site=m -u depth=m 2>err &&
	test_grep "bare.csv:2:1: .A. in column .site. is not a number" err &&
	test_expect_code 2 fedtwin data put t.x bare.csv -u depth=fathomm 2>err &&
	test_grep "not a unit" err &&
	test_expect_code 2 fedtwin data put t.x bare.csv -u depth= 2>err &&
	test_expect_code 2 fedtwin data put t.x bare.csv -u =m 2>err &&
	test_expect_code 2 fedtwin data put t.x bare.csv -u m 2>err &&
	test_grep "wants COLUMN=UNIT" err &&
	! fedtwin data show t.x
'

# --- Touchstone --------------------------------------------------------------

test_expect_success 'two ports: S21 stands before S12, units from the line' '
	cat >two.s2p <<-\EOT &&
	! made by hand
	# MHz S RI R 75
	1.5  1 2  3 4  5 6  7 8 ! S11 S21 S12 S22
	2000 -1 0 0.5 0 0 0.25 1e-3 0
	EOT
	put two.s2p && get && cat >want <<-\EOT &&
	frequency [Hz],S11_re [1],S11_im [1],S12_re [1],S12_im [1],S21_re [1],S21_im [1],S22_re [1],S22_im [1],reference [ohm]
	1500000,1,2,5,6,3,4,7,8,75
	2e+09,-1,0,0,0.25,0.5,0,0.001,0,75
	EOT
	"$PYTHON" - <<-\EOT
	want = [l.split(",") for l in open("want").read().splitlines()]
	got = [l.split(",") for l in open("got").read().splitlines()]
	assert got[0] == want[0], got[0]
	for g, w in zip(got[1:], want[1:]):
	    assert [float(x) for x in g] == [float(x) for x in w], g
	assert len(got) == len(want)
	EOT
'

test_expect_success 'magnitude and angle, decibels, the defaults' '
	printf "#\n1 2 90\n" >ma.s1p && put ma.s1p && get &&
	"$PYTHON" - <<-\EOT &&
	row = [float(x) for x in open("got").read().splitlines()[1].split(",")]
	assert row[0] == 1e9 and abs(row[1]) < 1e-15 and row[2] == 2, row
	assert row[3] == 50
	EOT
	printf "# kHz S DB R 50\n3 20 180\n" >db.S1P && put db.S1P && get &&
	"$PYTHON" - <<-\EOT
	row = [float(x) for x in open("got").read().splitlines()[1].split(",")]
	assert row[0] == 3000 and row[1] == -10 and abs(row[2]) < 1e-14, row
	EOT
'

test_expect_success 'three ports, a row of the matrix on each line' '
	cat >three.s3p <<-\EOT &&
	# Hz S RI
	10 11 0 12 0 13 0
	   21 0 22 0 23 0
	   31 0 32 0 33 0
	EOT
	put three.s3p && get && "$PYTHON" - <<-\EOT
	head, row = open("got").read().splitlines()
	row = dict(zip(head.split(","), map(float, row.split(","))))
	assert row["S23_re [1]"] == 23 and row["S32_re [1]"] == 32
	EOT
'

test_expect_success 'as any table: unit, type, lineage' '
	fedtwin data show t.t >out && test_grep "^t.t  table" out &&
	test_grep "frequency \[Hz\]" out &&
	fedtwin lineage t.t --json >json &&
	test_grep "\"format\": *\"touchstone\"" json &&
	fedtwin lineage t.t >out && test_grep "put from file three.s3p" out &&
	fedtwin data put t.f three.s3p -t file && fedtwin data get t.f back &&
	cmp three.s3p back && ls .fedtwin/tmp >left && test_must_be_empty left
'

while IFS='|' read -r name file line message text
do
	printf '%b' "$text" >"$file"
	test_expect_success "refused: $name" '
		test_expect_code 4 fedtwin data put t.x "$file" 2>err &&
		test_grep "$file:$line$message" err
	' </dev/null
done <<\EOT
no option line|a.s1p|1: |numbers before the option line|1 2 3\n
two option lines|a.s1p|2: |a second option line|# Hz S RI\n# GHz S RI\n1 2 3\n
a word that is none|a.s1p|1: |'W' in the option line|# Hz S RI W\n1 2 3\n
impedances|a.s1p|1: |Z parameters: only S parameters|# Hz Z RI\n1 2 3\n
R without a number|a.s1p|1: |R without a resistance|# Hz S RI R\n1 2 3\n
a negative resistance|a.s1p|1: |R without a resistance|# Hz S RI R -50\n1 2 3\n
Touchstone 2|a.s1p|1: |Touchstone 2 is not read|[Version] 2.0\n# Hz S RI\n1 2 3\n
a word among numbers|a.s1p|2: |'x' is not a number|# Hz S RI\n1 x 3\n
a hexadecimal number|a.s1p|2: |'0x1p3' is not a number|# Hz S RI\n1 0x1p3 3\n
not a number|a.s1p|2: |'nan' is not a number|# Hz S RI\n1 nan 3\n
a number too large|a.s1p|2: |'1e999' is not a number|# Hz S RI\n1 1e999 3\n
a decibel too large|a.s1p|2: |a number is too large|# Hz S DB\n1 9999 0\n
a frequency too large|a.s1p|2: |a frequency is too large|# GHz S RI\n1e300 1 1\n
too few numbers|a.s2p|2: |the line has too few numbers|# Hz S RI\n1 1 2 3 4 5 6\n
too many numbers|a.s1p|2: |more numbers than the ports have|# Hz S RI\n1 2 3 4\n
half a pair|a.s3p|2: |a frequency and pairs|# Hz S RI\n1 1 2 3\n
the end within a frequency|a.s3p|2: |the file ends within a frequency|# Hz S RI\n1 1 2 1 2 1 2\n
frequencies that fall|a.s1p|3: |the frequencies do not ascend|# Hz S RI\n2 1 1\n1 1 1\n
a frequency twice|a.s1p|3: |the frequencies do not ascend|# Hz S RI\n2 1 1\n2 1 1\n
a negative frequency|a.s1p|2: |the frequencies do not ascend|# Hz S RI\n-2 1 1\n
noise parameters|a.s2p|3: |noise parameters are not read|# Hz S RI\n2 1 1 1 1 1 1 1 1\n1 1 1 1 1\n
no frequencies|a.s1p| |no frequencies|# Hz S RI\n
too many ports|a.s23p| |23 ports, 1 to 22 can be read|# Hz S RI\n
EOT

test_expect_success 'its units cannot be overruled' '
	test_expect_code 2 fedtwin data put t.x two.s2p -u frequency=kHz 2>err &&
	test_grep "says the units of its columns itself" err &&
	test_expect_code 4 fedtwin data put t.x none.s2p 2>err &&
	test_grep "cannot read .none.s2p." err
'

test_done
