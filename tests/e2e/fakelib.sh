# shellcheck shell=bash
# Part of the end-to-end tests that drive the guard with fakeengine: sourced
# behind lib.sh.  Sets up the namespaces; `d` is the test's directory, `log`
# its mail log, `guard` the shell's child that runs zfwd.  With E2E_CONFINE=1
# the guard runs as its unit says, and fakeengine and fakefront join it as
# zfw-engine and zfw-front, by the units of these.
# shellcheck disable=SC2034,SC2154

FAKE=$E2E_BUILD/tests/tools/fakeengine
[ -x "$FAKE" ] && [ -x "$E2E_BUILD/zfwd" ] ||
    die "no $FAKE or zfwd: make build ttools"
e2e_setup
d=$E2E_DIR
mkdir "$d/fake"
mkfifo "$d/fake/cmd"
log=$d/log/mail.log
LIFT='never_block_lift = {"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"}'

now_ms() {
    echo $(($(date +%s%N) / 1000000))
}

FAKE_ENGINE=fakeengine # what the processes are called
FAKE_FRONT=fakefront
FAKE_UNITS="zfw-engine zfw-front" # those that join
FAKE_WAIT=5                       # seconds until it is ready

# What joins is the program beside zfw-join, by its name.
fake_units() {
    local u
    e2e_units || die "no units"
    FAKE_ENGINE=zfw-engine FAKE_FRONT=zfw-front
    mkdir "$d/join"
    cp "$E2E_BUILD/zfw-join" "$d/join/"
    cp "$FAKE" "$d/join/zfw-engine"
    cp "$E2E_BUILD/tests/tools/fakefront" "$d/join/zfw-front"
    : >"$d/fake/out"
    gw chown -R zfw:zfw "$d/fake"
    for u in zfw-engine zfw-front; do
        say "ReadWritePaths=$d/fake" >>"$d/$u.service"
    done
}

fake_joins() { # [UNIT...]: before each start of the guard that is to come up
    local u
    [ -n "${E2E_CONFINE:-}" ] || return 0
    for u in ${*:-$FAKE_UNITS}; do
        e2e_join $u "$d/join" ZFW_FAKE_DIR="$d/fake"
    done
}

run_guard() { # ARGUMENT...: of zfwd, in the gateway
    local -a how=()
    [ -z "${E2E_CONFINE:-}" ] || mapfile -t how < <(e2e_confined zfwd)
    gw env ZFW_ENGINE="${ENGINE:-$FAKE}" ZFW_FAKE_DIR="$d/fake" \
        ASAN_OPTIONS=detect_leaks=0 \
        "${how[@]}" "$d/bin/zfwd" -c "$d/zfwd.conf" "$@"
}

start_guard() { # LINE...: of the configuration
    e2e_conf "$LIFT" "$@" >"$d/zfwd.conf"
    : >"$d/fake/out"
    : >"$d/zfwd.err"
    fake_joins
    run_guard -f 2>>"$d/zfwd.err" </dev/null &
    guard=$!
    wait_for $FAKE_WAIT grep -q ready "$d/zfwd.err" || {
        cat "$d/zfwd.err"
        return 1
    }
}

guard_pid() { # as seen in the gateway
    cat "$d/run/zfwd.lock"
}

stop_guard() { # [SIGNAL]: its exit status
    gw kill "-${1:-TERM}" "$(guard_pid)"
    wait "$guard"
}

ends_with() { # STATUS SENTENCE: the guard ends by itself
    local rc
    wait "$guard"
    rc=$?
    ok "$2" same "$1" "$rc"
}

fake() { # COMMAND...: to the fake engine
    timeout 5 bash -c 'echo "$1" >"$2"' fake "$*" "$d/fake/cmd"
}

said() { # EXTENDED-REGEX: did the guard say that to the engine?
    grep -qE "^$1\$" "$d/fake/out"
}

forget_said() {
    : >"$d/fake/out"
}

logged() { # EXTENDED-REGEX
    grep -qE -e "$1" "$d/zfwd.err"
}

sync_engine() { # [SECONDS]: all before is applied; prints the result
    local seq=$(($(date +%s%N) / 1000 % 1000000000))
    fake sync $seq
    wait_for "${1:-5}" said "done $seq .*" || return 1
    sed -n "s/^done $seq //p" "$d/fake/out"
}

element() { # ADDRESS: as the kernel has it
    in_set "$1" 2>/dev/null | sed -n 's/.*elements = { \(.*\) }/\1/p'
}

make_log() { # as syslog would: for the group adm
    rm -f "$log" "$log".*
    install -m 640 /dev/null "$log"
    chgrp 4 "$log"
    echo first >"$log"
}

[ -z "${E2E_CONFINE:-}" ] || fake_units
