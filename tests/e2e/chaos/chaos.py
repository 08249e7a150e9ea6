#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random steps against a running zfwd; after each all must be right again.

usage: chaos.py DIR GW_PID NET_PID BUILD PRELOAD SEED STEPS SECONDS
Runs in the gateway's network namespace.  After each step the kernel must have
what the store says within two seconds (times too), the store what the admin
ordered, no process may have more descriptors or much more memory than at its
start, and none may be left over.  Ends after STEPS steps, or SECONDS seconds
if that is earlier (0: never).  Prints `fault ...` for all that is wrong, and
`note ...`; exit 1 when there was a fault.  The same seed makes the same steps
as long as the same things can be done.
"""
import collections
import random
import signal
import subprocess
import sys
import time

import gate

SETTLE_S = 2.0      # the promise
NEVER_S = 20.0      # from when it is not late but wrong
REPAIRS = 8         # of the table in a minute: the guard gives up after 10
MEMORY_KB = 24000   # that a process may grow by: what it knows of clients
SERVER = {4: "198.51.100.1", 6: "2001:db8:ffff::1"}

CONF = """
mode = enforce
interface = {{"eth0"}}
ports = {{25}}
blocks_max = 100000
block_rate = 1000000
audit = 0
certain_tier = 2
log = {{"{dir}/log/mail.log"}}
state_dir = "{dir}/state"
run_dir = "{dir}/run"
own_names = {{"mx.example.com", "example.com"}}
spam_traps = {{"trap@example.com", "oldtrap@example.com"}}
never_block_lift = {{"192.0.2.0/24", "203.0.113.0/24", "2001:db8::/32"}}
tiers = {{"2s", "4s", "8s", "1min"}}
front_url = "http://192.0.2.1"
front_http = ""
"""


class Chaos:
    def __init__(self, argv):
        where, gw, net, build, preload = argv[:5]
        self.seed = int(argv[5])
        self.steps, self.seconds = int(argv[6]), float(argv[7])
        self.rng = random.Random(self.seed)
        self.gate = gate.Gate(where, gw, preload)
        self.dir = where
        self.out = ["nsenter", "-t", net, "-m", "-n", "-p", "--",
                    f"{build}/tests/tools/ztraffic", "-q",
                    f"to={SERVER[4]},{SERVER[6]}"]
        self.can_shift = preload != ""
        self.ordered = {}    # address -> end, by the clock that zfwd sees
        self.allow = set()
        self.unsure = set()  # asked for when zfwd was killed
        self.repairs = collections.deque()
        self.base = {}       # program -> (pid, descriptors, memory)
        self.faults = 0
        self.counts = collections.Counter()
        self.took = []
        self.step_n = 0
        self.traffic = []
        self.ends = []       # of zfwd with a queue: from when to when
        self.queued, self.with_ = False, ""

    # ---- who ----

    def admin_address(self):
        r = self.rng
        if r.random() < 0.6:
            return f"192.0.2.{r.randrange(1, 100)}"
        return f"2001:db8:a:{r.randrange(1, 100):x}::{r.randrange(1, 9)}"

    def stranger(self, family=None):
        r = self.rng
        if (family or r.choice((4, 6))) == 4:
            return f"192.0.2.{r.randrange(200, 250)}"
        return f"2001:db8:f:{r.randrange(1, 50):x}::"

    @staticmethod
    def key(address):
        return gate.ipaddress.ip_network(
            address + ("/64" if ":" in address else ""), strict=False)

    # ---- steps: what the admin does ----

    def order(self, line, key, until):
        a = self.gate.ask(line)
        if a is None:
            self.fault(f"no answer to {line}")
        elif not a.get("ok") and "stored" not in a.get("error", ""):
            if until is not None and key not in self.allow:
                self.fault(f"{line}: {a.get('error')}")
        elif until is None:
            self.ordered.pop(key, None)
            self.unsure.discard(key)
        else:
            self.ordered[key] = until
            self.unsure.discard(key)

    def block(self):
        a, r = self.admin_address(), self.rng
        for_s = r.choice((2, 3, 5, 10, 60, 300, 100000))
        self.order(f"block {a} {for_s}", self.key(a), self.gate.now() + for_s)

    def block_many(self):
        for _ in range(self.rng.randrange(5, 40)):
            self.block()

    def unblock(self):
        if self.ordered and self.rng.random() < 0.8:
            key = self.rng.choice(sorted(self.ordered, key=str))
        else:
            key = self.key(self.admin_address())
        what = key if key.version == 6 else key.network_address
        self.order(f"unblock {what}", key, None)

    def unblock_net(self):
        net = gate.ipaddress.ip_network(self.rng.choice(
            ("192.0.2.0/27", "192.0.2.32/28", "2001:db8:a::/48")))
        self.gate.ask(f"unblock {net}")
        for key in [k for k in set(self.ordered) | self.unsure
                    if k.version == net.version and k.subnet_of(net)]:
            self.ordered.pop(key, None)
            self.unsure.discard(key)

    def allow_add(self):
        a = self.admin_address()
        key = self.key(a)
        got = self.gate.ask(f"allow-add {key} 0 chaos")
        if got is not None and got.get("ok"):
            self.allow.add(key)
            self.ordered.pop(key, None)
            self.unsure.discard(key)

    def allow_del(self):
        if not self.allow:
            return
        key = self.rng.choice(sorted(self.allow, key=str))
        got = self.gate.ask(f"allow-del {key}")
        if got is not None and got.get("ok"):
            self.allow.discard(key)

    def reload(self):
        self.gate.ask("reload")

    def off_on(self):
        ctl = [f"{self.dir}/bin/zfwctl", "-c", f"{self.dir}/zfwd.conf"]
        out = gate.run(self.gate.enter + ctl + ["off"])
        if out.returncode != 0:
            self.fault(f"zfwctl off: {out.stderr.strip()}")
        if self.rng.random() < 0.5:
            self.block_many()
        time.sleep(self.rng.random())
        if self.gate.kernel() is not None:
            self.fault("off, and the table is there")
        out = gate.run(self.gate.enter + ctl + ["on"])
        if out.returncode != 0:
            self.fault(f"zfwctl on: {out.stderr.strip()}")

    # ---- steps: what clients do ----

    def send(self, *words):
        self.traffic = [p for p in self.traffic if p.poll() is None]
        if len(self.traffic) < 8:
            self.traffic.append(subprocess.Popen(
                self.out + list(words), stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def zombies(self):
        n = self.rng.randrange(1, 6)
        first = self.rng.choice((f"192.0.2.{self.rng.randrange(100, 140)}",
                                 f"2001:db8:b:{self.rng.randrange(1, 40):x}::7"))
        self.send(f"from={first}+{n}" if "." in first else f"from={first}",
                  "do=early", "stack=winxp", "rcpt=bob@example.com",
                  "helo=pc", "connect=500", "ladder=", "timeout=2000")

    def zombies_of_a_site(self):
        site = self.rng.randrange(3)
        self.send(f"from=2001:db8:c:{site:x}00::/56*6", "do=early",
                  "stack=winxp", "rcpt=bob@example.com", "helo=pc",
                  "connect=500", "ladder=", "timeout=2000")

    def knocks(self):
        self.send("from=192.0.2.100+20", "do=syn", "stack=winxp", "ladder=",
                  "connect=100")

    def shared(self):
        """A mail server and a zombie behind one address."""
        a = f"192.0.2.{self.rng.randrange(150, 156)}"
        self.send(f"from={a}", "do=polite", "stack=linux",
                  "helo=mail.example.org", "rcpt=alice@example.com",
                  "connect=500", "timeout=3000")
        self.send(f"from={a}", "do=early", "stack=winxp", "helo=pc",
                  "unknown=6", "domain=example.com",
                  "rcpt=trap@example.com", "connect=500", "timeout=2000")

    def wait(self):
        time.sleep(self.rng.random() * 1.5)

    # ---- steps: what others do to the table ----

    def damage(self, text):
        out = gate.nft(text)
        self.counts["damage"] += out.returncode == 0

    def repair_due(self):
        """May the table be damaged, or would the guard give up?"""
        now = time.monotonic()
        while self.repairs and now - self.repairs[0] > 65:
            self.repairs.popleft()
        if len(self.repairs) >= REPAIRS:
            return False
        self.repairs.append(now)
        return True

    def heavy(self, text):
        if self.repair_due():
            self.damage(text)
        else:
            self.foreign()

    def delete_table(self):
        self.heavy("delete table inet zfw")

    def flush_ruleset(self):
        self.heavy("flush ruleset")

    def delete_and_make(self):
        self.heavy("delete table inet zfw\nadd table inet zfw\n"
                   "add set inet zfw block4 { type ipv4_addr; }")

    def flush_set(self):
        name = self.rng.choice(sorted(gate.SETS) + ["allow4"])
        self.heavy(f"flush set inet zfw {name}")

    def rules(self):
        self.heavy(self.rng.choice((
            "flush chain inet zfw smtp", "flush chain inet zfw prerouting",
            "flush table inet zfw", "insert rule inet zfw smtp accept",
            "add chain inet zfw mine { type filter hook input priority 0; }",
            "add rule inet zfw prerouting tcp dport 26 drop",
            "add set inet zfw mine { type ipv4_addr; }",
            "delete rule inet zfw prerouting handle 999",
            "delete set inet zfw flow4",
            "add chain inet zfw prerouting { policy accept; }",
            "add table inet zfw { flags dormant; }")))

    def pick(self):
        """An element of ours as nft writes it: set and value."""
        sets = self.gate.table("inet") or []
        all_of = [(s["name"], e) for s in sets for e in s.get("elem", [])
                  if s["name"] in gate.SETS]
        if not all_of:
            return None
        name, e = self.rng.choice(all_of)
        e = e["elem"] if isinstance(e, dict) and "elem" in e else e
        val = e["val"] if isinstance(e, dict) and "val" in e else e
        if isinstance(val, dict):
            val = " . ".join(str(w) for w in val["concat"])
        return name, val

    def foreign(self):
        """Single elements: taken out, put in, changed."""
        what = self.rng.randrange(6)
        one = self.pick()
        if what <= 1 and one:
            self.damage(f"delete element inet zfw {one[0]} {{ {one[1]} }}")
        elif what == 2 and one:
            self.damage(f"delete element inet zfw {one[0]} {{ {one[1]} }}\n"
                        f"add element inet zfw {one[0]} "
                        f"{{ {one[1]} timeout 7h }}")
        elif what == 3:
            self.damage(f"add element inet zfw allow4 "
                        f"{{ {self.stranger(4)} }}")
        elif what == 4:
            name = self.rng.choice(("block4", "reject4"))
            self.damage(f"add element inet zfw {name} {{ {self.stranger(4)} "
                        f"{self.rng.choice(('', 'timeout 1h'))} }}")
        else:
            name = self.rng.choice(("block6", "reject6", "block6_56"))
            self.damage(f"add element inet zfw {name} {{ {self.stranger(6)} "
                        f"{self.rng.choice(('', 'timeout 2h'))} }}")

    def foreign_many(self):
        self.heavy("".join(f"add element inet zfw block4 {{ 192.0.2.{i} "
                           f"timeout 1h }}\n" for i in range(170, 250)))

    # ---- steps: ends and starts ----

    def conf(self):
        r, g = self.rng, self.gate
        g.lease = r.choice((60, gate.DAY))
        text = CONF.format(dir=self.dir) + "".join(f"{k} = {v}\n" for k, v in (
            ("lease", f"{g.lease}s"),
            ("front", r.choice(("off", "tproxy", "tproxy", "redirect"))),
            ("leak", r.choice((0, 0, 3, 100))),
            ("queue", r.choice(("off", "off", "off", "5"))),
            ("ingress", r.choice(("{}", "{}", '{"eth0"}')))))
        self.queued = "queue = 5" in text
        self.with_ = ", ".join(text.splitlines()[-5:])
        return text

    def begin(self):
        self.repairs.clear()
        self.base = {}
        if not self.gate.start(self.conf()):
            self.fault("zfwd does not start")
            raise RuntimeError("no zfwd")

    def while_down(self):
        """Between the end and the next start."""
        r = self.rng
        what = r.randrange(8)
        if what == 0:
            gate.nft("delete table inet zfw")
        elif what == 1:
            gate.nft("flush set inet zfw block4")
        elif what == 2:
            gate.nft("add element inet zfw block4 "
                     f"{{ {self.stranger(4)} timeout 1h }}")
        elif what == 3 and self.can_shift:
            self.forget_ends()
            self.gate.set_clock(r.choice((-400, -5, 5, 400)))
        elif what == 4:
            time.sleep(r.random() * 2)

    def killed(self, what, sig):
        begun, queued = time.time(), self.queued
        self.end_and_start(what, sig)
        if queued or self.queued:
            self.ends.append((begun, time.time()))

    def end_and_start(self, what, sig):
        if what == "zfw-front" and self.gate.pid(what) is None:
            what = "zfw-engine"
        self.gate.kill(what, sig)
        if not self.gate.gone():
            self.fault(f"after {what} was killed there are left: "
                       f"{self.gate.ours()}")
        self.while_down()
        self.begin()

    def kill_guard(self):
        self.killed("zfwd", signal.SIGKILL)

    def kill_engine(self):
        self.killed("zfw-engine", signal.SIGKILL)

    def kill_front(self):
        self.killed("zfw-front", signal.SIGKILL)

    def stop_start(self):
        self.killed("zfwd", self.rng.choice((signal.SIGTERM, signal.SIGINT)))

    def kill_in_the_middle(self):
        """Of orders that nobody has heard the end of."""
        r, open_ones = self.rng, []
        for _ in range(r.randrange(2, 20)):
            a = self.admin_address()
            key = self.key(a)
            if r.random() < 0.6:
                open_ones.append(self.gate.ask_begin(f"block {a} 120"))
            else:
                what = key if key.version == 6 else key.network_address
                open_ones.append(self.gate.ask_begin(f"unblock {what}"))
            self.unsure.add(key)
            self.ordered.pop(key, None)
        time.sleep(r.random() * 0.01)
        self.killed(r.choice(("zfwd", "zfw-engine")), signal.SIGKILL)
        for s in open_ones:
            if s is not None:
                s.close()

    def hang(self):
        """One of them does not run for a while."""
        what = self.rng.choice(("zfwd", "zfw-engine"))
        if what == "zfwd" and self.queued:
            return  # for three seconds SYNs wait for it, as documented
        self.gate.kill(what, signal.SIGSTOP)
        self.foreign()
        time.sleep(self.rng.random())
        self.gate.kill(what, signal.SIGCONT)
        self.gate.go_on()

    # ---- steps: the clock ----

    def forget_ends(self):
        """What is over by the old clock stays so by the new one."""
        now = self.gate.now()
        for key, until in list(self.ordered.items()):
            if until < now + 1:
                del self.ordered[key]

    def clock(self):
        self.forget_ends()
        if self.can_shift:
            by = self.rng.choice((-7000, -300, -20, -5, 5, 20, 300, 7000))
            if self.gate.shift() + by > 50000 or self.gate.shift() < -50000:
                by = -by
            self.gate.set_clock(by)

    def sleep(self):
        if self.can_shift:
            self.gate.set_clock(self.rng.choice((5, 60, 1000)), slept=True)

    # ---- judgement ----

    def fault(self, text):
        self.faults += 1
        print(f"fault seed {self.seed} step {self.step_n}: {text}"
              f" [{self.with_}]", flush=True)

    def check_orders(self):
        want = self.gate.wanted()
        if want is None:
            self.fault("zfwd does not answer")
            return
        now = self.gate.now()
        nets = {k[1] for k, left in want.items() if left > 0}
        for key, until in list(self.ordered.items()):
            if now > until + 3:
                if key in nets and key not in self.unsure:
                    self.fault(f"{key} is blocked {now - until:.0f} s longer "
                               "than ordered")
                del self.ordered[key]
            elif now < until - 3 and key not in nets:
                self.fault(f"{key} was ordered for {until - now:.0f} s more "
                           "and is not there")
                del self.ordered[key]
        for net in self.allow & nets:
            self.fault(f"{net} is allowed and blocked")

    def check_processes(self):
        for what in ("zfwd", "zfw-engine", "zfw-front"):
            pid = self.gate.pid(what)
            if pid is None:
                if what != "zfw-front":
                    self.fault(f"{what} is gone")
                continue
            files, kb = gate.open_files(pid), gate.memory_kb(pid)
            was = self.base.setdefault(what, (pid, files, kb))
            # One request of ours may not be closed there yet.
            if files > was[1] + (1 if what == "zfwd" else 3):
                self.counts["files"] += 1
                if self.counts["files"] > 20:
                    self.fault(f"{what} has {files} files open, had {was[1]}")
            else:
                self.counts["files"] = 0
            if kb > was[2] + MEMORY_KB:
                self.fault(f"{what} has {kb} KB, had {was[2]}")
                self.base[what] = (pid, was[1], kb)

    def settle(self, what):
        took, bad, last = self.gate.settle(NEVER_S * gate.SLOW)
        self.took.append((took, what))
        if bad:
            self.fault(f"after {what} never: " + "; ".join(bad[:4]))
            self.show()
        elif took > SETTLE_S * gate.SLOW:
            self.fault(f"after {what} only after {took:.1f} s: " +
                       "; ".join(last[:4]))
            self.show()
        return not bad

    def from_scratch(self):
        """So that one fault is told once."""
        self.gate.stop()
        gate.nft("delete table inet zfw")
        gate.nft("delete table netdev zfw")
        self.begin()
        self.settle("start")

    def show(self):
        with open(f"{self.dir}/zfwd.err", encoding="utf-8",
                  errors="replace") as f:
            for line in f.readlines()[-6:]:
                print("    " + line.rstrip(), flush=True)

    def run(self):
        steps = ((12, self.block), (2, self.block_many), (6, self.unblock),
                 (1, self.unblock_net), (2, self.allow_add),
                 (2, self.allow_del), (1, self.reload), (1, self.off_on),
                 (6, self.zombies), (2, self.zombies_of_a_site),
                 (2, self.knocks), (3, self.shared), (4, self.wait),
                 (2, self.delete_table), (1, self.flush_ruleset),
                 (1, self.delete_and_make), (2, self.flush_set),
                 (2, self.rules), (8, self.foreign), (1, self.foreign_many),
                 (1, self.kill_guard), (1, self.kill_engine),
                 (1, self.kill_front), (1, self.stop_start),
                 (1, self.kill_in_the_middle), (1, self.hang),
                 (2, self.clock), (1, self.sleep))
        weights = [w for w, _ in steps]
        begun = time.monotonic()
        self.begin()
        self.settle("start")
        while self.step_n < self.steps and self.faults < 10:
            if 0 < self.seconds < time.monotonic() - begun:
                break
            self.step_n += 1
            step = self.rng.choices(steps, weights)[0][1]
            self.counts[step.__name__] += 1
            step()
            if not self.settle(step.__name__):
                self.from_scratch()
            self.check_orders()
            self.check_processes()
        for p in self.traffic:
            p.wait()
        self.report(time.monotonic() - begun)

    def report(self, seconds):
        time.sleep(1.5)  # for what the good ones have to say
        times = sorted(self.took)
        worst = ", ".join(f"{w} {t:.2f} s" for t, w in times[-3:])
        print(f"note seed {self.seed}: {self.step_n} steps in {seconds:.0f} s;"
              f" right again after {times[len(times) // 2][0] * 1000:.0f} ms"
              f" (median), worst: {worst}")
        print("note " + ", ".join(f"{n} {what}" for what, n in
                                  self.counts.most_common() if n > 0))
        if not self.gate.stop():
            self.fault("zfwd does not end")
        late = self.good_ones()
        print(f"ends {self.step_n} {self.faults} {late}")

    def good_ones(self):
        """
        All that went wrong with them is a fault, but for a SYN that lay in
        the queue when its reader was killed: the kernel throws those away.
        """
        late = 0
        with open(f"{self.dir}/good.out", encoding="utf-8") as f:
            for line in f:
                at = float(line.split()[0])
                if "first SYN" in line and any(
                        a < at < b + 3 for a, b in self.ends):
                    late += 1
                else:
                    self.fault(f"a good client: {line.strip()}")
        return late


def main():
    c = Chaos(sys.argv[1:])
    try:
        c.run()
    except RuntimeError:
        c.show()
    sys.exit(c.faults > 0)


main()
