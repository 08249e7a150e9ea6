#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""recount - counts again what daemon/tally.h says, from the outside

usage: recount.py --pcap FILE... --log FILE... --events JSONL --history DUMP
                  [--traps ADDRESS...] [--block-file FILE] [--loose NAME...]
                  [--totals]

Knows nothing of zfw's code: packets are taken apart here, lines of Postfix
with fractions of a second are read here.  Only what zfw decided (blocked, cut,
dropped) is taken from the JSON lines of zfw-replay, because that is not to be
counted again but to be counted right.  DUMP is what tests/tools/tallydump
prints of the store.  All kinds must be equal, to the minute where they are of
packets and lines, in all where they are of time that passes; --loose names
kinds that cannot be told from here (and says by how much they differ), and
--totals is for a history that was made live, which counts in once a second.
Lines of the log may be in the captures, as zfwd --record notes them.
Prints each kind; ends with `zt PASSED FAILED 0`.
"""
import argparse
import collections
import datetime
import ipaddress
import json
import re
import struct
import sys

AGAIN_MS = 130000
STABLE_KEY = b'zfw stable key 1'
BACK_S = (300, 14400)
SETTLE_MS = 3600 * 1000
FIN, SYN, RST, ACK = 1, 2, 4, 16


# ---- packets ---------------------------------------------------------------

def records(path):
    with open(path, 'rb') as f:
        data = f.read()
    order = '<' if data[:4] in (b'\xd4\xc3\xb2\xa1', b'\x4d\x3c\xb2\xa1') else '>'
    nano = data[:4] in (b'\x4d\x3c\xb2\xa1', b'\xa1\xb2\x3c\x4d')
    link = struct.unpack(order + 'I', data[20:24])[0]
    at = 24
    while at + 16 <= len(data):
        s, u, n, _ = struct.unpack_from(order + 'IIII', data, at)
        yield link, s * 1000000 + (u // 1000 if nano else u), data[at + 16:at + 16 + n]
        at += 16 + n


def mapped(raw):
    a = ipaddress.ip_address(raw)
    if a.version == 6 and a.ipv4_mapped is not None:
        return a.ipv4_mapped
    return a


Packet = collections.namedtuple(
    'Packet', 'us src sport dst dport seq ack flags data stack')


def tcp_of(link, us, b):
    """One packet; None when it is no TCP of IPv4 or IPv6."""
    if link == 1:
        kind = struct.unpack('!H', b[12:14])[0]
        b = b[14:]
        if kind not in (0x0800, 0x86dd):
            return None
    version = b[0] >> 4
    if version == 4:
        total = struct.unpack('!H', b[2:4])[0]
        src, dst, proto = b[12:16], b[16:20], b[9]
        length, t = total, b[(b[0] & 15) * 4:total]
    elif version == 6:
        length, proto = struct.unpack('!HB', b[4:7])
        src, dst, t = b[8:24], b[24:40], b[40:40 + length]
    else:
        return None
    if proto != 6 or len(t) < 20:
        return None
    sport, dport, seq, ack, off, flags, window = struct.unpack('!HHIIBBH', t[:16])
    head = (off >> 4) * 4
    mss, opts = None, t[20:head]
    while opts and opts[0] != 0:
        if opts[0] == 1:
            opts = opts[1:]
            continue
        if len(opts) < 2 or opts[1] < 2:
            break
        if opts[0] == 2 and opts[1] == 4:
            mss = struct.unpack('!H', opts[2:4])[0]
        opts = opts[opts[1]:]
    return Packet(us, mapped(src), sport, mapped(dst), dport, seq, ack, flags,
                  t[head:], (length, window, mss))


def mark_of(link, b):
    """The log line that zfwd --record noted; None: it is none."""
    if link not in (12, 101) or b[0] != 0x45 or b[9] != 17 or \
            b[12:20] != b'\x7f\0\0\1' * 2:
        return None
    return b[28:].decode(errors='replace')


def after(a, b):
    """How far a is after b, as sequence numbers."""
    return (a - b + (1 << 31)) % (1 << 32) - (1 << 31)


def key_of(a):
    """The client: an IPv4 address, or the /64."""
    if a.version == 4:
        return ipaddress.ip_network((a, 32))
    return ipaddress.ip_network((int(a) >> 64 << 64, 64))


# ---- what zfw decided ------------------------------------------------------

def net_of(text):
    return ipaddress.ip_network(text)


class Block:
    """One client's blocks, as they are told."""

    def __init__(self):
        self.on = False
        self.from_ms = self.until_ms = 0
        self.stacks = set()      # of the block now; None in it: all
        self.times = []          # (from, to, stacks, reason)
        self.ever = self.back = False
        self.offences = []       # when it was blocked for what it did

    def hits(self, ms, stack, since=0):
        """Was a block on at that time that hits this stack?  Its reason."""
        for start, end, stacks, why in self.times:
            if start + since <= ms < end and (None in stacks or stack in stacks):
                return why
        return None


class Decided:
    def __init__(self, path, count):
        self.blocks = collections.defaultdict(Block)
        self.drops = collections.defaultdict(list)
        self.cuts = {}
        self.count = count
        for line in open(path):
            e = json.loads(line)
            ms = round(e['t'] * 1000)
            net = net_of(e['client'])
            whole = net.version == 6 and net.prefixlen < 64
            getattr(self, e['event'])(e, ms, net, whole)
        for b in self.blocks.values():
            if b.on:
                self.over(b, 1 << 62)

    @staticmethod
    def stack_of(e):
        s = e['stack']
        return None if s is None else (s['len'], s['window'], s['mss'])

    @staticmethod
    def over(b, ms):
        b.times[-1][1] = ms
        b.on = False

    def block(self, e, ms, net, whole):
        if whole:
            return
        b, until = self.blocks[net], round(e['until'] * 1000)
        why = e['reasons'][0]['evidence'] if e['reasons'] else '-'
        if not b.on:
            self.count('blocks_again' if b.ever else 'blocks_first', ms)
            b.stacks, b.on, b.ever, b.back = set(), True, True, False
            b.times.append([ms, 0, b.stacks, why])
            b.offences.append(ms)
            self.new_block(net, ms)
        elif until != b.until_ms:
            b.times[-1][1] = ms
            b.stacks = set()
            b.times.append([ms, 0, b.stacks, why])
        elif self.stack_of(e) is not None and None in b.stacks:
            b.times[-1][1] = ms  # it is made narrow
            b.stacks = set()
            b.times.append([ms, 0, b.stacks, why])
        if until != b.until_ms:
            b.from_ms, b.until_ms = ms, until
        b.stacks.add(self.stack_of(e))

    def new_block(self, net, ms):
        pass

    def unblock(self, e, ms, net, whole):
        if whole or not self.blocks[net].on:
            return
        b = self.blocks[net]
        self.over(b, ms)
        if ms < b.until_ms:
            self.count('blocks_lifted', ms)
            self.count('possible_mistakes', ms)
            return
        self.count('blocks_ended', ms)
        if b.back:
            self.count('blocks_came_back', ms)

    def syn_drop(self, e, ms, net, whole):
        self.drops[e['port'], ms].append((net, e))
        if whole:
            return
        b = self.blocks[net]
        if BACK_S[0] <= ms // 1000 - b.from_ms // 1000 <= BACK_S[1]:
            b.back = True

    def cut(self, e, ms, net, whole):
        self.count('sessions_cut', ms)
        self.cuts.setdefault((net, e['port']), []).append(ms)


# ---- recipients ------------------------------------------------------------

def siphash(data, key):
    """SipHash-2-4, as its paper has it."""
    mask = (1 << 64) - 1
    k0, k1 = struct.unpack('<QQ', key)
    v = [k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d,
         k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573]

    def turn(x, n):
        return (x << n | x >> 64 - n) & mask

    def rounds(n):
        for _ in range(n):
            v[0] = (v[0] + v[1]) & mask
            v[2] = (v[2] + v[3]) & mask
            v[1] = turn(v[1], 13) ^ v[0]
            v[3] = turn(v[3], 16) ^ v[2]
            v[0] = turn(v[0], 32)
            v[2] = (v[2] + v[1]) & mask
            v[0] = (v[0] + v[3]) & mask
            v[1] = turn(v[1], 17) ^ v[2]
            v[3] = turn(v[3], 21) ^ v[0]
            v[2] = turn(v[2], 32)

    full = len(data) // 8 * 8
    words = list(struct.unpack(f'<{full // 8}Q', data[:full]))
    words.append(int.from_bytes(data[full:], 'little') | (len(data) & 255) << 56)
    for m in words:
        v[3] ^= m
        rounds(2)
        v[0] ^= m
    v[2] ^= 255
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


class Rcpts:
    """Bad recipients.  What a client asked for today is known by 64 bits."""

    def __init__(self, traps):
        self.traps, self.told = traps, []
        self.state = {}
        self.trapped = set()

    def add(self, ms, what, key, rcpt, unknown=True):
        self.told.append((ms, what, key, rcpt.lower(), unknown))

    @staticmethod
    def hash(rcpt):
        return siphash(rcpt.encode(), STABLE_KEY) & 0xffffffff

    def seen(self, key, h, ms):
        day, bits, trap = self.state.get(key, (0, 0, None))
        if day != ms // 86400000:
            bits = 0
        self.state[key] = ms // 86400000, bits | 1 << (h & 63), trap
        return bits >> (h & 63) & 1

    def is_bad(self, ms, what, key, rcpt, unknown):
        trap, h = rcpt in self.traps, self.hash(rcpt)
        if what == 'asked':
            if not trap or self.seen(key, h, ms):
                return False
            self.state[key] = *self.state[key][:2], h
            self.trapped.add(key)
            return True
        if what == 'delivered':
            if not trap or (key in self.trapped and self.seen(key, h, ms)):
                return False
            self.trapped.add(key)
            return True
        if what == 'hidden':     # under TLS the log tells, and nothing else
            if trap:
                self.trapped.add(key)
            if trap or unknown:
                self.seen(key, h, ms)
            return trap or unknown
        self.seen(key, h, ms)
        return unknown and self.state[key][2] != h

    def count(self, count):
        for one in sorted(self.told, key=lambda x: x[0]):
            if self.is_bad(*one):
                count('recipients_bad', one[0])


# ---- sessions --------------------------------------------------------------

class Session:
    def __init__(self, p):
        self.client, self.port, self.stack = p.src, p.sport, p.stack
        self.isn, self.theirs, self.open_ms, self.over_ms = p.seq, None, 0, 0
        self.next, self.early, self.greeted = (p.seq + 1) % (1 << 32), False, False
        self.server_next, self.fin, self.server_fin = 0, None, None
        self.cut_ms, self.mails, self.late_mail_ms = 0, 0, 0
        self.said, self.null, self.tls = b'', False, False

    @property
    def key(self):
        return key_of(self.client)


class Wire:
    """Connections, from the SYN to the first FIN or RST."""

    def __init__(self, decided, count, ports, rcpts, listed=()):
        self.listed = listed     # networks of a block_file
        self.now = {}            # by four-tuple
        self.all = []            # opened
        self.by_port = collections.defaultdict(list)
        self.attempts = {}
        self.clients = set()
        self.d, self.count, self.ports, self.rcpts = decided, count, ports, rcpts

    def is_listed(self, p):
        return any(p.src in net for net in self.listed)

    def stopped(self, p, ms):
        """What zfw says became of that SYN, but for those of a block_file."""
        if self.is_listed(p):
            return 'attempts_prevented'
        for net, e in self.d.drops.get((p.sport, ms), ()):
            if p.src in net:
                if e['action'] == 'drop':
                    return 'attempts_prevented'
                first = e['tier'] == 1 and e['stack'] is None
                return 'attempts_rejected' if first else 'attempts_leaked'
        # Of the same millisecond: the SYN was before the block that it began.
        if self.d.blocks[key_of(p.src)].hits(ms, p.stack, 1):
            return 'attempts_audited'
        return None

    def syn(self, p, ms, tup):
        what = self.stopped(p, ms)
        if what is not None:
            last = self.attempts.get((tup, p.seq))
            if last is None or ms // 1000 - last > AGAIN_MS // 1000:
                self.count(what, ms)
                if self.is_listed(p):
                    self.count('attempts_listed', ms)
            self.attempts[tup, p.seq] = ms // 1000
            if what != 'attempts_audited':
                return
        old = self.now.get(tup)
        if old is None or old.isn != p.seq:
            self.now[tup] = Session(p)

    def opened(self, s, ms):
        s.open_ms = ms
        self.count('connections', ms)
        self.all.append(s)
        self.by_port[s.client, s.port].append(s)
        for cut in self.d.cuts.get((s.key, s.port), ()):
            if cut >= ms and s.cut_ms == 0:
                s.cut_ms = cut
        if s.key not in self.clients:
            self.clients.add(s.key)
            self.count('clients_new', ms)

    def ended(self, s, ms):
        if s.over_ms == 0:
            s.over_ms = ms

    def from_client(self, s, p, ms):
        if s.open_ms == 0:
            if s.theirs is None or p.flags & RST or not p.flags & ACK:
                return
            if p.ack != (s.theirs + 1) % (1 << 32) and not (
                    after(p.ack, s.theirs + 1) > 0 and
                    after(s.server_next, p.ack) >= 0):
                return
            self.opened(s, ms)
        if s.over_ms:
            return
        if after(p.ack, s.server_next) > 0:
            s.greeted = True     # it has heard more of us than we have seen
        if p.data and not s.greeted and not s.early and \
                after(p.seq + len(p.data), s.next) > 0 and \
                not (s.cut_ms and s.cut_ms < ms):
            s.early = True
            self.count('early_talkers', ms)
        if after(p.seq, s.next) <= 0 < after(p.seq + len(p.data), s.next):
            self.said(s, p.data[after(s.next, p.seq):], ms)
            s.next = (p.seq + len(p.data)) % (1 << 32)
        if p.flags & FIN:
            s.fin = (p.seq + len(p.data)) % (1 << 32)
        if p.flags & RST or s.fin == s.next or (
                s.fin is not None and s.cut_ms and s.cut_ms <= ms):
            self.ended(s, ms)

    def said(self, s, data, ms):
        """Recipients that the client asks for, while they can be read."""
        if s.tls:
            return
        *lines, s.said = (s.said + data).split(b'\n')
        for line in lines:
            word = line.upper()
            if word.startswith(b'STARTTLS'):
                s.tls = True
                return
            if re.match(rb'MAIL +FROM *:', word):
                s.null = b'<>' in line
            elif re.match(rb'RCPT +TO *:', word) and not s.null:
                g = re.search(rb': *<?([^ >\r]*)', line)
                if g:
                    self.rcpts.add(ms, 'asked', s.key, g.group(1).decode())

    def from_server(self, s, p, ms):
        if p.flags & SYN:
            if s.open_ms == 0 and p.ack == (s.isn + 1) % (1 << 32):
                s.theirs, s.server_next = p.seq, (p.seq + 1) % (1 << 32)
            return
        if s.theirs is None:
            return
        if p.data and after(p.seq, s.server_next) <= 0:
            s.server_next = max(p.seq + len(p.data), s.server_next) % (1 << 32)
            if re.search(rb'(^|\n)\d\d\d( [^\n]*)?\n', p.data):
                s.greeted = True
        if p.flags & FIN:
            s.server_fin = (p.seq + len(p.data)) % (1 << 32)
        if s.open_ms and (p.flags & RST or s.server_fin == s.server_next):
            self.ended(s, ms)

    def packet(self, p):
        ms = p.us // 1000
        if p.dport in self.ports:
            tup = (p.src, p.sport, p.dst, p.dport)
            if p.flags & (SYN | ACK | FIN | RST) == SYN:
                self.syn(p, ms, tup)
            elif tup in self.now:
                self.from_client(self.now[tup], p, ms)
        elif p.sport in self.ports:
            tup = (p.dst, p.dport, p.src, p.sport)
            if tup in self.now:
                self.from_server(self.now[tup], p, ms)

    def session_at(self, client, port, ms):
        """The session that a line of that time is about."""
        best = None
        for s in self.by_port[client, port]:
            if s.open_ms <= ms + 2000:
                best = s
        return best


# ---- the log ---------------------------------------------------------------

POSTFIX = re.compile(r'postfix/(\S+)\[\d+\]: (.*)')
CLIENT = re.compile(r'([0-9A-F]+): client=.*?\[([0-9a-fA-F.:]+)\]:(\d+)')
QUEUED = re.compile(r'([0-9A-F]+): from=<(.*?)>, size=\d+, nrcpt=(\d+) \(queue active\)')
REJECT = re.compile(r'(?:NOQUEUE|[0-9A-F]+): reject: RCPT from .*?\[([0-9a-fA-F.:]+)\]:(\d+): ')
REFUSED = re.compile(r': (\d[.\d]+ .*?); .* to=<(.*?)>')
TO = re.compile(r'([0-9A-F]+): to=<(.*?)>, (?:orig_to=<(.*?)>, )?')
DELIVERS = {'smtp', 'lmtp', 'local', 'virtual', 'pipe', 'discard', 'error'}
SPAM = re.compile(r'([0-9A-F]+): milter-reject: END-OF-MESSAGE')


class Mail:
    def __init__(self, client, port, ms):
        self.client, self.port, self.begun_ms = client, port, ms
        self.queued_ms, self.null, self.spoilt, self.session = 0, False, False, None


class Log:
    def __init__(self, wire, decided, count):
        self.w, self.d, self.count = wire, decided, count
        self.mails, self.by_client = {}, collections.defaultdict(list)

    def refused(self, a, port, ms, what):
        s = self.w.session_at(a, port, ms)
        g = REFUSED.search(what)
        if s is not None and g and (s.tls or 'RCPT' in what):
            self.w.rcpts.add(ms, 'hidden' if s.tls else 'refused', s.key,
                             g.group(2), 'User unknown' in g.group(1))

    def accepted(self, m, ms):
        s = m.session
        m.queued_ms = ms
        self.by_client[key_of(m.client)].append(m)
        self.count('messages_accepted', ms)
        s.mails += 1
        if s.mails == 1 and s.over_ms and s.over_ms < ms:
            s.late_mail_ms = ms

    def line(self, text):
        when = datetime.datetime.fromisoformat(text.split(' ', 1)[0])
        self.told(text, int(when.timestamp() * 1000000 + 0.5) // 1000)

    def told(self, text, ms):
        m = POSTFIX.search(text)
        if m is None:
            return
        what = m.group(2)
        if (g := CLIENT.match(what)):
            a, port = mapped(g.group(2)), int(g.group(3))
            mail = Mail(a, port, ms)
            mail.session = self.w.session_at(a, port, ms)
            s = mail.session
            if s is not None and not (s.cut_ms and s.cut_ms <= ms):
                self.mails[g.group(1)] = mail
        elif (g := QUEUED.match(what)) and g.group(1) in self.mails:
            mail = self.mails[g.group(1)]
            key, s = key_of(mail.client), mail.session
            mail.null |= g.group(2) == ''
            # Its deliveries are told in that millisecond, too, but later.
            if mail.queued_ms or (s.cut_ms and s.cut_ms < ms):
                return
            b = self.d.blocks[key]
            why = [t for t in b.times if t[0] < ms < t[1] and
                   (None in t[2] or s.stack in t[2])]
            if why and mail.begun_ms <= why[0][0]:
                return
            self.accepted(mail, ms)
        elif (g := REJECT.search(what)):
            self.refused(mapped(g.group(1)), int(g.group(2)), ms, what)
        elif m.group(1) in DELIVERS and (g := TO.match(what)) and \
                g.group(1) in self.mails:
            mail = self.mails[g.group(1)]
            s, wrote = mail.session, g.group(3) or ''
            if s.tls and not mail.null:
                if wrote.lower() not in self.w.rcpts.traps:
                    wrote = g.group(2)
                self.w.rcpts.add(ms, 'delivered', s.key, wrote)
        elif (g := SPAM.match(what)) and g.group(1) in self.mails:
            mail = self.mails[g.group(1)]
            mail.spoilt = True
            self.refused(mail.client, mail.port, ms, what)


# ---- all of it -------------------------------------------------------------

class Counts:
    def __init__(self):
        self.n = collections.Counter()
        self.minute = collections.Counter()

    def __call__(self, name, ms, n=1):
        self.n[name] += n
        self.minute[name, ms // 60000 * 60] += n


def history(path):
    day, minute = collections.Counter(), collections.Counter()
    last = (0, {})
    for line in open(path):
        step, at, _, *pairs = line.split()
        values = {k: int(v) for k, v in (p.split('=') for p in pairs)}
        for k, v in values.items():
            if step == 'day':
                day[k] += v
            elif step == 'minute' and v:
                minute[k, int(at)] += v
        if step == 'day':
            last = max(last, (int(at), values), key=lambda x: x[0])
    return day, minute, last[1]


def close_sessions(wire, decided, count):
    for s in wire.all:
        if s.over_ms == 0:
            continue
        why = decided.blocks[s.key].hits(s.over_ms, s.stack)
        if (s.cut_ms and s.cut_ms <= s.over_ms) or \
                why not in (None, 'backscatter'):
            count('zombie_connections', s.over_ms)
        elif s.mails:
            count('good_connections', max(s.over_ms, s.late_mail_ms))


def mistakes(log, decided, count, news):
    """New blocks of clients of which a message had settled by then."""
    for net, ms in news:
        offences = decided.blocks[net].offences
        for m in log.by_client[net]:
            due = m.queued_ms + SETTLE_MS
            if due <= ms and not m.null and not m.spoilt and \
                    not any(m.begun_ms <= o <= due for o in offences):
                count('possible_mistakes', ms)
                break


TIMED = {'blocks_ended', 'blocks_came_back', 'blocks_again', 'possible_mistakes',
         'zombie_connections', 'good_connections', 'recipients_bad'}
GAUGES = {'blocked', 'sessions_open', 'clients_stored'}


def main():
    a = argparse.ArgumentParser()
    for name in ('pcap', 'log', 'traps', 'loose'):
        a.add_argument('--' + name, nargs='*', default=[])
    a.add_argument('--events', required=True)
    a.add_argument('--history', required=True)
    a.add_argument('--totals', action='store_true')
    a.add_argument('--block-file')
    o = a.parse_args()
    count, news = Counts(), []
    Decided.new_block = lambda self, net, ms: news.append((net, ms))
    decided = Decided(o.events, count)
    rcpts = Rcpts(set(o.traps))
    listed = [net_of(n.strip()) for n in open(o.block_file)] if o.block_file else ()
    wire = Wire(decided, count, {25}, rcpts, listed)
    log = Log(wire, decided, count)
    for path in o.pcap:
        for link, us, b in records(path):
            p = tcp_of(link, us, b)
            line = mark_of(link, b)
            if p is not None:
                wire.packet(p)
            elif line is not None:
                log.told(line, us // 1000)
    for path in o.log:
        for line in open(path, errors='replace'):
            log.line(line)
    rcpts.count(count)
    close_sessions(wire, decided, count)
    mistakes(log, decided, count, news)
    day, minute, last = history(o.history)
    passed = failed = 0
    for name in last:
        if name in GAUGES:
            continue
        same = day[name] == count.n[name]
        if same and name not in TIMED and not o.totals:
            times = {t for n, t in list(minute) + list(count.minute) if n == name}
            wrong = [t for t in times if t >= oldest(minute) and
                     minute[name, t] != count.minute[name, t]]
            same = not wrong
        word = 'same' if same else 'loose' if name in o.loose else 'FAIL'
        print(f'{word:5} {name:22} {day[name]:6} {count.n[name]:6}')
        passed += word == 'same'
        failed += word == 'FAIL'
    blocked = sum(b.times[-1][1] == 1 << 62 for b in decided.blocks.values() if b.times)
    same = last.get('blocked') == blocked
    print(f'{"same" if same else "FAIL":5} {"blocked":22} {last.get("blocked"):6} {blocked:6}')
    passed, failed = passed + same, failed + (not same)
    print(f'zt {passed} {failed} 0')
    return failed != 0


def oldest(minute):
    return min((t for _, t in minute), default=0)


if __name__ == '__main__':
    sys.exit(main())
