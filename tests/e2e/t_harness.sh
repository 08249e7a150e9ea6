#!/usr/bin/env bash
# The tests' own tools: real Postfix in a namespace, ztraffic's stacks and
# behaviours as they arrive there.  Needs no zfwd.
# unconfined: no process of zfw runs.
# usage: bash tests/e2e/t_harness.sh BUILD
# shellcheck source=tests/e2e/lib.sh disable=SC2086,SC2119,SC2153,SC2317
. "$(dirname "$0")/lib.sh"

good_servers() {
    ok "good mail over IPv4 is taken" good_mail 203.0.113.10 first
    ok "good mail over IPv6 is taken" \
        good_mail 2001:db8:60::10 second bob@$E2E_DOMAIN
    ok "it is delivered" wait_for 5 delivered first alice
    ok "the other, too" wait_for 5 delivered second bob
    ok "a good server has its confirmed name in the log" \
        in_log 'connect from mail10.example.org\[203.0.113.10\]:[0-9]+$'
    ok "over IPv6, too" in_log 'connect from mail10.example.org\[2001:db8:60::10\]:'
    ok "a mistyped recipient is rejected" \
        not good_mail 203.0.113.10 third alcie@$E2E_DOMAIN
    ok "and logged as unknown" \
        in_log 'reject: RCPT from mail10.example.org.* 550 5.1.1 <alcie@.*User unknown in local'
    ok "relaying is denied" \
        not good_mail 203.0.113.10 fourth somebody@example.net
    ok "the log is readable for group adm as Debian's is" \
        same 'root adm 640' "$(gw stat -c '%U %G %a' "$E2E_DIR/log/mail.log")"
}

# What p0f 3 makes of the SYNs.  Everybody is 11 hops away.
stacks_v4() {
    cat <<-'END'
	linux 4:53+11:0:1460:mss*44,7:mss,sok,ts,nop,ws:df,id+:0
	win10 4:117+11:0:1460:mss*44,8:mss,nop,ws,nop,nop,sok:df,id+:0
	win7 4:117+11:0:1460:8192,8:mss,nop,ws,nop,nop,sok:df,id+:0
	winxp 4:117+11:0:1460:65535,0:mss,nop,nop,sok:df,id+:0
	macos 4:53+11:0:1460:65535,6:mss,nop,ws,nop,nop,ts,sok,eol+1:df:0
	freebsd 4:53+11:0:1460:65535,6:mss,nop,ws,sok,ts:df,id+:0
	openbsd 4:53+11:0:1460:16384,6:mss,nop,nop,sok,nop,ws,nop,nop,ts:df,id+:0
	odd 4:244+11:0:1460:2048,0:mss::0
	raw 4:244+11:0:0:1024,0::id-:0
	END
}

stacks_v6() {
    cat <<-'END'
	linux 6:53+11:0:1440:mss*45,7:mss,sok,ts,nop,ws:flow:0
	win10 6:117+11:0:1440:mss*45,8:mss,nop,ws,nop,nop,sok::0
	win7 6:117+11:0:1440:8192,8:mss,nop,ws,nop,nop,sok::0
	macos 6:53+11:0:1440:65535,6:mss,nop,ws,nop,nop,ts,sok,eol+1:flow:0
	raw 6:244+11:0:0:1024,0:::0
	END
}

sig_seen() { # ADDRESS SIGNATURE
    grep -F "|cli=$1/" "$E2E_DIR/p0f.log" | grep -F 'mod=syn|' |
        grep -qF "raw_sig=$2"
}

stacks() {
    local i=0 name sig
    start_capture "$E2E_DIR/stacks.pcap" || die "tcpdump does not start"
    while read -r name sig; do
        i=$((i + 1))
        say "from=192.0.2.$i stack=$name expect=greeted,done"
    done < <(stacks_v4) >"$E2E_DIR/jobs"
    i=0
    while read -r name sig; do
        i=$((i + 1))
        say "from=2001:db8:$i::1 stack=$name expect=greeted,done"
    done < <(stacks_v6) >>"$E2E_DIR/jobs"
    ok "every stack completes a session" zombies do=probe -f "$E2E_DIR/jobs"
    stop_capture
    if ! command -v p0f >/dev/null; then
        skip "the stacks look as intended to p0f" "p0f is not installed"
        return
    fi
    p0f -r "$E2E_DIR/stacks.pcap" -o "$E2E_DIR/p0f.log" >"$E2E_DIR/p0f.out" 2>&1
    i=0
    while read -r name sig; do
        i=$((i + 1))
        ok "$name over IPv4 looks as intended to p0f" sig_seen "192.0.2.$i" "$sig"
    done < <(stacks_v4)
    i=0
    while read -r name sig; do
        i=$((i + 1))
        ok "$name over IPv6 looks as intended to p0f" \
            sig_seen "2001:db8:$i:0:0:0:0:1" "$sig"
    done < <(stacks_v6)
}

behaves() { # SENTENCE ADDRESS LOG-REGEX JOB-WORDS...
    local name=$1 a=$2 re=$3
    shift 3
    ok "$name" zombies from="$a" "$@"
    ok "$name: Postfix logs it" wait_for 3 in_log "$re"
}

behaviours() {
    behaves "a polite client delivers" 192.0.2.30 \
        'disconnect from unknown\[192.0.2.30\]:[0-9]+ ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5' \
        do=polite rcpt=carol@$E2E_DOMAIN subject=polite-30 expect=accepted,done
    ok "and its mail is there" wait_for 5 delivered polite-30 carol
    behaves "an early talker is served, too" 192.0.2.31 \
        'improper command pipelining after CONNECT from unknown\[192.0.2.31\]' \
        do=early rcpt=alice@$E2E_DOMAIN expect=accepted,done
    behaves "a dictionary run gets 550s" 192.0.2.32 \
        'disconnect from unknown\[192.0.2.32\]:[0-9]+ ehlo=1 mail=1 rcpt=0/20 ' \
        do=dict unknown=20 expect=550,done
    behaves "a botnet says what it is told to" 192.0.2.33 \
        'reject: RCPT from unknown\[192.0.2.33\].* proto=SMTP helo=<ylmf-pc>' \
        do=bot helo=ylmf-pc unknown=1 expect=550
    behaves "leaving without QUIT" 192.0.2.34 \
        'disconnect from unknown\[192.0.2.34\]:[0-9]+ ehlo=1 mail=1 rcpt=1 data=1 commands=4' \
        do=noquit rcpt=alice@$E2E_DOMAIN expect=accepted
    behaves "pipelining without leave" 192.0.2.35 \
        'improper command pipelining after HELO from unknown\[192.0.2.35\]' \
        do=pipeline rcpt=alice@$E2E_DOMAIN expect=354
    behaves "an HTTP probe" 192.0.2.36 \
        'warning: non-SMTP command from unknown\[192.0.2.36\]:[0-9]+: GET / HTTP' \
        do=http expect=221
    behaves "a client that vanishes or resets" 192.0.2.37 \
        'lost connection after EHLO from unknown\[192.0.2.37\]' \
        do="greet ehlo rst" expect=250
    behaves "own words, with a bare line feed" 192.0.2.38 \
        'helo=<bare-192-0-2-38>' expect=550 unknown=1 \
        do='greet send:helo\sbare-%d\n mail rcpts sleep:20 quit'
    behaves "a trap is written to" 192.0.2.39 'to=<oldtrap@.*User unknown|<oldtrap@' \
        do=noquit rcpt=$E2E_OLD_TRAP expect=550
}

client_first() { # ADDRESS: in the capture, before any word of the server?
    tcpdump -nr "$E2E_DIR/early.pcap" -t \
        "host $1 and greater 60 and tcp[tcpflags] & tcp-push != 0" 2>/dev/null |
        head -n 1 | grep -q "^IP $1"
}

early_ones() { # FIRST: how many of twenty addresses spoke first
    local i n=0
    for i in $(seq "$1" $(($1 + 19))); do
        client_first "192.0.2.$i" && n=$((n + 1))
    done
    say $n
}

early_talk() {
    start_capture "$E2E_DIR/early.pcap"
    zombies -q from=192.0.2.50+20 do=early unknown=1 stack=winxp 2>/dev/null
    stop_capture
    ok "early talkers speak before the greeting" same 20 "$(early_ones 50)"
    start_capture "$E2E_DIR/early.pcap"
    # Others, so that nothing late of the first is taken for theirs.
    zombies -q from=192.0.2.150+20 unknown=1 do=dict 2>/dev/null
    stop_capture
    ok "others do not" same 0 "$(early_ones 150)"
}

syns_of() { # ADDRESS: how many SYNs the gateway got from it
    tcpdump -nr "$E2E_DIR/drop.pcap" "src host $1 and tcp[tcpflags] = tcp-syn" \
        2>/dev/null | wc -l
}

drops() {
    ok "an open port is open" zombies do=knock from=192.0.2.90 expect=open
    ok "and refused is refused" \
        zombies do=knock from=192.0.2.90 port=26 expect=refused
    gw nft -f - <<-'END'
	table inet zfw {
	    set block4 { typeof ip saddr; elements = { 192.0.2.91 } }
	    set block6 { typeof ip6 saddr; elements = { 2001:db8:7:8:: } }
	    chain in {
	        type filter hook prerouting priority -300
	        ip saddr @block4 tcp dport 25 drop
	        ip6 saddr & ffff:ffff:ffff:ffff:: @block6 tcp dport 25 drop
	    }
	}
	END
    start_capture "$E2E_DIR/drop.pcap"
    ok "what nftables drops is dropped" zombies do=knock from=192.0.2.91 \
        ladder=0.1,0.2 connect=500 expect=dropped
    ok "over IPv6, too" zombies do=knock from=2001:db8:7:8::9 connect=300 \
        ladder= expect=dropped
    ok "another address is not" zombies do=probe from=192.0.2.92 expect=greeted
    stop_capture
    ok "a SYN is sent again as the ladder says" same 3 "$(syns_of 192.0.2.91)"
    ok "in_set finds an IPv4 address" in_set 192.0.2.91
    ok "in_set finds an IPv6 address by its /64" in_set 2001:db8:7:8::9
    ok "in_set does not find others" not in_set 2001:db8:7:9::9
    gw nft delete table inet zfw
}

flood_count() {
    gw nft -j list counter inet flood n | grep -oE '"packets": [0-9]+'
}

flood() {
    gw nft -f - <<-'END'
	table inet flood {
	    counter n { }
	    chain in {
	        type filter hook prerouting priority -300
	        ip saddr 192.0.2.0/24 tcp flags syn counter name n
	        ip6 saddr 2001:db8:a000::/36 tcp flags syn counter name n
	    }
	    chain out {
	        type filter hook prerouting priority -300
	        tcp flags rst counter
	    }
	}
	END
    ok "a flood of SYNs is sent" zombies do=syn from='192.0.2.0/24*3000' stack=raw
    ok "all of them arrive" same '"packets": 3000' "$(flood_count)"
    zombies do=syn from='2001:db8:a000::/36*500' -r 5000 2>/dev/null
    ok "IPv6 ones, too" same '"packets": 3500' "$(flood_count)"
    ok "nobody answers the SYN+ACKs with a RST" \
        same 'counter packets 0' "$(gw nft list chain inet flood out |
            grep -o 'counter packets [0-9]*')"
    gw nft delete table inet flood
    ok "mail still passes" good_mail 203.0.113.11 after-flood
    ok "and is delivered" wait_for 5 delivered after-flood
}

lossy_line() {
    gw nft -f - <<-'END'
	table inet loss {
	    chain in {
	        type filter hook prerouting priority -300
	        ip saddr 192.0.2.0/24 numgen random mod 10 < 2 drop
	    }
	}
	END
    ok "sessions survive a line that loses a fifth" zombies -c 20 \
        from=192.0.2.100+20 do=polite rcpt=alice@$E2E_DOMAIN size=20000 \
        subject=lossy-%n ladder=0.2,0.2,0.2,0.2,0.2,0.2,0.2 connect=3000 \
        timeout=30000 expect=accepted
    gw nft delete table inet loss
    ok "the mail of each is there" wait_for 5 delivered lossy-20
}

many_at_once() {
    cat >"$E2E_DIR/jobs" <<-END
	from=2001:db8:100::5+60/48 do=bot helo=ylmf-pc unknown=3 stack=win7 times=2
	from=203.0.113.100+40 do=early unknown=2 stack=odd
	END
    ok "160 sessions of 100 zombies, 50 at once, mixed" \
        zombies -m -f "$E2E_DIR/jobs" expect=550,done
    ok "Postfix saw all 120 of the botnet" wait_for 3 same 120 \
        "$(log_count ': connect from unknown\[2001:db8:1[0-9a-f][0-9a-f]::5\]')"
}

postscreen() {
    stop_postfix
    start_postfix postscreen
    behaves "postscreen sees an early talker" 192.0.2.200 \
        'postscreen.*PREGREET [0-9]+ after .* from \[192.0.2.200\]:[0-9]+' \
        do=early unknown=1
    ok "and lets a good server pass" good_mail 203.0.113.12 screened
    ok "whose mail is delivered" wait_for 5 delivered screened
}

refuses_outside() {
    ok "ztraffic refuses other people's addresses" \
        not zombies to=8.8.8.8 from=192.0.2.1
    ok "and says so" grep -q 'only loopback and documentation' \
        <(zombies to=8.8.8.8 from=192.0.2.1 2>&1)
}

cleans_up() {
    local d=$E2E_DIR p="$E2E_GW_PID $E2E_NET_PID"
    e2e_cleanup
    ok "the directory is gone" not test -e "$d"
    ok "the namespaces are gone" not grep -q "zfw-$$-" <(ip netns list)
    # shellcheck disable=SC2086
    ok "nothing runs any more" not kill -0 $p
}

e2e_setup
start_postfix
good_servers
stacks
behaviours
early_talk
drops
lossy_line
flood
many_at_once
postscreen
refuses_outside
cleans_up
zt_end
