"""The cases of axial.yaml: what came out, and what it should be.

axial.py reads task.json in the directory it is started in.  References: S. P.
Timoshenko, J. N. Goodier, Theory of Elasticity, 1970 (tubes, sphere, shaft); H.
S. Carslaw, J. C. Jaeger, Conduction of Heat in Solids, 1959 (temperatures); The
Standard NAFEMS Benchmarks, 1990 (LE11, FV41, FV42); NAFEMS's heated cylinder,
59.82 degC.  FV42 also has the roots of its equation, found here.
"""
import csv
import json
import math

import h5py
import numpy as np

with open('task.json') as f:
    task = json.load(f)


def tables(name):
    """(cell of the matrix, columns) of each gathered table."""
    for item in task['inputs'][name]:
        with h5py.File(item['path']) as f:
            yield item.get('cell'), {key: data[()] for key, data
                                     in f['table'].items() if key != 'row'}


def table(name):
    return next(tables(name))[1]


def roots(f, low, high, n=20000):
    """Those of f between 'low' and 'high'."""
    x = np.linspace(low, high, n)
    y = f(x)
    for i in np.nonzero(y[:-1] * y[1:] < 0)[0]:
        a, b = x[i], x[i + 1]
        for _ in range(60):
            middle = (a + b) / 2
            a, b = ((middle, b) if (f(np.array([middle]))[0] > 0) ==
                    (y[i] > 0) else (a, middle))
        yield (a + b) / 2


# --- tubes, spheres, shafts ---------------------------------------------------

def tube():
    """Radii 1 m and 2 m, 3 MPa inside, no strain along the axis."""
    e, nu, p = 210e9, 0.3, 3e6
    t, push = table('lame'), table('lame_reactions')
    yield ('tube, growth of the bore', 'm', (1 + nu) / e * p / 3 *
           ((1 - 2 * nu) + 4), t['u_x'][0], 1e-5)
    yield 'tube, hoop stress of the skin', 'Pa', 2 * p / 3, t['s_zz'][1], 0.002
    yield ('tube, force on an end', 'N', nu * 2 * p / 3 * 3 * math.pi,
           abs(push['force_y'][0]), 1e-8)


def warm_tube():
    e, nu, alpha, ratio = 200e9, 0.3, 1.2e-5, math.log(2)
    unit = e * alpha * 100 / (2 * (1 - nu) * ratio)
    t = table('strained')
    yield ('warm tube, temperature halfway', 'K',
           300 + 100 * math.log(2 / 1.5) / ratio,
           table('heated')['temperature'][0], 1e-6)
    yield ('warm tube, heat through it', 'W', 2 * math.pi * 20 * 100 / ratio,
           table('heated_balance')['heat'][0], 1e-5)
    yield ('warm tube, hoop stress of the bore', 'Pa',
           unit * (1 - 8 / 3 * ratio), t['s_zz'][0], 0.01)
    yield ('warm tube, hoop stress of the skin', 'Pa',
           unit * (1 - 2 / 3 * ratio), t['s_zz'][1], 0.005)


def hollow_sphere():
    """Radii 1 m and 2 m, 3 MPa inside."""
    e, nu, p = 210e9, 0.3, 3e6
    t = table('sphere')
    yield ('hollow sphere, growth of the bore', 'm',
           p / 7 / e * ((1 - 2 * nu) + (1 + nu) / 2 * 8), t['u_x'][0], 5e-4)
    yield ('hollow sphere, hoop stress of the bore', 'Pa', p / 7 * 5,
           t['s_zz'][0], 0.01)
    yield ('hollow sphere, hoop stress of the skin', 'Pa', p / 7 * 1.5,
           t['s_yy'][1], 0.005)
    yield ('hollow sphere, hoop stress on the axis', 'Pa',
           p / 7 * (1 + 4 / 1.5 ** 3), t['s_xx'][2], 0.005)
    yield ('hollow sphere, temperature on the axis', 'K', 300 + 100 / 3,
           table('glow')['temperature'][0], 1e-5)
    yield ('hollow sphere, heat through it', 'W', 4 * math.pi * 20 * 100 * 2,
           table('glow_balance')['heat'][0], 1e-5)


def shaft():
    """Radius 1 m, without strain along the axis."""
    nu, load = 0.3, 7800 * 300 ** 2
    t = table('spun')
    yield ('shaft that spins, hoop stress on the axis', 'Pa',
           load / 8 * (3 - 2 * nu) / (1 - nu), t['s_zz'][0], 0.002)
    yield ('shaft that spins, radial stress on the axis', 'Pa',
           load / 8 * (3 - 2 * nu) / (1 - nu), t['s_xx'][0], 0.002)
    yield ('shaft that spins, hoop stress of the skin', 'Pa',
           load / 4 * (1 - 2 * nu) / (1 - nu), t['s_zz'][1], 0.02)


# --- a rod that cools ---------------------------------------------------------

def bessel(n, x):
    turn = np.arange(400) * 2 * math.pi / 400
    return np.cos(n * turn - x[:, None] * np.sin(turn)).mean(axis=1)


def cooled_rod():
    """Radius 1 m, half length 1 m: a product of two series, time 0.2 s."""
    zero = np.array(list(roots(lambda x: bessel(0, x), 0.1, 40)))
    half = (np.arange(20) + 0.5) * math.pi

    def left(r, y, time):
        round_part = (2 / (zero * bessel(1, zero)) * bessel(0, zero * r) *
                      np.exp(-zero ** 2 * time)).sum()
        flat_part = (2 / half * np.sin(half) * np.cos(half * y) *
                     np.exp(-half ** 2 * time)).sum()
        return 300 + 100 * round_part * flat_part
    t = table('cooled')['temperature']
    yield ('rod that cools, its centre', 'K', left(0, 0, 0.2), t[-2], 1e-5)
    yield ('rod that cools, halfway', 'K', left(0.5, 0.5, 0.2), t[-1], 1e-5)


# --- published ----------------------------------------------------------------

def sphere_roots():
    """Frequencies of FV42: free surfaces at 1.8 m and 6 m."""
    nu = 0.3
    stiff = 200e9 * (1 - nu) / ((1 + nu) * (1 - 2 * nu))
    other = 200e9 * nu / ((1 + nu) * (1 - 2 * nu))

    def stress(c, s, k, r):
        x = k * r  # c, s: cosine and sine of x, or sine and -cosine
        u = s / x ** 2 - c / x
        slope = 2 * c / x ** 2 - 2 * s / x ** 3 + s / x
        return stiff * k * slope + 2 * other * u / r

    def free(k):
        a, b = 1.8 * k, 6 * k
        return (stress(np.cos(a), np.sin(a), k, 1.8) *
                stress(np.sin(b), -np.cos(b), k, 6) -
                stress(np.cos(b), np.sin(b), k, 6) *
                stress(np.sin(a), -np.cos(a), k, 1.8))
    return [k * math.sqrt(stiff / 8000) / (2 * math.pi)
            for k in roots(free, 0.1, 3.2)]


def published():
    yield ('NAFEMS LE11, s_yy at A', 'Pa', -105e6, table('le11')['s_yy'][0],
           0.015)
    yield ('NAFEMS heated cylinder, 59.82 degC', 'K', 332.97,
           table('flux')['temperature'][0], 1e-4)
    for i, target in enumerate((243.53, 377.41, 394.11, 397.72, 405.28), 1):
        yield ('NAFEMS FV41, mode %d' % (i + 1), 'Hz', target,
               table('fv41')['frequency'][i], 0.001)
    for i, (target, exact) in enumerate(zip(
            (369.91, 838.03, 1451.2, 2117.0, 2795.8), sphere_roots())):
        got = table('fv42')['frequency'][i]
        yield 'NAFEMS FV42, mode %d' % (i + 1), 'Hz', target, got, 0.001
        yield 'FV42, mode %d, exact' % (i + 1), 'Hz', exact, got, 2e-4


# --- orders -------------------------------------------------------------------

def orders():
    for name, kind in ('elastic', 'displacement'), ('harmonic', 'temperature'):
        error = {(c['simplex'], c['order'], c['cells']): t['l2_error'][-1]
                 for c, t in tables(name)}
        for simplex in False, True:
            for order in 1, 2:
                ratio = (error[simplex, order, 8] / error[simplex, order, 16])
                yield ('order in L2 of the %s, %s%d' % (
                    kind, 'P' if simplex else 'Q', order), '1', order + 1,
                    math.log2(ratio), 0.1)


with open(task['outputs']['cases']['path'], 'w', newline='') as f:
    rows = csv.writer(f, quoting=csv.QUOTE_NONNUMERIC)
    rows.writerow(['case', 'unit', 'reference [1]', 'value [1]',
                   'tolerance [1]', 'measure'])
    for part in (tube, warm_tube, hollow_sphere, shaft, cooled_rod, published):
        for case, unit, *numbers in part():
            rows.writerow([case, unit, *map(float, numbers), 'relative'])
    for case, unit, *numbers in orders():
        rows.writerow([case, unit, *map(float, numbers), 'absolute'])
