#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What zfw-stats --format rbldnsd writes, served by a real rbldnsd: what it
# answers to dig, and whom another mail server, which has no zfw, refuses.
# unconfined: zfw-stats by hand; no zfwd runs.
# usage: bash tests/e2e/t_zone.sh BUILD
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

PATH=$PATH:/usr/sbin
for p in rbldnsd dig; do
    type -P $p >/dev/null || skip_all "no program $p"
done
e2e_setup
d=$E2E_DIR ZONE=bl.example.net
mkdir "$d/zone" "$d/store"
e2e_conf "state_dir = \"$d/store\"" >"$d/zfwd.conf"

# As zfwctl export writes them: .10 is blocked, .11 good, .12 narrow, .13 of
# tier 1, .14 allowed, .15 was blocked; four /64s of a /56.
lines() {
    python3 - <<-'END'
	import json, time
	now = int(time.time() * 1000)
	print('{"kind":"store","format":1}')
	def client(addr, tier, **more):
	    c = {"kind": "client", "client": addr, "first_ms": now - 9000000,
	         "last_ms": now - 60000, "connects": 3, "tier": tier, "action": 2,
	         "score_permille": 990, "reasons": [18, 9, 0, 0], "offences": 1,
	         "block_from_ms": now - 60000, "block_until_ms": now + 3600000}
	    print(json.dumps(c | more))
	client("203.0.113.10", 3)
	client("203.0.113.12", 3, narrow=[{"len": 52, "window": 8192}])
	client("203.0.113.13", 1)
	client("203.0.113.14", 3)
	client("203.0.113.15", 3, block_until_ms=now - 1000)
	print(json.dumps({"kind": "allow", "net": "203.0.113.14"}))
	client("2001:db8:60::", 2)
	for i in range(1, 5):
	    client("2001:db8:70:10%d::" % i, 4)
	END
}

zone() { # ARGUMENT...: in place of the old one, under its name
    "$E2E_BUILD/zfw-stats" -c "$d/zfwd.conf" --format rbldnsd \
        --out "$d/zone/zfw" "$@"
}

ask() { # ADDRESS TYPE
    local name
    name=$(python3 -c 'import ipaddress, sys
a = ipaddress.ip_address(sys.argv[1])
t = a.exploded.replace(":", "") if a.version == 6 else str(a).split(".")
print(".".join(reversed(t)))' "$1")
    gw dig +short +time=1 +tries=1 @127.0.0.1 "$name.$ZONE" "$2"
}

answers() { # ADDRESS WANT: the value, "" = not listed
    same "$2" "$(ask "$1" A)"
}

refused() { # ADDRESS
    good_mail "$1" "from $1" && return 1
    in_log "NOQUEUE: reject: RCPT from [^ ]*\[$1\].* blocked using $ZONE; zfw: "
}

lines >"$d/lines"
ok "a store is made" \
    "$E2E_BUILD/zfwctl" -c "$d/zfwd.conf" import "$d/lines"
ok "a zone is written" zone
gw rbldnsd -n -u nobody -w "$d/zone" -c 1 -b 127.0.0.1/53 \
    "$ZONE:combined:zfw" >"$d/rbldnsd.out" 2>&1 &
E2E_JOBS="$E2E_JOBS $!"
ok "rbldnsd takes it" wait_for 5 answers 127.0.0.2 127.0.0.2
ok "without a complaint" not grep -iE 'warn|err|ignor|invalid|:[0-9]+:' "$d/rbldnsd.out"

ok "127.0.0.1 is not listed, as RFC 5782 wants" answers 127.0.0.1 ""
ok "nor is it by IPv6" answers 64:ff9b::7f00:1 ""
ok "a blocked client is listed with its tier" answers 203.0.113.10 127.0.0.4
ok "and a text" same \
    '"zfw: 203.0.113.10 sends as spam zombies do, by its names, its recipients"' \
    "$(ask 203.0.113.10 TXT)"
ok "an unknown one is not" answers 203.0.113.11 ""
ok "a narrow block is not" answers 203.0.113.12 ""
ok "tier 1 is not" answers 203.0.113.13 ""
ok "an allowed one is not" answers 203.0.113.14 ""
ok "one whose block is over is not" answers 203.0.113.15 ""
ok "any address of a blocked /64 is" answers 2001:db8:60:0:a::10 127.0.0.3
ok "the /64 beside it is not" answers 2001:db8:60:1::10 ""
ok "any of a /56 of four blocked ones is" answers 2001:db8:70:1ff::1 127.0.0.5
ok "the /56 beside it is not" answers 2001:db8:70:200::1 ""

say "nameserver 127.0.0.1" >"$d/etc/resolv.conf"
mkdir -p "$d/spool/etc"
start_postfix "smtpd_client_restrictions=reject_rbl_client $ZONE"
ok "Postfix refuses the blocked one" refused 203.0.113.10
ok "and the one of IPv6" refused 2001:db8:60::10
for a in 11 12 13 14 15; do
    good_mail 203.0.113.$a "from .$a" >/dev/null 2>&1
    ok "Postfix takes mail of .$a" wait_for 5 delivered "from .$a"
done

sed -i 's/^mode = .*/mode = shadow/' "$d/zfwd.conf"
ok "in shadow mode a zone is written" zone
ok "and rbldnsd sees that nobody is listed" wait_for 5 answers 203.0.113.10 ""
ok "with --shadow who would be blocked is" zone --shadow
ok "and rbldnsd sees that" wait_for 5 answers 203.0.113.10 127.0.0.4
cp "$d/zone/zfw" "$d/before"
ok "without a store it fails" not zone --state "$d/none"
ok "and the zone stays as it was" cmp "$d/before" "$d/zone/zfw"
ok "a zone that is not written anew is no longer served" zone --shadow --until 2h
expired() {
    gw dig +time=1 +tries=1 @127.0.0.1 "2.0.0.127.$ZONE" | grep -q SERVFAIL
}
ok "rbldnsd answers SERVFAIL then" wait_for 5 expired
zt_end
