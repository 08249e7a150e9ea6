#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# zfwctl and zfw-whitelist against a running zfwd, a dead one and a hung one:
# what they say is true in the kernel when they return.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

e2e_setup
start_postfix
start_zfwd || { tail -n 20 "$E2E_DIR/zfwd.err"; ok "zfwd starts" false; zt_end; }

says() { # REGEX COMMAND...
    local re=$1 out
    shift
    out=$("$@" 2>&1)
    printf '%s\n' "$out" | grep -qE -e "$re" && return
    printf '%s\n' "$out"
    return 1
}

exits() { # STATUS COMMAND...
    local want=$1
    shift
    "$@" >/dev/null 2>&1
    same "$want" $?
}

json() { # PYTHON-EXPRESSION of `a` COMMAND...
    local expr=$1
    shift
    "$@" | python3 -c 'import json, sys
a = json.load(sys.stdin)
sys.exit(not eval(sys.argv[1]))' "$expr"
}

table_there() {
    gw nft list table inet zfw >/dev/null 2>&1
}

allowed() { # NET [4|6]
    gw nft list set inet zfw "allow${2:-4}" | grep -qF -- "$1"
}

# --- options -----------------------------------------------------------------
ok "zfwctl --help" says '^usage: zfwctl' zfwctl --help
ok "zfwctl --version" says '^zfwctl [0-9]' zfwctl --version
ok "zfw-whitelist --help" says '^usage: zfw-whitelist' zfw_whitelist --help
ok "no command is a usage error" exits 2 zfwctl
ok "an unknown command too" exits 2 zfwctl frobnicate
ok "not an address is one" exits 2 zfwctl why 192.0.2.256
ok "a network with host bits is one" exits 2 zfw_whitelist add 192.0.2.1/24
ok "a time without unit is one" exits 2 zfwctl block 192.0.2.1 --for 10
ok "zero days are one" exits 2 zfw_whitelist add 192.0.2.1 --days 0
ok "a config that is not there is a failure that names it" \
    says 'zfwctl: config: .*/nowhere' gw "$E2E_DIR/bin/zfwctl" -c /nowhere status
sed -e "s,^own_names.*,own_names = {," -e '1i modus = "shadow"' \
    "$E2E_DIR/zfwd.conf" >"$E2E_DIR/broken.conf"
broken() { # PROGRAM WORDS...
    gw "$E2E_DIR/bin/$1" -c "$E2E_DIR/broken.conf" "${@:2}"
}
ok "an error in the config is told, and what may be meant" \
    says "broken.conf:1: unknown key 'modus' .did you mean 'mode'\\?" broken zfwctl status
ok "and does not keep the daemon from being asked" says '^mode +enforce' \
    broken zfwctl status
ok "nor zfw from being taken out" broken zfwctl off
ok "at once" not gw nft list table inet zfw
ok "and put back" broken zfwctl on
ok "nor a client from being let in" broken zfw-whitelist add 192.0.2.250
ok "in the kernel, too" allowed 192.0.2.250
ok "and taken off the list again" broken zfw-whitelist del 192.0.2.250
ok "but it is not put in force" not broken zfwctl reload
ok "and proves nothing" not broken zfwctl check
sed 's/^interface.*/interface = {"eth0", "eth9"}/' "$E2E_DIR/zfwd.conf" >"$E2E_DIR/eth9.conf"
ok "check misses an interface that is not there" says '^FAILED the interface eth9 is there' \
    gw "$E2E_DIR/bin/zfwctl" -c "$E2E_DIR/eth9.conf" check

# --- status, block, unblock ----------------------------------------------------
ok "status says the mode" says '^mode +enforce' zfwctl status
ok "and the table" says '^kernel table +on' zfwctl status
ok "and the capture" says '^capture +eth0: [0-9]+ packets' zfwctl status
ok "and the log" says "^log .*/mail.log: reading" zfwctl status
ok "and that nothing is wrong" says '^alarms +none$' zfwctl status
ok "no counter that is 0" not says '^  [a-z_]+ +0$' zfwctl status
ok "but how many they are" says '^left out +[0-9]+ counters' zfwctl status
ok "--all shows them" says '^  orphans +0$' zfwctl status --all
ok "and leaves nothing out" not says '^left out' zfwctl --all status
ok "--all is of status only" exits 2 zfwctl --all blocks
ok "as JSON too" json 'a["ok"] and a["table"] == "on" and a["logs"][0]["state"] == "reading" and a["mode_since"] > 1000000000 and a["counters"]["orphans"] == 0 and len(a["tiers"]) == 8' \
    zfwctl --format json status
ok "block" zfwctl block 192.0.2.77 --for 2h
ok "is in the kernel when it returns" in_set 192.0.2.77
ok "with its time" says 'timeout 2h' in_set 192.0.2.77
ok "IPv6 is blocked" zfwctl block 2001:db8:77::abcd
ok "as its /64" in_set 2001:db8:77::1
ok "and listed so" says '^2001:db8:77::/64 .*by hand' zfwctl blocks
ok "blocks as JSON" json 'len(a["blocks"]) == 2 and a["blocks"][0]["tier"] >= 1' \
    zfwctl --format json blocks
ok "why says who did it" says 'tier 1, drop, by hand' zfwctl why 192.0.2.77
ok "why takes what blocks shows" says 'Blocked since' zfwctl why 2001:db8:77::/64
ok "unblock" zfwctl unblock 192.0.2.77
ok "is out of the kernel when it returns" not in_set 192.0.2.77
ok "a second time there is nothing" says 'nothing is blocked there' zfwctl unblock 192.0.2.77
ok "and that is a failure" exits 1 zfwctl unblock 192.0.2.77
ok "our own address is refused" says 'allow list or never' zfwctl block $E2E_GW4
ok "a network too" says 'only single addresses' zfwctl block 192.0.2.0/24
ok "why of a stranger" says 'knows nothing' zfwctl why 192.0.2.200
ok "why of ourselves" says 'never blocked' zfwctl why 127.0.0.1
ok "botnets of a quiet day" says '^no botnets are known' zfwctl botnets
ok "as JSON too" json 'a["ok"] and a["botnets"] == []' \
    zfwctl --format json botnets

# --- the allow list ------------------------------------------------------------
ok "block one" zfwctl block 192.0.2.80
ok "and its neighbour" zfwctl block 192.0.2.81
ok "add lifts both" says '192.0.2.80/31 is allowed for ever; 2 blocks lifted' \
    zfw_whitelist add 192.0.2.80/31 --comment 'two friends'
ok "in the kernel" not in_set 192.0.2.80
ok "at once" not in_set 192.0.2.81
ok "and the allow set has it" allowed 192.0.2.80/31
ok "check" says 'allowed by 192.0.2.80/31, for ever \(two friends\)' zfw_whitelist check 192.0.2.81
ok "check of another" exits 1 zfw_whitelist check 192.0.2.82
ok "list" says '^192.0.2.80/31 +for ever +zfw-whitelist +two friends' zfw_whitelist list
ok "blocking it is refused" exits 1 zfwctl block 192.0.2.80
ok "why says so" says 'allow list \(192.0.2.80/31\)' zfwctl why 192.0.2.80
ok "for some days" says 'is allowed until 20' zfw_whitelist add 2001:db8:80::9 --days 7
ok "as a /64" allowed 2001:db8:80::/64 6
ok "del" zfw_whitelist del 192.0.2.80/31
ok "is out of the kernel" not allowed 192.0.2.80/31
ok "a second del fails" exits 1 zfw_whitelist del 192.0.2.80/31
ok "a comment with a control character is refused" exits 2 \
    zfw_whitelist add 192.0.2.9 --comment $'a\nb'

# --- off and on ------------------------------------------------------------------
ok "block one more" zfwctl block 192.0.2.90
ok "off" zfwctl off
ok "the table is gone" not table_there
ok "status says so" wait_for 3 says '^kernel table +off' zfwctl status
sleep 1.5
ok "and stays away" not table_there
ok "an order says that the table is off" says 'table is off' zfw_whitelist add 192.0.2.91
ok "on" says 'on again' zfwctl on
ok "the table is back" table_there
ok "with the block" wait_for 3 in_set 192.0.2.90
ok "and the allow list" wait_for 3 allowed 192.0.2.91
ok "on when it is on" says 'was not off' zfwctl on

# --- the daemon is down ------------------------------------------------------------
stop_zfwd
ok "status says that nobody is there" says 'zfwd is not running' zfwctl status
ok "with status 1" exits 1 zfwctl status
ok "the block is still in the kernel" in_set 192.0.2.90
ok "add works without the daemon, and says so" \
    says '192.0.2.90 is allowed for ever; 1 block lifted .*not running' zfw_whitelist add 192.0.2.90
ok "in the kernel" not in_set 192.0.2.90
ok "in the allow set" allowed 192.0.2.90
ok "list works" says '^192.0.2.90 ' zfw_whitelist list
ok "check works" zfw_whitelist check 192.0.2.90
ok "del works" says 'not running' zfw_whitelist del 192.0.2.91
ok "in the kernel too" not allowed 192.0.2.91
ok "the store still belongs to the daemon" same 0 "$(find "$E2E_DIR/state" -name 'zfw.kch*' -user root | wc -l)"
ok "off works with the daemon dead" zfwctl off
ok "the table is gone" not table_there
start_zfwd
ok "off survives a restart" not table_there
ok "status says off" says '^kernel table +off' zfwctl status
ok "on" zfwctl on
ok "everything is back: the table" table_there
ok "what was allowed while it was down" wait_for 3 allowed 192.0.2.90
ok "and what was blocked is not" not in_set 192.0.2.90
ok "the other block is back" wait_for 3 in_set 2001:db8:77::1

# --- hung ------------------------------------------------------------------------
engine=$(gw pgrep -x zfw-engine)
gw kill -STOP "$engine" "$(zfwd_pid)"
ok "off works with everything hung" zfwctl off
ok "the table is gone" not table_there
# nsenter stops together with its child, and has to be woken by hand
gw kill -CONT "$engine" "$(zfwd_pid)"
kill -CONT $(pgrep -P "$E2E_ZFWD") "$E2E_ZFWD"
sleep 1.5
ok "and stays away when it wakes up" not table_there
ok "on" zfwctl on
ok "back again" wait_for 3 in_set 2001:db8:77::1

# --- killed between the store and the kernel -----------------------------------------
# A guard that is stopped does nothing of what the engine has stored already.
engine=$(gw pgrep -x zfw-engine)
ok "a block that will be lifted" zfwctl block 192.0.2.96 --for 2h
gw kill -STOP "$(zfwd_pid)"
zfwctl block 192.0.2.95 --for 2h >/dev/null 2>&1 &
waits=$!
zfwctl unblock 192.0.2.96 >/dev/null 2>&1 &
waits="$waits $!"
sleep "$E2E_SLOW"
gw kill -KILL "$engine" "$(zfwd_pid)"
kill -CONT $(pgrep -P "$E2E_ZFWD") "$E2E_ZFWD" 2>/dev/null
wait "$E2E_ZFWD" 2>/dev/null
# shellcheck disable=SC2086
wait $waits
ok "what was stored is not in the kernel yet" not in_set 192.0.2.95
ok "nor is out of it what was lifted" in_set 192.0.2.96
start_zfwd
ok "the next start blocks the one" wait_for 3 in_set 192.0.2.95
ok "with its time" says 'expires 1h59m' in_set 192.0.2.95
ok "and lets the other out" wait_for 5 not in_set 192.0.2.96
ok "as its list says" eval 'zfwctl blocks | grep -q "^192.0.2.95 " && ! zfwctl blocks | grep -q "^192.0.2.96 "'

# --- who may ask -------------------------------------------------------------------
ok "others may not ask" says 'may not ask' \
    gw setpriv --reuid=65534 --regid=65534 --clear-groups "$E2E_DIR/bin/zfwctl" -c "$E2E_DIR/zfwd.conf" status
stop_zfwd
ok "nor change the list while it is down" exits 1 \
    gw setpriv --reuid=65534 --regid=65534 --clear-groups "$E2E_DIR/bin/zfw-whitelist" -c "$E2E_DIR/zfwd.conf" list
zt_end
