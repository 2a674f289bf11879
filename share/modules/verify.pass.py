"""verify.pass: fail unless all cases of verify.report pass."""
import json
import os
import sys

import h5py

with open(os.environ.get('FEDTWIN_TASK', 'task.json')) as f:
    task = json.load(f)
bad, total = [], 0
for item in task['inputs']['cases']:
    with h5py.File(item['path'], 'r') as f:
        table = f['table']
        if 'pass' not in table or 'case' not in table:
            sys.exit("a table of 'cases' was not made by verify.report: it "
                     "lacks the columns 'case' and 'pass'")
        total += len(table['pass'])
        bad += ['%s (error %.4g, tolerance %.4g)' % row[:3] for row in zip(
            (name.decode() for name in table['case'][()]), table['error'],
            table['tolerance'], table['pass']) if not row[3]]
if bad:
    sys.exit('%d of %d cases do not pass: %s' % (len(bad), total,
                                                 '; '.join(bad)))
with open(task['outputs']['verdict']['path'], 'w') as f:
    f.write('%d of %d cases pass\n' % (total, total))
