#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Names from a DNS server of our own: confirmed, forged, none; DNS lists; a
# server that is dead; the same answers in a replay.  And lists of networks,
# read again by `zfwctl reload`.  The engine runs under its sandbox.
# usage: bash tests/e2e/t_dns.sh BUILD
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

command -v python3 >/dev/null || skip_all "no program python3"
e2e_setup
start_postfix
# A log that says nothing: names come from DNS alone.
log=$E2E_DIR/log/silent.log
install -m 640 -o root -g adm /dev/null "$log"

# NAME TYPE ANSWER...; a type of "nothing" is never answered, other names
# do not exist.
cat >"$E2E_DIR/zone" <<-'END'
	7.2.0.192.in-addr.arpa PTR dyn-192-0-2-7.isp.example
	dyn-192-0-2-7.isp.example A 192.0.2.7
	8.2.0.192.in-addr.arpa PTR mail.bank.example
	mail.bank.example A 198.51.100.99
	9.2.0.192.zen.example A 127.0.0.4
	10.2.0.192.zen.example A 127.255.255.254
	11.2.0.192.in-addr.arpa nothing
	7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR six.isp.example
	six.isp.example AAAA 2001:db8::7
END

cat >"$E2E_DIR/dns.py" <<-'END'
	import ipaddress, socket, struct, sys
	TYPES = {"A": 1, "PTR": 12, "AAAA": 28}
	zone = {}
	for line in open(sys.argv[1] + "/zone"):
	    name, kind, *data = line.split()
	    zone.setdefault(name.lower(), []).append((kind, data))
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	s.bind(("127.0.0.1", 53))
	log = open(sys.argv[1] + "/dns.log", "a", buffering=1)
	log.write("ready\n")
	def wire(name):
	    return b"".join(bytes([len(x)]) + x.encode() for x in name.split(".")) + b"\0"
	def rdata(kind, text):
	    return wire(text) if kind == "PTR" else ipaddress.ip_address(text).packed
	while True:
	    q, peer = s.recvfrom(4096)
	    at, labels = 12, []
	    while q[at]:
	        labels.append(q[at + 1:at + 1 + q[at]].decode())
	        at += q[at] + 1
	    name = ".".join(labels).lower()
	    want = struct.unpack(">H", q[at + 1:at + 3])[0]
	    log.write("%s %d\n" % (name, want))
	    found = zone.get(name, [])
	    if any(kind == "nothing" for kind, _ in found):
	        continue
	    rrs = [rdata(k, x) for k, data in found if TYPES[k] == want for x in data]
	    out = q[:2] + struct.pack(">5H", 0x8180 | (0 if found else 3), 1, len(rrs), 0, 0)
	    out += q[12:at + 5]
	    for r in rrs:
	        out += struct.pack(">3HIH", 0xc00c, want, 1, 600, len(r)) + r
	    s.sendto(out, peer)
END

start_dns() {
    # shellcheck disable=SC2016
    gw bash -c 'echo $$ >"$1/dns.pid"; exec python3 "$1/dns.py" "$1"' dns \
        "$E2E_DIR" 2>"$E2E_DIR/dns.err" </dev/null &
    dns=$!
    wait_for 5 grep -q ready "$E2E_DIR/dns.log"
}

connect() { # ADDRESS
    zombies -q from="$1" stack=linux do=polite helo=pc.example.net \
        rcpt="alice@$E2E_DOMAIN" expect= >/dev/null 2>&1
}

why_says() { # ADDRESS REGEX
    zfwctl why "$1" | grep -qE -e "$2"
}

counted() { # KEY MINIMUM: of the resolver, in the status
    local n
    n=$(zfwctl --format json status | python3 -c 'import json, sys
print(json.load(sys.stdin)["resolver"][sys.argv[1]])' "$1")
    say "$1: $n"
    [ "$n" -ge "$2" ]
}

replayed() { # ADDRESS REGEX
    "$E2E_BUILD/zfw-replay" -c "$E2E_DIR/zfwd.conf" --pcap "$E2E_DIR/rec.pcap" \
        --explain "$1" 2>&1 | grep -qE -e "$2"
}

says() { # STATUS REGEX COMMAND...
    local want=$1 re=$2 out rc
    shift 2
    out=$("$@" 2>&1)
    rc=$?
    [ "$rc" = "$want" ] && grep -qE -e "$re" <<<"$out" && return 0
    say "exit $rc: $out"
    return 1
}

# --- names and DNS lists ---------------------------------------------------

start_dns || die "the DNS server does not start: $(cat "$E2E_DIR/dns.err")"
conf=('mode = shadow' "log = {\"$log\"}" 'resolver = on'
    'resolver_servers = {127.0.0.1}' 'dns_lists = {"zen.example=2.0"}')
ZFWD_ARGS="--record $E2E_DIR/rec.pcap" start_zfwd "${conf[@]}" ||
    die "zfwd does not start: $(tail -n 3 "$E2E_DIR/zfwd.err")"
connect 192.0.2.7
ok "a client's confirmed name appears" wait_for 5 why_says 192.0.2.7 \
    'dyn-192-0-2-7\.isp\.example'
connect 192.0.2.8
ok "that a name does not point back appears" wait_for 5 why_says 192.0.2.8 \
    'no confirmed'
ok "and the forged name does not" not why_says 192.0.2.8 'bank\.example'
connect 192.0.2.9
ok "a listing appears, by its zone" wait_for 5 why_says 192.0.2.9 'zen\.example'
connect 192.0.2.10
ok "a list's refusal is logged" wait_for 5 grep -q \
    'dns-list: zen.example answers 127.255.255.254' "$E2E_DIR/zfwd.err"
ok "and is no listing" not why_says 192.0.2.10 'zen\.example'
connect 2001:db8::7
ok "IPv6 has names too" wait_for 5 why_says 2001:db8::7 'six\.isp\.example'
connect 192.0.2.11
ok "a question without a reply is counted" wait_for 15 counted failed 1
ok "and so are the others" eval 'counted named 2 && counted listed 1 &&
    counted list_errors 1'
asked=$(grep -c '^7.2.0.192.in-addr.arpa 12$' "$E2E_DIR/dns.log")
connect 192.0.2.7
sleep 0.5
ok "a name that is known is not asked for again" same "$asked" \
    "$(grep -c '^7.2.0.192.in-addr.arpa 12$' "$E2E_DIR/dns.log")"

# A log that plays DNS.
printf '\001dns 192.0.2.12 mail.bank.example\n' >>"$log"
gw kill "$(cat "$E2E_DIR/dns.pid")" && wait "$dns" 2>/dev/null
connect 192.0.2.12
ok "with the server dead mail flows" good_mail 203.0.113.10 "no-dns"
ok "and it is only counted" wait_for 15 counted failed 2
ok "the engine lives in its sandbox" not grep -qE 'forbidden|died' "$E2E_DIR/zfwd.err"
stop_zfwd

ok "a replay knows the name" replayed 192.0.2.7 'dyn-192-0-2-7\.isp\.example'
ok "that there is none" replayed 192.0.2.8 'no confirmed'
ok "and the listing" replayed 192.0.2.9 'zen\.example'
ok "a log line cannot pass for an answer" not replayed 192.0.2.12 'bank'

# --- lists of networks -----------------------------------------------------

site=$E2E_DIR/site
mkdir "$site"
write_users() { # LINE...
    printf '%s\n' "$@" >"$site/new"
    chmod 644 "$site/new"
    mv "$site/new" "$site/users"
}
write_users '# dial-up' '192.0.2.64/26 cable'
conf=('mode = shadow' "end_user_files = {\"$site/users\"}")
start_zfwd "${conf[@]}" ||
    die "zfwd does not start: $(tail -n 3 "$E2E_DIR/zfwd.err")"
connect 192.0.2.70
ok "an end user's network counts" wait_for 5 why_says 192.0.2.70 \
    'end-user'
connect 192.0.2.130
ok "another's does not" eval 'wait_for 5 zfwctl why 192.0.2.130 &&
    ! why_says 192.0.2.130 end-user'
write_users '192.0.2.128/26'
ok "a reload counts the networks" says 0 '"end_user_networks": 1' \
    zfwctl --format json reload
connect 192.0.2.130
ok "and they are in force" wait_for 5 why_says 192.0.2.130 'end-user'
write_users '192.0.2.0/24' '192.0.2.1/24'
ok "a bad line fails the reload, by file and line" \
    says 1 "$site/users:2: not a network.*everything stays as it was" zfwctl reload
connect 192.0.2.71
ok "and changes nothing" eval 'wait_for 5 zfwctl why 192.0.2.71 &&
    ! why_says 192.0.2.71 end-user'
ok "zfwd -n says it too" says 1 "$site/users:2: not a network" \
    gw "$E2E_DIR/bin/zfwd" -n -c "$E2E_DIR/zfwd.conf"
stop_zfwd
ok "and zfwd does not start" says 1 "lists: $site/users:2: not a network" \
    gw env ZFW_ENGINE="$E2E_DIR/bin/zfw-engine" \
    timeout 10 "$E2E_DIR/bin/zfwd" -f -c "$E2E_DIR/zfwd.conf"
zt_end
