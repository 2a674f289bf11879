#!/bin/sh
test_description='repack --compress writes large versions anew, the same ones'
. "$(dirname "$0")/harness.sh"
# shellcheck source=t/tiny-disk.sh
. "$FT_SRCDIR/t/tiny-disk.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

squeeze="repack --compress --older-than 0s --larger-than 100KiB"
top=$PWD

# Each object with its version.
contents() {
	fedtwin data ls --json >ls.json &&
	test_json "sorted(o[\"ref\"] + \" \" + o[\"version\"] for o in \
		d[\"objects\"])" ls.json
}

sums() {
	find .fedtwin/o -name "*.h5" -exec sha256sum {} + | sort
}

bytes() {
	find .fedtwin/o -name "*.h5" -printf "%s\n" |
		awk "{ n += \$1 } END { print n }"
}

cat >make.py <<\EOT
import os
import h5py
import numpy as np


def image(path, **how):
    f = h5py.File(path, "w", **how)
    g = f.create_group("VTKHDF")
    g.attrs["Version"] = np.array([1, 0], "i8")
    g.attrs["Type"] = np.bytes_("ImageData")
    g.attrs["WholeExtent"] = np.array([0, 79, 0, 69, 0, 59], "i8")
    g.attrs["Origin"] = np.zeros(3)
    g.attrs["Spacing"] = np.ones(3)
    g.attrs["Direction"] = np.eye(3).ravel()
    g.attrs["fedtwin_field"] = np.bytes_("PointData/p")
    z, y, x = np.mgrid[0:60, 0:70, 0:80]
    d = g.create_dataset("PointData/p", data=np.round(np.sin(x / 9) + y) + z)
    d.attrs["units"] = np.bytes_("Pa")
    return f, d


f, d = image("image.h5")
d.attrs["note"] = "längere Worte"            # of variable length
d.attrs["notes"] = np.array(["a", "", "bcd"], dtype=h5py.string_dtype())
d.attrs["nothing"] = h5py.Empty("f8")
f.attrs["table"] = np.arange(24, dtype=">i2").reshape(2, 3, 4)
f["more/big"] = np.arange(700000, dtype=">f4").reshape(7, 1000, 100)
f["more/text"] = np.array([b"abcde", b"", b"xy"] * 20000, "S5")
f["more/grown"] = np.zeros((3, 5), "u1")
f["more"].create_dataset("packed", data=np.arange(99999), compression=9,
                         chunks=(777,), maxshape=(None,), fillvalue=7)
f["more"].create_dataset("wide", data=np.zeros((3, 400000)), chunks=(2, 999))
f["more/one"] = 5.0
f["more/none"] = h5py.Empty("i4")
f["more/zero"] = np.zeros((0, 3))
f.create_group("empty").attrs["x"] = 1
f.close()

f, d = image("scale.h5")                     # references between datasets
d.make_scale("p")
f["q"] = np.zeros(60)
f["q"].dims[0].attach_scale(f["VTKHDF/PointData/p"])
f.close()
f, d = image("order.h5", track_order=True)
f.close()
open("noise", "wb").write(os.urandom(300000))
open("words", "w").write("all the same\n" * 30000)
open("numbers.csv", "w").write(
    "time [s],load [kN],site\n" +
    "".join("%d,%d.5,north\n" % (i, i % 7) for i in range(40000)))
EOT

put_all() {
	fedtwin init &&
	fedtwin data put a.image "$top/image.h5" --type image --unit Pa &&
	fedtwin data put a.scale "$top/scale.h5" --type image --unit Pa &&
	fedtwin data put a.order "$top/order.h5" --type image --unit Pa &&
	fedtwin data put a.noise "$top/noise" &&
	fedtwin data put a.words "$top/words" &&
	fedtwin data put a.numbers "$top/numbers.csv"
}

test_expect_success 'versions of many kinds' '
	"$PYTHON" make.py && mkdir all && cd all && put_all &&
	fedtwin data get a.image ../before.h5 && contents >want
'

test_expect_success 'a dry run and what is too young or small change nothing' '
	sums >sums.want && cp .fedtwin/oplog/0.log log.want &&
	fedtwin $squeeze -n >out &&
	test_grep "would try to compress 6 versions" out &&
	fedtwin repack --compress >out && test_grep "compressed 0 versions" out &&
	fedtwin $squeeze --larger-than 1TiB >out &&
	test_grep "compressed 0 versions" out &&
	sums >sums.got && test_cmp sums.want sums.got &&
	test_cmp log.want .fedtwin/oplog/0.log && ! test -e .fedtwin/press
'

test_expect_success 'what gains is compressed; an open reader keeps its file' '
	old=$(bytes) &&
	path=$(find .fedtwin/o -name "*.h5" -size +5M) &&
	sha256sum <"$path" >was &&
	{ fedtwin $squeeze --json >json && sha256sum >open; } <"$path" &&
	test "$(test_json "[d[\"tried\"], d[\"compressed\"], d[\"kept\"], \
		d[\"not_as_recorded\"]]" json)" = "[6, 4, 2, 0]" &&
	test "$(test_json "int(d[\"bytes_after\"] < d[\"bytes_before\"] / 4)" \
		json)" = 1 &&
	test "$(bytes)" -lt "$old" &&
	test_cmp was open && sha256sum <"$path" >now && ! cmp was now &&
	test "$(stat -c %a "$path")" = 440 &&
	test -z "$(ls .fedtwin/tmp .fedtwin/press | grep h5)"
'

test_expect_success 'they are the same versions with the same contents' '
	contents >got && test_cmp want got &&
	fedtwin fsck --deep >out &&
	test_grep "6 versions, 0 missing, 0 damaged, 0 orphans: clean" out &&
	fedtwin data verify && fedtwin data show a.image &&
	fedtwin data get a.words words && test_cmp "$top/words" words &&
	fedtwin data get a.noise noise && test_cmp "$top/noise" noise &&
	fedtwin data get a.numbers t.csv && test_cmp "$top/numbers.csv" t.csv
'

test_expect_success 'h5py reads the same values, types and attributes' '
	fedtwin data get a.image ../after.h5 &&
	fedtwin data get a.scale ../scale.after.h5 && cd .. &&
	"$PYTHON" - <<-\EOT
	import h5py
	import numpy as np
	a, b = h5py.File("before.h5"), h5py.File("after.h5")

	def names(f):
	    found = ["/"]
	    f.visit(found.append)
	    return sorted(found)

	def same(x, y):
	    if isinstance(x, h5py.Empty):
	        return x == y
	    return x.dtype == y.dtype and np.array_equal(x, y)

	assert names(a) == names(b) and "fedtwin" in names(a)
	for name in names(a):
	    x, y = a[name], b[name]
	    assert sorted(x.attrs) == sorted(y.attrs), name
	    for key in x.attrs:
	        p, q = x.attrs.get_id(key), y.attrs.get_id(key)
	        assert p.get_type() == q.get_type() and p.shape == q.shape, key
	        assert same(np.asarray(x.attrs[key]) if p.shape else x.attrs[key],
	                    np.asarray(y.attrs[key]) if p.shape else y.attrs[key]) \
	            if not isinstance(x.attrs[key], str) \
	            else x.attrs[key] == y.attrs[key], (name, key)
	    if isinstance(x, h5py.Dataset):
	        assert x.id.get_type() == y.id.get_type(), name
	        assert x.maxshape == y.maxshape and same(x[()], y[()]), name
	d = b["VTKHDF/PointData/p"]
	assert d.chunks and d.shuffle and d.compression == "gzip" and d.fletcher32
	assert b["more/packed"].fillvalue == 7
	f = h5py.File("scale.after.h5")
	assert f["q"].dims[0][0] == f["VTKHDF/PointData/p"]
	d = f["VTKHDF/PointData/p"]
	assert h5py.h5ds.is_scale(d.id) and d.chunks
	assert np.prod(b["more/big"].chunks) * 4 <= 1 << 20
	EOT
'

test_expect_success 'VTK reads a compressed field' '
	"$PYTHON" - <<-\EOT
	import h5py
	import vtk
	from vtk.util.numpy_support import vtk_to_numpy as array
	reader = vtk.vtkHDFReader()
	reader.SetFileName("after.h5")
	reader.Update()
	p = array(reader.GetOutput().GetPointData().GetArray("p"))
	assert (p == h5py.File("before.h5")["VTKHDF/PointData/p"][()].ravel()).all()
	EOT
'

test_expect_success 'a second call tries nothing' '
	cd "$top/all" && cp .fedtwin/oplog/0.log log.want &&
	fedtwin $squeeze --json >json && test "$(test_json "d[\"tried\"]" json)" = 0 &&
	test_cmp log.want .fedtwin/oplog/0.log
'

test_expect_success 'an index made anew knows the same' '
	rm -f .fedtwin/index.sqlite* && fedtwin fsck --full >out &&
	test_grep "6 versions, 0 missing, 0 damaged" out &&
	fedtwin $squeeze --json >json && test "$(test_json "d[\"tried\"]" json)" = 0 &&
	contents >got && test_cmp want got
'

test_expect_success 'packed, evicted and restored like any other' '
	fedtwin repack --older-than 0s --small-below 1MB &&
	fedtwin fsck --deep >out && test_grep "0 missing, 0 damaged" out &&
	fedtwin data evict a.image a.words &&
	fedtwin gc --list --json >json &&
	fedtwin gc --restore "$(test_json "d[\"removals\"][0][\"id\"]" json)" &&
	fedtwin fsck --deep >out && test_grep "0 missing, 0 damaged" out &&
	fedtwin data verify
'

test_expect_success 'exported and imported' '
	fedtwin export ../all.fta && mkdir ../to && cd ../to && fedtwin init &&
	fedtwin import ../all.fta && fedtwin fsck --deep >out &&
	test_grep "6 versions, 0 missing, 0 damaged" out
'

test_expect_success 'what was destroyed comes back as another project has it' '
	cd "$top" && mkdir back && cd back && put_all &&
	fedtwin export ../raw.fta && fedtwin $squeeze &&
	fedtwin data evict a.image && fedtwin gc --purge &&
	fedtwin import ../raw.fta && fedtwin fsck --deep >out &&
	test_grep "6 versions, 0 missing, 0 damaged, 0 orphans: clean" out &&
	fedtwin data verify
'

test_expect_success 'an oplog made anew from the compressed files' '
	rm -rf .fedtwin/oplog .fedtwin/index.sqlite* &&
	fedtwin fsck --rebuild && fedtwin fsck --deep >out &&
	test_grep "6 versions, 0 missing, 0 damaged, 0 orphans: clean" out
'

test_expect_success 'a run reuses compressed results' '
	cd "$top" && mkdir reuse && cd reuse && run_sweep &&
	fedtwin repack --compress --older-than 0s --larger-than "1 byte" &&
	fedtwin run sweep.yaml >out 2>&1 && test_grep "4 cached" out &&
	fedtwin fsck --deep
'

test_expect_success 'a file that is not as recorded, or has two names, stays' '
	cd "$top" && mkdir odd && cd odd && put_all &&
	fedtwin data show a.words --json >json &&
	words=.fedtwin/o/$(test_json "d[\"versions\"][0][\"version\"][:2] + \
		\"/\" + d[\"versions\"][0][\"version\"]" json).h5 &&
	ln "$words" second && sum=$(sha256sum <second) &&
	fedtwin data show a.numbers --json >json &&
	numbers=.fedtwin/o/$(test_json "d[\"versions\"][0][\"version\"][:2] + \
		\"/\" + d[\"versions\"][0][\"version\"]" json).h5 &&
	chmod u+w "$numbers" && printf X |
		dd of="$numbers" bs=1 seek=99000 conv=notrunc 2>/dev/null &&
	bad=$(sha256sum <"$numbers") &&
	fedtwin $squeeze >out 2>err && test_grep "compressed 2 versions " out &&
	test_grep "1 file is not as recorded" err &&
	test "$(sha256sum <"$words")" = "$sum" &&
	test "$(sha256sum <"$numbers")" = "$bad"
'

# --- crashes ----------------------------------------------------------------

test_need strace
ASAN_OPTIONS=detect_leaks=0
export ASAN_OPTIONS

prepare() {
	rm -rf .fedtwin && cp -a whole .fedtwin
}

# Whole as it lies there and after any command, and the next call finishes.
check_killed() {
	fedtwin fsck --full >fsck.out && fedtwin data verify &&
		contents >got && test_cmp want got &&
		fedtwin repack --compress --older-than 0s \
			--larger-than 100KiB >/dev/null &&
		fedtwin fsck --deep >fsck.out &&
		test_grep "2 versions, 0 missing, 0 damaged, 0 orphans" fsck.out &&
		test -z "$(ls .fedtwin/press)" && test "$(bytes)" -lt 200000
}

kill_at() { # CALL
	n=1
	while test "$n" -le 60
	do
		prepare || return 1
		strace -qq -o trace -e trace="$1" -e signal=none \
			-e inject="$1:signal=KILL:when=$n" \
			fedtwin repack --compress --older-than 0s \
			--larger-than 100KiB >out 2>err
		test $? = 137 || return 0
		kills=$((kills + 1))
		check_killed || {
			echo "killed at $1 $n" >&2
			return 1
		}
		n=$((n + 1 + n / 6))
	done
}

test_expect_success 'killed between any two steps' '
	cd "$top" && mkdir killed && cd killed && fedtwin init &&
	fedtwin data put a.words "$top/words" &&
	fedtwin data put a.numbers "$top/numbers.csv" &&
	contents >want && cp -a .fedtwin whole && kills=0 &&
	for call in rename unlink mkdir fsync fdatasync pwrite64 write
	do
		kill_at $call || return 1
	done &&
	echo "$kills kills" >&2 && test $kills -ge 8
'

test_expect_success 'recorded, not replaced: one of two files is right' '
	prepare && test_expect_code 137 strace -qq -o trace -e trace=rename \
		-e signal=none -e inject=rename:signal=KILL:when=2 \
		fedtwin $squeeze >out 2>err &&
	test -n "$(ls .fedtwin/press)" && fedtwin fsck --full >out &&
	test_grep "compressed, but not replaced yet" out &&
	path=$(ls .fedtwin/press) && id=${path%-*} &&
	file=.fedtwin/o/$(echo "$id" | cut -c1-2)/$id.h5 &&
	chmod u+w "$file" &&
	printf X | dd of="$file" bs=1 seek=9000 conv=notrunc 2>/dev/null &&
	test_expect_code 4 fedtwin fsck --full >out &&
	test_grep "damaged" out && mv .fedtwin/press/* kept.h5 &&
	test_expect_code 4 fedtwin fsck >out && test_grep "damaged" out
'

test_expect_success 'the worker is killed at its work' '
	prepare && strace -f -qq -o trace -e trace=fchmod -e signal=none \
		-e inject=fchmod:signal=KILL:when=1 fedtwin $squeeze >out 2>err &&
	test_grep "compressed 0 versions" out && check_killed
'

# Without a right to mount the disk is not full, and the same must hold.
test_expect_success 'a full disk changes nothing, and then it works' '
	cd "$top" && mkdir full && cd full && cat >full.sh <<-EOT &&
	set -e
	mkdir -p disk/p
	cp noise numbers.csv words disk/p
	cd disk/p
	fedtwin init
	rm -f .fedtwin/ballast
	fedtwin data put a.words words
	fedtwin data put a.numbers numbers.csv
	find .fedtwin/o -name "*.h5" -exec sha256sum {} + | sort >../../want
	dd if=/dev/zero of=../filler bs=4k count=8192 2>/dev/null || :
	fedtwin $squeeze 2>../../refused && test -z "\$1"
	find .fedtwin/o -name "*.h5" -exec sha256sum {} + | sort >../../got
	rm ../filler
	fedtwin fsck --deep
	fedtwin $squeeze
	fedtwin fsck --deep
	EOT
	cp ../noise ../numbers.csv ../words . &&
	on_tiny_disk 8m "sh -x full.sh \$full" &&
	{ ! test -s refused || test_cmp want got; }
'

test_expect_success 'options that make no sense' '
	test_expect_code 2 fedtwin repack --compress --small-below 5KiB &&
	test_expect_code 2 fedtwin repack --larger-than 5KiB &&
	test_expect_code 2 fedtwin repack --compress --larger-than much
'

test_done
