#!/usr/bin/env bash
# Runs every fuzzer of a build for so many seconds each, as many at a time as
# there are processors: `run.sh BUILD SECONDS`.  Each starts from a copy of its corpus (fuzz_X: tests/corpus/X).
# One line each; exit 1 after a crash, with the input in hexadecimal.
set -u
cd "$(dirname "$0")/../.." || exit 2
b=${1:?usage: run.sh BUILD SECONDS}
seconds=${2:?usage: run.sh BUILD SECONDS}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

fuzz() { # PROGRAM: its lines go to $tmp/NAME/said, and $tmp/NAME/failed is made
    local f=$1 name work rc runs cov crash
    name=$(basename "$f")
    work=$tmp/$name
    mkdir -p "$work/corpus"
    cp tests/corpus/"${name#fuzz_}"/* "$work/corpus/" 2>/dev/null
    "$f" -max_total_time="$seconds" -max_len=4200 -timeout=10 \
        -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix="$work/" "$work/corpus" >"$work/out" 2>&1
    rc=$?
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/out")
    cov=$(sed -nE 's/.* cov: ([0-9]+) .*/\1/p' "$work/out" | tail -n 1)
    if [ "$rc" -eq 0 ]; then
        printf '%-16s %10s executions, coverage %s, %s s: ok\n' "$name" \
            "${runs:-?}" "${cov:-?}" "$seconds"
        return
    fi
    : >"$work/failed"
    printf '%-16s FAILED (exit %d) after %s executions\n' "$name" "$rc" \
        "${runs:-?}"
    grep -E 'ERROR|SUMMARY|runtime error|^    #[0-6] ' "$work/out" | head -n 12
    for crash in "$work"/crash-* "$work"/timeout-* "$work"/oom-* \
        "$work"/leak-*; do
        [ -e "$crash" ] || continue
        echo "input of $(stat -c %s "$crash") bytes, hexadecimal:"
        od -An -v -tx1 "$crash" | tr -d ' \n'
        echo
    done
}

jobs=$(nproc)
for f in "$b"/fuzz/fuzz_*; do
    case $f in *.d | *.o) continue ;; esac
    [ -x "$f" ] || continue
    while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
        wait -n
    done
    # In one piece, whoever else is writing.
    { said=$(fuzz "$f"); printf '%s\n' "$said"; } &
done
wait
! compgen -G "$tmp/*/failed" >/dev/null
