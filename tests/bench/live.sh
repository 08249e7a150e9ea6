# SPDX-License-Identifier: GPL-3.0-or-later
#
# bench live: how many SYNs a second zfw-fp and p0f read off an interface
# without losing any, and what each SYN costs.  A veth pair between two
# network namespaces made here; the generator has one CPU and the reader the
# other, both before whatever else runs here.  Read by tests/bench.sh.
# shellcheck shell=bash disable=SC2154,SC2034 # $tmp, $tool, $b, $at_exit

live_s=${BENCH_LIVE_S:-2}
live_rates=${BENCH_LIVE_RATES:-50000 100000 200000 300000 400000 500000 700000}
live_gen=zfw-bench-$$-gen live_fp=zfw-bench-$$-fp
live_pid=

# Ends the reader: p0f has become a daemon and said which.
live_stop() {
    local pid
    pid=$(sed -nE 's/.*Daemon process created, PID ([0-9]+).*/\1/p' \
        "$tmp/reader")
    kill -TERM "${pid:-$live_pid}"
    wait "$live_pid"
    live_pid=
}

live_down() {
    [ -z "$live_pid" ] || live_stop
    ip netns del "$live_gen" 2>/dev/null
    ip netns del "$live_fp" 2>/dev/null
}

live_up() {
    local ns
    at_exit=live_down
    for ns in "$live_gen" "$live_fp"; do
        ip netns add "$ns" && # nothing but our SYNs may pass
            ip netns exec "$ns" sysctl -qw \
                net.ipv6.conf.default.disable_ipv6=1 || return 1
    done
    ip link add eth0 netns "$live_gen" type veth \
        peer name eth0 netns "$live_fp" &&
        ip -n "$live_gen" link set eth0 up &&
        ip -n "$live_fp" link set eth0 up
}

# Two CPUs of those that we may use: "GENERATOR READER".
live_cpus() {
    taskset -cp $$ | sed 's/.*: //' | tr ',' '\n' | awk -F- '
        { for (i = $1; i <= ($2 == "" ? $1 : $2); i++) cpu[n++] = i }
        END { if (n < 2) exit 1; print cpu[0], cpu[1] }'
}

live_reads() { # a packet socket is open: a title line and one more
    [ "$(ip netns exec "$live_fp" cat /proc/net/packet | wc -l)" -gt 1 ]
}

live_start() { # COMMAND...: in the background, until it reads
    ip netns exec "$live_fp" nice -n -10 taskset -c "$cpu_reader" \
        "$tool/rusage" "$tmp/ru" "$@" >"$tmp/reader" 2>&1 </dev/null &
    live_pid=$!
    for _ in {1..50}; do
        sleep 0.1
        live_reads || continue
        sleep 0.3 # the ring is there before the database is
        return 0
    done
    echo "bench live: $1 does not read: $(tail -n 1 "$tmp/reader")" >&2
    return 1
}

# How many SYNs the reader saw: zfw-fp says so at its end, p0f has a log.
live_seen() {
    if [ -s "$tmp/live.log" ]; then
        grep -c 'mod=syn|' "$tmp/live.log"
        return
    fi
    sed -nE 's/^zfw-fp: [0-9]+ packets: ([0-9]+) SYNs.*/\1/p' "$tmp/reader" | tail -n 1
}

# One step: sets $sent, $rate, $seen, $lost_ppm, $user_ns and $sys_ns.
live_step() { # RATE COMMAND...
    local asked=$1 line user sys
    shift
    rm -f "$tmp/live.log"
    live_start "$@" || return 1
    line=$(ip netns exec "$live_gen" nice -n -10 taskset -c "$cpu_gen" \
        "$tool/synblast" eth0 "$asked" "$live_s") || return 1
    sleep 0.5
    live_stop
    read -r _ sent _ rate <<<"$line"
    seen=$(live_seen)
    if [ -z "$seen" ]; then
        echo "bench live: $1: $(tail -n 1 "$tmp/reader")" >&2
        return 1
    fi
    read -r user sys _ <"$tmp/ru"
    read -r lost_ppm user_ns sys_ns < <(awk -v s="$sent" -v n="$seen" \
        -v u="$user" -v k="$sys" 'BEGIN { d = n > 0 ? n : 1
            lost = s > n ? (s - n) / s * 1e6 : 0
            printf "%.0f %.0f %.0f\n", lost, u / d * 1e9, k / d * 1e9 }')
}

# Steps up until one loses more than 0.01 %, or the generator does not give
# that much; each has three tries, since others use the machine too.  The
# best goes to $best and $best_ns.
live_search() { # NAME COMMAND...
    local name=$1 asked try good
    shift
    best=0 best_ns=0
    for asked in $live_rates; do
        good=
        for try in 1 2 3; do
            live_step "$asked" "$@" || return 1
            echo "live $name: $asked/s asked, $rate/s sent: sent $sent," \
                "captured $seen, lost $((sent > seen ? sent - seen : 0))," \
                "user $user_ns ns, system $sys_ns ns a SYN"
            [ "$lost_ppm" -le 100 ] || continue
            [ "$rate" -le "$best" ] || best=$rate best_ns=$user_ns
            [ "$rate" -lt $((asked * 95 / 100)) ] || good=$try
            [ -z "$good" ] || break
        done
        [ -n "$good" ] && continue
        [ "$lost_ppm" -gt 100 ] ||
            echo "live $name: the generator gives no more"
        return 0
    done
}

bench_live() {
    local cpu_gen cpu_reader best best_ns ours
    local sent rate seen lost_ppm user_ns sys_ns
    if [ "$(id -u)" -ne 0 ]; then
        echo "skip: live needs root (network namespaces)"
        return 0
    fi
    have ip taskset || return 0
    if ! read -r cpu_gen cpu_reader < <(live_cpus); then
        echo "skip: live needs two CPUs"
        return 0
    fi
    if ! live_up; then
        echo "skip: no network namespaces or veth here"
        return 0
    fi
    live_search zfw-fp "$b/zfw-fp" -i eth0 --format p0f -o /dev/null ||
        return 1
    result zfw_fp "$best" SYNs/s
    result zfw_fp_user_ns "$best_ns" ns/SYN
    ratio zfw_fp/300000_a_second "$best" 300000 1
    ratio 1000_ns/zfw_fp_user_ns 1000 "$best_ns" 1
    if have p0f; then
        # It refuses /dev/null as a log, and is faster as a daemon.
        ours=$best
        live_rates="10000 20000 40000 60000 80000 ${live_rates#50000 }"
        live_search p0f p0f -i eth0 -d -o "$tmp/live.log" || return 1
        result p0f "$best" SYNs/s
        result p0f_user_ns "$best_ns" ns/SYN
        ratio zfw_fp/p0f "$ours" "$((best > 0 ? best : 1))" 1
    fi
    live_down
}
