#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A part of bench compare: what a connection attempt of a known zombie costs a
# gateway that has zfw, postscreen or only smtpd for it.  One gateway of
# tests/e2e/lib.sh with all of them, in turns, at the same rate:
#
#   zfw_drop      dropped in the kernel, as shipped (leak, front)
#   zfw_front     of the first tier: the front says no at RCPT
#   list_drop     on postscreen's access list, postscreen_denylist_action=drop
#   dnsbl_drop    on a DNS list, postscreen_dnsbl_action=drop
#   dnsbl_enforce the same with enforce
#   smtpd         refused by smtpd's check_client_access at RCPT
#
# usage: compare_mx.sh BUILD OUT ROUNDS; to OUT go lines "NAME ATTEMPTS" with
# the figures of compare_cost.py, "idle" ones before each.
# shellcheck source=tests/e2e/lib.sh disable=SC2015,SC2086
. "$(dirname "$0")/../e2e/lib.sh"

OUT=$2
ROUNDS=$3
HERE=$(cd "$(dirname "$0")" && pwd)
POOL=250 # zombies of each kind
RATE=${BENCH_COMPARE_RATE:-300}
TIMES=${BENCH_COMPARE_TIMES:-4} # attempts of each zombie in a round
LIST=bl.example.net

# Services of their own ports in one Postfix, with defaults of 3.7 but for the
# queue limit (a known client waits in postscreen, and there are many).
mx_services() {
    local port action
    say "smtpd     pass  - - n - - smtpd"
    say "dnsblog   unix  - - n - 0 dnsblog"
    say "2504      inet  n - n - - smtpd"
    say "    -o smtpd_client_restrictions=check_client_access,cidr:/etc/postfix/known"
    say "    -o smtpd_client_connection_count_limit=50"
    for port in 2501 2502 2503; do
        action=drop
        [ $port != 2503 ] || action=enforce
        say "$port      inet  n - n - 1 postscreen"
        say "    -o postscreen_cache_map=btree:\$data_directory/screen$port"
        say "    -o postscreen_pre_queue_limit=10000"
        say "    -o postscreen_greet_wait=6s"
        if [ $port = 2501 ]; then
            say "    -o postscreen_denylist_action=drop"
            say "    -o postscreen_access_list=cidr:/etc/postfix/known"
        else
            say "    -o postscreen_dnsbl_sites=$LIST"
            say "    -o postscreen_dnsbl_action=$action"
        fi
    done
}

mx_postfix() {
    local d=$E2E_DIR
    start_postfix
    sed -i 's/^default_process_limit.*/default_process_limit = 100/
        /^smtpd_client_connection_count_limit/d' "$d/postfix/main.cf"
    mx_services >>"$d/postfix/master.cf"
    say '198.18.0.0/15 REJECT' >"$d/postfix/known"
    say "nameserver 198.51.100.2" >"$d/etc/resolv.conf"
    gw postfix reload 2>/dev/null || die "Postfix does not reload"
    wait_for 10 mx_listens || die "Postfix has no port 2504"
    net python3 "$HERE/compare_dns.py" 198.51.100.2 &
    E2E_JOBS+=" $!"
}

mx_listens() {
    [ "$(gw ss -ltnH 'sport >= 2501 and sport <= 2504' | wc -l)" -ge 4 ]
}

# Each side receives with a thread of its own; $NAPI is the gateway's.
mx_threads() {
    net python3 "$HERE/compare_napi.py" eth0 && sleep 0.1 &&
        gw python3 "$HERE/compare_napi.py" eth0 && NAPI=$(pgrep -n '^napi/eth0-')
}

mx_cost() { # NAME ATTEMPTS COMMAND...
    local line name=$1 n=$2
    shift 2
    line=$(python3 "$HERE/compare_cost.py" "$E2E_GW_PID" "$NAPI" "$@" \
        2>>"$E2E_DIR/traffic") || die "$name: $(tail -n 3 "$E2E_DIR/traffic")"
    say "$name $n $line" >>"$OUT"
}

# -m: the zombies' attempts are mixed.  A SYN, and two more when nobody
# answers.
mx_knock() { # NAME SET PORT EXPECT
    mx_cost "$1" $((TIMES * POOL)) nsenter -t "$E2E_NET_PID" -m -n -p -- \
        "$E2E_BUILD/tests/tools/ztraffic" -q -m -c 20000 -r "$RATE" \
        -f "$E2E_DIR/$2" to=$E2E_GW4 times="$TIMES" port="$3" do=dict \
        stack=win10 ladder=1,2 connect=4000 timeout=45000 \
        rcpt=alice@$E2E_DOMAIN expect="$4"
}

mx_zfwd() {
    start_zfwd 'leak = 100' 'front = tproxy' \
        'never_block_lift = {"198.18.0.0/15"}' ||
        die "zfwd does not start: $(tail -n 3 "$E2E_DIR/zfwd.err")"
    wait_for 5 grep -q 'front: it is there' "$E2E_DIR/zfwd.err" ||
        die "no front"
}

mx_blocked() { # SET: a job of ztraffic for each zombie in it, as many as needed
    gw nft list set inet zfw "$1" | grep -oE '198\.18\.[0-9.]+ counter' |
        sed 's/ .*//; s/^/from=/' | head -n $POOL >"$E2E_DIR/$1"
    [ "$(wc -l <"$E2E_DIR/$1")" -eq $POOL ]
}

# By hand is tier 1.  Of those who do what only zombies do the first have no
# neighbours yet and may get tier 1, too; the others a higher one.
mx_block() {
    local i
    for ((i = 1; i <= POOL; i++)); do
        say "zfwctl -c $E2E_DIR/zfwd.conf block 198.18.2.$i --for 1d"
    done | gw env PATH="$E2E_DIR/bin:$PATH" sh >/dev/null
    zombies -q -c $POOL -r 100 from=198.18.0.1+$((POOL * 2)) do=early stack=win10 \
        rcpt=$E2E_TRAP expect= >>"$E2E_DIR/traffic" 2>&1
    wait_for 10 mx_blocked block4 && wait_for 5 mx_blocked reject4 ||
        die "too few are blocked: $(wc -l "$E2E_DIR"/{block,reject}4)"
}

mx_round_zfw() {
    mx_zfwd
    [ -s "$E2E_DIR/block4" ] || mx_block
    sleep 1
    mx_cost idle_zfw 0 sleep 2
    mx_knock zfw_drop block4 25 ''
    mx_knock zfw_front reject4 25 ''
    stop_zfwd
    gw nft flush ruleset
}

mx_round_postfix() {
    sleep 1
    mx_cost idle_postfix 0 sleep 2
    mx_knock list_drop block4 2501 521
    mx_knock dnsbl_drop block4 2502 521
    mx_knock dnsbl_enforce block4 2503 550
    mx_knock smtpd block4 2504 554
}

e2e_setup
mx_postfix
mx_threads || die "no receiving threads"
for ((i = 1; i <= ROUNDS; i++)); do
    mx_round_zfw
    mx_round_postfix
done

e2e_cleanup
