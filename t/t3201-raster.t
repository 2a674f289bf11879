#!/bin/sh
test_description='raster.read: GeoTIFF to an image; GIS readers open the results'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-raster fedtwin-gdal
PYTHONPATH=$FT_SRCDIR/t
export PYTHONPATH

cat >tiff.py <<\EOT
import json

from osgeo import gdal, osr

from flood import *

gdal.UseExceptions()

def tiff(name, z, x0=500000, y1=5600000, dx=10.0, dy=None, epsg=25832,
         unit='m', turn=0):
    d = gdal.GetDriverByName('GTiff').Create(
        name, z.shape[1], z.shape[0], 1, gdal.GDT_Float32,
        ['TILED=YES', 'COMPRESS=DEFLATE'])
    d.SetGeoTransform((x0, dx, turn, y1, 0, -(dy or dx)))
    if epsg:
        srs = osr.SpatialReference()
        srs.ImportFromEPSG(epsg)
        d.SetProjection(srs.ExportToWkt())
    band = d.GetRasterBand(1)
    band.SetNoDataValue(-9999)
    band.SetUnitType(unit)
    band.WriteArray(z)
    return name

def read(*files, **params):
    where = write_task('raster.read', params, {},
                       {'height': 'image', 'number': 'image'})
    with open(where + '/task.json') as f:
        task = json.load(f)
    task['inputs'] = {'files': [
        {'path': os.path.abspath(f), 'type': 'file'} for f in files]}
    with open(where + '/task.json', 'w') as f:
        json.dump(task, f)
    return Result(where, *start('fedtwin-raster', where))

def attributes(run, name, of):
    with h5py.File('%s/%s.h5' % (run.where, name)) as f:
        return {k: text(v) if isinstance(v, bytes) else v
                for k, v in f[of].attrs.items()}

z = np.add.outer(np.linspace(10, 0, 60), np.linspace(0, 3, 80))
z = z.astype('f4')
z[0, 0] = -9999
EOT

test_expect_success 'values, places, gaps and CRS arrive' '
	"$PYTHON" - <<-EOT
	import sys
	sys.path.append(".")
	from tiff import *
	run = read(tiff("a.tif", z))
	assert run.code == 0, run.err
	got = run.image("height")
	want = np.where(z == -9999, np.nan, z)[::-1]
	assert np.array_equal(got, want, equal_nan=True)
	head = attributes(run, "height", "VTKHDF")
	assert list(head["Origin"]) == [500005, 5599405, 0], head
	assert list(head["Spacing"][:2]) == [10, 10]
	crs = attributes(run, "height", "crs")
	assert crs["grid_mapping_name"] == "transverse_mercator"
	srs = osr.SpatialReference()
	srs.ImportFromWkt(crs["crs_wkt"])
	assert "25832" == srs.GetAuthorityCode(None)
	EOT
'

test_expect_success 'tiles are joined, windows cut, feet turned into metres' '
	"$PYTHON" - <<-EOT
	import sys
	sys.path.append(".")
	from tiff import *
	run = read(tiff("w.tif", z[:, :40]), tiff("e.tif", z[:, 40:], 500400),
	           x_min=500100, x_max=500700, y_min=5599500, y_max=5599900)
	assert run.code == 0, run.err
	assert np.array_equal(run.image("height"), z[10:50, 10:70][::-1])
	run = read(tiff("f.tif", z, unit="ft"))
	assert abs(run.image("height")[0, 0] - z[-1, 0] * 0.3048) < 1e-12
	run = read(tiff("n.tif", z, unit=""), unit="1")
	assert run.image("number").shape == (60, 80)
	EOT
'

test_expect_success 'degrees are reprojected to square metres' '
	"$PYTHON" - <<-EOT
	import sys
	sys.path.append(".")
	from tiff import *
	name = tiff("d.tif", z, 9.0, 50.6, 0.0001, epsg=4326)
	run = read(name)
	assert run.code == 0, run.err
	flat = try_flood(run.where + "/height.h5", end=1, manning=0.03)
	assert flat.code == 1, flat.err
	assert "coordinates are in \"degrees_east\"; a flood needs metres: " \
	    "reproject it" in flat.err[0].replace(chr(39), chr(34)), flat.err
	run = read(name, crs="EPSG:32632", resolution=10)
	assert run.code == 0, run.err
	head = attributes(run, "height", "VTKHDF")
	assert list(head["Spacing"][:2]) == [10, 10]
	flood(run.where + "/height.h5", end=10, manning=0.03, rain=1e-5)
	EOT
'

test_expect_success 'what cannot be read is named' '
	"$PYTHON" - <<-EOT
	import sys
	sys.path.append(".")
	from tiff import *
	with open("text.tif", "w") as f:
	    f.write("no raster at all")
	rows = [
	    ("text.tif", {}, "cannot read"),
	    ("missing.tif", {}, "missing.tif"),
	    (tiff("t.tif", z, turn=1.0), {}, "is rotated or mirrored"),
	    (tiff("u.tif", z, unit=""), {}, "does not say the unit"),
	    (tiff("v.tif", z), dict(unit="ft"), "that its values are in \"m\""),
	    (tiff("k.tif", z, unit="K"), {}, "values in \"K\" cannot be read"),
	    (tiff("l.tif", z, epsg=None), {}, "does not say its CRS"),
	    (tiff("l.tif", z, epsg=None), dict(crs="EPSG:32632"),
	     "does not say its CRS"),
	    (tiff("c.tif", z), dict(crs="EPSG:1"), ""),
	    (tiff("l.tif", z, epsg=None), dict(source_crs="mars"), "mars"),
	    (tiff("b.tif", z), dict(band=2), "has 1 bands, not band 2"),
	    (tiff("w.tif", z), dict(x_min=1.0), "a window needs all of"),
	    (tiff("us.tif", z, epsg=2263), {}, "are not in metres"),
	]
	for name, params, words in rows:
	    run = read(name, **params)
	    assert run.code == 1, (name, run.err)
	    assert words in run.err[-1].replace(chr(39), chr(34)), run.err
	    assert not os.path.exists(run.where + "/height.h5"), name
	assert read(tiff("l.tif", z, epsg=None), local=True).code == 0
	run = read(tiff("l.tif", z, epsg=None), source_crs="EPSG:25832")
	assert "ETRS89" in attributes(run, "height", "crs")["crs_wkt"], run.err
	EOT
'

cat >flood.yaml <<\EOT
fedtwin: 1
workflow: flood
stages:
  terrain:
    module: raster.read
    in: {files: a.tif}
  flood:
    module: env.flood
    in: {terrain: "${terrain.height}"}
    with:
      end: 1 min
      manning: 0.03
      rain: 50 mm/h
      boundaries: [{side: all, kind: free}]
    resources: {ranks: 2}
EOT

test_expect_success 'a flood from a GeoTIFF opens in xarray and GDAL' '
	"$PYTHON" -c "import sys; sys.path.append(\".\")
from tiff import *
tiff(\"a.tif\", z)" &&
	fedtwin init &&
	fedtwin run flood.yaml &&
	fedtwin data get flood.max_depth deep.h5 &&
	"$PYTHON" - <<-EOT
	import h5py, numpy as np, xarray
	from osgeo import gdal
	gdal.UseExceptions()
	with h5py.File("deep.h5") as f:
	    want = f["VTKHDF/PointData/max_depth"][()]
	d = xarray.open_dataset("deep.h5", group="VTKHDF/PointData")
	axes = xarray.open_dataset("deep.h5")
	d = d.assign_coords(x=axes.x, y=axes.y)
	assert d.max_depth.dims == ("y", "x")
	assert float(d.max_depth.sel(x=500105, y=5599425)) == want[2, 10]
	assert d.max_depth.attrs["grid_mapping"] == "/crs"
	assert "ETRS89" in axes.crs.attrs["crs_wkt"]
	r = gdal.Open("NETCDF:\"deep.h5\":/VTKHDF/PointData/max_depth")
	x0, dx, _, y0, _, dy = r.GetGeoTransform()
	row = int((5599425 - y0) // dy)
	assert r.ReadAsArray()[row, int((500105 - x0) // dx)] == want[2, 10]
	assert "UTM zone 32N" in r.GetProjection()
	EOT
'

test_done
