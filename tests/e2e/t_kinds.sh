#!/usr/bin/env bash
# The guard with an engine that does what the test says (fakeengine): blocks of
# every kind, sessions that are cut, elements that others change, the front as
# a child, and verdicts on queued packets.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/fakelib.sh"

LISTEN=$E2E_BUILD/tests/tools/tcptool

get() { # SET KEY
    gw nft get element inet zfw "$1" "{ $2 }" 2>/dev/null
}

# --- kinds of blocks ---------------------------------------------------------

check_kinds() {
    fake block 192.0.2.1 600 1 reject
    fake block 192.0.2.2 600 2 stack=52,64240,1460
    fake block 192.0.2.3 600 2 stack=40,1024
    fake block 2001:db8:7::/64 600 1 reject
    fake block 2001:db8:8::/64 600 2 stack=32,64800,1440
    fake block 2001:db8:900::/56 600 4
    fake block 2001:db8:a::/48 600 4
    ok "all kinds go in" same 0 "$(sync_engine)"
    ok "a rejected address" get reject4 192.0.2.1
    ok "is not dropped" not get block4 192.0.2.1
    ok "one stack of an address" get stack4 '192.0.2.2 . 52 . 64240 . 1460'
    ok "and not the address" not get block4 192.0.2.2
    ok "one stack without MSS" get stack4_nomss '192.0.2.3 . 40 . 1024'
    ok "a rejected /64" get reject6 2001:db8:7::
    ok "one stack of a /64" get stack6 '2001:db8:8:: . 32 . 64800 . 1440'
    ok "a /56" get block6_56 2001:db8:900::
    ok "a /48" get block6_48 2001:db8:a::
    forget_said
    fake check 1 192.0.2.1 reject
    fake check 2 192.0.2.2 stack=52,64240,1460
    fake check 3 192.0.2.2 stack=60,64240,1460
    fake check 4 2001:db8:a::/48
    fake check 5 192.0.2.1
    sync_engine >/dev/null
    ok "a check tells the seconds left" said 'checked 1 (59[0-9]|600)'
    ok "of a stack, too" said 'checked 2 (59[0-9]|600)'
    ok "another stack is not there" said 'checked 3 0'
    ok "of a /48" said 'checked 4 (59[0-9]|600)'
    ok "who is rejected is not dropped" said 'checked 5 0'
    fake unblock 192.0.2.1 reject
    fake block 192.0.2.1 600 2
    sync_engine >/dev/null
    ok "from rejected to dropped" get block4 192.0.2.1
    ok "in one set only" not get reject4 192.0.2.1
    forget_said
    fake renew 2001:db8:7700::/56 600 2 reject
    fake renew 192.0.2.0/24 600 2
    sync_engine >/dev/null
    ok "a /56 is not rejected" not get reject6 2001:db8:7700::
    ok "what is malformed gets no answer" not said 'refused .*'
}

check_never_around() {
    gw ip addr add 2001:db8:40::1/128 dev lo
    wait_for 2 said 'own 2001:db8:40::1(/128)?'
    forget_said
    fake block 2001:db8:40::/48 600 4
    fake block 2001:db8:40::/56 600 4
    fake block 2001:db8:40::/64 600 4 stack=32,64800,1440
    sync_engine >/dev/null
    ok "no network around an address of ours" same 3 \
        "$(grep -c 'refused 2001:db8:40:.* never' "$d/fake/out")"
    gw ip addr del 2001:db8:40::1/128 dev lo
    wait_for 2 said 'unown 2001:db8:40::1(/128)?'
    fake block 2001:db8:40::/48 600 4
    fake block 2001:db8:40::/64 600 4 stack=32,64800,1440
    sync_engine >/dev/null
    ok "when it is no more ours it may be blocked" get block6_48 2001:db8:40::
    gw ip addr add 2001:db8:40::1/128 dev lo
    ok "and is let out when it is ours again" wait_for 2 not get block6_48 2001:db8:40::
    ok "with its stacks" wait_for 1 not get stack6 '2001:db8:40:: . 32 . 64800 . 1440'
    gw ip addr del 2001:db8:40::1/128 dev lo
}

# --- others' hands -----------------------------------------------------------

check_hands() {
    fake block 192.0.2.20 600 3
    fake block 192.0.2.21 600 3 stack=52,64240,1460
    sync_engine >/dev/null
    forget_said
    gw nft delete element inet zfw block4 '{ 192.0.2.20 }'
    ok "a block that somebody deletes is put back" wait_for 2 get block4 192.0.2.20
    ok "with its time" grep -qE 'expires (9m5|10m)' <<<"$(get block4 192.0.2.20)"
    ok "its tier and its score" grep -q 'tier 3 score 0.98' <<<"$(get block4 192.0.2.20)"
    gw nft delete element inet zfw stack4 '{ 192.0.2.21 . 52 . 64240 . 1460 }'
    ok "a stack, too" wait_for 2 get stack4 '192.0.2.21 . 52 . 64240 . 1460'
    gw nft add element inet zfw block4 '{ 192.0.2.66 timeout 1h }'
    ok "what somebody adds is taken out" wait_for 2 not get block4 192.0.2.66
    ok "without sending all again" not said resync
    ok "one line in the log" same 1 \
        "$(grep -c 'elements of table inet zfw were changed' "$d/zfwd.err")"
    gw nft flush set inet zfw stack4
    ok "a flushed set is filled again" wait_for 2 get stack4 '192.0.2.21 . 52 . 64240 . 1460'
    fake allow 203.0.113.0/24
    sync_engine >/dev/null
    gw nft flush set inet zfw allow4
    ok "the allow list, too" wait_for 2 get allow4 203.0.113.7
}

check_two() {
    e2e_conf "$LIFT" "state_dir = \"$d/state2\"" "run_dir = \"$d/run2\"" \
        >"$d/second.conf"
    gw env ZFW_ENGINE="$FAKE" ZFW_FAKE_DIR="$d/fake" timeout 5 \
        "$d/bin/zfwd" -f -c "$d/second.conf" 2>"$d/err"
    ok "a zfwd of another configuration does not fight for the table: 1" same 1 $?
    ok "it says who has it" grep -qE "another zfwd \(process $(guard_pid)\) has the table" "$d/err"
    e2e_conf "$LIFT" "run_dir = \"$d/run2\"" >"$d/second.conf"
    gw env ZFW_ENGINE="$FAKE" ZFW_FAKE_DIR="$d/fake" timeout 5 \
        "$d/bin/zfwd" -f -c "$d/second.conf" 2>"$d/err"
    ok "nor one with the same state directory: 1" same 1 $?
    ok "and that is said" grep -q 'another zfwd' "$d/err"
    ok "the first is undisturbed" same 0 "$(sync_engine)"
}

# --- cuts --------------------------------------------------------------------

sessions() { # ADDRESS: of that client, as our side has them
    gw ss -tnH state established "( sport = :25 )" | grep -cF "$1"
}

cut_one() { # SOURCE SERVER: one session that is cut; prints how it went
    local src=$1 to=$2 port t0 ms=none
    net "$LISTEN" hold "$to" 25 5000 "$src" >"$d/held" 2>&1 &
    held=$!
    wait_for 5 grep -q ok "$d/held" || { echo "no session: $(tr "\n" " " <"$d/held")"; return 1; }
    port=$(sed -n 's/^ok port=//p' "$d/held")
    t0=$(now_ms)
    fake cut "$src" "$port" "$to" 25
    wait_for 2 eval '[ "$(sessions "$src")" = 0 ]' && ms=$(($(now_ms) - t0))
    wait "$held"
    echo "$ms $(tail -n 1 "$d/held")"
}

check_cut() {
    local got
    gw "$LISTEN" serve 60 25 >/dev/null 2>&1 &
    serve=$!
    wait_for 2 eval 'gw ss -tlnH "( sport = :25 )" | grep -q .'
    got=$(cut_one 203.0.113.10 "$E2E_GW4")
    ok "our socket is closed, and the client is told at once: $got" \
        grep -qE '^[0-9]+ reset' <<<"$got"
    got=$(cut_one 2001:db8:60::10 "$E2E_GW6")
    ok "over IPv6, too: $got" grep -qE '^[0-9]+ reset' <<<"$got"
    forget_said
    fake cut "$E2E_GW4" 40000 192.0.2.30 25
    fake cut 192.0.2.30 40000 "$E2E_GW4" 22
    sync_engine >/dev/null
    ok "no address of ours is cut" said "refused $E2E_GW4(/32)? cut"
    ok "and no other port" not get flow4 '192.0.2.30 . 40000'
    fake cut 192.0.2.31 40000 "$E2E_GW4" 25
    sync_engine >/dev/null
    ok "a session that is not here gets resets" get flow4 '192.0.2.31 . 40000'
    kill "$serve" 2>/dev/null
    gw pkill -x tcptool
}

# --- the front as a child ----------------------------------------------------

front_rules() {
    gw nft list table inet zfw 2>/dev/null | grep -q 'chain to_front'
}

told() { # EXTENDED-REGEX: is that what the front was started with?
    grep -qE "^$1\$" "$d/fake/front"
}

start_front() { # LINE...
    rm -f "$d/fake/front"
    start_guard "$@" && wait_for 2 told ready
}

check_front() {
    export ZFW_FRONT=$d/bin/fakefront
    cp "$E2E_BUILD/tests/tools/fakefront" "$ZFW_FRONT"
    start_front 'front = tproxy' || return
    ok "the guard says how it rejects" logged 'ready .* front=tproxy '
    ok "the engine gets its end of the socket" said 'front there'
    ok "the front is told its configuration" told "args -c $d/zfwd.conf -f"
    ok "it has a socket to the engine" told '3 seqpacket'
    ok "a transparent one for IPv4" told '4 listens 127\.0\.0\.1 [0-9]+ transparent=1'
    ok "one for IPv6" told '5 listens ::1 [0-9]+ transparent=1'
    ok "both on one port" same 1 "$(sed -nE 's/^[45] listens [^ ]+ ([0-9]+) .*/\1/p' "$d/fake/front" | sort -u | wc -l)"
    ok "one for the page" told '6 listens 127\.0\.0\.1 8025 transparent=0'
    ok "and nothing else" eval 'told "7 closed" && told "8 closed" && told "9 closed"'
    ok "the front's rules are there" front_rules
    gw pkill -KILL -x $FAKE_FRONT
    ok "the engine hears of its death" wait_for 2 said 'front-gone 0'
    ends_with 1 "the front dies: 1"
    ok "one line says so" same 1 \
        "$(grep -c "zfw-front died: $(e2e_died 'killed by signal 9')" "$d/zfwd.err")"
    ok "its rules are out" not front_rules
    ok "the table is not" gw nft list table inet zfw
    start_front 'front = tproxy' || return
    gw pkill -KILL -x $FAKE_ENGINE
    ends_with 1 "the engine dies: 1"
    ok "the front's rules are out then" not front_rules
    ok "and the front ends" wait_for 2 told ended
    start_front 'front = tproxy' || return
    gw nft delete table inet zfw
    ok "a table that is put back has the front's rules" wait_for 2 front_rules
    stop_guard TERM
    ok "an orderly stop: 0" same 0 $?
    ok "without rules of the front" not front_rules
    ok "nor the front" told ended
    start_front 'front = redirect' 'front_http = ""' || return
    ok "redirect: on all addresses" told '4 listens 0\.0\.0\.0 [0-9]+ transparent=0'
    ok "of IPv6, too" told '5 listens :: [0-9]+ transparent=0'
    ok "no page" told '6 closed'
    stop_guard TERM
    start_guard 'front = tproxy' 'mode = shadow' || return
    ok "in shadow mode there is none" logged 'ready .* front=off '
    stop_guard TERM
    export ZFW_FRONT=$d/bin/no-such-front
    # As a service it is one that does not run; it is waited for, 30 s.
    FAKE_UNITS=zfw-engine FAKE_WAIT=40 start_guard 'front = tproxy' || return
    ok "without its program zfwd goes on, and says so" logged 'cannot start zfw-front'
    ok "the engine is told" said 'front-gone 0'
    fake block 192.0.2.1 600 1 reject
    ok "and who is rejected is dropped" same 0 "$(sync_engine)"
    stop_guard TERM
    unset ZFW_FRONT
}

# --- verdicts ----------------------------------------------------------------

knock() { # one connection: "ok ms=N", or why not
    net "$LISTEN" connect "$E2E_GW4" 25 "${1:-800}"
}

counter() { # NUMBER of enum msg_queue: its last value
    sed -nE "s/^queue $1 ([0-9]+)\$/\1/p" "$d/fake/out" | tail -n 1
}

check_inline() {
    local got
    start_guard 'queue = 5' || return
    if ! gw nft list table inet zfw | grep -q '@queue_ports counter'; then
        skip "verdicts" "no queue: $(sed -n 's/^zfwd: table-lacks: //p' "$d/zfwd.err")"
        stop_guard
        return
    fi
    gw "$LISTEN" serve 60 25 >/dev/null 2>&1 &
    serve=$!
    wait_for 2 eval 'gw ss -tlnH "( sport = :25 )" | grep -q .'
    fake verdict drop
    got=$(knock)
    ok "nobody waits for a verdict that was not announced: $got" grep -q ok <<<"$got"
    fake inline 1
    sync_engine >/dev/null
    got=$(knock)
    ok "a dropped SYN does not connect: $got" not grep -q ok <<<"$got"
    fake verdict accept
    got=$(knock)
    ok "an accepted one does: $got" grep -q ok <<<"$got"
    fake verdict none
    got=$(knock)
    ok "without a verdict it passes at the deadline: $got" \
        grep -qE 'ok ms=(1[5-9]|2[0-9]|3[0-9])$' <<<"$got"
    ok "late ones are counted" wait_for 3 eval '[ "$(counter 4)" -ge 1 ]'
    ok "dropped ones are counted" test "$(counter 2)" -ge 1
    ok "all that came are counted" test "$(counter 1)" -ge 4
    gw pkill -STOP -x $FAKE_ENGINE
    got=$(knock)
    ok "an engine that hangs costs the deadline: $got" grep -q ok <<<"$got"
    gw pkill -CONT -x $FAKE_ENGINE
    e2e_go_on
    fake inline 0
    sync_engine >/dev/null
    fake verdict drop
    got=$(knock)
    ok "when it judges no more nobody waits: $got" grep -qE 'ok ms=[0-9]$' <<<"$got"
    stop_guard TERM
    start_guard 'queue = 5' 'mode = shadow' || return
    fake inline 1
    fake verdict drop
    sync_engine >/dev/null
    got=$(knock)
    ok "shadow mode drops nothing: $got" grep -q ok <<<"$got"
    stop_guard TERM
    start_guard 'queue = 5' 'inline = off' || return
    fake inline 1
    fake verdict drop
    sync_engine >/dev/null
    got=$(knock)
    ok "nor does inline = off: $got" grep -q ok <<<"$got"
    stop_guard TERM
    kill "$serve" 2>/dev/null
    gw pkill -x tcptool
}

make_log
start_guard || die "no guard"
check_kinds
check_never_around
check_hands
check_two
check_cut
stop_guard TERM
check_front
check_inline
zt_end
