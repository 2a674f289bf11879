#!/usr/bin/env python3
"""Make good, bad and hostile HDF5 files for the worker's tests.

    make.py DIR     every file, and DIR/good and DIR/bad, lists of
                    NAME|TYPE|UNIT|pattern of the message (bad ones)
"""
import os
import sys

import h5py
import numpy as np

GOOD, BAD = [], []


def good(kind, unit=""):
    def add(function):
        GOOD.append((function, kind, unit, ""))
        return function
    return add


def bad(kind, message, unit=""):
    def add(function):
        BAD.append((function, kind, unit, message))
        return function
    return add


def text(value):
    return np.bytes_(value)


# --- what all others are made of ---------------------------------------------

def mesh(f, groups=True):
    """Two triangles and one edge on four points."""
    g = f.create_group("VTKHDF")
    g.attrs["Version"] = np.array([1, 0], "i8")
    g.attrs["Type"] = text("UnstructuredGrid")
    g["Points"] = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], "f8")
    g["Points"].attrs["units"] = text("m")
    g["Connectivity"] = np.array([0, 1, 2, 0, 2, 3, 0, 1], "i8")
    g["Offsets"] = np.array([0, 3, 6, 8], "i8")
    g["Types"] = np.array([5, 5, 3], "u1")
    for name, n in (("Points", 4), ("Cells", 3), ("ConnectivityIds", 8)):
        g["NumberOf" + name] = np.array([n], "i8")
    n = 2 if groups else 0
    g["CellData/group"] = np.array([1, 1, 7] if groups else [0] * 3, "i4")
    f["groups/id"] = np.array([1, 7][:n], "i4")
    f["groups/dimension"] = np.array([2, 1][:n], "i4")
    f["groups/name"] = np.array([b"plate", b"edge"][:n], "S5")


def field(f, values=(300, 301, 302, 303), place="PointData/temperature",
          unit="K", **how):
    mesh(f)
    f["VTKHDF"].attrs["fedtwin_field"] = text(place)
    d = f.create_dataset("VTKHDF/" + place, data=np.array(values, "f8"),
                         **how)
    d.attrs["units"] = text(unit)
    d.attrs["long_name"] = text("temperature")


def image(f, shape=(2, 3, 4), extent=(0, 3, 0, 2, 0, 1), unit="Pa"):
    g = f.create_group("VTKHDF")
    g.attrs["Version"] = np.array([1, 0], "i8")
    g.attrs["Type"] = text("ImageData")
    g.attrs["WholeExtent"] = np.array(extent, "i8")
    g.attrs["Origin"] = np.zeros(3)
    g.attrs["Spacing"] = np.ones(3)
    g.attrs["Direction"] = np.eye(3).ravel()
    g.attrs["fedtwin_field"] = text("PointData/p")
    g["PointData/p"] = np.arange(np.prod(shape), dtype="f8").reshape(shape)
    g["PointData/p"].attrs["units"] = text(unit)


def table(f, columns="time,count,site"):
    g = f.create_group("table")
    g.attrs["columns"] = text(columns)
    g["time"] = np.array([0, 0.5, np.nan])
    g["time"].attrs["units"] = text("s")
    g["count"] = np.array([1, 2, 3], "i8")
    g["count"].attrs["units"] = text("1")
    g["site"] = np.array([b"a", b"b,c", b"d\"e"])
    g["row"] = np.arange(3, dtype="i8")
    g["row"].make_scale("row")
    for name in ("time", "count", "site"):
        g[name].dims[0].attach_scale(g["row"])


# --- good --------------------------------------------------------------------

good("mesh")(mesh)
good("field", "K")(field)
good("image", "Pa")(image)
good("table")(table)


@good("mesh")
def mesh_without_groups(f):
    mesh(f, groups=False)


@good("field", "W/m2")
def field_of_vectors_on_cells(f):
    field(f, np.arange(9).reshape(3, 3), "CellData/flux", "W/m2")


@good("field", " m  s-1 ")
def unit_with_other_spaces(f):
    field(f, unit="m s-1")


@good("field", "K")
def chunked_and_packed(f):
    field(f, chunks=(2,), compression="gzip", shuffle=True, fletcher32=True)


@good("image", "Pa")
def dense(f):
    """10 MB of values in less than 16 KiB."""
    n = 1_200_000
    image(f, (1, 1, 2), (0, n - 1, 0, 0, 0, 0))
    del f["VTKHDF/PointData/p"]
    d = f.create_dataset("VTKHDF/PointData/p", data=np.ones((1, 1, n)),
                         chunks=(1, 1, n), compression="gzip",
                         compression_opts=9)
    d.attrs["units"] = text("Pa")


@good("field", "K")
def extra_data(f):
    field(f)
    f.attrs["time"] = 1.5
    f["notes/big_endian"] = np.array([1, 2, 3], ">i2")
    f["notes/floats"] = np.array([[1, 2], [3, 4]], ">f4")
    f["notes/scalar"] = np.float64(3)
    f["notes/empty"] = np.zeros((0, 4))
    f["notes/null"] = h5py.Empty("f8")
    f["notes"].attrs["variable"] = "any text"
    f["notes"].attrs["list"] = ["a", "bcd", ""]
    f["notes"].attrs["unicode"] = "\u00b5m"
    f["notes"].attrs["nothing"] = h5py.Empty("f4")
    f["notes"].attrs["matrix"] = np.arange(6, dtype=">u2").reshape(2, 3)
    kind = h5py.h5t.C_S1.copy()
    kind.set_size(6)
    kind.set_strpad(h5py.h5t.STR_SPACEPAD)
    space = h5py.h5s.create(h5py.h5s.SCALAR)
    spaced = h5py.h5a.create(f["notes"].id, b"spaced", kind, space)
    spaced.write(np.array(b"ab    ", "S6"), mtype=kind)


@good("field", "K")
def several_tiles(f):
    field(f)
    n = 3 * (1 << 20) // 8 + 5
    f.create_dataset("long", data=np.arange(n, dtype="f8"), chunks=(10000,),
                     compression="gzip", compression_opts=1)
    f.create_dataset("odd_text", data=np.array(
        [b"%07d" % i for i in range(160000)], "S7"))
    f.create_dataset("cube", data=np.arange(120 * 90 * 110, dtype="f4")
                     .reshape(120, 90, 110), chunks=(32, 32, 32))


# --- bad: not what the type says ---------------------------------------------

@bad("field", "no attribute 'fedtwin_field'", "K")
def mesh_given_as_field(f):
    mesh(f)


@bad("mesh", "no group '/VTKHDF'")
def table_given_as_mesh(f):
    table(f)


@bad("mesh", "Type 'ImageData', not 'UnstructuredGrid'")
def image_given_as_mesh(f):
    image(f)


@bad("field", "in 'degC', not in 'K'", "K")
def wrong_unit(f):
    field(f, unit="degC")


@bad("field", "has no attribute 'units'", "K")
def missing_unit(f):
    field(f)
    del f["VTKHDF/PointData/temperature"].attrs["units"]


@bad("mesh", "no dataset '/VTKHDF/Offsets'")
def missing_dataset(f):
    mesh(f)
    del f["VTKHDF/Offsets"]


@bad("mesh", "type f4, not f8")
def single_precision_points(f):
    mesh(f)
    del f["VTKHDF/Points"]
    f["VTKHDF/Points"] = np.zeros((4, 3), "f4")


@bad("mesh", "has no attribute 'units'")
def points_without_unit(f):
    mesh(f)
    del f["VTKHDF/Points"].attrs["units"]


@bad("mesh", "in 'mm', not in 'm'")
def points_in_millimetres(f):
    mesh(f)
    f["VTKHDF/Points"].attrs["units"] = text("mm")


@bad("mesh", "uses point 4 of 4")
def point_that_does_not_exist(f):
    mesh(f)
    f["VTKHDF/Connectivity"][5] = 4


@bad("mesh", "unknown type 7")
def polygon(f):
    mesh(f)
    f["VTKHDF/Types"][0] = 7


@bad("mesh", "do not make 3 points")
def wrong_offsets(f):
    mesh(f)
    f["VTKHDF/Offsets"][1] = 2


@bad("mesh", "'/groups' does not have")
def unnamed_group(f):
    mesh(f)
    f["VTKHDF/CellData/group"][2] = 9


@bad("mesh", "no dataset '/groups/id'")
def groups_without_table(f):
    mesh(f)
    del f["groups"]


@bad("mesh", "same id")
def group_twice(f):
    mesh(f)
    f["groups/id"][...] = 1


@bad("mesh", "does not have in that dimension")
def group_of_another_dimension(f):
    mesh(f)
    f["groups/dimension"][...] = 3


@bad("mesh", "two groups of dimension 1 have the name 'edge'")
def group_name_twice(f):
    mesh(f)
    f["groups/dimension"][...] = 1
    f["groups/name"][...] = b"edge"


@bad("mesh", "has id 0")
def group_zero(f):
    mesh(f)
    f["groups/id"][0] = 0


@bad("mesh", "the name of group 1 is not")
def group_called_everything(f):
    mesh(f)
    f["groups/name"][0] = b"*"


@bad("mesh", "has 5 entries where 4")
def wrong_count(f):
    mesh(f)
    f["VTKHDF/NumberOfCells"][0] = 4
    del f["VTKHDF/Types"], f["VTKHDF/CellData/group"]
    f["VTKHDF/Types"] = np.array([5, 5, 3, 3], "u1")
    del f["VTKHDF/Offsets"], f["VTKHDF/NumberOfPoints"]
    f["VTKHDF/NumberOfPoints"] = np.array([4], "i8")
    f["VTKHDF/Offsets"] = np.array([0, 3, 6, 8, 8], "i8")
    del f["VTKHDF/Points"]
    f["VTKHDF/Points"] = np.zeros((5, 3))


@bad("mesh", "only meshes of one partition")
def two_partitions(f):
    mesh(f)
    del f["VTKHDF/NumberOfPoints"]
    f["VTKHDF/NumberOfPoints"] = np.array([4, 4], "i8")


@bad("field", "for each of 4 points", "K")
def field_of_wrong_length(f):
    field(f, values=(1, 2, 3))


@bad("field", "not a path in PointData or CellData", "K")
def field_elsewhere(f):
    field(f)
    f["VTKHDF"].attrs["fedtwin_field"] = text("../secret")


@bad("image", "does not have the shape", "Pa")
def image_of_wrong_shape(f):
    image(f, shape=(4, 3, 2))


@bad("image", "not a range of indices", "Pa")
def image_upside_down(f):
    image(f, extent=(3, 0, 0, 2, 0, 1))


@bad("table", "no column 'missing'")
def missing_column(f):
    table(f, columns="time,count,site,missing")


@bad("table", "'/table/site' is not among")
def column_not_listed(f):
    table(f, columns="time,count")


@bad("table", "names 'time' twice")
def column_twice(f):
    table(f, columns="time,time,count,site")


@bad("table", "has 4 rows")
def columns_of_two_lengths(f):
    table(f)
    del f["table/count"]
    f["table/count"] = np.arange(4, dtype="i8")
    f["table/count"].attrs["units"] = text("1")


@bad("table", "'/table/time' has no attribute 'units'")
def column_without_unit(f):
    table(f)
    del f["table/time"].attrs["units"]


# --- bad: more than its own bytes, or a burden -------------------------------

@bad("field", "group '/fedtwin', which only versions have", "K")
def with_lineage(f):
    field(f)
    f.create_group("fedtwin")


@bad("field", "link to another file", "K")
def external_link(f):
    field(f)
    f["link"] = h5py.ExternalLink("/etc/passwd", "/")


@bad("field", "link to another file", "K")
def external_link_for_values(f):
    field(f)
    del f["VTKHDF/PointData/temperature"]
    f["VTKHDF/PointData/temperature"] = h5py.ExternalLink("field.h5", "/x")


@bad("field", "is a soft link", "K")
def soft_link(f):
    field(f)
    f["other"] = h5py.SoftLink("/VTKHDF")


@bad("field", "is a soft link", "K")
def soft_link_to_itself(f):
    field(f)
    f["a"] = h5py.SoftLink("/b")
    f["b"] = h5py.SoftLink("/a")


@bad("field", "more than one name", "K")
def hard_link(f):
    field(f)
    f["other"] = f["VTKHDF/Points"]


@bad("field", "more than one name", "K")
def group_inside_itself(f):
    field(f)
    f["VTKHDF/again"] = f["VTKHDF"]


@bad("field", "external storage", "K")
def external_storage(f):
    field(f)
    f.create_dataset("stolen", (16,), "u1",
                     external=[("/etc/passwd", 0, h5py.h5f.UNLIMITED)])


@bad("field", "virtual dataset", "K")
def virtual_dataset(f):
    field(f)
    layout = h5py.VirtualLayout((4,), "f8")
    layout[:] = h5py.VirtualSource("field.h5", "/x", (4,))
    f.create_virtual_dataset("virtual", layout)


@bad("field", "filter 32000", "K")
def unknown_filter(f):
    field(f)
    f.create_dataset("packed", data=np.zeros(100), chunks=(10,),
                     compression="lzf")


@bad("field", "filter 6", "K")
def lossy_filter(f):
    field(f)
    f.create_dataset("rounded", data=np.zeros(100), chunks=(10,),
                     scaleoffset=2)


@bad("field", "far more values than the file can hold", "K")
def petabytes(f):
    field(f)
    f.create_dataset("huge", (1 << 40, 1 << 10), "f8", chunks=(1024, 1024))


@bad("field", "far more values than the file can hold", "K")
def overflowing_shape(f):
    field(f)
    f.create_dataset("huge", (1 << 32, 1 << 31, 2), "u1", chunks=(64, 64, 2))


@bad("field", "larger than 256 MiB", "K")
def huge_chunk(f):
    field(f)
    f.create_dataset("chunk", (1 << 26,), "f8", chunks=(1 << 26,),
                     compression="gzip")


@bad("field", "9 dimensions", "K")
def too_many_dimensions(f):
    field(f)
    f["deep"] = np.zeros((1,) * 9)


@bad("field", "nested deeper", "K")
def nested_groups(f):
    field(f)
    f.create_group("/".join("abcdefghijklmnopqrstuvwxyzabcdefghi"))


@bad("field", "incomplete: 1 of 2 chunks", "K")
def missing_chunk(f):
    field(f)
    f.create_dataset("part", (20,), "f8", chunks=(10,))[:10] = 1


@bad("field", "never written", "K")
def never_written(f):
    field(f)
    f.create_dataset("none", (20,), "f8")


@bad("field", "are a compound type", "K")
def compound(f):
    field(f)
    f["pairs"] = np.zeros(3, [("a", "f8"), ("b", "i4")])


@bad("field", "are an enumeration", "K")
def booleans(f):
    field(f)
    f["flags"] = np.array([True, False])


@bad("field", "unusual layout", "K")
def half_precision(f):
    field(f)
    f["half"] = np.zeros(3, "f2")


@bad("field", "text of variable length", "K")
def variable_text(f):
    field(f)
    f["words"] = ["one", "two"]


@bad("field", "attribute 'flag' of '/VTKHDF' is an enumeration", "K")
def boolean_attribute(f):
    field(f)
    f["VTKHDF"].attrs["flag"] = True


@bad("field", "neither a group nor a dataset", "K")
def named_type(f):
    field(f)
    f["kind"] = np.dtype("f8")


@bad("field", "name of an attribute of '/notes' is not printable UTF-8", "K")
def name_of_an_attribute(f):
    field(f)
    f.create_group("notes").attrs[b"a\xffb"] = 1


@bad("field", "not printable UTF-8", "K")
def control_characters(f):
    field(f)
    f["bad\nname"] = np.zeros(1)


# --- not made by h5py --------------------------------------------------------

def raw_files(directory):
    """Files that are broken as a whole."""
    with open(os.path.join(directory, "field.h5"), "rb") as f:
        whole = f.read()
    files = {
        "nothing": (b"", "is not an HDF5 file"),
        "plain_text": (b"hello\n" * 100, "is not an HDF5 file"),
        "user_block": (b"\0" * 512 + whole, "is not an HDF5 file"),
        "cut_short": (whole[:-100], "truncated"),
        "only_a_start": (whole[:64], "cannot open"),
        "writer_died": (whole[:11] + b"\1" + whole[12:], "cannot open"),
    }
    for name, (data, message) in files.items():
        with open(os.path.join(directory, name + ".h5"), "wb") as f:
            f.write(data)
        yield name, "field", "K", message


def main():
    directory = sys.argv[1]
    os.makedirs(directory, exist_ok=True)
    for name, rows in (("good", GOOD), ("bad", BAD)):
        lines = []
        for function, kind, unit, message in rows:
            path = os.path.join(directory, function.__name__ + ".h5")
            with h5py.File(path, "w", libver=("v110", "v110")) as f:
                function(f)
            lines.append((function.__name__, kind, unit, message))
        if name == "bad":
            lines += raw_files(directory)
        with open(os.path.join(directory, name), "w") as f:
            for line in lines:
                f.write("|".join(line) + "\n")
    # The same content in the oldest format.
    with h5py.File(os.path.join(directory, "oldest.h5"), "w",
                   libver="earliest") as f:
        field(f)


if __name__ == "__main__":
    main()
