#!/usr/bin/env bash
# The cut: early talkers with a dictionary run are ended on their first visit,
# before their DATA reaches Postfix, and nobody else is; with the mail server in
# the gateway, and in another network namespace behind it.
# usage: bash tests/e2e/t_cut.sh BUILD
# shellcheck source=tests/e2e/lib.sh disable=SC2015,SC2086,SC2153
. "$(dirname "$0")/lib.sh"

HERE=$(cd "$(dirname "$0")" && pwd)
WITHIN_MS=$((100 * E2E_SLOW)) # of the decision
N=6                           # zombies of each kind, family and round
AT_ONCE=$((E2E_SLOW > 1 ? 1 : 4)) # of them: a slow machine starts an smtpd for each
# What a zombie says at the pace of one not far away: there is time to cut it
# between two lines, as there is on the Internet.
RUN="ehlo mail rcpts data body fin"

start_stamps() { # FILE: from the mail server's namespace
    mx python3 "$HERE/stamp.py" "$E2E_DIR/log/mail.log" >"$1" 2>"$1.err" &
    STAMPS=$!
    E2E_JOBS="$E2E_JOBS $STAMPS"
    wait_for 5 grep -q ready "$1"
}

stop_stamps() {
    sleep 0.2
    mx pkill -f "stamp.py $E2E_DIR/log/mail.log"
    wait "$STAMPS" 2>/dev/null
}

# good_round NAME: long sessions with DATA going on; started in the background
good_round() {
    net python3 "$HERE/slowmail.py" $((6 * E2E_SLOW)) "$1" alice@$E2E_DOMAIN \
        $E2E_GW4 $E2E_GW6 203.0.113.{10..17} 2001:db8:60::1{0..3} \
        >"$E2E_DIR/good.$1" 2>&1 &
    GOOD=$!
}

good_are_on() {
    [ "$(mx ss -Htn state established sport = :25 | wc -l)" -eq 12 ]
}

good_went_well() { # NAME
    [ "$(grep -c ' sent$' "$E2E_DIR/good.$1")" -eq 12 ] && return
    cat "$E2E_DIR/good.$1"
    return 1
}

# Who is cut before Postfix has asked for its address has none in its log: such
# lines are given to those without one in the order of time.
# times NAME: "ADDRESS PORT decided sent-reset socket-gone log-line", in ms since
# 1970, 0 = never; of each session of a zombie
times() {
    local d=$E2E_DIR
    tcpdump -tt -nr "$d/$1.pcap" 'src port 25 and tcp[tcpflags] & tcp-rst != 0' 2>/dev/null >"$d/$1.rst"
    tcpdump -tt -nr "$d/$1.pcap" 'ip6 and src port 25 and ip6[53] & 4 != 0' 2>/dev/null >>"$d/$1.rst"
    python3 - "$d/zfwd.err" "$d/$1.rst" "$d/$1.stamps" "$d/$1.out" <<-'END'
	import re, sys
	err, rst, stamps, out = (open(f, errors="replace").read().splitlines() for f in sys.argv[1:])
	decided, reset, gone, ended, nobody, mine = {}, {}, {}, {}, [], []
	for l in err:
	    m = re.search(r"block client=(\S+) .*cause_ms=(\d+)", l)
	    if m:
	        decided.setdefault(m[1].replace("::/64", ""), int(m[2]))
	for l in rst:
	    m = re.match(r"([\d.]+) IP6? \S+ > (\S+)\.(\d+): Flags \[R", l)
	    if m:
	        reset.setdefault((m[2], m[3]), int(float(m[1]) * 1000))
	for l in stamps:
	    m = re.match(r"(\d+) gone (\S+) (\d+)", l)
	    if m:
	        gone[m[2], m[3]] = int(m[1])
	    m = re.match(r"(\d+) log .*lost connection after \S+ from \S+\[(\S+)\]:(\d+)", l)
	    if m:
	        ended[m[2], m[3]] = int(m[1])
	    m = re.match(r"(\d+) log .*lost connection after \S+ from unknown.unknown.", l)
	    if m:
	        nobody.append(int(m[1]))
	for l in out:
	    m = re.match(r"\[?([0-9a-f.:]+?)\]?:(\d+) ", l)
	    if m:
	        mine.append((decided.get(re.sub("::.*", "", m[1]), 0), m[1], m[2]))
	for at, a, p in sorted(mine):
	    late = [t for t in nobody if t >= at]
	    if (a, p) not in ended and late:
	        ended[a, p] = late[0]
	        nobody.remove(late[0])
	    print(a, p, at, *(t.get((a, p), 0) for t in (reset, gone, ended)))
	END
}

# within NAME COLUMN: at most so late; but for one in ten, which may have had to
# wait for a processor, too, that others use.  A socket may be there for less time than
# between two looks; then its line in the log is the witness that it ended.
within() {
    awk -v c="$2" -v max=$WITHIN_MS '
        c == 5 && $5 == 0 && $6 > 0 { next }
        $3 == 0 || $c == 0 || $c - $3 > 10 * max { print "never:", $0; bad = 1; next }
        $c - $3 > max { print "late:", $0; late++ }
        END { exit bad || NR == 0 || late > NR / 10 }' "$E2E_DIR/$1.times"
}

tell() { # NAME COLUMN WHAT
    awk -v c="$2" '$3 && $c { print $c - $3 }' "$E2E_DIR/$1.times" | sort -n |
        awk -v what="$3" '{ v[NR] = $1 } END { if (NR) printf "note %s: median %d ms, maximum %d ms after what decided, %d sessions\n",
            what, v[int((NR + 1) / 2)], v[NR], NR }'
}

no_sockets() { # that are open: of zombies, in the mail server's namespace
    [ -z "$(mx ss -Htn state connected sport = :25 | grep -E '192\.0\.2\.|2001:db8:c')" ]
}

# One round of zombies, with good mail all the while: NAME FIRST4 FIRST6
round() {
    local d=$E2E_DIR name=$1 from
    # A port of its own: what was logged of an earlier round is not this one's.
    start_capture "$d/$name.pcap"
    start_stamps "$d/$name.stamps" || die "no stamps: $(cat "$d/$name.stamps.err")"
    good_round "$name"
    ok "$name: good sessions are on" wait_for 5 good_are_on
    for from in "$2+$N" "$3::1+$N/48"; do # early talkers
        say "from=$from do=\"piggyback $RUN\""
    done >"$d/$name.jobs"
    for from in "${2%?}7+$N" "${3%?}7::1+$N/48"; do # who waits his turn
        say "from=$from do=\"greet $RUN\""
    done >>"$d/$name.jobs"
    zombies -m -c $AT_ONCE -f "$d/$name.jobs" stack=win10 helo="pc-%n" \
        pause=$((25 * E2E_SLOW)) timeout=$((3000 * E2E_SLOW)) \
        rcpt=bob@$E2E_DOMAIN unknown=12 expect= >"$d/$name.out" 2>&1
    ok "$name: no socket of a zombie is left" wait_for 2 no_sockets
    wait $GOOD
    ok "$name: good sessions beside them suffer nothing" good_went_well "$name"
    stop_stamps
    stop_capture
    times "$name" >"$d/$name.times"
    ok "$name: there were sessions" same $((4 * N)) "$(wc -l <"$d/$name.times")"
    ok "$name: each zombie is blocked" same 0 "$(awk '$3 == 0' "$d/$name.times" | wc -l)"
    ok "$name: none got to DATA, as its side sees it" not grep -qE 'replies=[0-9,]*354| accepted ' "$d/$name.out"
    ok "$name: nor as Postfix does" not grep -qE ' log .*disconnect from \S+\[(192\.0\.2\.|2001:db8:c).* data=' "$d/$name.stamps"
    ok "$name: none of its mail is there" not grep -rqs 'Subject: ztraffic' "$d/mail"
    ok "$name: Postfix's log has the end of each within $WITHIN_MS ms" within "$name" 6
    ok "$name: and the socket is gone by then" within "$name" 5
    ok "$name: nobody else's session was lost" not grep -qE \
        ' log .*(lost connection|timeout) after .*\[(203\.0\.113\.|2001:db8:60:)' "$d/$name.stamps"
    tell "$name" 5 "$name: socket gone"
    tell "$name" 6 "$name: line in Postfix's log"
}

count_of() { # FIELD of zfwctl status, searched everywhere
    zfwctl --format json status | python3 -c 'import json, sys
def find(v):
    if isinstance(v, dict):
        for k, x in v.items():
            if k == sys.argv[1] and not isinstance(x, dict):
                yield x
            yield from find(x)
print(next(find(json.load(sys.stdin)), "none"))' "$1"
}

e2e_setup
start_postfix
start_zfwd 'certain_tier = 1' || die "zfwd does not start: $(tail -n 3 "$E2E_DIR/zfwd.err")"
round gateway 192.0.2.11 2001:db8:c101
ok "gateway: each zombie's side was reset" within gateway 4
ok "gateway: and it saw it" same $((4 * N)) "$(grep -c 'end=reset' "$E2E_DIR/gateway.out")"
tell gateway 4 "gateway: reset on the wire"

ok "zfwctl off" zfwctl off
zombies from=192.0.2.92 stack=win10 helo="pc-%d" do="piggyback $RUN" pause=25 \
    rcpt=bob@$E2E_DOMAIN unknown=12 expect=accepted >"$E2E_DIR/off.out" 2>&1
ok "while it is off nobody is cut" grep -q ' accepted ' "$E2E_DIR/off.out"
ok "though it was decided" grep -q ' block client=192\.0\.2\.92 ' "$E2E_DIR/zfwd.err"
ok "zfwctl on" zfwctl on
stop_zfwd

start_zfwd 'mode = shadow' || die "zfwd does not start in shadow mode"
zombies from=192.0.2.91 stack=win10 helo="pc-%d" do="piggyback $RUN" pause=25 \
    rcpt=bob@$E2E_DOMAIN unknown=12 expect=accepted >"$E2E_DIR/shadow.out" 2>&1
ok "in shadow mode nobody is cut" grep -q ' accepted ' "$E2E_DIR/shadow.out"
stop_zfwd
rm -rf "${E2E_DIR:?}/mail"/*

stop_postfix
e2e_behind || die "no namespace behind the gateway"
start_postfix
start_zfwd 'certain_tier = 1' || die "zfwd does not start again"
round behind 192.0.2.111 2001:db8:c201
ok "behind: the gateway has no such socket to close" [ -z "$(gw ss -Htn sport = :25 | grep -E '192\.0\.2\.1[12]|2001:db8:c20')" ]
before=$(log_count ': connect from')
for a in 192.0.2.111 2001:db8:c201::1; do
    ok "behind: $a is dropped, though its port is forwarded" zombies -q from=$a \
        do=probe stack=win10 ladder= connect=400 expect=dropped
done
ok "behind: the mail server there hears nothing of it" same "$before" "$(log_count ': connect from')"
ok "behind: a stranger is let through to it" zombies -q from=192.0.2.131 do=probe \
    stack=win10 ladder= connect=$((2000 * E2E_SLOW)) expect=greeted
ok "no cut failed" not grep -q 'cut-failed client=' "$E2E_DIR/zfwd.err"
zt_end
