#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Beside what other firewalls, admins and clocks do: rule sets as firewalld,
# ufw and Docker make them stay as they are, blocks work all the same and
# survive their reloads; a second zfwd refuses; full sets; a restart with many
# blocks, during which none is absent; a clock that is set, a machine that slept.
# usage: bash tests/e2e/t_beside.sh BUILD
# shellcheck source=tests/e2e/lib.sh disable=SC2086,SC2153,SC2154
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/chaoslib.sh"

MANY=${BESIDE_BLOCKS:-100000}
SLOW=${ZFW_TEST_SLOW:-1}
BAD=203.0.113.88  # has addresses of its own in the world, as the good ones
BAD6=2001:db8:61::88

now_ms() {
    say $(($(date +%s%N) / 1000000))
}

# --- theirs ----------------------------------------------------------------

firewalld_rules() {
    gw nft -f - <<-'END'
	table inet firewalld {
	    chain mangle_PREROUTING {
	        type filter hook prerouting priority mangle + 10; policy accept;
	    }
	    chain nat_PREROUTING {
	        type nat hook prerouting priority dstnat + 10; policy accept;
	    }
	    chain filter_PREROUTING {
	        type filter hook prerouting priority filter + 10; policy accept;
	        icmpv6 type { nd-neighbor-advert, nd-router-advert } accept
	        meta nfproto ipv6 fib saddr . mark . iif oif missing drop
	    }
	    chain filter_INPUT {
	        type filter hook input priority filter + 10; policy accept;
	        ct state { established, related } accept
	        ct status dnat accept
	        iifname "lo" accept
	        ct state invalid drop
	        jump filter_IN_public
	        reject with icmpx admin-prohibited
	    }
	    chain filter_IN_public {
	        tcp dport { 22, 25 } ct state new,untracked accept
	        meta l4proto { icmp, ipv6-icmp } accept
	    }
	    chain filter_FORWARD {
	        type filter hook forward priority filter + 10; policy accept;
	        ct state { established, related } accept
	        ct state invalid drop
	        reject with icmpx admin-prohibited
	    }
	}
	END
}

# iptables-nft, as ufw and Docker call it.
ufw_rules() {
    local t
    for t in iptables-nft ip6tables-nft; do
        gw $t -N ufw-before-input && gw $t -N ufw-user-input &&
            gw $t -A INPUT -j ufw-before-input &&
            gw $t -A ufw-before-input -i lo -j ACCEPT &&
            gw $t -A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT &&
            gw $t -A ufw-before-input -m conntrack --ctstate INVALID -j DROP &&
            gw $t -A ufw-before-input -j ufw-user-input &&
            gw $t -A ufw-user-input -p tcp --dport 25 -j ACCEPT &&
            gw $t -P INPUT DROP || return 1
    done
    gw ip6tables-nft -I ufw-before-input -p ipv6-icmp -j ACCEPT
}

docker_rules() {
    gw iptables-nft -t nat -N DOCKER &&
        gw iptables-nft -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER &&
        gw iptables-nft -t nat -A DOCKER -p tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80 &&
        gw iptables-nft -t nat -A POSTROUTING -s 172.17.0.0/16 -j MASQUERADE &&
        gw iptables-nft -N DOCKER-USER && gw iptables-nft -N DOCKER &&
        gw iptables-nft -A FORWARD -j DOCKER-USER &&
        gw iptables-nft -A DOCKER-USER -j RETURN &&
        gw iptables-nft -A DOCKER -d 172.17.0.2/32 -p tcp --dport 80 -j ACCEPT &&
        gw iptables-nft -P FORWARD DROP
}

theirs() { # all tables but ours, without what counts
    local family name
    gw nft list tables | while read -r _ family name; do
        [ "$name" = zfw ] || gw nft -s list table $family "$name" 2>/dev/null
    done
}

blocked() { # ADDRESS: no answer to its SYN
    local to=$E2E_GW4
    case $1 in *:*) to=$E2E_GW6 ;; esac
    not net timeout 0.7 python3 -c 'import socket, sys
socket.create_connection((sys.argv[1], 25), 0.5, (sys.argv[2], 0))' $to "$1" \
        2>/dev/null
}

back_ms() { # COMMAND...: until the block is back in the kernel
    local t0
    t0=$(now_ms)
    "$@" || return 1
    wait_for $((5 * SLOW)) in_set $BAD || return 1
    say $(($(now_ms) - t0))
}

reload_theirs() { # COMMAND: as with `flush ruleset` in /etc/nftables.conf
    gw nft flush ruleset && "$1"
}

both_work() { # WHOSE
    ok "beside $1: a blocked client gets no answer" blocked $BAD
    ok "beside $1: nor over IPv6" blocked $BAD6
    ok "beside $1: good mail passes" good_mail 203.0.113.10 "beside $1"
    ok "beside $1: and over IPv6" good_mail 2001:db8:60::10 "beside6 $1"
    theirs >"$E2E_DIR/after"
    ok "beside $1: their rules are the same, byte for byte" \
        cmp "$E2E_DIR/before" "$E2E_DIR/after"
}

beside() { # WHOSE COMMAND: makes their rules
    local ms
    gw nft flush ruleset
    if ! "$2" >"$E2E_DIR/rules.err" 2>&1; then
        skip "beside $1" "$(tail -n 1 "$E2E_DIR/rules.err")"
        return
    fi
    theirs >"$E2E_DIR/before"
    start_zfwd 'front = off' || die "no zfwd: $(tail -n 3 "$E2E_DIR/zfwd.err")"
    zfwctl block $BAD >/dev/null
    zfwctl block $BAD6 >/dev/null
    both_work "$1"
    ms=$(back_ms reload_theirs "$2")
    ok "beside $1: blocks are back a second after their reload (${ms:-never} ms)" \
        test "${ms:-99999}" -lt $((1000 * SLOW))
    say "note $1 reloads: blocks back after $ms ms"
    both_work "$1, reloaded"
    stop_zfwd
    start_zfwd 'front = off' || die "no zfwd"
    both_work "$1, restarted"
    stop_zfwd
    theirs >"$E2E_DIR/after"
    ok "beside $1: theirs are the same when zfwd has ended" \
        cmp "$E2E_DIR/before" "$E2E_DIR/after"
}

# --- a second one ------------------------------------------------------------

second() { # RUN_DIR STATE_DIR: its exit status and what it says
    e2e_conf 'front = off' | sed -e "s,^run_dir.*,run_dir = \"$1\"," \
        -e "s,^state_dir.*,state_dir = \"$2\"," >"$E2E_DIR/second.conf"
    ZFW_ENGINE=$E2E_DIR/bin/zfw-engine gw timeout 10 "$E2E_DIR/bin/zfwd" -f \
        -c "$E2E_DIR/second.conf" >"$E2E_DIR/second" 2>&1
    say "$? $(wc -l <"$E2E_DIR/second") $(cat "$E2E_DIR/second")"
}

refuses() { # EXTENDED-REGEX SAID: with status 1 and one line
    grep -qE "^1 1 zfwd: $1\$" <<<"$2" || {
        say "said: $2"
        return 1
    }
}

check_second() {
    local d=$E2E_DIR pid
    start_zfwd 'front = off' || die "no zfwd"
    pid=$(zfwd_pid)
    zfwctl block $BAD >/dev/null
    ok "the same configuration: a second zfwd refuses in one clear line" \
        refuses "places: already running \\(pid $pid\\)" "$(second "$d/run" "$d/state")"
    ok "another run_dir, the same store: it refuses" \
        refuses "places: another zfwd works in $d/state" "$(second "$d/run2" "$d/state")"
    ok "all its own, but the same table: it refuses" \
        refuses 'another-zfwd: another zfwd \(process [0-9]+\) has the table of this network namespace' \
        "$(second "$d/run2" "$d/state2")"
    ok "the first goes on" zfwctl status
    ok "and so does the block" blocked $BAD
    ok "by the same process" same "$pid" "$(zfwd_pid)"
    stop_zfwd
}

# --- the second table ----------------------------------------------------------

at_ingress() { # ADDRESS
    gw nft get element netdev zfw block4 "{ $1 }"
}

check_ingress() {
    start_zfwd 'front = off' 'ingress = {"eth0"}' || die "no zfwd"
    zfwctl block $BAD >/dev/null
    if ! gw nft list table netdev zfw >/dev/null 2>&1; then
        skip "the table at ingress" "$(sed -n 's/^zfwd: table-lacks: //p' "$E2E_DIR/zfwd.err" | tail -n 1)"
        stop_zfwd
        return
    fi
    ok "with ingress a block is in both tables" eval "at_ingress $BAD && in_set $BAD"
    gw nft delete table netdev zfw
    ok "the table at ingress is back with it within a second, when another deletes it" \
        wait_for "$SLOW" at_ingress $BAD
    gw nft delete element netdev zfw block4 "{ $BAD }"
    ok "so is an element that is deleted there" wait_for $((2 * SLOW)) at_ingress $BAD
    gw nft flush ruleset
    ok "and both tables after a flush of everything" \
        wait_for "$SLOW" eval "at_ingress $BAD && in_set $BAD"
    ok "and they work" blocked $BAD
    ok "good mail passes" good_mail 203.0.113.11 "ingress"
    zfwctl unblock $BAD >/dev/null
    ok "an unblock takes it out of both" not eval "at_ingress $BAD || in_set $BAD"
    stop_zfwd
    gw nft delete table netdev zfw
}

# --- full ------------------------------------------------------------------

in_all() { # elements of all sets but those of cut sessions
    gw nft -j list table inet zfw | python3 -c 'import json, sys
print(sum(len(o["set"].get("elem", [])) for o in json.load(sys.stdin)["nftables"]
          if "set" in o and o["set"]["name"][:4] in ("bloc", "reje", "stac")))'
}

at_most_64() {
    local n
    n=$(in_all)
    say "$n elements"
    [ "$n" -le 64 ]
}

check_full() {
    gw nft delete table inet zfw 2>/dev/null
    rm -rf "$E2E_DIR/state"/*
    start_zfwd 'front = off' 'blocks_max = 64' 'certain_tier = 1' || die "no zfwd"
    zombies -q -c 8 from=192.0.2.1+80 do=early stack=winxp connect=500 \
        rcpt=bob@$E2E_DOMAIN helo=pc expect= >/dev/null 2>&1
    ok "the sets take what they can" wait_for 5 eval '[ "$(in_all)" -ge 63 ]'
    ok "and no more" at_most_64
    ok "a clear alarm says so" wait_for $((15 * SLOW)) \
        grep -qE 'full: .*blocks_max' "$E2E_DIR/zfwd.err"
    ok "the admin's block finds a place all the same" zfwctl block $BAD
    ok "it is in the kernel" in_set $BAD
    ok "in that of a lower one" at_most_64
    ok "and works" blocked $BAD
    ok "good mail passes" good_mail 203.0.113.11 "full"
    stop_zfwd
}

# --- restarts with many ----------------------------------------------------

knock_begin() {
    rm -f "$E2E_DIR/knock.stop"
    net python3 "$E2E_SRC/tests/e2e/chaos/knocker.py" "$E2E_DIR/knock.stop" \
        $E2E_GW4 $BAD </dev/null >"$E2E_DIR/knock.out" 2>&1 &
    knock_pid=$!
}

knock_end() { # SENTENCE
    local tried through pause
    : >"$E2E_DIR/knock.stop"
    wait "$knock_pid"
    read -r _ tried through pause <<<"$(grep '^ends ' "$E2E_DIR/knock.out")"
    ok "$1: none of $tried tries of a blocked client came through" \
        same 0 "${through:-nothing was said}"
    say "note $1: $tried tries, longest pause between two $pause ms"
}

# nft itself reads the whole set to look for one element: seconds.
there() { # ADDRESS
    gw "$E2E_BUILD/tests/tools/nfttool" get "$1" | grep -q ms=
}

cpu_ms() { # of all of zfwd so far
    gw pgrep -x 'zfwd|zfw-engine' | while read -r p; do
        gw awk '{ print $14 + $15 }' "/proc/$p/stat"
    done | awk -v hz="$(getconf CLK_TCK)" '{ s += $1 } END { print int(s * 1000 / hz) }'
}

check_many() {
    local t0 sig tool=$E2E_BUILD/tests/tools/bench_blocks
    if [ ! -x "$tool" ]; then
        skip "a restart with many blocks" "no $tool"
        return
    fi
    gw nft delete table inet zfw 2>/dev/null
    rm -rf "$E2E_DIR/state"/*
    "$tool" "$E2E_DIR/state" "$MANY" >/dev/null || die "bench_blocks"
    chown -R zfw:zfw "$E2E_DIR/state" 2>/dev/null ||
        chown -R 64801:64801 "$E2E_DIR/state"
    set -- 'front = off' 'blocks_max = 1000000' 'never_block_lift = {"240.0.0.0/4", "192.0.2.0/24", "203.0.113.0/24", "2001:db8::/32"}'
    t0=$(now_ms)
    start_zfwd "$@" || die "no zfwd"
    wait_for $((20 * SLOW)) grep -q "^zfwd: ready.* blocks=$MANY\$" "$E2E_DIR/zfwd.err"
    ok "$MANY blocks are restored" grep -q "^zfwd: ready.* blocks=$MANY\$" "$E2E_DIR/zfwd.err"
    say "note $MANY blocks: from the start to ready in $(($(now_ms) - t0)) ms, $(cpu_ms) ms of CPU"
    # Of CPU, because of others that may be busy here.
    ok "a hundred thousand take less than a second" \
        test $(($(cpu_ms) * 100000 / MANY)) -lt $((1000 * SLOW))
    zfwctl block $BAD >/dev/null
    ok "and one more" blocked $BAD
    for sig in TERM KILL; do
        knock_begin
        sleep 0.3
        stop_zfwd $sig
        sleep 0.3
        t0=$(now_ms)
        start_zfwd "$@" || die "no zfwd"
        wait_for $((20 * SLOW)) ready_again
        say "note restart after SIG$sig: ready after $(($(now_ms) - t0)) ms"
        sleep 0.3
        knock_end "a restart after SIG$sig with $MANY blocks"
    done
    gw nft delete table inet zfw
    t0=$(now_ms)
    ok "a deleted table is back with its newest block within a second" \
        wait_for $SLOW there $BAD
    say "note the table with $MANY blocks: the newest is back after $(($(now_ms) - t0)) ms"
    ok "and with its oldest soon" wait_for $((5 * SLOW)) there 240.0.0.0
    say "note and the oldest after $(($(now_ms) - t0)) ms"
    stop_zfwd
    gw nft delete table inet zfw 2>/dev/null
    rm -rf "$E2E_DIR/state"/*
}

ready_again() {
    tail -n 3 "$E2E_DIR/zfwd.err" | grep -q '^zfwd: ready'
}

# --- clocks ----------------------------------------------------------------

ends_in() { # ADDRESS FROM TO: the kernel's remaining seconds
    local left
    left=$(in_set "$1" 2>/dev/null |
        sed -n 's/.*expires \([0-9dhms]*\).*/\1/p' |
        sed -E 's/[0-9]+ms$//; s/d/*86400+/; s/h/*3600+/; s/m/*60+/; s/s/+/; s/$/0/')
    left=${left:+$((left))}
    say "$1: ${left:-not there}, should be $2 to $3 s"
    [ -n "$left" ] && [ "$left" -ge "$2" ] && [ "$left" -le "$3" ]
}

set_clock() { # WALL BOOT: seconds ahead of the true ones
    python3 -c 'import struct, sys
f = open(sys.argv[1], "r+b")
f.write(struct.pack("qq", *(int(float(w) * 1e9) for w in sys.argv[2:])))' \
        "$E2E_DIR/clock" "$1" "$2"
}

check_clock() {
    clock_library
    [ -n "$clock" ] || return
    head -c 16 /dev/zero >"$E2E_DIR/clock"
    chmod 644 "$E2E_DIR/clock"
    cp "$E2E_DIR/bin/zfwd" "$E2E_DIR/bin/zfwd.real"
    # For this part start_zfwd() starts it with the clock.
    cat >"$E2E_DIR/bin/zfwd" <<-END
	#!/bin/sh
	exec env LD_PRELOAD=$clock ZFW_TEST_CLOCK=$E2E_DIR/clock \\
	    $E2E_DIR/bin/zfwd.real "\$@"
	END
    E2E_JOIN_ENV="LD_PRELOAD=$clock ZFW_TEST_CLOCK=$E2E_DIR/clock"
    start_zfwd 'front = off' || die "no zfwd"
    sleep $((2 * SLOW)) # the guard looks once a second what time it is
    zfwctl block 192.0.2.7 --for 1h >/dev/null
    zfwctl block 192.0.2.8 --for 10min >/dev/null
    ok "a block of an hour" ends_in 192.0.2.7 3590 3600
    set_clock 1800 0
    ok "the clock is set half an hour ahead: it ends that much sooner" \
        wait_for $((2 * SLOW)) ends_in 192.0.2.7 1785 1801
    ok "and one that is over by the new clock is gone" \
        wait_for $((2 * SLOW)) not in_set 192.0.2.8
    set_clock -1800 0
    ok "the clock is set back: it ends when it was to end" \
        wait_for $((2 * SLOW)) ends_in 192.0.2.7 5385 5401
    set_clock 0 0
    ok "the clock is right again" wait_for $((2 * SLOW)) ends_in 192.0.2.7 3580 3600
    set_clock 600 600
    ok "the machine slept ten minutes: they count" \
        wait_for $((2 * SLOW)) ends_in 192.0.2.7 2980 3000
    ok "and the log says so" wait_for $((5 * SLOW)) grep -qE 'the machine slept, time went on by (600|599) s' \
        "$E2E_DIR/zfwd.err"
    stop_zfwd
    set_clock 1200 600
    start_zfwd 'front = off' || die "no zfwd"
    ok "set while zfwd did not run: it counts, too" \
        wait_for $((2 * SLOW)) ends_in 192.0.2.7 2380 2400
    set_clock 100000 600
    ok "set far ahead, everything ends" wait_for $((2 * SLOW)) not in_set 192.0.2.7
    ok "and good mail passes" good_mail 203.0.113.12 "clock"
    stop_zfwd
    cp "$E2E_DIR/bin/zfwd.real" "$E2E_DIR/bin/zfwd"
    E2E_JOIN_ENV=''
}

chaos_possible
e2e_setup
ip -n "zfw-$$-net" addr add $BAD/32 dev lo
ip -n "zfw-$$-net" addr add $BAD6/128 dev lo nodad
start_postfix
beside firewalld firewalld_rules
beside ufw ufw_rules
gw nft flush ruleset
beside Docker docker_rules
gw nft flush ruleset
check_second
check_ingress
check_full
check_many
check_clock
zt_end
