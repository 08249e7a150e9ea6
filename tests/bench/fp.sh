# SPDX-License-Identifier: GPL-3.0-or-later
#
# bench fp: SYNs and whole sessions of capture files, fingerprinted by zfw-fp
# and by p0f.  Both match all and write a line of each to a file: the same
# lines for SYNs; for sessions zfw-fp writes JSON, which says more.  p0f gets
# a part, since it takes long.  Read by tests/bench.sh.
# shellcheck shell=bash disable=SC2154 # $tmp, $tool and $b are bench.sh's

syns=${BENCH_SYNS:-1000000} sessions=${BENCH_SESSIONS:-60000}
p0f_syns=$((syns / 5)) p0f_sessions=$((sessions / 3))

# The log to a file, which both append to.
fp_ours() { # NAME FORMAT ARGUMENT...
    local name=$1 format=$2
    shift 2
    rm -f "$tmp/ours.log"
    run "$name" "$b/zfw-fp" --format "$format" -o "$tmp/ours.log" "$@"
}

fp_p0f() { # NAME FILE
    rm -f "$tmp/p0f.log"
    run "$1" p0f -r "$2" -o "$tmp/p0f.log"
}

fp_once() {
    run pcap "$tool/benchread" pcap "$tmp/syn"
    run traits "$tool/benchread" traits "$tmp/syn"
    fp_ours ours p0f -r "$tmp/syn"
    run null "$b/zfw-fp" --format p0f -o /dev/null -r "$tmp/syn"
    run engine "$b/zfw-replay" --pcap "$tmp/syn"
    run pcap_sessions "$tool/benchread" pcap "$tmp/ses"
    fp_ours syn_sessions p0f -r "$tmp/syn" --sessions
    fp_ours sessions jsonl -r "$tmp/ses" --sessions
    fp_ours few p0f -r "$tmp/synfew"
    command -v p0f >/dev/null || return 0
    fp_p0f p0f "$tmp/synpart"
    run p0f_quick p0f -r "$tmp/synpart" # no log, the long form to /dev/null
    fp_p0f p0f_sessions "$tmp/sespart"
}

fp_files() {
    "$tool/syngen" "$syns" "$tmp/syn" &&
        "$tool/syngen" "$p0f_syns" "$tmp/synpart" &&
        "$tool/syngen" --sources 20000 "$syns" "$tmp/synfew" &&
        "$tool/syngen" --sessions "$sessions" "$tmp/ses" &&
        "$tool/syngen" --sessions "$p0f_sessions" "$tmp/sespart"
}

fp_wrote() { # WANTED PATTERN: at least so many lines
    local n
    n=$(grep -c "$2" "$tmp/ours.log")
    [ "$n" -ge "$1" ] && return 0
    echo "bench fp: zfw-fp wrote $n lines of $2, not $1" >&2
    return 1
}

# A rate means nothing unless each is in the log.
fp_all_there() {
    fp_ours check p0f -r "$tmp/syn"
    fp_wrote "$syns" 'mod=syn|' || return 1
    fp_ours check jsonl -r "$tmp/ses" --sessions
    # Not so many where a client came from a port that is also a server's.
    fp_wrote "$sessions" '"event":"session"'
}

# This machine's CPU has two speeds, and changes when it likes: the fastest.
best() { # NAME N: N a second
    awk -v n="$2" -v s="$(sort -n <"$tmp/s.$1" | head -n 1)" \
        'BEGIN { printf "%.0f", n / s }'
}

five_times() { # FUNCTION
    rm -f "$tmp"/s.* "$tmp"/m.*
    for _ in 1 2 3 4 5; do
        "$1" || return 1
    done
}

mib() { # NAME: median of its memory
    median <"$tmp/m.$1" | awk '{ printf "%.1f", $1 / 1024 }'
}

bench_fp() {
    local loop ours null ses p0f p0f_ses
    fp_files && fp_all_there || return 1
    echo "fp: $syns SYNs of 200,000 sources, $sessions sessions;" \
        "p0f: $p0f_syns, $p0f_sessions"
    five_times fp_once
    loop=$(best pcap "$syns") ours=$(best ours "$syns")
    null=$(best null "$syns") ses=$(best sessions "$sessions")
    result libpcap_loop "$loop" SYNs/cpu_s
    result zfw_traits "$(best traits "$syns")" SYNs/cpu_s
    result zfw_fp "$ours" SYNs/cpu_s
    result zfw_fp_syns_as_sessions "$(best syn_sessions "$syns")" SYNs/cpu_s
    result zfw_fp_to_dev_null "$null" SYNs/cpu_s
    result zfw_engine "$(best engine "$syns")" SYNs/cpu_s
    result libpcap_loop_sessions \
        "$(best pcap_sessions "$sessions")" sessions/cpu_s
    result zfw_fp_sessions "$ses" sessions/cpu_s
    result zfw_fp_memory "$(mib ours)" MiB
    result zfw_fp_memory_20000_sources "$(mib few)" MiB
    result zfw_fp_memory_sessions "$(mib sessions)" MiB
    ratio zfw_fp/libpcap_loop "$null" "$loop" 0.25 # which writes no file
    ratio memory_20000/200000_sources "$(mib few)" "$(mib ours)" 0.9
    if have p0f; then
        p0f=$(best p0f "$p0f_syns")
        p0f_ses=$(best p0f_sessions "$p0f_sessions")
        result p0f "$p0f" SYNs/cpu_s
        result p0f_without_log "$(best p0f_quick "$p0f_syns")" SYNs/cpu_s
        result p0f_sessions "$p0f_ses" sessions/cpu_s
        result p0f_memory "$(mib p0f)" MiB
        result p0f_memory_sessions "$(mib p0f_sessions)" MiB
        ratio zfw_fp/p0f "$ours" "$p0f" 50
        ratio zfw_fp_syns_as_sessions/p0f "$(best syn_sessions "$syns")" \
            "$p0f" 20
        ratio zfw_fp_sessions/p0f "$ses" "$p0f_ses" 1
    fi
    what=live bench_live
}
