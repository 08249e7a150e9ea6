# SPDX-License-Identifier: GPL-3.0-or-later
#
# A zfwd in the receiving namespace of rig.sh, for the benches of the whole
# daemon: daemon_dirs once, then daemon_start and daemon_stop.  Its files are
# below $tmp/zfwd.  Read by tests/bench.sh.
# shellcheck shell=bash disable=SC2154,SC2034 # $tmp, $tool, $b, $what

daemon_pid=

ms_now() {
    echo $(($(date +%s%N) / 1000000))
}

daemon_dirs() {
    chmod 711 "$tmp"
    rm -rf "$tmp/zfwd"
    mkdir -p "$tmp/zfwd/state" "$tmp/zfwd/run"
    chmod 755 "$tmp/zfwd"
    : >"$tmp/zfwd/mail.log"
    chown nobody "$tmp/zfwd/state"
}

daemon_conf() { # LINE...
    cat <<-END
	mode = "enforce"
	interface = {"eth0"}
	never_block_lift = {"240.0.0.0/4", "198.18.0.0/15"}
	own_names = {"mx.example.org"}
	log = {"$tmp/zfwd/mail.log"}
	state_dir = "$tmp/zfwd/state"
	run_dir = "$tmp/zfwd/run"
	user = "nobody"
	guard_user = "daemon"
	audit = 0
	END
    printf '%s\n' "$@"
}

# Until it is ready; $daemon_ms.  $engine is used in place of zfw-engine.
daemon_start() { # LINE... of its configuration
    local from
    daemon_conf "$@" >"$tmp/zfwd/zfwd.conf"
    : >"$tmp/zfwd/err"
    from=$(ms_now)
    ip netns exec "$rig_rx" env ZFW_ENGINE="${engine:-$b/zfw-engine}" \
        ZFW_FRONT="$b/zfw-front" \
        "$b/zfwd" -f -c "$tmp/zfwd/zfwd.conf" 2>>"$tmp/zfwd/err" &
    daemon_pid=$!
    rig_keep+=("$daemon_pid")
    while ! grep -q 'ready mode=enforce' "$tmp/zfwd/err"; do
        if ! kill -0 "$daemon_pid" 2>/dev/null ||
            [ $(($(ms_now) - from)) -gt 60000 ]; then
            echo "bench $what: zfwd: $(tail -n 3 "$tmp/zfwd/err")" >&2
            return 1
        fi
        sleep 0.01
    done
    daemon_ms=$(($(ms_now) - from))
}

daemon_stop() {
    rig_end "$daemon_pid"
}

daemon_mib() { # memory of the guard
    awk '/^VmRSS:/ { printf "%.1f", $2 / 1024 }' "/proc/$daemon_pid/status"
}

daemon_cpu_ms() { # PID: user and system, of a process without blanks in its name
    awk -v hz="$(getconf CLK_TCK)" '{ print ($14 + $15) * 1000 / hz }' \
        "/proc/$1/stat"
}
