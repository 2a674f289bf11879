#!/usr/bin/env python3
"""Does an adapter keep to share/doc/formats/adapter.md?

    conform.py [--within SECONDS] [--dir DIR] PROGRAM SITE.json

PROGRAM is the adapter, in any language; SITE.json the site file as JSON, as
"open" gets it.  Jobs of seconds are run at the site, in DIR, which the site
has to see under the same name (default: a new directory here).  What is tested
is printed as TAP; exit status 1 when anything failed.  An optional operation
that "open" does not claim is skipped.
"""
import argparse
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time

OUTCOMES = {'ok', 'error', 'oom', 'timeout', 'node_fail', 'preempted',
            'cancelled'}
STATES = {'queued', 'held', 'running', 'suspended', 'ending', 'ended',
          'not_found'}
ERRORS = {'unavailable', 'retry_after', 'denied', 'rejected', 'unsupported',
          'protocol'}


class Wrong(Exception):
    """The adapter did what it must not do."""


def need(condition, text):
    if not condition:
        raise Wrong(text)


class Adapter:
    """The program, and a thread that reads its answers."""

    def __init__(self, options):
        self.within = options.within
        self.last = 0
        self.program = subprocess.Popen(
            [os.path.abspath(options.program)
             if os.path.exists(options.program) else options.program],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()
        self.opened = self.ask('open', protocol=1, site=options.site,
                               project=options.dir, something_new={'a': 1})

    def read(self):
        for line in self.program.stdout:
            self.lines.put(line)
        self.lines.put(b'')

    def say(self, text):
        try:
            self.program.stdin.write(text.encode() + b'\n')
            self.program.stdin.flush()
        except BrokenPipeError:
            raise Wrong('the adapter has ended') from None

    def hear(self):
        try:
            line = self.lines.get(timeout=self.within)
        except queue.Empty:
            raise Wrong(f'no answer within {self.within} s') from None
        need(line, 'the adapter has ended')
        try:
            answer = json.loads(line)
        except ValueError:
            raise Wrong(f'not a line of JSON: {line[:200]}') from None
        need(isinstance(answer, dict) and 'id' in answer and
             isinstance(answer.get('ok'), bool),
             f'an answer has an id and "ok", true or false: {answer}')
        need(answer['ok'] or (answer.get('error') in ERRORS and
                              isinstance(answer.get('reason'), str)),
             f'a failure has an error of the list, and a reason: {answer}')
        return answer

    def send(self, op, **members):
        self.last += 1
        self.say(json.dumps({'id': self.last, 'op': op} | members))
        return self.last

    def ask(self, op, **members):
        number = self.send(op, **members)
        answer = self.hear()
        need(answer['id'] == number, f'the answer to {number} has another id')
        return answer

    def right(self, op, **members):
        answer = self.ask(op, **members)
        need(answer['ok'], f'{op} failed: {answer}')
        return answer

    def has(self, feature):
        return feature in self.opened.get('features', [])

    def status(self, *jobs):
        answer = self.right('status', jobs=list(jobs))
        need(isinstance(answer.get('complete'), bool), 'status: "complete"')
        found = {s['job']: s for s in answer['jobs']}
        need(set(found) <= set(jobs), 'a status of a job not asked for')
        for status in found.values():
            check_status(status)
        return found

    def news(self, since, *known):
        """What is told of them, and the mark of that answer."""
        answer = self.right('status', jobs=[], since=since, known=list(known))
        for status in answer['jobs']:
            check_status(status)
        return {s['job']: s for s in answer['jobs']}, answer['mark']

    def until(self, job, *states):
        end = time.monotonic() + self.within
        while True:
            status = self.status(job).get(job, {'state': 'left out'})
            if status['state'] in states:
                return status
            need(time.monotonic() < end, f'it never was {states}: {status}')
            time.sleep(0.1)

    def end(self):
        self.program.stdin.close()
        try:
            return self.program.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.program.kill()
            raise Wrong('it goes on for 5 s after the end of its input') \
                from None


def check_status(status):
    need(status.get('state') in STATES, f'an unknown state: {status}')
    if status['state'] == 'not_found':
        return
    need(isinstance(status.get('tag'), str), f'no tag: {status}')
    if status['state'] == 'ended':
        need(status.get('outcome') in OUTCOMES, f'no outcome: {status}')
    else:
        need(status.get('outcome') is None, f'an outcome too early: {status}')


class Suite:
    def __init__(self, options):
        self.options = options
        self.dir = options.dir
        self.run = f'conform-{os.getpid()}-{int(time.time())}'
        self.count = 0
        self.adapter = Adapter(options)

    def job(self, script, **members):
        self.count += 1
        name = os.path.join(self.dir, f'job{self.count}')
        return {'tag': f'{self.run}/job{self.count}/1', 'name': 'conform',
                'script': '#!/bin/sh\n' + script + '\n', 'dir': self.dir,
                'stdout': name + '.out', 'stderr': name + '.err',
                'nodes': 1, 'ranks': 1, 'threads': 1, 'array': 0,
                'something_new': True} | members

    def submit(self, *jobs):
        results = self.adapter.right('submit', jobs=list(jobs))['results']
        need(len(results) == len(jobs), 'a result for each job')
        return results

    def start(self, job):
        result = self.submit(job)[0]
        need(result['result'] == 'ok' and isinstance(result['job'], str),
             f'not accepted: {result}')
        return result['job']

    def find(self, prefix):
        answer = self.adapter.right('find_by_tag', prefix=prefix)
        for status in answer['jobs']:
            check_status(status)
        return {s['job']: s for s in answer['jobs']}

    def text(self, path):
        """What the job wrote; a shared file system may need a while."""
        end = time.monotonic() + self.adapter.within
        while not os.path.exists(path):
            need(time.monotonic() < end, f'{path} never appears')
            time.sleep(0.1)
        with open(path, encoding='utf-8') as file:
            return file.read()

    def let_go(self):
        """Whatever became of the adapter, the job of test_end may end."""
        with open(os.path.join(self.dir, 'end-go'), 'w', encoding='utf-8'):
            pass

    # --- the tests, in order ----------------------------------------------

    def test_open(self):
        """open: the protocol, a name, a version, features"""
        opened = self.adapter.opened
        need(opened['ok'], f'open failed: {opened}')
        need(opened.get('protocol') == 1, 'the protocol is 1')
        need(isinstance(opened.get('adapter'), str), 'its name')
        need(isinstance(opened.get('version'), str), 'its version')
        need(isinstance(opened.get('features'), list), 'a list of features')

    def test_probe(self):
        """probe: the clock of the site, queues with their sizes"""
        probe = self.adapter.right('probe')
        need(isinstance(probe.get('time_s'), (int, float)), 'time_s')
        for row in probe.get('queues', []):
            need(isinstance(row.get('name'), str), f'no name: {row}')
            for key in ('nodes', 'nodes_up', 'cores_per_node'):
                need(isinstance(row.get(key, 0), int), f'{key}: {row}')

    def test_nonsense(self):
        """a line that is no request: the error protocol, id null"""
        for line in ('nonsense', '[1]', '{"op": "probe"}', '{"id": 1}', '{'):
            self.adapter.say(line)
            answer = self.adapter.hear()
            need(not answer['ok'] and answer['error'] == 'protocol' and
                 (answer['id'] is None or line == '{"id": 1}'),
                 f'{line}: {answer}')

    def test_unsupported(self):
        """an operation that is not known: the error unsupported"""
        answer = self.adapter.ask('frobnicate')
        need(answer.get('error') == 'unsupported', str(answer))

    def test_many_requests(self):
        """several requests at once: each gets one answer"""
        want = {self.adapter.send('status', jobs=[]) for _ in range(20)}
        got = [self.adapter.hear()['id'] for _ in range(20)]
        need(sorted(got) == sorted(want), f'ids {got}')

    def test_ok(self):
        """a job that works: its directory, files, variables, tag"""
        job = self.job('pwd; echo "$MINE"; echo err >&2',
                       env={'MINE': "a b'c\\"})
        number = self.start(job)
        status = self.adapter.until(number, 'ended')
        need(status['outcome'] == 'ok', str(status))
        need(status['tag'] == job['tag'], f'another tag: {status}')
        need(status.get('exit_code', 0) == 0, str(status))
        need(self.text(job['stdout']) == f"{self.dir}\na b'c\\\n",
             f'printed: {self.text(job["stdout"])!r}')
        need(self.text(job['stderr']) == 'err\n', 'stderr')

    def test_exit(self):
        """a job that fails: its exit code"""
        status = self.adapter.until(self.start(self.job('exit 3')), 'ended')
        need(status['outcome'] == 'error' and status['exit_code'] == 3,
             str(status))

    def test_signal(self):
        """a job that a signal ends"""
        number = self.start(self.job('kill -TERM $$; sleep 60'))
        status = self.adapter.until(number, 'ended')
        need(status['outcome'] == 'error' and status.get('signal') == 15,
             str(status))

    def test_rejected(self):
        """several jobs: each has its own result, the bad ones rejected"""
        bad = self.job('true')
        bad['script'] = 'true\n'
        lost = self.job('true', dir=self.dir + '/nowhere')
        untold = self.job('true')
        del untold['tag']
        results = self.submit(self.job('true'), bad, lost, untold,
                              self.job('true'))
        need([r['result'] for r in results] ==
             ['ok', 'rejected', 'rejected', 'rejected', 'ok'], str(results))
        need(all(r.get('reason') for r in results[1:4]), 'with a reason')
        need(results[0]['job'] != results[4]['job'], 'two jobs, two ids')
        need(self.submit() == [], 'no jobs, no results')

    def test_absent(self):
        """a job that never was: not_found, in a complete answer"""
        number = self.start(self.job('true'))
        found = self.adapter.status(number, '987654')
        need(found.get(number, {}).get('state') not in ('not_found', None),
             f'{found}')
        need(found.get('987654', {}).get('state') == 'not_found', f'{found}')

    def test_changes(self):
        """changes: of known jobs the news; all of them after another mark"""
        number = self.start(self.job('touch changes-began; sleep 60'))
        self.adapter.until(number, 'running')
        self.text(os.path.join(self.dir, 'changes-began'))
        mark = self.adapter.right('status', jobs=[number]).get('mark')
        need(isinstance(mark, str), 'no mark')
        found, last = self.adapter.news(mark, number, '987654')
        need(number not in found, f'it was told that before: {found}')
        need(found['987654']['state'] == 'not_found', f'{found}')
        need(number in self.adapter.news(mark, number)[0],
             'the mark is not that of the last answer')
        found, last = self.adapter.news('x' + last, number)
        need(number in found, 'a mark that never was')
        self.adapter.right('cancel', jobs=[number])
        end = time.monotonic() + self.adapter.within
        while found.get(number, {}).get('state') != 'ended':
            need(time.monotonic() < end, 'its end is never told')
            time.sleep(0.1)
            found, last = self.adapter.news(last, number)
        other = self.start(self.job('true'))
        need(other in self.adapter.news(last, other)[0], 'never told before')
    test_changes.feature = 'changes'

    def test_find(self):
        """find_by_tag: those with the prefix, ended ones too, no others"""
        first = self.job('true', tag=f'{self.run}/find[a=1 mm, b="µ"]/1')
        second = self.job('exit 1', tag=f'{self.run}/find[a=2 mm]/1')
        numbers = [self.start(first), self.start(second)]
        for number in numbers:
            self.adapter.until(number, 'ended')
        found = self.find(f'{self.run}/find[')
        need(sorted(found) == sorted(numbers), f'{found}')
        need(found[numbers[0]]['tag'] == first['tag'], f'{found}')
        need(list(self.find(f'{self.run}/find[a=2')) == numbers[1:], 'one')
        need(self.find(f'{self.run}/nothing') == {}, 'none')

    def test_cancel(self):
        """cancel: by id and tag; never a job with another tag"""
        job = self.job('touch cancel-began; sleep 60; touch cancel-late')
        number = self.start(job)
        self.adapter.until(number, 'running')
        self.text(os.path.join(self.dir, 'cancel-began'))
        results = self.adapter.right('cancel', jobs=[number],
                                     tags=['another/1'])['results']
        need(results[0]['result'] == 'not_found', str(results))
        need(self.adapter.status(number)[number]['state'] == 'running',
             'it was cancelled by its id alone')
        results = self.adapter.right(
            'cancel', jobs=[number, '987654'],
            tags=[job['tag'], None])['results']
        need([(r['job'], r['result']) for r in results] ==
             [(number, 'ok'), ('987654', 'not_found')], str(results))
        status = self.adapter.until(number, 'ended')
        need(status['outcome'] == 'cancelled', str(status))
        results = self.adapter.right('cancel', jobs=[number])['results']
        need(results[0]['result'] == 'ok', f'cancelled again: {results}')

    def test_long(self):
        """a script of 1 MiB"""
        job = self.job('#' * (1 << 20) + '\necho end')
        status = self.adapter.until(self.start(job), 'ended')
        need(status['outcome'] == 'ok', str(status))
        need(self.text(job['stdout']) == 'end\n', 'its end was not run')

    def test_array(self):
        """array: elements with their own ids, ends and files"""
        job = self.job('echo x', array=3,
                       stdout=os.path.join(self.dir, 'array-%a.out'))
        number = self.start(job)
        for i in range(3):
            status = self.adapter.until(f'{number}_{i}', 'ended')
            need(status['outcome'] == 'ok', str(status))
            need(self.text(os.path.join(self.dir, f'array-{i}.out')) == 'x\n',
                 'its file')
        need(self.adapter.status(f'{number}_3')[f'{number}_3']['state'] ==
             'not_found', 'an element too many')
        need(len(self.find(job['tag'])) == 3, 'found by its tag')
    test_array.feature = 'array'

    def test_hold(self):
        """hold: waits until it is released"""
        number = self.start(self.job('true', hold=True))
        self.adapter.until(number, 'held')
        results = self.adapter.right('release', jobs=[number])['results']
        need(results[0]['result'] == 'ok', str(results))
        self.adapter.until(number, 'ended')
    test_hold.feature = 'hold'

    def test_estimate(self):
        """estimate: a start, and nothing is submitted"""
        job = self.job('true')
        results = self.adapter.right('estimate', jobs=[job])['results']
        need(results[0]['result'] == 'ok' and
             isinstance(results[0]['start_s'], (int, float)), str(results))
        need(self.find(job['tag']) == {}, 'it was submitted')
    test_estimate.feature = 'estimate'

    def test_end(self):
        """end of input: ends with 0; the job goes on and is found again"""
        job = self.job('touch end-began; n=0; while test ! -e end-go && test '
                       '$n -lt 600; do n=$((n+1)); sleep 0.1; done; exit 4')
        number = self.start(job)
        self.text(os.path.join(self.dir, 'end-began'))
        code = self.adapter.end()
        need(code == 0, f'it ends with {code}')
        self.adapter = Adapter(self.options)
        found = self.find(job['tag'])
        need(found.get(number, {}).get('state') == 'running', f'{found}')
        self.let_go()
        status = self.adapter.until(number, 'ended')
        need(status['outcome'] == 'error' and status['exit_code'] == 4,
             str(status))

    def test_close(self):
        """close: answered; then the end of its input ends it"""
        self.adapter.right('close')
        need(self.adapter.end() == 0, 'it ends with 0')


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('program')
    parser.add_argument('site')
    parser.add_argument('--within', type=float, default=60)
    parser.add_argument('--dir')
    options = parser.parse_args()
    with open(options.site, encoding='utf-8') as file:
        options.site = json.load(file)
    own = None if options.dir else tempfile.mkdtemp(prefix='conform-',
                                                    dir=os.getcwd())
    options.dir = os.path.realpath(options.dir or own)
    tests = [name for name in vars(Suite) if name.startswith('test_')]
    print(f'1..{len(tests)}', flush=True)
    failed = 0
    try:
        suite = Suite(options)
    except (Wrong, OSError) as error:
        print(f'Bail out! {error}')
        sys.exit(1)
    for number, name in enumerate(tests, 1):
        test = getattr(suite, name)
        feature = getattr(test, 'feature', None)
        title = f'{number} - {test.__doc__}'
        if feature and not suite.adapter.has(feature):
            print(f'ok {title} # SKIP no {feature}', flush=True)
            continue
        try:
            test()
            print(f'ok {title}', flush=True)
        except (Wrong, KeyError, TypeError, AttributeError) as error:
            failed += 1
            print(f'not ok {title}\n#\t{error!r}', flush=True)
    suite.let_go()
    suite.adapter.program.kill()
    if own and not failed:
        shutil.rmtree(own)
    sys.exit(1 if failed else 0)


main()
