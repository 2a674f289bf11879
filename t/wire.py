"""A wire with faults: TCP connections from here to another port.

    wire.py DIR FAULT...

DIR/wire gets the port that is listened at; DIR/port, read at every connection,
has the port where it goes.  A FAULT is KIND:WAY:BYTES, with WAY "up" (as the
connection was made) or "down":

    cut:...       end the connection after so many bytes, once
    flip:...      change one bit of that byte, once
    always:...    the same on every connection
    hold:...      pass nothing more until DIR/go is there, once; DIR/held
                  appears when it holds
"""
import os
import selectors
import socket
import sys
import threading
import time


class Fault:
    def __init__(self, text):
        self.kind, self.way, at = text.split(':')
        self.at = int(at)
        self.done = False

    def hits(self, way, passed, size):
        return (not self.done and self.way == way and
                passed <= self.at < passed + size)


def hold(folder):
    open(os.path.join(folder, 'held'), 'w').close()
    while not os.path.exists(os.path.join(folder, 'go')):
        time.sleep(0.05)


def carry(folder, faults, peers):
    passed = {'up': 0, 'down': 0}
    with selectors.DefaultSelector() as ready:
        ready.register(peers['up'], selectors.EVENT_READ, 'up')
        ready.register(peers['down'], selectors.EVENT_READ, 'down')
        while True:
            for key, _ in ready.select():
                way, data = key.data, bytearray(key.fileobj.recv(65536))
                if not data:
                    return
                for fault in faults:
                    if not fault.hits(way, passed[way], len(data)):
                        continue
                    fault.done = fault.kind != 'always'
                    if fault.kind == 'cut':
                        return
                    if fault.kind == 'hold':
                        hold(folder)
                    else:
                        data[fault.at - passed[way]] ^= 1
                passed[way] += len(data)
                peers['down' if way == 'up' else 'up'].sendall(data)


def serve(folder, faults, near):
    try:
        with near, open(os.path.join(folder, 'port'), encoding='ascii') as file:
            with socket.create_connection(
                    ('127.0.0.1', int(file.read()))) as far:
                carry(folder, faults, {'up': near, 'down': far})
    except OSError:
        pass  # either end may go at any time


def main():
    folder, faults = sys.argv[1], [Fault(text) for text in sys.argv[2:]]
    with socket.create_server(('', 0)) as listener:
        with open(os.path.join(folder, 'wire.part'), 'w',
                  encoding='ascii') as file:
            file.write(str(listener.getsockname()[1]))
        os.rename(os.path.join(folder, 'wire.part'),
                  os.path.join(folder, 'wire'))
        while True:
            near, _ = listener.accept()
            threading.Thread(target=serve, args=(folder, faults, near),
                             daemon=True).start()


main()
