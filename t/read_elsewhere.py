"""A mesh, a field and a table of the demo as h5py, xarray and VTK see them.

usage: read_elsewhere.py MESH FIELD TABLE PEAKS.csv
"""
import csv
import sys

import h5py
import numpy
import vtk
import xarray
from vtk.util.numpy_support import vtk_to_numpy


def vtk_read(path):
    reader = vtk.vtkHDFReader()
    assert reader.CanReadFile(path), path
    reader.SetFileName(path)
    reader.Update()
    return reader.GetOutput()


mesh, field, table, peaks = sys.argv[1:]
peak = float(list(csv.reader(open(peaks)))[-1][1])

# The mesh: the same points and cells in both, real volumes, named groups.
grid = vtk_read(mesh)
with h5py.File(mesh, "r") as f:
    points = f["VTKHDF/Points"][:]
    cells = int(f["VTKHDF/NumberOfCells"][0])
    names = {n.decode().rstrip("\0") for n in f["groups/name"][:]}
assert grid.GetNumberOfPoints() == len(points) > 1000
assert grid.GetNumberOfCells() == cells
assert numpy.array_equal(vtk_to_numpy(grid.GetPoints().GetData()), points)
assert {"aluminium", "chip", "air"} <= names, names
size = vtk.vtkCellSizeFilter()
size.SetInputData(grid)
size.Update()
volume = vtk_to_numpy(size.GetOutput().GetCellData().GetArray("Volume"))
assert volume.min() >= 0 and 1e-6 < volume.sum() < 1e-3, volume.sum()

# The field: its maximum is the peak that the last stage drew.
with h5py.File(field, "r") as f:
    data = f["VTKHDF/PointData/temperature"]
    assert data.attrs["units"].decode() == "K"
    values = data[:]
assert abs(values.max() - peak) < 1e-9, (values.max(), peak)
grid = vtk_read(field)
seen = vtk_to_numpy(grid.GetPointData().GetArray("temperature"))
assert numpy.array_equal(seen, values)
for engine in ("h5netcdf", "netcdf4"):
    try:
        ds = xarray.open_dataset(field, group="VTKHDF/PointData",
                                 engine=engine)
    except ValueError as e:
        assert engine == "h5netcdf" and "unrecognized engine" in str(e), e
        continue
    assert numpy.array_equal(ds["temperature"].values, values)
    assert ds["temperature"].attrs["units"] == "K"

# The table: as a data set with units.
ds = xarray.open_dataset(table, group="table")
assert abs(float(ds["t_max"][-1]) - peak) < 1e-9
assert ds["t_max"].attrs["units"] == "K"
