"""Wait until a file is there, woken by the kernel rather than by a clock."""
import ctypes
import os
import sys

IN_CREATE, IN_MOVED_TO = 0x100, 0x80

libc = ctypes.CDLL(None, use_errno=True)
path = os.path.abspath(sys.argv[1])
fd = libc.inotify_init()
libc.inotify_add_watch(fd, os.path.dirname(path).encode(),
                       IN_CREATE | IN_MOVED_TO)
while not os.path.exists(path):
    os.read(fd, 4096)
