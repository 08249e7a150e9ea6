#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Measurements, side by side in one run with what a user would pick instead:
# `bash tests/bench.sh BUILD [NAME]...`: log, fp, load, store, nft, drop,
# latency, queue, compare (all of them by default), live (a part of fp).
# Lines of results: `result NAME VALUE UNIT`, `ratio NAME VALUE goal>=X`.
# Medians of three, of fp the best of five; rates of log and fp are per second of CPU (user and
# system), those of live and store by the wall clock; memory is the most that
# a process had at once.  What they say and where the figures of
# docs/PERFORMANCE.md come from is written there.
set -u
cd "$(dirname "$0")/.." || exit 2
b=$PWD/${1:?usage: bench.sh BUILD [NAME]...}
[ -d "$b" ] || b=$1
shift
tool=$b/tests/tools
lines=${BENCH_LINES:-1000000}
tmp=$(mktemp -d)
at_exit=:
trap '"$at_exit"; rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

median() { # numbers, one a line
    sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# One run: its CPU seconds, 1 ms at least, and the KiB of memory that it had
# at most go to the lists of that name.
run() { # NAME COMMAND...; the output to $out
    local name=$1 user sys kib
    shift
    "$tool/rusage" "$tmp/ru" "$@" >"${out:-/dev/null}" 2>&1 </dev/null
    read -r user sys kib <"$tmp/ru"
    awk -v t="$user" -v s="$sys" \
        'BEGIN { t += s; print t < 0.001 ? 0.001 : t }' >>"$tmp/s.$name"
    echo "$kib" >>"$tmp/m.$name"
}

# The machine is faster now and slower then: all run in turns.
thrice() { # FUNCTION
    rm -f "$tmp"/s.* "$tmp"/m.*
    "$1" && "$1" && "$1"
}

rate() { # NAME N [NAME-OF-NOTHING]: N a second, by the median
    awk -v n="$2" -v s="$(median <"$tmp/s.$1")" \
        -v none="$([ -z "${3:-}" ] || median <"$tmp/s.$3")" \
        'BEGIN { d = s - none; printf "%.0f", n / (d < 0.001 ? 0.001 : d) }'
}

result() { # NAME VALUE UNIT
    printf 'result %s_%s %s %s\n' "$what" "$1" "$2" "$3"
}

ratio() { # NAME OURS THEIRS GOAL
    awk -v name="${what}_$1" -v a="$2" -v b="$3" -v goal="$4" 'BEGIN {
        printf "ratio %s %.*f goal>=%s\n", name, a / b < 10 ? 2 : 0, a / b, goal }'
}

have() { # PROGRAM...: else says so
    local p
    for p in "$@"; do
        command -v "$p" >/dev/null && continue
        echo "skip: no program $p (as root: sh tests/deps.sh bench)"
        return 1
    done
}

# Lines of a mixed log: parsed, printed, judged, with a store beside.
log_once() {
    run parse "$tool/benchread" log "$tmp/log"
    run json "$b/zfw-replay" --year 2026 --events --log "$tmp/log"
    run engine "$b/zfw-replay" --year 2026 --log "$tmp/log"
    # To a file: with /dev/null grep stops at the first match.
    LC_ALL=C out=$tmp/count run grep grep -cE \
        'reject: |SASL [A-Z]+ authentication failed|lost connection after' \
        "$tmp/log"
    run wc wc -l "$tmp/log"
    command -v fail2ban-regex >/dev/null || return 0
    run none fail2ban-regex "$tmp/empty" postfix
    run f2b fail2ban-regex "$tmp/log" postfix
}

bench_log() {
    local n parse engine f2b
    "$tool/loggen" "$lines" >"$tmp/log" || return 1
    n=$(wc -l <"$tmp/log")
    : >"$tmp/empty"
    echo "log: $n lines, $(wc -c <"$tmp/log") bytes"
    thrice log_once
    parse=$(rate parse "$n") engine=$(rate engine "$n")
    result zfw_parse "$parse" lines/cpu_s
    result zfw_events_json "$(rate json "$n")" lines/cpu_s
    result zfw_engine "$engine" lines/cpu_s
    result grep_cE "$(rate grep "$n")" lines/cpu_s
    result wc_l "$(rate wc "$n")" lines/cpu_s
    have fail2ban-regex || return 0
    f2b=$(rate f2b "$n" none) # what its start takes is not counted
    result fail2ban_regex "$f2b" lines/cpu_s
    ratio zfw_parse/fail2ban_regex "$parse" "$f2b" 200
    ratio zfw_engine/fail2ban_regex "$engine" "$f2b" 25
}

# shellcheck source=tests/bench/fp.sh
. tests/bench/fp.sh
# shellcheck source=tests/bench/live.sh
. tests/bench/live.sh
# shellcheck source=tests/bench/load.sh
. tests/bench/load.sh
# shellcheck source=tests/bench/rig.sh
. tests/bench/rig.sh
# shellcheck source=tests/bench/daemon.sh
. tests/bench/daemon.sh
# shellcheck source=tests/bench/drop.sh
. tests/bench/drop.sh
# shellcheck source=tests/bench/nft.sh
. tests/bench/nft.sh
# shellcheck source=tests/bench/latency.sh
. tests/bench/latency.sh
# shellcheck source=tests/bench/queue.sh
. tests/bench/queue.sh
# shellcheck source=tests/bench/store.sh
. tests/bench/store.sh
# shellcheck source=tests/bench/compare.sh
. tests/bench/compare.sh

[ $# -gt 0 ] || set -- log fp load store nft drop latency queue compare
for what in "$@"; do
    case $what in
    log | fp | live | load | store | drop | nft | latency | queue | compare) "bench_$what" || exit 1 ;;
    *)
        echo "bench.sh: no such bench: $what" >&2
        exit 2
        ;;
    esac
done
