"""flood_exact.py - exact solutions of the shallow-water equations"""
import math

import numpy as np

G = 9.81


def middle(left, right):
    """Depth and velocity between the waves of a dam break, and the shock's
    speed (Stoker)."""
    def excess(h):
        return 2 * (math.sqrt(G * left) - math.sqrt(G * h)) - (
            h - right) * math.sqrt(G * (h + right) / (2 * h * right))
    low, high = right, left
    for _ in range(200):
        h = 0.5 * (low + high)
        low, high = (h, high) if excess(h) > 0 else (low, h)
    u = 2 * (math.sqrt(G * left) - math.sqrt(G * h))
    return h, u, h * u / (h - right)


def dam_break(x, t, left, right):
    """Depth at x from the dam; the bed on the right may be dry (Ritter)."""
    c = math.sqrt(G * left)
    fan = (2 * c - x / t) ** 2 / (9 * G)
    if right == 0:
        return np.where(x < -c * t, left, np.where(x < 2 * c * t, fan, 0))
    h, u, shock = middle(left, right)
    tail = (u - math.sqrt(G * h)) * t
    return np.where(x < -c * t, left, np.where(x < tail, fan, np.where(
        x < shock * t, h, right)))


class Thacker:
    """A flat surface that swings round in a paraboloid."""

    def __init__(self, n, size=4.0, a=1.0, h0=0.1, eta=0.5):
        self.dx = size / n
        x = (np.arange(n) + 0.5) * self.dx - size / 2
        self.x, self.y = np.meshgrid(x, x)
        self.z = -h0 * (1 - (self.x ** 2 + self.y ** 2) / a ** 2)
        self.w = math.sqrt(2 * G * h0) / a
        self.period = 2 * math.pi / self.w
        self.k, self.eta = eta * h0 / a ** 2, eta

    def at(self, t):
        """Depth and velocities."""
        c, s = math.cos(self.w * t), math.sin(self.w * t)
        surface = self.k * (2 * self.x * c + 2 * self.y * s - self.eta)
        h = np.maximum(surface - self.z, 0)
        wet = h > 0
        return h, wet * -self.eta * self.w * s, wet * self.eta * self.w * c


class MacDonald:
    """A steady subcritical river of 1 km, after MacDonald; three rows."""

    n, q, length = 0.033, 2.0, 1000.0

    def __init__(self, cells):
        def depth(x):
            return (4 / G) ** (1 / 3) * (
                1 + 0.5 * np.exp(-16 * (x / 1000 - 0.5) ** 2))

        def fall(x):
            h, s = depth(x), x / 1000 - 0.5
            rise = (4 / G) ** (1 / 3) * -0.016 * s * np.exp(-16 * s ** 2)
            return (1 - self.q ** 2 / (G * h ** 3)) * rise + (
                self.n * self.q) ** 2 / h ** (10 / 3)
        self.dx = self.length / cells
        fine = np.linspace(0, self.length, 20001)
        f = fall(fine)
        bed = np.concatenate([[0], np.cumsum(0.5 * (f[1:] + f[:-1]))])
        bed = (bed[-1] - bed) * (fine[1] - fine[0])
        x = (np.arange(cells) + 0.5) * self.dx
        self.z = np.tile(np.interp(x, fine, bed), (3, 1))
        self.h = np.tile(depth(x), (3, 1))
        self.level = float(depth(self.length))


class FlatWave:
    """Water that advances at one speed u over a dry, flat bed; three rows.

    All of it moves alike, so that friction alone makes the slope of the
    surface: d(h^(7/3))/dx = -7/3 n^2 u^2 (Hunter et al. 2005)."""

    def __init__(self, dx, length, n=0.03, u=1.0):
        self.n, self.u = n, u
        self.x = (np.arange(round(length / dx)) + 0.5) * dx
        self.z = np.zeros((3, len(self.x)))

    def at(self, t, x=None):
        """Depth at x, by default at the centres of the cells."""
        behind = self.u * t - (self.x if x is None else x)
        return (7 / 3 * self.n ** 2 * self.u ** 2 * np.maximum(behind, 0)) ** (
            3 / 7)

    def inflow(self, t):
        """m2/s over the edge at x = 0."""
        return self.u * self.at(t, 0)
