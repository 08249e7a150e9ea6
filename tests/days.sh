#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The short form of tests/accuracy.sh, as a test: `bash tests/days.sh BUILD`.
# daygen must write the same bytes for the same seed, zfw must understand all
# of it, and on three small days of each world it may block no learned server
# and no victim, and must be of some use.  Limits are wide: the figures are
# measured by accuracy.sh.  Ends with `zt PASSED FAILED SKIPPED`.
set -u
cd "$(dirname "$0")/.." || exit 2
b=${1:?usage: days.sh BUILD}
tool=$b/tests/tools
passed=0 failed=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

check() { # NAME COMMAND...
    local name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $name"
    fi
}

make_days() { # DIR WORLD [OPTION...]
    local d=$1 w=$2
    shift 2
    "$tool/daygen" --out "$d" --world "$w" --seed 7 --days 3 --scale 2500 "$@"
}

replay() { # DIR
    "$b/zfw-replay" -c "$1/zfwd.conf" --pcap "$1"/day*.pcap \
        --log "$1"/day*.log --format jsonl >"$1/out.jsonl" 2>"$1/summary" &&
        "$tool/dayscore" "$1" >"$1/score"
}

same() { # DIR DIR
    diff -rq "$1" "$2"
}

# The number behind LABEL in a file, `of` the first or second there.
figure() { # FILE LABEL FIELD
    awk -v label="$2" -v n="$3" 'index($0, label) == 1 {
        line = substr($0, length(label) + 1); k = 0
        while (match(line, /[0-9]+(\.[0-9]+)?/)) {
            if (++k == n) { print substr(line, RSTART, RLENGTH); exit }
            line = substr(line, RSTART + RLENGTH)
        } }' "$1"
}

holds() { # VALUE OP LIMIT
    awk -v a="${1:-nothing}" -v b="$3" -v op="$2" 'BEGIN {
        if (a == "nothing") exit 1
        exit !(op == "<=" ? a + 0 <= b + 0 : a + 0 >= b + 0) }'
}

# zfw's own count: nearly no line is about a connection that was not seen.
orphans_few() { # DIR
    holds "$(sed -n 's/.* \([0-9]*\) orphans.*/\1/p' "$1/summary")" "<=" 10
}

# How often the oracle is right where it says 30 to 70 %.  It takes spammers'
# servers for zombies, too.
oracle_honest() { # DIR
    awk -F'\t' 'NR > 1 { bad = $5 ~ /^zombie|snowshoe|rented|shells/ }
    NR > 1 && $7 == 0 && (bad || $5 ~ /^good/) && $5 !~ /sleeper|waiter|dormant/ {
        p = 1 / (1 + exp(-$24))
        if (p > 0.3 && p < 0.7) { n++; said += p; was += bad }
    } END { d = n ? (said - was) / n : 0
        exit !(n < 20 || (d < 0.2 && d > -0.2)) }' "$1/sessions.tsv"
}

for w in 1 2 3; do
    d=$tmp/w$w
    make_days "$d" "$w"
    make_days "$d.again" "$w"
    check "world $w: the same seed gives the same bytes" same "$d" "$d.again"
    rm -rf "$d.again"
    check "world $w: the oracle is as sure as it is right" oracle_honest "$d"
    check "world $w: zfw-replay reads it" replay "$d"
    check "world $w: log and packets agree" orphans_few "$d"
    check "world $w: no learned server is blocked" \
        holds "$(figure "$d/score" "good servers" 3)" "<=" 0
    check "world $w: no victim of forged packets is blocked" \
        holds "$(figure "$d/score" victims 1)" "<=" 0
    check "world $w: one good connection in fifty is hit at most" \
        holds "$(figure "$d/score" "good connections" 3)" "<=" 2
    check "world $w: some first sessions are cut before their message" \
        holds "$(figure "$d/score" "first sessions" 3)" ">=" 25
    check "world $w: some later connections are prevented" \
        holds "$(figure "$d/score" "later connections" 3)" ">=" 25
    rm -f "$d"/day*
done
make_days "$tmp/classic" 1 --classic --noport
check "whole seconds and no ports are read, too" replay "$tmp/classic"
check "whole seconds: no victim is blocked" \
    holds "$(figure "$tmp/classic/score" victims 1)" "<=" 0
echo "zt $passed $failed 0"
[ "$failed" -eq 0 ]
