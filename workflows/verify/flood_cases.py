"""Where the cases of flood.yaml begin, and what came of them.

With a 'case' in its cell of the matrix it writes terrain, depth and velocities
(or the hydrograph); without one it compares the results.
"""
import csv
import json
import math

import h5py
import numpy as np

G = 9.81

with open('task.json') as f:
    task = json.load(f)


# --- exact solutions ---------------------------------------------------------

def dam_break(x, t, left, right):
    """Depth at x from the dam: Stoker, on a dry bed Ritter."""
    c = math.sqrt(G * left)
    fan = (2 * c - x / t) ** 2 / (9 * G)
    if right == 0:
        return np.where(x < -c * t, left, np.where(x < 2 * c * t, fan, 0))

    def excess(h):
        return 2 * (c - math.sqrt(G * h)) - (h - right) * math.sqrt(
            G * (h + right) / (2 * h * right))
    low, high = right, left
    for _ in range(200):
        h = 0.5 * (low + high)
        low, high = (h, high) if excess(h) > 0 else (low, h)
    u = 2 * (c - math.sqrt(G * h))
    tail, shock = (u - math.sqrt(G * h)) * t, h * u / (h - right) * t
    return np.where(x < -c * t, left, np.where(x < tail, fan, np.where(
        x < shock, h, right)))


def river(n=100):
    """MacDonald's subcritical flow of 2 m2/s: centres, bed, depth."""
    def depth(x):
        return (4 / G) ** (1 / 3) * (
            1 + 0.5 * np.exp(-16 * (x / 1000 - 0.5) ** 2))
    fine = np.linspace(0, 1000, 20001)
    s, h = fine / 1000 - 0.5, depth(fine)
    rise = (4 / G) ** (1 / 3) * -0.016 * s * np.exp(-16 * s ** 2)
    fall = (1 - 4 / (G * h ** 3)) * rise + (0.033 * 2) ** 2 / h ** (10 / 3)
    bed = np.concatenate([[0], np.cumsum(0.5 * (fall[1:] + fall[:-1]))])
    x = (np.arange(n) + 0.5) * 1000 / n
    return np.interp(x, fine, (bed[-1] - bed) * (fine[1] - fine[0])), depth(x)


def flat_wave(behind):
    """Depth so far behind the front of a wave that runs over a flat bed at 1 m/s
    with n 0.03 (Hunter et al. 2005)."""
    return (7 / 3 * 0.03 ** 2 * np.maximum(behind, 0)) ** (3 / 7)


# --- beginnings --------------------------------------------------------------

def grid(n, size):
    x = (np.arange(n) + 0.5) * size / n
    return np.meshgrid(x, x)


def begin(case, n):
    """Distance of points, bed, depth, velocities."""
    if case in ('stoker', 'ritter'):
        x = (np.arange(n) + 0.5) * 10 / n
        right = 0.001 if case == 'stoker' else 0
        h = np.tile(np.where(x < 5, 0.005, right), (3, 1))
        return 10 / n, 0 * h, h, 0 * h, 0 * h
    if case == 'smooth':
        x, y = grid(n, 100.0)
        z = 0.2 * np.cos(np.pi * x / 50) * np.cos(np.pi * y / 50)
        h = 2 - z + 0.2 * np.exp(-((x - 50) ** 2 + (y - 45) ** 2) / 150)
        return 100 / n, z, h, 0 * h, 0 * h
    if case == 'thacker':
        x, y = grid(n, 4.0)
        x, y, w = x - 2, y - 2, math.sqrt(2 * G * 0.1)
        z = -0.1 * (1 - x ** 2 - y ** 2)
        h = np.maximum(0.05 * (2 * x - 0.5) - z, 0)
        return 4 / n, z, h, 0 * h, np.where(h > 0, 0.5 * w, 0)
    if case == 'lake':
        z = np.random.default_rng(1).normal(100, 1, (60, 60))
        z[20:30, 20:30] += 10
        return 2.0, z, 0 * z, 0 * z, 0 * z
    if case == 'river':
        z, h = (np.tile(a, (3, 1)) for a in river())
        return 10.0, z, h, 0 * h, 0 * h
    if case == 'plane':
        z = np.tile((49.5 - np.arange(50)) * 2.0 * 0.02, (3, 1))
        return 2.0, z, 0 * z, 0 * z, 0 * z
    if case == 'slope':
        z = np.tile(1e-3 * (995 - 10.0 * np.arange(100)), (3, 1))
        return 10.0, z, 0 * z, 0 * z, 0 * z
    if case == 'flat':
        z = np.zeros((3, 100))
        return 50.0, z, 0 * z, 0 * z, 0 * z
    z = np.zeros((200, 100))  # the plain: 1 km by 2 km
    return 10.0, z, 0 * z, 0 * z, 0 * z


def write_image(path, name, unit, value, dx):
    ny, nx = value.shape
    with h5py.File(path, 'w') as f:
        vtk = f.create_group('VTKHDF')
        vtk.attrs['Version'] = np.array([1, 0])
        vtk.attrs['Type'] = np.bytes_('ImageData')
        vtk.attrs['WholeExtent'] = np.array([0, nx - 1, 0, ny - 1, 0, 0])
        vtk.attrs['Origin'] = np.array([dx / 2, dx / 2, 0.0])
        vtk.attrs['Spacing'] = np.array([dx, dx, 1.0])
        vtk.attrs['Direction'] = np.eye(3).ravel()
        vtk.attrs['fedtwin_field'] = np.bytes_('PointData/' + name)
        data = vtk.create_dataset('PointData/' + name, data=value)
        data.attrs['units'] = np.bytes_(unit)


# --- results -----------------------------------------------------------------

def images(name):
    """The values of each gathered file, by its cell of the matrix."""
    found = {}
    for item in task['inputs'][name]:
        with h5py.File(item['path']) as f:
            name = f['VTKHDF'].attrs['fedtwin_field']
            name = name.decode() if isinstance(name, bytes) else name
            cell = item.get('cell') or {}
            found[tuple(cell.get(k) for k in ('case', 'cells', 'scheme'))] = (
                f['VTKHDF/' + name][()])
    return found


def only(name):
    return next(iter(images(name).values()))


def dams():
    depth = images('dam')
    for case, right in ('stoker', 0.001), ('ritter', 0):
        error = []
        cells = 100, 200, 400, 800
        for n in cells:
            x = (np.arange(n) + 0.5) * 10 / n - 5
            h = depth[case, n, None][1]
            error.append(np.abs(h - dam_break(x, 6, 0.005, right)).mean())
        slope, _ = np.polyfit(np.log2(cells), np.log2(error), 1)
        yield ('order in L1, dam break, %s, 100 to 800 cells' % case, '1', 1,
               -slope, 0.2, 'absolute')
    yield ('depth between the waves, 0.005 and 0.001 m', 'm', 0.00253936,
           depth['stoker', 800, None][1][433], 2e-3, 'relative')
    yield ('depth at the dam, dry bed', 'm', 0.00222222,
           depth['ritter', 800, None][1][399:401].mean(), 5e-3, 'relative')


def halve(a):
    return 0.25 * (a[::2, ::2] + a[1::2, ::2] + a[::2, 1::2] + a[1::2, 1::2])


def waves():
    h = [images('smooth')['smooth', n, None] for n in (50, 100, 200)]
    a, b = (np.abs(halve(fine) - rough).mean() for rough, fine in zip(h, h[1:]))
    yield 'order in L1, smooth waves', '1', 2, math.log2(a / b), 0.2, 'absolute'


def swing():
    begun, ended = images('swing_start'), images('swing')
    for n in (100, 200):
        x, y = grid(n, 4.0)
        far = [math.hypot(((x - 2) * h).sum(), ((y - 2) * h).sum()) / h.sum()
               for h in (begun['thacker', n, None], ended['thacker', n, None])]
        yield ("amplitude after a period, Thacker, %d cells" % n, '1', 1,
               far[1] / far[0], 0.02, 'absolute')


def rest():
    for (_, _, scheme), speed in sorted(images('lake').items()):
        yield ('speed in a lake with islands, %s' % scheme, 'm s-1', 0,
               np.nanmax(speed), 1e-12, 'absolute')
    h, want = only('river')[1], only('river_start')[1]
    yield ("mean error of the depth, MacDonald's river", '1', 0,
           np.abs(h / want - 1).mean(), 0.005, 'absolute')
    yield ("depth at 505 m, MacDonald's river", 'm', want[50], h[50], 0.002,
           'relative')


def runoff():
    with h5py.File(task['inputs']['plane'][0]['path']) as f:
        out, time = f['table/outflow'][()], f['table/time'][()]
    q, t = np.diff(out) / 30 / 6, time[1:] - 15
    rain = 50e-3 / 3600
    want = np.minimum(0.02 ** 0.5 / 0.03 * (rain * t) ** (5 / 3), rain * 100)
    yield ('runoff from a plane, largest error of its peak', '1', 0,
           np.abs(q - want).max() / want.max(), 0.02, 'absolute')
    yield ('runoff from a plane, equilibrium', 'm2 s-1', rain * 100, q[-1],
           1e-3, 'relative')


def inertia():
    want = (0.03 / 1e-3 ** 0.5) ** 0.6
    yield ('local inertia: depth of uniform flow on a slope', 'm', want,
           only('slope')[1][50], 1e-5, 'relative')
    want = flat_wave(3600 - 50 * (np.arange(100) + 0.5))
    for (_, _, scheme), h in sorted(images('flat').items()):
        yield ('rms error, wave on a flat dry bed, %s' % scheme, 'm', 0,
               math.sqrt(((h[1] - want) ** 2).mean()), 0.02, 'absolute')
    h = only('plain_1')
    yield ('local inertia against second order, a plain that fills, mean depth '
           'difference', '1', 0,
           np.abs(only('plain_inertial') - h)[h > 0.05].mean() /
           h[h > 0.05].mean(), 0.03, 'absolute')


def plain():
    h = only('plain_1')
    for ranks in (2, 4):
        yield ('%d ranks against 1, depth' % ranks, 'm', 0,
               np.abs(only('plain_%d' % ranks) - h).max(), 1e-12, 'absolute')
    yield ('symmetry of a plain that fills', 'm', 0,
           np.abs(h - h[::-1]).max(), 1e-9, 'absolute')
    least = min(float(np.nanmin(a)) for name in ('dam', 'swing', 'river',
                                                 'plain_1')
                for a in images(name).values())
    yield 'least depth of all', 'm', 0, min(least, 0), 0, 'absolute'


def balance():
    worst = 0
    for name in ('dam_balance', 'swing_balance', 'river_balance', 'plane',
                 'plain_2_balance', 'plain_inertial_balance'):
        for item in task['inputs'][name]:
            with h5py.File(item['path']) as f:
                worst = max(worst, np.abs(f['table/error'][()]).max())
    yield ('volume unaccounted for, largest of all', '1', 0, worst, 1e-10,
           'absolute')


def main():
    cell = task.get('cell') or {}
    out = {k: v['path'] for k, v in task['outputs'].items()}
    if cell.get('case') == 'hydrograph':
        with open(out['table'], 'w') as f:
            f.write('time [min],breach [m3/s]\n0,0\n60,20\n240,20\n300,0\n')
    elif cell.get('case') == 'flat_wave':
        with open(out['table'], 'w') as f:
            f.write('time [s],wave [m3/s]\n')
            f.writelines('%d,%.9g\n' % (t, 150 * flat_wave(t))
                         for t in range(0, 3601, 10))
    elif cell:
        dx, *values = begin(cell['case'], cell.get('cells'))
        for name, value in zip(('terrain', 'depth', 'u', 'v'), values):
            unit = 'm' if name in ('terrain', 'depth') else 'm s-1'
            write_image(out[name], name, unit, value, dx)
    else:
        with open(out['cases'], 'w', newline='') as f:
            rows = csv.writer(f, quoting=csv.QUOTE_NONNUMERIC)
            rows.writerow(['case', 'unit', 'reference [1]', 'value [1]',
                           'tolerance [1]', 'measure'])
            for part in (dams, waves, swing, rest, runoff, inertia, plain,
                         balance):
                rows.writerows(
                    [float(x) if not isinstance(x, str) else x for x in row]
                    for row in part())


main()
