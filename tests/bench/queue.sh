# SPDX-License-Identifier: GPL-3.0-or-later
#
# bench queue: what NFQUEUE mode adds to the connections of good clients: one
# is opened every millisecond, whether or not those before are through, with
# nothing else going on and under a flood of SYNs.  Without a queue, with it
# as it is (the guard accepts at once and tells the engine), and with every
# SYN waiting for a verdict from the other process (bench_engine accepts all:
# the way there and back).  Read by tests/bench.sh.
# shellcheck shell=bash disable=SC2154,SC2034 # $tmp, $tool, $b

queue_flood=${BENCH_QUEUE_FLOOD:-20000} # SYNs a second
queue_ms=${BENCH_QUEUE_MS:-2000}
queue_rounds=${BENCH_QUEUE_ROUNDS:-3}

queue_probe() { # NAME: a line of bench_probe to the list of that name
    gen nice -n -20 "$tool/bench_probe" 192.0.2.1 25 "$queue_ms" 1000 \
        >>"$tmp/queue.$1"
}

queue_flooded() { # NAME
    local flood rc sent
    rig_flood 4 1000000 "$queue_flood" \
        "$(awk -v ms="$queue_ms" 'BEGIN { print ms / 1000 + 0.5 }')" \
        >"$tmp/sent" &
    flood=$!
    sleep 0.3
    queue_probe "$1"
    rc=$?
    wait "$flood" || rc=1
    read -r _ sent <"$tmp/sent"
    echo "$sent" >>"$tmp/queue.sent"
    return $rc
}

# Is the queue's rule there, and do packets go through it?
queue_works() {
    rx nft list table inet zfw 2>/dev/null |
        grep -qE '@queue_ports .*counter packets [1-9]' && return 0
    echo "bench queue: nothing goes through the queue" >&2
    return 1
}

queue_mode() { # none|queue|inline
    case $1 in
    none) rx nft flush ruleset ;;
    queue) engine='' ;;
    inline)
        engine=$tool/bench_engine
        export ZFW_BENCH_DO=inline
        ;;
    esac
    if [ "$1" != none ]; then
        daemon_start 'queue = 7' || return 1
        sleep 0.5
    fi
    queue_probe "$1.idle" && queue_flooded "$1.flood" || return 1
    [ "$1" = none ] && return 0
    queue_works || return 1
    daemon_stop
    engine=''
    unset ZFW_BENCH_DO
}

queue_of() { # NAME COLUMN: median over the rounds
    awk -v c="$2" '{ print $c }' "$tmp/queue.$1" | median
}

queue_sum() { # NAME COLUMN
    awk -v c="$2" '{ n += $c } END { print n }' "$tmp/queue.$1"
}

queue_report() {
    local how load p50 p99
    result flood "$(awk -v ms="$queue_ms" '{ print $1 / (ms / 1000 + 0.5) }' \
        "$tmp/queue.sent" | median)" SYNs/s
    for load in idle flood; do
        for how in none queue inline; do
            result "${how}_${load}_p50" "$(queue_of "$how.$load" 8)" us
            result "${how}_${load}_p99" "$(queue_of "$how.$load" 10)" us
            result "${how}_${load}_p999" "$(queue_of "$how.$load" 12)" us
            result "${how}_${load}_lost" "$(queue_sum "$how.$load" 4)" \
                "of_$(queue_sum "$how.$load" 2)"
            result "${how}_${load}_second_syn" "$(queue_sum "$how.$load" 6)" \
                connections
        done
    done
    for how in queue inline; do
        for load in idle flood; do
            p50=$(($(queue_of $how.$load 8) - $(queue_of none.$load 8)))
            p99=$(($(queue_of $how.$load 10) - $(queue_of none.$load 10)))
            result "${how}_${load}_added_p50" "$p50" us
            result "${how}_${load}_added_p99" "$p99" us
        done
        p99=$(($(queue_of $how.idle 10) - $(queue_of none.idle 10)))
        ratio "1ms/${how}_idle_added_p99" 1000 $((p99 < 1 ? 1 : p99)) 1
        # 1: none lost, none had to send a second SYN.
        ratio "${how}_flood_without_loss" \
            $((1 + $(queue_sum none.flood 4) + $(queue_sum none.flood 6))) \
            $((1 + $(queue_sum $how.flood 4) + $(queue_sum $how.flood 6))) 1
    done
}

bench_queue() {
    local how
    rig_can || return 0
    rig_up && rig_steer "$rig_cpu_rx" || return 1
    ip netns exec "$rig_rx" "$tool/tcptool" serve 3600 25 >/dev/null &
    rig_keep+=($!)
    daemon_dirs
    rm -f "$tmp"/queue.*
    echo "queue: a connection every ms, alone and beside $queue_flood SYNs/s"
    for ((round = 1; round <= queue_rounds; round++)); do
        for how in none queue inline; do
            queue_mode $how || return 1
        done
    done
    queue_report
    rig_down
}
