#!/usr/bin/env bash
# The guard with an engine that does what the test says (fakeengine): what it
# lets into the kernel, how it keeps its table, its logs and its privileges,
# and what is left when somebody dies.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/fakelib.sh"

table() {
    gw nft list table inet zfw
}

elements() { # of block4
    gw nft list set inet zfw block4 | grep -oE '([0-9]+\.){3}[0-9]+ ' | wc -l
}

status_of() { # FIELD: of the guard's process
    gw sed -n "s/^$1:[[:space:]]*//p" "/proc/$(guard_pid)/status"
}

inode() {
    stat -c '%d %i' "$1"
}

# --- options and faults before the start -----------------------------------

check_usage() {
    e2e_conf >"$d/zfwd.conf"
    ok "--version says which" run_guard --version
    ok "--help says how" run_guard --help
    run_guard --nonsense >/dev/null 2>&1
    ok "an unknown option is usage: 2" same 2 $?
    run_guard -f argument >/dev/null 2>&1
    ok "an argument is usage: 2" same 2 $?
    ok "-n takes a good config" run_guard -n
    run_guard -nv >"$d/printed.conf"
    ok "-nv prints one that parses to itself" bash -c \
        "'$d/bin/zfwd' -nv -c '$d/printed.conf' | cmp - '$d/printed.conf'"
    echo 'no_such_key = 1' >>"$d/zfwd.conf"
    ok "-n refuses a bad one" not run_guard -n
    run_guard -n 2>"$d/err"
    ok "and names file and line" grep -qE "^zfwd: $d/zfwd.conf:[0-9]+: " "$d/err"
    run_guard -f 2>"$d/err"
    ok "a daemon does not start with it" same 1 $?
    e2e_conf >"$d/zfwd.conf"
    gw setpriv --reuid 64801 --regid 64801 --clear-groups \
        "$d/bin/zfwd" -f -c "$d/zfwd.conf" 2>"$d/err"
    ok "not as root: 1" same 1 $?
    ok "with one clear line" same "zfwd: root: must be started as root (it gives root up)" "$(cat "$d/err")"
    e2e_conf 'guard_user = "no-such"' >"$d/zfwd.conf"
    run_guard -f 2>"$d/err"
    ok "an unknown user is named" same "zfwd: $(e2e_either "places: no such user: no-such" \
        "root: must be started as root (it gives root up)")" "$(cat "$d/err")"
}

# The guard with an engine that is no good; what was said is in err.
bad_engine() { # PROGRAM ARGUMENT...: of zfwd
    local engine=$1 good=$d/join/zfw-engine rc
    shift
    : >"$d/zfwd.err"
    if [ -n "${E2E_CONFINE:-}" ]; then
        mv "$good" "$good.kept"
        cp "$engine" "$good" 2>/dev/null
        fake_joins zfw-engine
    fi
    ENGINE=$engine run_guard "$@" 2>"$d/err"
    rc=$?
    [ -z "${E2E_CONFINE:-}" ] || mv "$good.kept" "$good"
    cat "$d/zfwd.err" >>"$d/err" # those that join
    return $rc
}

check_no_engine() {
    e2e_conf >"$d/zfwd.conf"
    bad_engine /no/such/engine -f
    ok "a missing engine is named" grep -q "$(e2e_either \
        '^zfwd: engine-start: cannot start zfw-engine: /no/such/engine: ' \
        "^zfw-join: $d/join/zfw-engine: No such file")" "$d/err"
    bad_engine /bin/false -f
    ok "an engine that ends at once ends the guard: 1" same 1 $?
    ok "which says how it ended" grep -q \
        "zfw-engine died: $(e2e_died 'exit status 1'); it never came up" "$d/err"
    in_background_too || return
    bad_engine /bin/false
    ok "in the background the starter gets 1 as well" same 1 $?
    ok "and the reason on its stderr" grep -q 'zfw-engine died' "$d/err"
}

# Its unit starts it with -f.
in_background_too() {
    [ -z "${E2E_CONFINE:-}" ] ||
        skip "zfwd in the background" "a service stays in the foreground"
    [ -z "${E2E_CONFINE:-}" ]
}

# --- privileges --------------------------------------------------------------

check_privileges() {
    ok "every uid is the guard user's" same "64802 64802 64802 64802" "$(status_of Uid | tr '\t' ' ')"
    ok "every gid too" same "64802 64802 64802 64802" "$(status_of Gid | tr '\t' ' ')"
    if logged 'no Landlock'; then
        ok "only CAP_NET_ADMIN" same 0000000000001000 "$(status_of CapEff)"
        ok "and the group of the logs" same 4 "$(status_of Groups | tr -d ' ')"
    else
        ok "only CAP_NET_ADMIN and CAP_DAC_READ_SEARCH" same 0000000000001004 "$(status_of CapEff)"
        ok "and no group" same "" "$(status_of Groups | tr -d ' ')"
    fi
    ok "nothing more can be permitted" same "$(status_of CapEff)" "$(status_of CapPrm)"
    # The unit's two, which nobody there has the right to take out.
    ok "nor inherited" same "$(e2e_either 0000000000000000 "$(status_of CapEff)")" \
        "$(status_of CapInh)"
    ok "nothing more is in the bounding set" \
        same "$(e2e_either 0000000000000000 "$(status_of CapEff)")" "$(status_of CapBnd)"
    ok "and the ambient set is empty" same 0000000000000000 "$(status_of CapAmb)"
    ok "no new privileges" same 1 "$(status_of NoNewPrivs)"
    if logged 'sanitizer build'; then
        skip "system calls are filtered" "sanitizer build"
    else
        ok "system calls are filtered" same 2 "$(status_of Seccomp)"
    fi
    ok "the engine got its descriptors" said 'arg --guard-fd'
    ok "the state directory is the engine's" same "zfw zfw-guard 750" "$(gw stat -c '%U %G %a' "$d/state")"
    ok "the run directory is the guard's" same \
        "$(e2e_either "root zfw 755" "zfw-guard zfw 1775")" "$(gw stat -c '%U %G %a' "$d/run")"
}

check_second() {
    run_guard -f 2>"$d/err"
    ok "a second zfwd is refused: 1" same 1 $?
    ok "it names the first" same "zfwd: places: already running (pid $(guard_pid))" "$(cat "$d/err")"
    ok "which goes on" gw kill -0 "$(guard_pid)"
}

# --- records -----------------------------------------------------------------

check_blocks() {
    ok "the engine is greeted" said hello
    ok "and told our addresses" said "own $E2E_GW4"
    ok "the IPv6 ones too" said "own $E2E_GW6"
    ok "and the default gateways" said "own 198.51.100.2"
    ok "and that the table is there" said 'table on'
    ok "and asked for everything" said resync
    fake block 192.0.2.7 600 2
    fake block 2001:db8:7:8::9 3600 3
    ok "records are applied" same 0 "$(sync_engine)"
    ok "a blocked address is in the set" in_set 192.0.2.7
    ok "with its timeout" grep -qE 'timeout 10m ' <<<"$(element 192.0.2.7)"
    ok "and its comment" grep -qF 'comment "tier 2 score 0.981 early-talk, no-rdns"' <<<"$(element 192.0.2.7)"
    ok "an IPv6 /64 is in its set" grep -qE 'timeout 1h ' <<<"$(element 2001:db8:7:8::9)"
    fake renew 192.0.2.7 7200 4
    sync_engine >/dev/null
    ok "a renewal changes timeout and comment" grep -qE 'timeout 2h .*tier 4' <<<"$(element 192.0.2.7)"
    fake block 192.0.2.8 5184000 6
    sync_engine >/dev/null
    ok "no timeout is longer than the lease" grep -qE 'timeout 1d ' <<<"$(element 192.0.2.8)"
    fake unblock 192.0.2.8
    ok "an unblock is applied" same 0 "$(sync_engine)"
    ok "and the element is gone" not in_set 192.0.2.8
    fake unblock 192.0.2.9
    ok "unblocking what is not blocked is no failure" same 0 "$(sync_engine)"
    fake allow 192.0.2.0/25 192.0.2.128
    ok "an allow list is applied" same 0 "$(sync_engine)"
    ok "as networks" in_set 192.0.2.77 allow4
}

check_refusals() {
    local a
    for a in 127.0.0.1 10.1.2.3 $E2E_GW4 198.51.100.2 fe80::1 fd00::1 \
        $E2E_GW6; do
        fake block "$a" 600 1
    done
    sync_engine >/dev/null
    for a in 127.0.0.1/32 10.1.2.3/32 $E2E_GW4/32 198.51.100.2/32; do
        ok "never blocked: $a" said "refused ${a%/32}(/32)? never"
    done
    for a in fe80::/64 fd00::/64 2001:db8:ffff::/64; do
        ok "never blocked: $a" said "refused $a never"
        ok "$a is not in the set" not in_set "${a%/64}"
    done
    ok "10.1.2.3 is not in the set" not in_set 10.1.2.3
    ok "one line in the log, not seven" same 1 "$(grep -c 'reason=never-block' "$d/zfwd.err")"
    fake block 192.0.2.0/24 600 1
    sync_engine >/dev/null
    ok "a network is no key" logged 'refused net=192.0.2.0/24 reason=malformed'
    forget_said
    fake block 192.0.2.99 600 1
    sync_engine >/dev/null
    ok "the address is blocked ..." in_set 192.0.2.99
    gw ip addr add 192.0.2.99/32 dev lo
    ok "... until it becomes ours" wait_for 2 not in_set 192.0.2.99
    ok "the engine is told" said 'own 192.0.2.99(/32)?'
    gw ip addr del 192.0.2.99/32 dev lo
    ok "and told when it goes" wait_for 2 said 'unown 192.0.2.99(/32)?'
    forget_said
    fake restore
    ok "a restore that nobody asked for is noticed" wait_for 2 logged 'restores blocks unasked'
}

check_rate() {
    start_guard 'block_rate = 10' || return
    fake burst 50 192.0.2.1 600
    sync_engine >/dev/null
    ok "10 of 50 new blocks pass a rate cap of 10 a minute" same 10 "$(elements)"
    ok "the others are answered" same 40 "$(grep -c 'refused .* rate' "$d/fake/out")"
    forget_said
    gw nft delete table inet zfw 2>/dev/null
    wait_for 3 said resync
    ok "a restore that was asked for brings all 50" wait_for 3 \
        bash -c "[ \$(nsenter -t $E2E_GW_PID -n nft list set inet zfw block4 | grep -oE '192\.0\.2\.[0-9]+' | wc -l) = 50 ]"
    fake restore
    fake burst 5 203.0.113.100 600
    sync_engine >/dev/null
    ok "after it the cap is back" not in_set 203.0.113.104
    stop_guard
}

check_size() {
    gw nft delete table inet zfw 2>/dev/null
    start_guard 'blocks_max = 64' || return
    fake burst 100 192.0.2.1 600
    sync_engine >/dev/null
    ok "no more than blocks_max go in" same 64 "$(elements)"
    ok "the others are answered as full" same 36 "$(grep -c 'refused .* full' "$d/fake/out")"
    stop_guard
    gw nft delete table inet zfw 2>/dev/null
}

check_shadow() {
    start_guard 'mode = shadow' || return
    fake block 192.0.2.7 600 2
    sync_engine >/dev/null
    ok "shadow mode refuses every block" said 'refused 192.0.2.7(/32)? shadow'
    ok "nothing is in the set" not in_set 192.0.2.7
    ok "there is no rule that drops" not grep -qw drop <<<"$(table)"
    fake allow 192.0.2.0/24
    ok "the allow list is taken" same 0 "$(sync_engine)"
    stop_guard
    gw nft delete table inet zfw 2>/dev/null
}

# --- the table ---------------------------------------------------------------

back_in() { # COMMAND...: how long until 192.0.2.7 is blocked again, in ms
    local t0
    t0=$(now_ms)
    "$@" || return 1
    wait_for 5 in_set 192.0.2.7 || return 1
    echo $(($(now_ms) - t0))
}

check_table() {
    local ms
    forget_said
    ms=$(back_in gw nft delete table inet zfw)
    ok "a deleted table is back within a second ($ms ms), blocks and all" test "${ms:-9999}" -lt 1000
    say "note deleted table: back with its blocks after $ms ms"
    ok "one resync" same 1 "$(grep -c '^resync' "$d/fake/out")"
    ok "the log says so" logged 'was deleted by another program: put back'
    ms=$(back_in gw nft flush ruleset)
    ok "after a flush of the ruleset too ($ms ms)" test "${ms:-9999}" -lt 1000
    ms=$(back_in gw nft flush set inet zfw block4)
    ok "a flushed set is filled again ($ms ms)" test "${ms:-9999}" -lt 1000
    gw nft flush chain inet zfw prerouting
    ok "flushed rules come back" wait_for 2 bash -c "nsenter -t $E2E_GW_PID -n nft list chain inet zfw prerouting | grep -qE 'jump|goto'"
    sleep 0.3
    forget_said
    sleep 1.2
    ok "then nothing more happens" not said resync
    gw nft add table inet other
    gw nft add set inet other s '{ type ipv4_addr; }'
    gw nft add element inet other s '{ 192.0.2.1 }'
    sleep 0.3
    ok "other tables are not ours" not said resync
    gw nft delete table inet other
}

check_fight() {
    local i
    for ((i = 0; i < 13; i++)); do
        gw nft delete table inet zfw 2>/dev/null
        sleep 0.15
    done
    ok "a program that fights is left alone, loudly" logged 'another program fights over it'
    ok "the table stays out for now" not table
    ok "one such line" same 1 "$(grep -c 'another program fights' "$d/zfwd.err")"
}

check_off() {
    forget_said
    gw touch "$d/state/off"
    gw nft delete table inet zfw 2>/dev/null
    ok "with the off flag the table stays out" wait_for 3 said 'table off'
    sleep 1.2
    ok "for good" not table
    fake block 192.0.2.50 600 2
    ok "a SYNC is answered: off" same -108 "$(sync_engine)"
    gw rm "$d/state/off"
    ok "without the flag it is back within 2 s" wait_for 2 table
    ok "the engine is told" wait_for 1 said 'table on'
    ok "with the old blocks" wait_for 2 in_set 192.0.2.7
    ok "and the new ones" wait_for 2 in_set 192.0.2.50
    gw touch "$d/state/off"
    ok "the flag alone takes the table out within 2 s" wait_for 2 not table
    stop_guard
    start_guard || return
    ok "off holds over a restart" not table
    ok "the engine learns it at once" said 'table off'
    ok "and is asked for nothing" not said resync
    gw rm "$d/state/off"
    ok "on again" wait_for 2 table
    ok "with a resync" wait_for 2 said resync
}

# --- logs --------------------------------------------------------------------

check_logs() {
    local old
    ok "the log is handed over" said "log 0 current $(inode "$log") first"
    forget_said
    echo second >>"$log"
    ok "a line wakes the engine" wait_for 1 said 'wake [0-9]+'
    old=$(inode "$log")
    mv "$log" "$log.1"
    gw install -m 640 -o root -g adm /dev/null "$log"
    echo fresh >"$log"
    ok "a rotated log is handed over anew" wait_for 2 said "log 0 current $(inode "$log").*"
    forget_said
    fake find 0 $old
    ok "the rotated one is found by its inode" wait_for 1 said "log 0 old $old first"
    fake find 0 1 2
    ok "one that is not there is missing" wait_for 1 said "log 0 missing 1 2 "
    rm "$log"
    ok "a deleted log is missing" wait_for 3 said 'log 0 missing 0 0 '
    gw install -m 600 -o root -g root /dev/null "$log"
    if logged 'no Landlock'; then
        ok "root's own log is denied" wait_for 2 said 'log 0 denied 0 0 '
        chmod 644 "$log"
    fi
    ok "a log of mode 0600 is read all the same" wait_for 2 said "log 0 current $(inode "$log") "
}

# --- ends --------------------------------------------------------------------

# One whose engine does not get ready: the tables are there, no more.
start_mute() {
    : >"$d/fake/out"
    : >"$d/zfwd.err"
    export ZFW_FAKE_MUTE=1
    fake_joins
    run_guard -f 2>>"$d/zfwd.err" </dev/null &
    guard=$!
    unset ZFW_FAKE_MUTE
    wait_for 5 said 'arg '
    sleep 0.5
}

check_engine_dies() {
    fake block 192.0.2.7 3600 2
    ok "a block to leave behind" same 0 "$(sync_engine)"
    gw pkill -KILL -x $FAKE_ENGINE
    ends_with 1 "the guard of a killed engine ends with 1"
    ok "and says how it died" logged "zfw-engine died: $(e2e_died 'killed by signal 9 \(Killed\)')"
    ok "the blocks stay" in_set 192.0.2.7
    ok "and the rules that drop" grep -qw drop <<<"$(table)"
    start_mute
    ok "blocks outlive the start of the next" in_set 192.0.2.7
    stop_guard
    start_guard || return
    ok "until its engine has said that it has them no more" wait_for 2 not in_set 192.0.2.7
    fake crash
    ends_with 1 "an engine that aborts: 1"
    ok "with its signal" logged "zfw-engine died: $(e2e_died 'killed by signal 6')"
    start_guard || return
    fake garbage
    ends_with 1 "an engine that talks nonsense: 1"
    ok "and that is said" logged 'sent a malformed message'
    start_guard || return
    fake exit 0
    ends_with 1 "an engine that ends untold: 1"
}

check_guard_dies() {
    start_guard || return
    fake block 192.0.2.7 3600 2
    ok "a block that the guard leaves behind" same 0 "$(sync_engine)"
    stop_guard KILL
    ok "when the guard is killed the engine sees it" wait_for 2 said eof
    ok "the blocks stay" in_set 192.0.2.7
    start_guard || return
    fake block 192.0.2.7 3600 2
    ok "a block to end with" same 0 "$(sync_engine)"
    stop_guard TERM
    ok "SIGTERM ends it with 0" same 0 $?
    ok "it says that blocks stay" logged 'blocks stay in the kernel and run out there'
    ok "and they do" in_set 192.0.2.7
    ok "the engine has ended" not gw pgrep -x $FAKE_ENGINE
    start_guard || return
    stop_guard INT
    ok "SIGINT too" same 0 $?
}

check_background() {
    [ -z "${E2E_CONFINE:-}" ] || return # said above
    e2e_conf "$LIFT" >"$d/zfwd.conf"
    : >"$d/fake/out"
    run_guard >"$d/bg.out" 2>&1 </dev/null
    ok "in the background the starter ends with 0" same 0 $?
    ok "and then everything is there" said resync
    ok "the daemon runs" gw kill -0 "$(guard_pid)"
    ok "without a terminal" same "$(printf '/dev/null\n/dev/null\n/dev/null')" \
        "$(gw bash -c "readlink /proc/$(guard_pid)/fd/{0,1,2}")"
    gw kill -TERM "$(guard_pid)"
    ok "and ends" wait_for 5 not gw kill -0 "$(guard_pid)"
}

# systemd's protocol, without systemd: perl-base is on every Debian.
check_notify() {
    gw perl -MSocket -e 'socket(S, AF_UNIX, SOCK_DGRAM, 0) or die;
        bind(S, pack_sockaddr_un($ARGV[0])) or die; $| = 1;
        chmod 0777, $ARGV[0];
        while (defined recv(S, $m, 99, 0)) { print "$m\n" }' \
        "$d/notify" >"$d/notified" 2>/dev/null &
    wait_for 2 test -S "$d/notify" || {
        skip "the service manager is told" "no perl"
        return
    }
    NOTIFY_SOCKET=$d/notify start_guard || return
    ok "the service manager is told" wait_for 1 grep -qx READY=1 "$d/notified"
    stop_guard TERM
    ok "of the end as well" wait_for 1 grep -qx STOPPING=1 "$d/notified"
    gw pkill -x perl
}

# As on a kernel without Landlock: then no CAP_DAC_READ_SEARCH.  A unit has to
# say so, in the words of zfwd(8).
check_no_landlock() {
    local -a how=()
    if ! command -v strace >/dev/null; then
        skip "without Landlock" "no program strace"
        return
    fi
    make_log
    e2e_conf "$LIFT" >"$d/zfwd.conf"
    : >"$d/fake/out"
    : >"$d/zfwd.err"
    if [ -n "${E2E_CONFINE:-}" ]; then
        unit_without_landlock
        mapfile -t how < <(e2e_confined zfwd)
        fake_joins
    fi
    gw env ZFW_ENGINE="$FAKE" ZFW_FAKE_DIR="$d/fake" ASAN_OPTIONS=detect_leaks=0 \
        strace -qq -o "$d/trace" -e trace=landlock_create_ruleset \
        -e inject=landlock_create_ruleset:error=ENOSYS "${how[@]}" \
        "$d/bin/zfwd" -f -c "$d/zfwd.conf" 2>>"$d/zfwd.err" </dev/null &
    guard=$!
    if ! wait_for 5 grep -q ready "$d/zfwd.err"; then
        ok "without Landlock it starts" cat "$d/zfwd.err" /dev/no-such-file
        return
    fi
    check_privileges
    check_logs
    gw kill -TERM "$(guard_pid)"
    wait "$guard"
    [ -z "${E2E_CONFINE:-}" ] || e2e_unit zfwd >"$d/zfwd.service"
}

unit_without_landlock() {
    sed -i -e 's/^\(AmbientCapabilities\|CapabilityBoundingSet\)=.*/\1=CAP_NET_ADMIN/' \
        -e 's/^User=.*/&\nSupplementaryGroups=adm/' "$d/zfwd.service"
}

# --- the queue ---------------------------------------------------------------

queued() {
    table 2>/dev/null | grep -q '@queue_ports counter'
}

check_queue() {
    start_guard 'queue = 5' || return
    if ! queued; then
        skip "queue" "$(sed -n 's/^zfwd: queue-[a-z]*: //p' "$d/zfwd.err" | head -n 1)"
        stop_guard
        return
    fi
    net timeout 2 bash -c "exec 3<>/dev/tcp/$E2E_GW4/25" 2>/dev/null
    ok "a queued SYN reaches the engine" wait_for 2 said 'packet [0-9]+'
    sleep 4
    forget_said
    net timeout 2 bash -c "exec 3<>/dev/tcp/$E2E_GW4/25" 2>/dev/null
    ok "the lease is renewed" wait_for 2 said 'packet [0-9]+'
    fake block 192.0.2.7 3600 2
    ok "a block beside a queue" same 0 "$(sync_engine)"
    gw pkill -KILL -x $FAKE_ENGINE
    ends_with 1 "the engine dies: 1"
    ok "the queue rule is out" not queued
    ok "the blocks stay" in_set 192.0.2.7
    start_guard 'queue = 5' || return
    stop_guard TERM
    ok "after SIGTERM the queue rule is out" not queued
    start_guard 'queue = 5' || return
    gw kill -STOP "$(guard_pid)"
    sleep 4
    ok "a guard that hangs loses the queue: mail flows" \
        not grep -q elements <<<"$(gw nft list set inet zfw queue_ports)"
    gw kill -CONT "$(guard_pid)"
    pkill -CONT -P "$guard" # nsenter stops with what it runs
    stop_guard TERM
}

# --- speed -------------------------------------------------------------------

ticks() {
    gw awk '{ print $14 + $15 }' "/proc/$(guard_pid)/stat"
}

check_speed() {
    local t0 ms before
    gw nft delete table inet zfw 2>/dev/null
    start_guard 'block_rate = 1000000' 'blocks_max = 200000' || return
    t0=$(now_ms)
    fake burst 100000 20.0.0.0 600
    ok "100,000 blocks are applied" same 0 "$(sync_engine 20)"
    say "note 100,000 blocks through the guard in $(($(now_ms) - t0)) ms"
    ok "the last one is there" in_set 20.1.134.159
    forget_said
    t0=$(now_ms)
    gw nft delete table inet zfw 2>/dev/null
    say "note nft took $(($(now_ms) - t0)) ms to delete it"
    wait_for 5 said resync
    say "note resync asked for after $(($(now_ms) - t0)) ms"
    ok "the table is deleted and restored" same 0 "$(sync_engine 20)"
    ms=$(($(now_ms) - t0))
    ok "with the last block" in_set 20.1.134.159
    say "note 100,000 blocks restored $ms ms after the table was deleted"
    sleep 1
    before=$(ticks)
    sleep 3
    say "note idle with 100,000 blocks: $((($(ticks) - before) * 10 / 3)) ms of CPU a second, $(status_of VmRSS)"
    ok "no busy loop" test $(($(ticks) - before)) -lt 15
    stop_guard
    gw nft delete table inet zfw 2>/dev/null
}

make_log
check_usage
check_no_engine
start_guard || die "no guard"
check_privileges
check_second
check_blocks
check_refusals
check_table
check_off
check_logs
check_engine_dies
check_guard_dies
check_queue
check_background
check_notify
check_no_landlock
check_rate
check_size
check_shadow
check_speed
start_guard && check_fight && stop_guard
zt_end
