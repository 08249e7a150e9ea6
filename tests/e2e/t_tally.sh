#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Statistics of real traffic: what zfwd counted live is what its recording
# gives in zfw-replay --state and what an independent recount finds; a killed
# zfwd goes on in the same minute; and what a replay has learned is a state_dir.
# usage: bash tests/e2e/t_tally.sh BUILD
# shellcheck source=tests/e2e/lib.sh disable=SC2086,SC2153
. "$(dirname "$0")/lib.sh"

dump() { # STATE: the day's totals, one a line, without gauges
    "$E2E_BUILD/tests/tools/tallydump" "$1" | grep '^day' | tr ' ' '\n' |
        grep = | grep -vE '^(blocked|sessions_open|clients_stored)='
}

total() { # NAME
    dump "$E2E_DIR/state" | sed -n "s/^$1=//p" | awk '{ n += $1 } END { print n + 0 }'
}

at_least() { # N NAME
    [ "$(total "$2")" -ge "$1" ]
}

traffic() {
    good_mail 203.0.113.10 tally-1 && good_mail 2001:db8:60::10 tally-2
    zombies -c 6 from=192.0.2.11+6 do=early stack=win7 \
        rcpt=bob@$E2E_DOMAIN helo=pc-%n expect=
    zombies -c 3 from=192.0.2.41+3 do=dict unknown=15 stack=win10 expect=
    # Each SYN is sent again twice: that is one attempt each.
    zombies -q -c 9 from=192.0.2.11+6 do=probe stack=win7 ladder=300,600 \
        connect=1200 expect=
}

replayed() { # the recording, with its log, for the user of zfwd
    install -d -o 64801 -g 64801 "$E2E_DIR/taught"
    "$E2E_DIR/bin/zfw-replay" -c "$E2E_DIR/zfwd.conf" \
        --pcap "$E2E_DIR/rec/t.pcap" --format jsonl --state "$E2E_DIR/taught" \
        >"$E2E_DIR/events"
}

recount() { # STATE
    "$E2E_BUILD/tests/tools/tallydump" "$1" >"$E2E_DIR/dump"
    python3 "$E2E_REPO/tests/recount.py" --pcap "$E2E_DIR/rec/t.pcap" \
        --events "$E2E_DIR/events" --history "$E2E_DIR/dump" --totals \
        --loose recipients_bad >"$E2E_DIR/said" || { grep -v ^same "$E2E_DIR/said"; return 1; }
}

no_answer() { ! zfwctl status; }

E2E_REPO=$(cd "$(dirname "$0")/../.." && pwd)
e2e_setup
start_postfix
install -d -o 64801 -g 64801 "$E2E_DIR/rec"
ZFWD_ARGS="--record $E2E_DIR/rec/t.pcap"
start_zfwd || die "zfwd does not start: $(tail -n 3 "$E2E_DIR/zfwd.err")"
traffic >"$E2E_DIR/traffic.out" 2>&1
sleep 1.5
ok "status shows the hour and the day" \
    grep -qE '^today \(UTC\) +[1-9][0-9]* connections' <(zfwctl status)
stop_zfwd
ZFWD_ARGS=''
ok "connections were counted" at_least 11 connections
ok "six clients tried again, and each attempt counts once" \
    same 6 "$(total attempts_prevented)"
ok "nine were blocked for the first time" same 9 "$(total blocks_first)"
ok "two good connections" same 2 "$(total good_connections)"
ok "two messages" same 2 "$(total messages_accepted)"
ok "zfw-replay makes a store of the recording" replayed
ok "it has counted the same" diff <(dump "$E2E_DIR/state") <(dump "$E2E_DIR/taught")
ok "the recount finds what was counted live" recount "$E2E_DIR/state"

# A restart goes on in the same slots, a killed engine too.
before=$(total connections)
start_zfwd || die "zfwd does not start again"
good_mail 203.0.113.10 tally-3 >/dev/null 2>&1
sleep 1.5
stop_zfwd
ok "a restart adds to the day" same $((before + 1)) "$(total connections)"
start_zfwd || die "zfwd does not start again"
gw pkill -KILL -x zfw-engine # the gateway's only
wait_for 5 no_answer
stop_zfwd
ok "kill -9 takes nothing that was stored" same $((before + 1)) "$(total connections)"

rm -rf "$E2E_DIR/fresh"
mv "$E2E_DIR/taught" "$E2E_DIR/fresh"
start_zfwd "state_dir = \"$E2E_DIR/fresh\"" 'mode = shadow' ||
    die "zfwd does not start on the replay's store: $(tail -n 3 "$E2E_DIR/zfwd.err")"
ok "zfwd starts on what a replay has made" zfwctl status
ok "and knows its clients" grep -q 'before the greeting' <(zfwctl why 192.0.2.11)
ok "and their blocks" same 9 "$(zfwctl blocks | grep -c '^192\.0\.2\.')"
ok "without complaint" not grep -qE 'store-(failed|full|damaged|open|load): |learned-' "$E2E_DIR/zfwd.err"
stop_zfwd
zt_end
