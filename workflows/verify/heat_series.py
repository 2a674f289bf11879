"""The cases of heat-series.yaml: what came out, and what it should be.

heat_series.py reads task.json in the directory it is started in.  Bessel
functions are taken as the integrals of F. W. J. Olver et al., NIST Handbook of
Mathematical Functions, 2010, chapter 10; the series of bodies that cool are
those of H. S. Carslaw, J. C. Jaeger, Conduction of Heat in Solids, 1959.
"""
import csv
import json
import math

import h5py
import numpy as np

SIGMA = 5.670374419e-8
TERMS = 40

with open('task.json') as f:
    task = json.load(f)


def column(name, what):
    with h5py.File(task['inputs'][name][0]['path']) as f:
        return f['table/' + what][()]


def root(f, low, high):
    """Where f, which has another sign at each end, is 0."""
    rising = f(high) > f(low)
    for _ in range(200):
        middle = (low + high) / 2
        if (f(middle) > 0) == rising:
            high = middle
        else:
            low = middle
    return middle


# --- Bessel functions --------------------------------------------------------

CIRCLE = np.arange(400) * 2 * math.pi / 400
LINE = np.linspace(0, 12, 4001)


def bessel_j(n, x):
    return np.cos(n * CIRCLE - x * np.sin(CIRCLE)).mean()


def bessel_i(n, x):
    return (np.exp(x * np.cos(CIRCLE)) * np.cos(n * CIRCLE)).mean()


def bessel_k(n, x):
    y = np.exp(-x * np.cosh(LINE)) * np.cosh(n * LINE)
    return (y.sum() - (y[0] + y[-1]) / 2) * LINE[1]


# --- bodies that cool: (T - ambient) / (T0 - ambient) at time Fo ---------------

def wall(x, fourier, biot):
    total = 0
    for k in range(TERMS):
        z = root(lambda z: z * math.sin(z) - biot * math.cos(z),
                 k * math.pi, (k + 0.5) * math.pi)
        total += (4 * math.sin(z) / (2 * z + math.sin(2 * z)) *
                  math.exp(-z * z * fourier) * math.cos(z * x))
    return total


def rod(r, fourier, biot):
    def excess(z):
        return z * bessel_j(1, z) - biot * bessel_j(0, z)
    total = 0
    for k in range(TERMS):
        # between a root of J1 and the next one of J0
        z = root(excess, k * math.pi + (0.7 if k else 0),
                 (k + 0.75) * math.pi + 0.2)
        j0, j1 = bessel_j(0, z), bessel_j(1, z)
        total += (2 / z * j1 / (j0 ** 2 + j1 ** 2) *
                  math.exp(-z * z * fourier) * bessel_j(0, z * r))
    return total


def ball(r, fourier, biot):
    total = 0
    for k in range(TERMS):
        z = root(lambda z: z * math.cos(z) - (1 - biot) * math.sin(z),
                 k * math.pi + 1e-9, (k + 1) * math.pi - 1e-9)
        total += (4 * (math.sin(z) - z * math.cos(z)) /
                  (2 * z - math.sin(2 * z)) * math.exp(-z * z * fourier) *
                  (math.sin(z * r) / (z * r) if r else 1))
    return total


# --- cases -------------------------------------------------------------------

def cooling():
    t = column('cooling', 'temperature')[-2:]
    fourier = 20 / (3000 * 1000) * 150 / 0.05 ** 2
    for r, where, got in (0, 'centre', t[0]), (1, 'surface', t[1]):
        yield ('ball that cools, %s after 150 s' % where, 'K',
               293.15 + 380 * ball(r, fourier, 1.0), got, 0.05, 'absolute')
    t = np.concatenate([column('short', 'temperature')[-3:],
                        column('turned', 'temperature')[-2:]])
    fourier = 14.9 / (7900 * 477) * 180 / 0.05 ** 2
    biot = 500 * 0.05 / 14.9
    for r, z, where, got in zip((0, 0, 1, 0, 1), (0, 1, 0, 0, 0),
                                ('centre', 'middle of the top',
                                 'middle of the side', 'centre, by its section',
                                 'side, by its section'), t):
        yield ('short cylinder that cools, %s' % where, 'K',
               293.15 + 307 * rod(r, fourier, biot) * wall(z, fourier, biot),
               got, 0.05, 'absolute')


def radiation():
    t = column('glowing', 'temperature')
    skin = (2e6 * 0.05 / 3 / (0.8 * SIGMA) + 300 ** 4) ** 0.25
    yield ('ball that glows, surface', 'K', skin, t[1], 5e-5, 'relative')
    yield ('ball that glows, centre', 'K', skin + 2e6 * 0.05 ** 2 / 120, t[0],
           5e-5, 'relative')

    def time(t, around=300.0):
        return (math.log((t + around) / (t - around)) / 4 +
                math.atan(t / around) / 2) / around ** 3
    rate = 3 * 0.9 * SIGMA / (8000 * 400 * 0.05)
    want = root(lambda t: time(t) - time(1200) - rate * 1200, 301, 1199)
    yield ('ball that radiates, after 20 min', 'K', want,
           column('dimming', 't_mean')[-1], 1e-4, 'relative')


def pellet():
    """Kirchhoff's integral of 1/(a + b T) is log(a + b T)/b."""
    a, b, hole, rim, heat = 0.042, 2.71e-4, 0.001, 0.0041, 3e8
    integral = heat * ((rim ** 2 - hole ** 2) / 4 -
                       hole ** 2 / 2 * math.log(rim / hole))
    want = ((a + b * 700) * math.exp(b * integral) - a) / b
    yield ('hollow pellet, k by temperature, inside', 'K', want,
           column('pellet', 'temperature')[0], 1e-4, 'relative')


def fin():
    h, k, d, r1, r2 = 80, 200, 0.001, 0.02, 0.05
    m = math.sqrt(2 * h / (k * d))
    a, b = np.linalg.solve(
        [[bessel_i(0, m * r1), bessel_k(0, m * r1)],
         [k * m * bessel_i(1, m * r2) + h * bessel_i(0, m * r2),
          -k * m * bessel_k(1, m * r2) + h * bessel_k(0, m * r2)]], [100, 0])
    yield ('round fin, tip', 'K',
           293.15 + a * bessel_i(0, m * r2) + b * bessel_k(0, m * r2),
           column('fin', 'temperature')[0], 1e-6, 'relative')
    yield ('round fin, heat of a quarter', 'W',
           -k * math.pi / 2 * r1 * d * m * (a * bessel_i(1, m * r1) -
                                            b * bessel_k(1, m * r1)),
           column('fin_balance', 'heat')[0], 1e-5, 'relative')


with open(task['outputs']['cases']['path'], 'w', newline='') as f:
    rows = csv.writer(f, quoting=csv.QUOTE_NONNUMERIC)
    rows.writerow(['case', 'unit', 'reference [1]', 'value [1]',
                   'tolerance [1]', 'measure'])
    for part in cooling, radiation, pellet, fin:
        rows.writerows([float(x) if not isinstance(x, str) else x for x in row]
                       for row in part())
