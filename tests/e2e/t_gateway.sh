#!/usr/bin/env bash
# A real gateway in mode enforce: how fast a block comes, that it holds, and
# that mail flows and blocks age whatever happens to the daemon or the table.
# usage: bash tests/e2e/t_gateway.sh BUILD
# shellcheck source=tests/e2e/lib.sh disable=SC2086,SC2153
. "$(dirname "$0")/lib.sh"

# All blocks begin at tier 1: ten minutes, which no lease cuts.
start() {
    start_zfwd 'certain_tier = 1' "$@"
}

tool() {
    gw "$E2E_BUILD/tests/tools/$1" "${@:2}"
}

median_max() { # FILE with `x MICROSECONDS` lines
    awk '{ print $2 }' "$1" | sort -n |
        awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)], v[NR], NR }'
}

expires_s() { # ADDRESS: remaining seconds in the kernel
    in_set "$1" | sed -n 's/.*expires \([0-9dhms]*\).*/\1/p' | to_seconds
}

to_seconds() { # e.g. 9m58s396ms
    local t
    t=$(sed -E 's/[0-9]+ms$//; s/d/*86400+/; s/h/*3600+/; s/m/*60+/; s/s/+/; s/$/0/')
    echo $((${t:-0}))
}

speed_line() {
    local med max n
    # Fifty sessions wait, encrypted as far as zfw can see: for the evidence
    # that the log then has, and no packet could show.
    zombies -q -c 50 from=192.0.2.101+50 stack=win10 timeout=$((20000 * E2E_SLOW)) \
        do="greet ehlo starttls sleep:$((10000 * E2E_SLOW)) fin" >/dev/null 2>&1 &
    ok "fifty sessions are open" wait_for 10 eval \
        '[ "$(log_count ": connect from unknown.192.0.2.1[0-9][0-9].:")" -eq 50 ]'
    sleep "$E2E_SLOW" # for the last STARTTLS
    tool latency line "$E2E_DIR/log/mail.log" $(sed -nE \
        's/.*: connect from unknown\[(192.0.2.1[0-9]+)\]:([0-9]+)$/\1:\2/p' \
        "$E2E_DIR/log/mail.log") >"$E2E_DIR/lat.line" 2>&1
    read -r med max n < <(median_max "$E2E_DIR/lat.line")
    say "note log line to kernel element: median $med us, maximum $max us, $n blocks"
    ok "all fifty are blocked" same 50 "$(grep -vc -- ' -1' "$E2E_DIR/lat.line")"
    ok "log line to kernel: median under 20 ms" [ "$med" -lt $((20000 * E2E_SLOW)) ]
    ok "log line to kernel: maximum under 1 s" [ "$max" -lt $((1000000 * E2E_SLOW)) ]
    wait $!
}

# The early packet of each zombie, against the notification of its element.
speed_packet() {
    local med max n
    start_capture "$E2E_DIR/speed.pcap" 'tcp dst port 25'
    tool latency watch $((4 * E2E_SLOW)) >"$E2E_DIR/watch" &
    sleep 0.2
    zombies -q -c 1 -r 20 from=192.0.2.151+30 do=early stack=winxp \
        rcpt=bob@$E2E_DOMAIN helo=pc expect= >/dev/null 2>&1
    wait $!
    stop_capture
    tcpdump -tt -n -r "$E2E_DIR/speed.pcap" 'tcp[13] & 2 = 0 and (ip[2:2] - ((ip[0] & 0xf) << 2) - ((tcp[12] & 0xf0) >> 2)) != 0' 2>/dev/null |
        awk '{ split($3, a, "."); ip = a[1] "." a[2] "." a[3] "." a[4]
            if (!(ip in seen)) { seen[ip] = 1; printf "%s %.0f\n", ip, $1 * 1000000 } }' |
        sort >"$E2E_DIR/early.at"
    # The first element of each: some are put there anew with a longer time.
    awk '!seen[$2]++ { print $2, $1 }' "$E2E_DIR/watch" | sort |
        join - "$E2E_DIR/early.at" | awk '{ printf "%s %d\n", $1, $2 - $3 }' \
        >"$E2E_DIR/lat.packet"
    read -r med max n < <(median_max "$E2E_DIR/lat.packet")
    say "note early packet to kernel element: median $med us, maximum $max us, $n blocks"
    ok "all thirty early talkers are blocked" same 30 "$n"
    ok "packet to kernel: median under 20 ms" [ "$med" -lt $((20000 * E2E_SLOW)) ]
    ok "packet to kernel: maximum under 1 s" [ "$max" -lt $((1000000 * E2E_SLOW)) ]
}

holds() {
    local before
    before=$(log_count ': connect from')
    ok "blocked clients get no answer to their SYNs" \
        zombies -q -c 50 from=192.0.2.101+50 do=probe stack=win10 ladder= \
        connect=400 expect=dropped
    ok "none of them reaches Postfix" same "$before" "$(log_count ': connect from')"
    ok "good mail passes" good_mail 203.0.113.10 "beside-blocks"
    ok "the element says tier and reason" eval \
        "in_set 192.0.2.101 | grep -qE 'comment \"tier 1 score (0.9|1.0).* unknown-rcpt'"
}

whitelist() {
    ok "zfw-whitelist add" zfw_whitelist add 192.0.2.101
    ok "the block is gone from the kernel" not in_set 192.0.2.101
    ok "the very next SYN is let through" \
        zombies from=192.0.2.101 do=probe ladder= connect=400 expect=greeted
    ok "zfw-whitelist list has it" eval 'zfw_whitelist list | grep -q 192.0.2.101'
    ok "zfw-whitelist check says so" zfw_whitelist check 192.0.2.101
    ok "zfw-whitelist del" zfw_whitelist del 192.0.2.101
    ok "then check says no" not zfw_whitelist check 192.0.2.101
}

table_back() {
    local start end
    start=$(date +%s%N)
    gw nft delete table inet zfw
    ok "a deleted table comes back with its blocks" wait_for 3 in_set 192.0.2.110
    end=$(date +%s%N)
    say "note table and blocks back after $(((end - start) / 1000000)) ms"
    ok "within a second" [ $(((end - start) / 1000000)) -lt $((1000 * E2E_SLOW)) ]
    ok "and drops again" zombies from=192.0.2.110 do=probe stack=win10 ladder= connect=400 \
        expect=dropped
    ok "zfwctl off" zfwctl off
    ok "takes the table out" not gw nft list table inet zfw
    sleep 1.5
    ok "which stays out" not gw nft list table inet zfw
    ok "and blocked clients pass" zombies from=192.0.2.110 do=probe stack=win10 ladder= \
        connect=400 expect=greeted
    stop_zfwd
    start 
    sleep 0.5
    ok "over a restart, too" not gw nft list table inet zfw
    ok "zfwctl on" zfwctl on
    ok "puts everything back" wait_for 3 in_set 192.0.2.110
}

# What the kernel says must be what it would have said without the event.
ages_right() { # SENTENCE ADDRESS EXPIRES-BEFORE AT-SECONDS
    local left want
    left=$(expires_s "$2")
    want=$(($3 - ($(date +%s) - $4)))
    [ $((left - want)) -ge -$E2E_SLOW ] && [ $((left - want)) -le $E2E_SLOW ] && return 0
    say "left $left s, should be $want s"
    return 1
}

killed() { # WHAT PROGRAM
    local before at
    before=$(expires_s 192.0.2.120)
    at=$(date +%s)
    gw pkill -KILL -x "$2"
    wait "$E2E_ZFWD" 2>/dev/null
    ok "$1 killed: nothing of zfwd is left running" \
        wait_for 3 not gw pgrep -x "zfwd|zfw-engine"
    ok "$1 killed: mail flows" good_mail 203.0.113.11 "after-kill-$1"
    ok "$1 killed: blocks stay" zombies from=192.0.2.120 do=probe stack=win10 ladder= \
        connect=400 expect=dropped
    ok "$1 killed: and age" ages_right "$1" 192.0.2.120 "$before" "$at"
    start
    ok "$1 killed: the next start has them with the remaining time" \
        ages_right "$1" 192.0.2.120 "$before" "$at"
    gw nft delete table inet zfw
    ok "$1 killed: the store has them, too" wait_for 3 in_set 192.0.2.120
    ok "$1 killed: with the remaining time" \
        ages_right "$1" 192.0.2.120 "$before" "$at"
}

shadow() {
    stop_zfwd
    gw nft delete table inet zfw 2>/dev/null
    start 'mode = shadow'
    zombies -q -c 4 from=192.0.2.201+4 do=early stack=winxp rcpt=bob@$E2E_DOMAIN \
        helo=pc expect= >/dev/null 2>&1
    ok "in shadow mode a zombie would have been blocked" \
        wait_for 3 eval 'zfwctl why 192.0.2.202 | grep -qi "would"'
    ok "and says why" eval 'zfwctl why 192.0.2.202 | grep -q "talks before"'
    ok "but nothing is in the set" not in_set 192.0.2.202
    ok "and it gets through" zombies from=192.0.2.202 do=probe ladder= \
        connect=400 expect=greeted
}

e2e_setup
start_postfix tls
start || die "zfwd does not start: $(tail -n 3 "$E2E_DIR/zfwd.err")"
speed_line
speed_packet
holds
whitelist
table_back
killed engine zfw-engine
killed guard zfwd
shadow
zt_end
