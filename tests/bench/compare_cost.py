#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a gateway spends while a command runs elsewhere.

usage: compare_cost.py PID NAPI COMMAND...

PID is a process of the gateway's process and network namespace, NAPI the
kernel thread that receives for it.  All processes of that namespace are
added up: run time of those alive (/proc/PID/task/*/schedstat, ns), and user
and system time of those that ended meanwhile, which their parents have
(/proc/PID/stat).  What the kernel does for them in interrupts and timers is
in it only as far as it happens to run on top of one of them.

Prints: CPU us of processes, CPU us of the receiving thread, packets received,
UDP datagrams received, most memory (KiB, anonymous, shared pages divided) and
most TCP connections at once above those at the start, and seconds.
"""
import os
import subprocess
import sys
import time

SAMPLE_S = 0.3
SETTLE_S = 0.5  # what the command caused and is not over yet
TICKS = os.sysconf("SC_CLK_TCK")


def text(path):
    try:
        with open(path) as f:
            return f.read()
    except OSError:  # it has just ended
        return ""


class Gateway:
    def __init__(self, pid, napi):
        self.pid, self.napi = pid, napi
        self.ns = os.stat(f"/proc/{pid}/ns/pid").st_ino

    def pids(self):
        for p in os.listdir("/proc"):
            try:
                if p.isdigit() and \
                        os.stat(f"/proc/{p}/ns/pid").st_ino == self.ns:
                    yield p
            except OSError:
                pass

    def cpu_us(self):
        us = 0.0
        for p in self.pids():
            stat = text(f"/proc/{p}/stat").rpartition(")")[2].split()
            if stat:
                us += (int(stat[13]) + int(stat[14])) * 1e6 / TICKS
                us += self.alive_us(p)
        return us

    def alive_us(self, p):
        try:
            tasks = os.listdir(f"/proc/{p}/task")
        except OSError:
            return 0
        return sum(run_us(f"/proc/{p}/task/{t}/schedstat") for t in tasks)

    def napi_us(self):
        return run_us(f"/proc/{self.napi}/schedstat")

    def packets(self):
        for line in text(f"/proc/{self.pid}/net/dev").splitlines():
            name, _, rest = line.partition(":")
            if name.strip() == "eth0":
                return int(rest.split()[1])
        return 0

    def datagrams(self):
        udp = [line for line in text(f"/proc/{self.pid}/net/snmp").splitlines()
               if line.startswith("Udp:")]
        return int(udp[1].split()[1]) if len(udp) > 1 else 0

    def counters(self):
        return self.cpu_us(), self.napi_us(), self.packets(), self.datagrams()

    def kib(self):
        n = 0
        for p in self.pids():
            for line in text(f"/proc/{p}/smaps_rollup").splitlines():
                if line.startswith("Pss_Anon:"):
                    n += int(line.split()[1])
        return n

    def connections(self):
        line = text(f"/proc/{self.pid}/net/sockstat").partition("TCP:")[2]
        return int(line.split()[1]) if line else 0


def run_us(path):
    words = text(path).split()
    return int(words[0]) / 1000 if words else 0


def main():
    g = Gateway(*sys.argv[1:3])
    kib, conns, added_kib, added_conns = g.kib(), g.connections(), 0, 0
    from_s = time.monotonic()
    before = g.counters()
    child = subprocess.Popen(sys.argv[3:], stdout=sys.stderr)
    while child.poll() is None:
        added_conns = max(added_conns, g.connections() - conns)
        added_kib = max(added_kib, g.kib() - kib)
        time.sleep(SAMPLE_S)
    time.sleep(SETTLE_S)
    spent = [b - a for a, b in zip(before, g.counters())]
    print(*(f"{n:.0f}" for n in spent), added_kib, added_conns,
          f"{time.monotonic() - from_s:.3f}")
    return child.returncode


sys.exit(main())
