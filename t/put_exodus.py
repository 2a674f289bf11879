"""Exodus II files for t1067-put-exodus.t, written from the format's manual.

usage: put_exodus.py write            NAME.exo, and those of other programs
       put_exodus.py compare FILE...  with VTK's reader; FILE.h5 is the object
       put_exodus.py damage DIR       prints FILE|MESSAGE
       put_exodus.py cut DIR          prints FILE
"""
import os
import re
import shutil
import sys
from collections import Counter

import h5py
import meshio
import netCDF4
import numpy as np
import vtk

# The cells of the manual: where its nodes stand among those of VTK's type.
UP = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 16, 17, 18, 19, 12, 13, 14, 15]
KINDS = {
    "TRI3": (5, 0), "TRI6": (22, 0), "QUAD4": (9, 0), "quad8": (23, 0),
    "QUAD9": (28, 0), "TETRA": (10, 0), "TETRA10": (24, 0), "HEX8": (12, 0),
    "HEX20": (25, UP), "hex27": (29, UP + [26, 24, 25, 20, 21, 22, 23]),
    "WEDGE": (13, 0), "PYRAMID": (14, 0), "BEAM": (3, 0), "SPHERE": (1, 0),
}
SOLID = [
    ("TETRA", [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]),
    ("SPHERE", [(0, 0, 0)]),
    ("HEX8", [(2, 0, 0), (3, 0, 0), (3, 1, 0), (2, 1, 0),
              (2, 0, 1), (3, 0, 1), (3, 1, 1), (2, 1, 1)]),
    ("BEAM", [(2, 0, 0), (3, 0, 0)]),
    ("WEDGE", [(4, 0, 0), (5, 0, 0), (4, 1, 0), (4, 0, 1), (5, 0, 1),
               (4, 1, 1)]),
    ("PYRAMID", [(6, 0, 0), (7, 0, 0), (7, 1, 0), (6, 1, 0), (6.5, .5, 1)]),
]
SIDES = {"TETRA": 4, "HEX8": 6, "WEDGE": 5, "PYRAMID": 5}


def write(path, blocks, sides=(), form="NETCDF3_CLASSIC", dims=3, names=True,
          table=False, wide="i4", points=None, nodes=()):
    """blocks: (name, kind, cells of coordinates); sides: (name, elements,
    numbers); elements count from 1 through all blocks; nodes: (name,
    numbers)."""
    at, connects = {}, []
    for name, kind, cells in blocks:
        order = KINDS.get(kind, (0, 0))[1]
        rows = []
        for cell in cells:
            ids = [at.setdefault(tuple(x), len(at)) + 1 for x in cell]
            rows.append([ids[i] for i in order] if order else ids)
        connects.append((kind, np.array(rows)))
    xyz = np.array(list(at) if points is None else points, dtype=float)
    f = netCDF4.Dataset(path, "w", format=form)
    f.title, f.version, f.api_version = "by hand", np.float32(5), np.float32(5)
    f.floating_point_word_size = np.int32(8)
    f.file_size = np.int32(not table)
    f.createDimension("len_name", 33)
    f.createDimension("num_dim", dims)
    f.createDimension("num_nodes", len(xyz))
    f.createDimension("time_step", None)
    f.createVariable("time_whole", "f8", ("time_step",))[:] = [0.0, 1.0]
    f.createDimension("num_elem", sum(len(c) for _, c in connects))
    f.createDimension("num_el_blk", len(blocks))
    if table:
        f.createVariable("coord", "f8", ("num_dim", "num_nodes"))[:] = \
            xyz.T[:dims]
    else:
        for k in range(dims):
            f.createVariable("coord" + "xyz"[k], "f8",
                             ("num_nodes",))[:] = xyz[:, k]
    put_list(f, "eb", "num_el_blk", [b[0] for b in blocks], names, wide)
    for i, (kind, rows) in enumerate(connects):
        f.createDimension("num_el_in_blk%d" % (i + 1), len(rows))
        f.createDimension("num_nod_per_el%d" % (i + 1), rows.shape[1])
        v = f.createVariable("connect%d" % (i + 1), wide,
                             ("num_el_in_blk%d" % (i + 1),
                              "num_nod_per_el%d" % (i + 1)))
        v.elem_type = kind
        v[:] = rows
    if sides:
        f.createDimension("num_side_sets", len(sides))
        put_list(f, "ss", "num_side_sets", [s[0] for s in sides], names, wide)
    for i, (_, elements, numbers) in enumerate(sides):
        f.createDimension("num_side_ss%d" % (i + 1), len(elements))
        for what, values in (("elem", elements), ("side", numbers)):
            f.createVariable("%s_ss%d" % (what, i + 1), wide,
                             ("num_side_ss%d" % (i + 1),))[:] = values
    if nodes:
        f.createDimension("num_node_sets", len(nodes))
        put_list(f, "ns", "num_node_sets", [n[0] for n in nodes], names, wide)
    for i, (_, numbers) in enumerate(nodes):
        dim = "num_nod_ns%d" % (i + 1)
        f.createDimension(dim, len(numbers))
        f.createVariable("node_ns%d" % (i + 1), wide, (dim,))[:] = numbers
    f.close()


def put_list(f, kind, dim, names, named, wide):
    v = f.createVariable(kind + "_prop1", wide, (dim,))
    v.setncattr("name", "ID")
    v[:] = [10 * (i + 1) for i in range(len(names))]
    f.createVariable(kind + "_status", wide, (dim,))[:] = 1
    if named:
        f.createVariable(kind + "_names", "S1", (dim, "len_name"))[:] = \
            netCDF4.stringtochar(np.array(names, dtype="S33"))


def solid(path, **how):
    sides = []
    for s in range(1, 7):
        has = [i + 1 for i, (kind, _) in enumerate(SOLID)
               if SIDES.get(kind, 0) >= s]
        sides.append(("side %d" % s, has, [s] * len(has)))
    write(path, [("the " + kind.lower(), kind, [x]) for kind, x in SOLID],
          sides, nodes=[("corners", [1, 5, 9]), ("tip", [5])], **how)


def reference(kind):
    """The reference cell of VTK, twice as large."""
    cell = vtk.vtkGenericCell.InstantiateCell(KINDS[kind][0])
    x = cell.GetParametricCoords()
    return [tuple(2 * c for c in x[3 * i:3 * i + 3])
            for i in range(cell.GetNumberOfPoints())]


def box(n):
    """n^3 hexahedra in a unit cube."""
    corner = ((0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0),
              (0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1))
    return [[((i + a) / n, (j + b) / n, (k + c) / n) for a, b, c in corner]
            for k in range(n) for j in range(n) for i in range(n)]


def write_vtk(path):
    """Two kinds of cells, by VTK's own writer."""
    grid, p = vtk.vtkUnstructuredGrid(), vtk.vtkPoints()
    p.SetDataTypeToDouble()
    grid.SetPoints(p)
    for kind, x in SOLID:
        if kind in SIDES:
            ids = [p.InsertNextPoint(c) for c in x]
            grid.InsertNextCell(KINDS[kind][0], len(ids), ids)
    w = vtk.vtkExodusIIWriter()
    w.SetFileName(path)
    w.SetInputData(grid)
    w.WriteOutBlockIdArrayOn()
    assert w.Write() == 1


def write_meshio(path):
    at = {}
    rows = [[at.setdefault(x, len(at)) for x in cell] for cell in box(2)]
    meshio.write(path, meshio.Mesh(np.array(list(at)), [("hexahedron", rows)]),
                 file_format="exodus")


def write_all():
    for form in ("NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET",
                 "NETCDF3_64BIT_DATA", "NETCDF4", "NETCDF4_CLASSIC"):
        solid("solid-%s.exo" % form.lower(), form=form,
              wide="i8" if form in ("NETCDF3_64BIT_DATA", "NETCDF4") else "i4")
    solid("solid-table.exo", table=True)
    solid("numbers.exo", names=False)
    for kind in ("TRI6", "quad8", "QUAD9", "TETRA10", "HEX20", "hex27"):
        x = reference(kind)
        flat = kind[0] in "TqQ" and kind != "TETRA10"
        write(kind + ".exo", [(kind, kind, [x])],
              [("s%d" % s, [1], [s]) for s in (1, 2, 3)],
              dims=2 if flat else 3)
    two = [[(0, 0), (1, 0), (1, 1), (0, 1)], [(1, 0), (2, 0), (2, 1), (1, 1)]]
    two = [[c + (0,) for c in cell] for cell in two]
    write("flat.exo", [("west", "QUAD4", two[:1]), ("east", "QUAD4", two[1:])],
          [("inside", [1, 2], [2, 4]), ("cold", [1], [4]), ("hot", [2], [2])],
          dims=2)
    cube = box(2)
    write("shell.exo", [("cube", "HEX8", cube),
                        ("skin", "SHELL4", [c[:4] for c in cube[:4]])])
    bar = [[(20 * x / 3, y, z) for x, y, z in cell] for cell in box(3)]
    write("bar.g", [("bar", "HEX8", bar)],
          [("cold", range(1, 28, 3), [4] * 9),
           ("hot", range(3, 28, 3), [2] * 9)])
    write_vtk("vtk.ex2")
    write_meshio("meshio.e")


# --- the same by VTK ---------------------------------------------------------

def ours(path):
    f = h5py.File(path)
    g = f["VTKHDF"]
    x, offset, node = g["Points"][:], g["Offsets"][:], g["Connectivity"][:]
    names = {i: n.decode() for i, n in zip(f["groups/id"], f["groups/name"])}
    return Counter((names[k], int(t), as_text(x[node[a:b]]))
                   for t, k, a, b in zip(g["Types"], g["CellData/group"],
                                         offset, offset[1:]))


def as_text(x):
    return " ".join("%.6g,%.6g,%.6g" % tuple(p + 0.0) for p in x)


def theirs(path):
    """The cells of blocks, and of side sets the corners in any order."""
    r = vtk.vtkExodusIIReader()
    r.SetFileName(path)
    r.UpdateInformation()
    for i in range(r.GetNumberOfObjects(r.SIDE_SET)):
        r.SetObjectStatus(r.SIDE_SET, i, 1)
    for i in range(r.GetNumberOfObjects(r.NODE_SET)):
        r.SetObjectStatus(r.NODE_SET, i, 1)
    r.Update()
    name_of = lambda whole, i: whole.GetMetaData(i).Get(
        vtk.vtkCompositeDataSet.NAME())
    cells, sides, nodes = Counter(), set(), set()
    for k in range(r.GetOutput().GetNumberOfBlocks()):
        part = r.GetOutput().GetBlock(k)
        for b in range(part.GetNumberOfBlocks()):
            grid = part.GetBlock(b)
            name = re.sub("Unnamed .* ID: ([0-9]*).*", "\\1", name_of(part, b))
            for c in range(grid.GetNumberOfCells() if grid else 0):
                cell = grid.GetCell(c)
                x = as_text(np.array([
                    grid.GetPoint(cell.GetPointId(i))
                    for i in range(cell.GetNumberOfPoints())]))
                if name_of(r.GetOutput(), k) == "Node Sets":
                    nodes.add((name, x))
                elif name_of(r.GetOutput(), k) == "Side Sets":
                    sides.add((name, " ".join(sorted(x.split()))))
                else:
                    cells[name, cell.GetCellType(), x] += 1
    return cells, sides, nodes


def compare(paths):
    solid_types, flat_types = (10, 12, 13, 14, 24, 25, 29), (5, 9, 22, 23, 28)
    for path in paths:
        have, (cells, sides, nodes) = ours(path + ".h5"), theirs(path)
        assert {(k[0], k[2]) for k in have if k[1] == 1} == nodes, path
        top = (solid_types if any(k[1] in solid_types for k in have)
               else flat_types)
        of_top = lambda all_: {k: n for k, n in all_.items() if k[1] in top}
        assert of_top(have) == of_top(cells), path
        sides |= {(k[0], " ".join(sorted(k[2].split()))) for k in cells
                  if k[1] in flat_types and top == solid_types}
        facets = {(k[0], " ".join(sorted(k[2].split()))) for k in have
                  if k[1] not in top + (1,)}
        assert facets == sides, path


# --- damaged files -----------------------------------------------------------

def change(directory, name, edit, source="solid-netcdf3_classic.exo"):
    path = os.path.join(directory, name + ".exo")
    shutil.copy(source, path)
    with netCDF4.Dataset(path, "a") as f:
        f.set_auto_mask(False)
        edit(f)


def damage(d):
    def put(variable, index, value):
        def edit(f):
            f[variable][index] = value
        return edit

    def call(variable, text):
        def edit(f):
            f[variable].elem_type = text
        return edit

    def rename(old, new):
        def edit(f):
            f.renameVariable(old, new)
        return edit

    def half(variable, dim):
        def edit(f):
            f.renameVariable(variable, "whole")
            f.createVariable(variable, "f8", (dim,))[:] = \
                f["whole"][:] + 0.5
        return edit

    def name(variable, i, text):
        def edit(f):
            f[variable][i] = np.frombuffer(text.ljust(33, b"\0"), "S1")
        return edit

    rows = [
        ("node-0", put("connect1", (0, 2), 0), "'the tetra' uses node 0 of"),
        ("node-far", put("connect1", (0, 2), 99), "uses node 99 of 23"),
        ("node-minus", put("connect3", (0, 1), -5), "uses node -5 of"),
        ("kind", call("connect1", "NFACED"),
         "'the tetra' has elements 'NFACED' of 4 nodes: only"),
        ("kind-nodes", call("connect1", "HEX"), "elements 'HEX' of 4 nodes"),
        ("kind-none", rename("connect1", "other"), "no variable 'connect1'"),
        ("no-blocks", rename("eb_prop1", "eb_propx"), "variable 'eb_prop1'"),
        ("no-points", rename("coordx", "x"), "no variable 'coordx'"),
        ("nan", put("coordy", 3, np.nan), "the coordinate nan"),
        ("inf", put("coordz", 3, np.inf), "the coordinate inf"),
        ("inverted", put("connect1", (0, slice(0, 2)), [2, 1]),
         "has the volume -"),
        ("side-0", put("side_ss1", 0, 0), "'side 1' has side 0 of element 1"),
        ("side-7", put("side_ss1", 0, 7), "has side 7 of element 1"),
        ("side-5", put("side_ss1", 0, 5), "has side 5 of element 1"),
        ("side-element-0", put("elem_ss1", 0, 0), "of element 0, which is not"),
        ("side-element-7", put("elem_ss1", 0, 7), "of element 7, which is not"),
        ("side-half", half("side_ss1", "num_side_ss1"),
         "has side 1.5 of element 1"),
        ("side-element-half", half("elem_ss1", "num_side_ss1"),
         "of element 1.5, which is not"),
        ("side-sphere", put("elem_ss1", 0, 2), "of element 2, which is not"),
        ("side-beam", put("elem_ss1", 0, 4), "element 4, which is no solid"),
        ("side-lacks", rename("side_ss2", "x"), "no variable 'side_ss2'"),
        ("sets-twice", put("side_ss2", 0, 1),
         "are the same (groups 'side 1' and 'side 2')"),
        ("name-same", name("eb_names", 2, b"the tetra"),
         "two groups of dimension 3 have the name 'the tetra'"),
        ("name-star", name("eb_names", 2, b"*"), "not 1 to 127 characters"),
        ("name-bytes", name("ss_names", 2, b"\xc3\xa4"),
         "printable ASCII"),
    ]
    for what, edit, message in rows:
        change(d, what, edit)
        print(what + ".exo|" + message)
    write(d + "/flat-3d.exo", [("a", "QUAD4", [[(0, 0, 0), (1, 0, 0),
                                                (1, 1, 0), (0, 1, 0)]])],
          [("s", [1], [1])])
    print("flat-3d.exo|flat where points have three coordinates")
    write(d + "/mixed.exo", [("a", "HEX8", [reference("HEX8")]),
                             ("b", "HEX20", [reference("HEX20")])])
    print("mixed.exo|is of order 2, the first cell of order 1")
    write(d + "/beams.exo", [("a", "BEAM", [[(0, 0, 0), (1, 0, 0)]])])
    print("beams.exo|there are no flat or solid cells")
    write(d + "/beam-side.exo", [("a", "BEAM", [[(0, 0, 0), (1, 0, 0)]])],
          [("s", [1], [1])], dims=1)
    print("beam-side.exo|element 1, which is no solid")
    with open(d + "/text.exo", "w") as f:
        f.write("hello\n")
    print("text.exo|neither a netCDF nor an HDF5 file")
    with h5py.File(d + "/plain.exo", "w") as f:
        f["coordx"] = np.zeros(3)
    print("plain.exo|no variable 'eb_prop1'")
    with h5py.File(d + "/away.exo", "w") as f:
        f["coordx"] = h5py.ExternalLink("/etc/passwd", "/x")
    print("away.exo|'coordx' is not a plain link")
    with h5py.File(d + "/word.exo", "w") as f:
        f["coordx"] = np.array([b"a", b"b"])
    print("word.exo|'coordx' is not numbers")
    for columns in (0, 2):
        with h5py.File("%s/points-%d.exo" % (d, columns), "w") as f:
            f["coordx"] = np.zeros((1000, columns))
        print("points-%d.exo|'coordx' has %d columns" % (columns, columns))
    with h5py.File(d + "/blocks.exo", "w") as f:
        f["coordx"], f["eb_prop1"] = np.zeros(3), np.zeros((1000, 0))
    print("blocks.exo|'eb_prop1' has 0 columns")
    with h5py.File(d + "/vast.exo", "w") as f:
        f.create_dataset("coordx", (1 << 27,), "f8", chunks=(1 << 20,),
                         fillvalue=1.0)
    print("vast.exo|'coordx'")


def cut(d):
    for form in ("netcdf3_classic", "netcdf4"):
        source = "solid-%s.exo" % form
        with open(source, "rb") as f:
            data = f.read()
        for i in range(10):
            name = "%s-%d.exo" % (form, i)
            with open(os.path.join(d, name), "wb") as f:
                f.write(data[:len(data) * i // 10 + 5])
            print(name)


what, *rest = sys.argv[1:]
{"write": write_all, "compare": lambda: compare(rest),
 "damage": lambda: damage(*rest), "cut": lambda: cut(*rest)}[what]()
