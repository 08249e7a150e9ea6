#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The kernel table's narrow and wide blocks, the leak, the way to the front,
# cut sessions and the second table at ingress, with real connections.  As
# root; exits 77 where that cannot be.
# unconfined: the rules, made by a tool of the tests.
set -u
. "$(dirname "$0")/nftlib.sh"

linux4=60.64240.1460 # what this kernel's SYN looks like over Ethernet
linux6=40.64800.1440
other4=52.64240.1460

# Which of the source ports 20000..20255 get through, and to whom.
knocks() { # SOURCE
    local to=192.0.2.1 p
    case $1 in *:*) to=2001:db8::1 ;; esac
    comes "$1" 80 >/dev/null # the neighbours know each other
    for p in 20000 20064 20128 20192; do # tcptool holds 64 sessions
        on_cl "$port_tool" ports "$to" 25 "$1" "$p" 64
    done | sort -n
}
leaked() { # ADDRESS LEAK TIMES
    "$cut_tool" leaks "$1" 0x5eed "$2" "$3" 20000 256
}
got_through() { # SOURCE WHO: just the ports
    knocks "$1" | sed -n "s/ $2\$//p"
}
same() { # A B
    diff <(echo "$1") <(echo "$2")
}

### wide and narrow

test_wide() {
    ok "block a /56" t add 2001:db8:1::/56 600
    no "one in it does not come in" comes 2001:db8:1::1 25
    ok "the next /48 does" comes 2001:db8:2::1 25
    ok "unblock it" t del 2001:db8:1::/56
    ok "comes in again" comes 2001:db8:1::1 25
    ok "block a /48" t add 2001:db8:1::/48 600
    no "one in it does not come in" comes 2001:db8:1::1 25
    ok "it is there" says '^there ms=' t get 2001:db8:1::/48
    no "a /52 is no key" t add 2001:db8:1::/52 600
    no "host bits are no key" t add 2001:db8:1:1::/48 600
    no "a network is not rejected" t add reject:2001:db8:1::/56 600
    t flush
    ok "flush empties these, too" comes 2001:db8:1::1 25
}

no_mss() { # from now on the clients' SYNs have no MSS option
    on_cl nft 'table inet strip { chain c {
        type filter hook output priority 0;
        tcp flags syn reset tcp option maxseg; }; }'
}

test_stacks() {
    ok "block another's stack" t add "192.0.2.10/32@$other4" 600
    ok "this one comes in" comes 192.0.2.10 25
    ok "block this one's, too" t add "192.0.2.10/32@$linux4" 600
    no "it does not come in" comes 192.0.2.10 25
    ok "the same stack of another address does" comes 192.0.2.11 25
    ok "it is there" says '^there ms=5' t get "192.0.2.10/32@$linux4"
    ok "without MSS it is another" says 'not there' \
        t get "192.0.2.10/32@60.64240"
    on_gw nft list table inet zfw >"$tmp/list"
    ok "reads well" grep -qE \
        '192.0.2.10 \. 60 \. 64240 \. 1460 counter packets [1-9].*comment "tier 1' \
        "$tmp/list"
    ok "as does its type" grep -q \
        'typeof ip saddr . ip length . tcp window . tcp option maxseg size' \
        "$tmp/list"
    ok "and its rule" grep -qE \
        'ip saddr . ip length . tcp window . tcp option maxseg size @stack4 counter' \
        "$tmp/list"
    ok "unblock" t del "192.0.2.10/32@$linux4"
    ok "comes in" comes 192.0.2.10 25
    ok "IPv6: another's stack" t add "2001:db8:1::/64@60.64800.1440" 600
    ok "this one comes in" comes 2001:db8:1::1 25
    ok "IPv6: this one's" t add "2001:db8:1::/64@$linux6" 600
    no "it does not come in" comes 2001:db8:1::1 25
    no "nor does its neighbour in the /64" comes 2001:db8:1::2 25
    ok "another /64 does" comes 2001:db8:2::1 25
    no "a stack of a /48 is no key" t add "2001:db8:1::/48@$linux6" 600
    if ! no_mss 2>/dev/null; then
        skip "SYNs without MSS" "nft cannot take the option out"
        t flush
        return
    fi
    ok "without MSS that block does not match" comes 2001:db8:1::1 25
    ok "block its twin" t add 2001:db8:1::/64@40.64800 600
    no "it does not come in" comes 2001:db8:1::1 25
    ok "IPv4 without MSS" comes 192.0.2.10 25
    ok "block its twin" t add 192.0.2.10/32@60.64240 600
    no "it does not come in" comes 192.0.2.10 25
    ok "another does" comes 192.0.2.11 25
    on_cl nft delete table inet strip
    ok "with MSS it is not meant" comes 192.0.2.10 25
    t flush
}

### the leak

test_leak() {
    local a
    t -l 4 install >/dev/null
    for a in 192.0.2.10 2001:db8:1::2; do
        ok "block $a" t add "$(case $a in *:*) echo 2001:db8:1::/64 ;;
            *) echo $a/32 ;; esac)" 600
        ok "without a front a tenth of the leak of $a comes in: as computed" \
            same "$(leaked "$a" 4 10)" "$(got_through "$a" mta)"
        ok "these are some, not all" test "$(leaked "$a" 4 10 | wc -l)" -gt 0
    done
    t flush
    t add "192.0.2.10/32@$linux4" 600 >/dev/null
    ok "a blocked stack leaks alike" \
        same "$(leaked 192.0.2.10 4 10)" "$(got_through 192.0.2.10 mta)"
    t flush
    t add reject:192.0.2.10/32 600 >/dev/null
    ok "without a front rejecting is dropping" \
        same "$(leaked 192.0.2.10 4 10)" "$(got_through 192.0.2.10 mta)"
    t -l 16 install >/dev/null
    ok "with classes of ports, too" \
        same "$(leaked 192.0.2.10 16 10)" "$(got_through 192.0.2.10 mta)"
    ok "these are some" test "$(leaked 192.0.2.10 16 10 | wc -l)" -gt 0
    t -l 1 install >/dev/null
    ok "leak 1 lets one in ten in" \
        same "$(leaked 192.0.2.10 1 10)" "$(got_through 192.0.2.10 mta)"
    t install >/dev/null
    ok "without leak nobody" test "$(knocks 192.0.2.10 | wc -l)" -eq 0
    t flush
}

### the front

# Everything that is said of a front, however packets get there: OPTIONS...
fronted() {
    local audit rest a net
    ok "installs" says 'fresh=0 queue=off$' t "$@" -l 4 install
    for a in 192.0.2.10 2001:db8:1::2; do
        case $a in *:*) net=2001:db8:1::/64 ;; *) net=$a/32 ;; esac
        audit=$(leaked "$a" 4 10)
        rest=$(comm -23 <(leaked "$a" 4 1 | sort) <(echo "$audit" | sort) |
            sort -n)
        t add "$net" 600 >/dev/null
        ok "$a blocked: a tenth of the leak comes to the mail server" \
            same "$audit" "$(got_through "$a" mta)"
        ok "$a blocked: the rest of the leak to the front" \
            same "$rest" "$(got_through "$a" front)"
        t del "$net" >/dev/null
        t add "reject:$net" 600 >/dev/null
        knocks "$a" >"$tmp/knocks"
        ok "$a rejected: all get through" test "$(wc -l <"$tmp/knocks")" -eq 256
        ok "$a rejected: but for the audit to the front" \
            same "$audit" "$(sed -n 's/ mta$//p' "$tmp/knocks")"
    done
    ok "others come to the mail server" \
        test "$(knocks 192.0.2.11 | grep -c mta)" -eq 256
    t "$@" -l 4 allow 192.0.2.0/24
    ok "allow wins" test "$(knocks 192.0.2.10 | grep -c mta)" -eq 256
    t "$@" -l 4 allow
    t add "192.0.2.11/32@$linux4" 600 >/dev/null
    ok "the leak of a blocked stack comes to the front, too" \
        same "$(leaked 192.0.2.11 4 1 | wc -l)" "$(knocks 192.0.2.11 | wc -l)"
    ok "most of it" test "$(knocks 192.0.2.11 | grep -c front)" -gt 30
    t del "192.0.2.11/32@$linux4" >/dev/null
}

test_tproxy() {
    local front
    in_background "$tmp/front" "$gw" "$port_tool" front 300 2525
    front=$bg
    ok "a front starts" wait_for "$tmp/front" fronting
    fronted -f 2525
    no "its port is not reachable directly" comes 192.0.2.11 2525
    stop "$front"
    ok "without the front they come to the mail server" \
        test "$(knocks 192.0.2.10 | grep -c mta)" -eq 256
    ok "no front configured: nothing is lost" says 'fresh=0' t install
    no "but rejected ones are dropped" comes 192.0.2.10 25
    ok "others are not" comes 192.0.2.11 25
    ok "the chains are gone" fails on_gw nft list chain inet zfw front
    ok "the front is back" says 'fresh=0' t -f 2525 install
    ok "and rejecting is not dropping" comes 192.0.2.10 25
    t -s -f 2525 install >/dev/null
    ok "shadow mode has no front" fails on_gw nft list chain inet zfw front
    ok "and touches nobody" comes 192.0.2.10 25
    t install >/dev/null
    t flush
}

test_redirect() {
    local front
    in_background "$tmp/front" "$gw" "$port_tool" front 300 2525 plain
    front=$bg
    ok "a front starts" wait_for "$tmp/front" fronting
    fronted -r 2525
    no "its port is not reachable directly" comes 192.0.2.11 2525
    ok "the other way is made" says 'fresh=0' t -f 2525 install
    ok "only one of them is there" fails on_gw nft list chain inet zfw front_nat
    stop "$front"
    t install >/dev/null
    t flush
}

### sessions

session() { # SERVER SOURCE: one that says "more" when told; sets $sport
    rm -f "$tmp/go"
    mkfifo "$tmp/go"
    in_background "$tmp/session" "$cl" bash -c 'exec 3<>/dev/tcp/"$2"/25
        echo open; read -r _ <"$1"; echo hello >&3
        read -t 2 -r answer <&3 && echo "got $answer" || echo "ended"' \
        bash "$tmp/go" "$1"
    wait_for "$tmp/session" open
    sport=$(on_cl ss -Htn state established dport = :25 |
        sed -nE 's/.*:([0-9]+) +[^ ]+ *$/\1/p' | tail -n 1)
    source=$(on_cl ss -Htn state established dport = :25 |
        sed -nE 's/.* \[?([0-9a-f.:]+)\]?:[0-9]+ +[^ ]+ *$/\1/p' | tail -n 1)
    source=${source%]}
    [ -n "$sport" ]
}
servers() { on_gw ss -Htn state established sport = :25 | wc -l; }
no_session() { [ "$(servers)" -eq 0 ]; }

test_flow() {
    local to
    for to in 192.0.2.1 2001:db8::1; do
        ok "a session to $to" session "$to"
        ok "the server has it" test "$(servers)" -eq 1
        ok "cut its flow" t flow "$source" "$sport"
        ok "it is still open" test "$(servers)" -eq 1
        echo go >"$tmp/go"
        ok "the next segment ends it" wait_for "$tmp/session" ended
        ok "at the server, too" no_session
        ok "other sessions come in" comes "$source" 25
    done
    no "port 0 has no flow" t flow 192.0.2.10 0
    t flow 2001:db8:1::1 20000 >/dev/null # the last may be over by now
    ok "flows end by themselves" says 'timeout 5s' \
        on_gw nft list set inet zfw flow6
}

test_cut() {
    local to
    for to in 192.0.2.1 2001:db8::1; do
        ok "a session to $to" session "$to"
        ok "cut it: a listener on :: holds it" says 'err=0' \
            on_gw "$cut_tool" cut "$source" "$sport" "$to" 25
        ok "the server's side is gone at once" no_session
        ok "the client's, too" test -z \
            "$(on_cl ss -Htn state established dport = :25)"
        echo go >"$tmp/go"
        ok "a second time there is none" says 'err=-2' \
            on_gw "$cut_tool" cut "$source" "$sport" "$to" 25
        ok "and the listener lives" comes "$source" 25
    done
    ok "a session that never was" says 'err=-2' \
        on_gw "$cut_tool" cut 192.0.2.13 4242 192.0.2.1 25
    ok "a port without a listener" says 'err=-2' \
        on_gw "$cut_tool" cut 192.0.2.13 4242 192.0.2.1 4242
    ok "the listener lives" comes 192.0.2.13 25
    ok "a session" session 192.0.2.1
    ok "is not cut without the right" says 'err=-1$' on_gw setpriv \
        --reuid 65534 --clear-groups --bounding-set -all \
        "$cut_tool" cut "$source" "$sport" 192.0.2.1 25
    ok "and lives" test "$(servers)" -eq 1
    echo go >"$tmp/go"
}

### ingress

netdev() { on_gw nft list table netdev zfw; }
test_ingress() {
    local i="-i g$$"
    t add 192.0.2.10/32 600 >/dev/null
    ok "the second table is new" says 'fresh=1 queue=off$' t $i install
    ok "again it is not" says 'fresh=0 queue=off$' t $i install
    ok "what only one has is not there" says 'not there' \
        t $i get 192.0.2.10/32
    ok "adding it again puts it into both" t $i add 192.0.2.10/32 300
    ok "with the new time" says 'there ms=(29|300)' t $i get 192.0.2.10/32
    no "blocked" comes 192.0.2.10 25
    ok "at ingress" says '192.0.2.10 counter packets [1-9]' netdev
    ok "IPv6, a stack, a wide one, a rejected one" says 'done=4 of=4' \
        t $i batch add 2001:db8:1::/64 600 add "192.0.2.11/32@$linux4" 600 \
        add 2001:db8:3::/48 600 add reject:192.0.2.12/32 600
    no "IPv6 is blocked" comes 2001:db8:1::1 25
    no "the stack, too" comes 192.0.2.11 25
    no "rejected: at prerouting" comes 192.0.2.12 25
    ok "others come in" comes 192.0.2.13 25
    ok "other ports, too" comes 192.0.2.10 80
    on_gw nft list set netdev zfw stack4 >"$tmp/list"
    ok "the copy reads well" grep -q '192.0.2.11 . 60 . 64240 . 1460' "$tmp/list"
    ok "allow is copied" t $i allow 192.0.2.0/24 2001:db8::/32
    ok "and wins" comes 192.0.2.10 25
    ok "for IPv6, too" comes 2001:db8:1::1 25
    t $i allow
    t $i -l 16 install >/dev/null
    ok "both leak alike" \
        same "$(leaked 192.0.2.10 16 10)" "$(got_through 192.0.2.10 mta)"
    ok "more than there is room for" says 'done=999 err=-23' \
        t $i many 1300 600
    netdev | grep -oE '198\.18\.[0-9]+\.[0-9]+ ' | sort >"$tmp/a"
    on_gw nft list table inet zfw | grep -oE '198\.18\.[0-9]+\.[0-9]+ ' |
        sort >"$tmp/b"
    ok "fills both" test "$(wc -l <"$tmp/a")" -eq 999
    ok "alike" cmp "$tmp/a" "$tmp/b"
    ok "flush" t $i flush
    ok "empties both" fails says elements netdev
    t $i add 192.0.2.10/32 600 >/dev/null
    ok "unblock" t $i del 192.0.2.10/32
    ok "from both" comes 192.0.2.10 25
    ok "deleting twice is no failure" t $i del 192.0.2.10/32
    on_gw nft delete table netdev zfw
    ok "one without the other is not present" says 'present=0' t $i present
    no "nothing goes into half" t $i add 192.0.2.10/32 600
    ok "it is made again" says 'fresh=1' t $i install
    ok "an interface that is not there is passed over" \
        says 'fresh=0 queue=off no ingress.*: nosuch$' t $i -i nosuch install
    ok "the other one is hooked" says "device \"?g$$" netdev
    t $i add 192.0.2.10/32 600 >/dev/null
    ok "two interfaces" says 'fresh=0 queue=off$' t $i -i lo install
    ok "are hooked" says "g$$, lo|lo, g$$" netdev
    ok "elements stay" says '^there' t $i get 192.0.2.10/32
    no "and block" comes 192.0.2.10 25
    ok "no interface: the table goes" says 'fresh=0' t install
    no "is gone" netdev
    no "prerouting blocks on" comes 192.0.2.10 25
    t $i install >/dev/null
    in_background "$tmp/watch" "$gw" "$nft_tool" $i watch 600
    ok "watching" wait_for "$tmp/watch" watching
    on_gw nft delete table netdev zfw
    ok "its deletion is noticed" wait_for "$tmp/watch" '^deleted'
    ok "and undone" wait_for "$tmp/watch" '^fresh=1'
    stop "$bg"
    ok "remove takes both" t remove
    no "is gone" netdev
    t install >/dev/null
}

test_wide
test_stacks
test_leak
test_tproxy
test_redirect
test_flow
test_cut
test_ingress
nft_done
