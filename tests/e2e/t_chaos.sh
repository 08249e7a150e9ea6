#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Random steps against a whole gateway - orders, zombies, ends of blocks, the
# table deleted and changed by others, processes killed, clocks set - and after
# each the kernel has what the store says within two seconds, no good client
# is ever blocked and nothing leaks.
# usage: bash tests/e2e/t_chaos.sh BUILD
# CHAOS_STEPS and CHAOS_SECONDS (0: no limit) say how long, CHAOS_SEED which.
# shellcheck source=tests/e2e/lib.sh disable=SC2086,SC2153
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/chaoslib.sh"

seed=${CHAOS_SEED:-$((RANDOM * 32768 + RANDOM))}
steps=${CHAOS_STEPS:-600}
seconds=${CHAOS_SECONDS:-$([ -n "${CHAOS_STEPS:-}" ] && echo 0 || echo 60)}

chaos_possible
e2e_setup
for i in 150 151 152 153 154 155; do
    add_host 192.0.2.$i mail$i.example.org
done
say "note seed $seed: repeat with CHAOS_SEED=$seed"
clock_library
chaos_units
start_postfix
good_ones_begin 0.2
timeout $((3600 * 6)) nsenter -t "$E2E_GW_PID" -n python3 \
    "$E2E_SRC/tests/e2e/chaos/chaos.py" "$E2E_DIR" "$E2E_GW_PID" \
    "$E2E_NET_PID" "$E2E_BUILD" "$clock" "$seed" "$steps" "$seconds" \
    >"$E2E_DIR/chaos.out" 2>&1
good_ones_end
grep -E '^note' "$E2E_DIR/chaos.out"
read -r done faults late <<<"$(sed -n 's/^ends //p' "$E2E_DIR/chaos.out")"
ok "the driver came to its end (seed $seed)" test -n "${late:-}"
ok "after each of the steps all is right within two seconds (seed $seed)" \
    same "0 faults" "${faults:-?} faults"
[ "${faults:-1}" = 0 ] || grep -vE '^(note|ends)' "$E2E_DIR/chaos.out"
ok "no good client was ever blocked, or heard anybody but the mail server" \
    same "${late:-0}" "$good_bad"
[ "$good_bad" = "${late:-0}" ] || head -n 10 "$E2E_DIR/good.out"
ok "and they were there all the time" test "$good_n" -gt 50
ok "zfwd has not logged a fault of its own" not grep -E \
    'panic|malformed|Invalid argument|AddressSanitizer|runtime error' \
    "$E2E_DIR/zfwd.err"
say "note ${done:-0} steps; $good_n connections of good clients, ${late:-0} SYNs lost in a queue whose reader was killed"
zt_end
