"""A valley of 1.6 km by 0.8 km as an ASCII grid, and a flood wave."""
import json
import math

with open('task.json') as f:
    out = {k: v['path'] for k, v in json.load(f)['outputs'].items()}

NX, NY, STEP = 80, 40, 20


def height(x, y):
    """A river bed, a plain beside it, slopes, and some hills on the plain."""
    off = y - 400 - 40 * math.sin(x / 400)
    bed = -1.2 * math.exp(-(off / 40) ** 2)
    slope = 0.00001 * off * off
    hills = 0.3 * math.sin(x / 90) * math.cos(y / 70)
    return 102 - 0.002 * x + bed + slope + hills


with open(out['terrain'], 'w') as f:
    f.write('ncols %d\nnrows %d\nxllcorner 500000\nyllcorner 5600000\n'
            'cellsize %d\nNODATA_value -9999\n' % (NX, NY, STEP))
    for j in reversed(range(NY)):
        f.write(' '.join('%.3f' % height((i + 0.5) * STEP, (j + 0.5) * STEP)
                         for i in range(NX)) + '\n')
with open(out['wave'], 'w') as f:
    f.write('time [min],upstream [m3/s]\n')
    for minute in range(0, 125, 5):
        f.write('%d,%.2f\n' % (minute, 20 + 180 * math.exp(
            -((minute - 45) / 20) ** 2)))
