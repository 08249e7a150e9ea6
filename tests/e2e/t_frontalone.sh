#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# zfw-front alone, with an engine that fronttool plays: what rejected clients
# hear, and that those who mean no good - slow ones, endless lines, garbage,
# thousands at once, TLS - cost it little and hold nobody else up.
# usage: bash tests/e2e/t_frontalone.sh BUILD
# shellcheck source=tests/e2e/lib.sh disable=SC2015,SC2086,SC2119,SC2120,SC2153
. "$(dirname "$0")/lib.sh"

command -v python3 >/dev/null || skip_all "no program python3"
[ -x "$E2E_BUILD/zfw-front" ] || skip_all "no zfw-front in $E2E_BUILD"
PORT=2525
MAX=500         # front_max of the test
RSS_MAX=16384   # KiB, whatever comes; ASan builds need more
SLOW=${ZFW_TEST_SLOW:-1}
GOOD_MS=$((2000 * SLOW)) # a good dialogue, at worst, on a busy machine
ulimit -Sn 8192
# The leak checker reads /proc, which zfw-front has given up; unit tests do that.
export ASAN_OPTIONS=detect_leaks=0

front() { # a field of its /proc/PID/status
    gw sed -n "s/^$1:[[:space:]]*//p" "/proc/$FRONT/status"
}

start_front() { # [STATE=...]: of fronttool
    local d=$E2E_DIR
    cat >"$d/front.conf" <<-END
	front_name = "mx.$E2E_DOMAIN"
	front_url = "https://mx.$E2E_DOMAIN"
	front_max = $MAX
	user = "zfw"
	END
    mkfifo "$d/say"
    gw "$E2E_BUILD/tests/tools/fronttool" run front="$(e2e_front)" \
        conf="$d/front.conf" smtp=127.0.0.1:$PORT smtp=::1:$PORT quiet "$@" \
        <"$d/say" >"$d/front.out" 2>"$d/front.err" &
    E2E_JOBS="$E2E_JOBS $!"
    exec 9>"$d/say"
    wait_for $((10 * SLOW)) grep -q '^ready' "$d/front.out" || return 1
    FRONT=$(sed -n 's/^pid //p' "$d/front.out")
}

load() { # WHAT N SECONDS [HOST]
    gw python3 "$E2E_SRC/tests/e2e/frontload.py" "${4:-127.0.0.1}" $PORT "$@"
}

# Good dialogues, none slower than it may be: N [HOST]
good() {
    local out max
    out=$(load good "$1" 20 ${2:-127.0.0.1}) || { say "$out"; return 1; }
    max=${out##*max_ms }
    say "$out" >>"$E2E_DIR/good"
    [ "${max%.*}" -lt $GOOD_MS ] || { say "$out"; return 1; }
}

# One client over swaks: FROM-ADDRESS [swaks args]; what it hears
hear() {
    local src=$1 to=127.0.0.1 fam=-4
    shift
    case $src in *:*) to=::1 fam=-6 ;; esac
    gw swaks $fam --server $to --port $PORT --local-interface "$src" \
        --from news@example.org --to alice@$E2E_DOMAIN --ehlo mail.example.org \
        --timeout 20 "$@" 2>&1
}

hears() { # REGEX ADDRESS [swaks args]
    local want=$1
    shift
    hear "$@" | tee "$E2E_DIR/heard" | grep -qE -e "$want" ||
        { cat "$E2E_DIR/heard"; return 1; }
}

raw() { # TEXT: said at once, from here; what is answered
    printf '%b' "$1" | gw timeout 90 python3 -c '
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.sendall(sys.stdin.buffer.read())
while got := s.recv(4096):
    sys.stdout.buffer.write(got)' $PORT
}

raw_hears() { # REGEX TEXT
    raw "$2" | tr -d '\r' | tee "$E2E_DIR/heard" | grep -qE -e "$1" ||
        { cat "$E2E_DIR/heard"; return 1; }
}

rss_ok() {
    local kib
    kib=$(front VmHWM)
    kib=${kib%% *}
    say "$kib KiB" >>"$E2E_DIR/rss"
    [ "$kib" -le $RSS_MAX ] || { say "$kib KiB"; return 1; }
}

descriptors() { # [MAX]: how many are open; or: are there no more than that?
    local n
    n=$(gw ls "/proc/$FRONT/fd" | wc -l)
    say "$n"
    [ "$n" -le "${1:-$n}" ]
}

# All hear something, greeting or 421, and nobody fails.  One place may be
# taken: by the one who says nothing for 30 s.
crowd_ok() { # FILE N
    local greeted busy failed
    greeted=$(sed -n 's/^220 //p' "$1")
    busy=$(sed -n 's/^421 //p' "$1")
    failed=$(sed -n 's/^failed //p' "$1")
    [ "$failed" = 0 ] && [ "$greeted" -le $MAX ] && [ "$greeted" -ge $((MAX - 1)) ] && [ $((greeted + busy)) -eq "$2" ] ||
        { cat "$1"; return 1; }
}

group_dialogues() {
    local link='https://mx\.example\.com/a/[A-Za-z0-9_-]{20,43}$'
    ok "a blocked client is told why, at RCPT" hears \
        '^<\*\* 550-5\.7\.1 Mail from \[127\.0\.0\.5\] is blocked here: it sent mail to many addresses that do not exist\.$' 127.0.0.5
    ok "and gets the link" hears "^<\*\* 550 5\.7\.1 .* $link" 127.0.0.5
    ok "over IPv6, too" hears "^<\*\* 550 5\.7\.1 .* $link" ::1
    ok "a bounce is told alike" hears "^<\*\* 550 5\.7\.1 .* $link" 127.0.0.5 --from '<>'
    ok "who pipelines hears the same" hears "^<\*\* 550 5\.7\.1 .* $link" 127.0.0.5 --pipeline
    ok "who was let out already and offended has no link" hears \
        '^<\*\* 550 5\.7\.1 The block of \[127\.0\.0\.6\] ends by itself' 127.0.0.6
    ok "who is not blocked shall try again" hears '^<\*\* 451 4\.7\.1 ' 127.0.0.7
    ok "so shall those of whom the engine says nothing" hears '^<\*\* 451 4\.7\.1 ' 127.0.0.8
    ok "TLS is not offered" not grep -q STARTTLS "$E2E_DIR/heard"
    ok "nor is it done" raw_hears '^502 5\.5\.1' 'EHLO x\r\nSTARTTLS\r\nQUIT\r\n'
    ok "no message is taken" raw_hears '^554 5\.5\.1' \
        'EHLO x\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nQUIT\r\n'
    ok "a browser is sent away" raw_hears '^421 4\.5\.2' 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'
    ok "so is TLS from the start" raw_hears '^421 4\.5\.2' '\x16\x03\x01\x02\x00\x01\x00\x01\xfc'
}

# Postfix as the client: what its user reads.
group_bounce() {
    local d=$E2E_DIR
    start_postfix "relayhost=[127.0.0.1]:$PORT"
    printf 'Subject: out\n\nhello\n' |
        gw sendmail -f alice@$E2E_DOMAIN someone@other.example
    ok "Postfix returns the mail" wait_for $((10 * SLOW)) \
        grep -rqs 'Undelivered Mail' "$d/mail/alice/new"
    cat "$d"/mail/alice/new/* | tr -s ' \n' ' ' >"$d/bounce"
    ok "its user reads the reason" grep -q \
        'said: 550-5.7.1 Mail from \[127.0.0.1\] is blocked here: it sent mail to many addresses that do not exist\.' "$d/bounce"
    ok "and the link, whole" grep -qE \
        'open this page, press its button, and send again: https://mx\.example\.com/a/[A-Za-z0-9_-]{20,43} \(in reply to RCPT TO' "$d/bounce"
    ok "once: it does not try another way" same 1 "$(log_count 'smtp\[.*status=bounced')"
    stop_postfix
}

group_rights() {
    ok "it is the engine's user" same "64801 64801 64801 64801" "$(front Uid | xargs)"
    ok "it has no capability" same 0000000000000000 "$(front CapBnd)"
    case $(front VmLck; gw cat "$E2E_DIR/front.err") in
    *'sanitizer build'*)
        skip "its system calls are limited" "a sanitizer build"
        RSS_MAX=$((RSS_MAX * 20))
        ;;
    *) ok "its system calls are limited" same 2 "$(front Seccomp)" ;;
    esac
}

group_log() {
    local line
    hear 127.0.0.9 --ehlo 'x"y' --from 'a"b@example.org' >/dev/null
    hear 127.0.0.9 >/dev/null
    line=$(grep -F client=127.0.0.9 "$E2E_DIR/front.err")
    ok "a rejection is logged once a day, escaped" same \
        'zfw-front: rejected client=127.0.0.9 reason=recipients tier=1 link=yes helo="x\"y" from="a\"b@example.org" to="alice@example.com"' "$line"
}

group_hostile() {
    local what fds
    fds=$(descriptors)
    for what in slow line junk rcpt tls; do
        load $what 200 $((6 * SLOW)) >"$E2E_DIR/$what.out" 2>&1 &
        sleep 1
        ok "good clients are served beside those of '$what'" good 20
        wait $!
        ok "all of '$what' were greeted" grep -qE '^220 200$' "$E2E_DIR/$what.out"
    done
    for what in line junk tls; do
        ok "it ends those of '$what' itself" grep -qx 'closed 200' "$E2E_DIR/$what.out"
    done
    ok "its memory is bounded" rss_ok
    ok "all their descriptors come back" wait_for $((5 * SLOW)) descriptors "$fds"
}

group_crowd() {
    load idle 3000 $((4 * SLOW)) >"$E2E_DIR/crowd.out" 2>&1
    ok "of 3,000 at once as many as it may have are greeted, the others hear 421" \
        crowd_ok "$E2E_DIR/crowd.out" 3000
    ok "its memory is bounded still" rss_ok
    ok "and the next ones are served" wait_for $((5 * SLOW)) good 10
    load idle 60 1 ::1 >"$E2E_DIR/one.out" 2>&1
    ok "one client has 20 connections, the others hear 421" \
        same "220 20 421 40" "$(head -n 2 "$E2E_DIR/one.out" | xargs)"
}

group_end() {
    ok "who says nothing for 30 s is told so" wait_for $((40 * SLOW)) \
        grep -q '^421 4\.4\.2' "$E2E_DIR/idle.out"
    ok "it lives" kill -0 $FRONT_JOB
    say quit >&9
    ok "it ends in order when the engine is gone" wait_for $((5 * SLOW)) \
        grep -qx 'exit 0' "$E2E_DIR/front.out"
    ok "by hand it says how it is used" same 2 \
        "$("$E2E_BUILD/zfw-front" -c /dev/null >/dev/null 2>&1; echo $?)"
    ok "no bug of its own was found" not grep -qE 'bug:|forbidden|Sanitizer|runtime error' \
        "$E2E_DIR/front.err"
}

e2e_setup
start_front blocked=others,2 no-more=127.0.0.6,2 not-blocked=127.0.0.7 \
    silent=127.0.0.8 || { cat "$E2E_DIR/front.err"; die "zfw-front does not start"; }
FRONT_JOB=${E2E_JOBS##* }
raw '' >"$E2E_DIR/idle.out" 2>&1 &
group_rights
group_dialogues
group_log
group_bounce
group_hostile
group_crowd
group_end
say "note $(tail -n 1 "$E2E_DIR/rss") at most; $(sort -t ' ' -k 6n "$E2E_DIR/good" | tail -n 1)"
exec 9>&-
zt_end
