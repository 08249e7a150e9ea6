#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Clients and log positions are stored in rounds: whoever kills the daemon in
# the middle of one, no line of the log is lost; and nothing waits for it.
# usage: bash tests/e2e/t_rounds.sh BUILD
# shellcheck source=tests/e2e/lib.sh disable=SC2086,SC2153
. "$(dirname "$0")/lib.sh"

EACH=30000 # clients of one part of the log
clients=0

# Lines of the past count in favour only: we have delivered to each new client.
append_lines() {
    awk -v from=$clients -v n=$EACH \
        -v then="$(date -d '1 hour ago' '+%b %e %H:%M:%S')" 'BEGIN {
        for (i = from; i < from + n; i++)
            printf "%s mx postfix/smtp[7]: %010X: to=<a@example.net>, relay=mx.example.net[2001:db8:%x:%x::9]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)\n",
                then, i + 4096, i / 65536 + 1, i % 65536 }' >>"$E2E_DIR/log/mail.log"
    clients=$((clients + EACH))
}

status() { # NAME: the first number of that name
    zfwctl --format json status 2>/dev/null | tr ',{' '\n\n' |
        sed -n "s/^ *\"$1\": *\([0-9]*\).*/\1/p" | head -n 1
}

all_read() {
    [ "$(status position)" = "$(stat -c %s "$E2E_DIR/log/mail.log")" ]
}

records_are() {
    same "$1" "$(status records)"
}

start() {
    start_zfwd 'mode = shadow' ||
        die "zfwd does not start: $(tail -n 3 "$E2E_DIR/zfwd.err")"
}

kill_all() {
    # The engine first: it saves all at once when the guard is gone.
    gw pkill -KILL zfw-engine
    gw pkill -KILL zfwd
    wait "$E2E_ZFWD" 2>/dev/null
    # By the name: what is about to end has no command line any more.
    wait_for 5 not gw pgrep zfw || die "it lives"
}

store_size() {
    stat -c %s "$E2E_DIR/state/zfw.kch"
}

# By some thousands of clients: more than what the ticks write meanwhile.
grown_from() { # BYTES
    [ "$(store_size)" -gt $(($1 + 300000)) ]
}

answer_ms() { # how long an answer takes now
    local from
    from=$(($(date +%s%N) / 1000000))
    zfwctl status >/dev/null 2>&1
    say $(($(date +%s%N) / 1000000 - from))
}

middle() { # of five numbers
    printf '%s\n' "$@" | sort -n | sed -n 3p
}

e2e_setup
install -m 640 -o root -g 4 /dev/null "$E2E_DIR/log/mail.log"
start
sleep 1.5
base=$(status records)
kill_all
answers=''
for _ in 1 2 3 4 5; do
    append_lines
    size=$(store_size)
    start_zfwd 'mode = shadow' &
    E2E_ZFWD=$!
    wait_for 10 grown_from "$size" || die "no round begins"
    answers="$answers $(answer_ms)"
    kill_all
done
start
say "note answers while clients were written:$answers ms"
# The middle of the five: a busy machine may hold up one of them.
ok "answers come while clients are written" [ "$(middle $answers)" -lt $((300 * E2E_SLOW)) ]
ok "killed in its rounds, it has read all" wait_for 10 all_read
ok "and no line is lost" wait_for 5 records_are $((base + clients))
sleep 2 # for the round to end: then the positions are stored, too
kill_all
start
ok "what is stored is stored" records_are $((base + clients))
ok "and is not read again" not grep -qE \
    'goes on where it was left, [1-9]' <(tail -n 3 "$E2E_DIR/zfwd.err")
zt_end
