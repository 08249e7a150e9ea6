#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Old clients are forgotten, too many as well, and nobody who is blocked; a
# store goes out as lines of JSON and comes back, and a backup of the running
# daemon takes its place.
# usage: bash tests/e2e/t_sweep.sh BUILD
# shellcheck source=tests/e2e/lib.sh disable=SC2086,SC2153,SC2119
. "$(dirname "$0")/lib.sh"

status() { # JQ-EXPRESSION
    zfwctl --format json status | jq "$1"
}

at_most() { # CLIENTS
    status ".store.sweep | .rounds >= 2 and .clients <= $1" | grep -q true
}

knows() {
    zfwctl why "$1" | grep -q 'connection'
}

clients() { # NETWORK N LAST-SEEN-MS MORE
    awk -v net="$1" -v n="$2" -v ms="$3" -v more="$4" 'BEGIN {
        for (i = 0; i < n; i++)
            printf "{\"kind\":\"client\",\"client\":\"%s.%d.%d\",\"first_ms\":%s,\"last_ms\":%s,\"connects\":1%s}\n",
                net, i / 250, i % 250 + 1, ms, ms, more }'
}

e2e_setup
now=$(date +%s)000
{
    echo '{"kind":"store","format":1}'
    clients 192.0 300 $((now - 40 * 86400000)) ''
    clients 198.18 900 $((now - 10 * 86400000)) ''
    clients 198.19 700 $((now - 5 * 86400000)) ''
    clients 203.0 5 $((now - 90 * 86400000)) \
        ",\"tier\":3,\"action\":2,\"score_permille\":990,\"reasons\":[1,2,0,0],\"block_from_ms\":$((now - 86400000)),\"block_until_ms\":$((now + 864000000)),\"offences\":1,\"offence_ms\":$((now - 86400000))"
} >"$E2E_DIR/lines"
e2e_conf >"$E2E_DIR/zfwd.conf"
ok "a store is made of lines" zfwctl import "$E2E_DIR/lines"
ok "it is the daemon's user's" same zfw "$(gw stat -c %U "$E2E_DIR/state/zfw.kch")"
zfwctl export "$E2E_DIR/lines2" >/dev/null
ok "and gives the same lines" cmp "$E2E_DIR/lines" "$E2E_DIR/lines2"
install -m 640 -o root -g 4 /dev/null "$E2E_DIR/log/mail.log"
start_zfwd 'store_clients_max = 1000' || die "zfwd does not start"
ok "who was blocked is blocked" in_set 203.0.0.1
ok "a running daemon keeps its store" not zfwctl import "$E2E_DIR/lines"
ok "it is backed up" zfwctl backup "$E2E_DIR/backup.kch"
ok "with all in it" same 1905 "$(zfwctl --format json check-db "$E2E_DIR/backup.kch" | jq .clients)"
ok "too many are forgotten" wait_for 40 at_most 1000
ok "those not seen for long" same 0 "$(zfwctl export | grep -c '"192\.0\.')"
ok "then those with the least time left" same 0 "$(zfwctl export | grep -c '"198\.18\.')"
ok "and no more" same 700 "$(zfwctl export | grep -c '"198\.19\.')"
ok "never who is blocked" same 5 "$(zfwctl export | grep -c '"203\.0\.')"
say "note the longest slice: $(status .store.sweep.longest_us) us"
stop_zfwd
gw install -o zfw -g zfw -m 640 "$E2E_DIR/backup.kch" "$E2E_DIR/state/zfw.kch"
start_zfwd || die "zfwd does not start with the backup"
ok "a backup takes the store's place" same 1905 "$(zfwctl --format json check-db | jq .clients)"
ok "with its blocks" same 5 "$(status .blocks_now)"
zt_end
