"""Fields for the tests of post.*, and what is in their tables.

post.py field MESH OUT UNIT EXPRESSION...   a field on points: one expression of
                                            x, y, z, or one for each component
post.py cells MESH OUT UNIT EXPRESSION      a field on cells, of their centres
post.py image OUT UNIT NX NY DX EXPRESSION  its corner in (0, 0); i and j count
                                            its points
post.py table FILE COLUMN...                the columns, a line for each row
post.py values IMAGE                        a line for each row, southmost first
post.py attribute FILE COLUMN NAME          of a column
"""
import sys

import h5py
import numpy

NAMES = {'pi': numpy.pi, 'sin': numpy.sin, 'exp': numpy.exp,
         'nan': numpy.nan, 'where': numpy.where, 'sqrt': numpy.sqrt}


def centres(vtk):
    offsets, nodes = vtk['Offsets'][()], vtk['Connectivity'][()]
    points = vtk['Points'][()]
    return numpy.array([points[nodes[a:b]].mean(0)
                        for a, b in zip(offsets, offsets[1:])])


def field(place, mesh, out, unit, *expressions):
    with h5py.File(mesh) as f, h5py.File(out, 'w') as g:
        f.copy('VTKHDF', g)
        f.copy('groups', g)
        vtk = g['VTKHDF']
        x = vtk['Points'][()] if place == 'PointData' else centres(vtk)
        scope = dict(NAMES, x=x[:, 0], y=x[:, 1], z=x[:, 2])
        values = [numpy.broadcast_to(
            numpy.asarray(eval(e, {}, scope), 'f8'), len(x))
            for e in expressions]
        data = values[0] if len(values) == 1 else numpy.stack(values, 1)
        made = vtk.require_group(place).create_dataset('u', data=data)
        made.attrs['units'] = numpy.bytes_(unit)
        made.attrs['long_name'] = numpy.bytes_('test value')
        vtk.attrs['fedtwin_field'] = numpy.bytes_(place + '/u')


def image(out, unit, nx, ny, dx, expression):
    j, i = numpy.mgrid[0:int(ny), 0:int(nx)]
    dx = float(dx)
    scope = dict(NAMES, i=i, j=j, x=(i + 0.5) * dx, y=(j + 0.5) * dx)
    with h5py.File(out, 'w') as g:
        vtk = g.create_group('VTKHDF')
        vtk.attrs['Version'] = numpy.array([1, 0])
        vtk.attrs['Type'] = numpy.bytes_('ImageData')
        vtk.attrs['WholeExtent'] = numpy.array(
            [0, i.shape[1] - 1, 0, i.shape[0] - 1, 0, 0])
        vtk.attrs['Origin'] = numpy.array([dx / 2, dx / 2, 0])
        vtk.attrs['Spacing'] = numpy.array([dx, dx, 1.0])
        vtk.attrs['Direction'] = numpy.eye(3).ravel()
        vtk.attrs['fedtwin_field'] = numpy.bytes_('PointData/depth')
        made = vtk.create_dataset('PointData/depth', data=numpy.broadcast_to(
            numpy.asarray(eval(expression, {}, scope), 'f8'), i.shape))
        made.attrs['units'] = numpy.bytes_(unit)


def values(path):
    with h5py.File(path) as f:
        vtk = f['VTKHDF']
        for row in vtk[vtk.attrs['fedtwin_field'].decode()][()]:
            print(*('%.10g' % v for v in row))


def table(path, *columns):
    with h5py.File(path) as f:
        if not columns:
            columns = f['table'].attrs['columns'].decode().split(',')
        for row in zip(*(f['table'][c][()] for c in columns)):
            print(' '.join('%.10g' % v for v in row))


def attribute(path, column, name):
    with h5py.File(path) as f:
        print(f['table'][column].attrs[name].decode())


if sys.argv[1] == 'attribute':
    attribute(*sys.argv[2:])
elif sys.argv[1] == 'table':
    table(*sys.argv[2:])
elif sys.argv[1] == 'image':
    image(*sys.argv[2:])
elif sys.argv[1] == 'values':
    values(sys.argv[2])
else:
    field({'field': 'PointData', 'cells': 'CellData'}[sys.argv[1]],
          *sys.argv[2:])
