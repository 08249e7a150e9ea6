#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# How well zfw tells zombies from servers, on days that daygen makes:
# `bash tests/accuracy.sh BUILD` prints the tables of docs/ACCURACY.md.
# With ACC_DOC=1 it puts them into that file, too.  Every run is ACC_DAYS days through one engine; seeds are pooled.  Takes
# about half a minute a row; the environment makes it smaller or bigger:
#   ACC_WORLDS="1 2 3"  ACC_SLOPPY="0.5 2 5"  ACC_SEEDS="21 22 23"
#   ACC_DAYS=5  ACC_SCALE=8000  ACC_KEEP=DIR (keeps what dayscore reads)
set -u
cd "$(dirname "$0")/.." || exit 2
b=${1:?usage: accuracy.sh BUILD}
worlds=${ACC_WORLDS:-1 2 3} sloppy=${ACC_SLOPPY:-0.5 2 5} seeds=${ACC_SEEDS:-21 22 23}
days=${ACC_DAYS:-5} scale=${ACC_SCALE:-8000}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
keep=${ACC_KEEP:-$tmp/keep}
mkdir -p "$keep" || exit 1
tool=$b/tests/tools

one_run() { # DIR SEED WORLD SLOPPY: leaves only what dayscore reads
    "$tool/daygen" --out "$1" --seed "$2" --world "$3" --sloppy "$4" \
        --days "$days" --scale "$scale" || return 1
    "$b/zfw-replay" -c "$1/zfwd.conf" --pcap "$1"/day*.pcap \
        --log "$1"/day*.log --truth "$1/truth" --report "$1/report.json" \
        --format jsonl >"$1/out.jsonl" 2>"$1/summary" || {
        tail -n 3 "$1/summary" >&2
        return 1
    }
    rm -f "$1"/day*.pcap "$1"/day*.log
}

tables() {
    local w s n d dirs
    echo "$days days of $scale connections, seeds $seeds; a row is all seeds together."
    echo
    "$tool/dayscore" --header
    for w in $worlds; do
        for s in $sloppy; do
            dirs=()
            for n in $seeds; do
                d=$keep/w$w-s$s-n$n
                rm -rf "$d"
                one_run "$d" "$n" "$w" "$s" || return 1
                dirs+=("$d")
            done
            "$tool/dayscore" --row "$w, $s %" "${dirs[@]}" || return 1
        done
    done
    printf '\nThe oracle alone (first cut, prevented, arrive, in percent):\n\n'
    echo "| world, sloppy | at 0.05 % good hit | at 0.3 % | Brier |"
    echo "|---|---|---|---|"
    for w in $worlds; do
        for s in $sloppy; do
            "$tool/dayscore" --oracle "$w, $s %" "$keep/w$w-s$s"-n*
        done
    done
    for w in $worlds; do
        printf '\nWorld %s, all of it together, and by days and kinds:\n\n' "$w"
        "$tool/dayscore" "$keep"/w"$w"-* | sed 's/^/    /'
        "$tool/dayscore" --days "$keep"/w"$w"-*
        echo
        "$tool/dayscore" --kinds "$keep"/w"$w"-* | sed 's/^/    /'
    done
}

# The file with everything between its two marks replaced.
into_doc() { # FILE
    awk -v new="$1" '/^<!-- tables begin/ { print; while ((getline l < new) > 0) print l; skip = 1 }
        /^<!-- tables end/ { skip = 0 }
        !skip' docs/ACCURACY.md >"$tmp/doc" && cat "$tmp/doc" >docs/ACCURACY.md
}

set -o pipefail
tables | tee "$tmp/tables" || exit 1
[ -z "${ACC_DOC:-}" ] || into_doc "$tmp/tables"
