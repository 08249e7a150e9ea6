# shellcheck shell=bash disable=SC2086,SC2153
# SPDX-License-Identifier: GPL-3.0-or-later
# Part of lib.sh, which sources it: with E2E_CONFINE=1 in the environment all
# of zfwd runs as systemd would run it, as the users and under everything that
# the units of service/ say (tests/tools/confine), in directories as
# systemd-tmpfiles makes them.  A test whose processes are no services says in
# a comment at its head why there is nothing to confine: "# unconfined: WHY".

E2E_UNITS="zfw-engine zfw-front zfw-journal"
E2E_JOIN_ENV='' # NAME=VALUE words for the processes that join

e2e_unit() { # NAME: its text, with the paths of the test
    sed -e "s,@SBINDIR@,$E2E_DIR/bin,g; s,@LIBEXECDIR@,$E2E_DIR/bin,g" \
        -e "s,/run/zfw,$E2E_DIR/run,g; s,/var/lib/zfw,$E2E_DIR/state,g" \
        "$E2E_SRC/service/$1.service.in"
}

e2e_confined() { # NAME: the words before its command
    say "$1" >>"$E2E_DIR/confined"
    printf '%s\n' "$E2E_DIR/bin/confine" -g "$E2E_DIR/calls" -k "$E2E_DIR" \
        "$E2E_DIR/$1.service" --
}

# What was started so, and how often: tests/run.sh looks for this line.
e2e_say_confined() {
    [ -s "$E2E_DIR/confined" ] || return 0
    say "note confined: $(sort "$E2E_DIR/confined" | uniq -c |
        awk '{ printf "%s%s %d", s, $2, $1; s = ", " }')"
}

# run_dir and state_dir, by the very lines that make them on a system.
e2e_tmpfiles() {
    sed -e '/zfw-stats/d' -e "s,/run/zfw,$E2E_DIR/run,; s,/var/lib/zfw,$E2E_DIR/state," \
        "$E2E_SRC/service/zfw.tmpfiles" >"$E2E_DIR/zfw.tmpfiles"
    gw systemd-tmpfiles --create "$E2E_DIR/zfw.tmpfiles"
}

# The directories, and what confine reads.
e2e_units() {
    local d=$E2E_DIR u
    [ -s "$d/calls" ] || systemd-analyze --no-pager syscall-filter >"$d/calls" || return
    cmp -s "$E2E_BUILD/tests/tools/confine" "$d/bin/confine" ||
        cp "$E2E_BUILD/tests/tools/confine" "$d/bin/" || return
    e2e_tmpfiles || return
    for u in zfwd $E2E_UNITS; do
        e2e_unit "$u" >"$d/$u.service" || return
    done
}

# A recording needs a file that its user may write to, as zfwd(8) says.
e2e_recording() {
    local file=${ZFWD_ARGS:-}
    file=${file#*--record }
    [ "$file" != "${ZFWD_ARGS:-}" ] || return 0
    file=${file%% *}
    gw install -o zfw -g zfw -m 600 /dev/null "$file" &&
        say "ReadWritePaths=$file" >>"$E2E_DIR/zfw-engine.service"
}

# Another state_dir must be as the usual one, as zfwd(8) says.
e2e_state_dir() {
    local at
    at=$(sed -nE 's/^state_dir *= *"([^"]+)".*/\1/p' "$E2E_DIR/zfwd.conf")
    [ "$at" != "$E2E_DIR/state" ] || return 0
    gw install -d -o zfw -g zfw-guard -m 0750 "$at" &&
        say "ReadWritePaths=$at" >>"$E2E_DIR/zfw-engine.service"
}

# A socket for a group needs an engine that is in it, as zfwd(8) says.
e2e_groups() {
    local g
    for g in $(sed -nE 's/^(ctl|p0f)_group *= *"([^"]+)".*/\2/p' "$E2E_DIR/zfwd.conf"); do
        ! gw getent group "$g" >/dev/null ||
            say "SupplementaryGroups=$g" >>"$E2E_DIR/zfw-engine.service"
    done
}

e2e_either() { # BY-HAND SERVICE: what holds here
    if [ -n "${E2E_CONFINE:-}" ]; then say "$2"; else say "$1"; fi
}

e2e_owner() { # the number of the user who makes the sockets
    e2e_either 0 64801
}

e2e_join() { # UNIT DIRECTORY [NAME=VALUE...]: comes to the guard when it is there
    local unit=$1 dir=$2
    local -a how
    shift 2
    mapfile -t how < <(e2e_confined "$unit")
    gw env -u NOTIFY_SOCKET -u WATCHDOG_USEC "${how[@]}" env "$@" \
        "$dir/zfw-join" "${unit#zfw-}" "$E2E_DIR/run/join" \
        >/dev/null 2>>"$E2E_DIR/zfwd.err" </dev/null &
}

# nsenter stops with what it runs, and does not go on with it.
e2e_go_on() {
    local p
    for p in $(jobs -pr); do
        pkill -CONT -P "$p"
    done
}

# The processes that join.
e2e_confine() {
    local u
    e2e_units && e2e_recording && e2e_state_dir && e2e_groups || return
    for u in $E2E_UNITS; do
        e2e_join "$u" "$E2E_DIR/bin" $E2E_JOIN_ENV
    done
}

# The program that fronttool starts: it has the sockets, so nobody joins.
e2e_front() {
    local d=$E2E_DIR
    if [ -z "${E2E_CONFINE:-}" ]; then
        say "$d/bin/zfw-front"
        return
    fi
    e2e_units || return
    printf '#!/bin/sh\nexec %s%s "$@"\n' \
        "$(e2e_confined zfw-front | tr '\n' ' ')" "$d/bin/zfw-front" >"$d/bin/front"
    chmod 755 "$d/bin/front"
    say "$d/bin/front"
}

e2e_died() { # HOW: as zfwd can say it of a process that is, or is not, its child
    e2e_either "$1" "its service manager knows why"
}
