#!/usr/bin/env bash
# What systemd is told: ready, reloads, status, that all is well; and nothing
# any more when the engine hangs.
# usage: bash tests/e2e/t_notify.sh BUILD
# shellcheck source=tests/e2e/lib.sh disable=SC2015,SC2086,SC2119
. "$(dirname "$0")/lib.sh"

listen() { # one line for each datagram, with its time
    gw python3 - "$E2E_DIR/notify" "$E2E_DIR/told" <<-'END' &
	import os, socket, sys, time
	s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	s.bind(sys.argv[1])
	os.chmod(sys.argv[1], 0o777)
	f = open(sys.argv[2], "w", buffering=1)
	print("listening", file=f)
	while True:
	    print(f"{time.time():.1f}", s.recv(4096).decode().replace("\n", " "), file=f)
	END
    E2E_JOBS="$E2E_JOBS $!"
    wait_for 5 grep -q listening "$E2E_DIR/told"
}

told() { # REGEX
    grep -qE -- "$1" "$E2E_DIR/told" && return
    cat "$E2E_DIR/told"
    return 1
}

count() {
    grep -c -- "$1" "$E2E_DIR/told"
}

more_than() { # N REGEX
    [ "$(count "$2")" -gt "$1" ]
}

has_env() { # PROCESS: any of them
    gw bash -c "tr '\0' '\n' </proc/\$(pgrep -x $1)/environ" |
        grep -qE '^(NOTIFY_SOCKET|WATCHDOG_USEC)='
}

e2e_setup
start_postfix
listen || die "no socket to be told by"
export NOTIFY_SOCKET=$E2E_DIR/notify WATCHDOG_USEC=$((6000000 * E2E_SLOW))
start_zfwd 'mode = shadow' 'front = tproxy' || die "zfwd does not start"
unset NOTIFY_SOCKET WATCHDOG_USEC
ok "it is ready" wait_for 5 told READY=1
ok "it says how it is" wait_for 5 told 'STATUS=shadow; 0 blocks'
ok "and that all is well" wait_for 5 told WATCHDOG=1
ok "again and again" wait_for 10 more_than 2 WATCHDOG=1
ok "the engine cannot speak for it" not has_env zfw-engine
ok "nor the front" not has_env zfw-front
e2e_conf 'mode = enforce' 'front = tproxy' >"$E2E_DIR/zfwd.conf"
gw kill -HUP "$(zfwd_pid)"
ok "a reload begins" wait_for 5 told 'RELOADING=1 MONOTONIC_USEC=[0-9]'
ok "and ends" wait_for 5 more_than 1 READY=1
ok "by SIGHUP, in the log" wait_for 5 grep -q 'reloaded: .*: mode=enforce' "$E2E_DIR/zfwd.err"
gw kill -STOP "$(gw pgrep -x zfw-engine)"
sleep $((4 * E2E_SLOW))
before=$(count WATCHDOG=1)
sleep $((4 * E2E_SLOW))
ok "while the engine hangs it is not well" same "$before" "$(count WATCHDOG=1)"
gw kill -CONT "$(gw pgrep -x zfw-engine)"
ok "when it goes on it is again" wait_for 6 more_than "$before" WATCHDOG=1
stop_zfwd
ok "it stops" wait_for 5 told STOPPING=1
zt_end
