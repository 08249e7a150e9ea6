#!/usr/bin/env bash
# The systemd journal and named pipes as logs: a real journald in the gateway,
# real entries, forged ones among them; what zfw-journal hands on, where it
# goes on after a restart, what it may do, and what happens when it ends.
. "$(dirname "$0")/lib.sh"

JOURNALD=/lib/systemd/systemd-journald
[ -x "$JOURNALD" ] && [ -s /etc/machine-id ] ||
    skip_all "no systemd-journald or no /etc/machine-id"
getent group systemd-journal >/dev/null || skip_all "no group systemd-journal"
e2e_setup
d=$E2E_DIR
DEVLOG=/run/systemd/journal/dev-log

# Its own /run and settings; as systemd-tmpfiles would make the directory.
start_journald() {
    cat >"$d/journald.conf" <<-END
	[Journal]
	Storage=volatile
	ReadKMsg=no
	Audit=no
	ForwardToWall=no
	RateLimitBurst=0
	END
    gw mount -t cgroup2 cgroup2 /sys/fs/cgroup -o ro || # hidden by our /sys
        gw test -d /sys/fs/cgroup/systemd ||
        return
    gw mount -t tmpfs tmpfs /run &&
        gw mount -t tmpfs tmpfs /var/log &&
        { [ ! -e /etc/systemd/journald.conf ] ||
            gw mount --bind "$d/journald.conf" /etc/systemd/journald.conf; } &&
        gw mkdir -p /run/systemd/journal /run/log &&
        gw install -d -g systemd-journal -m 2755 /run/log/journal
    gw "$JOURNALD" >"$d/journald.err" 2>&1 </dev/null &
    E2E_JOBS="$E2E_JOBS $!"
    wait_for 10 gw test -S $DEVLOG
}

# Programs called as a mail server's are; they stay until journald has looked.
cp "$(command -v logger)" "$d/bin/smtpd"
say_as() { # UID PROGRAM TAG TEXT
    gw setpriv --reuid "$1" --regid "$1" --clear-groups bash -c \
        '{ printf "%s\n" "$3"; sleep 0.3; } | "$1" -u "$0" -t "$2"' \
        $DEVLOG "$2" "$3" "$4"
}
mta() { # TEXT
    say_as 0 "$d/bin/smtpd" postfix/smtpd "$1"
}

counter() { # FIELD of the log's line in the status
    zfwctl --format json status | sed 's/.*"logs"//' |
        grep -oE "\"$1\": ?[0-9]+" | head -n 1 | grep -oE '[0-9]+$'
}

log_has() { # FIELD N
    same "$2" "$(counter "$1")"
}

journal_pid() {
    pgrep -f "^zfw-journal --follow" --ns "$E2E_GW_PID" --nslist pid | head -n 1
}

field() { # of /proc/PID/status
    sed -n "s/^$1:[[:space:]]*//p" "/proc/$(journal_pid)/status"
}

shows() { # TEXT of the status
    zfwctl status | grep -qF "$1"
}

check_start() {
    mta "connect from unknown[203.0.113.90]"
    start_zfwd 'log = {"journal"}' || return
    ok "what was there before the first start is not read" log_has lines 0
    mta "connect from unknown[203.0.113.91]"
    ok "a line of a mail server is read" wait_for 5 log_has understood 1
    ok "and the status says that it is a journal" shows \
        'log           journal: reading (journal); 1 lines, 1 understood'
}

check_forged() {
    say_as 64810 "$(command -v logger)" postfix/smtpd "connect from x[192.0.2.66]"
    say_as 64810 "$d/bin/smtpd" postfix/smtpd "connect from x[192.0.2.66]"
    say_as 0 "$(command -v logger)" postfix/smtpd "connect from x[192.0.2.66]"
    printf 'connect from x[192.0.2.66]\n' |
        gw setpriv --reuid 64810 --regid 64810 --clear-groups \
            systemd-cat -t postfix/smtpd
    mta "connect from unknown[203.0.113.92]"
    ok "an honest line is read" wait_for 5 log_has understood 2
    ok "and none of the forged ones before it" log_has lines 2
    ok "though journald has them" grep -q 192.0.2.66 \
        <(gw journalctl -D /run/log/journal -o cat 2>/dev/null)
}

# A stranger's session that is encrypted: the log is the only witness, and an
# ordinary user would like to be in it.
check_encrypted() {
    local i text="550 5.1.1 <no%d@$E2E_DOMAIN>: Recipient address rejected: User unknown in local recipient table"
    local from="NOQUEUE: reject: RCPT from unknown[192.0.2.77]:5701"
    start_postfix tls # its own lines go to a file
    zombies -q from=192.0.2.77 sport=5701 stack=linux timeout=20000 expect= \
        do="greet ehlo starttls sleep:9000 fin" >/dev/null 2>&1 &
    ok "a stranger has an encrypted session" wait_for 5 \
        in_log "connect from unknown.192.0.2.77.:5701"
    sleep 0.5
    for i in 1 2 3 4; do
        # shellcheck disable=SC2059
        say_as 64810 "$(command -v logger)" postfix/smtpd "$from: $(printf "$text" $i)"
    done
    mta "connect from unknown[192.0.2.77]:5701"
    ok "an honest line about it is read" wait_for 5 log_has understood 3
    ok "but no forged one counts" not says_unknown
    # shellcheck disable=SC2059
    mta "$from: $(printf "$text" 5)"
    ok "one of the mail server does" wait_for 5 says_unknown
    wait $!
    stop_postfix
}

says_unknown() {
    zfwctl why 192.0.2.77 | grep -q 'recipients that do not exist'
}

check_privileges() {
    ok "it runs" test -n "$(journal_pid)"
    ok "as the engine's user" same "64801 64801 64801 64801" "$(field Uid | tr '\t' ' ')"
    ok "with the group of the journal" same "$(getent group systemd-journal | cut -d: -f3)" \
        "$(field Groups | tr -d ' ')"
    ok "without capabilities" same 0000000000000000 "$(field CapEff)"
    ok "nor a way to get some" same "0000000000000000 1" "$(field CapBnd) $(field NoNewPrivs)"
    ok "under a system call filter" same 2 "$(field Seccomp)"
}

check_restart() {
    stop_zfwd
    ok "it ends with the others" wait_for 5 test -z "$(journal_pid)"
    mta "connect from unknown[203.0.113.93]"
    mta "connect from unknown[203.0.113.94]"
    start_zfwd 'log = {"journal"}' || return
    ok "after a restart it goes on behind the last line" wait_for 5 log_has lines 2
    mta "connect from unknown[203.0.113.95]"
    ok "and with new ones" wait_for 5 log_has lines 3
}

check_rotation() {
    gw bash -c 'kill -USR2 "$(pgrep -x systemd-journal | head -n 1)"'
    ok "journald has rotated" wait_for 5 gw bash -c \
        '[ "$(ls /run/log/journal/* | wc -l)" -gt 1 ]'
    mta "connect from unknown[203.0.113.96]"
    ok "which changes nothing" wait_for 5 log_has lines 4
}

check_killed() {
    local pid
    pid=$(journal_pid)
    kill -KILL "$pid"
    ok "when it is killed the guard says so" wait_for 5 grep -q \
        "zfw-journal died: $(e2e_died "killed by signal 9 (Killed)"); the journal is not read any more" \
        "$d/zfwd.err"
    ok "the others go on" zfwctl status
    ok "and the status shows it" wait_for 5 shows 'log           journal: ended (journal)'
    stop_zfwd
}

check_fifo() {
    local w
    mkfifo -m 644 "$d/log/pipe"
    start_zfwd "log = {\"$d/log/pipe\"}" || return
    exec {w}>"$d/log/pipe"
    printf 'Jan  1 00:00:00 mx postfix/smtpd[1]: connect from unknown[203.0.113.97]\n' >&"$w"
    ok "a named pipe is read" wait_for 5 log_has understood 1
    exec {w}>&-
    sleep 1.5
    timeout 5 bash -c 'printf "Jan  1 00:00:00 mx postfix/smtpd[1]: connect from unknown[203.0.113.98]\n" >"$1"' \
        fifo "$d/log/pipe"
    ok "also of another writer" wait_for 5 log_has understood 2
    ok "without turning in circles" idle
    stop_zfwd
}

idle() { # two seconds of the engine cost less than half of one
    local pid a b
    pid=$(pgrep -x zfw-engine --ns "$E2E_GW_PID" --nslist pid | head -n 1)
    a=$(awk '{print $14 + $15}' "/proc/$pid/stat")
    sleep 2
    b=$(awk '{print $14 + $15}' "/proc/$pid/stat")
    [ $((b - a)) -lt 50 ]
}

said_none() { # prints how often
    grep -c 'zfw-journal: journal-none: no journal that may be read' "$d/zfwd.err"
}

check_none() {
    gw mount -t tmpfs tmpfs /run
    start_zfwd 'log = {"journal"}' || return
    ok "without journald a line says so" wait_for 5 said_none
    ok "and zfwd runs" zfwctl status
    ok "one line" same 1 "$(said_none)"
    stop_zfwd
    ZFW_JOURNAL=/no/such/program gw "$d/bin/zfwd" -f -c "$d/zfwd.conf" 2>"$d/err"
    ok "without zfw-journal zfwd does not start" same 1 $?
    ok "and says what is missing" grep -q \
        '^zfwd: journal-start: cannot start zfw-journal: /no/such/program: ' "$d/err"
}

start_journald || die "journald does not start: $(cat "$d/journald.err")"
check_start
check_forged
check_encrypted
check_privileges
check_restart
check_rotation
check_killed
check_fifo
check_none
zt_end
