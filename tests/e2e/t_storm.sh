#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A storm in the log: hundreds of thousands of lines about clients that never
# connected, of an MTA nobody knows, of deliveries; half a megabyte without a
# newline; a log that is truncated again and again.  zfwd reads on and says
# little, its memory stays small, zombies are blocked and mail flows meanwhile.
# usage: bash tests/e2e/t_storm.sh BUILD
# shellcheck source=tests/e2e/lib.sh disable=SC2086,SC2153
. "$(dirname "$0")/lib.sh"

LOG_LINES=300000 # in the storm
CATCH_UP_S=20    # most of it for the others on a busy machine

# A third each: lies about strangers, nonsense, deliveries of ours.
storm() {
    awk -v n=$LOG_LINES -v now="$(date '+%b %e %H:%M:%S')" 'BEGIN {
        for (i = 0; i < n / 3; i++) {
            a = "198.18." int(i / 250) % 250 "." i % 250 + 1
            printf "%s mx postfix/smtpd[9]: NOQUEUE: reject: RCPT from unknown[%s]:%d: 550 5.1.1 <u%d@example.com>: Recipient address rejected: User unknown in local recipient table; from=<a@example.net> to=<u%d@example.com> proto=ESMTP helo=<pc>\n", now, a, 1024 + i % 60000, i, i
            printf "%s mx thing[%d]: %d [%s] \\ \" %% \001 whatever\n", now, i, i, a
            printf "%s mx postfix/smtp[7]: %010X: to=<a@example.net>, relay=mx.example.net[2001:db8:%x:%x::9]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)\n", now, i + 4096, i / 65536 + 1, i % 65536
        } }'
    head -c 500000 /dev/zero | tr '\0' 'x'
    echo
}

status() { # JQ-EXPRESSION
    zfwctl --format json status | jq "$1"
}

all_read() {
    [ "$(status '.logs[0].position')" = "$(stat -c %s "$E2E_DIR/log/mail.log")" ]
}

truncations() { # N
    [ "$(status '.logs[0].truncated')" -ge "$1" ]
}

said() { # LINES of zfwd's own log so far
    wc -l <"$E2E_DIR/zfwd.err"
}

anon_kb() { # memory of the engine
    gw awk '/^RssAnon:/ { print $2 }' "/proc/$(gw pgrep -x zfw-engine)/status"
}

cpu_ms() { # of the engine so far
    gw awk -v hz="$(getconf CLK_TCK)" '{ print int(($14 + $15) * 1000 / hz) }' \
        "/proc/$(gw pgrep -x zfw-engine)/stat"
}

in_the_storm() {
    local before kb at cpu
    cpu=$(cpu_ms)
    before=$(said)
    kb=$(anon_kb)
    at=$(date +%s%N)
    storm >>"$E2E_DIR/log/mail.log" &
    E2E_JOBS="$E2E_JOBS $!"
    zombies -q from=192.0.2.21 do=early stack=winxp rcpt=bob@$E2E_DOMAIN \
        helo=pc expect= >/dev/null 2>&1
    ok "a zombie is blocked in it" wait_for 5 in_set 192.0.2.21
    ok "mail passes" good_mail 203.0.113.10 in-the-storm
    wait $!
    ok "zfwctl is answered" wait_for 1 zfwctl status
    ok "all $LOG_LINES lines are read in $CATCH_UP_S seconds" \
        wait_for $CATCH_UP_S all_read
    cpu=$(($(cpu_ms) - cpu))
    say "note $(($(stat -c %s "$E2E_DIR/log/mail.log") / 1000000)) MB read in" \
        "$((($(date +%s%N) - at) / 1000000)) ms, $cpu ms of CPU, $(($(anon_kb) - kb)) kB more," \
        "$(($(said) - before)) lines said"
    ok "a line takes less than 20 microseconds of CPU" test $((cpu * 1000 / LOG_LINES)) -lt $((20 * E2E_SLOW))
    ok "of them zfwd says next to nothing" test $(($(said) - before)) -le 8
    ok "and needs no more memory than its records do" \
        test $(($(anon_kb) - kb)) -le 48000
    ok "nobody of whom they lied is blocked" same 1 "$(status .blocks_now)"
    zombies -q from=192.0.2.22 do=dict unknown=8 helo=pc expect= >/dev/null 2>&1
    ok "lines behind them are read as ever" wait_for 5 in_set 192.0.2.22
}

# As a broken rotation does: each second or so, for good.
truncated() {
    local before i
    before=$(said)
    for i in 1 2 3 4 5 6 7 8; do
        say "$(date '+%b %e %H:%M:%S') mx thing[$i]: line $i" >"$E2E_DIR/log/mail.log"
        wait_for 3 truncations $i
    done
    ok "a log that is truncated eight times is read each time" truncations 8
    ok "and told once a minute" same 1 \
        "$(tail -n "+$((before + 1))" "$E2E_DIR/zfwd.err" | grep -c 'log-truncated:')"
    zombies -q from=192.0.2.23 do=dict unknown=8 helo=pc expect= >/dev/null 2>&1
    ok "what Postfix writes then is read" wait_for 5 in_set 192.0.2.23
}

e2e_setup
start_postfix
start_zfwd || die "zfwd does not start: $(tail -n 3 "$E2E_DIR/zfwd.err")"
in_the_storm
truncated
zt_end
