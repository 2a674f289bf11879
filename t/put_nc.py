"""netCDF and HDF5 files for t1065-put-nc.t, and damaged ones.

usage: put_nc.py write                 NAME.nc, in all formats
       put_nc.py check LIST            of lines FILE VARIABLE OBJECT.h5 [DIM=I]
       put_nc.py damage DIR            prints FILE|MESSAGE
       put_nc.py cut DIR               prints FILE
"""
import struct
import sys

import h5py
import netCDF4
import numpy
import vtk
import xarray
from vtk.util.numpy_support import vtk_to_numpy

FORMATS = {"cdf1": "NETCDF3_CLASSIC", "cdf2": "NETCDF3_64BIT_OFFSET",
           "cdf5": "NETCDF3_64BIT_DATA", "nc4": "NETCDF4",
           "nc4c": "NETCDF4_CLASSIC"}


def axis(f, name, values, kind="f8", unlimited=False, **attrs):
    f.createDimension(name, None if unlimited else len(values))
    v = f.createVariable(name, kind, (name,))
    v.setncatts(attrs)
    v[:] = values


def field(f, name, dims, kind="f4", fill=None, shape=None, **attrs):
    v = f.createVariable(name, kind, dims, fill_value=fill)
    v.set_auto_maskandscale(False)
    v.setncatts(attrs)
    shape = shape or [len(f.dimensions[d]) for d in dims]
    n = int(numpy.prod(shape))
    if kind[0] == "f":
        v[:] = numpy.sin(numpy.arange(n)).reshape(shape) * 40
    else:
        v[:] = (numpy.arange(n) * 7 % 120).reshape(shape)
    return v


def climate(path, form):
    """What atmosphere models write: unlimited time, falling latitudes, packed
    numbers and missing ones."""
    with netCDF4.Dataset(path, "w", format=form) as f:
        axis(f, "time", [0, 6, 12], unlimited=True,
             units="hours since 2026-01-01", calendar="standard", axis="T")
        axis(f, "lat", numpy.arange(60, 49, -2.5), "f4",
             units="degrees_north", standard_name="latitude")
        axis(f, "lon", numpy.arange(0, 2, 0.1), "f4", units="degrees_east",
             long_name="longitude")
        axis(f, "height", [10, 20], "i4", units="km", positive="up")
        f.createDimension("bnds", 2)
        field(f, "lat_bnds", ("lat", "bnds"))
        t = field(f, "t2m", ("time", "lat", "lon"), "i2", -999, units="K",
                  long_name="2 metre temperature", scale_factor=0.01,
                  add_offset=273.15, standard_name="air_temperature")
        t[1, 2, 3] = -999
        field(f, "rain", ("time", "lat", "lon"), units="mm/day")[2, 0, 0] = (
            netCDF4.default_fillvals["f4"])
        v = field(f, "wind", ("time", "height", "lat", "lon"), "f8",
                  units="m s-1", missing_value=numpy.array([1e20, -1e20]))
        v[0, 0, 0, :2] = [1e20, -1e20]
        field(f, "swapped", ("lon", "lat"), units="Pa")
        field(f, "salt", ("lat", "lon"), units="psu")
        field(f, "bare", ("lat", "lon"))
        field(f, "track", ("time",), units="m")
        u = f.createVariable("u1", "i1", ("lat", "lon"))
        u.set_auto_maskandscale(False)
        u.setncatts({"units": "1", "_Unsigned": "true"})
        u[:] = (numpy.arange(100) * 5 % 256).astype("u1").view("i1").reshape(
            5, 20)
        f.createVariable("crs", "S1", ())
        f.createVariable("names", "S1", ("lat", "bnds"))[:] = b"a"


def numbers(path, form):
    """Every type of numbers, with its extremes."""
    kinds = ["i1", "i2", "i4", "f4", "f8"]
    if form in ("NETCDF3_64BIT_DATA", "NETCDF4"):
        kinds += ["u1", "u2", "u4", "i8", "u8"]
    with netCDF4.Dataset(path, "w", format=form) as f:
        axis(f, "y", [0.5, 1.0], units="m")
        axis(f, "x", [1, 2, 3], "i2", units="m")
        for kind in kinds:
            v = f.createVariable(kind, kind, ("y", "x"))
            v.set_auto_maskandscale(False)
            v.units = "1"
            info = (numpy.finfo if kind[0] == "f" else numpy.iinfo)(kind)
            low, high = info.min, info.max
            if kind in ("u2", "u4"):
                high -= 1  # the very last is their fill value
            if kind[1] == "8" and kind[0] != "f":
                low, high = max(-2 ** 53, int(low)), 2 ** 53
            v[:] = numpy.array([[low, high, 0], [1, 2, 3]], kind)


def odd(path, form):
    """What is no image, or only with help."""
    with netCDF4.Dataset(path, "w", format=form) as f:
        axis(f, "gauss", [85.76, 80.27, 74.74, 69.21], units="degrees_north")
        axis(f, "lon", [0, 1, 2], "f8", units="degrees_east")
        axis(f, "level", [1, 2, 3], "i4", units="level")
        axis(f, "east", [1, 2], units="km", axis="X")
        axis(f, "west", [1, 2], units="km", axis="X")
        axis(f, "hole", [1, numpy.nan, 3], units="m")
        axis(f, "still", [1, 1, 1], units="m")
        axis(f, "one", [7], units="m")
        for n in (2, 3):
            f.createDimension("d%d" % n, n)
        f.createDimension("table", 2)
        field(f, "gaussian", ("gauss", "lon"), units="K")
        field(f, "levels", ("level", "lon"), units="K")
        field(f, "both", ("east", "west"), units="K")
        field(f, "holes", ("hole", "lon"), units="K")
        field(f, "stills", ("still", "lon"), units="K")
        field(f, "plain", ("d3", "d2"), units="K")
        field(f, "mixed", ("d3", "lon"), units="K")
        field(f, "square", ("d3", "d3"), units="K")
        field(f, "point", ("one", "lon"), units="K")
        field(f, "five", ("one", "level", "d3", "d2", "lon"), units="K")
        field(f, "taken", ("table", "lon"), units="K")
        field(f, "scaled", ("d2", "lon"), units="K",
              scale_factor=numpy.array([1., 2.]))
        f.createVariable("number", "f8", ())


def only(path, form):
    """One variable, which need not be named; records that are not padded."""
    with netCDF4.Dataset(path, "w", format=form) as f:
        f.createDimension("x", 3)
        v = f.createVariable("x", "f8", ("x",))
        v[:], v.units = [0, 1, 2], "cm"
        f.createDimension("y", None)
        field(f, "b", ("y", "x"), "i1", units="1", shape=(5, 3))


def others():
    with h5py.File("plain.h5", "w") as f:
        f["t"] = numpy.arange(24, dtype=">i4").reshape(2, 3, 4)
        f.create_dataset("packed", data=numpy.ones((4, 6), "f4"),
                         compression="gzip", shuffle=True)
        f["deep/inside/t"] = numpy.arange(6.).reshape(2, 3)
        f["deep/inside/t"].attrs["units"] = "Pa"
        f["text"] = numpy.array([b"a", b"b"])
        f["soft"] = h5py.SoftLink("/t")
        f["other"] = h5py.ExternalLink("numbers-nc4.nc", "/f8")
        f.create_dataset("holes", (100,), chunks=(10,))[:10] = 1
        f.create_dataset("v", data=numpy.zeros((2, 2), [("a", "f4")]))
        layout = h5py.VirtualLayout((6,), "f8")
        layout[:] = h5py.VirtualSource("numbers-nc4.nc", "y", (6,))
        f.create_virtual_dataset("virtual", layout)
        f.create_dataset("lzf", data=numpy.ones((4, 6)), compression="lzf")
    xr = xarray.Dataset(
        {"p": (("z", "y", "x"), numpy.random.RandomState(1).rand(2, 3, 4),
               {"units": "hPa"})},
        {"z": ("z", [0., 5.], {"units": "m", "positive": "down"}),
         "y": ("y", [3., 2., 1.], {"units": "km"}),
         "x": ("x", [10., 20., 30., 40.], {"units": "km"}),
         "station": ("y", ["a", "b", "c"])})
    xr.to_netcdf("xarray.nc")


def write():
    for short, form in FORMATS.items():
        climate("climate-%s.nc" % short, form)
        numbers("numbers-%s.nc" % short, form)
        odd("odd-%s.nc" % short, form)
        only("only-%s.nc" % short, form)
    others()


# --- is the object what the file is? -----------------------------------------

def original(path, variable, cut):
    if path.endswith(".h5"):
        data = h5py.File(path)[variable][()].astype("f8")
        return xarray.DataArray(data, dims=["z", "y", "x"][-data.ndim:])
    d = xarray.open_dataset(path, decode_times=False,
                            drop_variables=["scaled"])[variable]
    if variable == "rain":
        d = d.where(d < 1e36)  # the fill value of its type
    d = d.isel({k: int(v) for k, v in (c.split("=") for c in cut)})
    for name in d.dims:
        if d.sizes[name] == 1:
            d = d.isel({name: 0})
        elif name in d.coords:
            d = d.sortby(name)
    return d


def check(path, variable, got, *cut):
    want = original(path, variable, cut)
    name = variable.split("/")[-1]
    with xarray.open_dataset(got, decode_times=False) as coords, \
            xarray.open_dataset(got, group="VTKHDF/PointData") as values:
        have = values[name]
        assert have.dtype == "f8" and set(have.dims) == set(want.dims), have
        assert numpy.allclose(have.transpose(*want.dims), want, rtol=1e-6,
                              atol=0, equal_nan=True), path
        for d in want.dims:
            if d not in want.coords:
                continue
            scale = 1000 if want[d].attrs["units"] == "km" else (
                .01 if want[d].attrs["units"] == "cm" else 1)
            assert numpy.allclose(coords[d], want[d] * scale, rtol=1e-12)
            unit = want[d].attrs["units"]
            assert coords[d].attrs["units"] == (
                "m" if scale != 1 else "1" if unit == "level" else unit)
        if "time" in want.coords and not want.coords["time"].dims:
            assert coords["time"] == want["time"]
            assert coords["time"].units == "hours since 2026-01-01"
    if want.ndim == 3:  # VTK 9.1 writes beyond its memory on flat ones
        check_vtk(got, name)


def check_vtk(got, name):
    r = vtk.vtkHDFReader()
    assert r.CanReadFile(got)
    r.SetFileName(got)
    r.Update()
    image = r.GetOutput()
    with h5py.File(got) as f:
        flat = f["VTKHDF/PointData/" + name][()].ravel()
        assert numpy.array_equal(
            vtk_to_numpy(image.GetPointData().GetArray(name)), flat,
            equal_nan=True)
        assert image.GetNumberOfPoints() == flat.size
        assert numpy.allclose(image.GetSpacing(), f["VTKHDF"].attrs["Spacing"])


# --- damaged files -----------------------------------------------------------

def pad(b):
    return b + bytes(-len(b) % 4)


def classic(version=1, records=0, dims=((b"x", 2),), rank=1, ids=(0,), kind=6,
            attrs=b"", n_attrs=0, begin=None, values=16, more_dims=0,
            name=b"t", magic=b"CDF"):
    """A small CDF file; its numbers may lie."""
    size = ">q" if version == 5 else ">i"
    long = ">q" if version != 1 else ">i"
    count = lambda n: struct.pack(size.upper() if n > 2 ** 31 else size, n)
    text = lambda b: count(len(b)) + pad(b)
    h = magic + bytes([version]) + count(records)
    h += struct.pack(">i", 10) + count(len(dims) + more_dims)
    for d, n in dims:
        h += text(d) + count(n)
    h += struct.pack(">i", 0) + count(0)
    h += struct.pack(">i", 11) + count(1) + text(name) + count(rank)
    for i in ids:
        h += count(i)
    units = text(b"units") + struct.pack(">i", 2) + text(b"K")
    h += struct.pack(">i", 12) + count(1 + n_attrs) + units + attrs
    h += struct.pack(">i", kind) + count(16)
    at = len(h) + (4 if version == 1 else 8)
    h += struct.pack(long, at if begin is None else begin)
    return h + bytes(values)


def attr(name, kind, values, count=None):
    n = len(values) if count is None else count
    return (struct.pack(">i", len(name)) + pad(name) +
            struct.pack(">ii", kind, n) + pad(values))


def bad_files():
    good = classic()
    yield "empty.nc", b"", "neither a netCDF nor an HDF5"
    yield "noise.nc", b"netcdf t {", "neither a netCDF nor an HDF5"
    yield "version-3.nc", classic(version=3), "byte 4: an unknown version"
    yield "version-0.nc", classic(version=0), "unknown version"
    yield "short.nc", b"CDF\1", "ends within its header"
    yield "streaming.nc", classic(records=-1), "its writer did not close it"
    yield "minus.nc", classic(dims=((b"x", -2),)), "a negative count"
    yield "dims.nc", classic(more_dims=1000000), "more than 65536 entries"
    yield "dims-more.nc", classic(more_dims=60000), "byte [0-9]*: a name of no"
    yield "tag.nc", good.replace(b"\0\0\0\x0b", b"\0\0\0\x0a", 1), (
        "another list than")
    yield "name-none.nc", classic(name=b""), "a name of no"
    yield "name-long.nc", classic(name=b"a" * 1025), "too many bytes"
    yield "name-bytes.nc", classic(name=b"a\1"), "not printable UTF-8"
    yield "name-zero.nc", classic(name=b"a\0b"), "not printable UTF-8"
    yield "name-slash.nc", classic(name=b"a\xff"), "not printable UTF-8"
    yield "rank.nc", classic(rank=70000), "more than 65536 dimensions"
    yield "rank-9.nc", classic(rank=9, ids=(0,) * 9), "which variable|no var"
    yield "dim-id.nc", classic(ids=(1,)), "a dimension that cannot be there"
    yield "dim-unlimited.nc", classic(
        dims=((b"x", 2), (b"r", 0)), rank=2, ids=(0, 1)), "cannot be there"
    yield "type.nc", classic(kind=13), "an unknown type of numbers"
    yield "type-7.nc", classic(kind=7), "an unknown type of numbers"
    yield "attrs.nc", classic(n_attrs=70000), "more than 65536 entries"
    yield "attr-count.nc", classic(
        n_attrs=1, attrs=attr(b"a", 6, b"", 1 << 30)), "of too many values"
    yield "attr-type.nc", classic(n_attrs=1, attrs=attr(b"a", 99, b"")), (
        "unknown type")
    yield "begin.nc", classic(begin=1 << 30), "begin behind the end"
    yield "begin-minus.nc", classic(version=2, begin=-8), "behind the end"
    yield "values.nc", classic(values=15), "ends within the values of 't'"
    yield "huge.nc", classic(dims=((b"x", 2 ** 31 - 1),)), (
        "ends within the values of 't'")
    yield "points.nc", classic(records=2 ** 26 + 1, dims=((b"x", 0),), kind=1,
                               values=2 ** 26 + 1), "more than 2.26 points"
    yield "product.nc", classic(dims=((b"x", 2 ** 31 - 1), (b"y", 2 ** 31 - 1)),
                                rank=2, ids=(0, 1)), "too many values"
    yield "records.nc", classic(records=2 ** 31 - 1, dims=((b"x", 0),)), (
        "it says 2147483647 records of 8 bytes")
    yield "records-5.nc", classic(version=5, records=2 ** 62,
                                  dims=((b"x", 0),)), "records of 8 bytes"
    yield "none.nc", classic(records=0, dims=((b"x", 0),)), "has no values"
    yield "scale.nc", classic(n_attrs=1, attrs=attr(
        b"scale_factor", 2, b"no")), "'scale_factor' of 't' is not one number"
    yield "scale-nan.nc", classic(n_attrs=1, attrs=attr(
        b"add_offset", 6, struct.pack(">d", float("nan")), 1)), (
        "'add_offset' of 't' is not one number")
    yield "unit-bytes.nc", good.replace(b"\0\0\0\1K\0", b"\0\0\0\1\xff\0"), (
        "is not printable UTF-8")
    yield "hdf5.nc", b"\211HDF\r\n\032\n" + bytes(100), "cannot open"


def save(path, data):
    with open(path, "wb") as f:
        f.write(data)


def damage(directory):
    for name, data, message in bad_files():
        save(directory + "/" + name, data)
        print(name + "|" + message.replace("|", "\\|"))


def cut(directory):
    for kind in ("cdf1", "cdf5", "nc4"):
        with open("only-%s.nc" % kind, "rb") as f:
            whole = f.read()
        last = len(whole) - (8 if kind == "nc4" else 4)
        for at in [1, 4, 20] + [last * i // 9 for i in range(1, 10)]:
            name = "%s-%d.nc" % (kind, at)
            save(directory + "/" + name, whole[:at])
            print(name)


what, *rest = sys.argv[1:]
if what == "write":
    write()
elif what == "check":
    for line in open(rest[0]):
        check(*line.split())
elif what == "damage":
    damage(rest[0])
else:
    cut(rest[0])
