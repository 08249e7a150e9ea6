# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs `zfwctl top` on a terminal, in one of several ways.

usage: ptytop.py q|resize|term|int|abort|gone OUT COMMAND...
Exit 0: it drew, ended as it should, and left the terminal as it was.
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

HOW, OUT, COMMAND = sys.argv[1], sys.argv[2], sys.argv[3:]
ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?25h\x1b[?1049l"


def resize(fd, rows, cols):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))


def read_for(fd, seconds, until=None):
    out, end = b"", time.time() + seconds
    while time.time() < end and not (until and until(out)):
        if not select.select([fd], [], [], 0.1)[0]:
            continue
        try:
            data = os.read(fd, 65536)
        except OSError:
            break
        if not data:
            break
        out += data
    return out


def fail(why, out):
    open(OUT, "wb").write(out)
    sys.exit(f"{HOW}: {why}: ...{out[-400:]!r}")


def longest(out):
    text = re.sub(rb"\x1b\[[?0-9]*[A-Za-z]", b"", out)
    return max(len(line) for line in text.replace(b"\r", b"").split(b"\n"))


master, slave = pty.openpty()
resize(master, 24, 80)
before = termios.tcgetattr(slave)
pid = os.fork()
if pid == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for n in range(3):
        os.dup2(slave, n)
    os.close(master)
    os.execvp(COMMAND[0], COMMAND)

out = read_for(master, 8, lambda o: o.count(b"since start") >= 2)
if ENTER not in out or out.count(b"since start") < 2:
    fail("it did not draw twice", out)
if longest(out) > 80:
    fail("a line is longer than the terminal", out)
if termios.tcgetattr(slave)[3] & termios.ECHO:
    fail("what is typed would be seen", out)
want = 0
if HOW == "resize":
    resize(master, 6, 30)
    os.kill(pid, signal.SIGWINCH)
    small = read_for(master, 3, lambda o: b"\x1b[J" in o)
    small += read_for(master, 1.5)
    out += small
    if longest(small.rpartition(b"\x1b[H")[2]) > 30:
        fail("it does not fit the new size", small)
if HOW == "gone":
    os.kill(int(open(os.path.join(os.path.dirname(OUT), "zfwd.pid")).read()), signal.SIGTERM)
    gone = read_for(master, 8, lambda o: b"zfwd" in o)
    out += gone
    if b"zfwd" not in gone:
        fail("it does not say that the daemon is gone", gone)
if HOW in ("q", "resize", "gone"):
    os.write(master, b"q")
else:
    sig = {"term": signal.SIGTERM, "int": signal.SIGINT, "abort": signal.SIGABRT}[HOW]
    os.kill(pid, sig)
    want = signal.SIGABRT if HOW == "abort" else 0
out += read_for(master, 3, lambda o: LEAVE in o)
end = time.time() + 5
status = (0, 0)
while status[0] == 0 and time.time() < end:
    status = os.waitpid(pid, os.WNOHANG)
    time.sleep(0.05)
if status[0] == 0:
    os.kill(pid, signal.SIGKILL)
    fail("it does not end", out)
got = os.WTERMSIG(status[1]) if os.WIFSIGNALED(status[1]) else os.WEXITSTATUS(status[1])
if got != want:
    fail(f"it ended with {got}", out)
if LEAVE not in out or termios.tcgetattr(slave) != before:
    fail("the terminal is not as it was", out)
open(OUT, "wb").write(out)
