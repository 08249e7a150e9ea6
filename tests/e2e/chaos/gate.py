# SPDX-License-Identifier: GPL-3.0-or-later
"""The gateway of an end-to-end test, as a driver in Python needs it.

To be run in the gateway's network namespace only (`nsenter -n`): processes
are seen and killed by their numbers on the host.  Gate starts and ends zfwd,
asks its control socket, reads what the kernel has, and says in what the two
differ.  Keys of elements are (action, network, stack); stack is (length,
window, mss or None), or None for a whole address.  With E2E_CONFINE in the
environment the processes are started as by tests/e2e/unitlib.sh.
"""
import ipaddress
import json
import mmap
import os
import re
import signal
import socket
import struct
import subprocess
import time

SLOW = float(os.environ.get("ZFW_TEST_SLOW", "1") or "1")
SETS = {
    "block4": ("drop", 32), "block6": ("drop", 64),
    "block6_56": ("drop", 56), "block6_48": ("drop", 48),
    "stack4": ("drop", 32), "stack4_nomss": ("drop", 32),
    "stack6": ("drop", 64), "stack6_nomss": ("drop", 64),
    "reject4": ("reject", 32), "reject6": ("reject", 64),
}
DAY = 86400
JOINING = ("zfw-engine", "zfw-front", "zfw-journal")


def run(words, text=None, wait=20):
    """A command that may fail; its result."""
    return subprocess.run(words, input=text, capture_output=True, text=True,
                          timeout=wait * SLOW, check=False)


def nft(text):
    return run(["nft", "-f", "-"], text)


def prefix(value, bits):
    """What nft says of an element of ours or of an allow list -> networks."""
    if isinstance(value, dict) and "prefix" in value:
        p = value["prefix"]
        return [ipaddress.ip_network(f"{p['addr']}/{p['len']}")]
    if isinstance(value, dict) and "range" in value:
        ends = [ipaddress.ip_address(a) for a in value["range"]]
        return list(ipaddress.summarize_address_range(*ends))
    if bits is None:
        return [ipaddress.ip_network(value)]
    return [ipaddress.ip_network(f"{value}/{bits}", strict=False)]


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
            return [int(w) for w in f.read().split()]
    except OSError:
        return []


def name_of(pid):
    try:
        with open(f"/proc/{pid}/comm", encoding="ascii") as f:
            return f.read().strip()
    except OSError:
        return ""


def open_files(pid):
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0


def memory_kb(pid):
    """Resident and anonymous: files that are mapped are the kernel's."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as f:
            return int(re.search(r"RssAnon:\s*(\d+)", f.read()).group(1))
    except (OSError, AttributeError):
        return 0


class Gate:
    def __init__(self, where, gw_pid, preload):
        self.dir = where
        self.enter = ["nsenter", "-t", gw_pid, "-m", "-n", "-p", "--"]
        self.preload = preload
        self.outer = None   # the nsenter that zfwd is a child of
        self.joined = []    # those of the processes that join it
        self.confined = bool(os.environ.get("E2E_CONFINE"))
        self.lease = DAY
        with open(f"{where}/clock", "wb") as f:
            f.write(bytes(16))
        os.chmod(f"{where}/clock", 0o644)
        with open(f"{where}/clock", "r+b") as f:
            self.page = mmap.mmap(f.fileno(), 16)

    # ---- clock ----

    def shift(self):
        """Seconds that its wall clock is ahead of the true one."""
        return struct.unpack("q", self.page[:8])[0] / 1e9

    def set_clock(self, by, slept=False):
        wall, boot = struct.unpack("qq", self.page[:])
        by = int(by * 1e9)
        self.page[8:16] = struct.pack("q", boot + (by if slept else 0))
        self.page[:8] = struct.pack("q", wall + by)

    def now(self):
        return time.time() + self.shift()

    # ---- zfwd ----

    def spawn(self, unit, command):
        """Without confinement zfwd starts the others itself, by these."""
        env = [f"ZFW_ENGINE={self.dir}/bin/zfw-engine",
               f"ZFW_FRONT={self.dir}/bin/zfw-front"]
        if self.preload:
            env += [f"LD_PRELOAD={self.preload}",
                    f"ZFW_TEST_CLOCK={self.dir}/clock"]
        how = []
        if self.confined:
            how = [f"{self.dir}/bin/confine", "-g", f"{self.dir}/calls",
                   "-k", self.dir, f"{self.dir}/{unit}.service", "--"]
            with open(f"{self.dir}/confined", "a", encoding="ascii") as f:
                f.write(unit + "\n")
        with open(f"{self.dir}/zfwd.err", "a", encoding="ascii") as err:
            return subprocess.Popen(
                self.enter + how + ["env"] + env + command,
                stdin=subprocess.DEVNULL, stdout=err, stderr=err)

    def start(self, conf=None):
        """False: it does not answer within ten seconds."""
        if conf is not None:
            with open(f"{self.dir}/zfwd.conf", "w", encoding="ascii") as f:
                f.write(conf)
        self.joined = [self.spawn(unit, [f"{self.dir}/bin/zfw-join", unit[4:],
                                         f"{self.dir}/run/join"])
                       for unit in JOINING if self.confined]
        self.outer = self.spawn("zfwd", [f"{self.dir}/bin/zfwd", "-f", "-c",
                                         f"{self.dir}/zfwd.conf"])
        end = time.time() + 10 * SLOW
        while time.time() < end and self.outer.poll() is None:
            if self.ask("status") is not None:
                return True
            time.sleep(0.02)
        return False

    def pid(self, what):
        """Of zfwd, zfw-engine or zfw-front; None when there is none."""
        if self.outer is None:
            return None
        mine = [pid for outer in [self.outer] + self.joined
                for pid in children(outer.pid)]
        if not self.confined:
            mine += [child for guard in mine for child in children(guard)]
        for pid in mine:
            if name_of(pid) == what:
                return pid
        return None

    def kill(self, what, sig):
        pid = self.pid(what)
        if pid is None:
            return False
        try:
            os.kill(pid, sig)
        except ProcessLookupError:
            return False
        return True

    def go_on(self):
        """After SIGCONT: nsenter stops with its child, but alone."""
        for outer in [self.outer] + self.joined:
            if outer.poll() is None:
                outer.send_signal(signal.SIGCONT)

    def end_waiting(self):
        """As PartOf= of its unit ends what has not joined yet."""
        for outer in self.joined:
            for pid in children(outer.pid):
                if name_of(pid) == "zfw-join":
                    os.kill(pid, signal.SIGTERM)
            outer.poll()

    def ours(self):
        """Processes of zfw in the gateway, by name."""
        out = run(self.enter + ["ps", "-eo", "comm=,pid=,ppid=,stat=,wchan="])
        return sorted(w for w in out.stdout.splitlines()
                      if w.startswith("zfw"))

    def gone(self, wait=10):
        """Has all of zfwd ended?  Waits for it."""
        end = time.time() + wait * SLOW
        try:
            self.outer.wait(wait * SLOW)
        except subprocess.TimeoutExpired:
            return False
        while time.time() < end:
            self.end_waiting()
            if not self.ours():
                return True
            time.sleep(0.02)
        return False

    def stop(self):
        self.kill("zfwd", signal.SIGTERM)
        return self.gone()

    # ---- what it says ----

    def ask_begin(self, line):
        s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        s.settimeout(9 * SLOW)
        try:
            s.connect(f"{self.dir}/run/ctl")
            s.sendall(line.encode() + b"\n")
        except OSError:
            s.close()
            return None
        return s

    def ask(self, line):
        """The answer; None: nobody is there, or it ends too early."""
        s = self.ask_begin(line)
        if s is None:
            return None
        with s:
            got = b""
            try:
                while piece := s.recv(65536):
                    got += piece
                return json.loads(got)
            except (OSError, ValueError):
                return None

    def wanted(self):
        """What should be in the kernel: key -> seconds left."""
        answer = self.ask("blocks")
        if answer is None or not answer.get("ok"):
            return None
        want = {}
        for b in answer["blocks"]:
            net = ipaddress.ip_network(b["client"])
            stacks = [(s["len"], s["window"], s["mss"])
                      for s in b.get("stacks", [])]
            for stack in stacks or [None]:
                action = "drop" if stack else b["action"]
                want[(action, net, stack)] = b["left_s"]
        return want

    def allowed(self):
        answer = self.ask("allow-list")
        if answer is None or not answer.get("ok"):
            return None
        return nets_of(ipaddress.ip_network(a["net"])
                       for a in answer["allow"])

    # ---- what the kernel says ----

    @staticmethod
    def table(family):
        out = run(["nft", "-j", "list", "table", family, "zfw"])
        if out.returncode != 0:
            return None
        try:
            said = json.loads(out.stdout)["nftables"]
        except ValueError:  # changed under its hands, nft says half of it
            return None
        return [o["set"] for o in said if "set" in o]

    def kernel(self, family="inet"):
        """(elements: key -> seconds or None, allow list), or None."""
        sets = self.table(family)
        if sets is None:
            return None
        have, allow = {}, []
        for s in sets:
            for e in s.get("elem", []):
                e = e["elem"] if isinstance(e, dict) and "elem" in e else e
                val = e["val"] if isinstance(e, dict) and "val" in e else e
                left = e.get("expires") if isinstance(e, dict) else None
                if s["name"] in SETS:
                    have[key_of(s["name"], val)] = left
                elif s["name"].startswith("allow"):
                    allow += prefix(val, None)
        return have, nets_of(allow)

    def differences(self):
        """Sentences; [] when the kernel has what it should have."""
        want, kernel = self.wanted(), self.kernel()
        allowed = self.allowed()
        if want is None or allowed is None:
            return ["zfwd does not answer"]
        if kernel is None:
            return ["there is no table"]
        have, allow = kernel
        bad = [f"allow list: {a} is {w}" for a, w in
               [(n, "missing") for n in allowed - allow] +
               [(n, "not ours") for n in allow - allowed]]
        bad += compare(want, have, self.lease)
        ingress = self.kernel("netdev")
        if ingress is not None:
            drops = {k: v for k, v in want.items() if k[0] == "drop"}
            bad += ["ingress: " + t
                    for t in compare(drops, ingress[0], self.lease)]
        return bad

    def settle(self, wait):
        """Seconds until all is as it should be, what is not, and was last."""
        begun = time.monotonic()
        last = []
        while True:
            bad = self.differences()
            took = time.monotonic() - begun
            last = bad or last
            if not bad or took > wait:
                return took, bad, last
            time.sleep(0.02)


def key_of(name, val):
    action, bits = SETS[name]
    if not isinstance(val, dict) or "concat" not in val:
        return action, prefix(val, bits)[0], None
    parts = val["concat"]
    mss = None if name.endswith("nomss") else parts[3]
    return action, prefix(parts[0], bits)[0], (parts[1], parts[2], mss)


def nets_of(nets):
    nets = list(nets)
    return (set(ipaddress.collapse_addresses(
                n for n in nets if n.version == 4)) |
            set(ipaddress.collapse_addresses(
                n for n in nets if n.version == 6)))


def compare(want, have, lease):
    """
    Both round: two seconds either way are none.  No timeout is longer than
    the lease, and after half of it is renewed: what then had more left than
    the lease ends sooner in the kernel until that is due again.
    """
    bad = []
    for key, left in want.items():
        if key not in have:
            if left > 2:
                bad.append(f"{key} is missing, {left} s left")
            continue
        at = have[key]
        if at is None:
            bad.append(f"{key} has no timeout")
        elif not min(left, lease / 2) - 2 <= at <= min(left, lease) + 2:
            bad.append(f"{key} ends in {at} s instead of {left}")
    for key, at in have.items():
        if key not in want and (at is None or at > 1):
            bad.append(f"{key} should not be there ({at} s)")
    return bad
