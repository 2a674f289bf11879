#!/bin/sh
test_description='what is published without checksums gets them'
. "$(dirname "$0")/harness.sh"

test_need strace unshare mount

tools=$FT_SRCDIR/t/worker
meta=$PWD/p/.fedtwin
mkdir -p "$meta/o" "$meta/tmp"

publish() { # FILE: its version is left as version.h5
	"$PYTHON" "$tools/ask.py" "$meta" "{\"op\":\"publish\",
		\"src\":\"$PWD/$1\",\"type\":\"image\",\"unit\":\"Pa\",
		\"record\":{\"schema\":1,\"object\":\"a.b\"}}" >answer &&
	path=$(test_json '"'"$meta"'/o/%s/%s.h5" % (d["version"][:2],
		d["version"])' answer) &&
	rm -f version.h5 && cp "$path" version.h5
}

cat >make.py <<\EOT
import os
import sys
import h5py
import numpy as np


def image(path, **how):
    """An image of 2.7 MB, contiguous unless 'how' says otherwise."""
    f = h5py.File(path, "w", track_order=how.pop("track_order", False))
    g = f.create_group("VTKHDF")
    g.attrs["Version"] = np.array([1, 0], "i8")
    g.attrs["Type"] = np.bytes_("ImageData")
    g.attrs["WholeExtent"] = np.array([0, 79, 0, 69, 0, 59], "i8")
    g.attrs["Origin"] = np.zeros(3)
    g.attrs["Spacing"] = np.ones(3)
    g.attrs["Direction"] = np.eye(3).ravel()
    g.attrs["fedtwin_field"] = np.bytes_("PointData/p")
    z, y, x = np.mgrid[0:60, 0:70, 0:80]
    d = g.create_dataset("PointData/p", data=np.sin(x / 9) + y + z, **how)
    d.attrs["units"] = np.bytes_("Pa")
    return f, d


def make_all():
    f, d = image("many.h5")
    d.attrs["note"] = "längere Worte"
    f["more/plane"] = np.arange(24, dtype=">f4").reshape(2, 3, 4)
    f["more/wide"] = np.arange(600000.0).reshape(2, 300000)
    f["more/texts"] = np.array([b"abcde", b"", b"xy"] * 100000, "S5")
    f["more/one row"] = np.arange(3.0).reshape(1, 3)
    f["more/single"] = 5.0
    f["more/empty"] = np.zeros((0, 4))
    m = f["more"]
    m.create_dataset("null", data=h5py.Empty("f8"))
    m.create_dataset("chunks", data=np.arange(99999), chunks=(777,),
                     maxshape=(None,), fillvalue=7)
    m.create_dataset("shuffled", data=np.arange(99999), chunks=(1000,),
                     shuffle=True)
    m.create_dataset("packed", data=np.arange(99999), compression=3)
    m.create_dataset("summed", data=np.arange(9999), fletcher32=True)
    d.make_scale("space")
    f["other"] = np.ones((60, 3))
    f["other"].dims[0].attach_scale(d)
    f.close()

    f, d = image("ordered.h5", track_order=True)
    d.attrs["long_name"] = np.bytes_("not the version of another file")
    f.close()
    f, d = image("version-like.h5")
    f.create_group("fedtwin").attrs["record"] = np.bytes_("{}")
    f.close()
    f, d = image("summed.h5", fletcher32=True, chunks=(60, 70, 8))
    f.close()


def make_sized(path, size):
    """A file of 'size' bytes: what is missing lies in a dataset."""
    n = size
    for _ in range(9):
        f = h5py.File(path, "w", libver="v110")
        f["pad"] = np.arange(n, dtype="u1")
        g = f.create_group("VTKHDF")
        for name, value in (("Version", np.array([1, 0], "i8")),
                            ("Type", np.bytes_("ImageData")),
                            ("WholeExtent", np.zeros(6, "i8")),
                            ("Origin", np.zeros(3)), ("Spacing", np.ones(3)),
                            ("Direction", np.eye(3).ravel()),
                            ("fedtwin_field", np.bytes_("PointData/p"))):
            g.attrs[name] = value
        g["PointData/p"] = np.zeros((1, 1, 1))
        g["PointData/p"].attrs["units"] = np.bytes_("Pa")
        f.close()
        have = os.path.getsize(path)
        if have == size:
            return
        n += size - have
    sys.exit("no file of %d bytes" % size)


if __name__ == "__main__":
    make_all()
    make_sized("limit.h5", 1 << 20)
    make_sized("beyond.h5", (1 << 20) + 1)
EOT
"$PYTHON" make.py || exit 1

test_expect_success 'every dataset gets checksums; all else is the same' '
	publish many.h5 &&
	"$PYTHON" "$tools/content.py" many.h5 version.h5 >content &&
	test 1 = "$(cut -d" " -f1 content | uniq | wc -l)" &&
	"$PYTHON" - <<-\EOT
	import h5py
	import numpy as np
	a, b = h5py.File("many.h5"), h5py.File("version.h5")
	names = []
	a.visit(names.append)
	for name in names:
	    x, y = a[name], b[name]
	    assert set(x.attrs) == set(y.attrs), name
	    if not isinstance(x, h5py.Dataset) or x.shape is None or not x.size:
	        continue
	    assert x.dtype == y.dtype and x.maxshape == y.maxshape, name
	    assert (x[()] == y[()]).all(), name
	    layout = y.id.get_create_plist().get_layout()
	    guarded = y.fletcher32 or y.compression or layout == h5py.h5d.COMPACT
	    assert guarded, name
	    assert not x.chunks or x.chunks == y.chunks, name
	    if y.chunks:
	        assert np.prod(y.chunks) * y.dtype.itemsize <= 1 << 20, name
	more = b["more"]
	assert more["chunks"].fillvalue == 7 and more["shuffled"].shuffle
	assert more["packed"].compression_opts == 3
	assert not more["packed"].fletcher32    # deflate has a checksum
	assert b["other"].dims[0][0] == b["VTKHDF/PointData/p"]
	EOT
'

test_expect_success 'the same bytes give the same file' '
	publish many.h5 && mv version.h5 first.h5 && rm -f "$path" &&
	publish many.h5 && cmp first.h5 version.h5
'

test_expect_success 'one bit changes in any region: no reader takes it' '
	"$PYTHON" - "$tools" "$meta" <<-\EOT
	import os
	import sys
	import h5py
	sys.path.insert(0, sys.argv[1])
	from ask import Worker

	def values(path):
	    with h5py.File(path) as f:
	        return [f[n][()].tobytes() for n in names]

	names, regions = [], []
	with h5py.File("version.h5") as f:
	    f.visititems(lambda n, x: names.append(n)
	                 if isinstance(x, h5py.Dataset) and x.shape else None)
	    for name in names:
	        x = f[name].id
	        if not f[name].chunks:
	            continue
	        for i in (0, x.get_num_chunks() // 2, x.get_num_chunks() - 1):
	            chunk = x.get_chunk_info(i)
	            regions.append((name, chunk.byte_offset, chunk.size))
	assert len(regions) >= 20
	good, worker = open("version.h5", "rb").read(), Worker(sys.argv[2])
	path = os.path.abspath("rotten.h5")
	for name, offset, size in regions:
	    for at in (0, size // 2, size - 1):
	        bad = bytearray(good)
	        bad[offset + at] ^= 1 << at % 8
	        open(path, "wb").write(bad)
	        where = (name, at)
	        try:
	            values(path)
	            sys.exit("h5py took %s" % (where,))
	        except OSError:
	            pass
	        answer = worker.ask("verify", path=path, deep=True)
	        assert not answer["ok"] and name in answer["message"], answer
	worker.close()
	EOT
'

is_plain() { # FILE DATASET
	"$PYTHON" -c "import h5py, sys
d = h5py.File('$1')['$2']
sys.exit(d.chunks is not None)"
}

test_expect_success 'a file of one MiB stays as it is, one byte more does not' '
	publish limit.h5 && is_plain version.h5 pad &&
	publish beyond.h5 && ! is_plain version.h5 pad
'

test_expect_success 'what has checksums is copied as it is' '
	publish summed.h5 &&
	head -c 1000000 summed.h5 | tail -c 900000 >want &&
	head -c 1000000 version.h5 | tail -c 900000 >got &&
	cmp want got
'

test_expect_success 'a file that remembers an order keeps it' '
	publish ordered.h5 && is_plain version.h5 VTKHDF/PointData/p
'

test_expect_success 'a version is no source, with or without checksums' '
	test_expect_code 1 publish version-like.h5 &&
	test_json "d[\"message\"]" answer >text &&
	test_grep "has a group ./fedtwin., which only versions have" text
'

test_expect_success 'a source that changes meanwhile is an error' '
	cp many.h5 moving.h5 &&
	"$PYTHON" - "$tools" "$meta" "$PWD/moving.h5" <<-\EOT
	import json
	import os
	import select
	import sys
	sys.path.insert(0, sys.argv[1])
	from ask import Worker, record

	# Each read takes longer than the time between two changes.
	worker = Worker(sys.argv[2], ["strace", "-f", "-o", "trace", "-e",
	                "trace=pread64", "-e", "inject=pread64:delay_enter=9000"])
	request = {"id": 1, "op": "publish", "src": sys.argv[3], "type": "image",
	           "unit": "Pa", "record": record()}
	worker.process.stdin.write(json.dumps(request) + "\n")
	worker.process.stdin.flush()
	out, n = worker.process.stdout, 0
	while not select.select([out], [], [], 0.002)[0]:
	    n += 1
	    os.utime(sys.argv[3], (n, n))
	answer = out.readline()
	worker.close()
	assert "FT_EBUSY" in answer and "changed while" in answer, answer
	EOT
'

test_expect_success 'each call fails once, nothing is half done' '
	"$PYTHON" "$tools/faults.py" "$meta" many.h5 image Pa pwrite64 pread64 \
		ftruncate fsync >out &&
	test "$(test_json "d[\"faults\"]" out)" -gt 20
'

cat >full.sh <<\EOT
set -e
mount -t tmpfs -o size=$1,mode=700 tmpfs full
mkdir -p full/o full/tmp
"$PYTHON" "$TOOLS/ask.py" "$PWD/full" "{\"op\":\"publish\",
	\"src\":\"$PWD/many.h5\",\"type\":\"image\",\"unit\":\"Pa\",
	\"record\":{\"schema\":1,\"object\":\"a.b\"}}" || test $? = 1
test -z "$(ls full/tmp)"
EOT

test_expect_success 'a full disk: nothing wrong stays' '
	mkdir -p full && size=$(($(stat -c %s first.h5) / 4096)) &&
	{ test "$(id -u)" = 0 && how=-m || how=-rm; } &&
	for blocks in $((size / 2)) $((size + 2)) $((size + 40))
	do
		TOOLS=$tools unshare $how sh full.sh $((blocks * 4))k || return 1
	done >out &&
	test_line_count = 3 out &&
	test_grep "\"ok\": true" out &&
	test_grep FT_ENOSPC out
'

test_done
