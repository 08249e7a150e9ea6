#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to a gateway during the soak, and how it is.

usage: soak.py DIR OUT GW_PID BUILD PRELOAD SEED SECONDS PAUSE_MIN PAUSE_MAX
Runs in the gateway's network namespace, started by tests/soak.sh.  Starts
zfwd, does something to it at random moments, and every five seconds writes a
line to OUT/soak.csv.  Prints `did TIME WHAT TOOK` for each step, `fault ...`
for all that is wrong, at the end `ends STEPS FAULTS`.
"""
import csv
import os
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../e2e/chaos"))
import gate         # noqa: E402 pylint: disable=wrong-import-position
import soakcount    # noqa: E402 pylint: disable=wrong-import-position

SAMPLE_S = 5
COUNT_EACH = 3          # samples: to list a big set costs the kernel much
LOG_MAX = 150 << 20     # then it is rotated in any case
PROGRAMS = ("zfwd", "zfw-engine", "zfw-front")
TICKS = os.sysconf("SC_CLK_TCK")

CONF = """
mode = enforce
interface = {{"eth0"}}
ports = {{25}}
front = redirect
front_url = "http://192.0.2.1"
front_http = ""
audit = 20
tiers = {{"30s", "1min", "2min", "4min"}}
blocks_max = 300000
block_rate = 1000000
store_clients_max = {store_max}
settle = 1min
log = {{"{dir}/log/mail.log", "{dir}/log/mass.log"}}
state_dir = "{dir}/state"
run_dir = "{dir}/run"
own_names = {{"mx.example.com", "example.com"}}
spam_traps = {{"trap@example.com", "oldtrap@example.com"}}
never_block_lift = {{"192.0.2.0/24", "203.0.113.0/24", "2001:db8::/32",
    "198.18.0.0/15", "240.0.0.0/4"}}
"""

FIELDS = ["t_s", "shift_s", "step"] + \
    [f"{p}_{w}" for p in PROGRAMS for w in ("anon_kb", "files", "cpu_s")] + \
    ["blocks", "elements", "records", "store_bytes", "file_bytes",
     "clients", "sessions", "log_behind", "kernel_drops", "uptime_s",
     "begun", "passed", "stopped", "front", "cut", "servers",
     "servers_again", "servers_lost", "lines", "gen_cpu_s", "slab_kb",
     "ct_entries", "busy"]


def number(path):
    """What a small file of numbers begins with; 0."""
    try:
        with open(path, encoding="ascii") as f:
            return int(f.read().split()[0])
    except (OSError, ValueError, IndexError):
        return 0


def cpu_s(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as f:
            words = f.read().rsplit(") ", 1)[1].split()
        return (int(words[11]) + int(words[12])) / TICKS
    except (OSError, IndexError):
        return 0.0


def machine_busy_s():
    """CPU seconds of all, without idle."""
    with open("/proc/stat", encoding="ascii") as f:
        w = [int(x) for x in f.readline().split()[1:9]]
    return (sum(w) - w[3] - w[4]) / TICKS


def slab_kb():
    with open("/proc/meminfo", encoding="ascii") as f:
        for line in f:
            if line.startswith("SUnreclaim:"):
                return int(line.split()[1])
    return 0


def last_line(path):
    """key -> number of the last `at ...` line of the generator."""
    try:
        with open(path, "rb") as f:
            f.seek(max(0, os.fstat(f.fileno()).st_size - 4096))
            lines = [x for x in f.read().decode().split("\n")[:-1]
                     if x.startswith("at ")]
    except OSError:
        return {}
    words = lines[-1].split() if lines else []
    return dict(zip(words[::2], words[1::2]))


class Soak:
    """The gateway, and what is done to it."""

    def __init__(self, argv):
        self.dir, self.out, gw, self.build, preload = argv[:5]
        self.seed, self.seconds = int(argv[5]), float(argv[6])
        self.pause = (float(argv[7]), float(argv[8]))
        self.rng = random.Random(self.seed)
        self.gate = gate.Gate(self.dir, gw, preload)
        self.can_shift = preload != ""
        self.enter = self.gate.enter
        self.faults = self.steps = self.samples = 0
        self.begun = time.monotonic()
        self.last_step, self.quiet_from = "start", 0.0
        self.used = {p: 0.0 for p in PROGRAMS}   # CPU of those that ended
        self.seen = {p: (0, 0.0) for p in PROGRAMS}
        self.front_off = False
        self.env = dict(os.environ)
        if preload:
            self.env.update(LD_PRELOAD=preload,
                            ZFW_TEST_CLOCK=f"{self.dir}/clock")
        self.table = open(f"{self.out}/soak.csv", "w", encoding="ascii",
                          newline="")
        self.csv = csv.DictWriter(self.table, FIELDS)
        self.csv.writeheader()
        self.next_sample = self.begun

    def fault(self, text):
        self.faults += 1
        print(f"fault {time.time():.3f} after {self.last_step}: {text}",
              flush=True)

    # ---- how it is ----

    def process(self, name, row):
        pid = self.gate.pid(name)
        was, used = self.seen[name]
        if pid != was:
            self.used[name] += used
            self.seen[name] = (pid, 0.0)
        if pid is not None:
            self.seen[name] = (pid, cpu_s(pid))
            row[f"{name}_anon_kb"] = gate.memory_kb(pid)
            row[f"{name}_files"] = gate.open_files(pid)
        row[f"{name}_cpu_s"] = round(self.used[name] + self.seen[name][1], 2)

    def sample(self):
        now = time.monotonic()
        row = {"t_s": round(now - self.begun, 1), "step": self.last_step,
               "shift_s": round(self.gate.shift())}
        for name in PROGRAMS:
            self.process(name, row)
        s = self.gate.ask("status")
        if s is not None and s.get("ok"):
            self.from_status(s, row)
        gen = last_line(f"{self.dir}/gen.out")
        row.update({k: v for k, v in gen.items() if k in FIELDS})
        row["gen_cpu_s"] = cpu_s(number(f"{self.dir}/gen.pid"))
        row["slab_kb"] = slab_kb()
        row["ct_entries"] = number("/proc/sys/net/netfilter/nf_conntrack_count")
        row["busy"] = round(machine_busy_s(), 1)
        self.samples += 1
        if self.samples % COUNT_EACH == 1:  # last, for it takes long
            elements = soakcount.count(gate.SETS)
            if elements is not None:
                row["elements"] = elements
        self.csv.writerow(row)
        self.table.flush()
        self.compare(row)

    def from_status(self, s, row):
        row["blocks"] = s["blocks_now"]
        row["records"] = s["store"]["records"]
        row["store_bytes"] = s["store"]["bytes"]
        row["file_bytes"] = sum(
            e.stat().st_size for e in os.scandir(f"{self.dir}/state")
            if e.is_file())
        row["clients"] = s["clients_now"]
        row["sessions"] = s["counters"]["sessions_now"]
        row["log_behind"] = sum(max(0, x["size"] - x["position"])
                                for x in s["logs"])
        row["kernel_drops"] = sum(c["kernel_drops"] for c in s["captures"])
        row["uptime_s"] = s["uptime_s"]

    def compare(self, row):
        """Blocks and elements, when nothing was done for a while."""
        if time.monotonic() - self.quiet_from < 10 or \
                "blocks" not in row or "elements" not in row:
            return
        # A dump of a hash that just grows misses some: then once more.
        counts = [row["elements"]]
        while abs(row["blocks"] - (counts[-1] or 0)) > 100 + row["blocks"] / 20:
            if len(counts) == 4:
                self.fault(f"{row['blocks']} blocks, elements in the kernel: "
                           f"{counts}")
                return
            time.sleep(1)
            counts.append(soakcount.count(gate.SETS))

    def rest(self, until):
        """Samples, until that time."""
        while True:
            now = time.monotonic()
            if now >= self.next_sample:
                self.sample()
                self.next_sample = max(self.next_sample + SAMPLE_S,
                                       time.monotonic() + 1)
                if self.log_size() > LOG_MAX:
                    self.rotate_rename()
                continue
            if now >= until:
                return
            time.sleep(min(self.next_sample, until) - now)

    # ---- what the admin does ----

    def conf(self):
        r = self.rng
        return CONF.format(dir=self.dir, store_max=os.environ.get(
            "SOAK_STORE_MAX", "300000")) + "".join(
            f"{k} = {v}\n" for k, v in (
                ("leak", r.choice((0, 100, 1000))),
                ("clean_period", r.choice(("14d", "7d")))))

    def ctl(self, *words, wait=60):
        try:
            out = subprocess.run(
                self.enter + [f"{self.dir}/bin/zfwctl", "-c",
                              f"{self.dir}/zfwd.conf", *words],
                capture_output=True, text=True, timeout=wait, check=False,
                env=self.env, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            self.fault(f"zfwctl {words[0]} hangs")
            return ""
        if out.returncode != 0:
            self.fault(f"zfwctl {' '.join(words)}: exit {out.returncode}: "
                       f"{(out.stderr or out.stdout).strip()[-300:]}")
        return out.stdout

    def start(self):
        if not self.gate.start(self.conf()):
            self.fault("zfwd does not answer 10 s after its start")
            if not self.answers(60):
                raise RuntimeError("no zfwd")

    def answers(self, wait, table=None):
        """Within so many seconds, and says that about its table, if given?"""
        end = time.monotonic() + wait
        while time.monotonic() < end:
            status = self.gate.ask("status")
            if status is not None and table in (None, status.get("table")):
                return True
            time.sleep(0.1)
        return False

    def end(self, what, sig):
        if not self.gate.kill(what, sig) and what == "zfw-front":
            self.gate.kill("zfw-engine", sig)
        if not self.gate.gone(30):
            self.fault(f"30 s after {what} got signal {sig} there are left: "
                       f"{self.gate.ours()}")

    def reload(self):
        with open(f"{self.dir}/zfwd.conf", "w", encoding="ascii") as f:
            f.write(self.conf())
        self.ctl("reload")

    def stop_start(self):
        self.end("zfwd", self.rng.choice((signal.SIGTERM, signal.SIGINT)))
        if self.rng.random() < 0.3:
            time.sleep(self.rng.random() * 3)
        self.start()

    def kill_guard(self):
        self.end("zfwd", signal.SIGKILL)
        self.start()

    def kill_engine(self):
        self.end("zfw-engine", signal.SIGKILL)
        self.start()

    def kill_front(self):
        self.end("zfw-front", signal.SIGKILL)
        self.start()

    def hang(self):
        what = self.rng.choice(("zfwd", "zfw-engine"))
        self.gate.kill(what, signal.SIGSTOP)
        time.sleep(self.rng.random() * 2)
        self.gate.kill(what, signal.SIGCONT)
        self.gate.go_on()

    def off_on(self):
        self.ctl("off")
        if soakcount.count(gate.SETS) is not None:
            self.fault("off, and the table is there")
        if not self.answers(5, table="off"):
            self.fault("off, and five seconds later zfwd does not know")
        time.sleep(self.rng.random() * 2)
        self.ctl("on")

    def unblock(self):
        self.ctl("unblock", self.rng.choice(
            ("240.0.0.0/8", "241.2.0.0/16", "2001:db8:8000::/40")))

    def backup(self):
        copy = f"{self.dir}/backup.db"
        self.ctl("backup", copy)
        if self.rng.random() < 0.5 and os.path.exists(copy):
            self.ctl("check-db", copy)
        if os.path.exists(copy):
            os.unlink(copy)

    def stats(self):
        out = subprocess.run(
            self.enter + [f"{self.build}/zfw-stats", "-c",
                          f"{self.dir}/zfwd.conf", "--format",
                          self.rng.choice(("text", "json", "html", "prom")),
                          "--out", f"{self.dir}/stats.out"],
            capture_output=True, text=True, timeout=120, check=False,
            env=self.env, stdin=subprocess.DEVNULL)
        if out.returncode != 0:
            self.fault(f"zfw-stats: {out.stderr.strip()[-300:]}")

    # ---- what others do ----

    def delete_table(self):
        gate.nft("delete table inet zfw")

    def flush_ruleset(self):
        gate.nft("flush ruleset")

    def flush_set(self):
        gate.nft("flush set inet zfw "
                 + self.rng.choice(("block4", "block6", "reject4")))

    # ---- logs ----

    def log_size(self):
        return os.stat(f"{self.dir}/log/mass.log").st_size

    def rotate_rename(self):
        log = f"{self.dir}/log/mass.log"
        if os.path.exists(log + ".1"):
            os.unlink(log + ".1")
        os.rename(log, log + ".1")
        subprocess.run(["install", "-m", "640", "-g", "adm", "/dev/null", log],
                       check=True)
        os.kill(number(f"{self.dir}/gen.pid"), signal.SIGHUP)

    def rotate_copy(self):
        log = f"{self.dir}/log/mass.log"
        gate.run(["cp", log, log + ".1"])
        os.truncate(log, 0)

    def rotate_postfix(self):
        log = f"{self.dir}/log/mail.log"
        with open(f"{self.dir}/mail.all", "ab") as to, open(log, "rb") as f:
            to.write(f.read())
        os.truncate(log, 0)

    # ---- the clock ----

    def clock(self):
        by = self.rng.choice((-300, -60, -5, -1, 1, 5, 60, 300))
        if abs(self.gate.shift() + by) > 600:
            by = -by
        self.gate.set_clock(by)

    def sleep(self):
        self.gate.set_clock(self.rng.choice((5, 60)), slept=True)

    # ---- all of it ----

    def plan(self):
        """Weight and function of each step."""
        plan = [(4, self.reload), (3, self.stop_start), (2, self.kill_guard),
                (2, self.kill_engine), (1, self.kill_front), (2, self.hang),
                (2, self.off_on), (1, self.unblock), (3, self.backup),
                (3, self.stats), (2, self.delete_table),
                (1, self.flush_ruleset), (2, self.flush_set),
                (2, self.rotate_rename), (3, self.rotate_copy),
                (2, self.rotate_postfix)]
        if self.can_shift:
            plan += [(4, self.clock), (1, self.sleep)]
        only = os.environ.get("SOAK_STEPS", "").split()
        return [p for p in plan if not only or p[1].__name__ in only]

    def step(self, do):
        self.steps += 1
        self.last_step = do.__name__
        begun = time.monotonic()
        do()
        if not self.answers(20):
            self.fault("zfwd does not answer")
            raise RuntimeError("no zfwd")
        now = time.monotonic()
        self.quiet_from = now
        print(f"did {begun - self.begun:.1f} {do.__name__} "
              f"{now - begun:.2f}", flush=True)

    def run(self):
        plan, todo = self.plan(), []
        self.start()
        end = self.begun + self.seconds
        while True:
            wait = self.rng.uniform(*self.pause)
            self.rest(min(end, time.monotonic() + wait))
            if time.monotonic() >= end:
                break
            if not todo:  # as often as its weight, in random order
                todo = [do for n, do in plan for _ in range(n)]
                self.rng.shuffle(todo)
            self.step(todo.pop())
        self.sample()

    def finish(self):
        if not self.gate.kill("zfwd", signal.SIGTERM) or \
                not self.gate.gone(30):
            self.fault("zfwd does not end")
        print(f"ends {self.steps} {self.faults}", flush=True)


def main():
    """See the head of this file."""
    s = Soak(sys.argv[1:])
    try:
        s.run()
    except (OSError, RuntimeError) as e:
        s.fault(f"stopped: {e}")
    s.finish()


main()
