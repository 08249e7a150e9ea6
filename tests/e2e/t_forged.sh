#!/usr/bin/env bash
# Lies: spoofed SYNs that name a good server, and log lines that an ordinary
# user writes by logger.  Neither may block anybody, nor move a score where the
# packets show what was said.
# usage: bash tests/e2e/t_forged.sh BUILD
# shellcheck source=tests/e2e/lib.sh disable=SC2086,SC2153
. "$(dirname "$0")/lib.sh"

GOOD=203.0.113.30 # a good server that speaks through ztraffic
SPOOFED=203.0.113.10
NAMELESS=203.0.113.31 # a stranger of which nothing is known
CLOSED=203.0.113.32   # another, whose session is encrypted

# Real rsyslogd: any user may write to its socket, as on any host.
start_syslog() {
    local d=$E2E_DIR
    mkdir -p "$d/syslog"
    cat >"$d/rsyslog.conf" <<-END
	module(load="imuxsock" SysSock.Use="off")
	input(type="imuxsock" Socket="$d/syslog/log" CreatePath="on")
	module(load="builtin:omfile" Template="RSYSLOG_TraditionalFileFormat")
	\$WorkDirectory $d/syslog
	*.* action(type="omfile" file="$d/log/mail.log")
	END
    gw rsyslogd -n -f "$d/rsyslog.conf" -i "$d/syslog/pid" \
        >"$d/syslog/err" 2>&1 </dev/null &
    wait_for 5 test -S "$d/syslog/log" || return 1
    chmod 755 "$d/syslog"
    chmod 666 "$d/syslog/log"
}

forge() { # SERVICE LINE...: as nobody
    local tag="postfix/$1[999]"
    shift
    printf '%s\n' "$@" | gw setpriv --reuid=65534 --regid=65534 --clear-groups \
        logger -u "$E2E_DIR/syslog/log" -p mail.info -t "$tag"
}

# What the packets of a readable session contradict.
lies_about() { # NAME[ADDRESS]:PORT, or without port
    local i
    local user="Recipient address rejected: User unknown in local recipient table"
    for i in 1 2 3 4 5 6 7 8; do
        say "NOQUEUE: reject: RCPT from $1: 550 5.1.1 <no$i@$E2E_DOMAIN>: $user;" \
            "from=<x@example.net> to=<no$i@$E2E_DOMAIN> proto=ESMTP helo=<[10.1.2.3]>"
    done
    for i in 1 2 3; do
        say "NOQUEUE: reject: RCPT from $1: 550 5.1.1 <$E2E_OLD_TRAP>: $user;" \
            "from=<x@example.net> to=<$E2E_OLD_TRAP> proto=ESMTP helo=<pc>"
    done
    say "NOQUEUE: reject: RCPT from $1: 554 5.7.1 <a@example.net>: Relay access denied;" \
        "from=<x@example.net> to=<a@example.net> proto=ESMTP helo=<pc>"
    say "NOQUEUE: reject: RCPT from $1: 554 5.7.1 Service unavailable; Client host" \
        "[192.0.2.1] blocked using list.example.net; from=<x@example.net>" \
        "to=<a@$E2E_DOMAIN> proto=ESMTP helo=<pc>"
    for i in 1 2 3 4 5 6; do
        say "warning: $1: SASL LOGIN authentication failed: authentication failure"
    done
    say "warning: Connection rate limit exceeded: 61 from $1 for service smtp"
    say "improper command pipelining after CONNECT from $1: EHLO pc"
    say "warning: non-SMTP command from $1: GET / HTTP/1.1"
}

lie_about() { # NAME[ADDRESS]:PORT
    local lies
    mapfile -t lies < <(lies_about "$1")
    forge smtpd "${lies[@]}"
    forge postscreen "PREGREET 9 after 0.01 from [${1#*[}: EHLO pc\\r\\n"
    ok "zfw has read the lies about $1" wait_for 5 all_read
}

status() { # NAME: the first number of that name
    zfwctl --format json status | grep -oE "\"$1\": ?[0-9]+" | head -n 1 |
        grep -oE '[0-9]+$'
}

all_read() {
    same "$(stat -c %s "$E2E_DIR/log/mail.log")" "$(status position)"
}

# What `why` has for and against ADDRESS, into FILE.
facts() { # ADDRESS FILE
    zfwctl --format json why "$1" >"$E2E_DIR/$2"
}

# The same terms of the same weight; seconds that have passed are no change.
unmoved() { # FILE FILE
    python3 - "$E2E_DIR/$1" "$E2E_DIR/$2" <<-'END'
	import json, sys
	a, b = ({t['evidence']: t['llr'] for t in json.load(open(f))['terms']}
	        for f in sys.argv[1:3])
	bad = [(k, a.get(k), b.get(k)) for k in sorted(a.keys() | b.keys())
	       if abs(a.get(k, 0) - b.get(k, 0)) > 0.01]
	print(a, bad)
	sys.exit(not a or bool(bad))
	END
}

spoofed_flood() {
    zombies -q from=$SPOOFED do=syn stack=win7 times=20000 -r 20000 >/dev/null 2>&1
    zombies -q from=$SPOOFED do=syn stack=raw times=2000 -r 20000 >/dev/null 2>&1
    sleep 0.5
    ok "22,000 spoofed SYNs do not block the server they name" not in_set $SPOOFED
    ok "which delivers" good_mail $SPOOFED after-flood
    ok "zfw holds nothing against it" eval \
        "! zfwctl why $SPOOFED | grep -qE 'early|pipelining|no-rdns|unknown'"
}

# Nobody has a session: the lines have no witness.
forged_without_session() {
    local before
    before=$(status orphans)
    lie_about "unknown[203.0.113.77]:1234"
    ok "they are orphans" wait_for 3 eval '[ "$(status orphans)" -ge '$((before + 10))' ]'
    ok "forged lines about a stranger block nobody" not in_set 203.0.113.77
    ok "and zfw knows nothing of him" eval 'zfwctl why 203.0.113.77 | grep -q "knows nothing"'
}

# The server is connected right now, and the liar knows its port.
forged_in_session() {
    zombies -q from=$GOOD sport=5555 stack=linux timeout=20000 \
        helo=mail30.example.org rcpt=alice@$E2E_DOMAIN subject=in-session \
        do="greet ehlo mail rcpts sleep:3000 data body quit" \
        expect=accepted,done >"$E2E_DIR/good.out" 2>&1 &
    wait_for 5 in_log ": client=mail30.example.org.$GOOD.:5555"
    sleep 0.3
    facts $GOOD good.1
    lie_about "mail30.example.org[$GOOD]:5555"
    lie_about "mail30.example.org[$GOOD]"
    facts $GOOD good.2
    ok "lies during its session do not block a good server" not in_set $GOOD
    ok "and move nothing" unmoved good.1 good.2
    ok "its session ends well" wait $!
    ok "its mail is delivered" wait_for 5 delivered in-session alice
    ok "and it may come again" zombies from=$GOOD stack=linux do=probe \
        helo=mail30.example.org expect=greeted
}

# Of a stranger there is nothing that would speak for him, but his packets.
forged_nameless() { # WHAT HE SAYS BEFORE THE LIES
    zombies -q from=$NAMELESS sport=$2 stack=linux timeout=20000 \
        helo=mail31.example.org rcpt=alice@$E2E_DOMAIN do="$1 sleep:2500 quit" \
        expect= >/dev/null 2>&1 &
    wait_for 5 in_log ": connect from unknown.$NAMELESS.:$2"
    sleep 0.5
    facts $NAMELESS nameless.1
    lie_about "unknown[$NAMELESS]:$2"
    facts $NAMELESS nameless.2
    ok "lies about a stranger's readable session ($1) move nothing" \
        unmoved nameless.1 nameless.2
    ok "and do not block him" not in_set $NAMELESS
    wait $!
}

# Other people's queue ids and deliveries.
forged_mail() {
    facts $GOOD mail.1
    forge smtpd "F0F0F0F0F0: client=unknown[$GOOD]:5999"
    forge qmgr "F0F0F0F0F0: from=<x@example.net>, size=9, nrcpt=50 (queue active)"
    forge virtual "F0F0F0F0F0: to=<$E2E_TRAP>, relay=virtual, delay=1," \
        "dsn=2.0.0, status=sent (delivered to maildir)"
    ok "zfw has read the forged message" wait_for 5 all_read
    facts $GOOD mail.2
    ok "a message that never came moves nothing" unmoved mail.1 mail.2
    forge smtp "F1F1F1F1F1: to=<x@example.net>, relay=x[192.0.2.66]:25, delay=1," \
        "dsn=2.0.0, status=sent (250 ok)"
    ok "zfw has read the forged delivery" wait_for 5 all_read
    ok "to a zombie, which stays blocked" in_set 192.0.2.66
}

# What packets cannot show: here a liar can still add to the case.
forged_encrypted() {
    zombies -q -c 2 stack=linux timeout=20000 expect= \
        do="greet ehlo starttls sleep:4000 fin" -f - >/dev/null 2>&1 <<-END &
	from=$CLOSED sport=5601 helo=mail32.example.org
	from=$GOOD   sport=5602 helo=mail30.example.org
	END
    wait_for 5 in_log ": connect from unknown.$CLOSED.:5601"
    wait_for 5 in_log ": connect from mail30.example.org.$GOOD.:5602"
    sleep 0.7
    facts $CLOSED closed.1
    lie_about "unknown[$CLOSED]:5601"
    lie_about "mail30.example.org[$GOOD]:5602"
    facts $CLOSED closed.2
    ok "behind STARTTLS they are believed (a limit: log = journal has no liars)" \
        not unmoved closed.1 closed.2
    ok "but even there a server with a name and wanted mail is not blocked" \
        not in_set $GOOD
    wait $!
}

# The same evidence, from a real zombie, does block.
for_real() {
    zombies -q from=192.0.2.66 stack=win10 do=dict unknown=8 helo=pc expect= \
        >/dev/null 2>&1
    ok "a real dictionary run is blocked" wait_for 3 in_set 192.0.2.66
}

e2e_setup
command -v rsyslogd >/dev/null || skip_all "rsyslogd is not installed"
add_host $GOOD mail30.example.org
start_postfix tls
start_syslog || die "rsyslogd does not start: $(cat "$E2E_DIR/syslog/err")"
start_zfwd 'settle = 1s' || die "zfwd does not start: $(tail -n 3 "$E2E_DIR/zfwd.err")"
spoofed_flood
forged_without_session
forged_in_session
forged_nameless "greet ehlo mail rcpts" 5700
forged_nameless "greet ehlo mail" 5701
for_real
forged_mail
forged_encrypted
zt_end
