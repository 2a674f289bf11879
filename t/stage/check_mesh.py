#!/usr/bin/env python3
"""Check a mesh file against share/doc/formats/objects.md, with nothing of
fedtwin's own, and print what is in it.

    check_mesh.py FILE      one line "cells points", then "name dimension cells
                            measure" for each group
"""
import sys

import h5py
import numpy as np

# VTK type: dimension, nodes, faces
TYPES = {
    1: (0, 1, []),
    3: (1, 2, [(0,), (1,)]),
    5: (2, 3, [(0, 1), (1, 2), (2, 0)]),
    9: (2, 4, [(0, 1), (1, 2), (2, 3), (3, 0)]),
    10: (3, 4, [(0, 2, 1), (0, 1, 3), (1, 2, 3), (0, 3, 2)]),
    12: (3, 8, [(0, 3, 2, 1), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5),
                (2, 3, 7, 6), (3, 0, 4, 7)]),
    13: (3, 6, [(0, 2, 1), (3, 4, 5), (0, 1, 4, 3), (1, 2, 5, 4),
                (2, 0, 3, 5)]),
    14: (3, 5, [(0, 3, 2, 1), (0, 1, 4), (1, 2, 4), (2, 3, 4), (3, 0, 4)]),
}


def measure(cell, x):
    """Lengths, areas or signed volumes of cells of one type."""
    dim, _, faces = TYPES[cell]
    x = x.swapaxes(0, 1)  # by node first
    if dim == 0:
        return np.ones(len(x[0]))
    if dim == 1:
        return np.linalg.norm(x[1] - x[0], axis=1)
    if dim == 2:
        return np.linalg.norm(sum(np.cross(x[i] - x[0], x[i + 1] - x[0])
                                  for i in range(1, len(x) - 1)), axis=1) / 2
    return sum(((x[f[0]] - x[0]) * np.cross(x[f[i]] - x[0],
                                            x[f[i + 1]] - x[0])).sum(1) / 6
               for f in faces for i in range(1, len(f) - 1))


def signed_areas(x):
    x = x.swapaxes(0, 1)
    return sum(np.cross(x[i] - x[0], x[i + 1] - x[0])[:, 2]
               for i in range(1, len(x) - 1)) / 2


def key(nodes):
    """Rows that are equal where the nodes are the same, in any order."""
    rows = np.sort(nodes, axis=1)
    return np.pad(rows, ((0, 0), (4 - rows.shape[1], 0)), constant_values=-1)


def check_storage(name, item):
    if isinstance(item, h5py.Dataset) and item.size:
        assert item.fletcher32, f"{name} has no checksum"
    text = [a for a in item.attrs if item.attrs.get_id(a).get_type()
            .get_class() == h5py.h5t.STRING]
    for a in text:
        assert not item.attrs.get_id(a).get_type().is_variable_str(), a


def main():
    f = h5py.File(sys.argv[1], "r")
    f.visititems(check_storage)
    g = f["VTKHDF"]
    assert g.attrs["Type"] == b"UnstructuredGrid"
    assert list(g.attrs["Version"]) == [1, 0]
    points, types = g["Points"][:], g["Types"][:]
    offset, node = g["Offsets"][:], g["Connectivity"][:]
    group = g["CellData/group"][:]
    assert g["Points"].attrs["units"] == b"m"
    assert list(g["NumberOfPoints"]) == [len(points)]
    assert list(g["NumberOfCells"]) == [len(types)] == [len(group)]
    assert list(g["NumberOfConnectivityIds"]) == [len(node)] == [offset[-1]]
    assert offset[0] == 0 and len(offset) == len(types) + 1
    assert sorted(set(node)) == list(range(len(points)))
    dims = np.array([TYPES[t][0] for t in types])
    top = dims.max()
    assert list(dims) == sorted(dims, reverse=True), "facets come last"
    assert (group[dims < top] > 0).all(), "a facet without a group"
    assert len(set(f["groups/id"])) == len(f["groups/id"])

    size, faces, facets = np.zeros(len(types)), [], []
    for t in set(types):
        dim, nodes, sides = TYPES[t]
        cells = np.flatnonzero(types == t)
        assert (offset[cells + 1] - offset[cells] == nodes).all()
        n = node[offset[cells][:, None] + np.arange(nodes)]
        size[cells] = measure(t, points[n])
        if top == 2 and dim == 2:
            wrong = cells[~(signed_areas(points[n]) > 0)]
            assert not len(wrong), f"cells {wrong} are clockwise"
        if dim == top:
            faces += [key(n[:, side]) for side in sides]
        elif dim == top - 1:
            facets.append(key(n))
    wrong = np.flatnonzero(~(size > 0))
    assert not len(wrong), f"cells {wrong} are inside out"
    faces, count = np.unique(np.concatenate(faces), axis=0, return_counts=True)
    assert count.max() <= 2, "a face of three cells"
    known = set(map(tuple, faces))
    for facet in map(tuple, np.concatenate(facets) if facets else []):
        assert facet in known, f"a facet of points {facet} is no face of a cell"

    print((dims == top).sum(), len(points))
    for i, name, dim in zip(f["groups/id"], f["groups/name"],
                            f["groups/dimension"]):
        cells = group == i
        assert (dims[cells] == dim).all()
        print(name.decode(), dim, cells.sum(), f"{size[cells].sum():.10g}")


main()
