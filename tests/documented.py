#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an admin meets is explained: log lines, keys, counters, exit codes.

documented.py BUILD.  Reads the source for what there is and the man pages for
what is explained, and compares both ways.  Each check is a sentence; what is
wrong is named below it.  The last line is `zt PASSED FAILED SKIPPED`.
"""
import glob
import os
import re
import subprocess
import sys

os.chdir(os.path.dirname(os.path.abspath(__file__)) + "/..")
BUILD = sys.argv[1]
MAN = {os.path.basename(p).rsplit(".", 1)[0]: p for p in glob.glob("docs/man/*.[1-8]")}
NAME = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
passed = failed = 0


def check(sentence, faults):
    global passed, failed
    faults = sorted(set(faults))
    if faults:
        failed += 1
        print("FAIL", sentence)
        for f in faults:
            print("   ", f)
    else:
        passed += 1


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def words(variable):
    return subprocess.run(["make", "-s", "--no-print-directory", "print-" + variable],
                          capture_output=True, text=True, check=True).stdout.split()


# ---- C, as far as needed ----

TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'', re.S)


def no_comments(text):
    return TOKEN.sub(lambda m: m[0] if m[0][0] in "\"'" else " ", text)


def arguments(text, at):
    """The arguments of the call whose parenthesis is before text[at]."""
    out, depth, begin, i = [], 1, at, at
    while depth:
        m = TOKEN.match(text, i)
        if m:
            i = m.end()
            continue
        c = text[i]
        depth += (c in "([{") - (c in ")]}")
        if (c == "," and depth == 1) or depth == 0:
            out.append(text[begin:i].strip())
            begin = i + 1
        i += 1
    return out


def calls(text, name):
    for m in re.finditer(r"\b" + name + r"\(", text):
        yield arguments(text, m.end())


def literals(text):
    return re.findall(r'"((?:[^"\\\n]|\\.)*)"', text)


def joined(expression):
    """A literal in pieces, with a * for each macro between them."""
    return re.sub(r'(?<!\\)"\s*([A-Z_0-9]*)\s*"', lambda m: m[1] and "*", expression)


# ---- man pages ----

def section(path, name):
    m = re.search(r"^\.Sh " + re.escape(name) + r"\n(.*?)(?=^\.Sh |\Z)", read(path), re.S | re.M)
    return m[1] if m else ""


def plain(text):
    return text.replace("\\(dq", '"').replace("\\&", "").replace("\\-", "-").replace("\\e", "\\")


# ---- log lines ----

# Texts that are put together elsewhere in that file, and how they can begin.
MADE = {
    ("daemon/live_out.c", "%s"): ["block", "would-block"],
    ("daemon/live_ctl.c", "%s net=%s until=%lld comment=\\\"%s\\\""): ["allow-add", "allow-del"],
}
# Several texts with one name: where the same is to be done.
SHARED = {
    "allow-list", "block-file-failed", "reload-rules", # it did not get there, for one reason or another
    "front-key", "signature",           # a first line and a later one
    "clock", "full", "refused",         # guard and engine, each what it can see
    "root",                             # several programs, one situation
}
# Lines that are not log lines: what a program prints by itself.
PRINTED = {"zfwd", "zfw-front", "zfw-journal"}
LOGGERS = ["zfwd", "zfw-engine", "zfw-front", "zfw-journal"]
PAGE_OF = {"zfwd": "zfwd", "zfw-engine": "zfwd", "zfw-front": "zfw-front", "zfw-journal": "zfw-journal"}


def log_lines(path):
    """(identifier or None, format, priority) of each line that the file can log."""
    text = no_comments(read(path))
    for a in calls(text, "log_msg"):
        if len(a) < 2 or '"' not in a[1]:
            continue                                 # log.c itself
        priority = a[0].removeprefix("LOG_").lower()
        formats = [joined(a[1])[1:-1]] if a[1][0] == '"' else literals(joined(a[1]))
        for f in formats:
            m = re.match(rf"({NAME})(: | \w+=)", f)
            if m:
                yield m[1], f, priority
                continue
            first = literals(a[2]) if len(a) > 2 else []
            names = MADE.get((path, f), first if re.match(r"%s(: | \w+=)", f) else [])
            for name in names:
                yield (name if re.fullmatch(NAME, name) and f'"{name}"' in text else None), f, priority
            if not names:
                yield None, f, priority
    for a in calls(text, "zfw_panic"):
        if a[0].startswith('"'):
            yield "bug", f"bug: {a[0]}", "crit"


def documented_names(page):
    """Those of the lines in its DIAGNOSTICS: {name: line}, and what has none."""
    names, bad = {}, []
    for item in re.findall(r"^\.It Sy (.*)$", section(MAN[page], "DIAGNOSTICS"), re.M):
        for text in re.findall(r'"([^"]*)"', plain(item)):
            m = re.match(rf"({NAME})(?:: | \w+=| system call)", text)
            if m is None:
                bad.append(text)
            elif m[1] not in PRINTED:
                names.setdefault(m[1], text)
    return names, bad


def check_log():
    there = {page: {} for page in set(PAGE_OF.values())}
    where, nameless, total, loud = {}, [], 0, {"crit": set(), "alert": set()}
    for program in LOGGERS:
        for obj in words(program + "_O"):
            path = obj + ".c"
            for name, fmt, priority in log_lines(path) if os.path.exists(path) else []:
                total += 1
                if priority in loud:
                    loud[priority].add(name)
                if name is None:
                    nameless.append(f"{path}: {fmt}")
                    continue
                there[PAGE_OF[program]][name] = path
                where.setdefault(name, set()).add((path, fmt))
    if total < 150:
        nameless.append(f"only {total} lines found: this test cannot read the source any more")
    head = re.search(r'"<\d+>zfw: (\w+) system call ', read("daemon/privcall.c"))
    for page in there if head else []:
        there[page][head[1]] = "daemon/privcall.c"
    check("every log line begins with an identifier", nameless)
    check("no two texts share an identifier by accident",
          [f"{n}: {f}: {p}" for n, fs in where.items() for p, f in fs
           if len({x[1] for x in fs}) > 1 and n != "bug" and n not in SHARED]
          + [f"{n}: in the list of shared ones, and is not" for n in SHARED
             if len({x[1] for x in where.get(n, ())}) < 2])
    lists = dict(re.findall(r"^\.It Li (\w+)\n(.*?)(?=^\.It|^\.El)", section(MAN["zfwd"], "DIAGNOSTICS"), re.S | re.M))
    for priority, names in loud.items():
        told = set(re.findall(r"[a-z][a-z-]+", " ".join(re.findall(r"^\.Sy (.*)$", lists.get(priority, ""), re.M))))
        check(f"zfwd(8) says which lines are of priority {priority}", names ^ told)
    for page in sorted(there):
        names, bad = documented_names(page)
        ours = there[page]
        if page != "zfwd":                 # what zfwd.8 explains of all programs
            names = {**{n: "" for n in documented_names("zfwd")[0] if n in ours}, **names}
        check(f"{page}: each line in DIAGNOSTICS begins with an identifier", bad)
        check(f"{page}: every log line is in DIAGNOSTICS",
              [f"{n} ({p})" for n, p in ours.items() if n not in names])
        every = {n for t in there.values() for n in t}
        check(f"{page}: DIAGNOSTICS has no line that is never logged",
              [f"{n}: {t}" for n, t in names.items() if n not in every])


# ---- keys of the configuration ----

def check_keys():
    out = subprocess.run([f"{BUILD}/zfwd", "-nv", "-c", "/dev/null"], capture_output=True, text=True).stdout
    if not out:
        with open(f"{BUILD}/empty.conf", "w", encoding="utf-8"):
            pass
        out = subprocess.run([f"{BUILD}/zfwd", "-nv", "-c", f"{BUILD}/empty.conf"],
                             capture_output=True, text=True, check=True).stdout
    keys = set(re.findall(r"^#?([a-z0-9_]+) [+]?=", out, re.M))
    check("zfwd -nv prints its keys", [] if len(keys) > 50 else [f"only {len(keys)}"])
    page = set()
    for item in re.findall(r"^\.It Cm (.*)$", read(MAN["zfwd.conf"]), re.M):
        page |= set(re.findall(r"(?:^|Cm )([a-z0-9_]+) No =", item))
    conf = set(re.findall(r"^#?([a-z0-9_]+) = ", read("docs/zfwd.conf"), re.M))
    for what, have in (("zfwd.conf(5)", page), ("docs/zfwd.conf", conf)):
        check(f"every key is in {what}", keys - have)
        check(f"{what} has no key that does not exist", have - keys)
    return keys


# ---- counters ----

def packed_keys(text):
    """The members that json_pack() and json_object_set_new() give an object."""
    keys = set()
    for a in calls(text, "json_pack"):
        kinds = re.findall(r"[a-zA-Z]", joined(a[0])[1:-1])
        keys |= {literals(arg)[0] for kind, arg in zip(kinds[::2], a[1::2]) if kind == "s" and arg[0] == '"'}
    for a in calls(text, "json_object_set_new"):
        if a[1].startswith('"'):
            keys.add(literals(a[1])[0])
    return keys


def function(path, name):
    text = no_comments(read(path))
    m = re.search(rf"^{name}\(.*?^}}", text, re.S | re.M)
    if m is None:
        sys.exit(f"documented.py: no function {name} in {path}")
    return m[0]


def status_parts():
    """Of `zfwctl status` and `top`: the members of each object, as its page has them."""
    status = "daemon/live_status.c"
    where = {"status": [(status, "live_status")], "captures": [(status, "captures_json")],
             "logs": [(status, "logs_json")], "counters": [(status, "counters_json")],
             "patterns": [(status, "patterns_json")], "guard": [(status, "guard_json")],
             "store": [(status, "store_json")], "front": [("daemon/live_front.c", "live_front_status")],
             "resolver": [("daemon/live_names.c", "live_names_status")],
             "p0f": [("daemon/live_p0f.c", "live_p0f_status")], "queue": [("daemon/live_queue.c", "live_queue_status")],
             "sweep": [("daemon/live_sweep.c", "live_sweep_status")],
             "tally": [("daemon/live_tally.c", "live_tally_status")],
             "top": [("daemon/live_top.c", n) for n in ("networks_json", "decided_json", "live_top")]}
    parts = {part: set().union(*(packed_keys(function(*f)) for f in fs)) for part, fs in where.items()}
    parts["status"] -= {"ok"}
    parts["check"] = {"checked", "wrong"}                # packed within live_status()
    if not parts["check"] <= parts["status"]:
        sys.exit("documented.py: live_status() has no object check any more")
    parts["status"] -= parts["check"]
    parts["queue"] |= set(re.findall(r'\[MSG_QUEUE_\w+\] = "(\w+)"', read("daemon/live_queue.c")))
    every = packed_keys(no_comments(read(status)))
    lost = every - set().union(*parts.values()) - {"ok"}
    return parts, lost


def items(text):
    """The words of its `.It Li` lines."""
    return {w for line in re.findall(r"^\.It Li (.*)$", plain(text), re.M)
            for w in re.findall(r"[a-z0-9_]+", line)}


def check_counters():
    parts, lost = status_parts()
    page = section(MAN["zfwctl"], "COUNTERS")
    told = dict(re.findall(r"^\.Ss (\w+)\n(.*?)(?=^\.Ss |\Z)", page, re.S | re.M))
    check("each object of `zfwctl status` is known to this test", lost)
    check("zfwctl(8), COUNTERS has a part for each object and no other", set(parts) ^ set(told))
    for part in sorted(set(parts) & set(told)):
        check(f"every member of {part} is in zfwctl(8), COUNTERS", parts[part] - items(told[part]))
        check(f"zfwctl(8), COUNTERS has no member of {part} that does not exist", items(told[part]) - parts[part])

    names = dict(re.findall(r'\[TALLY_(\w+)\] = "(\w+)"',
                            re.search(r"tally_name\[.*?\};", read("daemon/tally.c"), re.S)[0]))
    gauges = {names[n] for n in names if n.endswith("_NOW")}
    stats = plain(read(MAN["zfw-stats"]))
    listed = {w for w in items(section(MAN["zfw-stats"], "COUNTERS")) if not w.startswith("zfw_")}
    check("every counter of the history is in zfw-stats(8), COUNTERS", set(names.values()) - listed)
    check("zfw-stats(8), COUNTERS has none that does not exist", listed - set(names.values()))
    metrics = set(re.findall(r'"(zfw_[a-z_]+[a-z])"', read("tools/stats_prom.c")))
    told = set(re.findall(r"\bzfw_[a-z_]+", stats))
    made = {f"zfw_{n}" if n in gauges else f"zfw_{n}_total" for n in names.values()}
    check("every metric of zfw-stats --format prom is in zfw-stats(8)",
          metrics - told if len(metrics) > 8 else ["this test cannot read tools/stats_prom.c"])
    check("zfw-stats(8) has no metric that does not exist",
          {t for t in told if t not in metrics | made and not t.endswith("_")})


# ---- programs: exit codes and options ----

EXITS = {"zfwd": "0 1 2", "zfw-front": "0 1 2", "zfw-journal": "0 1 2", "zfwctl": "0 1 2",
         "zfw-whitelist": "0 1 2", "zfw-stats": "0 1 2", "zfw-fp": "0 1 2", "zfw-replay": "0 1 2"}
# Started by others and without options: no page of their own.
INNER = {"zfw-engine", "zfw-join"}
# Options of other programs that a page speaks of.
FOREIGN = {"zfw-stats": {"-t", "-i"}}


def run(program, *args):
    return subprocess.run([f"{BUILD}/{program}", *args], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=20)


def options(text):
    return set(re.findall(r"(?<![-\w])--?[a-zA-Z](?:[a-z0-9-]*[a-z0-9])?(?![-\w])", text))


def man_options(text):
    out = set()
    for line in re.findall(r"^\..*$", text, re.M):
        tokens = line.replace(".Fl", "Fl").split()
        for i, t in enumerate(tokens[:-1]):
            if t != "Fl":
                continue
            for u in tokens[i + 1:]:
                if u in ("Ar", "Cm", "Ns", "Op", "|", "No", "Fl", "Pq", "in", "Xr") or re.match(r"[^-\w]", u):
                    if u != ",":
                        break
                    continue
                out.add("-" + u.rstrip(","))
    return out


def check_programs():
    for program, codes in EXITS.items():
        page = read(MAN[program])
        text = section(MAN[program], "EXIT STATUS")
        # Numbers at the head of an item or a sentence.
        said = set(re.findall(r"^\.It (\d+)$", text, re.M)) or set(re.findall(r"(?:^|[;,.] )(\d+)(?=[ ;])", text, re.M))
        check(f"{program}: EXIT STATUS has all its codes and no other",
              [f"{c}: {'not said' if c in codes.split() else 'never ends so'}" for c in said ^ set(codes.split())])
        faults = [f"{path}: {c}" for path in glob.glob(f"*/{program}.c")
                  for c in re.findall(r"(?:\bexit\(|\breturn )(\d+)[;)]", no_comments(read(path)))
                  if c not in codes.split()]
        check(f"{program}: its source has no other exit code", faults)
        faults = []
        for args, want in ((["--help"], 0), (["--version"], 0), (["--no-such-option"], 2)):
            got = run(program, *args).returncode
            if got != want:
                faults.append(f"{program} {' '.join(args)}: {got} instead of {want}")
        check(f"{program}: --help and --version end with 0, wrong usage with 2", faults)
        offered = options(run(program, "--help").stdout)
        told = man_options(re.search(r"^\.Sh SYNOPSIS.*?(?=^\.Sh (?:OUTPUT|FILES|EXIT))", page, re.S | re.M)[0])
        check(f"{program}: each option of --help is in its page", offered - told)
        check(f"{program}: each option of its page is in --help", told - offered - FOREIGN.get(program, set()))
    left = {os.path.basename(p) for p in glob.glob(f"{BUILD}/zfw*") if os.access(p, os.X_OK) and os.path.isfile(p)}
    check("every program has its row here", left - set(EXITS) - INNER)


def check_sections():
    for path in MAN.values():
        page = read(path)
        check(f"{path}: has EXAMPLES and BUGS that say something",
              [s for s in ("EXAMPLES", "BUGS") if len(section(path, s).split()) < 10])
        paths = set(re.findall(r"^\.(?:It )?Pa (/(?:etc|run|var)/\S+)", page, re.M))
        check(f"{path}: has FILES, for it names files", ["FILES"] if paths and not section(path, "FILES") else [])


# ---- the other documents ----

def check_papers(keys):
    papers = sorted(glob.glob("docs/howto/*.md") + ["README.md", "docs/THREATS.md", "docs/CODING.md",
                                                    "docs/STATISTICS.md", "docs/FRONT.md"])
    verbs = {p: set(re.findall(r"^  ([a-z][a-z-]+)", run(p, "--help").stdout, re.M)) for p in ("zfwctl", "zfw-whitelist")}
    opts = {p: options(run(p, "--help").stdout) for p in EXITS}
    known = set(re.findall(r'X\([A-Z0-9_]+,\s+\d+,\s+"([a-z-]+)"', read("daemon/evidence_kind.h").replace("\\\n", " ")))
    known |= set().union(*(documented_names(p)[0] for p in set(PAGE_OF.values()))) | set(EXITS) | INNER | {"zfw-guard"}  # a user
    wrong, dead, unknown = [], [], []
    for path in papers:
        text = read(path)
        code = re.findall(r"`([^`\n]+)`", text) + re.findall(r"^(?:    |\t)(.*)$", text, re.M)
        for line in code:
            line = line.split("#")[0]
            for m in re.finditer(r"(?<![-\w/.:@])(zfwctl|zfw-[a-z]+|zfwd)((?: +[^|;&()`]+)?)", line):
                program, rest = m[1], m[2].split()
                if program not in EXITS:
                    continue
                for o in options(" " + m[2]) - opts[program]:
                    wrong.append(f"{path}: {m[0]}: no option {o}")
                while len(rest) > 1 and rest[0] in ("-c", "--format"):
                    rest = rest[2:]
                if program in verbs and rest and re.fullmatch("[a-z][a-z-]+", rest[0]) and rest[0] not in verbs[program]:
                    wrong.append(f"{path}: {m[0]}: no command {rest[0]}")
            m = re.match(r"\s*([a-z0-9]+(?:_[a-z0-9]+)*) +\+?= ", line)
            if path.startswith("docs/howto/") and m and m[1] not in keys | NOT_KEYS:
                unknown.append(f"{path}: {m[1]}")
            elif path.startswith("docs/howto/") and re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", line) \
                    and line not in keys | set().union(*status_parts()[0].values()) | NOT_KEYS:
                unknown.append(f"{path}: {line}")
            elif path.startswith("docs/howto/") and re.fullmatch(r"[a-z]+(-[a-z]+)+", line) and line not in known:
                unknown.append(f"{path}: {line}")
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            target = target.split("#")[0]
            if target and "://" not in target and not os.path.exists(os.path.join(os.path.dirname(path), target)):
                dead.append(f"{path}: {target}")
    check("each command line in the papers is one that its program takes", wrong)
    check("each key, counter, evidence and log line in the how-tos exists", unknown)
    check("each link between the papers leads to a file", dead)


# Settings of other programs.
NOT_KEYS = {"log_selector", "smtpd_client_port_logging", "postscreen_dnsbl_sites", "smtpd_client_restrictions"}

check_log()
check_counters()
check_programs()
check_sections()
check_papers(check_keys())
print(f"zt {passed} {failed} 0")
sys.exit(failed > 0)
