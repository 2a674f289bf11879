"""verify.report: compare values with references, case by case.

Cases come as rows of tables ('cases'), or are taken out of tables of results
('values') by the parameter 'checks'.  A value that is not finite never passes.
"""
import csv
import json
import math
import os
import sys

import h5py

MEASURES = ('relative', 'absolute')
COLUMNS = ('case', 'unit', 'reference', 'value', 'measure', 'error',
           'tolerance', 'pass')


class Wrong(Exception):
    """What the user can mend."""


def read_table(path):
    """{column: (unit or None, list of values)} of a table."""
    with h5py.File(path, 'r') as f:
        table = f['table']
        names = table.attrs['columns']
        names = names.decode() if isinstance(names, bytes) else names
        found = {}
        for name in names.split(','):
            unit = table[name].attrs.get('units')
            unit = unit.decode() if isinstance(unit, bytes) else unit
            values = [v.decode() if isinstance(v, bytes) else v
                      for v in table[name][()].tolist()]
            found[name] = unit, values
        return found


def cases_of_tables(inputs):
    for number, item in enumerate(inputs):
        table = read_table(item['path'])
        for name in ('case', 'unit', 'reference', 'value', 'tolerance',
                     'measure'):
            if name not in table:
                raise Wrong("table %d of 'cases' has no column '%s'; it has: "
                            '%s' % (number, name, ', '.join(table)))
        rows = zip(*(table[name][1] for name in (
            'case', 'unit', 'reference', 'value', 'tolerance', 'measure')))
        for row in rows:
            yield dict(zip(('case', 'unit', 'reference', 'value', 'tolerance',
                            'measure'), row))


def value_of(check, tables):
    """The value of one check, and the unit that its column has."""
    if check['table'] >= len(tables):
        raise Wrong("case '%s' is about table %d, but 'values' has %d (the "
                    'first is 0)' % (check['case'], check['table'],
                                     len(tables)))
    table = tables[check['table']]
    if check['column'] not in table:
        raise Wrong("case '%s' is about column '%s', but the table has: %s" % (
            check['case'], check['column'], ', '.join(table)))
    unit, values = table[check['column']]
    if unit is None:
        raise Wrong("case '%s': column '%s' holds text" % (
            check['case'], check['column']))
    if not -len(values) <= check['row'] < len(values):
        raise Wrong("case '%s' is about row %d, but the table has %d rows" % (
            check['case'], check['row'], len(values)))
    if unit != check['unit']:
        raise Wrong("case '%s' has its reference in '%s', but column '%s' is "
                    "in '%s'; give the reference in that unit" % (
                        check['case'], check['unit'], check['column'], unit))
    return float(values[check['row']])


def cases_of_checks(checks, inputs):
    tables = [read_table(item['path']) for item in inputs]
    for check in checks:
        yield dict(check, value=value_of(check, tables))


def judge(case):
    """Add 'error' and 'pass'."""
    if case['measure'] not in MEASURES:
        raise Wrong("case '%s' has the measure '%s'; there are: %s" % (
            case['case'], case['measure'], ', '.join(MEASURES)))
    error = case['value'] - case['reference']
    if case['measure'] == 'relative':
        if case['reference'] == 0:
            raise Wrong("case '%s' has the reference 0, of which no error can "
                        "be relative; make its measure 'absolute'" %
                        case['case'])
        error /= abs(case['reference'])
    good = math.isfinite(error) and abs(error) <= case['tolerance']
    return dict(case, error=error, **{'pass': int(good)})


def write_table(path, cases):
    with open(path, 'w', newline='', encoding='utf-8') as f:
        out = csv.writer(f, quoting=csv.QUOTE_NONNUMERIC)
        out.writerow(name if name in ('case', 'unit', 'measure')
                     else name + ' [1]' for name in COLUMNS)
        out.writerows([case[name] for name in COLUMNS] for case in cases)


def cell(text):
    """Text that cannot break a Markdown table."""
    return ''.join(c if c.isprintable() else ' ' for c in text).replace(
        '\\', '\\\\').replace('|', '\\|').replace('<', '&lt;')


def write_page(path, title, cases):
    passed = sum(case['pass'] for case in cases)
    with open(path, 'w', encoding='utf-8') as f:
        f.write('## %s\n\n' % cell(title))
        f.write('| case | unit | reference | value | error | tolerance '
                '| pass |\n|---|---|--:|--:|--:|--:|---|\n')
        for case in cases:
            of = '' if case['measure'] == 'relative' else ' (absolute)'
            f.write('| %s | %s | %.7g | %.7g | %.2e | %.2g%s | %s |\n' % (
                cell(case['case']), cell(case['unit']), case['reference'],
                case['value'], case['error'], case['tolerance'], of,
                'yes' if case['pass'] else '**no**'))
        f.write('\n%d of %d cases pass\n' % (passed, len(cases)))


def main():
    with open(os.environ.get('FEDTWIN_TASK', 'task.json')) as f:
        task = json.load(f)
    inputs, params = task['inputs'], task['params']
    cases = list(cases_of_tables(inputs.get('cases', [])))
    cases += cases_of_checks(params.get('checks', []),
                             inputs.get('values', []))
    if not cases:
        raise Wrong("there is no case; give tables as 'cases', or 'checks'")
    cases = [judge(case) for case in cases]
    write_table(task['outputs']['cases']['path'], cases)
    write_page(task['outputs']['page']['path'], params['title'], cases)


try:
    main()
except Wrong as wrong:
    sys.exit(str(wrong))
