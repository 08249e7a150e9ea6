#!/usr/bin/env bash
# NFQUEUE mode: SYNs wait for zfwd, and mail flows whatever zfwd does.
# usage: bash tests/e2e/t_queue.sh BUILD
# shellcheck source=tests/e2e/lib.sh disable=SC2086,SC2153
. "$(dirname "$0")/lib.sh"

queue_rule() {
    gw nft list table inet zfw 2>/dev/null | grep -q '@queue_ports'
}

probe() { # MAX-MS: a client gets its greeting
    zombies from=192.0.2.90 do=probe stack=linux ladder=1,1,1,1 \
        connect="$1" expect=greeted
}

# A guard that cannot run for half a second has a thousand SYNs in its queue
# when it goes on, and the first that it learns is its end.  None may need a
# second SYN, which comes a second later.
end_with_full_queue() { # SIGNAL WHO: the process that gets it
    local out n lost again
    net "$E2E_BUILD/tests/tools/bench_probe" "$E2E_GW4" 2525 3000 600 \
        >"$E2E_DIR/probe" &
    out=$!
    sleep 0.2
    gw kill -STOP "$(zfwd_pid)"
    gw kill "-$1" "$2"
    sleep 0.6
    gw kill -CONT "$(zfwd_pid)"
    # nsenter stops together with its child, and has to be woken by hand
    kill -CONT $(pgrep -P "$E2E_ZFWD") "$E2E_ZFWD" 2>/dev/null
    wait "$out"
    wait "$E2E_ZFWD" 2>/dev/null
    read -r _ n _ lost _ again _ <"$E2E_DIR/probe"
    say "note $(cat "$E2E_DIR/probe")"
    [ "$n" -gt 3000 ] && [ "$lost" -eq 0 ] && [ "$again" -eq 0 ]
}

e2e_setup
start_postfix
start_zfwd 'queue = 7' || die "zfwd does not start: $(tail -n 3 "$E2E_DIR/zfwd.err")"
ok "the queue rule is there" wait_for 2 queue_rule
ok "zfwd says how it queues" wait_for 2 grep -qE 'ready .* queue=(native|xt) ' \
    "$E2E_DIR/zfwd.err"
ok "mail passes through the queue" good_mail 203.0.113.10 queued-1
zombies -q -c 3 from=192.0.2.51+3 do=dict unknown=8 helo=pc expect= >/dev/null 2>&1
ok "zombies are blocked as ever" wait_for 3 in_set 192.0.2.52
ok "the packets of both sources count once" eval \
    "zfwctl --format json status | grep -qE '\"duplicates\": ?[1-9]'"

engine=$(gw pgrep -x zfw-engine)
gw kill -STOP "$engine"
ok "a hung engine does not hold up mail" good_mail 203.0.113.10 queued-2
gw kill -CONT "$engine"

gw kill -STOP "$(zfwd_pid)"
start=$(date +%s%N)
ok "with a hung guard mail flows again" probe 8000
say "note first connection after $((($(date +%s%N) - start) / 1000000)) ms of a hung guard"
ok "and goes on flowing" good_mail 203.0.113.10 queued-3
# nsenter stops together with its child, and has to be woken by hand
gw kill -CONT "$(zfwd_pid)"
kill -CONT $(pgrep -P "$E2E_ZFWD") "$E2E_ZFWD"
sleep 1.5
ok "a guard that wakes up again serves its queue" good_mail 203.0.113.10 queued-4

gw pkill -KILL -x "zfwd|zfw-engine"
wait "$E2E_ZFWD" 2>/dev/null
ok "with everything dead mail flows" good_mail 203.0.113.10 queued-5
start_zfwd 'queue = 7'
stop_zfwd
ok "after an orderly stop mail flows" good_mail 203.0.113.10 queued-6
ok "and the queue rule is out" not queue_rule

if [ "$E2E_SLOW" -eq 1 ]; then
    mx "$E2E_BUILD/tests/tools/tcptool" serve 30 2525 >/dev/null 2>&1 &
    start_zfwd 'queue = 7' 'ports = {25, 2525}'
    ok "an orderly stop loses no SYN of a thousand that are queued" \
        end_with_full_queue TERM "$(zfwd_pid)"
    start_zfwd 'queue = 7' 'ports = {25, 2525}'
    ok "nor does the end of the engine" \
        end_with_full_queue KILL "$(gw pgrep -x zfw-engine)"
else
    skip "an orderly stop loses no SYN" "a slow machine: time tells nothing"
fi
zt_end
