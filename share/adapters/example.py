#!/usr/bin/env python3
"""An adapter in a hundred lines: jobs are processes of this machine.

It speaks the protocol of share/doc/formats/adapter.md and passes conform.py;
copy it to begin an adapter for something else.  A site file names it:

    adapter: program
    program: /absolute/path/of/example.py

Each job has a directory in the project, .fedtwin-example/ID, with what is to
be known of it in files, so that it goes on, and is found, without the adapter:

    tag   script   pid   cancelled   end  (the code that the script ended with)
"""
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

RUN = 'cd "$1" && "$0/script" >"$2" 2>"$3" </dev/null; ' \
      'echo $? >"$0/end.part" && mv "$0/end.part" "$0/end"'
KEPT = ('PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'TZ')
jobs = None  # the directory of all jobs, once the site is open


def submit_job(job):
    if not job.get('tag') or not job.get('script', '').startswith('#!') \
            or not os.path.isdir(job.get('dir', '')):
        return {'result': 'rejected',
                'reason': "a tag, a directory and a script with '#!' are needed"}
    number = 1 + max((int(d.name) for d in jobs.iterdir()), default=0)
    (jobs / str(number)).mkdir()  # fails when somebody else was faster
    path = jobs / str(number)
    (path / 'script').write_text(job['script'])
    (path / 'script').chmod(0o700)
    env = {k: os.environ[k] for k in KEPT if k in os.environ}
    child = subprocess.Popen(
        ['sh', '-c', RUN, path, job['dir'], job.get('stdout') or '/dev/null',
         job.get('stderr') or '/dev/null'], start_new_session=True,
        env=env | (job.get('env') or {}), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL)
    (path / 'pid').write_text(str(child.pid))
    (path / 'tag').write_text(job['tag'])
    return {'result': 'ok', 'job': str(number)}


def known(job):
    """Its directory; None: there is no such job."""
    path = jobs / job
    return path if job.isdigit() and (path / 'tag').exists() else None


def alive(path):
    try:
        os.kill(int((path / 'pid').read_text()), 0)
    except ProcessLookupError:
        return False
    return True


def status_of(job):
    path = known(job)
    if path is None:
        return {'job': job, 'state': 'not_found'}
    status = {'job': job, 'tag': (path / 'tag').read_text(), 'raw': '',
              'reason': '', 'restarts': 0, 'state': 'ended'}
    lives = alive(path)  # before the look for 'end': it ends after that
    if (path / 'cancelled').exists():
        return status | ({'state': 'ending'} if lives else
                         {'outcome': 'cancelled'})
    if (path / 'end').exists():
        code = int((path / 'end').read_text())  # of a signal, 128 more
        return status | {'outcome': 'error' if code else 'ok',
                         'exit_code': code if code < 128 else 0,
                         'signal': code - 128 if code > 128 else 0}
    return status | ({'state': 'running'} if lives else
                     {'outcome': 'node_fail'})


def cancel_job(job, tag):
    path = known(job)
    if path is None or tag not in (None, (path / 'tag').read_text()):
        return {'job': job, 'result': 'not_found'}
    if not (path / 'end').exists() and alive(path):
        (path / 'cancelled').touch()
        os.killpg(int((path / 'pid').read_text()), signal.SIGKILL)
    return {'job': job, 'result': 'ok'}


def answer(request):
    global jobs
    op, ids = request['op'], request.get('jobs', [])
    if op == 'open':
        jobs = Path(request['project'], '.fedtwin-example')
        jobs.mkdir(exist_ok=True)
        return {'protocol': 1, 'adapter': 'example', 'version': '1',
                'features': []}
    if op == 'probe':
        return {'time_s': time.time(), 'cluster': os.uname().nodename,
                'queues': [{'name': 'all', 'default': True, 'up': True,
                            'nodes': 1, 'nodes_up': 1,
                            'cores_per_node': os.cpu_count()}]}
    if op == 'submit':
        return {'results': [submit_job(job) for job in ids]}
    if op == 'status':
        return {'complete': True, 'jobs': [status_of(job) for job in ids]}
    if op == 'find_by_tag':
        every = [status_of(d.name) for d in jobs.iterdir() if known(d.name)]
        return {'complete': True, 'jobs': [
            job for job in every if job['tag'].startswith(request['prefix'])]}
    if op == 'cancel':
        tags = request.get('tags') or [None] * len(ids)
        return {'results': [cancel_job(*pair) for pair in zip(ids, tags)]}
    if op == 'close':
        return {}
    return {'ok': False, 'error': 'unsupported', 'reason': f"no '{op}' here"}


def main():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies: see alive()
    for line in sys.stdin:
        number = None
        try:
            request = json.loads(line)
            number = request['id']
            reply = {'ok': True} | answer(request)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            reply = {'ok': False, 'error': 'protocol', 'reason': repr(error)}
        except OSError as error:
            reply = {'ok': False, 'error': 'unavailable', 'reason': str(error)}
        print(json.dumps({'id': number} | reply), flush=True)


main()
