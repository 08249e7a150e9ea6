#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A full disk: blocks go on in the kernel, what was stored stays, zfwd says so
# once, and goes on by itself when there is room; what it learned meanwhile is
# not lost.  The store lies on a small tmpfs in the gateway's mount namespace.
# usage: bash tests/e2e/t_fulldisk.sh BUILD
# shellcheck source=tests/e2e/lib.sh disable=SC2086,SC2153,SC2119
. "$(dirname "$0")/lib.sh"

ROOM_KB=6144

said() { # REGEX: how often, in zfwd's own words
    grep -cE "$1" "$E2E_DIR/zfwd.err"
}

is_full() {
    zfwctl --format json status | jq -e '.store.full' >/dev/null
}

errors() {
    zfwctl --format json status | jq .store.errors
}

knows() { # ADDRESS: with a connection of its own
    zfwctl why "$1" | grep -q 'connection'
}

# Lines of the past about so many new clients, from one address on.
append_lines() { # FIRST N
    awk -v from="$1" -v n="$2" \
        -v then="$(date -d '1 hour ago' '+%b %e %H:%M:%S')" 'BEGIN {
        for (i = from; i < from + n; i++)
            printf "%s mx postfix/smtp[7]: %010X: to=<a@example.net>, relay=mx.example.net[2001:db8:%x:%x::9]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)\n",
                then, i + 4096, i / 65536 + 1, i % 65536 }' >>"$E2E_DIR/log/mail.log"
}

records() {
    zfwctl --format json status | jq .store.records
}

records_from() { # LEAST
    [ "$(records)" -ge "$1" ]
}

fill_disk() { # to the last byte, and past what is given back meanwhile
    gw bash -c 'dd if=/dev/zero of="$1" bs=64k oflag=append conv=notrunc
        dd if=/dev/zero of="$1" bs=512 oflag=append conv=notrunc' \
        fill "$E2E_DIR/state/ballast" 2>/dev/null
    [ "$(gw stat -f -c %a "$E2E_DIR/state")" = 0 ]
}

e2e_setup
start_postfix
gw mount -t tmpfs -o size=${ROOM_KB}k,mode=0750 tmpfs "$E2E_DIR/state" ||
    die "no tmpfs"
gw chown zfw:zfw "$E2E_DIR/state" 2>/dev/null || gw chown 65534 "$E2E_DIR/state"
start_zfwd 'mode = enforce' || die "zfwd does not start: $(tail -n 3 "$E2E_DIR/zfwd.err")"
zombies from=192.0.2.7 do=early rcpt=$E2E_TRAP >/dev/null 2>&1
ok "a zombie is blocked while there is room" wait_for 10 in_set 192.0.2.7
sleep 2
before=$(records)
ok "the disk is filled" fill_disk
append_lines 0 2000
ok "zfwd sees that it is full" wait_for 10 is_full
zombies from=192.0.2.8 do=early rcpt=$E2E_TRAP >/dev/null 2>&1
ok "another zombie is blocked all the same" wait_for 10 in_set 192.0.2.8
ok "the first still is" in_set 192.0.2.7
sleep 3
ok "it is said once" same 1 "$(said 'the disk is full: nothing new is remembered')"
ok "status says it to people" grep -q '^FULL' <(zfwctl status)
ok "check says it" grep -q 'FAILED.*room for the store' <(zfwctl check)
ok "a backup elsewhere works" zfwctl backup "$E2E_DIR/backup.kch"
ok "nothing that was stored is damaged" zfwctl check-db
ok "mail passes" good_mail 203.0.113.10 while-full
gw rm "$E2E_DIR/state/ballast"
ok "room is found without help" wait_for 10 not is_full
ok "and said" same 1 "$(said 'there is room again')"
ok "what was learned meanwhile is stored" wait_for 10 records_from $((before + 2000))
ok "so is the block" knows 192.0.2.8
stop_zfwd KILL
gw pkill -KILL zfw-engine
start_zfwd 'mode = enforce' || die "zfwd does not start again"
ok "a kill later all is there" records_from $((before + 2000))
ok "and blocked" grep -q 192.0.2.8 <(zfwctl blocks)

# Killed while the disk is full: the lines since are read again.
ok "the disk is filled again" fill_disk
append_lines 100000 500
ok "it is seen again" wait_for 10 is_full
before=$(records)
stop_zfwd KILL
gw pkill -KILL zfw-engine
wait_for 5 not gw pgrep zfw || die "it lives"
gw rm "$E2E_DIR/state/ballast"
start_zfwd 'mode = enforce' || die "zfwd does not start the third time"
ok "nothing of the log is lost" wait_for 10 records_from $((before + 500))
ok "nor damaged" zfwctl check-db
zt_end
