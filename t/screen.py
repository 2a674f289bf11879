"""A program on a terminal that is not there: what it draws, what it is typed.

    s = Screen(["fedtwin", "watch"], 80, 24)
    s.wait("running")       until the screen shows it
    s.type("q")
    s.end()                 its exit status

Only the sequences that fedtwin sends are known; any other is an error.
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

PATIENCE = 30


class Screen:
    def __init__(self, argv, columns, rows):
        self.columns, self.rows = columns, rows
        self.other = self.was_other = False
        self.cursor, self.wraps = True, True
        self.clear()
        self.pending = b""
        self.status = None
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm-256color"
            self._set_size(0, columns, rows)
            os.execvp(argv[0], argv)
        self._set_size(self.fd, columns, rows)
        self.modes = termios.tcgetattr(self.fd)

    @staticmethod
    def _set_size(fd, columns, rows):
        fcntl.ioctl(fd, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, columns, 0, 0))

    def clear(self):
        self.cells = [[" "] * self.columns for _ in range(self.rows)]
        self.x = self.y = 0

    def text(self):
        return "\n".join("".join(row).rstrip() for row in self.cells)

    def _scroll(self):
        if self.y == self.rows:
            self.cells = self.cells[1:] + [[" "] * self.columns]
            self.y -= 1

    def _char(self, c):
        if c == "\r":
            self.x = 0
        elif c == "\n":
            self.y += 1
            self._scroll()
        elif c >= " ":
            assert self.x < self.columns or not self.wraps or not self.other, \
                "a line is wider than the screen"
            if self.x < self.columns:
                self.cells[self.y][self.x] = c
                self.x += 1

    def _csi(self, args, final):
        if final == "m":
            return
        if final == "H" and not args:
            self.x = self.y = 0
        elif final == "K" and not args:
            self.cells[self.y][self.x:] = [" "] * (self.columns - self.x)
        elif final == "J" and args in ("", "2"):
            if args == "2":
                self.clear()
            for row in self.cells[self.y + 1:]:
                row[:] = [" "] * self.columns
        elif final == "A":
            self.y = max(0, self.y - int(args))
        elif args == "?1049":
            self.other = final == "h"
            self.was_other |= self.other
            self.clear()
        elif args == "?25":
            self.cursor = final == "h"
        elif args == "?7":
            self.wraps = final == "h"
        else:
            raise AssertionError(f"unknown sequence {args!r} {final!r}")

    def feed(self, data):
        text = (self.pending + data).decode("utf-8", "surrogateescape")
        at = 0
        while at < len(text):
            if text[at] != "\033":
                if text[at] >= "\udc80" and text[at] <= "\udcff":
                    break  # a part of a character
                self._char(text[at])
                at += 1
                continue
            m = re.compile(r"\033\[([?\d;]*)([A-Za-z])").match(text, at)
            if not m:
                break  # a part of a sequence
            self._csi(m[1], m[2])
            at = m.end()
        self.pending = text[at:].encode("utf-8", "surrogateescape")

    def _read(self, seconds):
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        if data:
            self.feed(data)
        return bool(data)

    def wait(self, *patterns):
        """Until every pattern is on the screen at the same time."""
        end = time.monotonic() + PATIENCE
        while not all(re.search(p, self.text(), re.M) for p in patterns):
            assert time.monotonic() < end, f"no {patterns} in\n{self.text()}"
            assert self._read(0.2), f"ended without {patterns}:\n{self.text()}"

    def wait_gone(self, pattern):
        end = time.monotonic() + PATIENCE
        while re.search(pattern, self.text(), re.M):
            assert time.monotonic() < end, f"still {pattern}\n{self.text()}"
            assert self._read(0.2)

    def type(self, keys):
        os.write(self.fd, keys.encode())

    def resize(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.clear()
        self._set_size(self.fd, columns, rows)
        os.kill(self.pid, signal.SIGWINCH)

    def end(self):
        """The exit status, and that the terminal was given back."""
        limit = time.monotonic() + PATIENCE
        while self._read(0.2):
            assert time.monotonic() < limit, f"does not end:\n{self.text()}"
        _, status = os.waitpid(self.pid, 0)
        assert not self.other and self.cursor and self.wraps
        return os.waitstatus_to_exitcode(status)
