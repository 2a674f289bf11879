#!/usr/bin/env python3
"""Compare pairs of versions whose differences are known.

    compare.py META DIR

Prints a line "NAME|ok" or "NAME|what is wrong" for each pair.
"""
import os
import sys

import h5py
import numpy as np

from ask import Worker, record
from make import field, image, mesh, table, text

NAN, INF = float("nan"), float("inf")
PAIRS = []
CHECK = {}  # by the name of the pair


def pair(kind, unit=None, **options):
    """The function (f, b) makes the first file, with b = 1 the second; a
    function behind it, under @check, gets the answer."""
    def add(make):
        PAIRS.append((make.__name__, make, kind, unit, options))
        return make
    return add


def entry(answer, name, where="arrays"):
    found = [a for a in answer[where] if a["name"] == name]
    assert len(found) == 1, answer[where]
    return found[0]


def near(x, y):
    assert abs(x - y) <= 1e-12 * max(1, abs(y)), (x, y)


T = "/VTKHDF/PointData/temperature"


def check(make):
    def keep(function):
        CHECK[make.__name__] = function
        return function
    return keep


# --- fields ------------------------------------------------------------------

@pair("field", "K")
def known_differences(f, b):
    field(f, (300, 301, 300, 303 + 4 * b) if b else (300, 301, 303, 303))


@check(known_differences)
def _(d):
    a = entry(d, T)
    assert d["same"] is False and a["state"] == "differs"
    assert (a["count"], a["differ"], a["beyond"]) == (4, 2, 2)
    assert a["unit"] == "K" and a["shape"] == [4]
    assert a["max_abs"] == 4
    near(a["max_rel"], 4 / 307)
    near(a["l2"], 5)
    near(a["l2_rel"], 5 / np.linalg.norm([300, 301, 303, 303]))
    assert a["where"] == {"index": [3], "values": [303, 307],
                          "at": [0, 1, 0]}
    assert [w["index"] for w in a["first"]] == [[2], [3]]
    assert d["mesh"] == {"same": True, "same_points": True,
                         "same_cells": True, "points": [4, 4],
                         "cells": [3, 3]}


@pair("field", "K")
def equal_values(f, b):
    field(f, (NAN, INF, -INF, 0.0))
    f.attrs["time"] = 1.0
    f["notes/packed"] = np.arange(4.0)


@check(equal_values)
def _(d):
    assert d["same"] is True and not d["arrays"] and not d["attributes"]


@pair("field", "K")
def zeros_of_two_signs(f, b):
    field(f, (-0.0 if b else 0.0, 1, 1, 1))


@check(zeros_of_two_signs)
def _(d):
    assert d["same"] is True and not d["arrays"]


@pair("field", "K", rtol=1e9, atol={"K": 1e300})
def nan_against_number(f, b):
    field(f, (NAN, 1, 2, 3) if b else (NAN, 1, 2, NAN))


@check(nan_against_number)
def _(d):
    a = entry(d, T)
    assert a["state"] == "differs" and (a["nan"], a["beyond"]) == (1, 1)
    assert a["max_abs"] == 0 and "where" not in a
    assert a["first"][0]["index"] == [3]
    assert a["first"][0]["values"] == ["nan", 3]


@pair("field", "K", rtol=1e9, atol={"K": 1e300})
def infinities(f, b):
    field(f, (INF, -INF, INF, 5) if b else (INF, INF, 4, 5))


@check(infinities)
def _(d):
    a = entry(d, T)
    assert a["state"] == "differs" and (a["differ"], a["beyond"]) == (2, 2)
    assert a["max_abs"] == "inf" and a["l2"] == "inf" and "l2_rel" not in a
    assert [w["values"] for w in a["first"]] == [["inf", "-inf"], [4, "inf"]]


@pair("field", "K")
def nothing_overflows(f, b):
    field(f, (3e200, 4e200, 0, 0) if b else (0, 0, 0, 1))


@check(nothing_overflows)
def _(d):
    a = entry(d, T)
    near(a["l2"] / 5e200, 1)
    assert a["max_rel"] == 1


def limits(name, values, state, beyond, **options):
    @pair("field", "K", **options)
    def make(f, b):
        field(f, values[b])
    make.__name__ = name
    PAIRS[-1] = (name,) + PAIRS[-1][1:]

    @check(make)
    def _(d):
        a = entry(d, T)
        assert a["state"] == state and a["beyond"] == beyond, a
        assert d["same"] is (state == "within")


HALF = ((300, 1, 2, 3), (300.5, 1, 2, 3))
limits("absolute at the limit", HALF, "within", 0, atol={"K": 0.5})
limits("absolute beyond the limit", HALF, "differs", 1,
       atol={"K": np.nextafter(0.5, 0)})
limits("absolute of another unit", HALF, "differs", 1, atol={"m": 1.0})
EIGHTH = ((7.0, 1, 2, 3), (8.0, 1, 2, 3))
limits("relative at the limit", EIGHTH, "within", 0, rtol=0.125)
limits("relative beyond the limit", EIGHTH, "differs", 1,
       rtol=np.nextafter(0.125, 0))
limits("relative is symmetric", EIGHTH[::-1], "within", 0, rtol=0.125)
limits("relative near zero", ((0, 1, 2, 3), (1e-300, 1, 2, 3)), "differs", 1,
       rtol=0.5)
limits("either tolerance is enough", ((0, 1, 2, 100), (1e-9, 1, 2, 101)),
       "within", 0, rtol=0.01, atol={"K": 1e-9})


@pair("field", "W/m2")
def vectors_of_cells(f, b):
    v = np.zeros((3, 3))
    v[1] = (3, 4, 0) if b else (0, 0, 0)
    field(f, v, "CellData/flux", "W/m2")


@check(vectors_of_cells)
def _(d):
    a = entry(d, "/VTKHDF/CellData/flux")
    assert a["max_length"] == 5 and a["max_abs"] == 4
    assert a["where"]["index"] == [1, 1]
    near(a["where"]["at"][0], 1 / 3)  # of (0,0), (1,1), (0,1)
    near(a["where"]["at"][1], 2 / 3)


@pair("field", "K", atol={"m": 0.25})
def moved_points(f, b):
    field(f)
    f["VTKHDF/Points"][2] = (1 + 0.3 * b, 1 + 0.4 * b, 0)


@check(moved_points)
def _(d):
    a = entry(d, "/VTKHDF/Points")
    near(a["max_length"], 0.5)
    assert a["beyond"] == 2 and d["mesh"]["same"] is False
    assert d["mesh"]["same_cells"] and not d["mesh"]["same_points"]
    assert len(d["arrays"]) == 1  # the values are still compared


@pair("field", "K")
def other_mesh(f, b):
    field(f, (300, 301, 302, 303 + b))
    if b:
        f["VTKHDF/Points"][2] = (2, 2, 0)
        f["VTKHDF/Connectivity"][:6] = [0, 1, 3, 1, 2, 3]


@check(other_mesh)
def _(d):
    assert entry(d, T)["state"] == "mesh"
    assert "max_abs" not in entry(d, T)
    assert entry(d, "/VTKHDF/Connectivity")["state"] == "differs"


@pair("field", "K")
def same_points_other_cells(f, b):
    field(f, (300, 301, 302, 303 + b))
    if b:
        f["VTKHDF/Connectivity"][:6] = [0, 1, 3, 1, 2, 3]


@check(same_points_other_cells)
def _(d):
    assert entry(d, T)["max_abs"] == 1


@pair("field", "K")
def other_number_of_points(f, b):
    field(f)
    if b:
        for name in ("Points", "PointData/temperature"):
            old = f["VTKHDF/" + name]
            unit, new = old.attrs["units"], np.repeat(old[:], [1, 1, 1, 2], 0)
            del f["VTKHDF/" + name]
            f["VTKHDF/" + name] = new
            f["VTKHDF/" + name].attrs["units"] = unit
        f["VTKHDF/PointData/temperature"].attrs["long_name"] = text(
            "temperature")
        f["VTKHDF/NumberOfPoints"][0] = 5
        f["VTKHDF/Connectivity"][5] = 4


@check(other_number_of_points)
def _(d):
    a = entry(d, T)
    assert a["state"] == "shape" and a["shapes"] == [[4], [5]]
    assert d["mesh"]["points"] == [4, 5]


@pair("field")
def other_unit(f, b):
    field(f, unit="degC" if b else "K")


@check(other_unit)
def _(d):
    a = entry(d, T)
    assert a["state"] == "units" and a["units"] == ["K", "degC"]
    assert "max_abs" not in a and d["same"] is False


@pair("field", "K")
def other_name(f, b):
    field(f, place="PointData/heat" if b else "PointData/temperature")


@check(other_name)
def _(d):
    assert entry(d, T)["state"] == "removed"
    assert entry(d, "/VTKHDF/PointData/heat")["state"] == "added"
    assert d["attributes"] == [{"of": "/VTKHDF", "name": "fedtwin_field",
                                "values": ["PointData/temperature",
                                           "PointData/heat"]}]


@pair("field", "K", rtol=0.01)
def attributes(f, b):
    field(f)
    f.attrs["time"] = 100.5 if b else 100.0
    f.attrs["count"] = np.array([1, 2 + b], "i8")
    if b:
        f.attrs["new"] = text("x")


@check(attributes)
def _(d):
    assert [(a["name"], a["values"]) for a in d["attributes"]] == [
        ("count", [[1, 2], [1, 3]]), ("new", [None, "x"])]
    assert d["same"] is False


@pair("field", "K", rtol=0.1)
def types_of_numbers(f, b):
    field(f)
    f["notes/a"] = np.array([1, 2], "f4" if b else "f8")
    f["notes/b"] = np.array([b"x", b"y"]) if b else np.array([1, 2])
    big = 2**63 - 1
    f["notes/c"] = np.array([big - b, -5, 7], "i8")
    f["notes/d"] = np.array([2**64 - 1 - b, 0], "u8")


@check(types_of_numbers)
def _(d):
    a = entry(d, "/notes/a")
    assert a["state"] == "differs" and a["types"] == ["f8", "f4"]
    assert a["differ"] == 0
    assert entry(d, "/notes/b")["state"] == "type"
    c = entry(d, "/notes/c")  # exact although doubles cannot tell them apart
    assert c["state"] == "differs" and c["max_abs"] == 1
    assert c["where"]["values"] == [2**63 - 1, 2**63 - 2]
    assert entry(d, "/notes/d")["where"]["values"] == [2**64 - 1, 2**64 - 2]


@pair("mesh")
def groups_of_a_mesh(f, b):
    mesh(f)
    if b:
        f["groups/name"][0] = b"slab"


@check(groups_of_a_mesh)
def _(d):
    a = entry(d, "/groups/name")
    assert a["first"] == [{"index": [0], "values": ["plate", "slab"]}]
    assert d["mesh"]["same"] is True


# --- images ------------------------------------------------------------------

@pair("image", "Pa")
def values_of_an_image(f, b):
    image(f)
    g = f["VTKHDF"]
    g.attrs["Origin"] = np.array([10.0, 20, 30])
    g.attrs["Spacing"] = np.array([1.0, 2, 3])
    g["PointData/p"][1, 2, 3] += b


@check(values_of_an_image)
def _(d):
    a = entry(d, "/VTKHDF/PointData/p")
    assert a["where"] == {"index": [1, 2, 3], "values": [23, 24],
                          "at": [13, 24, 33]}
    assert d["same_grid"] is True


@pair("image", "Pa")
def grids(f, b):
    image(f)
    f["VTKHDF"].attrs["Origin"] = np.array([0.0, 0, b])
    f["VTKHDF/PointData/p"][0, 0, 0] = b


@check(grids)
def _(d):
    assert d["same_grid"] is False
    assert entry(d, "/VTKHDF/PointData/p")["state"] == "grid"
    assert d["attributes"][0]["values"] == [[0, 0, 0], [0, 0, 1]]


# --- tables ------------------------------------------------------------------

def columns(f, rows, **column):
    """A table; name=(unit, values)."""
    g = f.create_group("table")
    g.attrs["columns"] = text(",".join(column))
    g["row"] = np.arange(rows, dtype="i8")
    g["row"].make_scale("row")
    for name, (unit, values) in column.items():
        g[name] = np.array(values)
        if unit:
            g[name].attrs["units"] = text(unit)
        g[name].dims[0].attach_scale(g["row"])


@pair("table", first=2)
def cells_of_a_table(f, b):
    columns(f, 4, time=("s", [0.0, 1 + b, 2 + b, 3 + b]),
            n=("1", [1, 2, 3, 4]),
            who=(None, [b"a", b"bcd" if b else b"b", b"c", b"d"]))


@check(cells_of_a_table)
def _(d):
    assert d["rows"] == {"count": [4, 4], "lone": [0, 0], "key": None}
    t = entry(d, "time")
    assert t["beyond"] == 3 and len(t["first"]) == 2 and t["unit"] == "s"
    assert t["first"][1] == {"index": [2], "values": [2, 3]}
    w = entry(d, "who")
    assert w["first"] == [{"index": [1], "values": ["b", "bcd"]}]
    assert "max_abs" not in w and len(d["arrays"]) == 2


@pair("table")
def columns_and_rows_of_a_table(f, b):
    if b:
        columns(f, 3, a=("m", [1.0, 2, 3]), c=("m", [1.0, 2, 3]),
                u=("mm", [1.0, 2, 3]), k=(None, [b"1", b"2", b"3"]))
    else:
        columns(f, 2, a=("m", [1.0, 5]), b=("m", [1.0, 2]),
                u=("m", [1.0, 2]), k=("1", [1, 2]))


@check(columns_and_rows_of_a_table)
def _(d):
    assert d["rows"]["count"] == [2, 3] and d["rows"]["lone"] == [0, 1]
    states = {a["name"]: a["state"] for a in d["arrays"]}
    assert states == {"a": "differs", "b": "removed", "c": "added",
                      "u": "units", "k": "type"}, states
    assert entry(d, "a")["count"] == 2


@pair("table")
def a_table_that_grew(f, b):
    columns(f, 2 + b, a=("m", [1.0, 2, 3][:2 + b]))


@check(a_table_that_grew)
def _(d):
    assert d["same"] is False and not d["arrays"]


@pair("table", key="id")
def rows_by_key(f, b):
    if b:
        columns(f, 4, id=(None, [b"west", b"n", b"e", b"ss"]),
                h=("m", [4.0, 1.5, 2, 9]))
    else:
        columns(f, 4, id=(None, [b"n", b"e", b"s", b"west"]),
                h=("m", [1.0, 2, 3, 4]))


@check(rows_by_key)
def _(d):
    assert d["rows"] == {"count": [4, 4], "lone": [1, 1], "key": "id"}
    h = entry(d, "h")
    assert (h["count"], h["beyond"]) == (3, 1)
    assert h["first"] == [{"index": [0], "values": [1, 1.5]}]
    assert len(d["arrays"]) == 1


@pair("table", key="id")
def rows_by_number_as_key(f, b):
    order = [2, 0, 1] if b else [0, 1, 2]
    columns(f, 3, id=("1", np.array([7, -3, 2**62])[order]),
            h=("m", np.array([1.0, 2, NAN])[order]))


@check(rows_by_number_as_key)
def _(d):
    assert d["same"] is True and d["rows"]["lone"] == [0, 0]


# --- files -------------------------------------------------------------------

@pair("file")
def texts(f, b):
    return b"one\ntwo\nthree\n" if not b else b"one\nTWO\nthree\n"


@check(texts)
def _(d):
    assert d["file"] == {
        "sizes": [14, 14], "differ": 3, "first": 4, "values": [116, 84],
        "lines": "@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n",
        "removed": 1, "added": 1, "lines_left_out": 0}


@pair("file", lines=1)
def few_lines(f, b):
    return b"1\n" if b else b"2\n"


@check(few_lines)
def _(d):
    assert d["file"]["lines"] == "@@ -1,1 +1,1 @@\n"
    assert d["file"]["lines_left_out"] == 2


@pair("file")
def bytes_that_are_no_text(f, b):
    return b"\0\1\2\3" if b else b"\0\1"


@check(bytes_that_are_no_text)
def _(d):
    assert d["file"] == {"sizes": [2, 4], "differ": 0, "first": 2}
    assert d["same"] is False


@pair("file")
def a_terminal_is_not_driven(f, b):
    return b"\x1b[2J" if b else b"x"


@check(a_terminal_is_not_driven)
def _(d):
    assert "lines" not in d["file"] and d["file"]["first"] == 0


@pair("file")
def texts_at_the_limit(f, b):
    return b"%d\n" % b + b"x" * ((1 << 20) - 2)


@check(texts_at_the_limit)
def _(d):
    assert d["file"]["removed"] == 1


@pair("file")
def texts_beyond_the_limit(f, b):
    return b"%d\n" % b + b"x" * ((1 << 20) - 1)


@check(texts_beyond_the_limit)
def _(d):
    assert "lines" not in d["file"] and d["file"]["differ"] == 1


# --- sizes -------------------------------------------------------------------

@pair("field", "K")
def more_than_a_slab(f, b):
    """The two are chunked and packed in different ways."""
    field(f)
    x = np.arange(1_500_000, dtype="f8").reshape(-1, 3)
    x[400_000, 1] += b
    f.create_dataset("notes/long", data=x.astype(">f8" if b else "<f8"),
                     chunks=(70_000 if b else 1000, 3),
                     compression="gzip" if b else None)


@check(more_than_a_slab)
def _(d):
    a = entry(d, "/notes/long")
    assert a["where"]["index"] == [400_000, 1] and a["max_length"] == 1


@pair("table")
def many_columns(f, b):
    columns(f, 1, **{"c%d" % i: ("m", [1.0 + b]) for i in range(1001)})


@check(many_columns)
def _(d):
    assert len(d["arrays"]) == 1000 and d["left_out"] == 1


# --- refused -----------------------------------------------------------------

def refused(name, message, kind, make, **options):
    make.__name__ = name
    PAIRS.append((name, make, kind, None, options))
    CHECK[name] = message


def keyed(a, b):
    return lambda f, side: columns(f, 2, id=(b if side else a),
                                   h=("m", [1.0, 2]))


refused("no such key", "the first table has no column 'name'", "table",
        keyed((None, [b"a", b"b"]), (None, [b"a", b"b"])), key="name")
refused("a key twice", "column 'id' cannot pair rows: row 2 has the value of",
        "table", keyed((None, [b"a", b"b"]), (None, [b"a", b"a"])), key="id")
refused("a key that is no number", "row 2 has no number", "table",
        keyed(("m", [1.0, NAN]), ("m", [1.0, 2])), key="id")
refused("keys in two units", "values in two units", "table",
        keyed(("m", [1.0, 2]), ("mm", [1.0, 2])), key="id")
refused("keys of two types", "values of two types", "table",
        keyed(("m", [1, 2]), ("m", [1.0, 2])), key="id")
refused("too many values", "'first' or 'lines' is out of range", "table",
        keyed(("m", [1, 2]), ("m", [1, 3])), first=101)


# -----------------------------------------------------------------------------

def make_file(make, side, directory):
    path = os.path.join(directory, "%s-%d" % (make.__name__.replace(" ", "_"),
                                              side))
    with h5py.File(path, "w", track_order=False) as f:
        content = make(f, side)
    if isinstance(content, bytes):
        with open(path, "wb") as out:
            out.write(content)
    return path


def publish(worker, meta, make, kind, unit, side, directory):
    answer = worker.ask("publish", type=kind, unit=unit, file_name=None,
                        src=make_file(make, side, directory),
                        record=record(side=side, pair=make.__name__),
                        **({"media_type": "text/plain"} if kind == "file"
                           else {}))
    assert answer["ok"], answer
    return "%s/o/%s/%s.h5" % (meta, answer["version"][:2], answer["version"])


def judge(worker, meta, directory, name, make, kind, unit, options):
    a, b = (publish(worker, meta, make, kind, unit, side, directory)
            for side in (0, 1))
    answer = worker.ask("compare", path=a, other=b, **options)
    want = CHECK[name]
    if isinstance(want, str):
        assert not answer["ok"] and want in answer["message"], answer
        return
    assert answer["ok"], answer
    assert answer["versions"] == [os.path.basename(p)[:-3] for p in (a, b)]
    # Names of files are content; here they differ.
    answer["attributes"] = [x for x in answer["attributes"]
                            if x["of"] != "/file"]
    want(answer)


def main():
    meta, directory = sys.argv[1:3]
    os.makedirs(directory, exist_ok=True)
    worker = Worker(meta)
    for name, make, kind, unit, options in PAIRS:
        verdict = "ok"
        try:
            judge(worker, meta, directory, name, make, kind, unit, options)
        except AssertionError as error:
            line = error.__traceback__
            while line.tb_next:
                line = line.tb_next
            verdict = "line %d: %s" % (line.tb_lineno, str(error)[:2000])
        print("%s|%s" % (name.replace("_", " "), verdict))
    return worker.close()


if __name__ == "__main__":
    sys.exit(main())
