"""Draw the peak temperature against the power of the chip.

A python: stage: task.json says where the inputs are and which cell of the
matrix each of them belongs to; the outputs are written where it says.
"""
import json
import os

import h5py

W, H, LEFT, BOTTOM = 560, 360, 70, 50
PLOT_W, PLOT_H = W - LEFT - 20, H - BOTTOM - 40


def read_points(task):
    """(power in W, peak temperature in degrees Celsius) of every cell."""
    points = []
    for item in task["inputs"]["summary"]:
        with h5py.File(item["path"], "r") as f:
            column = f["table/t_max"]
            if column.attrs["units"].decode() != "K":
                raise SystemExit("column 't_max' is not in K")
            points.append((item["cell"]["power"]["value"],
                           float(column[-1]) - 273.15))
    return sorted(points)


def ticks(low, high):
    """About five round numbers between low and high."""
    raw = (high - low) / 5
    base = 10 ** len(str(int(raw))) / 10 if raw >= 1 else 1
    step = next(m * base for m in (1, 2, 5, 10) if m * base >= raw)
    first = -(-low // step) * step
    return [first + i * step for i in range(int((high - first) // step) + 1)]


def svg(points):
    power = [p for p, _ in points]
    temp = [t for _, t in points]
    x0, x1 = 0, max(power) * 1.1
    y0, y1 = min(temp) - 5, max(temp) + 5

    def x(p):
        return LEFT + (p - x0) / (x1 - x0) * PLOT_W

    def y(t):
        return H - BOTTOM - (t - y0) / (y1 - y0) * PLOT_H

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{W}" '
           f'height="{H}" font-family="sans-serif" font-size="12">',
           f'<rect width="{W}" height="{H}" fill="white"/>']
    for p in ticks(x0, x1):
        out.append(f'<path d="M{x(p):.1f} {y(y0):.1f}V{y(y1):.1f}" '
                   'stroke="#ddd"/>'
                   f'<text x="{x(p):.1f}" y="{H - BOTTOM + 18}" '
                   f'text-anchor="middle">{p:g}</text>')
    for t in ticks(y0, y1):
        out.append(f'<path d="M{x(x0):.1f} {y(t):.1f}H{x(x1):.1f}" '
                   'stroke="#ddd"/>'
                   f'<text x="{LEFT - 8}" y="{y(t) + 4:.1f}" '
                   f'text-anchor="end">{t:g}</text>')
    line = " ".join(f"{x(p):.1f},{y(t):.1f}" for p, t in points)
    out.append(f'<polyline points="{line}" fill="none" stroke="#1f6fb4" '
               'stroke-width="2"/>')
    for p, t in points:
        out.append(f'<circle cx="{x(p):.1f}" cy="{y(t):.1f}" r="4" '
                   'fill="#1f6fb4"/>'
                   f'<text x="{x(p) - 6:.1f}" y="{y(t) - 10:.1f}" '
                   f'text-anchor="end">{t:.1f} °C</text>')
    out.append(f'<text x="{LEFT + PLOT_W / 2}" y="{H - 10}" '
               'text-anchor="middle">power of the chip [W]</text>')
    out.append(f'<text x="{LEFT}" y="24">peak temperature of the heat sink '
               '[°C]</text></svg>')
    return "\n".join(out) + "\n"


def main():
    with open(os.environ["FEDTWIN_TASK"]) as f:
        task = json.load(f)
    points = read_points(task)
    with open(task["outputs"]["figure"]["path"], "w", encoding="utf-8") as f:
        f.write(svg(points))
    with open(task["outputs"]["peaks"]["path"], "w") as f:
        f.write("power [W],peak [K]\n")
        for p, t in points:
            f.write(f"{p!r},{t + 273.15!r}\n")


main()
