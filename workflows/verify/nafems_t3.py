"""Compare the temperature at the probe with the target of NAFEMS T3.

nafems_t3.py reads task.json in the directory it is started in, and fails when
the last temperature is more than 0.1 % off the series solution.
"""
import json
import sys

import h5py

TARGET = 36.6031  # degC
LIMIT = 1e-3

with open('task.json') as f:
    task = json.load(f)
with h5py.File(task['inputs']['probes'][0]['path']) as f:
    got = f['table/temperature'][-1] - 273.15
    time = f['table/time'][-1]
error = got / TARGET - 1
line = 'NAFEMS T3: %.4f degC at %g s, target %.4f, error %.3f %%\n' % (
    got, time, TARGET, 100 * error)
with open(task['outputs']['verdict']['path'], 'w') as f:
    f.write(line)
if abs(error) > LIMIT:
    sys.exit(line.strip())
