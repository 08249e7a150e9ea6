#!/usr/bin/env bash
# The main job, shown on this machine in two network namespaces: a real
# Postfix and zfwd, good servers that must never notice zfw, and zombies.
# usage: bash tests/e2e/demo.sh BUILD     (as root; `make demo`)
# shellcheck source=tests/e2e/lib.sh disable=SC2086,SC2119,SC2153
. "$(dirname "$0")/lib.sh"

bold='' plain=''
if [ -t 1 ]; then
    bold=$'\033[1m' plain=$'\033[0m'
fi
step_n=0

skip_all() {
    fail "cannot run here: $*"
}

fail() { # SENTENCE
    say
    say "demo FAILED: $*"
    if [ -n "$E2E_DIR" ] && [ -s "$E2E_DIR/zfwd.err" ]; then
        say
        say "the last words of zfwd:"
        tail -n 8 "$E2E_DIR/zfwd.err" | cut -c 1-160 | sed 's/^/    /'
    fi
    e2e_cleanup
    exit 1
}

step() {
    step_n=$((step_n + 1))
    say
    say "$bold$step_n. $*$plain"
}

tell() {
    say "   $*"
}

shown() { # LINES COMMAND-AS-TYPED COMMAND...: the first lines it prints
    local max=$1 typed=$2 out n
    shift 2
    say "   \$ $typed"
    out=$("$@" 2>&1) || {
        say "     $out"
        fail "$typed does not work"
    }
    printf '%s\n' "$out" | head -n "$max" | cut -c 1-120 | sed 's/^/     /'
    n=$(($(printf '%s\n' "$out" | wc -l) - max))
    [ $n -le 0 ] || say "     ... $n more lines"
}

must() { # SENTENCE COMMAND...: done and true, or the demo has failed
    local what=$1 out
    shift
    out=$("$@" 2>&1) || {
        say "   FAIL  $what"
        printf '%s\n' "$out" | tail -n 8 | sed 's/^/         /'
        fail "not true: $what"
    }
    say "   ok    $what"
}

# --- who takes part ----------------------------------------------------------

early_v4() { seq -f '192.0.2.%g' 11 22; }
dict_v4() { seq -f '192.0.2.%g' 41 46; }
botnet_v6() { seq 4096 4125 | while read -r i; do printf '2001:db8:%x::7\n' "$i"; done; }
all_zombies() { early_v4; dict_v4; botnet_v6; }

# Each with its own stack: one that knocks with another is taken for a second
# machine behind the address, and only the zombie's stays blocked.
as_they_came() {
    early_v4 | sed -E 's/^(.*\.1[1-4])$/from=\1 stack=win7/
        s/^(.*\.1[5-8])$/from=\1 stack=winxp/
        s/^(.*\.(19|2[0-9]))$/from=\1 stack=odd/'
    dict_v4 | sed 's/.*/from=& stack=win10/'
    botnet_v6 | sed 's/.*/from=& stack=win7/'
}

names() {
    local i
    for i in 17 18 21 43; do
        add_host "192.0.2.$i" "192-0-2-$i.dyn.example.net"
    done
}

early_talkers() {
    zombies -m -c 6 -f - <<-END
	from=192.0.2.11+4 do=early stack=win7  rcpt=bob@$E2E_DOMAIN helo=pc-%n
	from=192.0.2.15+4 do=early stack=winxp rcpt=bob@$E2E_DOMAIN helo=[192.168.1.%n]
	from=192.0.2.19+4 do=early stack=odd   rcpt=bob@$E2E_DOMAIN helo=%x
	END
}

dictionary_runs() {
    zombies -c 3 from=192.0.2.41+6 do=dict unknown=15 stack=win10
}

botnet_wave() {
    zombies -c 4 -m from=2001:db8:1000::7+30/48 do=bot helo=ylmf-pc \
        stack=win7 unknown=1 ladder= connect=400 expect=
}

blocked() { # how many of the addresses on stdin
    local a n=0
    while read -r a; do
        in_set "$a" >/dev/null 2>&1 && n=$((n + 1))
    done
    say $n
}

all_blocked() { # LISTER
    local a
    while read -r a; do
        in_set "$a" || { say "$a is not in the set"; return 1; }
    done < <("$1")
}

# Good mail as long as the demo lasts, two servers in turn.
steady_mail() {
    local i=0 src
    while [ ! -e "$E2E_DIR/enough" ]; do
        i=$((i + 1))
        src=203.0.113.10
        [ $((i % 2)) -eq 0 ] || src=2001:db8:60::11
        if ! good_mail $src "steady-$i" carol@$E2E_DOMAIN >/dev/null 2>&1; then
            say "steady-$i from $src" >>"$E2E_DIR/bounced"
        fi
        say $i >"$E2E_DIR/steady"
        sleep 0.3
    done
}

steady_delivered() {
    local i n
    [ ! -e "$E2E_DIR/bounced" ] || { cat "$E2E_DIR/bounced"; return 1; }
    n=$(cat "$E2E_DIR/steady")
    for i in $(seq 1 "$n"); do
        delivered "steady-$i" carol || { say "steady-$i is missing"; return 1; }
    done
}

# --- the acts ----------------------------------------------------------------

set_up() {
    step "A mail gateway and the world around it, in two network namespaces"
    e2e_setup
    names
    start_postfix
    tell "gateway   $E2E_GW4 and $E2E_GW6: Postfix $(postconf -h mail_version), zfwd"
    tell "the world 203.0.113.10, 2001:db8:60::10: good servers (swaks)"
    tell "          192.0.2.0/24, 2001:db8::/32: zombies with TCP stacks of their own"
    install -d -o 64801 -g 64801 "$E2E_DIR/rec"
    ZFWD_ARGS="--record $E2E_DIR/rec/demo.pcap" start_zfwd ||
        fail "zfwd does not start"
    must "zfwd runs in mode enforce and answers zfwctl" zfwctl status
}

good_first() {
    step "Good servers deliver mail"
    must "203.0.113.10 delivers over IPv4" good_mail 203.0.113.10 demo-1
    must "2001:db8:60::10 delivers over IPv6" \
        good_mail 2001:db8:60::10 demo-2 bob@$E2E_DOMAIN
    must "both mails are in the mailboxes" wait_for 5 both_there
    if good_mail 203.0.113.12 demo-3 alcie@$E2E_DOMAIN >/dev/null 2>&1; then
        fail "a recipient that does not exist was accepted"
    fi
    tell "203.0.113.12 wrote to alcie@ instead of alice@ and got a 550"
    tell "more good mail follows all the time, from two of them in turn"
    steady_mail &
    E2E_JOBS=$!
}

both_there() {
    delivered demo-1 alice && delivered demo-2 bob
}

wave_early() {
    step "12 zombies talk before the greeting (Windows 7, XP and odd stacks)"
    early_talkers >"$E2E_DIR/early.out" 2>&1
    must "all 12 are in block4" wait_for 10 all_blocked early_v4
}

wave_dictionary() {
    step "6 zombies guess recipients, 15 each"
    dictionary_runs >"$E2E_DIR/dict.out" 2>&1
    must "all 6 are in block4" wait_for 10 all_blocked dict_v4
}

wave_botnet() {
    local n
    step "30 zombies in 30 unrelated IPv6 networks say HELO ylmf-pc, politely"
    botnet_wave >"$E2E_DIR/bot1.out" 2>&1
    sleep 0.2
    n=$(botnet_v6 | blocked)
    tell "$n are blocked: anybody may mistype a recipient once"
    tell "they come a second time"
    botnet_wave >"$E2E_DIR/bot2.out" 2>&1
    must "all 30 /64s are in block6" wait_for 10 all_blocked botnet_v6
}

after() {
    step "What that means"
    local before conn
    touch "$E2E_DIR/enough"
    wait $E2E_JOBS
    before=$(log_count ': connect from')
    must "48 zombies try again and get no answer to their SYNs" \
        zombies -q -c 50 -f <(as_they_came) do=probe \
        ladder= connect=500 expect=dropped
    conn=$(($(log_count ': connect from') - before))
    must "Postfix saw none of these connections" same 0 $conn
    must "all $(cat "$E2E_DIR/steady") good mails of this time are delivered" \
        wait_for 5 steady_delivered
    must "203.0.113.12, which mistyped, is not blocked and delivers" \
        good_mail 203.0.113.12 demo-4
    must "the sets hold the zombies and nobody else" same "18 30" \
        "$(elements block4) $(elements block6)"
}

elements() { # SET: how many it has
    gw nft list set inet zfw "$1" | grep -oE 'expires ' | wc -l
}

one_a_line() { # SET: as nft prints it, but each element on its line
    gw nft list set inet zfw "$1" |
        sed -E 's/^[[:space:]]*(elements = \{ )?//; s/", /"\n/g' |
        grep -E '^[0-9a-f.:]+ (counter|timeout)'
}

one_line() { # ADDRESS
    zfwctl why "$1" | head -n 1
}

look() {
    step "Looking at it"
    shown 8 "nft list set inet zfw block4" one_a_line block4
    say
    shown 4 "nft list set inet zfw block6" one_a_line block6
    say
    shown 3 "zfwctl botnets" zfwctl botnets
    say
    shown 44 "zfwctl why 192.0.2.43" zfwctl why 192.0.2.43
    say
    tell "and of others, in a sentence:"
    shown 1 "zfwctl why 203.0.113.10 | head -n 1" one_line 203.0.113.10
    shown 1 "zfwctl why 203.0.113.12 | head -n 1" one_line 203.0.113.12
    shown 1 "zfwctl why 2001:db8:1000::7 | head -n 1" one_line 2001:db8:1000::7
}

allow() {
    step "192.0.2.11 turns out to be somebody's own mail server"
    shown 4 "zfw-whitelist add 192.0.2.11" zfw_whitelist add 192.0.2.11
    must "it is not in block4 any more" not in_set 192.0.2.11
    must "its mail gets through" zombies from=192.0.2.11 stack=win7 \
        do=polite subject=demo-5 rcpt=alice@$E2E_DOMAIN expect=accepted
    must "and is delivered" wait_for 5 delivered demo-5
}

# `block` lines of the living daemon: client action tier reasons, then ms
live_blocks() {
    sed -nE 's/.*block client=([^ ]+) .* tier=([0-9]+) action=([a-z]+) .*reasons=([^ ]+) cause_ms=([0-9]+).*/\1 \3 \2 \4 \5/p' \
        "$E2E_DIR/zfwd.err"
}

# The same of a replay's JSON lines; the four strongest reasons.
replay_blocks() { # FILE
    grep '"event":"block"' "$1" | while IFS= read -r line; do
        t=$(json "$line" '"t":([0-9.]+)')
        say "$(json "$line" '"client":"([^"]+)"')" \
            "$(json "$line" '"action":"([^"]+)"')" \
            "$(json "$line" '"tier":([0-9]+)')" \
            "$(printf '%s' "$line" | grep -oE '"evidence":"[^"]+"' |
                head -n 4 | cut -d'"' -f4 | paste -sd,)" \
            "$(printf '%.0f' "${t}e3")"
    done
}

json() { # LINE REGEX
    [[ $1 =~ $2 ]] && printf '%s' "${BASH_REMATCH[1]}"
}

replay() { # OUT
    setpriv --reuid=65534 --regid=65534 --clear-groups \
        "$E2E_DIR/bin/zfw-replay" -c "$E2E_DIR/zfwd.conf" \
        --pcap "$E2E_DIR/again/demo.pcap" --log "$E2E_DIR/again/mail.log" \
        --format jsonl >"$1"
}

times_agree() { # two sorted lists: no pair more than 2 s apart
    paste -d' ' "$1" "$2" | awk '{ d = $5 - $10; if (d < 0) d = -d
        if (d > 2000) { print "2 s apart: " $0; bad = 1 } } END { exit bad }'
}

again() {
    step "The same from the recording and the log, in virtual time"
    local d=$E2E_DIR
    stop_zfwd
    mkdir "$d/again"
    cp "$d/rec/demo.pcap" "$d/log/mail.log" "$d/again/" ||
        fail "zfwd made no recording"
    chmod 644 "$d/again"/*
    must "zfw-replay reads both as user nobody" replay "$d/replay1"
    must "and once more" replay "$d/replay2"
    must "both runs give the same bytes" cmp "$d/replay1" "$d/replay2"
    live_blocks | sort >"$d/live.txt"
    replay_blocks "$d/replay1" | sort >"$d/replay.txt"
    tell "$(wc -l <"$d/live.txt") blocks live, $(wc -l <"$d/replay.txt") in the replay"
    must "the same clients, actions, tiers and reasons" diff \
        <(cut -d' ' -f1-4 "$d/live.txt") <(cut -d' ' -f1-4 "$d/replay.txt")
    must "at the same times (2 s)" times_agree "$d/live.txt" "$d/replay.txt"
}

E2E_NAME=demo
SECONDS=0
say "${bold}zfw: drops spam zombies before the mail server hears of them$plain"
set_up
good_first
wave_early
wave_dictionary
wave_botnet
after
look
allow
again
e2e_cleanup
say
say "${bold}demo passed in $SECONDS s; nothing of it is left on this machine$plain"
