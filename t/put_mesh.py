"""Files of VTK for t1063-put-mesh.t, and damaged ones.

usage: put_mesh.py write                          NAME.vtu, all encodings
       put_mesh.py check LIST          of lines FILE SCALE [ARRAY] OBJECT.h5
       put_mesh.py damage DIR                     prints FILE|MESSAGE
       put_mesh.py cut DIR                        prints FILE
"""
import base64
import os
import re
import struct
import sys
import zlib

import h5py
import numpy
import vtk
from vtk.util.numpy_support import vtk_to_numpy

# VTK's cells on points; those of 'solid' touch each other nowhere.
SOLID = [
    (10, [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]),
    (12, [(2, 0, 0), (3, 0, 0), (3, 1, 0), (2, 1, 0),
          (2, 0, 1), (3, 0, 1), (3, 1, 1), (2, 1, 1)]),
    (13, [(4, 0, 0), (5, 0, 0), (4, 1, 0), (4, 0, 1), (5, 0, 1), (4, 1, 1)]),
    (14, [(6, 0, 0), (7, 0, 0), (7, 1, 0), (6, 1, 0), (6.5, .5, 1)]),
]
FLAT = [(5, [(0, 0, 2), (1, 0, 2), (0, 1, 2)]),
        (9, [(1, 0, 2), (2, 0, 2), (2, 1, 2), (1, 1, 2)])]


REAL = vtk.vtkFloatArray, vtk.vtkDoubleArray
WHOLE = {"Int8": vtk.vtkTypeInt8Array, "UInt8": vtk.vtkTypeUInt8Array,
         "Int16": vtk.vtkTypeInt16Array, "UInt16": vtk.vtkTypeUInt16Array,
         "Int32": vtk.vtkTypeInt32Array, "UInt32": vtk.vtkTypeUInt32Array,
         "Int64": vtk.vtkTypeInt64Array, "UInt64": vtk.vtkTypeUInt64Array}


def box(n):
    """n^3 hexahedra: enough for several packed blocks."""
    x = [(i, j, k) for k in range(n + 1) for j in range(n + 1)
         for i in range(n + 1)]
    at = {p: i for i, p in enumerate(x)}
    cells = [[at[i + a, j + b, k + c] for a, b, c in
              ((0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0),
               (0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1))]
             for k in range(n) for j in range(n) for i in range(n)]
    return x, [12] * len(cells), cells


def loose(parts):
    points, types, cells = [], [], []
    for kind, corners in parts:
        types.append(kind)
        cells.append(list(range(len(points), len(points) + len(corners))))
        points += corners
    return points, types, cells


def array(name, rows, columns, kind):
    a = kind()
    a.SetName(name)
    a.SetNumberOfComponents(columns)
    a.SetNumberOfTuples(rows)
    for i in range(rows):
        for k in range(columns):
            a.SetComponent(i, k, numpy.sin(i + 10 * k) if kind in REAL
                           else 7 * i + k)
    return a


def grid(points, types, cells, single=False):
    g = vtk.vtkUnstructuredGrid()
    p = vtk.vtkPoints()
    p.SetDataTypeToFloat() if single else p.SetDataTypeToDouble()
    for x in points:
        p.InsertNextPoint(x[0] / 3, x[1] / 3, x[2] / 3)
    g.SetPoints(p)
    for kind, cell in zip(types, cells):
        g.InsertNextCell(kind, len(cell), cell)
    number = vtk.vtkFloatArray if single else vtk.vtkDoubleArray
    n, m = len(points), len(cells)
    for a in (array("T", n, 1, number), array("v", n, 3, number),
              array("n", n, 1, vtk.vtkIntArray), array("both", n, 1, number)):
        g.GetPointData().AddArray(a)
    for a in (array("c", m, 1, number), array("cv", m, 3, number),
              array("both", m, 1, number)):
        g.GetCellData().AddArray(a)
    return g


def add_whole(g):
    """An array of each type of integers, with its extremes."""
    for name, kind in WHOLE.items():
        a = array(name, g.GetNumberOfPoints(), 1, kind)
        bits = min(int(name.strip("UInt")), 53 + (name[0] != "U"))
        low, high = ((0, 2 ** bits - 1) if name[0] == "U"
                     else (-2 ** (bits - 1), 2 ** (bits - 1) - 1))
        a.SetComponent(0, 0, low)
        a.SetComponent(1, 0, high)
        g.GetPointData().AddArray(a)
    return g


def write(path, g, mode, packed=False, big=False, wide=False, coded=False,
          ids=64):
    w = vtk.vtkXMLUnstructuredGridWriter()
    w.SetFileName(path)
    w.SetInputData(g)
    {"ascii": w.SetDataModeToAscii, "binary": w.SetDataModeToBinary,
     "appended": w.SetDataModeToAppended}[mode]()
    w.SetCompressorTypeToZLib() if packed else w.SetCompressorTypeToNone()
    w.SetByteOrderToBigEndian() if big else w.SetByteOrderToLittleEndian()
    w.SetHeaderTypeToUInt64() if wide else w.SetHeaderTypeToUInt32()
    w.SetIdTypeToInt32() if ids == 32 else w.SetIdTypeToInt64()
    w.SetEncodeAppendedData(coded)
    assert w.Write() == 1, path


def write_all():
    big_box = grid(*box(12))
    write("box-ascii.vtu", big_box, "ascii")
    write("solid-ascii.vtu", grid(*loose(SOLID)), "ascii", ids=32)
    write("flat-ascii.vtu", grid(*loose(FLAT), single=True), "ascii")
    os.mkdir("single")
    with open("single/short.vtu", "w") as f:
        f.write(swap('"Float64"', '"Float32"').replace(
            "1 0 0", "0.6666667 0 0.1"))
    for mode, coded in (("binary", False), ("appended", False),
                        ("appended", True)):
        for packed in (False, True):
            for big in (False, True):
                for wide in (False, True):
                    name = "box-%s%s%s%s%s.vtu" % (
                        mode, "-base64" * coded, "-zlib" * packed,
                        "-big" * big, "-wide" * wide)
                    write(name, big_box, mode, packed, big, wide, coded,
                          32 if big else 64)
    whole = add_whole(grid(*loose(SOLID)))
    write("whole.vtu", whole, "binary", True)
    write("whole-ascii.vtu", whole, "ascii")
    write("whole-big.vtu", whole, "appended", False, True)
    last = array("wide", whole.GetNumberOfPoints(), 1, WHOLE["Int64"])
    last.SetValue(3, 2 ** 53 + 1)
    whole.GetPointData().AddArray(last)
    last = array("wider", whole.GetNumberOfPoints(), 1, WHOLE["UInt64"])
    last.SetValue(5, 2 ** 63)
    whole.GetPointData().AddArray(last)
    write("wide.vtu", whole, "binary")
    write("flat-binary.vtu", grid(*loose(FLAT), single=True), "binary", True)
    write("solid-raw.vtu", grid(*loose(SOLID), single=True), "appended")


def read(path):
    r = vtk.vtkXMLUnstructuredGridReader()
    r.SetFileName(path)
    r.Update()
    return r.GetOutput()


def check(path, scale, wanted, got):
    g = read(path)
    with h5py.File(got, "r") as f:
        v = f["VTKHDF"]
        points = vtk_to_numpy(g.GetPoints().GetData()).astype("f8")
        assert numpy.array_equal(v["Points"][:], points * scale)
        assert v["Points"].attrs["units"] == b"m"
        cells = g.GetCells()
        assert numpy.array_equal(
            v["Connectivity"][:], vtk_to_numpy(cells.GetConnectivityArray()))
        assert numpy.array_equal(v["Offsets"][:],
                                 vtk_to_numpy(cells.GetOffsetsArray()))
        assert numpy.array_equal(v["Types"][:],
                                 vtk_to_numpy(g.GetCellTypesArray()))
        assert not v["CellData/group"][:].any() and len(f["groups/id"]) == 0
        if wanted:
            name = wanted.split("/")[-1]
            data = g.GetPointData()
            where = "PointData"
            if not data.HasArray(name):
                data, where = g.GetCellData(), "CellData"
            values = vtk_to_numpy(data.GetArray(name)).astype("f8")
            have = v[where][name]
            assert numpy.array_equal(have[:], values)
            assert have.attrs["units"] == b"K"
            assert v.attrs["fedtwin_field"].decode() == where + "/" + name
    back = vtk.vtkHDFReader()
    assert back.CanReadFile(got)
    back.SetFileName(got)
    back.Update()
    assert back.GetOutput().GetNumberOfCells() == g.GetNumberOfCells()


# --- damaged files -----------------------------------------------------------

HEAD = ('<VTKFile type="UnstructuredGrid" version="1.0" '
        'byte_order="LittleEndian" header_type="UInt32"%s>\n')
TET = """<UnstructuredGrid><Piece NumberOfPoints="4" NumberOfCells="1">
<Points><DataArray type="Float64" NumberOfComponents="3" format="ascii">
0 0 0  1 0 0  0 1 0  0 0 1</DataArray></Points>
<Cells><DataArray type="Int64" Name="connectivity" format="ascii">
0 1 2 3</DataArray>
<DataArray type="Int64" Name="offsets" format="ascii">4</DataArray>
<DataArray type="UInt8" Name="types" format="ascii">10</DataArray></Cells>
</Piece></UnstructuredGrid>
"""
TYPES = '<DataArray type="UInt8" Name="types" format="ascii">10</DataArray>'
POINTS = re.search("<DataArray.*?</DataArray>", TET, re.S).group()
COORDINATES = struct.pack("<12d", 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1)
GOOD = HEAD % "" + TET + "</VTKFile>\n"


def inline(data, packed=False):
    """GOOD with points in base64."""
    text = base64.b64encode(data).decode() if isinstance(data, bytes) else data
    points = ('<DataArray type="Float64" NumberOfComponents="3" '
              'format="binary">%s</DataArray>' % text)
    head = HEAD % (' compressor="vtkZLibDataCompressor"' if packed else "")
    return head + TET.replace(POINTS, points) + "</VTKFile>\n"


def appended(data, offset="0", encoding="raw", tail="</AppendedData></VTKFile>",
             lead="_"):
    points = ('<DataArray type="Float64" NumberOfComponents="3" '
              'format="appended" offset="%s"/>' % offset)
    head = HEAD % "" + TET.replace(POINTS, points)
    return (head + '<AppendedData encoding="%s">%s' % (encoding, lead)).encode(
        ) + data + tail.encode()


def blocks(count, size, last, *packed):
    """Header and data as VTK codes them: two base64 texts."""
    header = struct.pack("<3I", count, size, last)
    header += b"".join(struct.pack("<I", len(p)) for p in packed)
    return (base64.b64encode(header) +
            base64.b64encode(b"".join(packed))).decode()


def swap(old, new):
    assert old in GOOD, old
    return GOOD.replace(old, new, 1)


def bad_files():
    plain = struct.pack("<I", 96) + COORDINATES
    z = zlib.compress(COORDINATES)
    bomb = zlib.compress(bytes(100 << 20), 9)
    entities = ('<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b '
                '"&a;&a;&a;&a;&a;&a;&a;&a;">]>')
    return [
        # the XML
        ("empty.vtu", "", "has 0 bytes"),
        ("noise.vtu", "mesh", ":1:1: "),
        ("nesting.vtu", swap("</Piece>", "</Points>"), ":[0-9]*:[0-9]*: "),
        ("entities.vtu", entities + GOOD, ":1: a document type"),
        ("external.vtu", '<!DOCTYPE a SYSTEM "/etc/passwd">' + GOOD,
         ":1: a document type"),
        ("unknown-entity.vtu", swap(">10<", ">&x;<"), "undefined entity"),
        ("root.vtu", "<a/>", "element 'a' where VTKFile"),
        ("no-grid.vtu", HEAD % "" + "</VTKFile>", "has no grid"),
        ("poly.vtu", swap('"UnstructuredGrid"', '"PolyData"'),
         "type 'PolyData'"),
        ("version.vtu", swap('"1.0"', '"3.0"'), "version '3.0'"),
        ("single.vtu", swap('"Float64"', '"Float32"').replace(
            "1 0 0", "1e39 0 0"), "'1e39' is beyond what a Float32"),
        ("order.vtu", swap("LittleEndian", "Middle"), "byte_order 'Middle'"),
        ("header.vtu", swap("UInt32", "UInt16"), "header_type 'UInt16'"),
        ("lz4.vtu", HEAD % ' compressor="vtkLZ4DataCompressor"' + TET +
         "</VTKFile>", "packed by vtkLZ4DataCompressor"),
        ("pieces.vtu", swap("</Piece>", '</Piece><Piece NumberOfPoints="0" '
                            'NumberOfCells="0"></Piece>'), "a second Piece"),
        ("count.vtu", swap('Points="4"', 'Points="-4"'), "is no count"),
        ("no-count.vtu", swap('NumberOfCells="1"', ""), "is no count"),
        ("many.vtu", swap('Points="4"', 'Points="99999999"'),
         "more than a file of"),
        ("huge.vtu", swap('Cells="1"', 'Cells="9223372036854775807"'),
         "more than a file of"),
        ("too-huge.vtu", swap('Cells="1"', 'Cells="99999999999999999999"'),
         "is no count"),
        # arrays
        ("no-types.vtu", swap(TYPES, ""), "no array 'types'"),
        ("twice.vtu", swap(TYPES, TYPES + TYPES), ":[0-9]*: .*twice"),
        ("type.vtu", swap("Float64", "Float16"), "type 'Float16'"),
        ("columns.vtu", swap('Components="3"', 'Components="2"'),
         "points with 2 coordinates"),
        ("format.vtu", swap('"ascii"', '"hex"'), "format 'hex'"),
        ("float-types.vtu", swap("UInt8", "Float32"), "of type Float32"),
        ("word.vtu", swap("0 1 2 3", "0 x 2 3"), ":[0-9]*: .*'x' is not"),
        ("hex.vtu", swap("0 1 2 3", "0 0x1 2 3"), "'0x1' is not a number"),
        ("real.vtu", swap("0 1 2 3", "0 1.5 2 3"), "is not an integer"),
        ("few.vtu", swap("0 0 1<", "0 0<"), "11 values where 12"),
        ("more.vtu", swap("0 0 1<", "0 0 1 1<"), "more than 12 values"),
        ("long-number.vtu", swap("0 1 2 3", "1" * 100), "is not a number"),
        # cells
        ("point.vtu", swap("0 1 2 3", "0 1 2 4"), "uses point 4 of 4"),
        ("negative.vtu", swap("0 1 2 3", "0 1 2 -1"), "uses point -1"),
        ("offset.vtu", swap(">4<", ">3<"), "do not make 4 points"),
        ("connectivity.vtu", swap("0 1 2 3", "0 1 2 3 3"), "has 5 entries"),
        ("polyhedron.vtu", swap(">10<", ">42<"), "VTK type 42"),
        ("quadratic.vtu", swap(">10<", ">24<"), "do not make 10 points"),
        ("type-300.vtu", swap(">10<", ">300<"), "VTK type 300"),
        ("line.vtu", swap(">10<", ">3<"), "is a line"),
        ("inside-out.vtu", swap("0 1 2 3", "0 2 1 3"), "has the volume -"),
        ("flat.vtu", swap("0 0 1<", "0 1 0<"), "has the volume 0"),
        ("nan.vtu", swap("0 0 1<", "0 0 nan<"), "coordinate nan"),
        ("inf.vtu", swap("0 0 1<", "0 0 -inf<"), "coordinate -inf"),
        ("unused.vtu", swap('Points="4"', 'Points="5"').replace(
            "0 0 1<", "0 0 1 2 2 2<"), "point 4 belongs to no cell"),
        ("no-cells.vtu", swap('Cells="1"', 'Cells="0"').replace(
            "0 1 2 3<", "<").replace(">4<", "><").replace(">10<", "><"),
         "has no cells"),
        # base64 and bytes
        ("base64.vtu", inline("????"), "byte 0x3f in its base64"),
        ("base64-end.vtu", inline("AAA"), "base64 text ends early"),
        ("base64-pad.vtu", inline("A==="), "byte 0x3d in its base64"),
        ("plain-short.vtu", inline(plain[:-1]), "data end early"),
        ("plain-long.vtu", inline(plain + b"more"), "longer than its header"),
        ("plain-size.vtu", inline(struct.pack("<I", 1 << 31) + COORDINATES),
         "header says 2147483648 bytes"),
        ("no-order.vtu", inline(plain).replace(
            'byte_order="LittleEndian"', ""), "does not say its byte_order"),
        ("zlib-bomb.vtu", inline(blocks(1, 96, 0, bomb), True),
         "more than its header"),
        ("zlib-bomb-said.vtu", inline(blocks(1, 100 << 20, 0, bomb), True),
         "header says 104857600 bytes"),
        ("zlib-noise.vtu", inline(blocks(1, 96, 0, b"x" * 50), True),
         "damaged or too short"),
        ("zlib-cut.vtu", inline(blocks(1, 96, 0, z[:-8]), True), "block"),
        ("zlib-checksum.vtu", inline(blocks(1, 96, 0, z[:-1] + b"\0"), True),
         "block"),
        ("zlib-trailing.vtu", inline(blocks(1, 96, 0, z + b"xx"), True),
         "more than its header"),
        ("zlib-blocks.vtu", inline(blocks(0xffffffff, 96, 0, z), True),
         "4294967295 blocks"),
        ("zlib-odd.vtu", inline(blocks(1, 97, 96, z), True), "of 97 bytes"),
        ("zlib-zero.vtu", inline(blocks(1, 0, 0, z), True), "of 0 bytes"),
        ("zlib-last.vtu", inline(blocks(1, 96, 104, z), True), "last of 104"),
        ("zlib-none.vtu", inline(blocks(0, 0, 0), True), "says 0 bytes"),
        # appended
        ("appended-none.vtu", appended(plain).split(b"<Appended")[0] +
         b"</VTKFile>", "no appended data"),
        ("appended-far.vtu", appended(plain, "101"), "offset 101"),
        ("appended-end.vtu", appended(plain, "100"), "data end early"),
        ("appended-huge.vtu", appended(plain, str(1 << 62)), "is beyond"),
        ("appended-minus.vtu", appended(plain, "-1"), "without an offset"),
        ("appended-lead.vtu", appended(plain, lead=""), "begin with '_'"),
        ("appended-tail.vtu", appended(plain, tail=""), "ends within"),
        ("appended-hex.vtu", appended(plain, encoding="hex"),
         "encoding 'hex'"),
        ("appended-code.vtu", appended(b"!" + plain, encoding="base64"),
         "in its base64"),
    ]


def save(path, text):
    with open(path, "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode())


def damage(directory):
    for name, text, message in bad_files():
        save(directory + "/" + name, text)
        print(name + "|" + message)


def cut(directory):
    for kind in ("binary-zlib", "appended", "appended-base64-zlib", "ascii"):
        with open("box-%s.vtu" % kind, "rb") as f:
            whole = f.read().rstrip()
        size = len(whole)
        for at in [1, 50, 500, 1500] + [size * i // 8 for i in range(1, 8)] + [
                size - 1]:
            name = "%s-%d.vtu" % (kind, at)
            save(directory + "/" + name, whole[:at])
            print(name)


what, *rest = sys.argv[1:]
if what == "write":
    write_all()
elif what == "check":
    for line in open(rest[0]):
        row = line.split()
        check(row[0], float(row[1]), row[2] if len(row) == 4 else None,
              row[-1])
elif what == "damage":
    damage(rest[0])
else:
    cut(rest[0])
