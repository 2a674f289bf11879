"""MED files for t1068-put-med.t, written by MED's own library and by meshio.

usage: put_med.py write         NAME.med
       put_med.py damage DIR    prints FILE|MESSAGE
       put_med.py cut DIR       prints FILE
"""
import ctypes
import ctypes.util
import shutil
import subprocess
import sys

import numpy as np

# MED's number of a type, VTK's, and where VTK's nodes are among MED's.
H27 = list(range(20)) + [24, 22, 21, 23, 20, 25, 26]
KINDS = {"PO1": (1, 1), "SE2": (102, 3), "TR3": (203, 5), "TR6": (206, 22),
         "QU4": (204, 9), "QU8": (208, 23), "QU9": (209, 28),
         "TE4": (304, 10), "T10": (310, 24), "HE8": (308, 12),
         "H20": (320, 25), "H27": (327, 29), "PE6": (306, 13),
         "PY5": (305, 14)}
POINTS = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1),
          (2, 0, 0), (3, 0, 0), (3, 1, 0), (2, 1, 0),
          (2, 0, 1), (3, 0, 1), (3, 1, 1), (2, 1, 1),
          (4, 0, 0), (5, 0, 0), (4, 1, 0), (4, 0, 1), (5, 0, 1), (4, 1, 1),
          (6, 0, 0), (7, 0, 0), (7, 1, 0), (6, 1, 0), (6.5, .5, 1),
          (9, 9, 9)]
CELLS = [("PO1", [[0]], [0]), ("SE2", [[0, 1]], [-9]),
         ("TR3", [[0, 1, 2], [0, 1, 3]], [-2, 0]),
         ("QU4", [[4, 5, 6, 7]], [-2]),
         ("TE4", [[0, 1, 2, 3]], [-1]),
         ("HE8", [list(range(4, 12))], [-1]),
         ("PE6", [list(range(12, 18))], [-3]),
         ("PY5", [list(range(18, 23))], [0])]
GROUPS = {-1: ["body"], -2: ["a skin"], -3: ["wedge"], -9: ["x", "y"],
          1: ["low"], 2: ["wedge", "low"]}
NODES = [1, 0, 0, 2] + 20 * [0]


def write(path, points, cells, groups=None, space=3, nodes=None):
    """cells: (type, node numbers from 0 in MED's order, families); nodes:
    the families of all."""
    med = ctypes.CDLL(ctypes.util.find_library("medC"))
    text, real = (lambda s: s.encode()), ctypes.c_double
    med.MEDfileOpen.restype = ctypes.c_int64
    f = ctypes.c_int64(med.MEDfileOpen(text(path), 3))
    name, no = b"the mesh", ctypes.c_int(-1)

    def ints(values):
        flat = np.ravel(values).astype(np.int32)
        return flat.ctypes.data_as(ctypes.c_void_p), flat

    def call(function, *arguments):
        assert getattr(med, function)(f, *arguments) >= 0, function

    call("MEDmeshCr", name, space, space, 0, b"by hand", b"s", 0, 0,
         b"".join(c.ljust(16) for c in (b"x", b"y", b"z")[:space]),
         b"mm".ljust(16) * space)
    xyz = np.array(points, dtype=float)[:, :space].copy()
    call("MEDmeshNodeCoordinateWr", name, no, no, real(0), 0, len(xyz),
         xyz.ctypes.data_as(ctypes.c_void_p))
    call("MEDfamilyCr", name, b"FAMILLE_ZERO", 0, 0, b"")
    for number, names in (groups or {}).items():
        call("MEDfamilyCr", name, b"FAM_%d" % number, number, len(names),
             b"".join(text(n).ljust(80, b"\0") for n in names))
    for kind, rows, families in cells:
        number = KINDS[kind][0]
        at, keep = ints(np.array(rows) + 1)
        call("MEDmeshElementConnectivityWr", name, no, no, real(0), 0, number,
             0, 0, len(rows), at)
        if families:
            at, keep = ints(families)
            call("MEDmeshEntityFamilyNumberWr", name, no, no, 0, number,
                 len(rows), at)
    if nodes:
        at, keep = ints(nodes)
        call("MEDmeshEntityFamilyNumberWr", name, no, no, 3, 0, len(nodes), at)
    assert med.MEDfileClose(f) >= 0


def reference(kind):
    """The reference cell of VTK, twice as large, in MED's order."""
    import vtk
    cell = vtk.vtkGenericCell.InstantiateCell(KINDS[kind][1])
    x = np.array(cell.GetParametricCoords()[:3 * cell.GetNumberOfPoints()])
    out = 2 * x.reshape(-1, 3)
    if kind == "H27":
        out[H27] = out.copy()
    return out


def mirrored(points):
    return np.array(points) * [1, 1, -1]


def write_all():
    write("solid.med", POINTS, CELLS, GROUPS, nodes=NODES)
    write("mirrored.med", mirrored(POINTS), CELLS, GROUPS, nodes=NODES)
    write("plain.med", POINTS, [(k, r, []) for k, r, _ in CELLS])
    for kind in ("TR6", "QU8", "QU9", "T10", "H20", "H27"):
        x = reference(kind)
        flat = KINDS[kind][1] in (22, 23, 28)
        ids = [list(range(len(x)))]
        write(kind + ".med", x, [(kind, ids, [])], space=2 if flat else 3)
        write(kind + "-mirrored.med",
              x * [1, -1, 1] if flat else mirrored(x), [(kind, ids, [])],
              space=2 if flat else 3)


def write_meshio():
    import meshio
    mesh = meshio.Mesh(np.array(POINTS, dtype=float), [
        ("tetra", np.array([[0, 1, 2, 3]])),
        ("hexahedron", np.array([list(range(4, 12))])),
        ("quad", np.array([[4, 5, 6, 7]]))],
        cell_data={"cell_tags": [np.array([-1]), np.array([-1]),
                                 np.array([-2])]})
    mesh.cell_tags = {-1: ["body"], -2: ["a skin"]}
    meshio.write("meshio.med", mesh)


# --- damaged files -----------------------------------------------------------

def damage(d):
    import h5py
    step = "-0000000000000000001-0000000000000000001"
    root = "ENS_MAA/the mesh/" + step
    fas = "FAS/the mesh/ELEME/FAM_%d"

    def put(path, index, value):
        def edit(f):
            f[path][index] = value
        return edit

    def drop(path):
        def edit(f):
            del f[path]
        return edit

    def swap(path, what):
        def edit(f):
            del f[path]
            f[path] = what
        return edit

    def say(path, name, value):
        def edit(f):
            f[path].attrs[name] = value
        return edit

    def move(old, new):
        return lambda f: f.move(old, new)

    def add(path):
        return lambda f: f.create_group(path)

    nod = root + "/MAI/TE4/NOD"
    rows = [
        ("node-0", put(nod, 1, 0), "an element 'TE4' uses node 0 of 24"),
        ("node-far", put(nod, 1, 25), "uses node 25 of 24"),
        ("node-minus", put(nod, 1, -3), "uses node -3 of 24"),
        ("node-half", swap(nod, np.array([1, 2, 3, 3.5])),
         "uses node 3.5 of 24"),
        ("node-family", put(root + "/NOE/FAM", 0, 7),
         "a node is of family 7, which is not there"),
        ("node-families", swap(root + "/NOE/FAM", np.array([0, 1])),
         "is not a list of 24 numbers"),
        ("node-alone", put(root + "/NOE/FAM", 23, 1),
         "node 24 of the file, in group 'low', belongs to no cell"),
        ("family-nan", swap(root + "/MAI/TE4/FAM", np.array([np.nan])),
         "of family nan, which is not there"),
        ("family-number", say(fas % -1, "NUM", np.float64("nan")),
         "the number of family 'FAM_-1' is none"),
        ("nodes-3", swap(nod, np.array([1, 2, 3])), "no multiple of 4"),
        ("nodes-none", drop(nod), "TE4/NOD' in this MED file"),
        ("nodes-text", swap(nod, np.array([b"a"])), "not a list of"),
        ("points-none", drop(root + "/NOE/COO"), "NOE/COO' in this MED"),
        ("points-away", swap(root + "/NOE/COO",
                             h5py.ExternalLink("/etc/passwd", "/x")),
         "is not a plain link"),
        ("points-nan", put(root + "/NOE/COO", 2, np.nan), "coordinate nan"),
        ("points-short", swap(root + "/NOE/COO", np.arange(71.0)),
         "NOE/COO' has 71 numbers, which is no multiple of 3"),
        ("one-coordinate", say("ENS_MAA/the mesh", "ESP", np.int32(1)),
         "points with 1 coordinates"),
        ("half-coordinate", say("ENS_MAA/the mesh", "ESP", 2.5),
         "points with 2.5 coordinates"),
        ("polygons", move(root + "/MAI/PY5", root + "/MAI/POG"),
         "there are elements 'POG': only"),
        ("unknown", move(root + "/MAI/PY5", root + "/MAI/X9"),
         "there are elements 'X9': only"),
        ("no-cells", drop(root + "/MAI"), "MAI' in this MED file"),
        ("family-none", drop(fas % -2), "of family -2, which is not there"),
        ("families-none", drop("FAS"), "which is not there"),
        ("families-away", swap("FAS", h5py.ExternalLink("/etc/passwd", "/x")),
         "is not a plain link"),
        ("family-short", swap(root + "/MAI/TR3/FAM", np.array([-2])),
         "not a list of 2 numbers"),
        ("two-groups", put(root + "/MAI/QU4/FAM", 0, -9),
         "family -9 are in the groups 'x' and 'y': they can be in one only"),
        ("names", swap(fas % -1 + "/GRO/NOM", np.zeros(3)),
         "is not a list of texts"),
        ("name", put(fas % -1 + "/GRO/NOM", 0,
                     np.frombuffer(b"*".ljust(80, b"\0"), "i1")),
         "not 1 to 127 characters"),
        ("two-meshes", add("ENS_MAA/other"), "'ENS_MAA' has 2 meshes"),
        ("two-steps", add("ENS_MAA/the mesh/2"), "has 2 time steps"),
        ("no-mesh", drop("ENS_MAA"), "there is no 'ENS_MAA' in this MED"),
        ("structured", say("ENS_MAA/the mesh", "TYP", np.int32(1)),
         "the mesh 'the mesh' is structured"),
        ("version", say("INFOS_GENERALES", "MAJ", np.int32(2)),
         "version 2 of MED"),
        ("version-none", drop("INFOS_GENERALES"), "no number 'MAJ'"),
        ("one-hand", put(nod, [0, 1], [2, 1]), "has the volume -"),
        ("facet", put(root + "/MAI/QU4/NOD", 0, 13), "is not a face of any"),
    ]
    for name, edit, message in rows:
        path = "%s/%s.med" % (d, name)
        shutil.copy("solid.med", path)
        with h5py.File(path, "r+") as f:
            edit(f)
        print("%s.med|%s" % (name, message))
    with open(d + "/text.med", "w") as f:
        f.write("hello\n")
    print("text.med|neither a netCDF nor an HDF5 file")
    with open(d + "/classic.med", "wb") as f:
        f.write(b"CDF\1" + bytes(40))
    print("classic.med|bad/classic.med' is not an HDF5 file")


def cut(d):
    with open("solid.med", "rb") as f:
        data = f.read()
    for i in range(12):
        with open("%s/cut-%d.med" % (d, i), "wb") as f:
            f.write(data[:len(data) * i // 12 + 3])
        print("cut-%d.med" % i)


what, *rest = sys.argv[1:]
if what == "write":
    # MED's library brings another HDF5 than meshio's.
    write_all()
    subprocess.run([sys.executable, sys.argv[0], "meshio"], check=True)
elif what == "meshio":
    write_meshio()
elif what == "damage":
    damage(*rest)
else:
    cut(*rest)
