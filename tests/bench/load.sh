# SPDX-License-Identifier: GPL-3.0-or-later
#
# bench load: half an hour of a gateway with 500 connections a second, seven
# of ten by zombies, through the whole engine by zfw-replay; and as long as it
# takes for a million clients.  Packets and log lines come through a FIFO, as
# they are made: CPU and memory are of zfw-replay alone.  RssAnon is the most
# at any time; what the spilled clients take of the page cache is not in it.
# Read by tests/bench.sh.
# shellcheck shell=bash disable=SC2154,SC2034 # $tmp, $tool, $b, $at_exit

load_rate=${BENCH_LOAD_RATE:-500} load_s=${BENCH_LOAD_S:-1800}
# 70 % of these are zombies that were not there before.
load_million_s=${BENCH_LOAD_MILLION_S:-3000}

# What the kernel lets nobody do to real servers, these addresses may get.
load_conf() {
    cat <<-'END'
	never_block_lift = {"198.18.0.0/15", "240.0.0.0/4"}
	own_names = {"mx.example.org", "example.org"}
	block_rate = 100000
	END
}

# Most RssAnon in KiB, CPU seconds: of a process until it ends.
load_watch() { # PID
    local pid=$1 most=0 ticks=0 now line
    while line=$(cat "/proc/$pid/stat" 2>/dev/null); do
        line=${line##*) }
        [ "${line%% *}" = Z ] && break
        # shellcheck disable=SC2086 # into words
        set -- $line
        ticks=$((${12} + ${13}))
        now=$(awk '/^RssAnon:/ { print $2 }' "/proc/$pid/status" 2>/dev/null)
        [ "${now:-0}" -gt "$most" ] && most=$now
        sleep 0.2
    done
    awk -v k="$most" -v t="$ticks" -v hz="$(getconf CLK_TCK)" \
        'BEGIN { print k, t / hz }'
}

load_stop() {
    kill "$pid" "$gen" 2>/dev/null
}

load_run() { # NAME SECONDS NEW-PERCENT
    local name=$1 kib cpu clients conns
    rm -f "$tmp/load"
    mkfifo "$tmp/load" || return 1
    "$tool/loadgen" --new "$3" "$2" "$load_rate" "$tmp/load" &
    gen=$!
    TMPDIR=$tmp "$b/zfw-replay" -c "$tmp/load.conf" --pcap "$tmp/load" \
        >/dev/null 2>"$tmp/load.err" &
    pid=$! at_exit=load_stop
    read -r kib cpu < <(load_watch "$pid")
    if ! wait "$pid" || ! wait "$gen"; then
        cat "$tmp/load.err" >&2
        return 1
    fi
    at_exit=:
    clients=$(awk '$1 == "clients" { print $2 }' "$tmp/load.err")
    conns=$(awk '$1 == "connections" { print $2 }' "$tmp/load.err")
    if [ "$conns" -ne $(($2 * load_rate)) ]; then
        echo "bench load: $conns connections, not $(($2 * load_rate))" >&2
        return 1
    fi
    result "$name" "$conns" connections
    result "${name}_clients" "$clients" clients
    result "${name}_cpu" "$(awk -v c="$cpu" -v s="$2" \
        'BEGIN { printf "%.4f", c / s }')" cpu_s/s
    result "${name}_anon" "$(awk -v k="$kib" \
        'BEGIN { printf "%.1f", k / 1024 }')" MiB
    # Of what the goals allow: so many times less.
    ratio "${name}_cpu_of_0.05" 0.05 "$(awk -v c="$cpu" -v s="$2" \
        'BEGIN { print c / s }')" 1
    # 64 MB for each million of clients, and for the first in any case.
    ratio "${name}_anon_of_64MB" \
        $((clients > 1000000 ? 64 * clients : 64000000)) $((kib * 1024)) 1
}

bench_load() {
    load_conf >"$tmp/load.conf"
    echo "load: $load_rate connections a second, $load_s s," \
        "then $load_million_s s of new clients"
    load_run half_hour "$load_s" 60 &&
        load_run million "$load_million_s" 100
}
