#!/usr/bin/env bash
# Lies: spoofed SYNs that name a good server, and log lines that an ordinary
# user writes by logger.  Neither may block anybody.
# usage: bash tests/e2e/t_forged.sh BUILD
# shellcheck source=tests/e2e/lib.sh disable=SC2086,SC2153
. "$(dirname "$0")/lib.sh"

GOOD=203.0.113.30 # a good server that speaks through ztraffic
SPOOFED=203.0.113.10

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

forge() { # LINE...: as nobody
    printf '%s\n' "$@" | gw setpriv --reuid=65534 --regid=65534 --clear-groups \
        logger -u "$E2E_DIR/syslog/log" -p mail.info -t 'postfix/smtpd[999]'
}

lies_about() { # NAME[ADDRESS]:PORT, or without port
    local i who="unknown[${1#*[}"
    local user="Recipient address rejected: User unknown in local recipient table"
    printf 'connect from %s\n' "$who"
    for i in 1 2 3 4 5 6 7 8; do
        say "NOQUEUE: reject: RCPT from $who: 550 5.1.1 <no$i@$E2E_DOMAIN>: $user;" \
            "from=<x@example.net> to=<no$i@$E2E_DOMAIN> proto=ESMTP helo=<[10.1.2.3]>"
    done
    for i in 1 2 3; do
        say "NOQUEUE: reject: RCPT from $1: 550 5.1.1 <$E2E_OLD_TRAP>: $user;" \
            "from=<x@example.net> to=<$E2E_OLD_TRAP> proto=ESMTP helo=<pc>"
    done
    say "NOQUEUE: reject: RCPT from $1: 554 5.7.1 Service unavailable; Client host" \
        "[$GOOD] blocked using list.example.net; from=<x@example.net>" \
        "to=<a@$E2E_DOMAIN> proto=ESMTP helo=<pc>"
    say "improper command pipelining after CONNECT from $1: EHLO pc"
}

orphans() {
    zfwctl --format json status | grep -oE '"orphans": ?[0-9]+' | grep -oE '[0-9]+$'
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
    before=$(orphans)
    mapfile -t lies < <(lies_about "unknown[203.0.113.77]:1234")
    forge "${lies[@]}"
    ok "the lines are in the log" wait_for 3 in_log 'no8@.*' 
    ok "they are orphans" wait_for 3 eval '[ "$(orphans)" -ge '$((before + 10))' ]'
    ok "forged lines about a stranger block nobody" not in_set 203.0.113.77
}

# The server is connected right now, and the liar knows its port.
forged_in_session() {
    zombies -q from=$GOOD sport=5555 stack=linux timeout=20000 \
        helo=mail30.example.org rcpt=alice@$E2E_DOMAIN subject=in-session \
        do="greet ehlo mail rcpts sleep:3000 data body quit" \
        expect=accepted,done >"$E2E_DIR/good.out" 2>&1 &
    wait_for 5 in_log "connect from mail30.example.org.$GOOD.:5555"
    sleep 0.3
    mapfile -t lies < <(lies_about "mail30.example.org[$GOOD]:5555")
    forge "${lies[@]}"
    mapfile -t lies < <(lies_about "mail30.example.org[$GOOD]")
    forge "${lies[@]}"
    wait_for 3 in_log 'list.example.net' 
    sleep 0.5
    ok "lies during its session do not block a good server" not in_set $GOOD
    ok "whose session ends well" wait $!
    ok "and whose mail is delivered" wait_for 5 delivered in-session alice
    ok "and who may come again" zombies from=$GOOD stack=linux do=probe \
        helo=mail30.example.org expect=greeted
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
start_postfix
start_syslog || die "rsyslogd does not start: $(cat "$E2E_DIR/syslog/err")"
start_zfwd || die "zfwd does not start: $(tail -n 3 "$E2E_DIR/zfwd.err")"
spoofed_flood
forged_without_session
forged_in_session
for_real
zt_end
