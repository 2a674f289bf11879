#!/usr/bin/env python3
"""The content digest of share/doc/formats/version.md, written from that page
alone: the test that the page is complete and that the worker follows it.

    content.py FILE...      one line each: digest and name
"""
import hashlib
import sys

import h5py
import numpy

TILE = 1 << 20
LIBRARY = {"CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST",
           "_Netcdf4Dimid", "_Netcdf4Coordinates", "_nc3_strict",
           "_NCProperties"}


def sha256(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


def merkle(leaves):
    """RFC 6962 section 2.1 over leaf hashes."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha256(b"\1", merkle(leaves[:k]), merkle(leaves[k:]))


def root(data):
    pieces = [data[i:i + TILE] for i in range(0, len(data), TILE)] or [b""]
    return merkle([sha256(b"\0", piece) for piece in pieces])


def type_and_bytes(array):
    """The type's name and the elements in row-major order."""
    kind, size = array.dtype.kind, array.dtype.itemsize
    if kind == "S":
        flat = [bytes(x).split(b"\0")[0].ljust(size, b"\0")
                for x in array.ravel().tolist()]
        return "S%d" % size, b"".join(flat)
    if kind not in "iuf":
        raise ValueError("type %s" % array.dtype)
    little = numpy.ascontiguousarray(array).astype(
        array.dtype.newbyteorder("<"))
    return "%s%d" % (kind, size), little.tobytes()


def fixed(array):
    """Text of variable length gets the width of its longest element."""
    texts = [x if isinstance(x, bytes) else str(x).encode()
             for x in array.ravel().tolist()]
    width = max([1] + [len(x) for x in texts])
    return numpy.array(texts, dtype="S%d" % width).reshape(array.shape)


def shape_text(shape):
    return "-" if shape is None else ",".join(str(n) for n in shape)


def read_attribute(attribute):
    """Without h5py's conversions: they strip trailing zeros."""
    if attribute.shape is None:
        kind = attribute.dtype
        return None, "%s%d" % (kind.kind, kind.itemsize), b""
    if h5py.check_string_dtype(attribute.dtype) and \
            h5py.check_string_dtype(attribute.dtype).length is None:
        array = numpy.empty(attribute.shape, dtype=object)
        attribute.read(array)
        array = fixed(array)
    else:
        dtype = attribute.dtype
        array = numpy.empty(attribute.shape, dtype=dtype)
        attribute.read(array, mtype=h5py.h5t.py_create(dtype))
    name, data = type_and_bytes(array)
    return attribute.shape, name, data


def attributes(item):
    out = b""
    names = [n if isinstance(n, bytes) else n.encode() for n in item.attrs]
    for name in sorted(names):
        if name.decode() in LIBRARY:
            continue
        attribute = item.attrs.get_id(name.decode())
        if attribute.get_space().get_simple_extent_type() == h5py.h5s.NULL:
            shape = None
            _, kind, data = None, None, b""
            dtype = attribute.dtype
            kind = "%s%d" % (dtype.kind, dtype.itemsize)
        else:
            shape, kind, data = read_attribute(attribute)
        out += name + b"\0" + kind.encode() + b"\0" + \
            shape_text(shape).encode() + b"\0" + data + b"\0"
    return out


def dataset(path, item):
    if item.shape is None:
        kind, data = "%s%d" % (item.dtype.kind, item.dtype.itemsize), b""
    else:
        kind, data = type_and_bytes(numpy.asarray(item[()], item.dtype))
    return sha256(b"\2", path, b"\0", kind.encode(), b"\0",
                  shape_text(item.shape).encode(), b"\0", root(data),
                  attributes(item))


def content(name):
    with h5py.File(name, "r") as file:
        found = {b"/": file}

        def visit(path, item):
            found[b"/" + path.encode()] = item

        file.visititems(visit)
        entries = b""
        for path in sorted(found):
            item = found[path]
            if path == b"/fedtwin" or path.startswith(b"/fedtwin/"):
                continue
            if isinstance(item, h5py.Dataset):
                entries += dataset(path, item)
            else:
                inside = attributes(item)
                if inside:
                    entries += sha256(b"\3", path, b"\0", inside)
    return "sha256:" + hashlib.sha256(b"\4" + entries).hexdigest()


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        print(content(argument), argument)
