#!/usr/bin/env bash
# The units: what systemd-analyze thinks of them; and a real job under exactly
# what they allow, without systemd (tests/tools/confine), with its statistics
# and its letter.
# usage: bash tests/e2e/t_service.sh BUILD
# shellcheck source=tests/e2e/lib.sh disable=SC2015,SC2086,SC2119
. "$(dirname "$0")/lib.sh"

THRESHOLD=20 # tenths: systemd-analyze says 2.0
# It hands a letter to sendmail, which becomes a group of its own: nearly all
# that counts there would forbid just that.
LETTER=60

# --- what systemd says -------------------------------------------------------

installed() { # all units as `make install` writes them, in one directory
    local d=$E2E_DIR/units f
    mkdir "$d"
    for f in "$E2E_SRC"/service/*.service.in; do
        f=$(basename "$f" .service.in)
        e2e_unit "$f" >"$d/$f.service"
    done
    cp "$E2E_SRC"/service/*.timer "$d"
    cp "$E2E_BUILD/zfw-stats" "$E2E_DIR/bin"
}

score() { # UNIT TENTHS
    local out
    out=$(systemd-analyze security --no-pager --offline=true \
        --threshold="$2" "$E2E_DIR/units/$1.service" 2>&1) && return
    printf '%s\n' "$out" | grep -v '✓'
    return 1
}

verified() {
    local out
    out=$(SYSTEMD_UNIT_PATH="$E2E_DIR/units:" systemd-analyze verify --man=no \
        "$E2E_DIR"/units/*.service "$E2E_DIR"/units/*.timer 2>&1 |
        grep -F "$E2E_DIR/units") || return 0
    printf '%s\n' "$out"
    return 1
}

check_units() {
    local u most
    installed
    for u in "$E2E_DIR"/units/*.service; do
        u=$(basename "$u" .service)
        most=$THRESHOLD
        [ "$u" != zfw-letter ] || most=$LETTER
        ok "systemd-analyze security $u.service: at most $most tenths" score "$u" $most
    done
    ok "systemd-analyze verify has nothing against any of them" verified
    sed -i 's/^UMask=.*/UMsk=0077/' "$E2E_DIR/units/zfw-front.service"
    ok "though it would see a misspelt directive" not verified
}

# --- is it really confined? -----------------------------------------------------

as() { # UNIT SHELL-COMMAND: under what it allows
    local -a how
    mapfile -t how < <(e2e_confined "$1")
    gw "${how[@]}" bash -c "$2"
}

check_confine() {
    local d=$E2E_DIR
    e2e_units || die "no units"
    ok "the guard is its own user" same zfw-guard:zfw-guard \
        "$(as zfwd 'id -un; id -Gn' | paste -sd:)"
    ok "with two capabilities" same 0000000000001004 \
        "$(as zfwd 'sed -n "s/^CapEff:.//p" /proc/self/status')"
    ok "the engine with one" same 0000000000002000 \
        "$(as zfw-engine 'sed -n "s/^CapEff:.//p" /proc/self/status')"
    ok "the front with none, and it can have none" same \
        "0000000000000000 0000000000000000 1" "$(as zfw-front \
            'sed -nE "s/^(CapEff|CapBnd|NoNewPrivs):.//p" /proc/self/status' | paste -sd' ')"
    ok "the run directory can be written to" as zfwd "echo >$d/run/x && rm $d/run/x"
    ok "the state directory not by the guard" not as zfwd "echo >$d/state/x"
    ok "but by the engine" as zfw-engine "echo >$d/state/x && rm $d/state/x"
    ok "nothing else" not as zfw-engine "echo >$d/mail/x"
    ok "no home is to be seen" same "" "$(as zfwd 'ls -A /root')"
    ok "/tmp is another" same "" "$(as zfwd 'ls /tmp' | grep -v zfw-e2e)"
    ok "other processes are not to be seen" not as zfwd 'ls /proc/1'
    ok "nor the kernel's settings" not as zfwd 'cat /proc/sys/kernel/osrelease'
    ok "there is no namespace to be had" not as zfwd 'unshare -U true'
    ok "no user to be changed" not as zfwd 'setpriv --reuid 0 true'
    ok "no priority to be raised" not as zfwd 'renice -n 1 $$'
    ok "no packet socket for the guard" not as zfwd \
        'python3 -c "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)"'
    ok "but one for the engine" as zfw-engine \
        'python3 -c "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)"'
    ok "no network for the front" not as zfw-front 'ip -o link | grep -v " lo:" | grep .'
    sed 's/^UMask=.*/PrivateHolidays=yes/' "$d/zfwd.service" >"$d/grown.service"
    ok "what is not tried here is an error" not gw "$d/bin/confine" --check "$d/grown.service"
}

# --- a real job ---------------------------------------------------------------------

CONF=('front = tproxy' 'tiers = {"10min"}' 'front_http = "127.0.0.1:8025"')

restart_needed() { # nothing of it runs any more
    ! gw pgrep -x 'zfwd|zfw-engine|zfw-front|zfw-journal|zfw-join'
}

status_of() { # PROCESS FIELD...
    local p=$1
    shift
    gw sed -nE "s/^($(printf '%s|' "$@")none):[[:space:]]*//p" \
        "/proc/$(gw pgrep -x "$p")/status" | tr '\t\n' '  ' | sed 's/ *$//'
}

check_identity() {
    local u
    ok "zfwd runs as zfw-guard" same "64802 64802 64802 64802 0000000000001004" \
        "$(status_of zfwd Uid CapEff)"
    for u in zfw-engine zfw-front; do
        ok "$u as zfw, with no capability" same \
            "64801 64801 64801 64801 0000000000000000 0000000000000000 0000000000000000 1" \
            "$(status_of $u Uid CapInh CapPrm CapEff NoNewPrivs)"
    done
    ok "the unit's filters of system calls and its own: three" same "2 3" \
        "$(status_of zfw-engine Seccomp Seccomp_filters)"
    ok "nobody is root" not gw pgrep -u 0 -f "^(zfw-|$E2E_DIR/bin/zfw)"
    ok "the journal's service has ended: it is not needed" not gw pgrep -x 'zfw-journal|zfw-join'
}

rejected() { # ADDRESS: by the front
    in_set "$1" reject4
}

check_job() {
    start_zfwd "${CONF[@]}" || die "zfwd does not start: $(tail -n 5 "$E2E_DIR/zfwd.err")"
    ok "the front is there" wait_for 5 grep -q 'front: it is there' "$E2E_DIR/zfwd.err"
    check_identity
    ok "good mail passes" good_mail 203.0.113.10 "before all"
    ok "and is delivered" wait_for 5 delivered "before all"
    zombies -q from=192.0.2.7 do=early rcpt=$E2E_TRAP >/dev/null 2>&1
    ok "a zombie is rejected from now on" wait_for 5 rejected 192.0.2.7
    net ip addr add 192.0.2.7/32 dev lo
    ok "the front tells it so" not good_mail 192.0.2.7 "no way"
    ok "and says that it did" wait_for 5 grep -q 'rejected client=192.0.2.7 ' "$E2E_DIR/zfwd.err"
    net ip addr del 192.0.2.7/32 dev lo
    e2e_conf "${CONF[@]}" 'block_rate = 77' >"$E2E_DIR/zfwd.conf"
    ok "a reload is taken" zfwctl reload
    ok "good mail passes behind it" good_mail 203.0.113.11 "after the reload"
    mv "$E2E_DIR/log/mail.log" "$E2E_DIR/log/mail.log.1"
    ok "the page cannot open anything, but answers" gw curl -s --max-time 5 -o /dev/null http://127.0.0.1:8025/
    mv "$E2E_DIR/log/mail.log.1" "$E2E_DIR/log/mail.log"
    check_stats
    check_letter
}

check_stats() {
    local d=$E2E_DIR to=$E2E_DIR/state-stats
    e2e_unit zfw-stats | sed "s,^StateDirectory=.*,ReadWritePaths=$to," >"$d/zfw-stats.service"
    gw install -d -o zfw -g zfw -m 755 "$to"
    ok "the statistics are written, by the command of their unit" \
        as zfw-stats "$(command_of zfw-stats 1)"
    ok "they know the zombie" grep -qF 192.0.2.7 "$to/report.html"
    ok "and the metrics" as zfw-stats "$(command_of zfw-stats 2)"
    ok "are there" grep -q '^zfw_' "$to/zfw.prom"
    ok "the store cannot be written to" not as zfw-stats "echo >>$d/state/zfw.kch"
    ok "there is no network" not as zfw-stats 'ip -o link | grep -v " lo:" | grep .'
    ok "nor another user" same 65534 "$(as zfw-stats "stat -c %u /etc")"
    ok "what is forbidden there kills" grep -q 'Bad system call' \
        <(as zfw-stats 'renice -n 1 $$; :' 2>&1)
}

command_of() { # UNIT N: its Nth, with the test's configuration
    sed -n 's/^ExecStart=//p' "$E2E_DIR/$1.service" | sed -n "$2p" |
        sed "s,bin/zfw-stats ,&-c $E2E_DIR/zfwd.conf ,"
}

letter_came() {
    grep -rlsx "Subject: zfw on .*" "$E2E_DIR/mail/alice" >"$E2E_DIR/letters"
    [ "$(wc -l <"$E2E_DIR/letters")" = "$1" ]
}

# Postfix's own sendmail, whose postdrop has to become its group.
check_letter() {
    local d=$E2E_DIR send
    e2e_unit zfw-letter >"$d/zfw-letter.service"
    send="$(command_of zfw-letter 1) --to alice@$E2E_DOMAIN"
    ok "the letter is taken by Postfix's sendmail" as zfw-letter "$send"
    ok "and delivered" wait_for 10 letter_came 1
    ok "from the service's user" grep -q 'from userid 64801' "$(cat "$d/letters")"
    ok "the store cannot be written to then, either" \
        not as zfw-letter "echo >>$d/state/zfw.kch"
    ok "nor homes be seen" same "" "$(as zfw-letter 'ls -A /root')"
    ok "nor processes" not as zfw-letter 'ls /proc/1'
    # postdrop tries again and again then.
    say "NoNewPrivileges=yes" >>"$d/zfw-letter.service"
    ok "with NoNewPrivileges=yes it would not be taken" not as zfw-letter "timeout 4 $send"
    ok "so there is one letter" letter_came 1
}

check_second() {
    local -a how
    mapfile -t how < <(e2e_confined zfwd)
    gw "${how[@]}" "$E2E_DIR/bin/zfwd" -f -c "$E2E_DIR/zfwd.conf" 2>"$E2E_DIR/err"
    ok "a second one is refused" same 1 $?
    ok "and says why" grep -q 'already running (pid' "$E2E_DIR/err"
    ok "who joins too late is not needed" as zfw-front "$E2E_DIR/bin/zfw-join front $E2E_DIR/run/join"
    ok "another user may not" not gw setpriv --reuid 64810 --regid 64810 --clear-groups \
        "$E2E_DIR/bin/zfw-join" engine "$E2E_DIR/run/join"
    ok "which is logged" wait_for 5 grep -q 'user 64810 wanted to join: refused' "$E2E_DIR/zfwd.err"
}

check_ends() {
    stop_zfwd
    ok "it ends in order" same 0 $?
    ok "and all with it" wait_for 5 restart_needed
    ok "its blocks hold on" rejected 192.0.2.7
    start_zfwd "${CONF[@]}" || die "zfwd does not start again"
    ok "they are there after a restart" rejected 192.0.2.7
    ok "and the front" wait_for 5 gw pgrep -x zfw-front
    gw pkill -KILL -x zfw-engine
    ok "when the engine is killed the gate is open" good_mail 203.0.113.12 "engine dead"
    wait "$E2E_ZFWD"
    ok "zfwd ends as failed" same 1 $?
    ok "it says so" grep -q 'zfw-engine died: its service manager knows why' "$E2E_DIR/zfwd.err"
    ok "and all end" wait_for 5 restart_needed
    ok "good mail passes still" good_mail 203.0.113.13 "nobody there"
}

# Root by hand, then a service again: nothing of one is in the other's way.
check_by_hand() {
    E2E_CONFINE='' start_zfwd "${CONF[@]}" || die "zfwd does not start by hand"
    ok "by hand, as root, it starts in the same directories" zfwctl status
    ok "the run directory stays as it was" same "zfw-guard zfw 1775" \
        "$(gw stat -c '%U %G %a' "$E2E_DIR/run")"
    stop_zfwd
    start_zfwd "${CONF[@]}"
    ok "and as a service once more" zfwctl status
    stop_zfwd
    gw chown root:root "$E2E_DIR/run"
    local -a how
    mapfile -t how < <(e2e_confined zfwd)
    gw "${how[@]}" "$E2E_DIR/bin/zfwd" -f -c "$E2E_DIR/zfwd.conf" 2>"$E2E_DIR/err"
    ok "a run directory of another is refused" same 1 $?
    ok "and said what it should be" grep -q \
        'run: should belong to 64802:64801 with mode 1775' "$E2E_DIR/err"
}

command -v systemd-analyze >/dev/null || skip_all "no systemd-analyze"
e2e_setup
check_units
check_confine
start_postfix
export E2E_CONFINE=1
check_job
check_second
check_ends
check_by_hand
zt_end
