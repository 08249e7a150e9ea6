#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What zfwctl says of five clients: a zombie, a good server, an office with a
# badly run one, a botnet's member, one that the admin allows.  The terms add
# up, and behind each is what was seen.
# usage: bash tests/e2e/t_why.sh BUILD
# shellcheck source=tests/e2e/lib.sh disable=SC2086,SC2153
. "$(dirname "$0")/lib.sh"

ZOMBIE=192.0.2.41 GOOD=203.0.113.10 OFFICE=203.0.113.31
MEMBER=2001:db8:2000::7 ALLOWED=192.0.2.61

says() { # ADDRESS REGEX
    zfwctl why "$1" >"$E2E_DIR/out" 2>&1
    grep -qE -e "$2" "$E2E_DIR/out" && return
    cat "$E2E_DIR/out"
    return 1
}

json() { # PYTHON-EXPRESSION of `a` COMMAND...
    local expr=$1
    shift
    "$@" | python3 -c 'import json, sys
a = json.load(sys.stdin)
if not eval(sys.argv[1]):
    print(a)
    sys.exit(1)' "$expr"
}

constant() { # NAME in daemon/score.c
    sed -nE "s/^#define $1 +\(?([-0-9.]+)\)?.*/\1/p" "$E2E_SRC/daemon/score.c"
}

# prior + terms = sum; p is of that sum; each term has what was seen.
adds_up() { # ADDRESS
    zfwctl --format json why "$1" | python3 -c '
import json, math, sys
a = json.load(sys.stdin)
slope, shift = float(sys.argv[1]), float(sys.argv[2])
total = a["prior"] + sum(t["llr"] for t in a["terms"])
p = 1 / (1 + math.exp(-(slope * a["sum"] + shift)))
bad = []
if abs(total - a["sum"]) > 0.01:
    bad.append("sum %.4f is not %.4f" % (a["sum"], total))
if abs(p - a["p"]) > 0.001:
    bad.append("p %.4f is not %.4f" % (a["p"], p))
if len(a["terms"]) < 4:
    bad.append("hardly any terms")
plain = {"stack", "stack-record", "waits", "no-quit", "accepted-mail",
         "history", "neighbours", "stack-many", "reported", "reported-ham"}
for t in a["terms"]:
    if t["value"] == "" or t["words"] == "":
        bad.append(t["evidence"] + " has no words")
    if t["sample"] is None and t["evidence"] not in plain:
        bad.append(t["evidence"] + " has nothing behind it")
print(bad)
sys.exit(bool(bad))' "$(constant SLOPE)" "$(constant SHIFT)"
}

wave() {
    zombies -q -c 4 -m from=2001:db8:2000::7+25/48 do=bot helo=ylmf-pc \
        stack=win7 unknown=1 ladder= connect=400 expect= >/dev/null 2>&1
}

traffic() {
    local i
    for i in 1 2; do
        good_mail $GOOD "good-$i" >/dev/null 2>&1
        zombies -q from=$OFFICE stack=win10 do=polite subject="office-$i" \
            helo=EXCHANGE.office.local rcpt=alice@$E2E_DOMAIN >/dev/null 2>&1
    done
    zombies -q -c 2 from=192.0.2.41+2 do=dict unknown=10 stack=win10 \
        >/dev/null 2>&1
    zombies -q from=$ALLOWED do=early stack=win7 rcpt=bob@$E2E_DOMAIN helo=pc \
        >/dev/null 2>&1
    wave
    wave
    ok "the zombie is blocked" wait_for 5 in_set $ZOMBIE
    ok "the botnet's member, too" wait_for 5 in_set $MEMBER
    ok "the one that will be allowed, too" wait_for 5 in_set $ALLOWED
    zfw_whitelist add $ALLOWED >/dev/null
    ok "wanted mail has settled" wait_for 5 says $GOOD 'Wanted mail: 2 messages'
}

told() {
    ok "the zombie: blocked" says $ZOMBIE ': it is blocked\.$'
    ok "for what" says $ZOMBIE 'recipients that do not exist \[.*[0-9] that do not exist'
    ok "with our words on the wire, or the log line, behind it" \
        says $ZOMBIE '55[04] 5\.1\.1 <'
    ok "two kinds of witness" says $ZOMBIE 'name, recipient; that is enough'
    ok "what lifts it" says $ZOMBIE "zfwctl unblock $ZOMBIE"
    ok "the good server: it looks like one" says $GOOD 'passes: it looks like a mail server'
    ok "by its sessions" says $GOOD '5 commands; recipients 1 taken, 0 deferred, 0 refused; 1 message$'
    ok "the office: it passes" says $OFFICE 'it passes'
    ok "though something speaks against it" says $OFFICE '\+[0-9.]+ +name +no confirmed reverse'
    ok "and what would block it" says $OFFICE 'be blocked at a sum of \+'
    ok "the member: blocked" says $MEMBER '/64: it is blocked\.$'
    ok "the allowed one" says $ALLOWED 'it is on the allow list'
    ok "with what it did nevertheless" says $ALLOWED 'talks before the greeting'
}

as_json() {
    local a
    for a in $ZOMBIE $GOOD $OFFICE $MEMBER $ALLOWED; do
        ok "the terms of $a add up, and each has something behind it" adds_up $a
    done
    ok "JSON has the verdict and the block" json \
        'a["ok"] and a["verdict"] == "blocked" and a["block"]["tier"] >= 1 and a["families_agree"]' \
        zfwctl --format json why $ZOMBIE
}

botnets() {
    ok "the botnet is listed" json \
        'any(b["name"] == "helo:ylmf-pc" and b["networks"] >= 20 for b in a["botnets"])' \
        zfwctl --format json botnets
    ok "in a table, too" eval 'zfwctl botnets | grep -qE "^[0-9a-f]{8} helo .* helo:ylmf-pc$"'
}

reports() {
    local before
    before=$(zfwctl --format json why $OFFICE | grep -oE '"sum": ?[-0-9.]+' | grep -oE '[-0-9.]+$')
    ok "people want the office's mail" zfwctl report $OFFICE ham
    ok "which is told" says $OFFICE 'good +people want its mail'
    ok "and counts" json "a['sum'] < $before - 1" zfwctl --format json why $OFFICE
    ok "people do not want it any more" zfwctl report $OFFICE spam
    ok "the last word counts" says $OFFICE 'recipient +people report it as spam'
    ok "and the sum still adds up" adds_up $OFFICE
}

e2e_setup
add_host 192.0.2.41 192-0-2-41.dyn.example.net
start_postfix
start_zfwd 'settle = 1s' || die "zfwd does not start: $(tail -n 3 "$E2E_DIR/zfwd.err")"
traffic
told
as_json
botnets
reports
zt_end
