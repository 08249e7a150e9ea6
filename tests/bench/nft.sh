# SPDX-License-Identifier: GPL-3.0-or-later
#
# bench nft: how fast blocks get into the kernel: by our code, by our whole
# daemon, by a bare loop over libmnl, by `nft -f`, and one `nft` process each,
# as log watchers do it.  While they go in, another namespace opens a
# connection every millisecond; its SYNs are received on the CPU that works on
# the sets, and the longest wait for a SYN+ACK is how long a transaction holds
# the packet path.  Read by tests/bench.sh.
# shellcheck shell=bash disable=SC2154,SC2034 # $tmp, $tool, $b, $at_exit

nft_sizes=${BENCH_NFT_SIZES-100000 1000000}
nft_restore=${BENCH_NFT_RESTORE:-1000000}
nft_alone=${BENCH_NFT_ALONE:-300} # one process each
nft_flood=${BENCH_NFT_FLOOD:-20000}

nft_fresh() { # N: none of the tables, but an empty set to fill
    rx nft flush ruleset
    rx nft -f - <<-END
	table inet bare {
		set s4 { type ipv4_addr; size $1; flags timeout; }
		chain c {
			type filter hook prerouting priority raw
			ip saddr @s4 drop
		}
	}
	END
    sleep 0.3 # the old elements are freed behind our back
}

# What runs on the CPU that receives; not before ksoftirqd, which may do that.
on_rx() { # COMMAND...
    rx taskset -c "$rig_cpu_rx" "$@"
}

nft_probe_start() {
    ip netns exec "$rig_gen" nice -n -20 taskset -c "$rig_cpu_gen" \
        "$tool/bench_probe" 192.0.2.1 25 60000 1000 >"$tmp/probe" &
    nft_prober=$!
    sleep 0.3
}

nft_probe_stop() { # NAME: its worst and p99.9 to lists
    kill -TERM "$nft_prober"
    wait "$nft_prober"
    awk '{ print $14 / 1000 }' "$tmp/probe" >>"$tmp/worst.$1"
    awk '{ print $12 / 1000 }' "$tmp/probe" >>"$tmp/p999.$1"
    awk '$4 > 0' "$tmp/probe" # lost
}

nft_by() { # NAME N: one way, once; its milliseconds to lists: all, of the CPU
    local out from
    nft_fresh "$2" || return 1
    nft_probe_start
    from=$(ms_now)
    case $1 in
    bare) out=$(on_rx "$tool/bench_nft" fill inet bare s4 4 "$2") ;;
    bare_comments)
        out=$(on_rx "$tool/bench_nft" fill -c inet bare s4 4 "$2")
        ;;
    nft_apply) out=$(on_rx "$tool/bench_nft" zfw $((2 * $2)) 0 "$2" 0) ;;
    nft_f)
        on_rx "$tool/rusage" "$tmp/ru" nft -f "$tmp/script" || return 1
        out=$(awk -v ms=$(($(ms_now) - from)) \
            '{ print "ms", ms, "cpu", ($1 + $2) * 1000 }' "$tmp/ru")
        awk '{ print $3 }' "$tmp/ru" >>"$tmp/kib.nft_f.$2"
        ;;
    esac || return 1
    nft_probe_stop "$1.$2"
    awk '{ print $2 }' <<<"$out" >>"$tmp/ms.$1.$2"
    awk '{ print $4 }' <<<"$out" >>"$tmp/cpu.$1.$2"
}

nft_ratio() { # RIVAL N GOAL: by the clock, and by the CPU
    ratio "nft_apply/$1_$2" "$(median <"$tmp/ms.$1.$2")" \
        "$(median <"$tmp/ms.nft_apply.$2")" "$3"
    ratio "nft_apply/$1_$2_cpu" "$(median <"$tmp/cpu.$1.$2")" \
        "$(median <"$tmp/cpu.nft_apply.$2")" "$3"
}

nft_size() { # N
    local way
    "$tool/bench_nft" script bare s4 "$1" >"$tmp/script"
    for _ in 1 2 3; do
        for way in bare bare_comments nft_apply nft_f; do
            nft_by "$way" "$1" || return 1
        done
    done
    rm "$tmp/script"
    for way in bare bare_comments nft_apply nft_f; do
        result "${way}_$1" "$(awk -v n="$1" -v ms="$(median <"$tmp/ms.$way.$1")" \
            'BEGIN { printf "%.0f", n / ms * 1e3 }')" blocks/s
        result "${way}_$1_cpu" "$(median <"$tmp/cpu.$way.$1")" ms
        result "${way}_$1_probe_max" "$(median <"$tmp/worst.$way.$1")" ms
        result "${way}_$1_probe_p999" "$(median <"$tmp/p999.$way.$1")" ms
    done
    result "nft_f_$1_memory" "$(median <"$tmp/kib.nft_f.$1" |
        awk '{ printf "%.0f", $1 / 1024 }')" MiB
    nft_ratio bare "$1" 0.8
    nft_ratio bare_comments "$1" 0.8
    nft_ratio nft_f "$1" 3
    ratio "15ms/nft_apply_$1_probe_max" 15 \
        "$(sort -n "$tmp/worst.nft_apply.$1" | tail -n 1)" 1
}

# One process for each, into a set of 100,000; and one operation each by us.
nft_one_by_one() {
    local from ms us
    nft_fresh 200000
    rx "$tool/bench_nft" fill inet bare s4 4 100000 >/dev/null || return 1
    from=$(ms_now)
    "$tool/bench_nft" list 4 $((100000 + nft_alone)) | tail -n "$nft_alone" |
        rx sh -c 'while read -r a; do
            nft add element inet bare s4 "{ $a timeout 1d }" || exit 1
        done' || return 1
    ms=$(($(ms_now) - from))
    us=$(awk -v ms="$ms" -v n="$nft_alone" 'BEGIN { printf "%.0f", ms * 1e3 / n }')
    result one_nft_process_each "$us" us/block
    nft_fresh 1000
    rx "$tool/bench_nft" zfw 200000 0 100000 0 >/dev/null &&
        read -r _ ms _ < <(rx "$tool/bench_nft" one 100000 2000) || return 1
    result nft_apply_one_each "$ms" us/block
    ratio nft_process/nft_apply_one_each "$us" "$ms" 100
}

# ---- the whole daemon ----

# Room for them, and for some more; nothing leaks, so that what passes is a
# hole.
nft_daemon() {
    daemon_start "blocks_max = $((nft_restore + 100000))" \
        'block_rate = 100000' 'leak = 0'
}

# Blocks that are missing for a moment let a SYN through: none may pass.
nft_holes_start() {
    rx nft -f - <<-'END'
	table inet holes {
		chain c {
			type filter hook prerouting priority -200
			ip saddr 240.0.0.0/4 counter drop
		}
	}
	END
}

nft_holes() {
    rx nft list table inet holes | sed -nE 's/.*packets ([0-9]+).*/\1/p'
}

# Starts with all elements still in the kernel, SYNs of them coming all the
# time: while it is down, while it restores, and after.
nft_restart_flooded() {
    local flood sent
    nft_holes_start
    ip netns exec "$rig_gen" taskset -c "$rig_cpu_gen" "$tool/bench_syn" flood \
        eth0 4 "$nft_restore" "$nft_flood" 60 "$rig_mac" >"$tmp/sent" &
    flood=$!
    rig_keep+=("$flood")
    sleep 0.5
    daemon_stop
    nft_daemon || return 1
    sleep 0.5
    rig_end "$flood"
    read -r _ sent <"$tmp/sent"
    result restart_flooded "$daemon_ms" ms
    result restart_flooded_syns "$sent" SYNs
    result restart_flooded_passed "$(nft_holes)" SYNs
    [ "$(nft_holes)" -eq 0 ] || hole=1
    ratio restart_no_block_absent $((hole == 0)) 1 1
}

nft_restores() {
    local fresh again before after hole=0
    daemon_dirs
    echo "nft: preparing a store of $nft_restore blocks"
    "$tool/bench_blocks" "$tmp/zfwd/state" "$nft_restore" &&
        chown -R nobody "$tmp/zfwd/state" || return 1
    rx nft flush ruleset
    nft_daemon || return 1
    fresh=$daemon_ms
    sed -n 's/.*zfw.*ready/    ready/p' "$tmp/zfwd/err"
    grep -q "ready mode=.* blocks=$nft_restore\$" "$tmp/zfwd/err" || {
        echo "bench nft: not all were restored" >&2
        return 1
    }
    sleep 1
    before=$(daemon_mib)
    daemon_stop
    nft_daemon || return 1
    again=$daemon_ms
    result restore_into_empty_table "$fresh" ms
    result restore_elements_there "$again" ms
    result restore_guard_cpu "$(daemon_cpu_ms "$daemon_pid")" ms
    result restore_engine_cpu \
        "$(daemon_cpu_ms "$(pgrep -P "$daemon_pid" -x zfw-engine)")" ms
    ratio 1500ms/restore_into_empty_table 1500 "$fresh" 1
    ratio 1500ms/restore_elements_there 1500 "$again" 1
    result guard_memory_restored "$before" MiB
    # Another deletes the table: everything is sent again.
    rx nft delete table inet zfw
    sleep 6
    after=$(daemon_mib)
    result guard_memory_resent "$after" MiB
    ratio guard_memory_flat "$before" "$after" 0.9
    nft_restart_flooded || return 1
    daemon_stop
}

# From the engine's decision to the kernel, with all those blocks there.
nft_decisions() {
    local us max
    engine=$tool/bench_engine
    export ZFW_BENCH_DO="one $nft_restore 2000 $tmp/zfwd/one"
    rm -f "$tmp/zfwd/one"
    nft_daemon || return 1
    result guard_memory_empty "$(daemon_mib)" MiB
    for _ in {1..200}; do
        [ ! -s "$tmp/zfwd/one" ] || break
        sleep 0.1
    done
    daemon_stop
    engine=
    unset ZFW_BENCH_DO
    read -r _ us max _ <"$tmp/zfwd/one" || return 1
    result decision_to_kernel "$us" us
    result decision_to_kernel_max "$max" us
    ratio 100us/decision_to_kernel 100 "$us" 1
}

bench_nft() {
    local n server
    rig_can || return 0
    rig_up && rig_steer "$rig_cpu_rx" || return 1
    ip netns exec "$rig_rx" "$tool/tcptool" serve 3600 25 >/dev/null &
    rig_keep+=($!)
    echo "nft: a probe every ms, received on the CPU that does the work"
    for n in $nft_sizes; do
        nft_size "$n" || return 1
    done
    nft_one_by_one && nft_restores && nft_decisions || return 1
    rig_down
}
