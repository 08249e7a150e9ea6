#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The kernel table, driven by nfttool: what is dropped and what is not, what
# survives, what happens when others interfere, when a set is full, when the
# reader of the queue hangs.  As root; exits 77 where that cannot be.
# unconfined: the rules, made by a tool of the tests.
set -u
. "$(dirname "$0")/nftlib.sh"

### drops and lets pass

test_basic() {
    ok "everybody comes in at first" comes 192.0.2.10 25
    ok "block an IPv4 address" t add 192.0.2.10/32 600
    no "the blocked address does not come in" comes 192.0.2.10 25
    ok "its neighbour does" comes 192.0.2.11 25
    ok "it reaches other ports" comes 192.0.2.10 80
    ok "block a /64" t add 2001:db8:1::/64 600
    no "one of that /64 does not come in" comes 2001:db8:1::1 25
    no "nor does another" comes 2001:db8:1::2 25
    ok "the /64 next to it does" comes 2001:db8:2::1 25
    no "extension headers are no way round" comes 2001:db8:1::1 25 250 opt
    ok "extension headers alone are no crime" comes 2001:db8:2::1 25 250 opt
    ok "allow wins" t allow 192.0.2.0/24 2001:db8::/32
    ok "allowed IPv4 comes in though blocked" comes 192.0.2.10 25
    ok "allowed IPv6 comes in though blocked" comes 2001:db8:1::1 25
    ok "allow nobody" t allow
    no "then it is blocked again" comes 192.0.2.10 25
    ok "unblock" t del 192.0.2.10/32
    ok "comes in again" comes 192.0.2.10 25
    ok "unblocking twice is no failure" t del 192.0.2.10/32
    gone_at_once
    no "timeout 0 would be for ever: refused" t add 192.0.2.10/32 0
    no "a network is not a key" t add 192.0.2.0/24 60
    no "nor is one IPv6 address" t add 2001:db8::1/128 60
    ok "flush" t flush
    ok "nobody is blocked after it" comes 2001:db8:1::1 25
}

# A batch that the kernel refuses makes no generation, and is waited for.
gone_at_once() {
    in_background "$tmp/generations" "$gw" nft monitor
    local monitor=$bg
    sleep 0.5
    ok "deleting what is not there" says 'done=1' t del 192.0.2.16/32
    ok "is nothing that the kernel refuses" \
        wait_for "$tmp/generations" 'new generation'
    stop "$monitor"
}

test_running() {
    mkfifo "$tmp/go"
    in_background "$tmp/session" "$cl" bash -c 'exec 3<>/dev/tcp/192.0.2.1/25
        echo open; read -r _ <"$1"; echo hello >&3
        read -t 2 -r answer <&3; echo "got $answer"' bash "$tmp/go"
    ok "a session begins" wait_for "$tmp/session" open
    t add 192.0.2.10/32 600 >/dev/null
    no "its client is blocked then" comes 192.0.2.10 25
    echo go >"$tmp/go"
    ok "but the session goes on" wait_for "$tmp/session" 'got hello'
    ok "shadow mode" t -s install
    ok "block in shadow mode" t add 192.0.2.10/32 600
    ok "drops nothing" comes 192.0.2.10 25
    ok "enforce" says 'fresh=0' t install
    no "drops what was blocked before" comes 192.0.2.10 25
    ok "two ports" says 'fresh=0' t -p 25,465 install
    no "the second port is closed too" comes 192.0.2.10 465
    ok "the third is not" comes 192.0.2.10 80
    ok "the others reach the second" comes 192.0.2.11 465
    ok "one port again" says 'fresh=0' t install
    ok "the second port is free again" comes 192.0.2.10 465
    t flush
}

### how it looks

has() { # PATTERN, in the listing
    grep -qE -- "$1" "$tmp/list" || { cat "$tmp/list"; return 1; }
}
test_listing() {
    t add 192.0.2.10/32 600 >/dev/null
    t add 2001:db8:1::/64 600 >/dev/null
    t allow 198.51.100.0/24 203.0.113.128/25 203.0.113.0/25 >/dev/null
    comes 192.0.2.10 25 >/dev/null
    on_gw nft list table inet zfw >"$tmp/list" 2>"$tmp/list.err"
    ok "nft(8) has nothing to complain about" test ! -s "$tmp/list.err"
    ok "IPv4 key type" has 'type ipv4_addr'
    ok "IPv6 key type" has 'type ipv6_addr'
    ok "size" has 'size 1000$'
    ok "flags" has 'flags timeout'
    ok "element, counter, time, comment" has \
        '192.0.2.10 counter packets [1-9].* timeout 10m expires .*comment "tier 1 score 0.981 early-talk, no-rdns"'
    ok "IPv6 element" has '2001:db8:1:: counter'
    ok "allow reads as it was written" has '203.0.113.0/25, *203.0.113.128/25|203.0.113.0/25,$'
    ok "hook" has 'type filter hook prerouting priority raw; policy accept;'
    ok "only one port" has 'th dport != 25 accept'
    ok "drop rule, for SYNs" has \
        'ip protocol tcp tcp flags syn / fin,syn,rst,ack ip saddr @block4 drop'
    ok "drop rule for the first 64 bits" has \
        'tcp flags syn / fin,syn,rst,ack ip6 saddr & ffff:ffff:ffff:ffff:: == @block6 drop'
    ok "other SYNs" has '^[[:space:]]*tcp flags syn / fin,syn,rst,ack goto smtp'
    ok "reading them is reading what was written" on_gw nft -c -f "$tmp/list"
    t -m 200000 install >/dev/null
    t -m 200000 add 192.0.2.10/32 600 >/dev/null
    on_gw nft list set inet zfw block4 >"$tmp/list"
    ok "no counters in a big set" has '192.0.2.10 timeout 10m'
    # What has run out there waits ten seconds for the kernel to free it.
    t -m 200000 add 192.0.2.12/32 "$slow" >/dev/null
    t -m 200000 add 192.0.2.13/32 "$slow" >/dev/null
    no "a block of a second in a big set" comes 192.0.2.12 25
    sleep "$slow.2"
    ok "is over after a second" comes 192.0.2.12 25
    ok "and not there" says 'not there' t -m 200000 get 192.0.2.12/32
    ok "nor is it to be deleted" t -m 200000 del 192.0.2.13/32
    ok "it can be added anew" t -m 200000 add 192.0.2.12/32 600
    no "and is blocked again" comes 192.0.2.12 25
    t install >/dev/null
}

### what survives

test_reinstall() {
    t flush && t add 192.0.2.10/32 100 >/dev/null
    sleep 1.2
    ok "re-install is not fresh" says 'fresh=0' t install
    ok "elements and their time survive" ms_between 192.0.2.10/32 97000 98900
    ok "queue on keeps them" says 'fresh=0' t -q 0 install
    ok "queue off keeps them" says 'fresh=0' t install
    ok "still there" ms_between 192.0.2.10/32 90000 98900
    in_background "$tmp/again" "$gw" "$nft_tool" reinstall 3000
    on_cl "$tcp_tool" hammer 192.0.2.1 25 300 192.0.2.10 >"$tmp/hammer"
    wait "$bg"
    ok "re-installs were not fresh" says 'fresh=0' cat "$tmp/again"
    ok "not one SYN came through meanwhile" says ' through=0$' \
        cat "$tmp/hammer"
    echo "note re-install: $(cat "$tmp/again"); $(cat "$tmp/hammer")"
    ok "another size makes it fresh" says 'fresh=1' t -m 2000 install
    ok "and empty" says 'not there' t get 192.0.2.10/32
    t install >/dev/null
}

test_foreign_layout() {
    on_gw nft add chain inet zfw other \
        '{ type filter hook input priority 0; policy drop; }'
    no "a foreign chain can hurt" comes 192.0.2.11 25
    ok "it is not ours: replaced whole" says 'fresh=1' t install
    ok "and gone" comes 192.0.2.11 25
    on_gw nft add table inet zfw '{ flags dormant; }'
    t add 192.0.2.10/32 100 >/dev/null
    ok "a dormant table" comes 192.0.2.10 25
    ok "wakes up" says 'fresh=0' t install
    no "and blocks" comes 192.0.2.10 25
    on_gw nft flush chain inet zfw prerouting
    ok "flushed rules" comes 192.0.2.10 25
    ok "come back" says 'fresh=0' t install
    no "and block" comes 192.0.2.10 25
    on_gw nft 'flush chain inet zfw prerouting; delete set inet zfw block6'
    ok "a missing set is fresh" says 'fresh=1' t install
    ok "the other set was kept" ms_between 192.0.2.10/32 1 100000
    on_gw nft chain inet zfw prerouting '{ policy drop; }'
    no "a foreign policy can hurt" comes 192.0.2.11 25
    ok "it is put right" says 'fresh=0' t install
    ok "and all is well" comes 192.0.2.11 25
    on_gw nft 'table inet other { set zfw { type ipv4_addr; }; }'
    ok "another table is not our business" says 'fresh=0' t install
    ok "and stays" on_gw nft list set inet other zfw
    on_gw nft delete table inet other
}

### elements and their time

test_times() {
    t flush
    t add 192.0.2.10/32 "$slow" >/dev/null
    no "blocked for a second" comes 192.0.2.10 25 200
    sleep "$slow.1"
    ok "then not" comes 192.0.2.10 25
    ok "and not there" says 'not there' t get 192.0.2.10/32
    t add 192.0.2.10/32 100 >/dev/null
    ok "renew makes it longer" t renew 192.0.2.10/32 1000
    ok "by what we said" ms_between 192.0.2.10/32 995000 1000000
    ok "renew makes it shorter" t renew 192.0.2.10/32 50
    ok "by what we said" ms_between 192.0.2.10/32 45000 50000
    ok "adding what is there renews it" t add 192.0.2.10/32 500
    ok "by what we said" ms_between 192.0.2.10/32 495000 500000
    ok "renewing what is not there adds it" t renew 192.0.2.12/32 70
    ok "with its time" ms_between 192.0.2.12/32 65000 70000
    t add 192.0.2.13/32 1 >/dev/null
    sleep 1.1
    ok "a batch with expired, missing and doubled elements" \
        says 'done=8 of=8 err=0' t batch renew 192.0.2.13/32 60 \
        del 192.0.2.99/32 add 192.0.2.10/32 30 add 192.0.2.14/32 40 \
        add 192.0.2.14/32 50 del 192.0.2.12/32 renew 192.0.2.15/32 60 \
        add 2001:db8:2::/64 90
    ok "the expired one is there" ms_between 192.0.2.13/32 55000 60000
    ok "the present one has the new time" ms_between 192.0.2.10/32 25000 30000
    ok "the doubled one has the later time" ms_between 192.0.2.14/32 45000 50000
    ok "the deleted one is gone" says 'not there' t get 192.0.2.12/32
    ok "one bad element does not keep the others out" \
        says 'done=2 of=3 err=-22 results=0,-22,0' \
        t batch add 192.0.2.16/32 60 add 192.0.2.0/24 60 add 192.0.2.17/32 60
    ok "the last one is in" ms_between 192.0.2.17/32 55000 60000
    t flush
}

test_full() {
    t -m 10 install >/dev/null
    ok "a set takes what it has room for" says 'done=10 err=-23' \
        t -m 10 many 12 60
    ok "and says so" says 'block set is full' t -m 10 add 203.0.113.1/32 60
    ok "renewing in a full set works" says 'done=10 err=0' \
        t -m 10 many 10 600 renew
    ok "with the new time" ms_between 198.18.0.5/32 590000 600000
    ok "the other set has room" says 'done=1' t -m 10 add 2001:db8:1::/64 60
    ok "a full batch is not lost" says 'done=2 of=3 err=-23 results=-23,0,0' \
        t -m 10 batch add 203.0.113.1/32 60 renew 198.18.0.5/32 700 \
        add 2001:db8:2::/64 60
    ok "make room" t -m 10 del 198.18.0.1/32
    ok "then one more goes in" t -m 10 add 203.0.113.1/32 60
    t install >/dev/null
}

test_allow() {
    ok "allow: nested and doubled" t allow 192.0.2.0/24 192.0.2.10/32 \
        192.0.2.0/24 0.0.0.0/0 ::/0 2001:db8::/32
    ok "everybody then" says '0.0.0.0/0' on_gw nft list set inet zfw allow4
    ok "to the end of the space" t allow 255.255.255.0/24 ffff::/16 \
        255.255.255.255/32 128.0.0.0/1
    ok "reads well" says '128.0.0.0/1 ' on_gw nft list set inet zfw allow4
    ok "reads well, IPv6" says 'ffff::/16' on_gw nft list set inet zfw allow6
    t add 192.0.2.10/32 60 >/dev/null
    ok "the last half is allowed" comes 192.0.2.10 25
    ok "the first half" t allow 0.0.0.0/1 ::/1
    no "is not the last" comes 192.0.2.10 25
    ok "many" says 'ms=' t allow-many 60000
    echo "note allow list of 60000 replaced: $(t allow-many 60000)"
    ok "none" t allow
    ok "is none" fails says elements on_gw nft list set inet zfw allow4
    t flush
}

### others

test_gone() {
    in_background "$tmp/watch" "$gw" "$nft_tool" watch 600
    local watcher=$bg
    ok "watching" wait_for "$tmp/watch" watching
    on_gw nft 'table inet other { chain c { }; set zfw { type mark; }; }'
    on_gw nft 'table ip zfw { chain c { }; }'
    on_gw nft 'delete table inet other; delete table ip zfw'
    sleep 0.5
    ok "own changes and other tables are nothing" \
        fails grep -qvE '^(watching|done=)' "$tmp/watch"
    on_gw nft add element inet zfw block4 '{ 203.0.113.7 timeout 9s }'
    ok "a foreign element is noticed" wait_for "$tmp/watch" '^elements'
    ok "and which" wait_for "$tmp/watch" '^added 203.0.113.7 stack=0.0.0'
    on_gw nft delete element inet zfw block4 '{ 203.0.113.7 }'
    ok "so is a deleted one" wait_for "$tmp/watch" '^deleted 203.0.113.7 '
    on_gw nft add element inet zfw allow4 '{ 203.0.113.0/24 }'
    ok "others are not told one by one" wait_for "$tmp/watch" 'other=1'
    t many 300 60 >/dev/null
    ok "another zfw's many" wait_for "$tmp/watch" 'seen=64 more=1'
    ok "no rule was changed so far" fails grep -q '^changed' "$tmp/watch"
    on_gw nft add rule inet zfw smtp counter
    ok "a foreign rule is noticed" wait_for "$tmp/watch" '^changed'
    on_gw nft delete table inet zfw
    ok "a foreign deletion is noticed" wait_for "$tmp/watch" '^deleted'
    ok "and undone" wait_for "$tmp/watch" '^fresh=1'
    : >"$tmp/watch"
    on_gw nft flush ruleset
    ok "so is the flush of everything" wait_for "$tmp/watch" '^fresh=1'
    stop "$watcher"
    ok "it is there" says 'present=1' t present
    ok "remove" t remove
    ok "is gone" says 'present=0' t present
    ok "removing twice is no failure" t remove
    ok "adding without a table says so" says 'is gone' t add 192.0.2.10/32 60
    ok "deleting too" says 'is gone' t del 192.0.2.10/32
    ok "reading is not there" says 'not there' t get 192.0.2.10/32
    ok "back" says 'fresh=1' t install
}

test_rights() {
    ok "without the right it says so" says 'permission' on_gw setpriv \
        --reuid 65534 --clear-groups --bounding-set -all "$nft_tool" install
    ok "adding too" says 'err=-1 ' on_gw setpriv --reuid 65534 \
        --clear-groups --bounding-set -all "$nft_tool" add 192.0.2.10/32 60
}

### the queue

test_queue() {
    local how q ms
    how=$(t -q 7 install | sed -n 's/.*queue=\([a-z]*\).*/\1/p')
    echo "note queue by: $how"
    if [ "$how" = off ]; then
        skip queue "$(t -q 7 install)"
        return
    fi
    ok "no lease: passes" comes 192.0.2.11 25
    in_background "$tmp/q" "$gw" "$nft_tool" -q 7 lease 600
    sleep 0.5
    ok "lease without a reader: bypass" comes 192.0.2.11 25
    ok "bypass, IPv6" comes 2001:db8:2::1 25
    stop "$bg"
    sleep 3.2
    in_background "$tmp/q" "$gw" "$nft_tool" -q 7 queue 600 accept 7
    q=$bg
    ok "the reader starts" wait_for "$tmp/q" fresh=0
    sleep 0.3
    ok "a second reader is refused with EPERM" says 'errno=1$' \
        t -q 7 queue 1 accept 7
    ok "accepted by the reader" comes 192.0.2.11 25
    ok "which saw the IPv4 header" wait_for "$tmp/q" \
        'packet ip=4 caplen=60 wirelen=60 age_s=[01]$'
    ok "accepted, IPv6" comes 2001:db8:2::1 25
    ok "which saw the IPv6 header" wait_for "$tmp/q" \
        'packet ip=6 caplen=80 wirelen=80'
    ok "other ports are not queued" comes 192.0.2.11 80
    t -q 7 add 192.0.2.10/32 60 >/dev/null
    no "dropped before the queue" comes 192.0.2.10 25
    ok "just two packets" test "$(grep -c packet "$tmp/q")" -eq 2
    stop "$q"
    test_queue_flood
    test_queue_hangs
    in_background "$tmp/q" "$gw" "$nft_tool" -q 7 queue 600 drop 7
    q=$bg
    ok "a refusing reader starts" wait_for "$tmp/q" fresh=0
    sleep 0.3
    no "and refuses" comes 192.0.2.11 25
    kill -9 "$q"
    wait "$q" 2>/dev/null
    sleep 0.2
    ok "killed: all pass at once" comes 192.0.2.11 25
    t install >/dev/null
}

test_queue_flood() {
    in_background "$tmp/q" "$gw" "$nft_tool" -q 7 queue 2 accept 7
    ok "another reader" wait_for "$tmp/q" fresh=0
    sleep 0.3
    on_cl "$tcp_tool" hammer 192.0.2.1 25 500 192.0.2.11 >"$tmp/hammer"
    ok "comes in after a flood" comes 192.0.2.11 25
    wait "$bg"
    tail -n 1 "$tmp/q" >"$tmp/counts"
    ok "all were answered, none lost" says ' dropped=0 overruns=0 errors=0$' \
        cat "$tmp/counts"
    echo "note SYNs through the queue in 0.5 s: $(cat "$tmp/counts")"
}

test_queue_hangs() {
    local t0 ms
    in_background "$tmp/q" "$gw" "$nft_tool" -q 7 queue 600 accept 7
    ok "a reader starts again" wait_for "$tmp/q" fresh=0
    sleep 0.3
    kill -STOP "$bg"
    t0=$(date +%s%3N)
    ok "a hanging reader: mail comes in after the lease" \
        comes 192.0.2.11 25 8000
    ms=$(($(date +%s%3N) - t0))
    echo "note a connection while the reader hangs took $ms ms"
    ok "within 4.5 s" test "$ms" -lt 4500
    ok "and at once from then on" comes 192.0.2.11 25 300
    kill -CONT "$bg"
    sleep 1.3
    : >"$tmp/q"
    ok "it goes on" comes 192.0.2.11 25
    ok "and reads again" wait_for "$tmp/q" 'packet ip=4'
    stop "$bg"
}

test_speed() {
    t -m 100000 install >/dev/null
    echo "note 100000 new, with counters: $(t -m 100000 many 100000 3600)"
    echo "note 100000 re-installs: $(t -m 100000 reinstall 100)"
    t -m 200000 install >/dev/null
    echo "note 100000 new: $(t -m 200000 many 100000 3600)"
    echo "note 100000 that exist: $(t -m 200000 many 100000 3600)"
    echo "note 100000 renewed: $(t -m 200000 many 100000 7200 renew)"
    ok "the last has the new time" ms_between 198.19.134.159/32 \
        7100000 7200000
    echo "note 100000 deleted: $(t -m 200000 many 100000 0 del)"
    ok "all deleted" says 'not there' t get 198.19.134.159/32
    t install >/dev/null
}

test_basic
test_running
test_listing
test_reinstall
test_foreign_layout
test_times
test_full
test_allow
test_gone
test_rights
test_queue
test_speed
nft_done
