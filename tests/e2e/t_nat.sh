#!/usr/bin/env bash
# A mail server (the kernel's TCP: a current Linux) and a Windows 10 zombie
# behind one address: both SYNs offer the same window and MSS.  The zombie is
# blocked by its stack, and every mail of the server gets through, all the time.
# Where the zombie has the server's stack, only its sessions are ended.  Where the
# zombie comes first, the whole address is blocked until the server knocks.
# usage: bash tests/e2e/t_nat.sh BUILD
# shellcheck source=tests/e2e/lib.sh disable=SC2015,SC2086,SC2153
. "$(dirname "$0")/lib.sh"

HERE=$(cd "$(dirname "$0")" && pwd)
A4=203.0.113.10 A6=2001:db8:60::10 # a server and a Windows machine
B4=203.0.113.11 B6=2001:db8:67::11 # a server and another Linux
C4=203.0.113.12 C6=2001:db8:6c::12 # a Windows machine, and then a server
PORT=10000                         # and above: the zombies'; the kernel is quiet there

# Both speak from one address; the kernel would reset what it does not know.
share_addresses() {
    net ip addr add $B6/128 dev lo nodad
    net ip addr add $C6/128 dev lo nodad
    add_host $B6 mail67.example.org
    net sysctl -qw net.ipv4.ip_local_port_range="32768 60999"
    net nft -f - <<-END
	table inet quiet {
	    chain out {
	        type filter hook output priority 0
	        tcp sport $PORT-19999 tcp flags & rst == rst drop
	    }
	}
	END
}

# zombie ADDRESS STACK [ztraffic args]: a session; its next port
zombie() {
    local a=$1 stack=$2
    shift 2
    PORT=$((PORT + 1))
    zombies from="$a" sport=$PORT stack="$stack" helo=PC \
        do="piggyback ehlo mail rcpts data body fin" pause=20 timeout=3000 \
        rcpt=bob@$E2E_DOMAIN,x@elsewhere.example unknown=6 connect=1000 ladder= "$@"
}

# The servers' mail, all the while: short ones and one long one of each
start_mail() {
    : >"$E2E_DIR/mail.out"
    (
        i=0
        while [ ! -e "$E2E_DIR/enough" ]; do
            i=$((i + 1))
            for a in $A4 $A6 $B4 $B6; do
                good_mail $a "flow $i $a" >/dev/null 2>&1 && say "sent flow $i $a" ||
                    say "failed flow $i $a"
            done >>"$E2E_DIR/mail.out"
            sleep 0.2
        done
    ) &
    MAIL=$!
    E2E_JOBS="$E2E_JOBS $MAIL"
    net python3 "$HERE/slowmail.py" $((12 * E2E_SLOW)) long alice@$E2E_DOMAIN \
        $E2E_GW4 $E2E_GW6 $A4 $A6 $B4 $B6 >"$E2E_DIR/long.out" 2>&1 &
    LONG=$!
}

all_mail_sent() {
    ! grep -v '^sent' "$E2E_DIR/mail.out" && [ "$(grep -c . "$E2E_DIR/mail.out")" -ge 20 ]
}

all_mail_is_there() {
    local subject
    sed -n 's/^sent //p' "$E2E_DIR/mail.out" | while read -r subject; do
        delivered "$subject" alice || { say "not delivered: $subject"; return 1; }
    done
}

element() { # ADDRESS LENGTH WINDOW MSS
    case $1 in
    *:*) gw nft get element inet zfw stack6 "{ $(net64 "$1") . $2 . $3 . $4 }" ;;
    *) gw nft get element inet zfw stack4 "{ $1 . $2 . $3 . $4 }" ;;
    esac
}

no_element() { # ADDRESS: in no set
    local a=$1 out
    case $a in *:*) a=${a%%::*}:: ;; esac
    out=$(gw nft list table inet zfw | grep -F -- "$a")
    [ -z "$out" ] || { say "$out"; return 1; }
}

not_whole() { # ADDRESS
    local s v=4
    case $1 in *:*) v=6 ;; esac
    for s in block reject; do
        ! in_set "$1" $s$v || return 1
    done
}

shapes() { # FILTER: of the SYNs that came: length, window, MSS, each once
    tcpdump -nvr "$E2E_DIR/nat.pcap" "$1" 2>/dev/null | tr -d '\n' |
        grep -oE '(length [0-9]+\)|payload length: [0-9]+\))|win [0-9]+|mss [0-9]+' |
        tr -dc '0-9\n' | paste -d ' ' - - - | sort -u
}

other_stack() { # ADDRESS LENGTH WINDOW MSS
    local a=$1
    for _ in 1 2 3; do
        element "$@" >/dev/null 2>&1 || zombie "$a" win10 expect= >>"$E2E_DIR/zombies.out" 2>&1
        wait_for 2 element "$@" >/dev/null
    done
    ok "$a: the zombie is blocked, by its stack" element "$@"
    ok "$a: the address as a whole is not" not_whole "$a"
    ok "$a: its first session was cut" grep -q 'end=reset' "$E2E_DIR/zombies.out"
    ok "$a: none of its mail is there" not grep -rqs 'Subject: ztraffic' "$E2E_DIR/mail"
    ok "$a: its SYNs get no answer" zombie "$a" win10 expect=dropped
    ok "$a: the next one, neither" zombie "$a" win10 expect=dropped
    ok "$a: the server's mail gets through" good_mail "$a" "beside a zombie"
    ok "$a: zfwctl why tells of it" eval \
        "zfwctl why $a | grep -qxF 'Only SYNs like these: length $2, window $3, MSS $4'"
    : >"$E2E_DIR/zombies.out"
}

whole() { # ADDRESS
    not not_whole "$1" >/dev/null 2>&1
}

zombie_first() { # ADDRESS LENGTH WINDOW MSS
    local a=$1 t0
    for _ in 1 2 3; do
        whole "$a" || zombie "$a" win10 expect= >>"$E2E_DIR/zombies.out" 2>&1
        wait_for 2 whole "$a" >/dev/null
    done
    ok "$a: the zombie comes first, and the whole address is blocked" whole "$a"
    ok "$a: its SYNs get no answer" zombie "$a" win10 expect=dropped
    ok "$a: they leave the block as it is" whole "$a"
    t0=$(date +%s%N)
    ok "$a: the first mail of a server behind it gets through" good_mail "$a" "first $a"
    say "note $a: the server's first mail took $((($(date +%s%N) - t0) / 1000000)) ms"
    ok "$a: it is there" wait_for 5 delivered "first $a" alice
    ok "$a: the zombie is blocked by its stack now" element "$@"
    ok "$a: the address as a whole is not" not_whole "$a"
    ok "$a: the zombie's SYNs get no answer" zombie "$a" win10 expect=dropped
    ok "$a: the server's mail gets through" good_mail "$a" "second $a"
    ok "$a: the server's stack is in no set" not element "$a" $(($2 + 8)) $3 $4
    ok "$a: none of the zombie's mail is there" not grep -rqs 'Subject: ztraffic' "$E2E_DIR/mail"
    : >"$E2E_DIR/zombies.out"
}

same_stack() { # ADDRESS
    local a=$1 i
    for i in 1 2 3 4; do
        zombie "$a" linux expect= >>"$E2E_DIR/zombies.out" 2>&1
        ok "$a: after visit $i of its double nothing is blocked" no_element "$a"
        ok "$a: and its mail gets through" good_mail "$a" "double $i"
    done
    ok "$a: the double's sessions were cut, each" same 4 "$(grep -c 'end=reset' "$E2E_DIR/zombies.out")"
    ok "$a: none of its mail is there" not grep -rqs 'Subject: ztraffic' "$E2E_DIR/mail"
    : >"$E2E_DIR/zombies.out"
}

e2e_setup
start_postfix
share_addresses
start_zfwd 'certain_tier = 1' || die "zfwd does not start: $(tail -n 3 "$E2E_DIR/zfwd.err")"
start_capture "$E2E_DIR/nat.pcap"
zombie_first $C4 52 64240 1460
zombie_first $C6 32 64800 1440
start_mail
ok "mail flows before" wait_for 10 eval '[ "$(grep -c "^sent" "$E2E_DIR/mail.out")" -ge 8 ]'
: >"$E2E_DIR/zombies.out"
other_stack $A4 52 64240 1460
other_stack $A6 32 64800 1440
same_stack $B4
same_stack $B6
: >"$E2E_DIR/enough"
wait $MAIL
wait $LONG
stop_capture
ok "every mail of the servers was taken, from first to last" all_mail_sent
ok "and delivered" wait_for 10 all_mail_is_there
ok "so were the long ones, across all of that" same 4 "$(grep -c ' sent$' "$E2E_DIR/long.out")"
ok "no session of a server was lost" not in_log \
    'lost connection after .*mail(10|11|67)\.example\.org.*:(3[2-9]|[456].)...$'
syn='tcp[tcpflags] & 18 = 2'
ok "IPv4: the two stacks differ in length alone" same "52 64240 1460
60 64240 1460" "$(shapes "src host $A4 and $syn")"
ok "IPv4: the doubles do not differ" same "60 64240 1460" "$(shapes "src host $B4 and $syn")"
syn='ip6[53] & 18 = 2'
ok "IPv6: the two stacks differ in length alone" same "32 64800 1440
40 64800 1440" "$(shapes "ip6 and src host $A6 and $syn")"
ok "IPv6: the doubles do not differ" same "40 64800 1440" "$(shapes "ip6 and src host $B6 and $syn")"
say "note $(grep -c . "$E2E_DIR/mail.out") mails of servers during $((PORT - 10000)) visits of zombies behind their addresses"
zt_end
