#!/usr/bin/env bash
# zfwctl top: one frame for scripts; on a terminal it redraws, follows the size,
# ends with q or a signal, and leaves the terminal as it was.
# usage: bash tests/e2e/t_top.sh BUILD
# shellcheck source=tests/e2e/lib.sh disable=SC2015,SC2086,SC2119
. "$(dirname "$0")/lib.sh"

HERE=$(cd "$(dirname "$0")" && pwd)

# on_pty HOW: runs top on a terminal of 24 x 80; what came to $HOW.out
on_pty() {
    gw python3 "$HERE/ptytop.py" "$1" "$E2E_DIR/$1.out" \
        "$E2E_DIR/bin/zfwctl" -c "$E2E_DIR/zfwd.conf" top
}

e2e_setup
start_postfix
start_zfwd || die "zfwd does not start"
zombies -q from=192.0.2.9 do=early rcpt=$E2E_TRAP expect= >/dev/null 2>&1
wait_for 5 in_set 192.0.2.9
for _ in 1 2 3; do
    zombies -q from=192.0.2.9 do=knock ladder= connect=200 expect=dropped
done
zfwctl top --once >"$E2E_DIR/once" 2>&1
ok "one frame" test -s "$E2E_DIR/once"
ok "has the rates" grep -qE '^a second +0\.0 ' "$E2E_DIR/once"
ok "and the totals" grep -qE '^since start +1 +3 ' "$E2E_DIR/once"
ok "the network that knocks" grep -qE '^192\.0\.2\.0/24 +[1-3]$' "$E2E_DIR/once"
ok "the latest decision, and why" grep -qE ' block +192\.0\.2\.9 .*early' "$E2E_DIR/once"
ok "and nothing for a terminal" not grep -q $'\033' "$E2E_DIR/once"
ok "as JSON" grep -q '"latest"' <<<"$(zfwctl --format json top)"
ok "without a terminal it needs --once" not zfwctl top
ok "--once is of top only" not zfwctl --once status
ok "q ends it, and the terminal is as it was" on_pty q
ok "it has drawn more than once" test "$(grep -o 'since start' "$E2E_DIR/q.out" | wc -l)" -ge 2
ok "it follows the size" on_pty resize
ok "SIGTERM ends it, and the terminal is as it was" on_pty term
ok "so does SIGINT" on_pty int
ok "so does a fault" on_pty abort
ok "a daemon that goes is said, and it goes on" on_pty gone
ok "without a daemon there is no frame" not zfwctl top --once
zt_end
