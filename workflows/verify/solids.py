"""The cases of solids.yaml: what came out, and what it should be.

solids.py reads task.json in the directory it is started in.  References: S. P.
Timoshenko, J. N. Goodier, Theory of Elasticity, 1970 (warm ball, torsion,
disc); S. Timoshenko, J. Opt. Soc. Am. 11, 233 (1925) (two metals); H. Lamb,
Proc. London Math. Soc. 13, 189 (1882) (ball); S. Srinivas et al., J. Sound Vib.
12, 187 (1970) (plate).  Frequencies are roots of their equations, found here.
"""
import cmath
import csv
import json
import math

import h5py
import numpy as np

with open('task.json') as f:
    task = json.load(f)


def column(name, what):
    with h5py.File(task['inputs'][name][0]['path']) as f:
        return f['table/' + what][()]


def first_root(f, low, high, n=2000):
    """The least root of f between 'low' and 'high'."""
    x = np.linspace(low, high, n)
    y = [f(a) for a in x]
    i = next(i for i in range(n - 1) if y[i] * y[i + 1] < 0)
    low, high = x[i], x[i + 1]
    for _ in range(100):
        middle = (low + high) / 2
        if (f(middle) > 0) == (y[i] > 0):
            low = middle
        else:
            high = middle
    return middle


# --- stresses ----------------------------------------------------------------

def warm_ball():
    """T - T0 = 100 K (1 - r^2): stresses of a free ball."""
    e, nu, alpha = 200e9, 0.3, 1.2e-5
    unit = 100 * alpha * e / (1 - nu)
    got = {k: column('stressed', k) for k in ('u_x', 's_xx', 's_yy')}
    yield ('ball that makes heat, stress in the centre', 'Pa', -0.4 * unit,
           got['s_xx'][0], 0.01, 'relative')
    yield ('ball that makes heat, radial stress halfway', 'Pa',
           0.4 * (0.25 - 1) * unit, got['s_xx'][1], 0.005, 'relative')
    yield ('ball that makes heat, hoop stress of the skin', 'Pa', 0.4 * unit,
           got['s_yy'][2], 0.01, 'relative')
    yield ('ball that makes heat, growth of its radius', 'm', 40 * alpha,
           got['u_x'][2], 5e-4, 'relative')


def two_metals():
    h, m, n = 0.001, 1, 100 / 200
    bend = (6 * (1.9e-5 - 1.1e-5) * 100 * (1 + m) ** 2 /
            (2 * h * (3 * (1 + m) ** 2 + (1 + m * n) *
                      (m * m + 1 / (m * n)))))
    yield ('strip of two metals, deflection at 4 cm', 'm',
           -bend * 0.04 ** 2 / 2, column('bimetal', 'u_y')[0], 1e-7,
           'relative')


def torsion():
    a, twist, g = 0.1, 0.001 / 0.2, 208e9 / 2.6
    odd = range(1, 60, 2)
    j = a ** 4 * (1 / 3 - 64 / math.pi ** 5 * sum(
        math.tanh(i * math.pi / 2) / i ** 5 for i in odd))
    most = g * twist * a * (1 - 8 / math.pi ** 2 * sum(
        1 / (i * i * math.cosh(i * math.pi / 2)) for i in odd))
    yield ('square bar, torque of a quarter', 'N m', g * twist * j / 4,
           column('torsion_reactions', 'moment_z')[-1], 5e-5, 'relative')
    yield ('square bar, greatest shear stress', 'Pa', most,
           column('torsion', 's_yz')[0], 1e-3, 'relative')


def disc():
    a, b, nu, pull = 0.5, 1.0, 0.3, 7800 * 300 ** 2
    inside = pull / 4 * ((3 + nu) * b * b + (1 - nu) * a * a)
    outside = pull / 4 * ((3 + nu) * a * a + (1 - nu) * b * b)
    yield ('disc that turns, hoop stress of the bore', 'Pa', inside,
           column('disc', 's_yy')[0], 0.005, 'relative')
    yield ('disc that turns, hoop stress of the rim', 'Pa', outside,
           column('disc', 's_yy')[1], 0.005, 'relative')
    yield ('disc that turns, growth of the bore', 'm', a * inside / 200e9,
           column('disc', 'u_x')[0], 1e-5, 'relative')


# --- frequencies -------------------------------------------------------------

def sphere_j(n, x):
    """Spherical Bessel function of order n and its derivative."""
    j = [math.sin(x) / x, math.sin(x) / x ** 2 - math.cos(x) / x]
    for k in range(1, n + 1):
        j.append((2 * k + 1) / x * j[k] - j[k - 1])
    return j[n], n / x * j[n] - j[n + 1]


def bend_ball(n, slow):
    """Of a free ball of radius 1 and a shear wave number x; 'slow' is the
    ratio of the speeds of shear and pressure waves.  Tractions of a gradient
    and of a curl of a curl have no combination that vanishes but at roots."""
    lame = 1 / slow ** 2 - 2

    def determinant(x):
        h, m = x * slow, n * (n + 1)
        j, dj = sphere_j(n, h)
        q, dq = sphere_j(n, x)
        dj, dq = h * dj, x * dq
        ddj, ddq = -2 * dj - (h * h - m) * j, -2 * dq - (x * x - m) * q
        return ((-lame * h * h * j + 2 * ddj) * (ddq + (m - 2) * q) -
                4 * m * (dq - q) * (dj - j))
    return determinant


def twist_ball(n):
    def traction(x):
        j, dj = sphere_j(n, x)
        return x * dj - j
    return traction


def breathe_ball(slow):
    def traction(x):
        h = x * slow
        j, dj = sphere_j(0, h)
        return -(1 / slow ** 2) * h * j - 4 * dj
    return traction


def ball_modes():
    nu = 0.25
    speed = math.sqrt(200e9 / 2 / (1 + nu) / 8000) / (2 * math.pi)
    slow = math.sqrt((1 - 2 * nu) / (2 - 2 * nu))
    rings, twists = column('rings', 'frequency'), column('twists', 'frequency')
    yield ('free ball, flat and long (n = 2, five alike)', 'Hz',
           speed * first_root(bend_ball(2, slow), 1, 4), rings[0], 1e-4,
           'relative')
    yield ('free ball, twist of order 3', 'Hz',
           speed * first_root(twist_ball(3), 1, 5), rings[2], 5e-4, 'relative')
    yield ('free ball, breathing', 'Hz',
           speed * first_root(breathe_ball(slow), 1, 6), rings[3], 1e-4,
           'relative')
    yield ('free ball, twist of order 2', 'Hz',
           speed * first_root(twist_ball(2), 1, 4), twists[0], 1e-4,
           'relative')


def plate_modes():
    """Waves of a layer with free faces, whose wave number fits the plate."""
    e, nu, rho, h = 200e9, 0.3, 8000, 0.1
    g = e / (2 * (1 + nu))
    slow2 = (1 - 2 * nu) / (2 - 2 * nu)
    got = column('plate', 'frequency')

    def frequency(m, n):
        k2 = (m * m + n * n) * math.pi ** 2

        def bending(w):
            p = cmath.sqrt(k2 - w * w * slow2 * rho / g)
            q = cmath.sqrt(k2 - w * w * rho / g)
            return ((k2 + q * q) ** 2 * cmath.tanh(p * h / 2) / p -
                    4 * k2 * q * cmath.tanh(q * h / 2)).real
        most = math.sqrt(k2 * g / rho)
        return first_root(bending, 1e-3 * most, 0.999 * most) / (2 * math.pi)
    for (m, n), i in (((1, 1), 0), ((1, 2), 1), ((2, 2), 5)):
        yield ('thick plate, %d by %d half waves' % (m, n), 'Hz',
               frequency(m, n), got[i], 2e-3, 'relative')
    yield ('thick plate, shear in its plane', 'Hz', math.sqrt(g / rho) / 2,
           got[3], 1e-4, 'relative')


with open(task['outputs']['cases']['path'], 'w', newline='') as f:
    rows = csv.writer(f, quoting=csv.QUOTE_NONNUMERIC)
    rows.writerow(['case', 'unit', 'reference [1]', 'value [1]',
                   'tolerance [1]', 'measure'])
    for part in (warm_ball, two_metals, torsion, disc, ball_modes,
                 plate_modes):
        rows.writerows([float(x) if not isinstance(x, str) else x for x in row]
                       for row in part())
