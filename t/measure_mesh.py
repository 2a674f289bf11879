"""What is in a mesh, as VTK's own shape functions see it.

usage: measure_mesh.py [straight] FILE.h5...

One line "cells points types", then of each group "name dimension cells measure
moment", where moment is the integral of x^2 + 2 y^2 + 3 z^2, and so for the
cells in no group, "-".  All files must say the same.  With 'straight' every
node beyond the corners must be the mean of the corners around it, by VTK's
edges and faces.
"""
import itertools
import sys

import h5py
import numpy as np
import vtk

ORDER2 = 21, 22, 23, 24, 25, 28, 29
SIMPLEX = 5, 10, 13, 22, 24


def points_of_rule(kind, dim):
    """Gauss points and weights on VTK's reference cell."""
    x, w = np.polynomial.legendre.leggauss(4)
    x, w = (x + 1) / 2, w / 2
    for i in itertools.product(range(4), repeat=dim):
        p, weight = list(x[list(i)]) + [0] * (3 - dim), np.prod(w[list(i)])
        if kind in SIMPLEX and dim > 1:  # a square or cube that collapses
            weight *= 1 - p[0]
            p[1] *= 1 - p[0]
            if kind in (10, 24):
                weight *= 1 - p[0] - p[1]
                p[2] *= 1 - p[0] - p[1]
        yield p, weight


class Kind:
    """Values and derivatives of the shape functions of a type of cell."""

    def __init__(self, kind):
        self.cell = vtk.vtkGenericCell.InstantiateCell(kind)
        self.dim = self.cell.GetCellDimension()
        n = self.cell.GetNumberOfPoints()
        self.rule = []
        for p, weight in points_of_rule(kind, self.dim):
            value, slope = [0.0] * n, [0.0] * (n * self.dim)
            self.cell.InterpolateFunctions(p, value)
            if self.dim:
                self.cell.InterpolateDerivs(p, slope)
            self.rule.append((np.array(value),
                              np.array(slope).reshape(self.dim, n), weight))

    def integrate(self, x):
        """Measure (of solid cells signed) and moment."""
        sums = np.zeros(2)
        for value, slope, weight in self.rule:
            j = slope @ x
            size = (1 if self.dim == 0 else
                    np.linalg.det(j) if self.dim == 3 else
                    np.linalg.norm(np.cross(*j) if self.dim == 2 else j))
            assert size > 0, "inside out"
            sums += weight * size * np.array(
                [1, (value @ x) ** 2 @ [1, 2, 3]])
        return sums

    def check_straight(self, x):
        cell = self.cell
        for i in range(cell.GetNumberOfPoints()):
            cell.GetPointIds().SetId(i, i)
        sides = [cell.GetEdge(i) for i in range(cell.GetNumberOfEdges())]
        for side in [s for s in sides if s]:
            a, b, *middle = [side.GetPointId(i)
                             for i in range(side.GetNumberOfPoints())]
            for m in middle:
                assert np.allclose(x[m], (x[a] + x[b]) / 2), "not straight"
        if len(x) == 27:
            for i in range(6):
                ids = [cell.GetFace(i).GetPointId(k) for k in range(9)]
                assert np.allclose(x[ids[8]], x[ids[:4]].mean(0))
        if len(x) in (9, 27):
            corners = 2 ** self.dim
            assert np.allclose(x[-1], x[:corners].mean(0)), "centre"


def tell(path, straight):
    f = h5py.File(path, "r")
    g = f["VTKHDF"]
    points, types, offset = g["Points"][:], g["Types"][:], g["Offsets"][:]
    node, group = g["Connectivity"][:], g["CellData/group"][:]
    kinds = {t: Kind(int(t)) for t in set(types)}
    sums = {}
    for i, t in enumerate(types):
        x = points[node[offset[i]:offset[i + 1]]]
        key = (kinds[t].dim, group[i])
        n, size = sums.get(key, (0, 0))
        sums[key] = n + 1, size + kinds[t].integrate(x)
        if straight and t in ORDER2:
            kinds[t].check_straight(x)
    top = max(k.dim for k in kinds.values())
    lines = ["%d %d %s" % (sum(kinds[t].dim == top for t in types),
                           len(points), ",".join(map(str, sorted(kinds))))]
    assert set(f["groups/id"]) >= set(group) - {0}
    names = [(n.decode(), d, sums.get((d, i), (0, (0, 0))))
             for i, n, d in sorted(zip(f["groups/id"], f["groups/name"],
                                       f["groups/dimension"]))]
    if (top, 0) in sums:
        names.append(("-", top, sums[top, 0]))
    return "\n".join(lines + ["%s %d %d %.9g %.9g" % (name, dim, n, *size)
                              for name, dim, (n, size) in names])


def main():
    straight = sys.argv[1] == "straight"
    said = {tell(path, straight) for path in sys.argv[1 + straight:]}
    print("\n\n".join(said))
    assert len(said) == 1, "they differ"


main()
