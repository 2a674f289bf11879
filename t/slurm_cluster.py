"""A private Slurm cluster: its daemons, their files and their end.

    slurm_cluster.py run DIR [--nodes N] [--cpus N] [--memory MIB]
                             [--accounting] [--rest] [--node TEXT]
                             [--hide DIR]... [--conf LINE]...
    slurm_cluster.py ask DIR REQUEST...

"run" is process 1 of a PID namespace that t/slurm.sh makes: when it ends,
however it ends, the kernel ends whatever the cluster has started, jobs and
slurmstepd included.  It writes DIR/slurm.conf, starts munged, slurmctld and
the nodes n1 ... nN, prints "ready" when every node is idle, and then serves
requests on DIR/ask:

    start DAEMON          DAEMON: munged, slurmctld, mariadbd, slurmdbd, n1 ...
                          slurmrestd, tls
    stop DAEMON           SIGTERM, and wait for its end
    signal DAEMON SIGNAL  KILL also waits for its end
    hide NODE DIR         NODE and its jobs see nothing of what is in DIR
    show NODE DIR         now they do
    quit

With --rest a slurmrestd, for those with a token, listens on DIR/rest.sock and
at the address in DIR/rest.url; DIR/tls.url is the same behind a proxy that has
a certificate of the authority DIR/ca.crt.

Every node has its own host name, /dev/shm and $TMPDIR, so that MPI sees several
hosts, and not those of other clusters: in a PID namespace each, two mpirun have
the same number, by which Open MPI names its directory.
Over each DIR of --hide it has an empty file system.
Ports that somebody else took meanwhile are noticed, for the daemon that wanted
them ends, and others are tried: a client would reach the other cluster.
"""
import argparse
import os
import random
import re
import shlex
import signal
import socket
import subprocess
import sys
import time

MPI_CONF = '/etc/openmpi/openmpi-mca-params.conf'
READY_SECONDS = 90
PORT_TRIES = 5


class Failed(Exception):
    """What went wrong, for the one who asked."""


def free_ports(count):
    """Ports outside of the range that outgoing connections use."""
    ports = []
    for port in random.sample(range(10000, 32000), 2000):
        with socket.socket() as probe:
            try:
                probe.bind(('0.0.0.0', port))
            except OSError:
                continue
        ports.append(port)
        if len(ports) == count:
            return ports
    raise Failed('no free ports')


def until(done, what, alive=lambda: True, seconds=READY_SECONDS):
    """Wait for done(); False when alive() says that it will never be."""
    end = time.monotonic() + seconds
    while not done():
        if not alive():
            return False
        if time.monotonic() > end:
            raise Failed(f'waited in vain for {what}')
        time.sleep(0.01)
    return True


def answers(address):
    is_path = isinstance(address, str)
    with socket.socket(socket.AF_UNIX if is_path else socket.AF_INET) as probe:
        return probe.connect_ex(address) == 0


class Cluster:
    def __init__(self, options):
        self.options = options
        self.dir = os.path.abspath(options.dir)
        self.name = os.path.basename(self.dir)
        self.nodes = [f'n{i + 1}' for i in range(options.nodes)]
        self.user = subprocess.check_output(['id', '-un'], text=True).strip()
        self.munge = f'{self.dir}/munge'
        self.running = {}  # daemon's name: its process id
        self.env = {k: v for k, v in os.environ.items()
                    if not k.startswith('SLURM')}
        self.env['SLURM_CONF'] = f'{self.dir}/slurm.conf'
        self.env['PATH'] += ':/usr/sbin:/sbin'
        self.env['MYSQL_UNIX_PORT'] = f'{self.dir}/sql'

    # --- files -------------------------------------------------------------

    def path(self, *names):
        path = os.path.join(self.dir, *names)
        os.makedirs(path, exist_ok=True)
        return path

    def write(self, name, text, mode=0o644):
        with open(os.path.join(self.dir, name), 'w', encoding='utf-8') as file:
            os.fchmod(file.fileno(), mode)
            file.write(text)

    def write_files(self):
        for name in ['state', 'spool', 'log', 'munged']:
            self.path(name)
        for node in self.nodes:
            self.path('spool', node)
            self.path('tmp', node)
        for name in [self.munge, f'{self.dir}/ask', f'{self.dir}/sql']:
            if len(name) > 100:
                raise Failed(f"'{name}' is too long for a socket's name")
        self.write('prolog', '#!/bin/sh\necho "export TMPDIR='
                   f'{self.dir}/tmp/$SLURMD_NODENAME"\n', 0o755)
        if not os.path.exists(f'{self.dir}/munged/key'):
            with open(f'{self.dir}/munged/key', 'wb') as file:
                os.fchmod(file.fileno(), 0o400)
                file.write(os.urandom(128))
        if self.options.rest and not os.path.exists(f'{self.dir}/jwt.key'):
            with open(f'{self.dir}/jwt.key', 'wb') as file:
                os.fchmod(file.fileno(), 0o600)
                file.write(os.urandom(32))
            self.certify()

    def certify(self):
        """An authority, and the certificate that it gave to localhost."""
        key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
               '-nodes', '-days', '2', '-x509']
        for words in (key + ['-keyout', 'ca.key', '-out', 'ca.crt',
                             '-subj', '/CN=test authority'],
                      key + ['-keyout', 'tls.key', '-out', 'tls.crt',
                             '-subj', '/CN=localhost', '-CA', 'ca.crt',
                             '-CAkey', 'ca.key', '-addext',
                             'subjectAltName=DNS:localhost']):
            subprocess.run(['openssl', 'req'] + words, cwd=self.dir,
                           check=True, stderr=subprocess.DEVNULL)

    def settings(self):
        values = {
            'ClusterName': self.name,
            'SlurmctldHost': 'localhost',
            'SlurmctldPort': self.ports[0],
            'SlurmUser': self.user,
            'SlurmdUser': self.user,
            'AuthInfo': f'socket={self.munge},cred_expire=5',
            'StateSaveLocation': f'{self.dir}/state',
            'SlurmdSpoolDir': f'{self.dir}/spool/%n',
            'SlurmctldPidFile': f'{self.dir}/slurmctld.pid',
            'SlurmdPidFile': f'{self.dir}/%n.pid',
            'SlurmctldLogFile': f'{self.dir}/log/slurmctld.log',
            'SlurmdLogFile': f'{self.dir}/log/%n.log',
            'TmpFS': f'{self.dir}/tmp/%n',
            'TaskProlog': f'{self.dir}/prolog',
            'ProctrackType': 'proctrack/linuxproc',
            'TaskPlugin': 'task/none',
            'SelectType': 'select/cons_tres',
            'SelectTypeParameters': 'CR_CPU_Memory',
            'DefMemPerCPU': 100,
            'ReturnToService': 2,
            'MpiDefault': 'none',
            'SlurmdParameters': 'config_overrides',
            'SchedulerParameters': 'batch_sched_delay=0,sched_interval=2',
            'KillWait': 1,
            'MinJobAge': 60,
            'MessageTimeout': 2,
            'TCPTimeout': 1,
            'SlurmdTimeout': 300,
        }
        if self.options.accounting:
            values |= {
                'AccountingStorageType': 'accounting_storage/slurmdbd',
                'AccountingStorageHost': 'localhost',
                'AccountingStoragePort': self.ports[1],
                'AccountingStoragePass': self.munge,
                'AccountingStoreFlags': 'job_comment',
                'JobAcctGatherType': 'jobacct_gather/none',
            }
        if self.options.rest:
            values |= {
                'AuthAltTypes': 'auth/jwt',
                'AuthAltParameters': f'jwt_key={self.dir}/jwt.key',
            }
        return values

    def write_conf(self):
        self.ports = free_ports(4 + len(self.nodes))
        values = self.settings()
        lines = []
        for line in self.options.conf:
            key, value = line.split('=', 1)
            if key in ('NodeName', 'PartitionName'):
                lines.append(line)
            else:
                values[key] = value
        lines = [f'{key}={value}' for key, value in values.items()] + [
            f'NodeName={node} NodeHostname=localhost Port={port} '
            f'CPUs={self.options.cpus} RealMemory={self.options.memory} '
            f'{self.options.node}'
            for node, port in zip(self.nodes, self.ports[4:])
        ] + ['PartitionName=debug Nodes=ALL Default=YES MaxTime=INFINITE '
             'State=UP'] + lines
        self.write('slurm.conf', '\n'.join(lines) + '\n')
        if 'Gres=gpu:2' in self.options.node:  # any two devices will do
            self.write('gres.conf', 'Name=gpu File=/dev/null\n'
                       'Name=gpu File=/dev/zero\n')
        version = subprocess.check_output(
            ['slurmctld', '-V'], text=True, env=self.env)
        self.major = int(re.search(r'(\d+)\.', version).group(1))
        if self.major >= 23:
            self.write('cgroup.conf', 'CgroupPlugin=disabled\n')
        if self.options.rest:
            self.write('rest.url', f'http://127.0.0.1:{self.ports[2]}')
            self.write('tls.url', f'https://localhost:{self.ports[3]}')
        if self.options.accounting:
            jwt = (['AuthAltTypes=auth/jwt',
                    f'AuthAltParameters=jwt_key={self.dir}/jwt.key']
                   if self.options.rest else [])
            self.write('slurmdbd.conf', '\n'.join(jwt + [
                'DbdHost=localhost', f'DbdPort={self.ports[1]}',
                f'SlurmUser={self.user}', 'AuthType=auth/munge',
                f'AuthInfo=socket={self.munge}',
                'StorageType=accounting_storage/mysql',
                'StorageHost=localhost', 'StorageUser=slurm',
                'StoragePass=x', 'StorageLoc=acct',
                f'LogFile={self.dir}/log/slurmdbd.log',
                f'PidFile={self.dir}/slurmdbd.pid']) + '\n', 0o600)

    # --- daemons -----------------------------------------------------------

    def command(self, name):
        if name == 'munged':
            return ['munged', '--foreground', '--force',
                    f'--key-file={self.dir}/munged/key',
                    f'--socket={self.munge}',
                    f'--pid-file={self.dir}/munged/pid',
                    f'--seed-file={self.dir}/munged/seed',
                    f'--log-file={self.dir}/log/munged.log']
        if name == 'mariadbd':
            return ['mariadbd', '--no-defaults', f'--user={self.user}',
                    f'--datadir={self.dir}/db', f'--socket={self.dir}/sql',
                    '--skip-networking', f'--pid-file={self.dir}/sql.pid',
                    '--innodb-buffer-pool-size=64M']
        if name in ('slurmctld', 'slurmdbd'):
            return [name, '-D']
        if name == 'slurmrestd':
            return self.rest_command()
        if name == 'tls':
            return ['socat', f'OPENSSL-LISTEN:{self.ports[3]},reuseaddr,fork,'
                    f'cert={self.dir}/tls.crt,key={self.dir}/tls.key,verify=0',
                    f'TCP:127.0.0.1:{self.ports[2]}']
        if name not in self.nodes:
            raise Failed(f"there is no daemon '{name}'")
        drop = ('setpriv --inh-caps=-all --ambient-caps=-all '
                if os.getuid() else '')
        return ['unshare', '-m', '-u', 'sh', '-c',
                f'hostname {name} && {self.empty_dirs()} && '
                f'{self.tell_mpi()} exec {drop}slurmd -D -N {name}']

    def empty_dirs(self):
        return ' && '.join(f'mount -t tmpfs tmpfs {shlex.quote(path)}'
                           for path in ['/dev/shm'] + self.options.hide)

    def tell_mpi(self):
        """All nodes have one address, which the kernel has no route to: Open
        MPI 5 must not ask it for one."""
        if not os.path.exists(MPI_CONF):
            return ''
        with open(MPI_CONF, encoding='utf-8') as file:
            self.write('openmpi.conf',
                       file.read() + '\nreachable = weighted\n')
        conf = shlex.quote(f'{self.dir}/openmpi.conf')
        return f'mount --bind {conf} {MPI_CONF} &&'

    def rest_command(self):
        """It does not want to be root: of a namespace it is somebody else."""
        plugins, more = (['slurmctld'], 'slurmdbd')
        if self.major < 23:
            plugins = [f'openapi/v0.0.{n}' for n in (36, 37, 38)]
            more = 'openapi/dbv0.0.38'
        if self.options.accounting:
            plugins.append(more)
        other = [] if os.getuid() else ['unshare', '-U', '--map-user=1000',
                                        '--map-group=1000']
        return other + [
            'env', 'SLURM_JWT=daemon', 'slurmrestd', '-a', 'rest_auth/jwt',
            '-s', ','.join(plugins),
            f'unix:{self.dir}/rest.sock', f'127.0.0.1:{self.ports[2]}']

    def address(self, name):
        """Where a daemon listens."""
        if name == 'munged':
            return self.munge
        if name == 'mariadbd':
            return f'{self.dir}/sql'
        order = ['slurmctld', 'slurmdbd', 'slurmrestd', 'tls'] + self.nodes
        return ('127.0.0.1', self.ports[order.index(name)])

    def spawn(self, name):
        if name in self.running:
            raise Failed(f"'{name}' runs already")
        command = self.command(name)
        with open(f'{self.dir}/log/{name}.out', 'ab') as log:
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                     stdout=log, stderr=log, env=self.env,
                                     start_new_session=True)
        child.returncode = 0  # reaped by this program, not by its object
        self.running[name] = child.pid

    def alive(self, name):
        """Also takes note of everything that has ended: this is process 1."""
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                pid = 0
            if pid == 0:
                return name in self.running
            for daemon, known in list(self.running.items()):
                if known == pid:
                    del self.running[daemon]

    def up(self, name):
        """Start a daemon and wait until it answers; False if it has ended."""
        self.spawn(name)
        return until(lambda: answers(self.address(name)), name,
                     lambda: self.alive(name))

    def signal(self, name, number):
        if not self.alive(name):
            raise Failed(f"'{name}' does not run")
        os.kill(self.running[name], number)
        if number in (signal.SIGKILL, signal.SIGTERM):
            until(lambda: not self.alive(name), f'the end of {name}')

    def mount(self, node, directory, hide):
        """In the mount namespace of a node, and so in those of its jobs."""
        if not self.alive(node):
            raise Failed(f"'{node}' does not run")
        command = (['mount', '-t', 'tmpfs', 'tmpfs', directory] if hide else
                   ['umount', directory])
        done = subprocess.run(
            ['nsenter', '-t', str(self.running[node]), '-m'] + command,
            capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failed(done.stderr.strip())

    def nodes_idle(self):
        sinfo = subprocess.run(['sinfo', '-h', '-N', '-p', 'debug', '-o',
                                '%t'], capture_output=True, text=True,
                               env=self.env, check=False)
        return sinfo.stdout.split() == ['idle'] * len(self.nodes)

    def database(self):
        """A database for the accounting, made anew."""
        log = open(f'{self.dir}/log/mariadb.out', 'ab')
        subprocess.check_call(
            ['mariadb-install-db', '--no-defaults',
             f'--datadir={self.dir}/db', f'--user={self.user}',
             '--auth-root-authentication-method=socket', '--skip-test-db'],
            stdout=log, stderr=log, env=self.env)
        self.up('mariadbd')
        subprocess.run(
            ['mariadb', f'--socket={self.dir}/sql'], check=True, text=True,
            input="create user 'slurm'@'localhost' identified by 'x';"
            'create database acct; grant all on acct.* to'
            " 'slurm'@'localhost';", env=self.env, stdout=log, stderr=log)

    def start(self):
        self.write_files()
        if not self.up('munged'):
            raise Failed(f'munged ended; see {self.dir}/log')
        if self.options.accounting:
            self.database()
        for _ in range(PORT_TRIES):
            self.write_conf()
            names = ['slurmctld'] + self.nodes
            if self.options.accounting:
                names.insert(0, 'slurmdbd')
            if self.options.rest:
                names += ['slurmrestd', 'tls']
            if all(self.up(name) for name in names):
                until(self.nodes_idle, 'idle nodes')
                return
            for name in names:
                if self.alive(name):
                    self.signal(name, signal.SIGKILL)
        raise Failed(f'a daemon ended; see {self.dir}/log')

    # --- requests ----------------------------------------------------------

    def request(self, words):
        if words[0] == 'quit':
            return False
        if words[0] == 'start' and len(words) == 2:
            if not self.up(words[1]):
                raise Failed(f"'{words[1]}' ended; see {self.dir}/log")
        elif words[0] == 'stop' and len(words) == 2:
            self.signal(words[1], signal.SIGTERM)
        elif words[0] == 'signal' and len(words) == 3:
            self.signal(words[1], signal.Signals['SIG' + words[2]])
        elif words[0] in ('hide', 'show') and len(words) == 3:
            self.mount(words[1], words[2], words[0] == 'hide')
        else:
            raise Failed('unknown request: ' + ' '.join(words))
        return True

    def serve(self):
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(f'{self.dir}/ask')
            listener.listen()
            listener.settimeout(1)
            print('ready', flush=True)
            more = True
            while more:
                self.alive('')
                try:
                    peer, _ = listener.accept()
                except TimeoutError:
                    continue
                with peer:
                    peer.settimeout(None)
                    reply = 'ok'
                    try:
                        more = self.request(peer.recv(4096).decode().split())
                    except (Failed, OSError, KeyError) as error:
                        reply = str(error)
                    peer.sendall(reply.encode())


def ask(directory, words):
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(os.path.join(directory, 'ask'))
        peer.sendall(' '.join(words).encode())
        reply = peer.recv(4096).decode()
    if reply != 'ok':
        sys.exit(f'{directory}: {reply or "the cluster ended"}')


def main():
    if sys.argv[1] == 'ask':
        ask(sys.argv[2], sys.argv[3:])
        return
    parser = argparse.ArgumentParser()
    parser.add_argument('dir')
    parser.add_argument('--nodes', type=int, default=2)
    parser.add_argument('--cpus', type=int, default=2)
    parser.add_argument('--memory', type=int, default=2000)
    parser.add_argument('--accounting', action='store_true')
    parser.add_argument('--rest', action='store_true')
    parser.add_argument('--node', default='')
    parser.add_argument('--hide', action='append', default=[])
    parser.add_argument('--conf', action='append', default=[])
    cluster = Cluster(parser.parse_args(sys.argv[2:]))
    try:
        cluster.start()
        cluster.serve()
    except (Failed, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f'{cluster.name}: {error}')


main()
