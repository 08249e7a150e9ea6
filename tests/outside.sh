#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Tests against data that nobody here made, in ../shared/data: `bash
# tests/outside.sh BUILD_DIR`.  Exit 77, said aloud, when it is not there.
# Each section is a function that calls `case_is` for every case; the last
# line is `zt PASSED FAILED SKIPPED`.
set -u
cd "$(dirname "$0")/.." || exit 2
b=${1:?usage: outside.sh BUILD_DIR}
data=$PWD/../shared/data
passed=0 failed=0 skipped=0

if [ ! -d "$data" ]; then
    echo "skip outside: no ../shared/data here"
    exit 77
fi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

case_is() { # NAME ok|bad|skip [WHY]
    case $2 in
    ok) passed=$((passed + 1)) ;;
    skip) skipped=$((skipped + 1)); echo "skip $1: ${3:-}" ;;
    *) failed=$((failed + 1)); echo "FAIL $1${3:+: $3}" ;;
    esac
}

# --- signatures: ours beside p0f's (docs/SIGNATURES.md) ---

# p0f's log on stdin -> `KIND CLIENT/PORT SERVER/PORT SIGNATURE`.  p0f writes
# IPv6 addresses in its own way: they are left out.
p0f_lines() {
    sed -nE 's/.*mod=(syn|syn\+ack)\|cli=([^|]*)\|srv=([^|]*)\|.*raw_sig=(.*)/\1 \2 \3 \4/p' |
        sed -E 's/ [0-9a-f]*:[0-9a-f:]*\// v6\//g'
}

# sigdump's lines on stdin -> the same.
our_lines() {
    awk '{ print $1, $2, $3, $5 }' |
        sed -E 's/ [0-9a-f]*:[0-9a-f:]*\// v6\//g'
}

# Packets where we differ, as SIGNATURES.md lists them: `FILE KIND CLIENT/PORT`.
sig_listed() { # FILE KIND CLIENT/PORT
    grep -qF "| $1 | $2 | $3 |" docs/SIGNATURES.md
}

# One capture against the .p0f beside it: all that p0f printed, we print; and
# each SYN of ours that p0f did not print is one sent again (p0f passes over
# these).
sig_file() { # FILE, below captures/
    local f=$data/captures/$1 kind client rest
    "$b/tests/tools/sigdump" "$f" >"$tmp/ours" 2>"$tmp/err" ||
        { case_is "sig $1" bad "$(cat "$tmp/err")"; return; }
    our_lines <"$tmp/ours" | sort >"$tmp/o"
    p0f_lines <"$f.p0f" | sort >"$tmp/p"
    while read -r kind client rest; do
        sig_listed "$1" "$kind" "$client" ||
            { case_is "sig $1" bad "only p0f: $kind $client $rest"; return; }
    done < <(comm -13 "$tmp/o" "$tmp/p")
    awk '$1 == "syn" && !seen[$2, $3, $4]++' "$tmp/ours" | our_lines |
        sort >"$tmp/o"
    while read -r kind client rest; do
        sig_listed "$1" "$kind" "$client" ||
            { case_is "sig $1" bad "only zfw: $kind $client $rest"; return; }
    done < <(comm -23 "$tmp/o" "$tmp/p")
    case_is "sig $1" ok
}

# The program p0f on SYNs that each have a client port of their own, so that
# it prints every one.  Leaves `PORT SIGNATURE` in $tmp/o and $tmp/p.
sig_beside_p0f() { # SIGDUMP-ARGUMENTS...
    "$b/tests/tools/sigdump" -w "$tmp/syns.pcap" "$@" 2>/dev/null |
        awk '{ sub(".*/", "", $2); print $2, $5 }' | sort >"$tmp/o"
    rm -f "$tmp/p0f.log"
    p0f -r "$tmp/syns.pcap" -o "$tmp/p0f.log" >/dev/null 2>&1
    sed -nE 's/.*mod=syn\|cli=[^|]*\/([0-9]+)\|.*raw_sig=(.*)/\1 \2/p' \
        "$tmp/p0f.log" | sort >"$tmp/p"
}

# Both slips of p0f that SIGNATURES.md describes.
sig_without_slips() {
    sed -E 's/(ack|opt)\+,//g; s/:(ack|opt)\+:/::/; s/,(ack|opt)\+//g' | sort
}

sig_every_syn() {
    local f name total=0 same=0 n
    while read -r f; do
        name=${f#"$data/captures/"}
        sig_beside_p0f "$f"
        n=$(wc -l <"$tmp/o")
        total=$((total + n))
        same=$((same + $(comm -12 "$tmp/o" "$tmp/p" | wc -l)))
        if cmp -s "$tmp/o" "$tmp/p"; then
            case_is "every SYN of $name" ok
        else
            case_is "every SYN of $name" bad \
                "$(comm -3 "$tmp/o" "$tmp/p" | head -n 2)"
        fi
    done < <(sig_captures)
    echo "note signatures: $total SYNs, $same as p0f prints them"
}

sig_odd_syns() {
    sig_beside_p0f -g 20000
    sig_without_slips <"$tmp/o" >"$tmp/o2"
    sig_without_slips <"$tmp/p" >"$tmp/p2"
    if [ "$(wc -l <"$tmp/o")" -eq 20000 ] && cmp -s "$tmp/o2" "$tmp/p2"; then
        case_is "20000 odd SYNs" ok
    else
        case_is "20000 odd SYNs" bad \
            "$(comm -3 "$tmp/o2" "$tmp/p2" | head -n 2)"
    fi
}

sig_captures() {
    find "$data/captures" -type f ! -name '*.p0f' | sort
}

sig_section() {
    local f
    while read -r f; do
        sig_file "${f#"$data/captures/"}"
    done < <(sig_captures)
    if ! command -v p0f >/dev/null; then
        case_is "every SYN" skip "p0f is not installed"
        return
    fi
    sig_every_syn
    sig_odd_syns
}

sig_section

# --- labels: ours beside p0f's, with its database ---
. tests/outside_os.sh
os_section

# --- zfw-fp: its log beside p0f's ---
. tests/outside_fp.sh
fp_section

# --- link layers: as many TCP packets and SYNs as tcpdump reads ---

# tcpdump's lines on stdin -> `PACKETS SYNS`.  It prints the flags of a header
# whose options were cut off; we do not read that packet.
tcpdump_counts() {
    awk '/Flags \[/ && !/\[\|tcp\]/ { n++; if (/Flags \[S[EW]*\]/) syns++ }
        END { print n + 0, syns + 0 }'
}

link_file() { # FILE, below captures/
    local f=$data/captures/$1 want got
    want=$(tcpdump -nr - <"$f" 2>/dev/null | tcpdump_counts)
    got="$("$b/tests/tools/benchread" traits "$f" | cut -d ' ' -f 2)"
    got="$got $("$b/tests/tools/sigdump" "$f" | grep -c '^syn ')"
    if [ "$want" = "$got" ] && [ "$got" != "0 0" ]; then
        case_is "packets and SYNs of $1" ok
    else
        case_is "packets and SYNs of $1" bad "tcpdump $want, we $got"
    fi
}

link_section() {
    local f
    if ! command -v tcpdump >/dev/null; then
        case_is "packets and SYNs" skip "tcpdump is not installed"
        return
    fi
    while read -r f; do
        link_file "${f#"$data/captures/"}"
    done < <(sig_captures)
}

link_section

# --- sessions: as found by hand, and beside tshark ---
. tests/outside_session.sh
session_section

# --- log lines and names ---
. tests/outside_log.sh
log_section
names_section

echo "zt $passed $failed $skipped"
[ "$failed" -eq 0 ]
